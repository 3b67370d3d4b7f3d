//! Who may do what with letters: everybody has an inbox; system administrators look after the outbox (`domain.md` 3.7).

use crate::kernel::actor::{RoleCode, Who};

/// Acts on letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterAct {
    /// Read and mark one's own messages, choose what is mailed.
    Inbox,
    /// See letters on their way, without their content, and send dead ones again.
    Outbox,
    /// Say which days are working days.
    Calendar,
}

impl LetterAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Inbox => Who::SIGNED_IN,
            Self::Outbox | Self::Calendar => Who::roles(&[RoleCode::SysAdmin]),
        }
    }
}
