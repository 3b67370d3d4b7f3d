//! Notice of the portal.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{NoticeId, OrganisationId};
use crate::provenance::Provenance;

words! {
    /// Kind of notice.
    NoticeKind {
        Notice = "notice",
        Announcement = "announcement",
        Briefing = "briefing",
    }
}

words! {
    /// State of a notice.
    NoticeStatus {
        Draft = "draft",
        Published = "published",
        Withdrawn = "withdrawn",
    }
}

/// Row of `notices`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub kind: NoticeKind,
    pub status: NoticeStatus,
    pub organisation_id: OrganisationId,
    pub pinned: bool,
    pub published_on: NaiveDate,
    pub provenance: Provenance,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
