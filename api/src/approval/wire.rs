//! JSON of what takes two persons.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use twinning_entity::approval::{ApprovalKind, ApprovalState};
use twinning_entity::ids::{AccountId, ApprovalId, ClassId, OrganisationId, PersonId};
use utoipa::{IntoParams, ToSchema};

/// Something that waits for a second person, or was decided.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApprovalBody {
    /// Identifier.
    pub id: ApprovalId,
    /// What is asked for.
    pub kind: ApprovalKind,
    /// State.
    pub state: ApprovalState,
    /// Account it concerns.
    pub account_id: Option<AccountId>,
    /// Name of whom it concerns.
    pub subject: Option<String>,
    /// Person it concerns.
    pub person_id: Option<PersonId>,
    /// Organisation it concerns.
    pub organisation_id: Option<OrganisationId>,
    /// Name of that organisation.
    pub organisation_name: Option<String>,
    /// Role, for roles.
    pub role: Option<String>,
    /// Why it is asked for.
    pub reason: String,
    /// Who asked.
    pub asked_by: AccountId,
    /// Name of who asked.
    pub asked_by_name: String,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// What the decision says.
    pub comment: Option<String>,
    /// When it was asked.
    pub created_at: DateTime<FixedOffset>,
    /// Until when it waits.
    pub expires_at: DateTime<FixedOffset>,
    /// When it was decided.
    pub decided_at: Option<DateTime<FixedOffset>>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// Filter of the list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApprovalFilter {
    /// State.
    pub state: Option<ApprovalState>,
    /// What is asked for.
    pub kind: Option<ApprovalKind>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}

/// What a decision says.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentInput {
    /// At most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub comment: Option<String>,
}

/// The personal data of a class's roster, asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterExportInput {
    /// Class.
    pub class_id: ClassId,
    /// Why, 5 to 500 characters.
    #[schema(min_length = 5, max_length = 500)]
    pub reason: String,
}
