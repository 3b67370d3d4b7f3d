//! Rules of invitations.

use twinning_entity::invitation::InvitationState;

use crate::kernel::error::{RefusalKind, Rule};

/// Invitations of one organisation within an hour (`reliability.md` L-01).
pub const PER_HOUR: u64 = 100;

/// Version of the notice on personal data that people accept with their first sign-in (`domain.md` 5.2 PI-02).
pub const NOTICE_VERSION: &str = "2026-11";

/// Refusals of invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationRule {
    /// An account has this address already.
    LoginTaken,
    /// The person has an account already.
    PersonTaken,
    /// The role is not the caller's to give at this organisation.
    OutOfReach,
    /// Administrators' roles are given by two persons.
    NotByInvitation,
    /// It is not open any more.
    NotOpen(InvitationState),
    /// Too many of one organisation.
    TooMany,
    /// The notice on personal data was not accepted.
    NoticeNeeded,
}

impl Rule for InvitationRule {
    fn code(&self) -> &'static str {
        match self {
            Self::LoginTaken => "invitation.login_taken",
            Self::PersonTaken => "invitation.person_taken",
            Self::OutOfReach => "invitation.out_of_reach",
            Self::NotByInvitation => "invitation.not_by_invitation",
            Self::NotOpen(_) => "invitation.not_open",
            Self::TooMany => "invitation.too_many",
            Self::NoticeNeeded => "invitation.notice_needed",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::LoginTaken | Self::PersonTaken | Self::NotOpen(_) => RefusalKind::Conflict,
            Self::TooMany => RefusalKind::TooMany(3_600),
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
