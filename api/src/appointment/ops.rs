//! What can be done with appointments.

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::account::AccountStatus;
use twinning_entity::appointment::RoleCode;
use twinning_entity::approval::ApprovalKind;
use twinning_entity::ids::{AccountId, AppointmentId, ClassId, OrganisationId, PersonId};
use twinning_entity::organisation::OrgStatus;

use super::policy::{self, AppointmentAct, AppointmentRule, is_administrators};
use super::store::{self, HeldRow};
use super::wire::{HeldBody, HeldFilter, NewHeld};
use crate::account::{self, model::AccountRule, ops as accounts};
use crate::app::App;
use crate::approval::{self, ops::Asked, wire::ApprovalBody};
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::clock::is_ordinary;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::page::{Page, PageRequest};
use crate::kernel::text;
use crate::letter::{self, model as letters};
use crate::{organisation, training};

/// Appointments of the caller's part of the tree and the caller's own, by name.
///
/// # Errors
/// [`Error::Denied`]; a page that is none.
pub async fn list(app: &App, call: &Call, filter: HeldFilter) -> Result<Page<HeldBody>> {
    let at = PageRequest::asked(filter.limit, filter.cursor.clone(), filter.count)?;
    list_at(app, call, &filter, at).await
}

/// As [`list`], for pages that count by number.
///
/// # Errors
/// As [`list`].
pub async fn list_at(app: &App, call: &Call, filter: &HeldFilter, at: PageRequest) -> Result<Page<HeldBody>> {
    call.actor.may_ever(AppointmentAct::Read.who())?;
    let below = match filter.organisation_id.filter(|_| filter.subtree.unwrap_or(false)) {
        Some(id) => Some(organisation::ops::name_of(app.reader(), id).await?.path),
        None => None,
    };
    let scope = (&policy::scope(&call.actor), call.actor.account());
    let today = app.today();
    let (rows, total) = store::page(app.reader(), scope, filter, below.as_deref(), today, &at).await?;
    let key = |one: &HeldRow| (one.name_key.clone(), one.id);
    Ok(Page::cut(rows, &at, total, key).map(|one| body(call, one, today)))
}

/// One appointment of the caller's part of the tree, or the caller's own.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: AppointmentId) -> Result<HeldBody> {
    call.actor.may_ever(AppointmentAct::Read.who())?;
    let found = store::find(app.reader(), &policy::scope(&call.actor), call.actor.account(), id).await?;
    Ok(body(call, found, app.today()))
}

fn body(call: &Call, found: HeldRow, today: NaiveDate) -> HeldBody {
    let over = found.ends_on.is_some_and(|last| last < today);
    let own = call.actor.account() == Some(found.account_id);
    let may = policy::may_give(&call.actor, found.role, &found.path, found.organisation_id, found.city_id);
    HeldBody {
        id: found.id,
        account_id: found.account_id,
        name: found.person_name,
        organisation_id: found.organisation_id,
        organisation_name: found.organisation_name,
        role: found.role,
        post: found.post,
        class_id: found.class_id,
        starts_on: found.starts_on,
        ends_on: found.ends_on,
        in_force: found.starts_on <= today && !over,
        end_reason: found.end_reason,
        allowed_actions: if may && !own && !over { vec!["end".to_owned()] } else { Vec::new() },
        version: found.version,
    }
}

/// Asks that a role be given; a security administrator who did not ask decides (`domain.md` 3.7).
///
/// # Errors
/// [`AppointmentRule`]; refusals of the input; [`Error::NotFound`] for an account or organisation out of sight.
pub async fn ask(app: &App, call: &Call, new: NewHeld) -> Result<ApprovalBody> {
    call.actor.may_ever(AppointmentAct::Give.who())?;
    let mut faults = Faults::default();
    let reason = faults.take(text::reason("reason", &new.reason)).unwrap_or_default();
    let post = faults.take(text::optional_line("post", new.post.as_deref(), 60)).flatten();
    for (field, day) in [("starts_on", new.starts_on), ("ends_on", new.ends_on)] {
        if day.is_some_and(|day| !is_ordinary(day)) {
            faults.add(FieldFault::new(field, "field.range"));
        }
    }
    let first = new.starts_on.unwrap_or_else(|| app.today());
    if new.ends_on.is_some_and(|last| last < first || last < app.today()) {
        faults.add(FieldFault::new("ends_on", "field.range"));
    }
    faults.finish()?;
    app.write(call, async |tx| {
        accounts::admin::show(app, call, new.account_id).await?;
        let new = NewHeld { post: post.clone(), reason: reason.clone(), ..new.clone() };
        check(tx, app, call, &new).await?;
        let asked = Asked {
            kind: ApprovalKind::RoleGive,
            account: Some(new.account_id),
            person: None,
            organisation: Some(new.organisation_id),
            payload: serde_json::to_value(&new)?,
            reason: reason.clone(),
        };
        approval::ops::ask_in(tx, app, call, asked).await
    })
    .await
}

