//! Who may do what with organisations (`domain.md` 3.7).

use super::wire::Audience;
use crate::kernel::actor::{Actor, RoleCode, Who};

/// Acts on organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganisationAct {
    /// Read the directory.
    Read,
    /// Add an organisation below one of one's own.
    Create,
    /// Change the profile.
    Edit,
    /// Move, rename, put in order, split and abolish.
    Build,
    /// Merge into another (`domain.md` 3.7: not districts).
    Merge,
    /// Export a part of the tree.
    Export,
}

const EDITORS: &[RoleCode] =
    &[RoleCode::OrgDeptCity, RoleCode::OrgDeptDistrict, RoleCode::BranchAdmin, RoleCode::SysAdmin];
const BUILDERS: &[RoleCode] = &[RoleCode::OrgDeptCity, RoleCode::OrgDeptDistrict, RoleCode::SysAdmin];

impl OrganisationAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::ANYONE,
            Self::Create | Self::Build | Self::Export => Who::roles(BUILDERS),
            Self::Merge => Who::roles(&[RoleCode::OrgDeptCity, RoleCode::SysAdmin]),
            Self::Edit => Who::roles(EDITORS),
        }
    }
}

/// Whether the actor may do the act at the organisation with this path and city.
#[must_use]
pub fn allows(actor: &Actor, act: OrganisationAct, path: &str, city: twinning_entity::ids::CityId) -> bool {
    // System administrators look after the tree of organisations as a whole (`reliability.md` 2).
    if actor.is_system() || act == OrganisationAct::Read || actor.holds(&[RoleCode::SysAdmin]) {
        return true;
    }
    let writes = |held: &&crate::kernel::actor::Appointment| !held.read_only;
    let city_staff = actor.holding(&[RoleCode::OrgDeptCity]).filter(writes).any(|held| held.city == city);
    let district = actor.holding(&[RoleCode::OrgDeptDistrict]).filter(writes).any(|held| path.starts_with(&held.path));
    let own = actor.holding(&[RoleCode::BranchAdmin]).filter(writes).any(|held| held.path == path);
    city_staff || (district && act != OrganisationAct::Merge) || (act == OrganisationAct::Edit && own)
}

/// Whether the actor sees a field of the profile of the organisation with this path and city.
#[must_use]
pub fn sees(actor: &Actor, audience: Audience, path: &str, city: twinning_entity::ids::CityId) -> bool {
    match audience {
        Audience::Public => true,
        Audience::Members => actor.is_system() || actor.member().is_some(),
        Audience::Own => {
            let own = |held: &crate::kernel::actor::Appointment| {
                path.starts_with(&held.path) && !matches!(held.role, RoleCode::Trainee | RoleCode::ClassTeacher)
            };
            // Whoever may change a field sees it, or a form would empty what it does not show.
            allows(actor, OrganisationAct::Edit, path, city)
                || actor.is_city_staff_of(city)
                || actor.appointments().iter().any(own)
        }
    }
}
