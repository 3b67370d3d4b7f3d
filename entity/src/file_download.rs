//! One download of a file, kept for the log and never for a ranking (`domain.md` 5.4).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, DownloadId, FileId, OrganisationId};

/// Row of `file_downloads`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "file_downloads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DownloadId,
    pub file_id: FileId,
    pub account_id: Option<AccountId>,
    pub organisation_id: Option<OrganisationId>,
    pub first_byte: i64,
    pub at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
