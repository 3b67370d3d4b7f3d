//! What can be done with programmes.

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::ids::{CityId, ProgrammeId};
use twinning_entity::programme::{self as row, ProgrammeStatus};
use twinning_entity::provenance::Provenance;

use super::policy::ProgrammeAct;
use super::store;
use super::wire::ProgrammeBody;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::kernel::page::{ListParams, Page, PageRequest};

/// Programmes by code.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(app: &App, call: &Call, params: ListParams) -> Result<Page<ProgrammeBody>> {
    call.actor.may_ever(ProgrammeAct::Read.who())?;
    let at = PageRequest::asked(params.limit, params.cursor, params.count)?;
    let (rows, total) = store::page(app.reader(), at.after()?, &at).await?;
    Ok(Page::cut(rows, &at, total, |one| one.code.clone()).map(body))
}

/// One programme with its version.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: ProgrammeId) -> Result<(ProgrammeBody, i32)> {
    call.actor.may_ever(ProgrammeAct::Read.who())?;
    let found = store::find(app.reader(), id).await?;
    let version = found.version;
    Ok((body(found), version))
}

/// A programme as another feature refers to it.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn find(conn: &impl ConnectionTrait, id: ProgrammeId) -> Result<ProgrammeBody> {
    store::find(conn, id).await.map(body)
}

/// Every programme, for matching an import.
///
/// # Errors
/// The engine's error.
pub async fn every(conn: &impl ConnectionTrait) -> Result<Vec<ProgrammeBody>> {
    Ok(store::all(conn).await?.into_iter().map(body).collect())
}

/// Takes back a programme that an undone import made, unless it was changed since; says whether it did. The engine
/// refuses while anything stands on it.
///
/// # Errors
/// The engine's error.
pub async fn take_back(tx: &impl ConnectionTrait, id: ProgrammeId) -> Result<bool> {
    store::remove(tx, id).await
}

/// The programme of a code.
///
/// # Errors
/// The engine's error.
pub async fn by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<ProgrammeBody>> {
    Ok(store::by_code(conn, code).await?.map(body))
}

/// What a programme brought in from before the portal needs.
#[derive(Clone, Debug)]
pub struct NewProgramme {
    /// Human code.
    pub code: String,
    /// Name.
    pub name: String,
    /// City of side A.
    pub city_a: CityId,
    /// City of side B.
    pub city_b: CityId,
    /// Cooperation areas.
    pub areas: Vec<String>,
    /// Principles.
    pub principles: Vec<String>,
    /// Aims.
    pub aims: Vec<String>,
    /// First day, if published.
    pub starts_on: Option<NaiveDate>,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// Note on it.
    pub provenance_note: Option<String>,
}

/// Makes a running programme in a write that is under way; commands call it until issue C gives people a form.
///
/// # Errors
/// The engine's error.
pub async fn create_in(tx: &impl ConnectionTrait, app: &App, call: &Call, new: NewProgramme) -> Result<ProgrammeId> {
    let id: ProgrammeId = app.new_id();
    let now = app.now();
    let code = new.code.clone();
    store::add(
        tx,
        row::Model {
            id,
            code: new.code,
            name: new.name,
            city_a_id: new.city_a,
            city_b_id: new.city_b,
            status: ProgrammeStatus::Active,
            areas: json!(new.areas),
            principles: json!(new.principles),
            aims: json!(new.aims),
            starts_on: new.starts_on,
            ends_on: None,
            provenance: new.provenance,
            provenance_note: new.provenance_note,
            version: 1,
            created_at: now,
            updated_at: now,
        },
    )
    .await?;
    audit::note(tx, app, call, "programme.create", About::new("programme", id), json!({ "code": code })).await?;
    Ok(id)
}

fn body(found: row::Model) -> ProgrammeBody {
    ProgrammeBody {
        id: found.id,
        code: found.code,
        name: found.name,
        city_a_id: found.city_a_id,
        city_b_id: found.city_b_id,
        status: found.status,
        areas: strings(&found.areas),
        principles: strings(&found.principles),
        aims: strings(&found.aims),
        starts_on: found.starts_on,
        ends_on: found.ends_on,
        provenance: found.provenance,
        provenance_note: found.provenance_note,
    }
}

/// The texts of a JSON list.
#[must_use]
pub fn strings(list: &serde_json::Value) -> Vec<String> {
    list.as_array()
        .map(|items| items.iter().filter_map(|item| item.as_str().map(ToOwned::to_owned)).collect())
        .unwrap_or_default()
}
