//! Kinds of messages, how often a reader wants them, and when a letter that failed is tried again.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use twinning_entity::outbox_mail::MailState;
use utoipa::ToSchema;

use crate::kernel::error::Rule;

/// When letters of a kind are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// At once.
    Now,
    /// In one letter each working day.
    Daily,
    /// In one letter each week.
    Weekly,
    /// Never; the inbox has them.
    Off,
}

impl Frequency {
    /// All of them, in the order in which they are offered.
    pub const ALL: &[Self] = &[Self::Now, Self::Daily, Self::Weekly, Self::Off];

    /// The stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Off => "off",
        }
    }

    /// The frequency of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|one| one.word() == word).copied()
    }
}

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Stable name; with dashes the key of its words.
    pub name: &'static str,
    /// What is sent when the reader chose nothing.
    pub usual: Frequency,
    /// Whether the reader may choose; what concerns the safety of the account is always sent.
    pub choosable: bool,
}

const fn kind(name: &'static str, usual: Frequency) -> Kind {
    Kind { name, usual, choosable: true }
}

const fn always(name: &'static str) -> Kind {
    Kind { name, usual: Frequency::Now, choosable: false }
}

/// An invitation to an account, with its link.
pub const INVITATION: Kind = always("account.invitation");
/// A link to set a new password.
pub const RESET: Kind = always("account.reset");
/// A link to confirm a new address.
pub const NEW_ADDRESS: Kind = always("account.new_address");
/// The account is locked after failed tries.
pub const LOCKED: Kind = always("account.locked");
/// The password was changed.
pub const PASSWORD_CHANGED: Kind = always("account.password_changed");
/// The second factor was set up, renewed or removed.
pub const FACTOR_CHANGED: Kind = always("account.factor_changed");
/// The address was changed.
pub const ADDRESS_CHANGED: Kind = always("account.address_changed");
/// A role was given.
pub const APPOINTED: Kind = always("appointment.given");
/// A role was ended.
pub const DISMISSED: Kind = always("appointment.ended");
/// Something waits for a second person.
pub const APPROVAL_ASKED: Kind = kind("approval.asked", Frequency::Now);
/// A second person has decided.
pub const APPROVAL_DECIDED: Kind = kind("approval.decided", Frequency::Now);
/// The other side asks to confirm a record.
pub const RECORD_AWAITING: Kind = kind("activity.awaiting", Frequency::Daily);
/// The other side sent a record back.
pub const RECORD_RETURNED: Kind = kind("activity.returned", Frequency::Daily);
/// The other side confirmed a record.
pub const RECORD_CONFIRMED: Kind = kind("activity.confirmed", Frequency::Weekly);
/// A record still waits; at most once a week for each (`domain.md` 5.4 AF-06).
pub const RECORD_REMINDER: Kind = kind("activity.reminder", Frequency::Daily);
/// Accounts that nobody used for long.
pub const IDLE_ACCOUNTS: Kind = kind("account.idle", Frequency::Weekly);

/// Every kind a reader may choose for, in the order in which they are offered.
pub const CHOOSABLE: &[Kind] = &[
    APPROVAL_ASKED,
    APPROVAL_DECIDED,
    RECORD_AWAITING,
    RECORD_RETURNED,
    RECORD_CONFIRMED,
    RECORD_REMINDER,
    IDLE_ACCOUNTS,
];

/// Longest pause between tries, and how long a letter is tried (`reliability.md` O-02).
const LONGEST_PAUSE_MS: u64 = 3_600_000;
const TRIED_DAYS: i64 = 3;

/// When a letter that failed for the `attempts`-th time is tried again; none when it was tried long enough. `noise` is
/// a number that differs between letters, so that they do not all come back at once.
#[must_use]
pub fn next_try(
    base_ms: u64,
    attempts: i32,
    noise: u8,
    now: DateTime<Utc>,
    born: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    if now - born >= Duration::days(TRIED_DAYS) {
        return None;
    }
    let doubled = base_ms.saturating_mul(1_u64 << u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0));
    let pause = doubled.min(LONGEST_PAUSE_MS.max(base_ms));
    let jitter = pause / 4 * u64::from(noise) / 255;
    Some(now + Duration::milliseconds(i64::try_from(pause + jitter).unwrap_or(i64::MAX / 2)))
}

/// Refusals of the outbox.
#[derive(Clone, Copy, Debug)]
pub enum LetterRule {
    /// The letter is not a dead one.
    NotDead(MailState),
}

impl Rule for LetterRule {
    fn code(&self) -> &'static str {
        "letter.not_dead"
    }

    fn state(&self) -> Option<(String, Vec<String>)> {
        let Self::NotDead(state) = self;
        Some((state.word().to_owned(), Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_three_days() {
        // REQ O-02
        let at = DateTime::from_timestamp(1_600_000_000, 0).unwrap();
        let pause = |attempts| (next_try(60_000, attempts, 0, at, at).unwrap() - at).num_seconds();
        assert_eq!([pause(1), pause(2), pause(3), pause(7), pause(40)], [60, 120, 240, 3_600, 3_600]);
        assert!(next_try(60_000, 1, 255, at, at).unwrap() > at + Duration::seconds(70));
        assert!(next_try(60_000, 9, 0, at + Duration::days(3), at).is_none());
    }
}
