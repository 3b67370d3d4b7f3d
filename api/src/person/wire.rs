//! JSON of people.

use serde::{Deserialize, Serialize};
use twinning_entity::ids::{OrganisationId, PersonId};
use utoipa::{IntoParams, ToSchema};

/// A person as staff see one; the phone is masked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonLine {
    /// Identifier.
    pub id: PersonId,
    /// Name.
    pub name: String,
    /// Organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Masked mobile number.
    #[schema(example = "199****0001")]
    pub phone_masked: Option<String>,
    /// Whether the person is made up for the demo.
    pub is_synthetic: bool,
}

/// Filter of the list of people.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PersonFilter {
    /// Part of a name, at least 2 characters.
    #[param(min_length = 2, max_length = 64)]
    pub q: Option<String>,
    /// Organisation and all below it.
    pub organisation_id: Option<OrganisationId>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}
