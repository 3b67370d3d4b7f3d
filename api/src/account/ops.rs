//! Sign in, refresh, sign out, and who the caller is.

use sea_orm::Set;
use serde_json::json;
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::appointment;
use twinning_entity::ids::{AccountId, AppointmentId, ClassId, OrganisationId, PersonId, RefreshTokenId, SessionId};
use twinning_entity::{refresh_token, session};
use uuid::Uuid;

use super::model::{self, AuthRule};
use super::policy::AccountAct;
use super::wire::{AppointmentBody, Credentials, MeBody, TokensBody};
use super::{passwords, store, tokens};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::secrets;
use crate::kernel::actor::{ADMINS, Actor, Member, RoleCode};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::organisation;

/// Longest login and password taken, in characters (`reliability.md` A-02).
const LOGIN_MAX: usize = 254;
const PASSWORD_MAX: usize = 128;

/// Signs in over the API.
///
/// # Errors
/// [`AuthRule::Failed`] for every reason that the credentials do not do; [`AuthRule::TooMany`].
pub async fn login(app: &App, call: &Call, credentials: Credentials) -> Result<TokensBody> {
    let account = proven(app, call, &credentials).await?;
    app.write(call, async |tx| {
        let family = app.new_id::<Uuid>();
        let tokens = tokens_of(tx, app, account, family, None).await?;
        note_success(tx, app, call, account, &credentials.login, "api").await?;
        Ok(tokens)
    })
    .await
}

/// A portal session that was just opened.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub struct OpenedSession {
    /// Value of the cookie; only its hash is stored.
    pub token: String,
    /// Language the account prefers.
    pub language: String,
    /// Class of somebody who is a trainee and nothing else, where they land.
    pub class: Option<ClassId>,
}

/// Signs in to the portal: a new session id each time (`reliability.md` S-01).
///
/// # Errors
/// As [`login`].
pub async fn open_session(
    app: &App,
    call: &Call,
    credentials: Credentials,
    user_agent: Option<String>,
) -> Result<OpenedSession> {
    let account = proven(app, call, &credentials).await?;
    let token = secrets::token()?;
    let csrf = secrets::token()?;
    app.write(call, async |tx| {
        let now = app.now();
        let member = store::member(tx, account, app.today()).await?.ok_or(AuthRule::Failed)?;
        let most = model::sessions_at_once(is_administrator(&member));
        let live = store::live_sessions(tx, account, now).await?;
        // A further sign-in ends the oldest (`reliability.md` A-08).
        for old in live.iter().take((live.len() + 1).saturating_sub(most)) {
            store::end_session(tx, old.id, now).await?;
        }
        store::add_session(
            tx,
            session::ActiveModel {
                id: Set(app.new_id::<SessionId>()),
                token_hash: Set(secrets::fingerprint(&token)),
                account_id: Set(account),
                csrf: Set(csrf.clone()),
                created_at: Set(now),
                last_seen_at: Set(now),
                expires_at: Set(now + model::session_life()),
                ended_at: Set(None),
                address: Set(call.address.clone()),
                user_agent: Set(user_agent.as_ref().map(|text| text.chars().take(200).collect())),
            },
        )
        .await?;
        note_success(tx, app, call, account, &credentials.login, "portal").await?;
        let only_trainee = member.appointments.iter().all(|held| held.role == RoleCode::Trainee);
        let class = member.appointments.iter().filter(|_| only_trainee).find_map(|held| held.class);
        Ok(OpenedSession { token: token.clone(), language: member.language, class })
    })
    .await
}

/// A portal session in force.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// The session.
    pub id: SessionId,
    /// Who it belongs to.
    pub member: Member,
    /// Token that every form of the session carries.
    pub csrf: String,
}

/// The session of a cookie, if it still holds; using it keeps it alive.
///
/// # Errors
/// The engine's error.
pub async fn live_session(app: &App, token: &str) -> Result<Option<LiveSession>> {
    if token.len() > 128 {
        return Ok(None);
    }
    let Some(found) = store::session_by_hash(app.reader(), &secrets::fingerprint(token)).await? else {
        return Ok(None);
    };
    let now = app.now();
    let Some(member) = store::member(app.reader(), found.account_id, app.today()).await? else { return Ok(None) };
    let idle = model::session_idle(is_administrator(&member));
    if now >= found.expires_at || now - found.last_seen_at >= idle {
        return Ok(None);
    }
    // Written at most once a minute, and beside the request: a page view should not wait for a commit.
    if now - found.last_seen_at >= chrono::Duration::minutes(1) {
        actix_web::rt::spawn(touch(app.clone(), found.id));
    }
    Ok(Some(LiveSession { id: found.id, member, csrf: found.csrf }))
}

