//! JSON of programmes.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{CityId, ProgrammeId};
use twinning_entity::programme::ProgrammeStatus;
use twinning_entity::provenance::Provenance;
use utoipa::ToSchema;

/// A programme.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProgrammeBody {
    /// Identifier.
    pub id: ProgrammeId,
    /// Human code.
    #[schema(example = "PDS-WH-2019")]
    pub code: String,
    /// Name.
    pub name: String,
    /// City of side A.
    pub city_a_id: CityId,
    /// City of side B.
    pub city_b_id: CityId,
    /// State.
    pub status: ProgrammeStatus,
    /// Cooperation areas.
    pub areas: Vec<String>,
    /// Principles.
    pub principles: Vec<String>,
    /// Stated aims.
    pub aims: Vec<String>,
    /// First day, if published.
    pub starts_on: Option<NaiveDate>,
    /// Last day, if published.
    pub ends_on: Option<NaiveDate>,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// Note on it.
    pub provenance_note: Option<String>,
}
