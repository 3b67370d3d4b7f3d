//! Dated milestone of a pairing, such as the plaque unveiling.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{MilestoneId, PairingId};
use crate::provenance::Provenance;

words! {
    /// What a milestone marks.
    MilestoneKind {
        Signed = "signed",
        Unveiled = "unveiled",
        Other = "other",
    }
}

words! {
    /// Part of a day, where no clock time is known.
    DayPart {
        Morning = "morning",
        Afternoon = "afternoon",
        Evening = "evening",
    }
}

/// Row of `pairing_milestones`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "pairing_milestones")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MilestoneId,
    pub pairing_id: PairingId,
    pub kind: MilestoneKind,
    pub on_date: NaiveDate,
    pub day_part: Option<DayPart>,
    #[sea_orm(column_type = "Text", nullable)]
    pub place: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub provenance: Provenance,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
