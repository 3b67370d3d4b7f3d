//! Rules of what takes two persons.

use chrono::{DateTime, Duration, Utc};
use twinning_entity::approval::{self as row, ApprovalKind, ApprovalState};

use crate::kernel::error::{RefusalKind, Rule};

/// How long something waits for a second person.
#[must_use]
pub fn life() -> Duration {
    Duration::days(7)
}

/// How long an approved export can be fetched.
#[must_use]
pub fn export_life() -> Duration {
    Duration::hours(24)
}

/// Whether an approved export can be fetched now.
#[must_use]
pub fn can_fetch(found: &row::Model, now: DateTime<Utc>) -> bool {
    let fresh = found.decided_at.is_some_and(|at| now < at + export_life());
    found.kind == ApprovalKind::PersonalExport && found.state == ApprovalState::Approved && fresh
}

/// Refusals of decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalRule {
    /// It is not open any more.
    NotOpen(ApprovalState),
    /// The caller asked the same and it is still open.
    AskedAlready,
    /// Whoever asked does not decide.
    OwnRequest,
    /// Whom it concerns does not decide.
    OwnCase,
    /// It is approved and its time to fetch the export is over, or it is none.
    NoContent,
}

impl Rule for ApprovalRule {
    fn code(&self) -> &'static str {
        match self {
            Self::NotOpen(_) => "approval.not_open",
            Self::AskedAlready => "approval.asked_already",
            Self::OwnRequest => "approval.own_request",
            Self::OwnCase => "approval.own_case",
            Self::NoContent => "approval.no_content",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::NotOpen(_) | Self::AskedAlready => RefusalKind::Conflict,
            Self::NoContent => RefusalKind::Gone,
            _ => RefusalKind::Unprocessable,
        }
    }

    fn state(&self) -> Option<(String, Vec<String>)> {
        match self {
            Self::NotOpen(state) => Some((state.word().to_owned(), Vec::new())),
            _ => None,
        }
    }
}
