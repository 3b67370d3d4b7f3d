//! Who may do what with people (`domain.md` 3.7): staff, and administrators of the organisation.

use twinning_entity::ids::{CityId, OrganisationId};

use crate::kernel::actor::{Actor, RoleCode, Who};
use crate::kernel::error::{RefusalKind, Rule};
use crate::organisation::reach::Reach;

/// Acts on people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonAct {
    /// Read people of one's part of the tree.
    Read,
    /// Add and change people of one's own organisation; end their posts.
    Change,
    /// See one full phone number, with a reason.
    Reveal,
    /// Ask that a person be erased.
    Erase,
    /// Export what is kept about oneself, or ask to be erased.
    Own,
    /// See what the retention job would do.
    Retention,
}

const READERS: &[RoleCode] =
    &[RoleCode::BranchAdmin, RoleCode::StreetReviewer, RoleCode::OrgDeptDistrict, RoleCode::OrgDeptCity];

/// Who looks after people of their own.
const KEEPERS: &[RoleCode] = &[RoleCode::BranchAdmin, RoleCode::OrgDeptDistrict, RoleCode::OrgDeptCity];

impl PersonAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read | Self::Reveal => Who::roles(READERS),
            Self::Change | Self::Erase => Who::roles(KEEPERS),
            Self::Own => Who::SIGNED_IN,
            Self::Retention => Who::roles(&[RoleCode::SysAdmin]),
        }
    }
}

/// Whether the actor may change a person of the organisation with this path and city: its own branch, the department of
/// the district or of the city (`domain.md` 3.7).
#[must_use]
pub fn changes(actor: &Actor, organisation: OrganisationId, path: &str, city: CityId) -> bool {
    actor.is_system()
        || actor.holding(KEEPERS).filter(|held| !held.read_only).any(|held| match held.role {
            RoleCode::BranchAdmin => held.organisation == organisation,
            RoleCode::OrgDeptDistrict => path.starts_with(&held.path),
            RoleCode::OrgDeptCity => held.city == city,
            _ => false,
        })
}

/// What the actor may know of: people of its own organisation and all below; for city staff of the whole city.
#[must_use]
pub fn scope(actor: &Actor) -> Reach {
    if actor.is_system() { Reach { all: true, ..Reach::default() } } else { Reach::of(actor, READERS) }
}

/// Refusals of what is done with people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonRule {
    /// The person was erased.
    Erased,
    /// There is no number to show.
    NoPhone,
    /// More numbers were shown within an hour than anybody needs.
    TooMany,
    /// The post has ended.
    PostEnded,
}

impl Rule for PersonRule {
    fn code(&self) -> &'static str {
        match self {
            Self::Erased => "person.erased",
            Self::NoPhone => "person.no_phone",
            Self::TooMany => "person.too_many",
            Self::PostEnded => "person.post_ended",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::TooMany => RefusalKind::TooMany(3_600),
            Self::Erased => RefusalKind::Gone,
            _ => RefusalKind::Conflict,
        }
    }
}