/// Notes that a session is in use; one note that is lost costs a minute of its idle time.
async fn touch(app: App, id: SessionId) {
    let noted = async {
        let tx = app.db().begin().await?;
        store::touch_session(&tx, id, app.now()).await?;
        tx.commit().await.map_err(Error::from)
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "a session's use was not noted");
    }
}

/// Ends a portal session on the server.
///
/// # Errors
/// The engine's error.
pub async fn close_session(app: &App, call: &Call, id: SessionId) -> Result<()> {
    app.write(call, async |tx| {
        store::end_session(tx, id, app.now()).await?;
        audit::note(tx, app, call, "auth.logout", About::new("session", id), json!({})).await
    })
    .await
}

/// The account that credentials prove, after counting the try.
async fn proven(app: &App, call: &Call, credentials: &Credentials) -> Result<AccountId> {
    let login = credentials.login.trim().to_lowercase();
    let fits_in = login.chars().count() <= LOGIN_MAX
        && !login.chars().any(char::is_control)
        && credentials.password.chars().count() <= PASSWORD_MAX;
    let subject = secrets::blind_index(&app.keys.index, &login);
    check_address(app, call).await?;
    let found = if fits_in { store::by_login(app.reader(), &login).await? } else { None };
    let hash =
        found.as_ref().filter(|one| one.status == AccountStatus::Active).and_then(|one| one.password_hash.clone());
    let fits = passwords::fits(app, credentials.password.clone(), hash).await?;
    // Asked again after the queue for hashing: those who came before have failed by now.
    check_address(app, call).await?;
    let locked = is_locked(app, &subject).await?;
    match found {
        Some(account) if fits && !locked => Ok(account.id),
        _ => {
            note_failure(app, call, &subject).await?;
            Err(AuthRule::Failed.into())
        }
    }
}

/// Failures an address may have in a minute (`reliability.md` L-01).
async fn check_address(app: &App, call: &Call) -> Result<()> {
    let Some(address) = call.address.as_deref().filter(|_| app.settings.rate_limit) else { return Ok(()) };
    let since = app.now() - chrono::Duration::minutes(1);
    if store::failures_from(app.db().current(), address, since).await? >= model::FAILURES_PER_ADDRESS {
        return Err(AuthRule::TooMany.into());
    }
    Ok(())
}

/// Whether the last failures lock the account: five within fifteen minutes lock for thirty (SEC-03).
async fn is_locked(app: &App, subject: &str) -> Result<bool> {
    let now = app.now();
    let failures = store::failures(app.reader(), subject, now - model::failure_window() - model::lock_time()).await?;
    let needed = usize::try_from(model::FAILURES_TO_LOCK).unwrap_or(usize::MAX);
    Ok(failures.windows(needed).any(|window| match (window.first(), window.last()) {
        (Some(newest), Some(oldest)) => {
            *newest - *oldest <= model::failure_window() && now - *newest < model::lock_time()
        }
        _ => false,
    }))
}

async fn note_failure(app: &App, call: &Call, subject: &str) -> Result<()> {
    let tx = app.db().begin().await?;
    store::note_try(&tx, app, subject, call.address.as_deref(), false).await?;
    audit::ops::write(&tx, app, call, "auth.login", None, "refused", json!({ "subject": subject })).await?;
    tx.commit().await?;
    Ok(())
}

async fn note_success(
    tx: &impl sea_orm::ConnectionTrait,
    app: &App,
    call: &Call,
    account: AccountId,
    login: &str,
    mouth: &str,
) -> Result<()> {
    let subject = secrets::blind_index(&app.keys.index, &login.trim().to_lowercase());
    store::note_try(tx, app, &subject, call.address.as_deref(), true).await?;
    store::note_sign_in(tx, account, app.now()).await?;
    audit::note(tx, app, call, "auth.login", About::new("account", account), json!({ "mouth": mouth })).await
}

