//! Change that takes two persons: one asks, another decides (`domain.md` 3.7).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, ApprovalId, OrganisationId, PersonId};

words! {
    /// What is asked for.
    ApprovalKind {
        RoleGive = "role_give",
        RoleEnd = "role_end",
        PersonalExport = "personal_export",
        Erasure = "erasure",
    }
}

words! {
    /// State of what is asked for.
    ApprovalState {
        Open = "open",
        Approved = "approved",
        Declined = "declined",
        Withdrawn = "withdrawn",
        Expired = "expired",
    }
}

/// Row of `approvals`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "approvals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApprovalId,
    pub kind: ApprovalKind,
    pub state: ApprovalState,
    pub account_id: Option<AccountId>,
    pub person_id: Option<PersonId>,
    pub organisation_id: Option<OrganisationId>,
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub asked_by: AccountId,
    pub decided_by: Option<AccountId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
