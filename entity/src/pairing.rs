//! Two organisations of two cities that work together (`domain.md` 3.1).

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, OrganisationId, PairingId, ProgrammeId};
use crate::provenance::Provenance;

words! {
    /// State of a pairing (`domain.md` 2.8, 3.1).
    PairingStatus {
        Draft = "draft",
        Proposed = "proposed",
        Confirmed = "confirmed",
        Approved = "approved",
        Signed = "signed",
        Active = "active",
        Suspended = "suspended",
        Expired = "expired",
        Renewed = "renewed",
        Terminated = "terminated",
        Declined = "declined",
        Withdrawn = "withdrawn",
    }
}

impl PairingStatus {
    /// Whether the pairing is on its way or under way: two organisations have at most one such (`domain.md` 3.1 P2).
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(
            self,
            Self::Proposed | Self::Confirmed | Self::Approved | Self::Signed | Self::Active | Self::Suspended
        )
    }
}

/// Row of `pairings`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "pairings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PairingId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub programme_id: ProgrammeId,
    pub seq: i32,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub side_a_id: OrganisationId,
    pub side_b_id: OrganisationId,
    #[sea_orm(column_type = "Text")]
    pub pair_key: String,
    pub status: PairingStatus,
    #[sea_orm(column_type = "JsonBinary")]
    pub areas: Json,
    #[sea_orm(column_type = "Text", nullable)]
    pub goals: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub agreement_no: Option<String>,
    pub term_start: Option<NaiveDate>,
    pub term_end: Option<NaiveDate>,
    pub signed_on: Option<NaiveDate>,
    #[sea_orm(column_type = "Text", nullable)]
    pub liaison_a: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub liaison_a_phone: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub liaison_b: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub liaison_b_phone: Option<String>,
    pub proposed_by: Option<AccountId>,
    pub predecessor_id: Option<PairingId>,
    pub imported: bool,
    pub import_id: Option<Uuid>,
    pub provenance: Provenance,
    #[sea_orm(column_type = "Text", nullable)]
    pub provenance_note: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub inferred: Json,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
