//! Stored file; it belongs to the object that uses it (`contract.md` 4).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, FileId, OrganisationId};

words! {
    /// Purpose a file was uploaded for (`reliability.md` U-02).
    FileKind {
        Document = "document",
        Photo = "photo",
        Video = "video",
        Table = "table",
        Attachment = "attachment",
    }
}

words! {
    /// Result of the virus scan; `off` when no scanner is set (`reliability.md` U-07).
    ScanState {
        Off = "off",
        Pending = "pending",
        Clean = "clean",
        Infected = "infected",
        Error = "error",
    }
}

/// Row of `files`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "files")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FileId,
    pub kind: FileKind,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub size: i64,
    #[sea_orm(column_type = "Text")]
    pub sha256: String,
    #[sea_orm(column_type = "Text")]
    pub media_type: String,
    #[sea_orm(column_type = "Text")]
    pub extension: String,
    /// Width in pixels, for pictures.
    pub width: Option<i32>,
    /// Height in pixels, for pictures.
    pub height: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub storage_key: String,
    pub scan_state: ScanState,
    #[sea_orm(column_type = "Text", nullable)]
    pub owner_kind: Option<String>,
    pub owner_id: Option<Uuid>,
    pub organisation_id: Option<OrganisationId>,
    pub created_by: Option<AccountId>,
    pub created_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
