//! JSON of to-dos.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that waits for the caller.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TodoBody {
    /// What is to be done.
    #[schema(example = "activity.confirm")]
    pub kind: String,
    /// The object.
    pub object_id: Uuid,
    /// Title of the object.
    pub title: String,
    /// Whom it comes from.
    pub from: String,
    /// Since when it waits.
    pub since: NaiveDate,
    /// Page of the portal where it is done.
    pub url: String,
}
