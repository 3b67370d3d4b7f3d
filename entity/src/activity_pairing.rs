//! Which pairings an activity serves (`domain.md` 3.2 A6).

use sea_orm::entity::prelude::*;

use crate::ids::{ActivityId, PairingId};

/// Row of `activity_pairings`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity_pairings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub activity_id: ActivityId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub pairing_id: PairingId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