/// Everything that must hold when a role is asked for; [`give_in`] asks again.
async fn check(tx: &impl ConnectionTrait, app: &App, call: &Call, new: &NewHeld) -> Result<()> {
    if call.actor.account() == Some(new.account_id) {
        return Err(AppointmentRule::Own.into());
    }
    let at = organisation::ops::name_of(tx, new.organisation_id).await?;
    if !policy::may_give(&call.actor, new.role, &at.path, at.id, at.city) {
        return Err(AppointmentRule::OutOfReach.into());
    }
    fits(tx, app, call, new).await
}

/// What a role asks of account, organisation and class, whoever gives it.
async fn fits(tx: &impl ConnectionTrait, app: &App, call: &Call, new: &NewHeld) -> Result<()> {
    let at = organisation::ops::name_of(tx, new.organisation_id).await?;
    if at.status != OrgStatus::Active {
        return Err(AppointmentRule::OrganisationEnded.into());
    }
    // An account that is still invited gets its first role with the invitation.
    let account = accounts::row_of(tx, new.account_id).await?;
    if account.status != AccountStatus::Active {
        return Err(AccountRule::WrongState(account.status).into());
    }
    fits_class(tx, call, new.role, new.class_id, Some(account.person_id)).await?;
    let today = app.today();
    // A request waits for days; one whose last day has passed meanwhile gives nothing.
    if new.ends_on.is_some_and(|last| last < new.starts_on.unwrap_or(today).max(today)) {
        return Err(AppointmentRule::Ended.into());
    }
    if store::holds(tx, new.account_id, new.role, new.organisation_id, new.class_id, today).await? {
        return Err(AppointmentRule::Held.into());
    }
    if !goes_together(tx, app, new.account_id, new.role).await? {
        return Err(AppointmentRule::TwoAdministrators.into());
    }
    Ok(())
}

/// Whether what was fitting when an account was invited still is when it is opened: who invited may give the role, the
/// organisation works, the trainee is
/// enrolled, the class is there, and the account holds nothing that excludes it.
///
/// # Errors
/// The engine's error.
pub(crate) async fn still_fits(
    tx: &impl ConnectionTrait,
    app: &App,
    new: &accounts::NewAppointment,
    person: PersonId,
    invited_by: Option<AccountId>,
) -> Result<bool> {
    let at = organisation::ops::name_of(tx, new.organisation).await?;
    if let Some(inviter) = invited_by {
        let inviter = accounts::actor_of(tx, app, inviter).await?;
        if !inviter.is_some_and(|inviter| policy::may_give(&inviter, new.role, &at.path, at.id, at.city)) {
            return Ok(false);
        }
    }
    let has_place = match (new.role, new.class) {
        (RoleCode::Trainee, Some(class)) => training::ops::is_enrolled(tx, class, person).await?,
        (RoleCode::ClassTeacher, Some(class)) => training::ops::organiser(tx, class).await?.is_some(),
        _ => new.class.is_none(),
    };
    Ok(at.status == OrgStatus::Active && has_place && goes_together(tx, app, new.account, new.role).await?)
}

/// In production nobody holds two administrators' roles, and no administrator works with content (`reliability.md` 2).
async fn goes_together(tx: &impl ConnectionTrait, app: &App, account: AccountId, role: RoleCode) -> Result<bool> {
    let others = store::roles(tx, account, app.today()).await?;
    Ok(!others.iter().any(|role| is_administrators(*role)) && (!is_administrators(role) || others.is_empty()))
}

/// Trainees and class teachers need a class, nobody else has one. A trainee is enrolled there before, so that a role never
/// opens a class that its roster does not know; the teacher's class is held by an organisation of the giver's.
pub(crate) async fn fits_class(
    tx: &impl ConnectionTrait,
    call: &Call,
    role: RoleCode,
    class: Option<ClassId>,
    person: Option<PersonId>,
) -> Result<()> {
    let good = match (role, class) {
        (RoleCode::Trainee, Some(class)) => match person {
            Some(person) => training::ops::is_enrolled(tx, class, person).await?,
            None => false,
        },
        (RoleCode::ClassTeacher, Some(class)) => match training::ops::organiser(tx, class).await? {
            Some(organiser) => {
                let at = organisation::ops::name_of(tx, organiser).await?;
                policy::may_give(&call.actor, role, &at.path, at.id, at.city)
            }
            None => false,
        },
        (RoleCode::Trainee | RoleCode::ClassTeacher, None) | (_, Some(_)) => false,
        (_, None) => true,
    };
    if good { Ok(()) } else { Err(AppointmentRule::BadClass.into()) }
}

