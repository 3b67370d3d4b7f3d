//! Who is asking: an account with the appointments it holds today, a stranger, or the system itself.

use chrono::{DateTime, Utc};
use serde::Serialize;
pub use twinning_entity::appointment::RoleCode;
use twinning_entity::ids::{AccountId, AppointmentId, CityId, ClassId, OrganisationId, PersonId};

/// Set of callers that may ever do an act: roles, and whether strangers belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    bits: u16,
}

const ANONYMOUS_BIT: u16 = 1 << 15;

impl Who {
    /// Everybody, signed in or not.
    pub const ANYONE: Self = Self { bits: u16::MAX };
    /// Everybody who is signed in.
    pub const SIGNED_IN: Self = Self { bits: !ANONYMOUS_BIT };
    /// Nobody through a mouth; the system alone.
    pub const NOBODY: Self = Self { bits: 0 };

    /// The callers that hold one of `roles`.
    #[must_use]
    pub const fn roles(roles: &[RoleCode]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < roles.len() {
            #[expect(clippy::indexing_slicing, reason = "bounded by the loop; const fn has no iterators")]
            let role = roles[at];
            bits |= 1 << role as u16;
            at += 1;
        }
        Self { bits }
    }

    /// Both sets together.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { bits: self.bits | other.bits }
    }

    /// Whether a role belongs to the set.
    #[must_use]
    pub const fn has(self, role: RoleCode) -> bool {
        self.bits & (1 << role as u16) != 0
    }

    /// Whether strangers belong to the set.
    #[must_use]
    pub const fn has_anonymous(self) -> bool {
        self.bits & ANONYMOUS_BIT != 0
    }

    /// The groups of `contract.md` 4, in its order, for `x-roles`.
    #[must_use]
    pub fn groups(self) -> Vec<&'static str> {
        let mut groups = Vec::new();
        if self.has_anonymous() {
            groups.push("anonymous");
        }
        for (name, members) in GROUPS {
            if members.iter().any(|role| self.has(*role)) {
                groups.push(*name);
            }
        }
        groups
    }
}

/// Which role belongs to which group of `contract.md` 4; said here once.
pub const GROUPS: &[(&str, &[RoleCode])] = &[
    ("admin", ADMINS),
    ("staff", STAFF),
    (
        "editor",
        &[
            RoleCode::BranchAdmin,
            RoleCode::StreetReviewer,
            RoleCode::ClassTeacher,
            RoleCode::ReviewerFirst,
            RoleCode::ReviewerSecond,
            RoleCode::ReviewerFinal,
        ],
    ),
    ("trainee", &[RoleCode::Trainee]),
];

/// The three administrators, who look after organisations, accounts and settings and no content (`domain.md` 3.7).
pub const ADMINS: &[RoleCode] = &[RoleCode::SysAdmin, RoleCode::SecAdmin, RoleCode::AuditAdmin];

/// Staff of an organisation department.
pub const STAFF: &[RoleCode] = &[RoleCode::OrgDeptCity, RoleCode::OrgDeptDistrict];

/// A dated right to act for an organisation in a role.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Appointment {
    /// Identifier of the appointment.
    pub id: AppointmentId,
    /// Organisation it is for.
    pub organisation: OrganisationId,
    /// Path of that organisation in its tree; everything "here and below" begins with it. For a district's department it
    /// is the path of the district.
    pub path: String,
    /// City of that organisation.
    pub city: CityId,
    /// Role held there.
    pub role: RoleCode,
    /// Post as printed, if any.
    pub post: Option<String>,
    /// Class, for a class teacher or a trainee.
    pub class: Option<ClassId>,
    /// Leaders read only (`design/guide.md` 6).
    pub read_only: bool,
}

/// Who is asking.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Nobody we know.
    Anonymous,
    /// A person with an account.
    Account(Box<Member>),
    /// The product itself: a job or a command, with the reason it acts for.
    System(&'static str),
}

/// A signed-in person with the appointments in force today.
#[derive(Clone, Debug)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// The person behind it.
    pub person: PersonId,
    /// Name of the person.
    pub name: String,
    /// Login (e-mail address).
    pub login: String,
    /// Preferred language.
    pub language: String,
    /// Appointments in force today.
    pub appointments: Vec<Appointment>,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// What a token of a program is limited to; nothing limits a person.
    pub scopes: Option<Vec<String>>,
    /// When the account last signed in before this session.
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

