//! JSON of search.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::engine::Kind;

/// A hit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HitBody {
    /// Kind.
    pub kind: Kind,
    /// Identifier.
    pub id: Uuid,
    /// Title.
    pub title: String,
    /// Part of the text around the match, escaped, with matches in `<mark>`.
    pub snippet: String,
    /// Score; comparable within one answer only.
    pub score: f32,
    /// Page of the portal.
    pub url: String,
    /// Whether it only shares words with the text and does not contain it.
    pub related: bool,
}

/// An answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchBody {
    /// The hits.
    pub items: Vec<HitBody>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Objects that contain the text, of those the caller may read.
    pub total: u64,
}

/// A question.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    /// Words, "phrases" and -exclusions; 64 characters are looked at.
    #[param(max_length = 256)]
    pub q: String,
    /// Kind wanted.
    pub kind: Option<Kind>,
    /// Hits of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
}
