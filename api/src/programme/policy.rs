//! Who may do what with programmes: everybody reads public fields (`domain.md` 3.7).

use crate::kernel::actor::Who;

/// Acts on programmes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgrammeAct {
    /// Read.
    Read,
}

impl ProgrammeAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::ANYONE,
        }
    }
}
