//! One scheduled slot of a class (`domain.md` 2.5).

use chrono::{NaiveDate, NaiveTime};
use sea_orm::entity::prelude::*;

use crate::ids::{ClassId, CourseId, LessonId};
use crate::provenance::Provenance;

words! {
    /// How a lesson is taught (`domain.md` 2.5); `event` is no teaching mode.
    TeachingMode {
        Lecture = "lecture",
        Experiential = "experiential",
        Video = "video",
        Discussion = "discussion",
        OnSite = "on_site",
        Event = "event",
    }
}

words! {
    /// Whether a lesson took place.
    LessonStatus {
        Planned = "planned",
        Held = "held",
        Cancelled = "cancelled",
    }
}

/// Row of `lessons`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "lessons")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LessonId,
    pub class_id: ClassId,
    pub course_id: Option<CourseId>,
    pub no: i32,
    pub on_date: NaiveDate,
    pub starts: NaiveTime,
    pub ends: NaiveTime,
    pub mode: TeachingMode,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub lecturers: Json,
    #[sea_orm(column_type = "Text", nullable)]
    pub place: Option<String>,
    pub roll_call: bool,
    pub credit_tenths: i32,
    pub status: LessonStatus,
    pub provenance: Provenance,
    #[sea_orm(column_type = "Text", nullable)]
    pub provenance_note: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub inferred: Option<String>,
    pub import_id: Option<Uuid>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
