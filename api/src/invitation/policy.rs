//! Who may invite (`reliability.md` 2: users, invitations; `domain.md` 3.7).

use crate::appointment::policy::AppointmentAct;
use crate::kernel::actor::Who;

/// Acts on invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationAct {
    /// See invitations of one's part of the tree.
    Read,
    /// Invite, send again, revoke.
    Invite,
    /// Accept with the link.
    Accept,
}

impl InvitationAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => AppointmentAct::Read.who(),
            Self::Invite => AppointmentAct::Give.who(),
            Self::Accept => Who::ANYONE,
        }
    }
}
