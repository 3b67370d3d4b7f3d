//! What can be done with invitations.

mod first;
mod opening;
mod reads;

pub use first::first_administrator;
pub use opening::{accept, expire, welcome};
pub(crate) use opening::{close_of, forget_person};
pub use reads::{list, list_at, show};

use self::reads::body;

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::account_link::LinkPurpose;
use twinning_entity::ids::{AccountId, InvitationId, PersonId};
use twinning_entity::invitation::{self as row, InvitationState};
use twinning_entity::organisation::OrgStatus;
use twinning_entity::provenance::Provenance;

use super::model::{InvitationRule, PER_HOUR};
use super::policy::InvitationAct;
use super::store;
use super::wire::{InvitationBody, NewInvitation};
use crate::account::ops::{self as accounts, links, normal_login};
use crate::app::App;
use crate::appointment::policy::{self as rights, AppointmentRule, is_administrators};
use crate::audit::{self, ops::About};
use crate::infra::mail::is_address;
use crate::kernel::actor::RoleCode;
use crate::kernel::call::{Call, Lang};
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::text;
use crate::letter::{self, model as letters};
use crate::organisation::ops::OrgName;
use crate::person::ops::NewPerson;
use crate::{appointment, organisation, person};

/// An invitation as it was checked.
struct Draft {
    email: String,
    name: Option<String>,
    post: Option<String>,
    identity_check: String,
    language: &'static str,
}

impl Draft {
    fn parse(call: &Call, new: &NewInvitation) -> Result<Self> {
        let mut faults = Faults::default();
        let email = normal_login(&new.email);
        if !is_address(&email) {
            faults.add(FieldFault::new("email", "field.email"));
        }
        let name = faults.take(text::optional_line("name", new.name.as_deref(), 60)).flatten();
        if name.is_none() == new.person_id.is_none() {
            faults.add(FieldFault::new("name", "field.required"));
        }
        let post = faults.take(text::optional_line("post", new.post.as_deref(), 60)).flatten();
        let checked = text::reason("identity_check", &new.identity_check).map_err(|fault| match fault.code {
            "field.reason_short" => FieldFault::new("identity_check", "field.identity_check_short"),
            _ => fault,
        });
        let identity_check = faults.take(checked).unwrap_or_default();
        let language = match new.language.as_deref() {
            None => call.lang.tag(),
            Some("zh-CN") => "zh-CN",
            Some("en") => "en",
            Some(_) => {
                faults.add(FieldFault::new("language", "field.value"));
                "zh-CN"
            }
        };
        faults.finish()?;
        Ok(Self { email, name, post, identity_check, language })
    }
}

/// Invites a person: makes the account without a password and sends the link, one letter and no more
/// (`reliability.md` C-06).
///
/// # Errors
/// [`InvitationRule`], [`AppointmentRule`]; refusals of the input; [`Error::NotFound`] for what is out of sight.
pub async fn invite(app: &App, call: &Call, new: NewInvitation) -> Result<InvitationBody> {
    call.actor.may_ever(InvitationAct::Invite.who())?;
    let draft = Draft::parse(call, &new)?;
    app.write(call, async |tx| invite_in(tx, app, call, &new, &draft).await).await
}

/// As [`invite`], in a write that is under way: an import's.
///
/// # Errors
/// As [`invite`].
pub(crate) async fn invite_with(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    new: &NewInvitation,
) -> Result<InvitationBody> {
    let draft = Draft::parse(call, new)?;
    invite_in(tx, app, call, new, &draft).await
}

async fn invite_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    new: &NewInvitation,
    draft: &Draft,
) -> Result<InvitationBody> {
    let at = organisation::ops::name_of(tx, new.organisation_id).await?;
    check_right(call, new, &at)?;
    if at.status != OrgStatus::Active {
        return Err(AppointmentRule::OrganisationEnded.into());
    }
    if app.settings.rate_limit && !call.actor.is_system() {
        let since = app.now() - chrono::Duration::hours(1);
        if store::recent(tx, at.id, since).await? >= PER_HOUR {
            return Err(InvitationRule::TooMany.into());
        }
    }
    if accounts::find_by_login(tx, &draft.email).await?.is_some() {
        return Err(InvitationRule::LoginTaken.into());
    }
    let (person, retired) = person_of(tx, app, call, new, draft, &at).await?;
    if let Some(role) = new.role {
        appointment::ops::fits_class(tx, call, role, new.class_id, Some(person)).await?;
    } else if new.class_id.is_some() {
        return Err(AppointmentRule::BadClass.into());
    }
    let account = match retired {
        Some(account) => {
            accounts::reopen(tx, app, account, &draft.email, draft.language).await?;
            account
        }
        None => {
            let made = accounts::NewAccount {
                person,
                login: draft.email.clone(),
                password_hash: None,
                language: draft.language.to_owned(),
                is_demo: false,
            };
            accounts::create_in(tx, app, made).await?
        }
    };
    let now = app.now();
    let invitation = row::Model {
        id: app.new_id(),
        account_id: account,
        person_id: person,
        organisation_id: at.id,
        role: new.role,
        post: draft.post.clone(),
        class_id: new.class_id,
        identity_check: draft.identity_check.clone(),
        state: InvitationState::Open,
        invited_by: call.actor.account(),
        sent: 1,
        version: 1,
        created_at: now,
        expires_at: now + links::life(LinkPurpose::Invitation),
        closed_at: None,
    };
    store::add(tx, invitation.clone()).await?;
    send(tx, app, &invitation, &at).await?;
    let detail = json!({ "account": account, "role": new.role, "organisation": at.code });
    audit::note(tx, app, call, "invitation.send", About::new("invitation", invitation.id), detail).await?;
    body(tx, app, call, invitation).await
}

