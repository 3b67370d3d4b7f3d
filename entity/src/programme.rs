//! Umbrella of several pairings of two cities (`domain.md` 3.1).

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CityId, ProgrammeId};
use crate::provenance::Provenance;

words! {
    /// State of a programme (`domain.md` 2.8).
    ProgrammeStatus {
        Draft = "draft",
        Active = "active",
        Closed = "closed",
    }
}

/// Row of `programmes`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "programmes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProgrammeId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub city_a_id: CityId,
    pub city_b_id: CityId,
    pub status: ProgrammeStatus,
    #[sea_orm(column_type = "JsonBinary")]
    pub areas: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub principles: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub aims: Json,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub provenance: Provenance,
    #[sea_orm(column_type = "Text", nullable)]
    pub provenance_note: Option<String>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