async fn tokens_of(
    tx: &impl sea_orm::ConnectionTrait,
    app: &App,
    account: AccountId,
    family: Uuid,
    until: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<TokensBody> {
    let member = store::member(tx, account, app.today()).await?.ok_or(AuthRule::Failed)?;
    let refresh = secrets::token()?;
    let now = app.now();
    store::add_refresh(
        tx,
        refresh_token::ActiveModel {
            id: Set(app.new_id::<RefreshTokenId>()),
            family_id: Set(family),
            account_id: Set(account),
            token_hash: Set(secrets::fingerprint(&refresh)),
            issued_at: Set(now),
            // The end of the first token is the end of the whole family, however often it is rotated.
            expires_at: Set(until.unwrap_or(now + model::refresh_life(is_administrator(&member)))),
            used_at: Set(None),
            ended_at: Set(None),
        },
    )
    .await?;
    Ok(TokensBody {
        access_token: tokens::issue(app, account, family)?,
        token_type: "Bearer".to_owned(),
        expires_in: model::access_life().num_seconds(),
        refresh_token: refresh,
    })
}

fn is_administrator(member: &Member) -> bool {
    member.appointments.iter().any(|held| ADMINS.contains(&held.role))
}

/// New tokens for a refresh token, which works once; used twice it ends the whole sign-in (`reliability.md` S-04).
///
/// # Errors
/// [`AuthRule::RefreshInvalid`].
pub async fn refresh(app: &App, call: &Call, token: &str) -> Result<TokensBody> {
    if token.len() > 128 {
        return Err(AuthRule::RefreshInvalid.into());
    }
    let hash = secrets::fingerprint(token);
    // The end of a family must be kept although the call fails, so the answer is decided after the commit.
    let outcome: Option<TokensBody> = app
        .write(call, async |tx| {
            let Some(found) = store::refresh_by_hash(tx, &hash).await? else { return Ok(None) };
            let now = app.now();
            if found.ended_at.is_some() || now >= found.expires_at {
                return Ok(None);
            }
            let active = store::member(tx, found.account_id, app.today()).await?.is_some();
            if !active || found.used_at.is_some() || !store::use_refresh(tx, &found, now).await? {
                store::end_family(tx, found.family_id, now).await?;
                let about = About::new("account", found.account_id);
                audit::ops::write(tx, app, call, "auth.refresh_reused", Some(about), "refused", json!({})).await?;
                return Ok(None);
            }
            tokens_of(tx, app, found.account_id, found.family_id, Some(found.expires_at)).await.map(Some)
        })
        .await?;
    outcome.ok_or_else(|| AuthRule::RefreshInvalid.into())
}

/// Ends the sign-in a refresh token belongs to; one that is not ours ends nothing and says nothing.
///
/// # Errors
/// The engine's error.
pub async fn logout(app: &App, call: &Call, token: &str) -> Result<()> {
    let hash = secrets::fingerprint(token);
    app.write(call, async |tx| {
        if let Some(found) = store::refresh_by_hash(tx, &hash).await? {
            store::end_family(tx, found.family_id, app.now()).await?;
            let about = About::new("account", found.account_id);
            audit::note(tx, app, call, "auth.logout", about, json!({})).await?;
        }
        Ok(())
    })
    .await
}

/// The actor of an access token; rights are read anew at each request.
///
/// # Errors
/// [`AuthRule::TokenInvalid`].
pub async fn authenticated(app: &App, token: &str) -> Result<Actor> {
    let claims = tokens::read(app, token)?;
    if !store::family_holds(app.db().current(), claims.sid).await? {
        return Err(AuthRule::TokenInvalid.into());
    }
    let member = store::member(app.db().current(), AccountId(claims.sub), app.today()).await?;
    member.map(|member| Actor::Account(Box::new(member))).ok_or_else(|| AuthRule::TokenInvalid.into())
}

/// Who the caller is, with what waits for them.
///
/// # Errors
/// [`Error::Anonymous`].
pub async fn me(app: &App, call: &Call) -> Result<MeBody> {
    call.actor.may_ever(AccountAct::Me.who())?;
    let member = call.actor.member().ok_or(Error::Anonymous)?;
    let ids = member.appointments.iter().map(|held| held.organisation).collect();
    let names = organisation::ops::names(app, ids).await?;
    let mut scopes: Vec<RoleCode> = member.appointments.iter().map(|held| held.role).collect();
    scopes.sort();
    scopes.dedup();
    Ok(MeBody {
        account_id: member.account,
        person_id: member.person,
        name: member.name.clone(),
        login: member.login.clone(),
        language: member.language.clone(),
        appointments: member
            .appointments
            .iter()
            .map(|held| AppointmentBody {
                id: held.id,
                organisation_id: held.organisation,
                organisation_name: names.get(&held.organisation).map(|name| name.display.clone()).unwrap_or_default(),
                role: held.role,
                post: held.post.clone(),
                class_id: held.class,
            })
            .collect(),
        scopes,
        todos: crate::todo::ops::list(app, call).await?,
    })
}

/// Keeps the language a person chose.
///
/// # Errors
/// [`Error::Anonymous`].
pub async fn choose_language(app: &App, call: &Call, tag: &str) -> Result<()> {
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    let tag = crate::kernel::call::Lang::from_tag(tag).tag();
    app.write(call, async |tx| store::set_language(tx, account, tag).await).await
}

/// Forgets tries to sign in after a day, sessions and refresh tokens a week after their end; the audit log keeps what
/// happened (`reliability.md` P-06).
///
/// # Errors
/// The engine's error.
pub async fn forget_old(app: &App) -> Result<()> {
    let now = app.now();
    let tx = app.db().begin().await?;
    store::forget_tries(&tx, now - chrono::Duration::days(1)).await?;
    store::forget_ended(&tx, now - chrono::Duration::days(7)).await?;
    tx.commit().await.map_err(Error::from)
}

/// Whether anybody can sign in yet (`reliability.md` A-06).
///
/// # Errors
/// The engine's error.
pub async fn is_set_up(app: &App) -> Result<bool> {
    store::any(app.reader()).await
}

/// What a new account needs.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Person behind it.
    pub person: PersonId,
    /// E-mail address.
    pub login: String,
    /// Hash of the password; without one nobody can sign in yet.
    pub password_hash: Option<String>,
    /// Whether it belongs to the demo.
    pub is_demo: bool,
}

