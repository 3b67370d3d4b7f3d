//! Who may do what with pairings, and what a caller may know of (`domain.md` 3.7, two-city rule).

use twinning_entity::ids::CityId;
use twinning_entity::pairing::PairingStatus;

use crate::kernel::actor::{Actor, RoleCode, Who};

/// Acts on pairings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairingAct {
    /// Read.
    Read,
}

impl PairingAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::ANYONE,
        }
    }
}

/// States from which on everybody may read a pairing.
pub const PUBLIC: &[PairingStatus] = &[
    PairingStatus::Signed,
    PairingStatus::Active,
    PairingStatus::Suspended,
    PairingStatus::Expired,
    PairingStatus::Renewed,
    PairingStatus::Terminated,
];

/// What a caller may know of beyond the public.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Everything (the product itself).
    pub all: bool,
    /// Pairings of which a side lies in one of these trees.
    pub paths: Vec<String>,
    /// Pairings of which a side lies in one of these cities.
    pub cities: Vec<CityId>,
}

/// What the actor may know of: staff their city's pairings, a district's department its own, editors their own side's.
#[must_use]
pub fn scope(actor: &Actor) -> Scope {
    let mut scope = Scope { all: actor.is_system(), ..Scope::default() };
    for held in actor.appointments() {
        match held.role {
            RoleCode::OrgDeptCity => scope.cities.push(held.city),
            RoleCode::OrgDeptDistrict | RoleCode::BranchAdmin | RoleCode::StreetReviewer => {
                scope.paths.push(held.path.clone());
            }
            _ => {}
        }
    }
    scope
}
