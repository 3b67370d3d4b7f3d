//! Who may do what with sign-in and accounts (`domain.md` 3.7, `reliability.md` 2).

use twinning_entity::account::{self as row, AccountStatus};

use crate::kernel::actor::{Actor, RoleCode, Who};

/// Acts on accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountAct {
    /// Sign in, refresh, sign out; links.
    SignIn,
    /// See and change one's own account.
    Me,
    /// See accounts of one's part of the tree.
    Read,
    /// Disable, enable, end sign-ins.
    Manage,
    /// Remove a second factor that somebody lost.
    ResetFactor,
}

/// Administrators who look after every account; the audit administrator looks after none.
const KEEPERS: &[RoleCode] = &[RoleCode::SysAdmin, RoleCode::SecAdmin];
const MANAGERS: &[RoleCode] =
    &[RoleCode::BranchAdmin, RoleCode::OrgDeptDistrict, RoleCode::OrgDeptCity, RoleCode::SysAdmin, RoleCode::SecAdmin];

impl AccountAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::SignIn => Who::ANYONE,
            Self::Me => Who::SIGNED_IN,
            Self::Read => Who::roles(MANAGERS).or(Who::roles(&[RoleCode::StreetReviewer])),
            Self::Manage => Who::roles(MANAGERS),
            Self::ResetFactor => Who::roles(&[RoleCode::SecAdmin]),
        }
    }
}

/// Whether the actor looks after every account.
#[must_use]
pub fn looks_after_all(actor: &Actor) -> bool {
    actor.is_system() || actor.holds(KEEPERS)
}

/// What the actor may do with an account it sees, as far as state and kind of caller tell; each act asks further.
#[must_use]
pub fn acts(actor: &Actor, account: &row::Model) -> Vec<&'static str> {
    if actor.may_ever(AccountAct::Manage.who()).is_err() || actor.account() == Some(account.id) {
        return Vec::new();
    }
    let mut acts = match account.status {
        AccountStatus::Active => vec!["disable", "end_sessions"],
        AccountStatus::Invited => vec!["disable"],
        AccountStatus::Disabled if account.password_hash.is_some() => vec!["enable"],
        AccountStatus::Disabled => Vec::new(),
    };
    if account.totp_since.is_some() && actor.holds(&[RoleCode::SecAdmin]) {
        acts.push("reset_factor");
    }
    acts
}
