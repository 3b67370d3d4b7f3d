//! Organisation in the official tree of its city (`domain.md` 2.1).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::division::CodeSystem;
use crate::ids::{CityId, OrganisationId};
use crate::provenance::Provenance;

words! {
    /// Form of a party organisation or a body beside it (`domain.md` 2.1).
    OrgForm {
        LocalCommittee = "local_committee",
        Department = "department",
        Section = "section",
        WorkingCommittee = "working_committee",
        LeadingGroup = "leading_group",
        GrassrootsCommittee = "grassroots_committee",
        GeneralBranch = "general_branch",
        Branch = "branch",
        JointBranch = "joint_branch",
        TemporaryBranch = "temporary_branch",
        PartyGroup = "party_group",
        ResidentsCommittee = "residents_committee",
        OwnersCommittee = "owners_committee",
        ManagementCommittee = "management_committee",
        PartyMassServiceCentre = "party_mass_service_centre",
        VolunteerOrganisation = "volunteer_organisation",
        Other = "other",
    }
}

words! {
    /// Administrative level an organisation works at (`domain.md` 2.1).
    OrgLevel {
        Provincial = "provincial",
        Prefectural = "prefectural",
        County = "county",
        Township = "township",
        Community = "community",
        Estate = "estate",
        Building = "building",
    }
}

words! {
    /// Kind of unit that hosts the organisation (`domain.md` 2.1).
    HostSector {
        StreetCommunity = "street_community",
        Rural = "rural",
        Agency = "agency",
        PublicInstitution = "public_institution",
        Soe = "soe",
        School = "school",
        PrivateEnterprise = "private_enterprise",
        SocialOrg = "social_org",
    }
}

words! {
    /// Whether an organisation still exists (`domain.md` 3.1 P8).
    OrgStatus {
        Active = "active",
        Merged = "merged",
        Abolished = "abolished",
    }
}

/// Row of `organisations`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organisations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganisationId,
    pub seq: i64,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub city_id: CityId,
    pub parent_id: Option<OrganisationId>,
    pub path: String,
    pub depth: i32,
    #[sea_orm(column_type = "Text")]
    pub name_full: String,
    #[sea_orm(column_type = "Text")]
    pub name_short: String,
    #[sea_orm(column_type = "Text")]
    pub name_display: String,
    pub form: OrgForm,
    #[sea_orm(column_type = "Text", nullable)]
    pub kind_text: Option<String>,
    pub level: OrgLevel,
    pub sector: Option<HostSector>,
    pub functional_zone: bool,
    #[sea_orm(column_type = "Text", nullable)]
    pub division_code: Option<String>,
    pub code_system: Option<CodeSystem>,
    pub display_order: i32,
    pub status: OrgStatus,
    pub successor_id: Option<OrganisationId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub profile: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub pinyin_key: String,
    #[sea_orm(column_type = "Text")]
    pub initials: String,
    #[sea_orm(column_type = "Text")]
    pub stroke_key: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub offers: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub needs: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub field_access: Json,
    pub ended_on: Option<chrono::NaiveDate>,
    pub provenance: Provenance,
    #[sea_orm(column_type = "Text", nullable)]
    pub provenance_note: Option<String>,
    pub import_id: Option<Uuid>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
