//! Who may do what with classes (`domain.md` 3.7).

use twinning_entity::ids::{CityId, ClassId};

use crate::kernel::actor::{Actor, RoleCode, Who};

/// Acts on classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassAct {
    /// Read what a class is about.
    Read,
    /// Read the roster.
    Roster,
    /// Read and download materials.
    Materials,
    /// Bring in a roster or a timetable.
    Fill,
}

const ROSTER: &[RoleCode] = &[
    RoleCode::Trainee,
    RoleCode::BranchAdmin,
    RoleCode::StreetReviewer,
    RoleCode::OrgDeptDistrict,
    RoleCode::OrgDeptCity,
    RoleCode::ClassTeacher,
];
const MATERIALS: &[RoleCode] = &[
    RoleCode::Trainee,
    RoleCode::OrgDeptDistrict,
    RoleCode::OrgDeptCity,
    RoleCode::ClassTeacher,
    RoleCode::ReviewerFirst,
    RoleCode::ReviewerSecond,
    RoleCode::ReviewerFinal,
];
const FILL: &[RoleCode] = &[RoleCode::OrgDeptCity, RoleCode::OrgDeptDistrict, RoleCode::ClassTeacher];

impl ClassAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::ANYONE,
            Self::Roster => Who::roles(ROSTER),
            Self::Materials => Who::roles(MATERIALS),
            Self::Fill => Who::roles(FILL),
        }
    }
}

/// A class as its rules need it.
#[derive(Clone, Debug)]
pub struct ClassFacts {
    /// Identifier.
    pub id: ClassId,
    /// City that holds it.
    pub city: CityId,
    /// Path of the organiser.
    pub organiser_path: String,
    /// Whether its materials are open today (T5).
    pub materials_open: bool,
    /// Whether people may be put forward for it.
    pub enrolling: bool,
}

impl RosterScope {
    /// Whether places of the organisation with this path are the caller's to know: its own, and those above it.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        match self {
            Self::None => false,
            Self::All { .. } => true,
            Self::Trees(trees) => trees.iter().any(|tree| path.starts_with(tree) || tree.starts_with(path)),
        }
    }
}

/// Part of a roster a caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RosterScope {
    /// Nothing.
    None,
    /// Everybody; phones only masked, and for some not at all.
    All {
        /// Whether masked phones are shown.
        phones: bool,
    },
    /// Those of organisations in these trees.
    Trees(Vec<String>),
}

/// What the actor may see of the roster: staff and teachers all, a branch its own, a trainee names without phones.
#[must_use]
pub fn roster(actor: &Actor, class: &ClassFacts) -> RosterScope {
    if actor.is_system() || runs(actor, class) {
        return RosterScope::All { phones: true };
    }
    if actor.holding(&[RoleCode::Trainee]).any(|held| held.class == Some(class.id)) {
        return RosterScope::All { phones: false };
    }
    let trees: Vec<String> = actor
        .holding(&[RoleCode::BranchAdmin, RoleCode::StreetReviewer, RoleCode::OrgDeptDistrict])
        .map(|held| held.path.clone())
        .collect();
    if trees.is_empty() { RosterScope::None } else { RosterScope::Trees(trees) }
}

/// Whether the actor runs the class: its teacher, or staff of its city.
#[must_use]
pub fn runs(actor: &Actor, class: &ClassFacts) -> bool {
    actor.is_system()
        || actor.holding(&[RoleCode::ClassTeacher]).any(|held| held.class == Some(class.id))
        || actor.is_city_staff_of(class.city)
        || actor.holding(&[RoleCode::OrgDeptDistrict]).any(|held| class.organiser_path.starts_with(&held.path))
}

/// Whether the actor may put people of its own organisations forward for the class (`domain.md` 3.3: 报名).
#[must_use]
pub fn nominates(actor: &Actor, class: &ClassFacts) -> bool {
    class.enrolling && actor.holding(&[RoleCode::BranchAdmin]).any(|held| !held.read_only && held.city == class.city)
}

/// Classes whose materials an actor may take, beyond the class of one question.
#[derive(Clone, Debug, Default)]
pub struct MaterialScope {
    /// These classes.
    pub classes: Vec<ClassId>,
    /// All classes of these cities.
    pub cities: Vec<CityId>,
}

/// Roles that read the materials of every class of their city.
const READERS: &[RoleCode] = &[
    RoleCode::OrgDeptCity,
    RoleCode::OrgDeptDistrict,
    RoleCode::ReviewerFirst,
    RoleCode::ReviewerSecond,
    RoleCode::ReviewerFinal,
];

/// As [`takes_materials`], for a query over many: `open` are those of the actor's classes whose materials are open.
#[must_use]
pub fn material_scope(actor: &Actor, open: &[ClassId]) -> MaterialScope {
    let taught = actor.holding(&[RoleCode::ClassTeacher]).filter_map(|held| held.class);
    let learnt = actor.holding(&[RoleCode::Trainee]).filter_map(|held| held.class).filter(|class| open.contains(class));
    MaterialScope {
        classes: taught.chain(learnt).collect(),
        cities: actor.holding(READERS).map(|held| held.city).collect(),
    }
}

/// Whether the actor may take materials: who runs the class always, its trainees while they are open.
#[must_use]
pub fn takes_materials(actor: &Actor, class: &ClassFacts) -> bool {
    let trainee = actor.holding(&[RoleCode::Trainee]).any(|held| held.class == Some(class.id));
    let reader = actor.holding(READERS).any(|held| held.city == class.city);
    actor.is_system() || runs(actor, class) || reader || (trainee && class.materials_open)
}
