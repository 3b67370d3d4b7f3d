//! Failed or successful try to sign in, counted for throttling (`reliability.md` A-03).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::AttemptId;

/// Row of `sign_in_attempts`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttemptId,
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    pub succeeded: bool,
    pub at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
