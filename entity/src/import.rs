//! Bulk import with preview, confirmation and undo (`contract.md` 6).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, ClassId, FileId, ImportId, OrganisationId};

words! {
    /// What an import brings in (`contract.md` 6).
    ImportKind {
        Organisations = "organisations",
        People = "people",
        Programmes = "programmes",
        Pairings = "pairings",
        Activities = "activities",
        Classes = "classes",
        Enrolments = "enrolments",
        Lessons = "lessons",
        Attendance = "attendance",
        Evaluations = "evaluations",
        Documents = "documents",
        Practices = "practices",
        Deliberations = "deliberations",
        Grids = "grids",
    }
}

words! {
    /// State of an import (`reliability.md` C-03).
    ImportState {
        Queued = "queued",
        Running = "running",
        Checked = "checked",
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
        Undone = "undone",
    }
}

/// Row of `imports`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "imports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    pub kind: ImportKind,
    pub state: ImportState,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    pub file_id: Option<FileId>,
    pub class_id: Option<ClassId>,
    #[sea_orm(column_type = "JsonBinary")]
    pub options: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub counts: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub header: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub fault: Option<Json>,
    pub organisation_id: Option<OrganisationId>,
    pub created_by: Option<AccountId>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
