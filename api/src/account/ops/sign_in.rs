//! Signing in: proofs, their throttling, and what is opened for them.

use sea_orm::{ConnectionTrait, Set};
use serde_json::json;
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::ids::{AccountId, ClassId, SessionId};
use twinning_entity::session;
use uuid::Uuid;

use super::sessions::{is_administrator, tokens_of};
use super::{LOGIN_MAX, PASSWORD_MAX, factor, normal_login};
use crate::account::model::{self, AuthRule};
use crate::account::wire::{Credentials, TokensBody};
use crate::account::{passwords, store};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::secrets;
use crate::infra::settings::SecondFactor;
use crate::kernel::actor::{Actor, RoleCode};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::letter::{self, model as letters};

/// Signs in over the API.
///
/// # Errors
/// [`AuthRule::Failed`] for every reason that the credentials do not do; [`AuthRule::TotpRequired`],
/// [`AuthRule::TotpWrong`] for a right password alone; [`AuthRule::TooMany`].
pub async fn login(app: &App, call: &Call, credentials: Credentials) -> Result<TokensBody> {
    let account = proven(app, call, &credentials, None).await?;
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
    /// Value of the cookie that makes the browser known.
    pub device: String,
    /// Language the account prefers.
    pub language: String,
    /// Class of somebody who is a trainee and nothing else, where they land.
    pub class: Option<ClassId>,
    /// Whether a second factor has to be set up before anything else.
    pub must_enrol: bool,
    /// Whether the password is due to be changed.
    pub password_due: bool,
}

/// From what somebody signs in to the portal.
#[derive(Clone, Debug, Default)]
pub struct SignInFrom {
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The cookie of a browser that signed in before.
    pub device: Option<String>,
}

/// Signs in to the portal: a new session id each time (`reliability.md` S-01).
///
/// # Errors
/// As [`login`].
pub async fn open_session(app: &App, call: &Call, credentials: Credentials, from: SignInFrom) -> Result<OpenedSession> {
    let account = proven(app, call, &credentials, from.device.as_deref()).await?;
    let (token, csrf) = (secrets::token()?, secrets::token()?);
    let device = match from.device {
        Some(known) if known.len() == 43 => known,
        _ => secrets::token()?,
    };
    app.write(call, async |tx| {
        let now = app.now();
        let found = store::by_id(tx, account).await?;
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
                expires_at: Set(now + model::session_life(&app.settings)),
                ended_at: Set(None),
                address: Set(call.address.clone()),
                user_agent: Set(from.user_agent.as_ref().map(|text| text.chars().take(200).collect())),
            },
        )
        .await?;
        store::know_device(tx, app, account, &secrets::fingerprint(&device)).await?;
        note_success(tx, app, call, account, &credentials.login, "portal").await?;
        let only_trainee = member.appointments.iter().all(|held| held.role == RoleCode::Trainee);
        let class = member.appointments.iter().filter(|_| only_trainee).find_map(|held| held.class);
        Ok(OpenedSession {
            token: token.clone(),
            device: device.clone(),
            must_enrol: model::must_enrol(&app.settings, &member),
            password_due: model::password_due(&app.settings, &found, now),
            language: member.language,
            class,
        })
    })
    .await
}

/// The account that credentials prove, after counting the try.
async fn proven(app: &App, call: &Call, credentials: &Credentials, device: Option<&str>) -> Result<AccountId> {
    let login = normal_login(&credentials.login);
    let fits_in = login.chars().count() <= LOGIN_MAX
        && !login.chars().any(char::is_control)
        && credentials.password.chars().count() <= PASSWORD_MAX;
    check_address(app, call).await?;
    let found = if fits_in { store::by_login(app.reader(), &login).await? } else { None };
    let usable = found.as_ref().filter(|one| one.status == AccountStatus::Active);
    let subject = subject_of(app, &login, usable, device).await?;
    let fits =
        passwords::fits(app, credentials.password.clone(), usable.and_then(|one| one.password_hash.clone())).await?;
    // Asked again after the queue for hashing: those who came before have failed by now.
    check_address(app, call).await?;
    let locked = is_locked(app, &subject).await?;
    let Some(account) = usable.filter(|_| fits) else {
        note_failure(app, call, &subject, usable).await?;
        return Err(AuthRule::Failed.into());
    };
    let asked = app.settings.second_factor != SecondFactor::Off && account.totp_since.is_some();
    match credentials.totp.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        // Whoever has the second factor is the owner, whatever strangers did to the lock (`reliability.md` A-03).
        Some(code) if asked => {
            if factor::accepts(app, call, account, code).await? {
                return Ok(account.id);
            }
            note_failure(app, call, &subject, usable).await?;
            Err(if locked { AuthRule::Failed } else { AuthRule::TotpWrong }.into())
        }
        _ if locked => {
            note_failure(app, call, &subject, usable).await?;
            Err(AuthRule::Failed.into())
        }
        None if asked => Err(AuthRule::TotpRequired.into()),
        _ => Ok(account.id),
    }
}

