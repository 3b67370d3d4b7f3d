//! Who may have tokens of programs: everybody their own (`domain.md` 3.7).

use crate::kernel::actor::Who;

/// Acts on tokens of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiTokenAct {
    /// Make, see and end one's own.
    Own,
}

impl ApiTokenAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Own => Who::SIGNED_IN,
        }
    }
}
