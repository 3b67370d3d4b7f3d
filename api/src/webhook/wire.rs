//! JSON of webhooks.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{CityId, DeliveryId, WebhookId};
use twinning_entity::webhook::WebhookState;
use twinning_entity::webhook_delivery::DeliveryState;
use utoipa::ToSchema;
use uuid::Uuid;

/// A webhook to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// City whose events it is told of.
    pub city_id: CityId,
    /// Address that is called: https and public.
    #[schema(max_length = 500, example = "https://hooks.example.org/twinning")]
    pub url: String,
    /// Events, such as `activity.confirm`; `GET /api/v1/webhooks/events` lists them.
    #[schema(min_items = 1, max_items = 50)]
    pub events: Vec<String>,
}

/// Changes of a webhook; what is not named stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookChange {
    /// Address that is called.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub url: Option<String>,
    /// Events.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 50)]
    pub events: Option<Vec<String>>,
    /// Whether it is told.
    #[serde(default)]
    pub state: Option<WebhookState>,
}

/// A webhook, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WebhookBody {
    /// Identifier.
    pub id: WebhookId,
    /// City whose events it is told of.
    pub city_id: CityId,
    /// Address that is called.
    pub url: String,
    /// Events.
    pub events: Vec<String>,
    /// Whether it is told.
    pub state: WebhookState,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// A webhook that was just made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct MadeWebhook {
    /// Secret of the signatures, shown this once. `Twinning-Signature: t=…,v1=…` holds the time in seconds and the
    /// HMAC-SHA-256 of time, a dot and the body, in hexadecimal.
    pub secret: String,
    /// What is kept of it.
    #[serde(flatten)]
    pub kept: WebhookBody,
}

impl std::fmt::Debug for MadeWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MadeWebhook(***)")
    }
}

/// What a webhook is sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventBody {
    /// Event, such as `activity.confirm`.
    pub event: String,
    /// When it happened.
    pub at: DateTime<FixedOffset>,
    /// Kind of the object.
    pub object_kind: String,
    /// The object.
    pub object_id: Uuid,
    /// Where the API has it.
    pub url: String,
}

/// A delivery.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryBody {
    /// Identifier, sent as `Twinning-Delivery`.
    pub id: DeliveryId,
    /// Event.
    pub event: String,
    /// What is sent.
    pub body: EventBody,
    /// State.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: i32,
    /// When it is tried next.
    pub next_at: DateTime<FixedOffset>,
    /// Status of the last answer.
    pub last_status: Option<i32>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: DateTime<FixedOffset>,
    /// When it was answered or given up.
    pub done_at: Option<DateTime<FixedOffset>>,
}

/// An event of the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventKindBody {
    /// Name.
    pub event: String,
    /// What it means.
    pub meaning: String,
}
