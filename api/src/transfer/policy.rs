//! Who may import what (`domain.md` 3.7): staff for their city or district, teachers for their class.

use twinning_entity::ids::{CityId, OrganisationId};
use twinning_entity::import::ImportKind;

use crate::kernel::actor::{Actor, RoleCode, Who};
use crate::training::{self, policy::ClassFacts};

/// Acts on imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportAct {
    /// Import, and see one's own imports.
    Import,
}

impl ImportAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Import => Who::roles(&[
                RoleCode::OrgDeptCity,
                RoleCode::OrgDeptDistrict,
                RoleCode::BranchAdmin,
                RoleCode::ClassTeacher,
            ]),
        }
    }
}

/// Whether the actor may import this kind at all; the rows are then held to its city.
#[must_use]
pub fn allows(actor: &Actor, kind: ImportKind) -> bool {
    let roles: &[RoleCode] = match kind {
        ImportKind::Enrolments => {
            &[RoleCode::OrgDeptCity, RoleCode::OrgDeptDistrict, RoleCode::ClassTeacher, RoleCode::BranchAdmin]
        }
        ImportKind::Lessons | ImportKind::Attendance => {
            &[RoleCode::OrgDeptCity, RoleCode::OrgDeptDistrict, RoleCode::ClassTeacher]
        }
        ImportKind::Documents | ImportKind::People => {
            &[RoleCode::OrgDeptCity, RoleCode::OrgDeptDistrict, RoleCode::BranchAdmin]
        }
        _ => &[RoleCode::OrgDeptCity],
    };
    actor.is_system() || (sees(actor, kind) && actor.holding(roles).any(|held| !held.read_only))
}

/// Whether the actor may see what an import of this kind holds: a program with a token sees no rosters and invites nobody.
#[must_use]
pub fn sees(actor: &Actor, kind: ImportKind) -> bool {
    !(actor.is_program() && matches!(kind, ImportKind::People | ImportKind::Enrolments | ImportKind::Attendance))
}

/// The city whose organisations go first where a file calls several by one name: that of the actor's first post.
#[must_use]
pub fn home(actor: &Actor) -> Option<CityId> {
    actor.appointments().first().map(|held| held.city)
}

/// The organisation that a branch works for, whose people it puts forward where a file names no unit.
#[must_use]
pub fn own(actor: &Actor) -> Option<OrganisationId> {
    actor.holding(&[RoleCode::BranchAdmin]).find(|held| !held.read_only).map(|held| held.organisation)
}

/// Whether the actor may bring in pairings of these two cities and what they did together: staff of either.
#[must_use]
pub fn may_pair(actor: &Actor, (a, b): (CityId, CityId)) -> bool {
    actor.is_system() || actor.is_city_staff_of(a) || actor.is_city_staff_of(b)
}

/// Whether the actor may bring in documents of an organisation: one it looks after.
#[must_use]
pub fn may_file(actor: &Actor, city: CityId, path: &str) -> bool {
    let roles = [RoleCode::OrgDeptDistrict, RoleCode::BranchAdmin];
    actor.is_system()
        || actor.is_city_staff_of(city)
        || actor.holding(&roles).any(|held| !held.read_only && path.starts_with(&held.path))
}

/// Whether the actor may bring people or lessons into a class: whoever runs it, and branches their own people while it
/// takes enrolments (`domain.md` 3.3).
#[must_use]
pub fn may_fill(actor: &Actor, kind: ImportKind, class: &ClassFacts) -> bool {
    training::policy::runs(actor, class)
        || (kind == ImportKind::Enrolments && training::policy::nominates(actor, class))
}

/// Whether the actor may enrol people of the organisation with this city and path: whoever runs the class those of its
/// city, of organisations that were given places, and of none; branches their own and no others.
#[must_use]
pub fn may_enrol(actor: &Actor, class: &ClassFacts, unit: Option<(CityId, &str)>, has_places: bool) -> bool {
    if actor.is_system() {
        return true;
    }
    let runs = training::policy::runs(actor, class);
    let Some((city, path)) = unit else { return runs };
    if runs {
        return city == class.city || has_places;
    }
    actor.holding(&[RoleCode::BranchAdmin]).any(|held| !held.read_only && path.starts_with(&held.path))
}
