//! Organisations as other features refer to them.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use twinning_entity::ids::{CityId, OrganisationId};
use twinning_entity::organisation::{self as row, OrgLevel, OrgStatus};

use crate::app::App;
use crate::kernel::error::Result;
use crate::organisation::store;
use crate::organisation::wire::OrganisationRef;

/// An organisation as other features show it.
#[derive(Clone, Debug)]
pub struct OrgName {
    /// Identifier.
    pub id: OrganisationId,
    /// Human code.
    pub code: String,
    /// Name as shown.
    pub display: String,
    /// Full name.
    pub full: String,
    /// Short name.
    pub short: String,
    /// City.
    pub city: CityId,
    /// Path in its tree.
    pub path: String,
    /// Level.
    pub level: OrgLevel,
    /// Superior.
    pub parent: Option<OrganisationId>,
    /// Whether it is active, merged or abolished.
    pub status: OrgStatus,
}

impl From<row::Model> for OrgName {
    fn from(found: row::Model) -> Self {
        Self {
            id: found.id,
            code: found.code,
            display: found.name_display,
            full: found.name_full,
            short: found.name_short,
            city: found.city_id,
            path: found.path,
            level: found.level,
            parent: found.parent_id,
            status: found.status,
        }
    }
}

impl From<&OrgName> for OrganisationRef {
    fn from(name: &OrgName) -> Self {
        Self { id: name.id, code: name.code.clone(), name: name.display.clone() }
    }
}

/// Organisations by id, for showing their names.
///
/// # Errors
/// The engine's error.
pub async fn names(app: &App, ids: Vec<OrganisationId>) -> Result<HashMap<OrganisationId, OrgName>> {
    names_in(app.reader(), ids).await
}

/// As [`names`], on a given connection.
///
/// # Errors
/// The engine's error.
pub async fn names_in(
    conn: &impl ConnectionTrait,
    mut ids: Vec<OrganisationId>,
) -> Result<HashMap<OrganisationId, OrgName>> {
    ids.sort();
    ids.dedup();
    Ok(store::by_ids(conn, &ids).await?.into_iter().map(|found| (found.id, OrgName::from(found))).collect())
}

/// Every organisation, for matching the names of an import.
///
/// # Errors
/// The engine's error.
pub async fn directory(conn: &impl ConnectionTrait) -> Result<Vec<row::Model>> {
    store::all(conn).await
}

/// One organisation by id.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn name_of(conn: &impl ConnectionTrait, id: OrganisationId) -> Result<OrgName> {
    store::find(conn, id).await.map(OrgName::from)
}

/// One organisation by its human code.
///
/// # Errors
/// The engine's error.
pub async fn by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<OrgName>> {
    Ok(store::by_code(conn, code).await?.map(OrgName::from))
}
