//! Experience document; its content is in its versions (`domain.md` 3.4).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, ClassId, DocumentId, OrganisationId, ProgrammeId};
use crate::provenance::Provenance;

words! {
    /// Kind of document (`domain.md` 2.6).
    DocumentKind {
        ExperienceReport = "experience_report",
        TypicalCase = "typical_case",
        Slides = "slides",
        Handout = "handout",
        Plan = "plan",
        Agreement = "agreement",
        Summary = "summary",
        Bulletin = "bulletin",
        Convention = "convention",
        Regulation = "regulation",
        Charter = "charter",
        Minutes = "minutes",
        MeetingRecord = "meeting_record",
        Notice = "notice",
        Letter = "letter",
        Request = "request",
        Reply = "reply",
        Report = "report",
        ResourceList = "resource_list",
        DemandList = "demand_list",
        ProjectList = "project_list",
        Ledger = "ledger",
        Roster = "roster",
        SignInSheet = "sign_in_sheet",
        Photo = "photo",
        Video = "video",
    }
}

words! {
    /// Who may read (`domain.md` 3.4).
    Visibility {
        Public = "public",
        Programme = "programme",
        City = "city",
        Class = "class",
    }
}

words! {
    /// State of a document (`domain.md` 2.8, 3.4).
    DocumentStatus {
        Draft = "draft",
        InReview1 = "in_review_1",
        InReview2 = "in_review_2",
        InReview3 = "in_review_3",
        Published = "published",
        Revising = "revising",
        Withdrawn = "withdrawn",
        Archived = "archived",
    }
}

/// Row of `documents`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "documents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub kind: DocumentKind,
    pub organisation_id: OrganisationId,
    pub class_id: Option<ClassId>,
    pub programme_id: Option<ProgrammeId>,
    #[sea_orm(column_type = "JsonBinary")]
    pub authors: Json,
    #[sea_orm(column_type = "Text", nullable)]
    pub summary: Option<String>,
    pub visibility: Visibility,
    pub status: DocumentStatus,
    #[sea_orm(column_type = "JsonBinary")]
    pub tags: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub areas: Json,
    pub current_version: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub withdrawn_reason: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub source_name: Option<String>,
    pub imported: bool,
    pub import_id: Option<Uuid>,
    pub provenance: Provenance,
    #[sea_orm(column_type = "Text", nullable)]
    pub provenance_note: Option<String>,
    pub created_by: Option<AccountId>,
    pub published_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
