//! The reason that a person gives for an act (`domain.md` 3, common rules).

use serde::Deserialize;
use utoipa::ToSchema;

/// Reason for an act that needs one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    /// The reason, at least 5 characters.
    #[schema(min_length = 5, max_length = 500)]
    pub reason: String,
}
