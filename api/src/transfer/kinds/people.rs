//! People of organisations, with their posts and, where an address stands, an invitation to an account.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use twinning_entity::appointment::RoleCode;
use twinning_entity::ids::{CityId, OrganisationId};
use twinning_entity::organisation::Model;
use twinning_entity::position::PositionKind;

use super::directory::{Directory, Unfound};
use super::{Action, Line, Report, values, walk, words};
use crate::infra::mail::is_address;
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    column("name", true, &["姓名", "人员姓名", "名字", "full_name", "person", "person_name"]),
    column(
        "unit",
        true,
        &[
            "单位",
            "组织",
            "组织编码",
            "组织名称",
            "所在单位",
            "所在组织",
            "所属组织",
            "党组织",
            "unit_code",
            "organisation",
            "organization",
            "organisation_code",
            "organisation_id",
            "org",
        ],
    ),
    column("post", false, &["职务", "岗位", "职务名称", "任职", "position", "job", "job_title"]),
    column(
        "phone",
        false,
        &["手机号", "手机", "手机号码", "联系电话", "电话", "mobile", "mobile_phone", "mobile_number"],
    ),
    column(
        "email",
        false,
        &["邮箱", "电子邮箱", "电子邮件", "邮件地址", "登录账号", "账号", "e-mail", "mail", "login"],
    ),
    column("role", false, &["角色", "系统角色", "账号角色", "权限", "portal_role"]),
    column("identity_check", false, &["身份核验", "核验方式", "身份核实方式", "identity", "identity_checked"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// Name.
    pub name: String,
    /// Organisation.
    pub unit: OrganisationId,
    /// Post as written.
    pub post: Option<String>,
    /// Kind of the post.
    pub post_kind: Option<PositionKind>,
    /// Mobile number.
    pub phone: Option<String>,
    /// Address to invite.
    pub email: Option<String>,
    /// Role to invite to.
    pub role: Option<RoleCode>,
    /// How identity was checked.
    pub identity_check: Option<String>,
}

/// What a list of people is held against.
pub struct Context<'a> {
    /// Organisations.
    pub directory: &'a Directory,
    /// City whose organisations go first where several have a name.
    pub near: Option<CityId>,
    /// Whether people of an organisation are the caller's to bring in.
    pub may: &'a dyn Fn(&Model) -> bool,
    /// Whether a role is the caller's to give there.
    pub may_give: &'a dyn Fn(RoleCode, &Model) -> bool,
    /// Whether somebody of this name is known at the organisation.
    pub known: &'a dyn Fn(&str, OrganisationId) -> bool,
    /// Addresses of accounts.
    pub logins: &'a HashSet<String>,
}

/// Checks a list of people.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(sheets: &[Sheet], context: &Context<'_>) -> Result<Report, FileFault> {
    let mut seen = HashSet::new();
    let mut addresses = HashSet::new();
    walk(sheets, COLUMNS, |line| {
        let name = values::name(line.cell("name"));
        if name.is_empty() {
            line.fault("missing_name", "name", "");
        } else if name.chars().count() > 60 {
            line.fault("too_long", "name", &name);
        }
        let unit = unit(line, context);
        let phone = phone(line);
        let post = line.some("post");
        if post.as_ref().is_some_and(|post| post.chars().count() > 60) {
            line.fault("too_long", "post", post.as_deref().unwrap_or_default());
        }
        let email = email(line, context, &mut addresses);
        let role = role(line, context, unit, email.is_some());
        if let Some(unit) = unit
            && !seen.insert((name.clone(), unit.id, phone.clone()))
        {
            line.fault("duplicate_in_file", "name", &name);
        }
        let unit = unit?;
        let action = if email.is_none() && (context.known)(&name, unit.id) { Action::Same } else { Action::Add };
        let listed = Listed {
            name: name.clone(),
            unit: unit.id,
            post_kind: post.as_deref().map(kind_of),
            post,
            phone,
            email,
            role,
            identity_check: line.some("identity_check"),
        };
        Some((action, name, serde_json::to_value(listed).unwrap_or_default()))
    })
}

