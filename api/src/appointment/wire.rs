//! JSON of appointments.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::appointment::RoleCode;
use twinning_entity::ids::{AccountId, AppointmentId, ClassId, OrganisationId};
use utoipa::{IntoParams, ToSchema};

/// A role that an account holds, held or will hold for an organisation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HeldBody {
    /// Identifier.
    pub id: AppointmentId,
    /// Account.
    pub account_id: AccountId,
    /// Name of the person behind it.
    pub name: String,
    /// Organisation.
    pub organisation_id: OrganisationId,
    /// Name of the organisation.
    pub organisation_name: String,
    /// Role.
    pub role: RoleCode,
    /// Post as printed.
    pub post: Option<String>,
    /// Class, for class teachers and trainees.
    pub class_id: Option<ClassId>,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day, if there is one.
    pub ends_on: Option<NaiveDate>,
    /// Whether it is in force today.
    pub in_force: bool,
    /// Why it was ended.
    pub end_reason: Option<String>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// A role that should be given; a second person decides.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHeld {
    /// Account.
    pub account_id: AccountId,
    /// Organisation.
    pub organisation_id: OrganisationId,
    /// Role.
    pub role: RoleCode,
    /// Post as printed.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub post: Option<String>,
    /// Class, for class teachers and trainees.
    #[serde(default)]
    pub class_id: Option<ClassId>,
    /// First day; the day of the decision when none is given.
    #[serde(default)]
    pub starts_on: Option<NaiveDate>,
    /// Last day.
    #[serde(default)]
    pub ends_on: Option<NaiveDate>,
    /// Why, 5 to 500 characters.
    #[schema(min_length = 5, max_length = 500)]
    pub reason: String,
}

/// Filter of the list of appointments.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HeldFilter {
    /// Account.
    pub account_id: Option<AccountId>,
    /// Organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Whether organisations below it count as well.
    pub subtree: Option<bool>,
    /// Role.
    pub role: Option<RoleCode>,
    /// Only those in force today, or only those that are not.
    pub in_force: Option<bool>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}
