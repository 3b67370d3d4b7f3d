//! Who may do what with people (`domain.md` 3.7): staff, and administrators of the organisation.

use crate::kernel::actor::{Actor, RoleCode, Who};

/// Acts on people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonAct {
    /// Read people of one's part of the tree.
    Read,
}

const READERS: &[RoleCode] =
    &[RoleCode::BranchAdmin, RoleCode::StreetReviewer, RoleCode::OrgDeptDistrict, RoleCode::OrgDeptCity];

impl PersonAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::roles(READERS),
        }
    }
}

/// Paths whose people the actor may know of: its own organisation and all below; for city staff the whole city.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Paths of trees.
    pub paths: Vec<String>,
}

/// What the actor may know of.
#[must_use]
pub fn scope(actor: &Actor) -> Scope {
    let paths = actor
        .holding(READERS)
        .map(|held| {
            let root = held.path.split_inclusive('.').next().unwrap_or(&held.path);
            if held.role == RoleCode::OrgDeptCity { root.to_owned() } else { held.path.clone() }
        })
        .collect();
    Scope { paths }
}
