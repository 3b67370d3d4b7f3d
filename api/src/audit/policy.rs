//! Who may read the audit log: audit administrators alone (`domain.md` 3.7).

use crate::kernel::actor::{RoleCode, Who};

/// Acts on the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAct {
    /// Read and export entries.
    List,
}

impl AuditAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::List => Who::roles(&[RoleCode::AuditAdmin]),
        }
    }
}
