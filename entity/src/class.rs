//! Training class (`domain.md` 3.3).

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{ClassId, OrganisationId, ProgrammeId};
use crate::provenance::Provenance;

words! {
    /// State of a training class (`domain.md` 2.8, 3.3).
    ClassStatus {
        Draft = "draft",
        PendingApproval = "pending_approval",
        Approved = "approved",
        Enrolling = "enrolling",
        EnrolClosed = "enrol_closed",
        InClass = "in_class",
        Assessing = "assessing",
        Completed = "completed",
        Archived = "archived",
        Cancelled = "cancelled",
    }
}

/// Row of `classes`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "classes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClassId,
    #[sea_orm(column_type = "Text")]
    pub class_no: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub theme: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub target_group: Option<String>,
    pub status: ClassStatus,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    #[sea_orm(column_type = "Text", nullable)]
    pub place: Option<String>,
    pub organiser_id: OrganisationId,
    pub host_id: Option<OrganisationId>,
    pub programme_id: Option<ProgrammeId>,
    pub planned_size: i32,
    #[sea_orm(column_type = "JsonBinary")]
    pub modes: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub completion_rule: Option<Json>,
    pub material_until: Option<NaiveDate>,
    pub provenance: Provenance,
    #[sea_orm(column_type = "Text", nullable)]
    pub provenance_note: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub inferred: Json,
    pub imported: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
