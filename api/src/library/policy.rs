//! Who may do what with documents, and what a caller may know of (`domain.md` 3.4, 3.7).

use twinning_entity::ids::{CityId, ClassId, ProgrammeId};

use crate::kernel::actor::{Actor, RoleCode, Who};
use crate::training::policy::MaterialScope;

/// Acts on documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentAct {
    /// Read.
    Read,
}

impl DocumentAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::ANYONE,
        }
    }
}

/// What a caller may know of beyond published public documents.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Everything (the product itself).
    pub all: bool,
    /// Documents of organisations in these trees, in any state.
    pub paths: Vec<String>,
    /// Documents of organisations in these cities, in any state: their staff.
    pub staff_of: Vec<CityId>,
    /// Published documents shared within these cities.
    pub cities: Vec<CityId>,
    /// Published documents shared within these programmes.
    pub programmes: Vec<ProgrammeId>,
    /// Published documents of these classes.
    pub classes: Vec<ClassId>,
    /// Published documents of all classes of these cities.
    pub classes_of: Vec<CityId>,
}

/// What the actor may know of; the programmes come from the pairings of its organisations, the classes from the rule
/// for their materials.
#[must_use]
pub fn scope(actor: &Actor, programmes: Vec<ProgrammeId>, materials: MaterialScope) -> Scope {
    let MaterialScope { classes, cities } = materials;
    let mut scope = Scope { all: actor.is_system(), programmes, classes, classes_of: cities, ..Scope::default() };
    for held in actor.appointments() {
        match held.role {
            RoleCode::SysAdmin | RoleCode::SecAdmin | RoleCode::AuditAdmin => continue,
            RoleCode::OrgDeptCity => scope.staff_of.push(held.city),
            RoleCode::OrgDeptDistrict | RoleCode::BranchAdmin | RoleCode::StreetReviewer => {
                scope.paths.push(held.path.clone());
            }
            _ => {}
        }
        scope.cities.push(held.city);
    }
    scope
}
