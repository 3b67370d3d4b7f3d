//! JSON of the audit log.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// One entry of the audit log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditEntryBody {
    /// Gapless number of the entry.
    pub seq: i64,
    /// When it happened.
    pub at: DateTime<FixedOffset>,
    /// Account that acted; none for strangers and the system.
    pub account_id: Option<Uuid>,
    /// Role it acted in.
    pub role: Option<String>,
    /// Organisation it acted for.
    pub organisation_id: Option<Uuid>,
    /// Address the call came from.
    pub address: Option<String>,
    /// Request id.
    pub request_id: Option<String>,
    /// What was done, such as `activity.confirm`.
    pub operation: String,
    /// Kind of the object.
    pub object_kind: Option<String>,
    /// The object.
    pub object_id: Option<Uuid>,
    /// `done` or `refused`.
    pub result: String,
    /// What changed, personal values masked.
    pub detail: serde_json::Value,
    /// Hash of the entry before.
    pub prev_hash: String,
    /// Hash of this entry, which covers the one before.
    pub hash: String,
}

/// Filter of the list of audit entries.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    /// Operation such as `activity.confirm`, or its first word for all of them.
    #[param(max_length = 64)]
    pub operation: Option<String>,
    /// Object the entry is about.
    pub object_id: Option<Uuid>,
    /// Account that acted.
    pub account_id: Option<Uuid>,
    /// Organisation it acted for.
    pub organisation_id: Option<Uuid>,
    /// `done` or `refused`.
    #[param(max_length = 16)]
    pub result: Option<String>,
    /// First instant.
    pub from: Option<DateTime<FixedOffset>>,
    /// Instant before which.
    pub to: Option<DateTime<FixedOffset>>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}
