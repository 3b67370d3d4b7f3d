//! Who may give which role where (`domain.md` 3.7: people, appointments, invitations).

use twinning_entity::ids::{CityId, OrganisationId};

pub use crate::organisation::reach::Reach as Scope;

use crate::kernel::actor::{ADMINS, Actor, RoleCode, Who};
use crate::kernel::error::{RefusalKind, Rule};

/// Acts on appointments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppointmentAct {
    /// See appointments of one's part of the tree, and one's own.
    Read,
    /// Ask that a role be given; end one.
    Give,
}

/// Administrators who look after every account.
const KEEPERS: &[RoleCode] = &[RoleCode::SysAdmin, RoleCode::SecAdmin];
const GIVERS: &[RoleCode] = &[RoleCode::BranchAdmin, RoleCode::OrgDeptDistrict, RoleCode::OrgDeptCity];
const READERS: &[RoleCode] =
    &[RoleCode::BranchAdmin, RoleCode::StreetReviewer, RoleCode::OrgDeptDistrict, RoleCode::OrgDeptCity];

impl AppointmentAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Read => Who::roles(READERS).or(Who::roles(KEEPERS)),
            Self::Give => Who::roles(GIVERS).or(Who::roles(KEEPERS)),
        }
    }
}

/// Accounts and appointments that the actor may know of: those of its part of the tree; all for the administrators who
/// look after them.
#[must_use]
pub fn scope(actor: &Actor) -> Scope {
    if actor.is_system() || actor.holds(KEEPERS) {
        return Scope { all: true, ..Scope::default() };
    }
    Scope::of(actor, READERS)
}

/// Roles that an administrator of one organisation gives there.
const OF_A_BRANCH: &[RoleCode] = &[RoleCode::Trainee, RoleCode::BranchAdmin];
/// Roles that the department of a district gives inside the district.
const OF_A_DISTRICT: &[RoleCode] =
    &[RoleCode::Trainee, RoleCode::BranchAdmin, RoleCode::StreetReviewer, RoleCode::ClassTeacher];
/// Roles that the department of a city gives inside the city.
const OF_A_CITY: &[RoleCode] = &[
    RoleCode::Trainee,
    RoleCode::BranchAdmin,
    RoleCode::StreetReviewer,
    RoleCode::ClassTeacher,
    RoleCode::OrgDeptDistrict,
    RoleCode::ReviewerFirst,
    RoleCode::ReviewerSecond,
    RoleCode::ReviewerFinal,
];

/// Whether the actor may give a role at the organisation with this path and city, or ask for it.
///
/// Nobody gives a role that reaches as far as their own or farther, save branches their own kind; administrators' roles
/// are asked for by administrators alone (`reliability.md` Z-11).
#[must_use]
pub fn may_give(actor: &Actor, role: RoleCode, path: &str, organisation: OrganisationId, city: CityId) -> bool {
    if actor.is_system() || actor.holds(KEEPERS) {
        return true;
    }
    actor.holding(GIVERS).filter(|held| !held.read_only).any(|held| match held.role {
        RoleCode::BranchAdmin => held.organisation == organisation && OF_A_BRANCH.contains(&role),
        RoleCode::OrgDeptDistrict => path.starts_with(&held.path) && OF_A_DISTRICT.contains(&role),
        RoleCode::OrgDeptCity => held.city == city && OF_A_CITY.contains(&role),
        _ => false,
    })
}

/// Whether a role is one of the three administrators', which takes two persons in both directions.
#[must_use]
pub fn is_administrators(role: RoleCode) -> bool {
    ADMINS.contains(&role)
}

/// Refusals of appointments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppointmentRule {
    /// Nobody changes their own roles.
    Own,
    /// The role is not the caller's to give at this organisation.
    OutOfReach,
    /// The account holds this role there already.
    Held,
    /// Nobody holds two of the administrators' roles (`domain.md` 2.3).
    TwoAdministrators,
    /// The last administrator of a kind stays.
    LastAdministrator,
    /// It has ended.
    Ended,
    /// The class belongs to another organisation, or the role needs one.
    BadClass,
    /// The organisation has ended.
    OrganisationEnded,
    /// Whoever asked may not give the role any more.
    AskerOut,
}

impl Rule for AppointmentRule {
    fn code(&self) -> &'static str {
        match self {
            Self::Own => "appointment.own",
            Self::OutOfReach => "appointment.out_of_reach",
            Self::Held => "appointment.held",
            Self::TwoAdministrators => "appointment.two_administrators",
            Self::LastAdministrator => "appointment.last_administrator",
            Self::Ended => "appointment.ended",
            Self::BadClass => "appointment.bad_class",
            Self::OrganisationEnded => "appointment.organisation_ended",
            Self::AskerOut => "appointment.asker_out",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Held | Self::LastAdministrator | Self::Ended => RefusalKind::Conflict,
            _ => RefusalKind::Unprocessable,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::actor::{Appointment, Member};

    fn holding(role: RoleCode) -> Actor {
        let held = Appointment {
            id: Uuid::from_u128(1).into(),
            organisation: Uuid::from_u128(2).into(),
            path: "001.002.".to_owned(),
            city: Uuid::from_u128(3).into(),
            role,
            post: None,
            class: None,
            read_only: false,
        };
        Actor::Account(Box::new(Member {
            account: Uuid::from_u128(4).into(),
            person: Uuid::from_u128(5).into(),
            name: String::new(),
            login: String::new(),
            language: String::new(),
            appointments: vec![held],
            second_factor: false,
            scopes: None,
            last_sign_in_at: None,
        }))
    }

    /// Every role × every role given × own organisation, below it, beside it in the city, another city.
    fn matrix() -> String {
        let mut out = String::new();
        for giver in RoleCode::ALL {
            let actor = holding(*giver);
            for role in RoleCode::ALL {
                let may = |path: &str, organisation: u128, city: u128| {
                    let yes = may_give(
                        &actor,
                        *role,
                        path,
                        Uuid::from_u128(organisation).into(),
                        Uuid::from_u128(city).into(),
                    );
                    if yes { "yes" } else { "–" }
                };
                out.push_str(&format!(
                    "{:<18}{:<18}own {:<5}below {:<5}city {:<5}other {}\n",
                    giver.word(),
                    role.word(),
                    may("001.002.", 2, 3),
                    may("001.002.007.", 7, 3),
                    may("001.009.", 9, 3),
                    may("008.", 8, 8),
                ));
            }
        }
        out
    }

    #[test]
    fn who_gives_which_role_is_the_matrix_that_was_reviewed() {
        // REQ Z-11
        let golden = format!("{}/tests/golden/role-matrix.txt", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("TWINNING_TEST_WRITE").is_some() {
            std::fs::write(&golden, matrix()).unwrap();
        }
        assert_eq!(matrix(), std::fs::read_to_string(golden).unwrap());
    }
}
