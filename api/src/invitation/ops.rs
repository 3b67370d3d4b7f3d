//! What can be done with invitations.

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::account::{self, AccountStatus};
use twinning_entity::account_link::LinkPurpose;
use twinning_entity::ids::{AccountId, InvitationId, PersonId};
use twinning_entity::invitation::{self as row, InvitationState};
use twinning_entity::organisation::OrgStatus;
use twinning_entity::provenance::Provenance;

use super::model::{InvitationRule, NOTICE_VERSION, PER_HOUR};
use super::policy::InvitationAct;
use super::store;
use super::wire::{Acceptance, InvitationBody, InvitationFilter, NewInvitation, Welcome};
use crate::account::ops::{self as accounts, links, normal_login};
use crate::app::App;
use crate::appointment::policy::{self as rights, AppointmentRule, is_administrators};
use crate::audit::{self, ops::About};
use crate::infra::mail::is_address;
use crate::kernel::actor::RoleCode;
use crate::kernel::call::{Call, Lang};
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::page::{Page, PageRequest};
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
        let identity_check = faults.take(text::reason("identity_check", &new.identity_check)).unwrap_or_default();
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

async fn body(conn: &impl ConnectionTrait, app: &App, call: &Call, found: row::Model) -> Result<InvitationBody> {
    let at = organisation::ops::name_of(conn, found.organisation_id).await?;
    let account = accounts::row_of(conn, found.account_id).await?;
    let names = person::ops::by_ids(conn, vec![found.person_id]).await?;
    let may = rights::may_give(&call.actor, found.role.unwrap_or(RoleCode::BranchAdmin), &at.path, at.id, at.city);
    let state = match found.state {
        InvitationState::Open if app.now() >= found.expires_at => InvitationState::Expired,
        state => state,
    };
    let acts = match state {
        InvitationState::Open if may => vec!["resend", "revoke"],
        InvitationState::Expired if may && account.status == AccountStatus::Invited => vec!["resend"],
        _ => Vec::new(),
    };
    let here = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&shanghai());
    Ok(InvitationBody {
        id: found.id,
        account_id: found.account_id,
        person_id: found.person_id,
        name: names.get(&found.person_id).map(|one| one.name.clone()).unwrap_or_default(),
        email: account.login,
        organisation_id: found.organisation_id,
        organisation_name: at.display,
        role: found.role,
        post: found.post,
        class_id: found.class_id,
        identity_check: found.identity_check,
        state,
        invited_by: found.invited_by,
        sent: found.sent,
        created_at: here(found.created_at),
        expires_at: here(found.expires_at),
        allowed_actions: acts.into_iter().map(ToOwned::to_owned).collect(),
        version: found.version,
    })
}

/// Invitations of the caller's part of the tree, the newest first.
///
/// # Errors
/// [`Error::Denied`]; a page that is none.
pub async fn list(app: &App, call: &Call, filter: InvitationFilter) -> Result<Page<InvitationBody>> {
    let at = PageRequest::asked(filter.limit, filter.cursor.clone(), filter.count)?;
    list_at(app, call, &filter, at).await
}

/// As [`list`], for pages that count by number.
///
/// # Errors
/// As [`list`].
pub async fn list_at(
    app: &App,
    call: &Call,
    filter: &InvitationFilter,
    at: PageRequest,
) -> Result<Page<InvitationBody>> {
    call.actor.may_ever(InvitationAct::Read.who())?;
    let below = match filter.organisation_id {
        Some(id) => Some(organisation::ops::name_of(app.reader(), id).await?.path),
        None => None,
    };
    let scope = rights::scope(&call.actor);
    let (rows, total) = store::page(app.reader(), &scope, filter.state, below.as_deref(), &at).await?;
    let page = Page::cut(rows, &at, total, |one| one.id);
    let mut items = Vec::with_capacity(page.items.len());
    for one in page.items {
        items.push(body(app.reader(), app, call, one).await?);
    }
    Ok(Page { items, next_cursor: page.next_cursor, total: page.total })
}

/// One invitation of the caller's part of the tree.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: InvitationId) -> Result<InvitationBody> {
    call.actor.may_ever(InvitationAct::Read.who())?;
    let found = store::find(app.reader(), &rights::scope(&call.actor), id).await?;
    body(app.reader(), app, call, found).await
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
            accounts::retire(tx, app, next.account_id).await?;
        }
        let operation = if act == "resend" { "invitation.resend" } else { "invitation.revoke" };
        audit::note(tx, app, call, operation, About::new("invitation", id), json!({})).await?;
        body(tx, app, call, next).await
    })
    .await
}

/// What a link opens, for the page that asks for a password; looking does not use it.
///
/// # Errors
/// [`crate::account::model::AuthRule::LinkInvalid`].
pub async fn welcome(app: &App, token: &str) -> Result<Welcome> {
    let conn = app.db().current();
    let (account, _) = links::find(conn, app, token, LinkPurpose::Invitation).await?;
    let found = open(conn, app, &account).await?;
    let names = person::ops::by_ids(conn, vec![found.person_id]).await?;
    Ok(Welcome {
        name: names.get(&found.person_id).map(|one| one.name.clone()).unwrap_or_default(),
        email: account.login,
        organisation: organisation::ops::name_of(conn, found.organisation_id).await?.display,
        role: found.role,
        notice_version: NOTICE_VERSION.to_owned(),
    })
}

