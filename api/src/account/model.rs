//! What sign-in refuses, and how long its proofs last.

use chrono::{DateTime, Duration, Utc};
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::ids::AccountId;

use super::rules;
use crate::infra::settings::{SecondFactor, Settings};
use crate::kernel::actor::{ADMINS, Member, RoleCode, STAFF};
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
pub fn session_life(settings: &Settings) -> Duration {
    Duration::hours(i64::try_from(settings.session_hours).unwrap_or(12))
}

/// How long a portal session may stay unused (`domain.md` 5.1 SEC-04).
#[must_use]
pub fn session_idle(settings: &Settings, administrator: bool) -> Duration {
    let minutes = if administrator { settings.admin_idle_minutes } else { settings.session_idle_minutes };
    Duration::minutes(i64::try_from(minutes).unwrap_or(15))
}

/// Whether somebody is staff or an administrator, for whom stricter rules hold.
fn is_privileged(role: RoleCode) -> bool {
    STAFF.contains(&role) || ADMINS.contains(&role)
}

/// Whether somebody has to set up a second factor before anything else (`reliability.md` A-05).
#[must_use]
pub fn must_enrol(settings: &Settings, member: &Member) -> bool {
    settings.second_factor == SecondFactor::RequiredForStaff
        && !member.second_factor
        && member.appointments.iter().any(|held| is_privileged(held.role))
}

/// Whether a change of the password is asked for (`reliability.md` A-02).
#[must_use]
pub fn password_due(settings: &Settings, account: &row::Model, now: DateTime<Utc>) -> bool {
    match (rules::rotation_days(settings.password_profile), account.password_changed_at) {
        (Some(days), Some(changed)) => now - changed >= Duration::days(days),
        _ => false,
    }
}

/// The member with the appointments that hold here and now: those of staff and administrators need a network of theirs,
/// where networks are named (`domain.md` 5.1 SEC-08), and a second factor, where one is required.
#[must_use]
pub fn restricted(settings: &Settings, mut member: Member, address: Option<&str>) -> Member {
    let at_home = settings.staff_networks.is_empty()
        || address
            .and_then(|text| text.parse::<std::net::IpAddr>().ok())
            .is_some_and(|address| settings.staff_networks.iter().any(|network| network.contains(&address)));
    if !at_home || must_enrol(settings, &member) {
        member.appointments.retain(|held| !is_privileged(held.role));
    }
    member
}

/// Portal sessions an account may have at once (`reliability.md` A-08).
#[must_use]
pub fn sessions_at_once(administrator: bool) -> usize {
    if administrator { 1 } else { 5 }
}

/// What stands behind the number in the login of an account whose address was freed; no mail domain has the name (RFC 2606).
const FREED: &str = "@invalid";

/// The login of an account whose address was freed.
#[must_use]
pub fn freed_login(why: &str, account: AccountId) -> String {
    format!("{why}-{account}{FREED}")
}

/// A login as people are shown it: empty where the address was freed.
#[must_use]
pub fn shown_login(login: &str) -> String {
    if login.ends_with(FREED) { String::new() } else { login.to_owned() }
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
    /// The password fits and a code of the second factor is asked for.
    TotpRequired,
    /// The password fits and the code does not.
    TotpWrong,
    /// The current password, asked for again, does not fit.
    PasswordWrong,
    /// A link that is not ours, is over, was used, or is for something else.
    LinkInvalid,
    /// Another account has this address.
    LoginTaken,
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
            Self::TotpRequired => "auth.totp_required",
            Self::TotpWrong => "auth.totp_wrong",
            Self::PasswordWrong => "auth.password_wrong",
            Self::LinkInvalid => "auth.link_invalid",
            Self::LoginTaken => "account.login_taken",
            Self::TooMany => "auth.too_many",
            Self::Busy => "service.unavailable",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Failed | Self::TokenInvalid | Self::RefreshInvalid | Self::TotpRequired | Self::TotpWrong => {
                RefusalKind::Unauthorised
            }
            Self::PasswordWrong | Self::LinkInvalid | Self::LoginTaken => RefusalKind::Unprocessable,
            Self::TooMany => RefusalKind::TooMany(60),
            Self::Busy => RefusalKind::Unavailable,
        }
    }
}

/// Refusals of the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorRule {
    /// One is set up already.
    SetUp,
    /// None is set up, or its set-up was not begun.
    NotBegun,
    /// The code is not right, or was used.
    CodeWrong,
}

impl Rule for FactorRule {
    fn code(&self) -> &'static str {
        match self {
            Self::SetUp => "factor.set_up",
            Self::NotBegun => "factor.not_begun",
            Self::CodeWrong => "factor.code_wrong",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::CodeWrong => RefusalKind::Unprocessable,
            _ => RefusalKind::Conflict,
        }
    }
}

/// Refusals of what is done with other people's accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRule {
    /// Nobody looks after their own account.
    Own,
    /// The last administrator of a kind stays.
    LastAdministrator,
    /// The account has no second factor.
    NoFactor,
    /// The account is in a state that does not allow it.
    WrongState(AccountStatus),
}

impl Rule for AccountRule {
    fn code(&self) -> &'static str {
        match self {
            Self::Own => "account.own",
            Self::LastAdministrator => "account.last_administrator",
            Self::NoFactor => "account.no_factor",
            Self::WrongState(_) => "account.wrong_state",
        }
    }

    fn state(&self) -> Option<(String, Vec<String>)> {
        match self {
            Self::WrongState(state) => Some((state.word().to_owned(), Vec::new())),
            _ => None,
        }
    }
}