impl Actor {
    /// The member, if somebody is signed in.
    #[must_use]
    pub fn member(&self) -> Option<&Member> {
        match self {
            Self::Account(member) => Some(member),
            _ => None,
        }
    }

    /// The account, if somebody is signed in.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.member().map(|member| member.account)
    }

    /// Appointments in force; none for strangers.
    #[must_use]
    pub fn appointments(&self) -> &[Appointment] {
        self.member().map_or(&[], |member| &member.appointments)
    }

    /// Whether this is the product itself.
    #[must_use]
    pub fn is_system(&self) -> bool {
        matches!(self, Self::System(_))
    }

    /// Appointments in any of `roles`.
    pub fn holding<'a>(&'a self, roles: &'a [RoleCode]) -> impl Iterator<Item = &'a Appointment> {
        self.appointments().iter().filter(move |held| roles.contains(&held.role))
    }

    /// Whether the actor holds any of `roles`.
    #[must_use]
    pub fn holds(&self, roles: &[RoleCode]) -> bool {
        self.holding(roles).next().is_some()
    }

    /// Appointment in any of `roles` for exactly this organisation.
    #[must_use]
    pub fn holds_for(&self, roles: &[RoleCode], organisation: OrganisationId) -> bool {
        self.holding(roles).any(|held| held.organisation == organisation)
    }

    /// Appointment in any of `roles` for this organisation or one above it.
    #[must_use]
    pub fn holds_over(&self, roles: &[RoleCode], path: &str) -> bool {
        self.holding(roles).any(|held| path.starts_with(&held.path))
    }

    /// Whether the actor is staff of this city's organisation department.
    #[must_use]
    pub fn is_city_staff_of(&self, city: CityId) -> bool {
        self.holding(&[RoleCode::OrgDeptCity]).any(|held| held.city == city)
    }

    /// Whether a program acts with a token instead of the person. What names people is no program's business.
    #[must_use]
    pub fn is_program(&self) -> bool {
        self.member().is_some_and(|member| member.scopes.is_some())
    }

    /// Second gate, for tokens of programs: whether an address lies within their scopes. A scope is the first word of an
    /// address, such as `activities`, for reading, or `activities:write`.
    ///
    /// # Errors
    /// [`crate::Error::Denied`].
    pub fn within(&self, reads: bool, pattern: &Option<String>) -> crate::Result<()> {
        let Some(scopes) = self.member().and_then(|member| member.scopes.as_ref()) else { return Ok(()) };
        let path = pattern.as_deref().unwrap_or_default();
        let resource = path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default();
        let covers = |scope: &String| match scope.split_once(':') {
            Some((name, _)) => name == resource,
            None => reads && scope == resource,
        };
        if scopes.iter().any(covers) { Ok(()) } else { Err(crate::Error::Denied) }
    }

    /// First gate of every act: whether this kind of caller may ever do it.
    ///
    /// # Errors
    /// [`crate::Error::Anonymous`] for a stranger, [`crate::Error::Denied`] for a role that never may.
    pub fn may_ever(&self, who: Who) -> crate::Result<()> {
        match self {
            Self::System(_) => Ok(()),
            Self::Anonymous if who.has_anonymous() => Ok(()),
            Self::Anonymous => Err(crate::Error::Anonymous),
            Self::Account(member) => {
                let may = who == Who::SIGNED_IN
                    || who.has_anonymous()
                    || member.appointments.iter().any(|held| who.has(held.role));
                if may { Ok(()) } else { Err(crate::Error::Denied) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_in_the_order_of_the_contract() {
        assert_eq!(Who::ANYONE.groups(), ["anonymous", "admin", "staff", "editor", "trainee"]);
        assert_eq!(Who::roles(&[RoleCode::Trainee, RoleCode::OrgDeptCity]).groups(), ["staff", "trainee"]);
        assert!(Who::NOBODY.groups().is_empty());
    }

    #[test]
    fn a_stranger_is_asked_to_sign_in() {
        assert!(matches!(Actor::Anonymous.may_ever(Who::SIGNED_IN), Err(crate::Error::Anonymous)));
        assert!(Actor::Anonymous.may_ever(Who::ANYONE).is_ok());
        assert!(Actor::System("test").may_ever(Who::NOBODY).is_ok());
    }
}
