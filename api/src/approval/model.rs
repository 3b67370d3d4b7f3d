//! Rules of what takes two persons.

use chrono::Duration;
use twinning_entity::approval::ApprovalState;

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

/// Refusals of decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalRule {
    /// It is not open any more.
    NotOpen(ApprovalState),
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
            Self::OwnRequest => "approval.own_request",
            Self::OwnCase => "approval.own_case",
            Self::NoContent => "approval.no_content",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::NotOpen(_) => RefusalKind::Conflict,
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
