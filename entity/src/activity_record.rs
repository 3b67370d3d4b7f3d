//! Record of an activity: figures of both sides and what was said (`domain.md` 3.2).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::ActivityId;

/// Row of `activity_records`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity_records")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub activity_id: ActivityId,
    pub attended_total: Option<i32>,
    pub attended_a: Option<i32>,
    pub attended_b: Option<i32>,
    pub expected_a: Option<i32>,
    pub expected_b: Option<i32>,
    pub guests: Option<i32>,
    pub served_people: Option<i32>,
    pub volunteers: Option<i32>,
    pub volunteer_minutes: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub host_name: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub recorder_name: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub summary: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub decisions: Option<String>,
    pub photo_consent: bool,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
