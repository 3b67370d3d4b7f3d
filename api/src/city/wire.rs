//! JSON of cities and divisions.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::division::CodeSystem;
use twinning_entity::ids::{CityId, DivisionId};
use twinning_entity::organisation::OrgLevel;
use utoipa::ToSchema;

/// A city.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CityBody {
    /// Identifier.
    pub id: CityId,
    /// Short code, part of human codes.
    #[schema(example = "PDS")]
    pub code: String,
    /// Name.
    #[schema(example = "平顶山市")]
    pub name: String,
    /// English name, if entered.
    pub name_en: Option<String>,
    /// Division code.
    pub division_code: Option<String>,
}

/// A division.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DivisionBody {
    /// Identifier.
    pub id: DivisionId,
    /// Code.
    #[schema(example = "410400")]
    pub code: String,
    /// List the code comes from.
    pub code_system: CodeSystem,
    /// Name.
    pub name: String,
    /// Level.
    pub level: OrgLevel,
    /// Code of the division above.
    pub parent_code: Option<String>,
    /// First day of validity, if known.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity.
    pub valid_to: Option<NaiveDate>,
    /// Code that took its place.
    pub successor_code: Option<String>,
}
