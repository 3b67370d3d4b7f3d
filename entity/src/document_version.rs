//! Immutable version of a document (`domain.md` 3.4).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, DocumentId, DocumentVersionId, FileId};

words! {
    /// Whether the text of a version could be read for search.
    TextState {
        Pending = "pending",
        Done = "done",
        NoText = "no_text",
        Unsupported = "unsupported",
        Failed = "failed",
    }
}

/// Row of `document_versions`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "document_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentVersionId,
    pub document_id: DocumentId,
    pub no: i32,
    pub file_id: Option<FileId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub body_markdown: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub change_note: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub sha256: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub text: Option<String>,
    pub text_state: TextState,
    pub pages: Option<i32>,
    pub created_by: Option<AccountId>,
    pub created_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
