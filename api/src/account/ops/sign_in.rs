//! Signing in: proofs, their throttling, and what is opened for them.

use sea_orm::{ConnectionTrait, Set};
use serde_json::json;
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::ids::{AccountId, ClassId, SessionId};
use twinning_entity::session;
use uuid::Uuid;

use super::sessions::{is_administrator, tokens_of};
use super::tries::{check_address, is_locked, note_failure, note_right_code, subject_of, take_code_try};
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

/// Signs in over the API.
///
/// # Errors
/// [`AuthRule::Failed`] for every reason that the credentials do not do; [`AuthRule::TotpRequired`],
/// [`AuthRule::TotpWrong`] for a right password alone; [`AuthRule::TooMany`].
pub async fn login(app: &App, call: &Call, credentials: Credentials) -> Result<TokensBody> {
    let proven = prove(app, call, &credentials, None).await?;
    app.write(call, async |tx| {
        let family = app.new_id::<Uuid>();
        let tokens = tokens_of(tx, app, proven.account, family, None).await?;
        note_success(tx, app, call, &proven, "api").await?;
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
    let proven = prove(app, call, &credentials, from.device.as_deref()).await?;
    let account = proven.account;
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
        note_success(tx, app, call, &proven, "portal").await?;
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

/// What credentials proved.
struct Proven {
    account: AccountId,
    /// Under whom tries were counted.
    subject: String,
    /// Whether a code of the second factor was part of it.
    with_code: bool,
}

/// The account that credentials prove, after counting the try.
async fn prove(app: &App, call: &Call, credentials: &Credentials, device: Option<&str>) -> Result<Proven> {
    let login = normal_login(&credentials.login);
    let fits_in = login.chars().count() <= LOGIN_MAX
        && !login.chars().any(char::is_control)
        && credentials.password.chars().count() <= PASSWORD_MAX;
    check_address(app, call).await?;
    let found = if fits_in { store::by_login(app.db().current(), &login).await? } else { None };
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
    let proven = Proven { account: account.id, subject, with_code: false };
    let asked = app.settings.second_factor != SecondFactor::Off && account.totp_since.is_some();
    match credentials.totp.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        // Whoever has the second factor is the owner, whatever strangers did to the lock (`reliability.md` A-03).
        Some(code) if asked => {
            let left = take_code_try(app, &proven.subject).await?;
            if left && factor::accepts(app, call, account, code).await? {
                return Ok(Proven { with_code: true, ..proven });
            }
            note_failure(app, call, &proven.subject, usable).await?;
            Err(if locked || !left { AuthRule::Failed } else { AuthRule::TotpWrong }.into())
        }
        _ if locked => {
            note_failure(app, call, &proven.subject, usable).await?;
            Err(AuthRule::Failed.into())
        }
        None if asked => Err(AuthRule::TotpRequired.into()),
        _ => Ok(proven),
    }
}

/// Whether the password of a signed-in person fits. Wrong ones are counted apart from failed sign-ins, so that strangers
/// who know the address cannot keep its owner from changing the password.
///
/// # Errors
/// [`AuthRule::PasswordWrong`], [`AuthRule::TooMany`]; the engine's error.
pub(super) async fn confirm_password(app: &App, call: &Call, account: &row::Model, password: &str) -> Result<()> {
    check_address(app, call).await?;
    let subject = format!("confirm:{}", account.id);
    let short = password.chars().count() <= PASSWORD_MAX;
    let hash = account.password_hash.clone().filter(|_| short);
    let fits = passwords::fits(app, password.to_owned(), hash).await?;
    if fits && !is_locked(app, &subject).await? {
        let tx = app.db().begin().await?;
        store::note_try(&tx, app, &subject, None, true).await?;
        tx.commit().await?;
        return Ok(());
    }
    note_failure(app, call, &subject, Some(account)).await?;
    Err(AuthRule::PasswordWrong.into())
}

/// An instant as letters write it.
pub(super) fn stamp(at: chrono::DateTime<chrono::Utc>) -> String {
    at.with_timezone(&crate::kernel::clock::shanghai()).format("%Y-%m-%d %H:%M").to_string()
}

async fn note_success(tx: &impl ConnectionTrait, app: &App, call: &Call, proven: &Proven, mouth: &str) -> Result<()> {
    let account = proven.account;
    store::note_try(tx, app, &proven.subject, call.address.as_deref(), true).await?;
    if proven.with_code {
        note_right_code(tx, app, &proven.subject).await?;
    }
    store::note_sign_in(tx, account, app.now()).await?;
    let member = store::member(tx, account, app.today()).await?.ok_or(Error::Anonymous)?;
    let mut acting = call.clone();
    acting.actor = Actor::Account(Box::new(member));
    audit::note(tx, app, &acting, "auth.login", About::new("account", account), json!({ "mouth": mouth })).await
}
