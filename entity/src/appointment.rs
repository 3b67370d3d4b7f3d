//! Dated right of an account to act for an organisation in a role (`domain.md` 3.7).

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AppointmentId, ClassId, OrganisationId};

words! {
    /// Portal role an appointment carries (`domain.md` 2.3).
    RoleCode {
        Trainee = "trainee",
        BranchAdmin = "branch_admin",
        StreetReviewer = "street_reviewer",
        OrgDeptDistrict = "org_dept_district",
        OrgDeptCity = "org_dept_city",
        ClassTeacher = "class_teacher",
        ReviewerFirst = "reviewer_first",
        ReviewerSecond = "reviewer_second",
        ReviewerFinal = "reviewer_final",
        SysAdmin = "sys_admin",
        SecAdmin = "sec_admin",
        AuditAdmin = "audit_admin",
    }
}

/// Row of `appointments`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "appointments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppointmentId,
    pub account_id: AccountId,
    pub organisation_id: OrganisationId,
    pub role: RoleCode,
    #[sea_orm(column_type = "Text", nullable)]
    pub post: Option<String>,
    pub class_id: Option<ClassId>,
    pub read_only: bool,
    pub starts_on: NaiveDate,
    pub ends_on: Option<NaiveDate>,
    #[sea_orm(column_type = "Text", nullable)]
    pub end_reason: Option<String>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
