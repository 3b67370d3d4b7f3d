//! Who may decide what (`domain.md` 3.7: security administrators decide about roles).

use twinning_entity::approval::ApprovalKind;
use twinning_entity::ids::CityId;

use crate::kernel::actor::{Actor, RoleCode, Who};

/// Acts on what takes two persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalAct {
    /// See what one asked for, what one may decide, what concerns oneself; withdraw.
    Read,
    /// Decide.
    Decide,
    /// Ask for the personal data of a roster.
    AskExport,
}

impl ApprovalAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::SIGNED_IN,
            Self::Decide => Who::roles(&[RoleCode::SecAdmin, RoleCode::OrgDeptCity]),
            Self::AskExport => Who::roles(&[RoleCode::ClassTeacher, RoleCode::OrgDeptDistrict, RoleCode::OrgDeptCity]),
        }
    }
}

/// Whether the actor may decide about something of this kind that concerns this city.
#[must_use]
pub fn decides(actor: &Actor, kind: ApprovalKind, city: Option<CityId>) -> bool {
    if actor.holds(&[RoleCode::SecAdmin]) {
        return true;
    }
    let of_content = matches!(kind, ApprovalKind::PersonalExport | ApprovalKind::Erasure);
    of_content && city.is_some_and(|city| actor.is_city_staff_of(city))
}