fn check_right(call: &Call, new: &NewInvitation, at: &OrgName) -> Result<()> {
    match new.role {
        Some(role) if is_administrators(role) => Err(InvitationRule::NotByInvitation.into()),
        Some(role) if rights::may_give(&call.actor, role, &at.path, at.id, at.city) => Ok(()),
        // An account without a role may sign in and nothing more; who may give any role here may make one.
        None if rights::may_give(&call.actor, RoleCode::BranchAdmin, &at.path, at.id, at.city) => Ok(()),
        _ => Err(InvitationRule::OutOfReach.into()),
    }
}

/// The person to invite: one the caller may know of, or a new one; and an account that was retired before it was opened.
async fn person_of(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    new: &NewInvitation,
    draft: &Draft,
    at: &OrgName,
) -> Result<(PersonId, Option<AccountId>)> {
    if let Some(id) = new.person_id {
        person::ops::known_to(tx, call, id).await?;
        return match accounts::of_person(tx, id).await? {
            Some((_, false)) => Err(InvitationRule::PersonTaken.into()),
            Some((account, true)) => Ok((id, Some(account))),
            None => Ok((id, None)),
        };
    }
    let made = NewPerson {
        name: draft.name.clone().unwrap_or_default(),
        phone: None,
        gender: None,
        organisation: Some(at.id),
        is_synthetic: false,
        provenance: Provenance::Entered,
        import: None,
    };
    Ok((person::ops::ensure_in(tx, app, &made).await?.0, None))
}

/// Writes the letter with a fresh link; the link before is dead.
async fn send(tx: &impl ConnectionTrait, app: &App, invitation: &row::Model, at: &OrgName) -> Result<()> {
    let account = accounts::row_of(tx, invitation.account_id).await?;
    let token = links::make(tx, app, &account, LinkPurpose::Invitation, None).await?;
    let secret = letter::ops::SecretLetter {
        to_account: account.id,
        address: account.login.clone(),
        lang: Lang::from_tag(&account.language),
        kind: letters::INVITATION,
        values: vec![("organisation", at.display.clone())],
        url: format!("/invitation/{token}"),
        dedupe: format!("invitation:{}:{}", invitation.id, invitation.sent),
        organisation: Some(at.id),
    };
    letter::ops::send_secret(tx, app, secret).await
}

/// Sends the letter again with a fresh link; the link before is dead.
///
/// # Errors
/// [`InvitationRule`]; [`Error::NotFound`], [`Error::Stale`].
pub async fn resend(app: &App, call: &Call, id: InvitationId, seen: i32) -> Result<InvitationBody> {
    change(app, call, id, seen, "resend").await
}

/// Revokes an invitation: its link is dead and its account is not to be used.
///
/// # Errors
/// As [`resend`].
pub async fn revoke(app: &App, call: &Call, id: InvitationId, seen: i32) -> Result<InvitationBody> {
    change(app, call, id, seen, "revoke").await
}

async fn change(app: &App, call: &Call, id: InvitationId, seen: i32, act: &str) -> Result<InvitationBody> {
    call.actor.may_ever(InvitationAct::Invite.who())?;
    app.write(call, async |tx| {
        let found = store::find(tx, &rights::scope(&call.actor), id).await?;
        let at = organisation::ops::name_of(tx, found.organisation_id).await?;
        let role = found.role.unwrap_or(RoleCode::BranchAdmin);
        if !rights::may_give(&call.actor, role, &at.path, at.id, at.city) {
            return Err(InvitationRule::OutOfReach.into());
        }
        if act == "resend" && is_administrators(role) {
            return Err(InvitationRule::NotByInvitation.into());
        }
        let shown = body(tx, app, call, found.clone()).await?;
        if !shown.allowed_actions.iter().any(|known| known == act) {
            return Err(InvitationRule::NotOpen(shown.state).into());
        }
        if found.version != seen {
            return Err(Error::Stale);
        }
        let now = app.now();
        let next = if act == "resend" {
            row::Model {
                state: InvitationState::Open,
                sent: found.sent + 1,
                expires_at: now + links::life(LinkPurpose::Invitation),
                closed_at: None,
                version: found.version + 1,
                ..found
            }
        } else {
            row::Model { state: InvitationState::Revoked, closed_at: Some(now), version: found.version + 1, ..found }
        };
        store::replace(tx, next.clone()).await?;
        if act == "resend" {
            send(tx, app, &next, &at).await?;
        } else {
            links::end_all(tx, app, next.account_id).await?;
            store::close_of(tx, next.account_id, now).await?;
            accounts::retire(tx, app, next.account_id).await?;
        }
        let operation = if act == "resend" { "invitation.resend" } else { "invitation.revoke" };
        audit::note(tx, app, call, operation, About::new("invitation", id), json!({})).await?;
        body(tx, app, call, next).await
    })
    .await
}
