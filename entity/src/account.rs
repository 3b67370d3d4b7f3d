//! Account of one person; rights come from appointments, never from here.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, PersonId};

words! {
    /// Whether an account may sign in.
    AccountStatus {
        Invited = "invited",
        Active = "active",
        Disabled = "disabled",
    }
}

/// Row of `accounts`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    pub person_id: PersonId,
    #[sea_orm(column_type = "Text")]
    pub login: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    pub status: AccountStatus,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    pub epoch: i32,
    pub is_demo: bool,
    pub last_sign_in_at: Option<DateTime<Utc>>,
    pub password_changed_at: Option<DateTime<Utc>>,
    pub totp_sealed: Option<Vec<u8>>,
    pub totp_since: Option<DateTime<Utc>>,
    pub totp_step: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub notice_version: Option<String>,
    pub notice_accepted_at: Option<DateTime<Utc>>,
    #[sea_orm(column_type = "JsonBinary")]
    pub mail_choices: Json,
    pub disabled_at: Option<DateTime<Utc>>,
    #[sea_orm(column_type = "Text", nullable)]
    pub disabled_reason: Option<String>,
    pub locked_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
