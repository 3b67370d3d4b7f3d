//! What sign-in refuses, and how long its proofs last.

use chrono::Duration;

use crate::kernel::error::{RefusalKind, Rule};

/// Life of an access token (`reliability.md` S-03).
#[must_use]
pub fn access_life() -> Duration {
    Duration::minutes(15)
}

/// Life of a refresh token (`reliability.md` S-04); administrators' end sooner.
#[must_use]
pub fn refresh_life(administrator: bool) -> Duration {
    if administrator { Duration::hours(12) } else { Duration::days(30) }
}

/// Longest life of a portal session (`domain.md` 5.1 SEC-04).
#[must_use]
pub fn session_life() -> Duration {
    Duration::hours(12)
}

/// How long a portal session may stay unused (`domain.md` 5.1 SEC-04).
#[must_use]
pub fn session_idle(administrator: bool) -> Duration {
    Duration::minutes(if administrator { 15 } else { 30 })
}

/// Portal sessions an account may have at once (`reliability.md` A-08).
#[must_use]
pub fn sessions_at_once(administrator: bool) -> usize {
    if administrator { 1 } else { 5 }
}

/// Failures of one account within [`failure_window`] that lock it (`domain.md` 5.1 SEC-03).
pub const FAILURES_TO_LOCK: u64 = 5;

/// Window in which failures count.
#[must_use]
pub fn failure_window() -> Duration {
    Duration::minutes(15)
}

/// How long the lock lasts.
#[must_use]
pub fn lock_time() -> Duration {
    Duration::minutes(30)
}

/// Failures from one address within a minute that make it wait (`reliability.md` L-01).
pub const FAILURES_PER_ADDRESS: u64 = 10;

/// Refusals of sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthRule {
    /// The one answer for every failed sign-in (`reliability.md` A-04).
    Failed,
    /// A token that is not ours, is over, or was ended.
    TokenInvalid,
    /// A refresh token that is not ours, is over, or came twice.
    RefreshInvalid,
    /// Too many failures from one address.
    TooMany,
    /// Hashing is busy.
    Busy,
}

impl Rule for AuthRule {
    fn code(&self) -> &'static str {
        match self {
            Self::Failed => "auth.failed",
            Self::TokenInvalid => "auth.token_invalid",
            Self::RefreshInvalid => "auth.refresh_invalid",
            Self::TooMany => "auth.too_many",
            Self::Busy => "service.unavailable",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Failed | Self::TokenInvalid | Self::RefreshInvalid => RefusalKind::Unauthorised,
            Self::TooMany => RefusalKind::TooMany(60),
            Self::Busy => RefusalKind::Unavailable,
        }
    }
}
