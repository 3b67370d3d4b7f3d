//! Everybody who is signed in has to-dos of their own.

use crate::kernel::actor::Who;

/// Acts on to-dos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TodoAct {
    /// See one's own.
    List,
}

impl TodoAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::List => Who::SIGNED_IN,
        }
    }
}
