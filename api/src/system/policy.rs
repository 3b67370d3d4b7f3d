//! Who looks after the system: system administrators alone.

use crate::kernel::actor::{RoleCode, Who};
use crate::kernel::error::Rule;

/// Acts on the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemAct {
    /// See jobs and settings, run a parked job again.
    Look,
}

impl SystemAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Look => Who::roles(&[RoleCode::SysAdmin]),
        }
    }
}

/// Refusals of work on jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobRule {
    /// The job is not a parked one.
    NotDead,
}

impl Rule for JobRule {
    fn code(&self) -> &'static str {
        "job.not_dead"
    }
}
