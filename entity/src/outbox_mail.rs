//! Letter to be sent, written in the transaction of its cause (`reliability.md` O-01).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, MailId, OrganisationId};

words! {
    /// State of a letter (`reliability.md` O-02).
    MailState {
        Queued = "queued",
        Sending = "sending",
        Sent = "sent",
        Dead = "dead",
    }
}

/// Row of `outbox_mails`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_mails")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub message_id: String,
    pub to_account_id: Option<AccountId>,
    #[sea_orm(column_type = "Text")]
    pub to_address: String,
    pub organisation_id: Option<OrganisationId>,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    #[sea_orm(column_type = "Text")]
    pub dedupe_key: String,
    pub state: MailState,
    pub attempts: i32,
    pub next_at: DateTime<Utc>,
    pub lease_until: Option<DateTime<Utc>>,
    pub lease_token: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