/// Under whom failures are counted: the name that was tried, or a browser that its owner has signed in with before, so
/// that strangers cannot keep the owner out (`reliability.md` A-03).
async fn subject_of(app: &App, login: &str, account: Option<&row::Model>, device: Option<&str>) -> Result<String> {
    let subject = secrets::blind_index(&app.keys.index, login);
    let (Some(account), Some(device)) = (account, device.filter(|device| device.len() == 43)) else {
        return Ok(subject);
    };
    let hash = secrets::fingerprint(device);
    let known = store::is_known_device(app.reader(), account.id, &hash).await?;
    Ok(if known { format!("{subject}:{}", hash.get(..16).unwrap_or_default()) } else { subject })
}

/// Whether the password of a signed-in person fits; wrong ones count as failed sign-ins.
///
/// # Errors
/// [`AuthRule::PasswordWrong`], [`AuthRule::TooMany`]; the engine's error.
pub(super) async fn confirm_password(app: &App, call: &Call, account: &row::Model, password: &str) -> Result<()> {
    check_address(app, call).await?;
    let subject = secrets::blind_index(&app.keys.index, &account.login);
    let short = password.chars().count() <= PASSWORD_MAX;
    let hash = account.password_hash.clone().filter(|_| short);
    let fits = passwords::fits(app, password.to_owned(), hash).await?;
    if fits && !is_locked(app, &subject).await? {
        return Ok(());
    }
    note_failure(app, call, &subject, Some(account)).await?;
    Err(AuthRule::PasswordWrong.into())
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
    let window = model::failure_window() + model::lock_time();
    let failures = store::failures(app.db().current(), subject, now - window).await?;
    Ok(locks(&failures).is_some_and(|at| now - at < model::lock_time()))
}

/// When the failures, the newest first, last locked.
fn locks(failures: &[chrono::DateTime<chrono::Utc>]) -> Option<chrono::DateTime<chrono::Utc>> {
    let needed = usize::try_from(model::FAILURES_TO_LOCK).unwrap_or(usize::MAX);
    failures.windows(needed).find_map(|window| match (window.first(), window.last()) {
        (Some(newest), Some(oldest)) => (*newest - *oldest <= model::failure_window()).then_some(*newest),
        _ => None,
    })
}

async fn note_failure(app: &App, call: &Call, subject: &str, account: Option<&row::Model>) -> Result<()> {
    let tx = app.db().begin().await?;
    store::note_try(&tx, app, subject, call.address.as_deref(), false).await?;
    let now = app.now();
    let failures = store::failures(&tx, subject, now - model::failure_window()).await?;
    if let Some(account) = account
        && failures.len() as u64 == model::FAILURES_TO_LOCK
    {
        // Told to the owner alone; the answer to the try says nothing of it (`reliability.md` A-04).
        audit::ops::write(&tx, app, call, "auth.locked", Some(About::new("account", account.id)), "done", json!({}))
            .await?;
        let message = letter::ops::Message {
            to: account.id,
            kind: letters::LOCKED,
            values: vec![("at", stamp(now))],
            url: Some("/me/security".to_owned()),
            dedupe: format!("locked:{}", now.timestamp()),
            organisation: None,
        };
        letter::ops::tell(&tx, app, message).await?;
    }
    audit::ops::write(&tx, app, call, "auth.login", None, "refused", json!({ "subject": subject })).await?;
    tx.commit().await?;
    Ok(())
}

/// An instant as letters write it.
pub(super) fn stamp(at: chrono::DateTime<chrono::Utc>) -> String {
    at.with_timezone(&crate::kernel::clock::shanghai()).format("%Y-%m-%d %H:%M").to_string()
}

async fn note_success(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    account: AccountId,
    login: &str,
    mouth: &str,
) -> Result<()> {
    let subject = secrets::blind_index(&app.keys.index, &normal_login(login));
    store::note_try(tx, app, &subject, call.address.as_deref(), true).await?;
    store::note_sign_in(tx, account, app.now()).await?;
    let member = store::member(tx, account, app.today()).await?.ok_or(Error::Anonymous)?;
    let mut acting = call.clone();
    acting.actor = Actor::Account(Box::new(member));
    audit::note(tx, app, &acting, "auth.login", About::new("account", account), json!({ "mouth": mouth })).await
}
