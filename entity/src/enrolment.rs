//! One person in one class (`domain.md` 3.3).

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{ClassId, EnrolmentId, OrganisationId, PersonId};
use crate::provenance::Provenance;

words! {
    /// State of one person in one class (`domain.md` 2.8, 3.3).
    EnrolmentStatus {
        Nominated = "nominated",
        Submitted = "submitted",
        Approved = "approved",
        CheckedIn = "checked_in",
        Studying = "studying",
        Graduated = "graduated",
        NotGraduated = "not_graduated",
        WithdrawnByRule = "withdrawn_by_rule",
        Declined = "declined",
        Replaced = "replaced",
        NoShow = "no_show",
    }
}

/// Row of `enrolments`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "enrolments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EnrolmentId,
    pub class_id: ClassId,
    pub person_id: PersonId,
    pub organisation_id: Option<OrganisationId>,
    pub district_id: Option<OrganisationId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub unit_text: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub post: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub category: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub study_group: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub diet: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub remark: Option<String>,
    pub arrival_on: Option<NaiveDate>,
    pub status: EnrolmentStatus,
    pub position: i32,
    pub provenance: Provenance,
    pub import_id: Option<Uuid>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
