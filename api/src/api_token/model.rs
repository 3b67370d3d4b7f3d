//! Rules of tokens of programs.

use crate::kernel::error::{RefusalKind, Rule};

/// What every token begins with, so that a leaked one is known for what it is.
pub const PREFIX: &str = "twn_";
/// Tokens that an account may have at once.
pub const AT_ONCE: u64 = 20;
/// Longest life of a token, in days.
pub const LONGEST_DAYS: i64 = 365;

/// What a token can be limited to: the first word of an address, for reading; with `:write` for changing as well. Rights,
/// people, sign-in and the machine itself are no program's business.
pub const SCOPES: &[&str] = &[
    "activities",
    "activities:write",
    "cities",
    "classes",
    "divisions",
    "documents",
    "files",
    "files:write",
    "imports",
    "imports:write",
    "notices",
    "organisations",
    "organisations:write",
    "pairings",
    "programmes",
    "search",
    "todo",
];

/// Refusals of tokens of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiTokenRule {
    /// The account has as many as it may.
    TooMany,
}

impl Rule for ApiTokenRule {
    fn code(&self) -> &'static str {
        "api_token.too_many"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Conflict
    }
}
