//! File that a class, course or lesson hands out (`domain.md` 3.3 T5).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::document::DocumentKind;
use crate::ids::{ClassId, DocumentId, FileId, LessonId, MaterialId};

/// Row of `materials`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "materials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MaterialId,
    pub class_id: ClassId,
    pub lesson_id: Option<LessonId>,
    pub document_id: Option<DocumentId>,
    pub file_id: FileId,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub kind: DocumentKind,
    pub visible_from: Option<DateTime<Utc>>,
    pub visible_until: Option<DateTime<Utc>>,
    pub position: i32,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