/// Makes an account in a write that is under way; the system alone calls it until invitations do (issue B).
///
/// # Errors
/// The engine's error.
pub async fn create_in(tx: &impl sea_orm::ConnectionTrait, app: &App, new: NewAccount) -> Result<AccountId> {
    let id: AccountId = app.new_id();
    let now = app.now();
    store::add(
        tx,
        row::ActiveModel {
            id: Set(id),
            person_id: Set(new.person),
            login: Set(new.login.trim().to_lowercase()),
            status: Set(if new.password_hash.is_some() { AccountStatus::Active } else { AccountStatus::Invited }),
            password_hash: Set(new.password_hash),
            language: Set("zh-CN".to_owned()),
            epoch: Set(1),
            is_demo: Set(new.is_demo),
            last_sign_in_at: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        },
    )
    .await?;
    Ok(id)
}

/// Whether a login is taken.
///
/// # Errors
/// The engine's error.
pub async fn find_by_login(conn: &impl sea_orm::ConnectionTrait, login: &str) -> Result<Option<AccountId>> {
    Ok(store::by_login(conn, login).await?.map(|found| found.id))
}

/// What an appointment needs.
#[derive(Clone, Debug)]
pub struct NewAppointment {
    /// Account appointed.
    pub account: AccountId,
    /// Organisation it is for.
    pub organisation: OrganisationId,
    /// Role.
    pub role: RoleCode,
    /// Post as printed.
    pub post: Option<String>,
    /// Class, for teachers and trainees.
    pub class: Option<ClassId>,
}

/// Appoints an account from today on, in a write that is under way.
///
/// # Errors
/// The engine's error.
pub async fn appoint_in(tx: &impl sea_orm::ConnectionTrait, app: &App, new: NewAppointment) -> Result<()> {
    store::appoint(
        tx,
        appointment::ActiveModel {
            id: Set(app.new_id::<AppointmentId>()),
            account_id: Set(new.account),
            organisation_id: Set(new.organisation),
            role: Set(new.role),
            post: Set(new.post),
            class_id: Set(new.class),
            read_only: Set(false),
            starts_on: Set(app.today()),
            ends_on: Set(None),
            created_at: Set(app.now()),
        },
    )
    .await
}
