//! JSON of letters, the inbox and what is mailed.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{AccountId, MailId, MessageId};
use twinning_entity::outbox_mail::MailState;
use utoipa::{IntoParams, ToSchema};

use super::model::Frequency;

/// A message of the inbox, in the language of the call.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageBody {
    /// Identifier.
    pub id: MessageId,
    /// Kind, such as `activity.awaiting`.
    pub kind: String,
    /// What it says in one line.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// Page it is about.
    pub url: Option<String>,
    /// When it was written.
    pub created_at: DateTime<FixedOffset>,
    /// When it was read.
    pub read_at: Option<DateTime<FixedOffset>>,
}

/// Filter of the inbox.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessageFilter {
    /// Only what has not been read.
    pub unread: Option<bool>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}

/// What the caller is told by mail, kind by kind; what concerns the safety of the account is always sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionsBody {
    /// Kind of message → `now`, `daily`, `weekly` or `off`.
    pub mail: BTreeMap<String, Frequency>,
}

/// A letter on its way, without its content.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MailBody {
    /// Identifier.
    pub id: MailId,
    /// Kind.
    pub kind: String,
    /// Masked address.
    #[schema(example = "k***@example.org")]
    pub to: String,
    /// Account it is for.
    pub account_id: Option<AccountId>,
    /// State.
    pub state: MailState,
    /// Tries so far.
    pub attempts: i32,
    /// When it is tried next.
    pub next_at: DateTime<FixedOffset>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: DateTime<FixedOffset>,
    /// When it was handed over.
    pub sent_at: Option<DateTime<FixedOffset>>,
}

/// Filter of the outbox.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MailFilter {
    /// State.
    pub state: Option<MailState>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}

/// A day of the calendar.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CalendarDayBody {
    /// The day.
    pub day: NaiveDate,
    /// Whether it is a working day.
    pub working: bool,
    /// Name of the holiday, or why work is done.
    pub name: Option<String>,
}

/// Days of the calendar that are not as the week says.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarInput {
    /// The days, at most 400.
    #[schema(max_items = 400)]
    pub days: Vec<CalendarDayInput>,
}

/// A day of the calendar as it is set.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDayInput {
    /// The day.
    pub day: NaiveDate,
    /// Whether it is a working day.
    pub working: bool,
    /// Name of the holiday, or why work is done.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub name: Option<String>,
}

/// Which year of the calendar is wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CalendarFilter {
    /// The year.
    #[param(minimum = 1900, maximum = 2200)]
    pub year: i32,
}
