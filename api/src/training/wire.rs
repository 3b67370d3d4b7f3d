//! JSON of classes.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use twinning_entity::class::ClassStatus;
use twinning_entity::document::DocumentKind;
use twinning_entity::enrolment::EnrolmentStatus;
use twinning_entity::ids::{ClassId, EnrolmentId, LessonId, MaterialId, QuotaId};
use twinning_entity::lesson::{LessonStatus, TeachingMode};
use twinning_entity::provenance::Provenance;
use utoipa::{IntoParams, ToSchema};

use crate::file::wire::FileBody;
use crate::organisation::wire::OrganisationRef;

/// A class in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClassLine {
    /// Identifier.
    pub id: ClassId,
    /// Human number.
    pub class_no: String,
    /// Title.
    pub title: String,
    /// State.
    pub status: ClassStatus,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// Place.
    pub place: Option<String>,
    /// Organisation that decides and pays.
    pub organiser: OrganisationRef,
    /// Places planned.
    pub planned_size: i32,
    /// People enrolled.
    pub enrolled: u64,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// One class.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClassDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub line: ClassLine,
    /// Theme.
    pub theme: Option<String>,
    /// For whom it is.
    pub target_group: Option<String>,
    /// Organisation that delivers it.
    pub host: Option<OrganisationRef>,
    /// Ways of teaching, as printed.
    pub modes: Vec<String>,
    /// Hours of all lessons.
    pub credit_hours: f64,
    /// Note on where the entry comes from.
    pub provenance_note: Option<String>,
    /// Fields that are inferred.
    pub inferred: Vec<String>,
    /// Whether the caller may see the roster, or a part of it.
    pub may_see_roster: bool,
    /// Whether the caller may take materials.
    pub may_take_materials: bool,
    /// The caller's own place in the class.
    pub mine: Option<EnrolmentBody>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// Somebody who teaches.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LecturerBody {
    /// Name.
    pub name: String,
    /// Post as printed.
    pub post: Option<String>,
}

/// A lesson.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LessonBody {
    /// Identifier.
    pub id: LessonId,
    /// Number in the timetable.
    pub no: i32,
    /// Day.
    pub on_date: NaiveDate,
    /// Begin, local time.
    #[schema(value_type = String, example = "08:30:00")]
    pub starts: NaiveTime,
    /// End, local time.
    #[schema(value_type = String, example = "10:00:00")]
    pub ends: NaiveTime,
    /// Way of teaching.
    pub mode: TeachingMode,
    /// Title.
    pub title: String,
    /// Who teaches.
    pub lecturers: Vec<LecturerBody>,
    /// Place.
    pub place: Option<String>,
    /// Whether a roll-call is held.
    pub roll_call: bool,
    /// Class hours.
    pub credit_hours: f64,
    /// Whether it took place.
    pub status: LessonStatus,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// What is inferred of it.
    pub inferred: Option<String>,
}

/// Places of an organisation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QuotaBody {
    /// Identifier.
    pub id: QuotaId,
    /// The organisation.
    pub organisation: OrganisationRef,
    /// Places.
    pub places: i32,
    /// People enrolled from it and below.
    pub enrolled: u64,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// A person in a class.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentBody {
    /// Identifier.
    pub id: EnrolmentId,
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: Option<OrganisationRef>,
    /// Unit as written, where it is not in the directory.
    pub unit_text: Option<String>,
    /// District.
    pub district: Option<OrganisationRef>,
    /// Post.
    pub post: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Study group.
    pub study_group: Option<String>,
    /// State.
    pub status: EnrolmentStatus,
    /// Masked mobile number, for those who may see it.
    pub phone_masked: Option<String>,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// A file that a class hands out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MaterialBody {
    /// Identifier.
    pub id: MaterialId,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: DocumentKind,
    /// Lesson it belongs to.
    pub lesson_id: Option<LessonId>,
    /// The file.
    pub file: FileBody,
}

/// Filter of the list of classes.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClassFilter {
    /// State.
    pub status: Option<ClassStatus>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}

/// Which part of the roster is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RosterParams {
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}
