//! Who may search: everybody, each in what they may read.

use crate::kernel::actor::Who;

/// Acts of search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchAct {
    /// Search.
    Search,
}

impl SearchAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Search => Who::ANYONE,
        }
    }
}
