//! Everybody reads published notices (`domain.md` 3.7).

use crate::kernel::actor::Who;

/// Acts on notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeAct {
    /// Read.
    Read,
}

impl NoticeAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::ANYONE,
        }
    }
}
