//! Rules of the tree and of names.

use twinning_entity::organisation::{OrgForm, OrgLevel};

use crate::kernel::error::{RefusalKind, Rule};

/// Refusals of work on the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganisationRule {
    /// The code is taken.
    CodeTaken,
    /// The superior belongs to another city or does not exist.
    BadParent,
    /// The place lies below the organisation itself.
    Cycle,
    /// The other organisation belongs to another city, is none, or has ended.
    BadOther,
    /// It was merged or abolished.
    Ended,
    /// Others stand below it.
    HasChildren,
    /// It has a pairing that goes on, and nobody follows it.
    HasPairings,
    /// Who follows it is paired with the same organisation already (`domain.md` 3.1 P2).
    SuccessorPaired,
}

impl Rule for OrganisationRule {
    fn code(&self) -> &'static str {
        match self {
            Self::CodeTaken => "organisation.code_taken",
            Self::BadParent => "organisation.bad_parent",
            Self::Cycle => "organisation.cycle",
            Self::BadOther => "organisation.bad_other",
            Self::Ended => "organisation.ended",
            Self::HasChildren => "organisation.has_children",
            Self::HasPairings => "organisation.has_pairings",
            Self::SuccessorPaired => "organisation.successor_paired",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::BadParent | Self::BadOther | Self::Cycle => RefusalKind::Unprocessable,
            _ => RefusalKind::Conflict,
        }
    }
}

/// Path of an organisation below `parent`: the parent's path, its own number, a dot.
#[must_use]
pub fn path_below(parent: Option<&str>, seq: i64) -> String {
    format!("{}{seq}.", parent.unwrap_or_default())
}

/// Path of what somebody with a post at an organisation works for: a department or a section works for the whole part
/// of the tree of the committee it belongs to (`domain.md` 2.1). `above` is the form of the superior.
#[must_use]
pub fn area_path(path: &str, form: OrgForm, above: Option<OrgForm>) -> String {
    let serves = |form: OrgForm| matches!(form, OrgForm::Department | OrgForm::Section);
    let steps: Vec<&str> = path.split_inclusive('.').collect();
    let up = usize::from(serves(form)) + usize::from(serves(form) && above.is_some_and(serves));
    steps.get(..steps.len().saturating_sub(up)).filter(|kept| !kept.is_empty()).unwrap_or(&steps).concat()
}

/// First path after everything that begins with `path`: the dot's successor closes the range.
#[must_use]
pub fn path_end(path: &str) -> String {
    format!("{}/", path.strip_suffix('.').unwrap_or(path))
}

/// Name people use on a page: the short name, and for an estate's branch with its form, as printed
/// (温馨苑党总支, `domain.md` 1.1). It is read out of the full name, never put together.
#[must_use]
pub fn display_name(full: &str, short: &str, form: OrgForm, level: OrgLevel) -> String {
    let is_branch = matches!(form, OrgForm::GeneralBranch | OrgForm::Branch);
    if is_branch
        && level == OrgLevel::Estate
        && let Some(at) = full.rfind(short)
    {
        return full.get(at..).unwrap_or(short).to_owned();
    }
    short.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_range_holds_exactly_the_subtree() {
        let root = path_below(None, 1);
        let child = path_below(Some(&root), 12);
        assert_eq!(child, "1.12.");
        assert!(child >= root && child < path_end(&root));
        assert!(!("12." >= root.as_str() && "12." < path_end(&root).as_str()));
    }

    #[test]
    fn a_department_works_for_the_committee_it_belongs_to_and_no_further() {
        assert_eq!(area_path("1.4.", OrgForm::LocalCommittee, Some(OrgForm::LocalCommittee)), "1.4.");
        assert_eq!(area_path("1.4.5.", OrgForm::Department, Some(OrgForm::LocalCommittee)), "1.4.");
        assert_eq!(area_path("1.4.5.6.", OrgForm::Section, Some(OrgForm::Department)), "1.4.");
        // Below a province: the district, not its city.
        assert_eq!(area_path("1.2.3.9.", OrgForm::Department, Some(OrgForm::LocalCommittee)), "1.2.3.");
        assert_eq!(area_path("7.", OrgForm::Department, None), "7.");
    }

    #[test]
    fn the_display_name_is_read_from_the_full_name() {
        let name = display_name("百步亭社区温馨苑党总支", "温馨苑", OrgForm::GeneralBranch, OrgLevel::Estate);
        assert_eq!(name, "温馨苑党总支");
        assert_eq!(display_name("中共平顶山市新华区委", "新华区", OrgForm::LocalCommittee, OrgLevel::County), "新华区");
    }
}
