//! Invitation of a person to an account (`domain.md` 5.1 SEC-01).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::appointment::RoleCode;
use crate::ids::{AccountId, ClassId, InvitationId, OrganisationId, PersonId};

words! {
    /// State of an invitation.
    InvitationState {
        Open = "open",
        Accepted = "accepted",
        Revoked = "revoked",
        Expired = "expired",
    }
}

/// Row of `invitations`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    pub account_id: AccountId,
    pub person_id: PersonId,
    pub organisation_id: OrganisationId,
    pub role: Option<RoleCode>,
    #[sea_orm(column_type = "Text", nullable)]
    pub post: Option<String>,
    pub class_id: Option<ClassId>,
    #[sea_orm(column_type = "Text")]
    pub identity_check: String,
    pub state: InvitationState,
    pub invited_by: Option<AccountId>,
    pub sent: i32,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