/// Gives a role that a second person agreed to, in the write of the decision, if whoever asked for it still may. A new
/// role begins with a new sign-in (`reliability.md` S-01).
///
/// # Errors
/// [`AppointmentRule`].
pub(crate) async fn give_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    asked_by: AccountId,
    new: NewHeld,
) -> Result<()> {
    let at = organisation::ops::name_of(tx, new.organisation_id).await?;
    let asker = accounts::actor_of(tx, app, asked_by).await?;
    if !asker.is_some_and(|asker| policy::may_give(&asker, new.role, &at.path, at.id, at.city)) {
        return Err(AppointmentRule::AskerOut.into());
    }
    if call.actor.account() == Some(new.account_id) {
        return Err(AppointmentRule::Own.into());
    }
    fits(tx, app, call, &new).await?;
    let held = accounts::NewAppointment {
        account: new.account_id,
        organisation: new.organisation_id,
        role: new.role,
        post: new.post.clone(),
        class: new.class_id,
        starts_on: new.starts_on,
        ends_on: new.ends_on,
    };
    let id = accounts::appoint_in(tx, app, held).await?;
    accounts::end_all(tx, app, new.account_id, None).await?;
    let detail = json!({ "account": new.account_id, "role": new.role, "organisation": new.organisation_id });
    audit::note(tx, app, call, "appointment.give", About::new("appointment", id), detail).await?;
    tell(tx, app, letters::APPOINTED, new.account_id, new.organisation_id, new.role, id).await
}

/// Ends an appointment at once; an administrator's waits for a second person.
///
/// # Errors
/// [`AppointmentRule`]; [`Error::NotFound`], [`Error::Stale`].
pub async fn end(app: &App, call: &Call, id: AppointmentId, seen: i32, reason: &str) -> Result<Ended> {
    call.actor.may_ever(AppointmentAct::Give.who())?;
    let reason = text::reason("reason", reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    app.write(call, async |tx| {
        let found = store::find(tx, &policy::scope(&call.actor), call.actor.account(), id).await?;
        if call.actor.account() == Some(found.account_id) {
            return Err(AppointmentRule::Own.into());
        }
        if !policy::may_give(&call.actor, found.role, &found.path, found.organisation_id, found.city_id) {
            return Err(AppointmentRule::OutOfReach.into());
        }
        if found.ends_on.is_some_and(|last| last < app.today()) {
            return Err(AppointmentRule::Ended.into());
        }
        if found.version != seen {
            return Err(Error::Stale);
        }
        if !is_administrators(found.role) {
            end_in(tx, app, call, &found, &reason).await?;
            let ended = store::find(tx, &policy::scope(&call.actor), call.actor.account(), id).await?;
            return Ok(Ended { appointment: Some(body(call, ended, app.today())), approval: None });
        }
        not_the_last(tx, app, &found).await?;
        let asked = Asked {
            kind: ApprovalKind::RoleEnd,
            account: Some(found.account_id),
            person: None,
            organisation: Some(found.organisation_id),
            payload: json!({ "appointment_id": id, "role": found.role }),
            reason: reason.clone(),
        };
        let approval = approval::ops::ask_in(tx, app, call, asked).await?;
        Ok(Ended { appointment: None, approval: Some(approval) })
    })
    .await
}

/// What ending an appointment came to: ended, or waiting for a second person.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Ended {
    /// The appointment, ended.
    pub appointment: Option<HeldBody>,
    /// What waits for a second person.
    pub approval: Option<ApprovalBody>,
}

/// Ends an administrator's appointment that a second person agreed to, in the write of the decision.
///
/// # Errors
/// [`AppointmentRule`].
pub(crate) async fn end_approved(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    id: AppointmentId,
    reason: &str,
) -> Result<()> {
    let found = store::find(tx, &policy::scope(&call.actor), None, id).await?;
    if call.actor.account() == Some(found.account_id) {
        return Err(AppointmentRule::Own.into());
    }
    if found.ends_on.is_some_and(|last| last < app.today()) {
        return Err(AppointmentRule::Ended.into());
    }
    not_the_last(tx, app, &found).await?;
    end_in(tx, app, call, &found, reason).await
}

async fn not_the_last(tx: &impl ConnectionTrait, app: &App, found: &HeldRow) -> Result<()> {
    let last = account::ops::admin::is_last_administrator(tx, app, found.account_id).await?;
    if last { Err(AppointmentRule::LastAdministrator.into()) } else { Ok(()) }
}

async fn end_in(tx: &impl ConnectionTrait, app: &App, call: &Call, found: &HeldRow, reason: &str) -> Result<()> {
    store::end(tx, found.id, found.version, app.today(), reason).await?;
    let detail = json!({ "account": found.account_id, "role": found.role, "reason": reason });
    audit::note(tx, app, call, "appointment.end", About::new("appointment", found.id), detail).await?;
    tell(tx, app, letters::DISMISSED, found.account_id, found.organisation_id, found.role, found.id).await
}

async fn tell(
    tx: &impl ConnectionTrait,
    app: &App,
    kind: letters::Kind,
    to: AccountId,
    organisation: OrganisationId,
    role: RoleCode,
    id: AppointmentId,
) -> Result<()> {
    let name = organisation::ops::name_of(tx, organisation).await?.display;
    let message = letter::ops::Message {
        to,
        kind,
        values: vec![("organisation", name), ("role", role.word().to_owned())],
        url: Some("/w".to_owned()),
        dedupe: format!("{}:{id}", kind.name),
        organisation: Some(organisation),
    };
    letter::ops::tell(tx, app, message).await
}
