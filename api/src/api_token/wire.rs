//! JSON of tokens of programs.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use twinning_entity::ids::ApiTokenId;
use utoipa::ToSchema;

/// A token to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiToken {
    /// What it is for, in a few words.
    #[schema(max_length = 60)]
    pub name: String,
    /// What it is limited to, such as `activities` or `activities:write`.
    #[schema(min_items = 1, max_items = 20)]
    pub scopes: Vec<String>,
    /// Days until it ends, 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    pub days: i64,
}

/// A token, without the token itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApiTokenBody {
    /// Identifier.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// What it is limited to.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
    /// When it ends.
    pub expires_at: DateTime<FixedOffset>,
    /// Day on which it was last used.
    pub last_used_on: Option<NaiveDate>,
}

/// A token that was just made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct MadeApiToken {
    /// The token, shown this once; sent as `Authorization: Bearer …`.
    pub token: String,
    /// What is kept of it.
    #[serde(flatten)]
    pub kept: ApiTokenBody,
}

impl std::fmt::Debug for MadeApiToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MadeApiToken(***)")
    }
}
