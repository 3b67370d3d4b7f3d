//! Journal of erasures, applied again after a restore (`reliability.md` P-05).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{ApprovalId, ErasureId, PersonId};

/// Row of `erasures`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "erasures")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ErasureId,
    pub person_id: PersonId,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub approval_id: Option<ApprovalId>,
    pub at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
