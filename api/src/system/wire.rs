//! JSON of jobs and settings.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use twinning_entity::ids::JobId;
use twinning_entity::job::JobState;
use utoipa::{IntoParams, ToSchema};

/// A background job, without what it works on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JobBody {
    /// Identifier.
    pub id: JobId,
    /// Kind.
    pub kind: String,
    /// State.
    pub state: JobState,
    /// Tries so far.
    pub attempts: i32,
    /// When it is due.
    pub run_at: DateTime<FixedOffset>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: DateTime<FixedOffset>,
    /// When it was done or parked.
    pub finished_at: Option<DateTime<FixedOffset>>,
}

/// Filter of the list of jobs.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobFilter {
    /// State.
    pub state: Option<JobState>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}

/// A setting in force; secrets are hidden.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SettingBody {
    /// Environment variable.
    pub name: String,
    /// Value in force; `***` for a secret that is set.
    pub value: Option<String>,
    /// Value without it.
    pub default: String,
    /// What it means.
    pub meaning: String,
}
