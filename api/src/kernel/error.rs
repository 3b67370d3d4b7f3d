//! The few ways an operation can fail. No HTTP here; each mouth translates.

use std::sync::Arc;

use super::fault::{Args, FieldFault};

/// Result of an operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of refusal a rule makes; mouths choose a status from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The object is in a state that does not allow the act (409).
    Conflict,
    /// The input is readable but breaks a rule (422).
    Unprocessable,
    /// Content of a type that is not taken (415).
    UnsupportedType,
    /// More bytes than allowed (413).
    TooLarge,
    /// Unreadable input (400).
    Unreadable,
    /// Withdrawn content (410).
    Gone,
    /// Not signed in, or the proof is not good (401).
    Unauthorised,
    /// Too many tries; the number is the seconds to wait (429).
    TooMany(u64),
    /// Out of room (507).
    NoRoom,
    /// A needed part does not answer; try again (503).
    Unavailable,
    /// A precondition header is missing (428).
    PreconditionRequired,
    /// A byte range that the file does not have (416).
    Range,
    /// The request line or a header is not acceptable (406).
    NotAcceptable,
    /// An address or a head that is too long (414, 431); the flag says which of them is.
    TooLong {
        /// The headers, not the address.
        headers: bool,
    },
    /// Meant for another host (421).
    Misdirected,
}

/// A refusal that has a name: a feature's own rule.
pub trait Rule: std::fmt::Debug + Send + Sync + 'static {
    /// Stable dotted code, such as `pairing.not_proposed`; an entry of `docs/errors.md`.
    fn code(&self) -> &'static str;

    /// What kind of refusal it is.
    fn kind(&self) -> RefusalKind {
        RefusalKind::Conflict
    }

    /// Values that fill the message.
    fn args(&self) -> Args {
        Args::new()
    }

    /// State the object is in and what the caller may do instead, for a refusal by state.
    fn state(&self) -> Option<(String, Vec<String>)> {
        None
    }
}

/// Why an operation did not happen.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// For this caller the object does not exist.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// We do not know who is asking.
    #[error("not signed in")]
    Anonymous,
    /// Visible, but not this caller's to do.
    #[error("not allowed")]
    Denied,
    /// Fields of the input are wrong.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldFault>),
    /// A rule with a name says no.
    #[error("refused: {}", .0.code())]
    Refused(Arc<dyn Rule>),
    /// The caller saw an older version.
    #[error("stale version")]
    Stale,
    /// Somebody was faster inside the database; the write starts over.
    #[error("lost a race")]
    Raced,
    /// Something behind us does not answer.
    #[error("{0} is unavailable")]
    Unavailable(&'static str),
    /// A fault of ours. The chain is logged once, at the boundary, and never shown.
    #[error("internal fault")]
    Internal(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

impl<R: Rule> From<R> for Error {
    fn from(rule: R) -> Self {
        Self::Refused(Arc::new(rule))
    }
}

impl Error {
    /// A fault of ours with its source.
    pub fn internal(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Arc::new(source))
    }

    /// A fault of ours told in words, where there is no source.
    #[must_use]
    pub fn broken(what: &'static str) -> Self {
        #[derive(Debug, thiserror::Error)]
        #[error("{0}")]
        struct Broken(&'static str);
        Self::internal(Broken(what))
    }

    /// One wrong field.
    #[must_use]
    pub fn field(field: &str, code: &'static str) -> Self {
        Self::Invalid(vec![FieldFault::new(field, code)])
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match crate::infra::db::severity(&error) {
            crate::infra::db::Severity::Transient => Self::Raced,
            crate::infra::db::Severity::Unreachable => {
                tracing::warn!(error = %error, "database unreachable");
                Self::Unavailable("database")
            }
            crate::infra::db::Severity::Duplicate => {
                tracing::warn!(error = %error, "a unique rule refused a write that its store does not name");
                Self::Refused(Arc::new(Duplicate))
            }
            // Whatever slipped past the checks at the door is still the caller's to mend, not a fault of ours.
            crate::infra::db::Severity::Value => Self::field("", "field.characters"),
            crate::infra::db::Severity::Fault => Self::internal(error),
        }
    }
}

/// The database holds something of the same kind already: somebody was faster, or the input says it twice.
#[derive(Clone, Copy, Debug)]
struct Duplicate;

impl Rule for Duplicate {
    fn code(&self) -> &'static str {
        "object.duplicate"
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
