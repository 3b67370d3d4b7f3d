//! What a sign-in opened: sessions of the portal, families of refresh tokens, and who stands behind them now.

use sea_orm::{ConnectionTrait, Set};
use serde_json::json;
use twinning_entity::ids::{AccountId, RefreshTokenId, SessionId};
use twinning_entity::refresh_token;
use uuid::Uuid;

use crate::account::model::{self, AuthRule};
use crate::account::policy::AccountAct;
use crate::account::wire::{SignInBody, SignInKind, TokensBody};
use crate::account::{store, tokens};
use crate::api_token;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::secrets;
use crate::kernel::actor::{ADMINS, Actor, Member};
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};

/// A portal session in force.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// The session.
    pub id: SessionId,
    /// Who it belongs to.
    pub member: Member,
    /// Token that every form of the session carries.
    pub csrf: String,
    /// Whether a second factor has to be set up before anything else.
    pub must_enrol: bool,
}

/// The session of a cookie, if it still holds; using it keeps it alive.
///
/// # Errors
/// The engine's error.
pub async fn live_session(app: &App, token: &str, address: Option<&str>) -> Result<Option<LiveSession>> {
    if token.len() > 128 {
        return Ok(None);
    }
    let Some(found) = store::session_by_hash(app.db().current(), &secrets::fingerprint(token)).await? else {
        return Ok(None);
    };
    let now = app.now();
    let Some(member) = store::member(app.db().current(), found.account_id, app.today()).await? else { return Ok(None) };
    let idle = model::session_idle(&app.settings, is_administrator(&member));
    if now >= found.expires_at || now - found.last_seen_at >= idle {
        return Ok(None);
    }
    // Written at most once a minute, and beside the request: a page view should not wait for a commit.
    if now - found.last_seen_at >= chrono::Duration::minutes(1) {
        actix_web::rt::spawn(touch(app.clone(), found.id));
    }
    let must_enrol = model::must_enrol(&app.settings, &member);
    let member = model::restricted(&app.settings, member, address);
    Ok(Some(LiveSession { id: found.id, member, csrf: found.csrf, must_enrol }))
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

pub(super) async fn tokens_of(
    tx: &impl ConnectionTrait,
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

pub(super) fn is_administrator(member: &Member) -> bool {
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

/// The actor of an access token with the sign-in it belongs to; rights are read anew at each request.
///
/// # Errors
/// [`AuthRule::TokenInvalid`].
pub async fn authenticated(app: &App, token: &str, address: Option<&str>) -> Result<(Actor, Uuid)> {
    if token.starts_with(crate::api_token::model::PREFIX) {
        return crate::api_token::ops::authenticated(app, token, address).await;
    }
    let claims = tokens::read(app, token)?;
    if !store::family_holds(app.db().current(), claims.sid).await? {
        return Err(AuthRule::TokenInvalid.into());
    }
    let member = store::member(app.db().current(), AccountId(claims.sub), app.today()).await?;
    let member = member.ok_or(AuthRule::TokenInvalid)?;
    Ok((Actor::Account(Box::new(model::restricted(&app.settings, member, address))), claims.sid))
}

/// The member behind an account, with what the settings leave of its rights.
///
/// # Errors
/// [`AuthRule::TokenInvalid`] when the account is not in use.
pub(crate) async fn member_now(app: &App, account: AccountId, address: Option<&str>) -> Result<Member> {
    let member = store::member(app.db().current(), account, app.today()).await?.ok_or(AuthRule::TokenInvalid)?;
    Ok(model::restricted(&app.settings, member, address))
}

/// The caller's sign-ins that hold: sessions of the portal and sign-ins over the API, the newest first.
///
/// # Errors
/// [`Error::Anonymous`].
pub async fn sign_ins(app: &App, call: &Call) -> Result<Vec<SignInBody>> {
    call.actor.may_ever(AccountAct::Me.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    of_account(app, app.reader(), account, call.sign_in).await
}

pub(super) async fn of_account(
    app: &App,
    conn: &impl ConnectionTrait,
    account: AccountId,
    current: Option<Uuid>,
) -> Result<Vec<SignInBody>> {
    let now = app.now();
    let here = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&shanghai());
    let mut all: Vec<SignInBody> = store::live_sessions(conn, account, now)
        .await?
        .into_iter()
        .map(|one| SignInBody {
            id: one.id.0,
            kind: SignInKind::Portal,
            created_at: here(one.created_at),
            last_seen_at: here(one.last_seen_at),
            address: one.address,
            user_agent: one.user_agent,
            current: current == Some(one.id.0),
        })
        .collect();
    all.extend(store::live_families(conn, account, now).await?.into_iter().map(|one| SignInBody {
        id: one.family_id,
        kind: SignInKind::Api,
        created_at: here(one.first_at),
        last_seen_at: here(one.last_at),
        address: None,
        user_agent: None,
        current: current == Some(one.family_id),
    }));
    all.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    Ok(all)
}

/// Ends one of the caller's sign-ins.
///
/// # Errors
/// [`Error::NotFound`] for one that is not the caller's or ended already.
pub async fn end_sign_in(app: &App, call: &Call, id: Uuid) -> Result<()> {
    call.actor.may_ever(AccountAct::Me.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    app.write(call, async |tx| {
        if !of_account(app, tx, account, None).await?.iter().any(|one| one.id == id) {
            return Err(Error::NotFound("session"));
        }
        store::end_session(tx, SessionId(id), app.now()).await?;
        store::end_family(tx, id, app.now()).await?;
        audit::note(tx, app, call, "session.end", About::new("session", id), json!({})).await
    })
    .await
}

/// Ends every sign-in of an account but one, and its programs' tokens, in a write that is under way (`reliability.md`
/// A-07, S-04).
///
/// # Errors
/// The engine's error.
pub async fn end_all(tx: &impl ConnectionTrait, app: &App, account: AccountId, but: Option<Uuid>) -> Result<()> {
    let now = app.now();
    for one in of_account(app, tx, account, None).await? {
        if Some(one.id) != but {
            store::end_session(tx, SessionId(one.id), now).await?;
            store::end_family(tx, one.id, now).await?;
        }
    }
    api_token::ops::end_all(tx, app, account).await
}

/// Gives a session another id, where its rights rise (`reliability.md` S-01).
///
/// # Errors
/// The engine's error.
pub async fn renew_session(app: &App, call: &Call, id: SessionId) -> Result<String> {
    let token = secrets::token()?;
    app.write(&call.once(), async |tx| {
        store::put_session_token(tx, id, &secrets::fingerprint(&token)).await?;
        Ok(token.clone())
    })
    .await
}
