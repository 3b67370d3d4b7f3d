//! Person; the phone is stored encrypted only (`reliability.md` P-02).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{OrganisationId, PersonId};
use crate::provenance::Provenance;

/// Row of `people`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "people")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub name_key: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub gender: Option<String>,
    pub organisation_id: Option<OrganisationId>,
    pub phone_sealed: Option<Vec<u8>>,
    #[sea_orm(column_type = "Text", nullable)]
    pub phone_index: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub phone_masked: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    pub erased_at: Option<DateTime<Utc>>,
    pub is_synthetic: bool,
    pub provenance: Provenance,
    pub import_id: Option<Uuid>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