/// The open invitation of an account that waits for its first password.
async fn open(conn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<row::Model> {
    let found = store::open_of(conn, account.id).await?;
    let holds = account.status == AccountStatus::Invited;
    found
        .filter(|found| holds && app.now() < found.expires_at)
        .ok_or_else(|| crate::account::model::AuthRule::LinkInvalid.into())
}

/// Accepts an invitation: sets the password, notes that the notice was accepted, and gives the role.
///
/// # Errors
/// [`crate::account::model::AuthRule::LinkInvalid`] for a link that was used, is over or is none; what the rules say of
/// the password; [`InvitationRule::NoticeNeeded`].
pub async fn accept(app: &App, call: &Call, input: Acceptance) -> Result<AccountId> {
    let (account, _) = links::find(app.db().current(), app, &input.token, LinkPurpose::Invitation).await?;
    if !input.accept_notice {
        return Err(InvitationRule::NoticeNeeded.into());
    }
    let hash = accounts::password::first_hash(app, &account, &input.password).await?;
    app.write(&call.once(), async |tx| {
        let (account, link) = links::find(tx, app, &input.token, LinkPurpose::Invitation).await?;
        let found = open(tx, app, &account).await?;
        links::use_up(tx, app, &link).await?;
        accounts::password::activate(tx, app, &account, &hash, NOTICE_VERSION).await?;
        if let Some(role) = found.role {
            let held = accounts::NewAppointment {
                account: account.id,
                organisation: found.organisation_id,
                role,
                post: found.post.clone(),
                class: found.class_id,
                starts_on: None,
                ends_on: None,
            };
            accounts::appoint_in(tx, app, held).await?;
        }
        let next = row::Model {
            state: InvitationState::Accepted,
            closed_at: Some(app.now()),
            version: found.version + 1,
            ..found.clone()
        };
        store::replace(tx, next).await?;
        let detail = json!({ "account": account.id, "role": found.role, "notice": NOTICE_VERSION });
        audit::note(tx, app, call, "invitation.accept", About::new("invitation", found.id), detail).await?;
        Ok(account.id)
    })
    .await
}

/// Closes invitations whose link is over.
///
/// # Errors
/// The engine's error.
pub async fn expire(app: &App) -> Result<()> {
    let tx = app.db().begin().await?;
    store::expire(&tx, app.now()).await?;
    tx.commit().await.map_err(Error::from)
}

/// Makes the first administrator of a kind and gives the path of a one-time link that works for 30 minutes; nobody is
/// written to (`reliability.md` A-06). Commands alone call it.
///
/// # Errors
/// [`InvitationRule::NotByInvitation`] when there is one already; [`InvitationRule::LoginTaken`]; refusals of the input.
pub async fn first_administrator(app: &App, email: &str, name: &str, role: RoleCode) -> Result<String> {
    let call = Call::system("admin create");
    let email = normal_login(email);
    let mut faults = Faults::default();
    if !is_address(&email) {
        faults.add(FieldFault::new("email", "field.email"));
    }
    let name = faults.take(text::line("name", name, 60)).unwrap_or_default();
    faults.finish()?;
    app.write(&call, async |tx| {
        if accounts::any_with(tx, role, app.today()).await? {
            return Err(InvitationRule::NotByInvitation.into());
        }
        if accounts::find_by_login(tx, &email).await?.is_some() {
            return Err(InvitationRule::LoginTaken.into());
        }
        let organisation = organisation::ops::operator(tx, app, &call).await?;
        let made = NewPerson {
            name: name.clone(),
            phone: None,
            gender: None,
            organisation: Some(organisation),
            is_synthetic: false,
            provenance: Provenance::Entered,
            import: None,
        };
        let (person, _) = person::ops::ensure_in(tx, app, &made).await?;
        let new = accounts::NewAccount {
            person,
            login: email.clone(),
            password_hash: None,
            language: "zh-CN".to_owned(),
            is_demo: false,
        };
        let account = accounts::create_in(tx, app, new).await?;
        let now = app.now();
        let life = chrono::Duration::minutes(30);
        let invitation = row::Model {
            id: app.new_id(),
            account_id: account,
            person_id: person,
            organisation_id: organisation,
            role: Some(role),
            post: None,
            class_id: None,
            identity_check: "made at the console of the server".to_owned(),
            state: InvitationState::Open,
            invited_by: None,
            sent: 0,
            version: 1,
            created_at: now,
            expires_at: now + life,
            closed_at: None,
        };
        store::add(tx, invitation.clone()).await?;
        let account = accounts::row_of(tx, account).await?;
        let token = links::make_for(tx, app, &account, LinkPurpose::Invitation, None, life).await?;
        let about = About::new("invitation", invitation.id);
        audit::note(tx, app, &call, "admin.create", about, json!({ "role": role })).await?;
        Ok(format!("/invitation/{token}"))
    })
    .await
}
