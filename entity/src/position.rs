//! Post a person holds or held at an organisation.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{OrganisationId, PersonId, PositionId};

words! {
    /// Post a person holds at an organisation (`domain.md` 2.3).
    PositionKind {
        Secretary = "secretary",
        DeputySecretary = "deputy_secretary",
        CommitteeMember = "committee_member",
        OrganisationMember = "organisation_member",
        PublicityMember = "publicity_member",
        DisciplineMember = "discipline_member",
        GroupLeader = "group_leader",
        BuildingHead = "building_head",
        HygieneMember = "hygiene_member",
        SecurityMember = "security_member",
        CultureSportsMember = "culture_sports_member",
        PropertyOfficer = "property_officer",
        RcDirector = "rc_director",
        McDirector = "mc_director",
        SectionChief = "section_chief",
        OfficeDeputy = "office_deputy",
        Liaison = "liaison",
        PartyAffairsWorker = "party_affairs_worker",
        Other = "other",
    }
}

/// Row of `positions`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "positions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PositionId,
    pub person_id: PersonId,
    pub organisation_id: OrganisationId,
    pub kind: PositionKind,
    #[sea_orm(column_type = "Text", nullable)]
    pub title: Option<String>,
    pub from_on: Option<NaiveDate>,
    pub to_on: Option<NaiveDate>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
