//! Who may upload; who may read follows the object a file belongs to.

use crate::kernel::actor::Who;

/// Acts on files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileAct {
    /// Read, as the object allows.
    Read,
    /// Upload.
    Upload,
}

impl FileAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::ANYONE,
            Self::Upload => Who::SIGNED_IN,
        }
    }
}
