//! One-time link of an account, stored hashed (`reliability.md` A-06).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AccountLinkId};

words! {
    /// What a one-time link is for; it opens nothing else (`reliability.md` S-05).
    LinkPurpose {
        Invitation = "invitation",
        Reset = "reset",
        NewAddress = "new_address",
    }
}

/// Row of `account_links`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountLinkId,
    pub account_id: AccountId,
    pub purpose: LinkPurpose,
    #[sea_orm(column_type = "Text")]
    pub token_hash: String,
    pub epoch: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