fn unit<'a>(line: &mut Line<'_>, context: &Context<'a>) -> Option<&'a Model> {
    let written = line.text("unit");
    if written.is_empty() {
        line.fault("missing_unit", "unit", "");
        return None;
    }
    match context.directory.called(&written, context.near) {
        Ok(found) if (context.may)(found) => Some(found),
        Ok(found) => {
            line.fault("not_yours", "unit", &found.name_short);
            None
        }
        Err(Unfound::Unknown) => {
            line.fault("unknown_org", "unit", &written);
            None
        }
        Err(Unfound::Ambiguous) => {
            line.fault("ambiguous_org", "unit", &written);
            None
        }
    }
}

/// The mobile number; a list of people may go without.
fn phone(line: &mut Line<'_>) -> Option<String> {
    match values::phone(line.cell("phone")) {
        Ok(phone) => Some(phone),
        Err("missing_phone") => None,
        Err(code) => {
            let written = line.text("phone");
            line.fault(code, "phone", &written);
            None
        }
    }
}

fn email(line: &mut Line<'_>, context: &Context<'_>, addresses: &mut HashSet<String>) -> Option<String> {
    let email = line.some("email")?.to_lowercase();
    if !is_address(&email) {
        line.fault("bad_email", "email", &email);
        return None;
    }
    if context.logins.contains(&email) {
        line.fault("email_taken", "email", &email);
        return None;
    }
    if !addresses.insert(email.clone()) {
        line.fault("duplicate_in_file", "email", &email);
        return None;
    }
    Some(email)
}

/// The role of an invitation. Trainees and class teachers belong to a class and are invited there; administrators take
/// two persons.
fn role(line: &mut Line<'_>, context: &Context<'_>, unit: Option<&Model>, invited: bool) -> Option<RoleCode> {
    let written = line.some("role")?;
    let Some(role) = words::ROLES.read(&written) else {
        line.fault("bad_role", "role", &written);
        return None;
    };
    if !invited {
        line.fault("role_without_email", "role", &written);
        return None;
    }
    if unit.is_some_and(|unit| !(context.may_give)(role, unit)) {
        line.fault("role_out_of_reach", "role", &written);
        return None;
    }
    Some(role)
}

/// The kind of a post by the words of its title; the title itself is kept as written.
fn kind_of(title: &str) -> PositionKind {
    use PositionKind as P;
    let table: &[(&str, P)] = &[
        ("副书记", P::DeputySecretary),
        ("书记", P::Secretary),
        ("组织委员", P::OrganisationMember),
        ("宣传委员", P::PublicityMember),
        ("纪检委员", P::DisciplineMember),
        ("卫生委员", P::HygieneMember),
        ("治安委员", P::SecurityMember),
        ("文体委员", P::CultureSportsMember),
        ("物业房管员", P::PropertyOfficer),
        ("小组组长", P::GroupLeader),
        ("楼栋长", P::BuildingHead),
        ("居委会主任", P::RcDirector),
        ("管委会主任", P::McDirector),
        ("科长", P::SectionChief),
        ("办副主任", P::OfficeDeputy),
        ("联络员", P::Liaison),
        ("党务", P::PartyAffairsWorker),
        ("委员", P::CommitteeMember),
    ];
    let english: &[(&str, P)] = &[
        ("deputy secretary", P::DeputySecretary),
        ("secretary", P::Secretary),
        ("liaison", P::Liaison),
        ("member", P::CommitteeMember),
    ];
    let lower = title.to_lowercase();
    let found = table.iter().chain(english).find(|(word, _)| lower.contains(word));
    found.map_or(P::Other, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_are_known_by_their_titles() {
        assert_eq!(kind_of("党委副书记"), PositionKind::DeputySecretary);
        assert_eq!(kind_of("社区党委书记、居委会主任"), PositionKind::Secretary);
        assert_eq!(kind_of("Liaison officer"), PositionKind::Liaison);
        assert_eq!(kind_of("顾问"), PositionKind::Other);
    }
}
