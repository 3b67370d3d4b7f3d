//! Who may do what with sign-in and their own account.

use crate::kernel::actor::Who;

/// Acts on accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountAct {
    /// Sign in, refresh, sign out.
    SignIn,
    /// See one's own account.
    Me,
}

impl AccountAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::SignIn => Who::ANYONE,
            Self::Me => Who::SIGNED_IN,
        }
    }
}
