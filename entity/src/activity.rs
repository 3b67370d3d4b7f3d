//! Joint activity of one or more pairings (`domain.md` 3.2).

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, ActivityId, OrganisationId, ProgrammeId};
use crate::provenance::Provenance;

words! {
    /// Kind of joint activity (`domain.md` 2.4).
    ActivityKind {
        JointActivity = "joint_activity",
        ThemePartyDay = "theme_party_day",
        ThreeMeetingsOneLecture = "three_meetings_one_lecture",
        JointPartyLecture = "joint_party_lecture",
        VolunteerService = "volunteer_service",
        ExchangeVisit = "exchange_visit",
        SiteObservation = "site_observation",
        StudyTour = "study_tour",
        Symposium = "symposium",
        MutualVisit = "mutual_visit",
        CondolenceVisit = "condolence_visit",
        Secondment = "secondment",
        Shadowing = "shadowing",
        CulturalActivity = "cultural_activity",
        SigningCeremony = "signing_ceremony",
        UnveilingCeremony = "unveiling_ceremony",
        OnlineExchange = "online_exchange",
        JointMeeting = "joint_meeting",
        Deliberation = "deliberation",
    }
}

words! {
    /// State of a joint activity (`domain.md` 2.8, 3.2).
    ActivityStatus {
        Planned = "planned",
        Published = "published",
        Ongoing = "ongoing",
        RecordDue = "record_due",
        AwaitingConfirmation = "awaiting_confirmation",
        Confirmed = "confirmed",
        Archived = "archived",
        Cancelled = "cancelled",
    }
}

/// Row of `activities`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActivityId,
    #[sea_orm(column_type = "Text")]
    pub no: String,
    pub programme_id: ProgrammeId,
    pub kind: ActivityKind,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub status: ActivityStatus,
    pub held_on: NaiveDate,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    #[sea_orm(column_type = "Text", nullable)]
    pub place: Option<String>,
    pub online: bool,
    pub organiser_id: OrganisationId,
    pub counterpart_id: OrganisationId,
    #[sea_orm(column_type = "Text")]
    pub organiser_side: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub source_code: Option<String>,
    pub imported: bool,
    pub import_id: Option<Uuid>,
    pub provenance: Provenance,
    #[sea_orm(column_type = "Text", nullable)]
    pub provenance_note: Option<String>,
    pub created_by: Option<AccountId>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub confirmed_by: Option<AccountId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub return_reason: Option<String>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
