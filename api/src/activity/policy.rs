//! Who may do what with activities, and what a caller may know of (`domain.md` 3.2, 3.7).

use twinning_entity::activity::ActivityStatus;
use twinning_entity::ids::{CityId, OrganisationId};

use crate::kernel::actor::{Actor, RoleCode, Who};

/// Acts on activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityAct {
    /// Read.
    Read,
    /// Log an activity that was held.
    Log,
    /// Change a record that is due.
    Edit,
    /// Submit the record to the other side.
    SubmitRecord,
    /// Confirm the other side's record.
    Confirm,
    /// Send the other side's record back.
    Return,
}

const SIDES: &[RoleCode] = &[RoleCode::BranchAdmin];

impl ActivityAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::ANYONE,
            Self::Log | Self::Edit | Self::SubmitRecord | Self::Confirm | Self::Return => Who::roles(SIDES),
        }
    }
}

/// States that everybody may read.
pub const PUBLIC: &[ActivityStatus] = &[ActivityStatus::Confirmed, ActivityStatus::Archived];

/// What a caller may know of beyond the public.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Everything (the product itself).
    pub all: bool,
    /// Activities of which a side lies in one of these trees.
    pub paths: Vec<String>,
    /// Activities of which a side lies in one of these cities.
    pub cities: Vec<CityId>,
}

/// What the actor may know of: the same trees and cities as for pairings.
#[must_use]
pub fn scope(actor: &Actor) -> Scope {
    let pairing = crate::pairing::policy::scope(actor);
    Scope { all: pairing.all, paths: pairing.paths, cities: pairing.cities }
}

/// Whether the actor writes for this side.
#[must_use]
pub fn acts_for(actor: &Actor, side: OrganisationId) -> bool {
    crate::pairing::ops::acts_for(actor, side)
}
