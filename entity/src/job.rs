//! Work to be done later, written in the transaction of its cause.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::JobId;

words! {
    /// State of a queued job.
    JobState {
        Queued = "queued",
        Running = "running",
        Done = "done",
        Dead = "dead",
    }
}

/// Row of `jobs`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    pub state: JobState,
    pub run_at: DateTime<Utc>,
    pub attempts: i32,
    pub lease_until: Option<DateTime<Utc>>,
    pub lease_token: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub dedupe_key: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
