//! The catalogue of events, and when a delivery that failed is tried again.

use crate::kernel::error::{RefusalKind, Rule};

/// Events that webhooks can be told of, with what they mean; named for ever.
pub const EVENTS: &[(&str, &str)] = &[
    ("activity.log", "A joint activity was logged"),
    ("activity.submit_record", "A record was submitted to the other side"),
    ("activity.confirm", "The other side confirmed a record"),
    ("activity.return", "The other side sent a record back"),
    ("organisation.create", "An organisation was added"),
    ("organisation.move", "An organisation was moved"),
    ("organisation.rename", "An organisation was renamed"),
    ("organisation.merge", "An organisation was merged into another"),
    ("organisation.split", "An organisation was split"),
    ("organisation.abolish", "An organisation was abolished"),
];

/// Webhooks that a city may have.
pub const PER_CITY: u64 = 20;

/// Refusals of webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookRule {
    /// The city has as many as it may.
    TooMany,
    /// The delivery is still on its way.
    OnItsWay,
}

impl Rule for WebhookRule {
    fn code(&self) -> &'static str {
        match self {
            Self::TooMany => "webhook.too_many",
            Self::OnItsWay => "webhook.on_its_way",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Conflict
    }
}
