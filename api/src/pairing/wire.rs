//! JSON of pairings.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{CityId, MilestoneId, OrganisationId, PairingId, ProgrammeId};
use twinning_entity::pairing::PairingStatus;
use twinning_entity::pairing_milestone::{DayPart, MilestoneKind};
use twinning_entity::provenance::Provenance;
use utoipa::{IntoParams, ToSchema};

use crate::organisation::wire::OrganisationRef;

/// One side of a pairing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SideBody {
    /// The organisation.
    pub organisation: OrganisationRef,
    /// Its full name.
    pub name_full: String,
    /// Its city.
    pub city_id: CityId,
    /// Name of its city.
    pub city_name: String,
}

/// A pairing in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PairingLine {
    /// Identifier.
    pub id: PairingId,
    /// Human code.
    #[schema(example = "PDS-WH-2019-01")]
    pub code: String,
    /// Place in the programme.
    pub seq: i32,
    /// Name.
    pub name: String,
    /// Programme.
    pub programme_id: ProgrammeId,
    /// Side A.
    pub side_a: SideBody,
    /// Side B.
    pub side_b: SideBody,
    /// State.
    pub status: PairingStatus,
    /// Day of the unveiling, if there was one.
    pub unveiled_on: Option<NaiveDate>,
    /// Confirmed activities; staff and sides also see those waiting apart.
    pub activities_confirmed: u64,
    /// Activities waiting for the other side; none for the public.
    pub activities_waiting: Option<u64>,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// One pairing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PairingDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub line: PairingLine,
    /// Name of the programme.
    pub programme_name: String,
    /// Cooperation areas.
    pub areas: Vec<String>,
    /// Goals, if published.
    pub goals: Option<String>,
    /// Number of the agreement.
    pub agreement_no: Option<String>,
    /// First day of the term, if published.
    pub term_start: Option<NaiveDate>,
    /// Last day of the term, if published.
    pub term_end: Option<NaiveDate>,
    /// Day of signing, if published.
    pub signed_on: Option<NaiveDate>,
    /// Contact of side A; sides and staff only.
    pub liaison_a: Option<String>,
    /// Contact of side B; sides and staff only.
    pub liaison_b: Option<String>,
    /// Milestones in order.
    pub milestones: Vec<MilestoneBody>,
    /// Whether it was brought in from before the portal.
    pub imported: bool,
    /// What the entry rests on.
    pub provenance_note: Option<String>,
    /// Fields that are inferred.
    pub inferred: Vec<String>,
    /// History of states.
    pub history: Vec<TransitionBody>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Whether the caller belongs to side `a` or `b`.
    pub caller_side: Option<String>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// A milestone.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MilestoneBody {
    /// Identifier.
    pub id: MilestoneId,
    /// Kind.
    pub kind: MilestoneKind,
    /// Day.
    pub on_date: NaiveDate,
    /// Part of the day, where no clock time is known.
    pub day_part: Option<DayPart>,
    /// Place.
    pub place: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// One change of state.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TransitionBody {
    /// What was done.
    pub action: String,
    /// State before; none for the first.
    pub from_state: Option<String>,
    /// State after.
    pub to_state: String,
    /// Organisation that did it.
    pub organisation_id: Option<OrganisationId>,
    /// Post of who did it.
    pub post: Option<String>,
    /// Reason or comment.
    pub comment: Option<String>,
    /// When.
    pub at: DateTime<FixedOffset>,
}

/// Filter of the list of pairings.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PairingFilter {
    /// Programme.
    pub programme_id: Option<ProgrammeId>,
    /// State.
    pub status: Option<PairingStatus>,
    /// City of either side.
    pub city_id: Option<CityId>,
    /// Organisation of either side.
    pub organisation_id: Option<OrganisationId>,
    /// Whether everything below `organisation_id` belongs to it.
    pub subtree: Option<bool>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}
