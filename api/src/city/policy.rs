//! Who may do what with cities: everybody may read.

use crate::kernel::actor::Who;

/// Acts on cities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CityAct {
    /// Read.
    Read,
}

impl CityAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::ANYONE,
        }
    }
}
