//! The second factor: codes of an authenticator (RFC 6238) and ten one-time recovery codes (`reliability.md` A-05).

use sea_orm::{ConnectionTrait, Set};
use serde_json::json;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use twinning_entity::account as row;
use twinning_entity::ids::{AccountId, RecoveryCodeId};
use twinning_entity::recovery_code;

use super::password::own;
use super::sessions;
use super::sign_in::{confirm_password, stamp};
use super::tries::{note_right_code, take_code_try};
use crate::account::model::FactorRule;
use crate::account::store;
use crate::account::wire::{FactorCode, FactorSetup, FactorStart, PasswordProof, RecoveryCodes};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::secrets;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::letter::{self, model as letters};

/// Recovery codes of an account.
const CODES: usize = 10;
/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

fn record(account: AccountId) -> String {
    format!("accounts/{account}/totp")
}

fn totp(secret: Vec<u8>, login: &str) -> Result<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(Secret::from(secret))
        .with_issuer(Some("Twinning"))
        .with_account_name(login.replace(':', ""))
        .build()
        .map_err(Error::internal)
}

fn secret_of(app: &App, account: &row::Model) -> Result<Option<Vec<u8>>> {
    let Some(sealed) = &account.totp_sealed else { return Ok(None) };
    Ok(secrets::unhex(&app.keys.open(&record(account.id), sealed)?))
}

/// Whether a code is right and was not used before; it is used up by that.
///
/// # Errors
/// The engine's error.
pub(super) async fn accepts(app: &App, call: &Call, account: &row::Model, code: &str) -> Result<bool> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let Some(step) = step_of(app, account, &digits)? else { return Ok(false) };
        let tx = app.db().begin().await?;
        let fresh = store::use_step(&tx, account.id, step).await?;
        tx.commit().await?;
        return Ok(fresh);
    }
    let hash = code_hash(account.id, code);
    let tx = app.db().begin().await?;
    let fresh = store::use_recovery_code(&tx, account.id, &hash, app.now()).await?;
    if fresh {
        audit::ops::write(
            &tx,
            app,
            call,
            "factor.recovery",
            Some(About::new("account", account.id)),
            "done",
            json!({}),
        )
        .await?;
        tell(&tx, app, account, "used", &hash).await?;
    }
    tx.commit().await?;
    Ok(fresh)
}

/// The step of time whose code this is; one step before and after count as well.
fn step_of(app: &App, account: &row::Model, digits: &str) -> Result<Option<i64>> {
    let Some(secret) = secret_of(app, account)? else { return Ok(None) };
    let now = u64::try_from(app.now().timestamp()).unwrap_or(0);
    let totp = totp(secret, &account.login)?;
    // The library looks at the earliest step first; a code that fits two steps counts as the later one.
    let matched = [now + 30, now, now.saturating_sub(30)].into_iter().map(|at| at / 30);
    let fits = |step: &u64| totp.generate(step * 30).to_string() == digits;
    Ok(matched.into_iter().find(fits).and_then(|step| i64::try_from(step).ok()))
}

fn code_hash(account: AccountId, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    secrets::fingerprint(&format!("{account}:{plain}"))
}

/// Begins to set up a second factor: a new secret, which holds once a code of it was given.
///
/// # Errors
/// [`crate::account::model::AuthRule::PasswordWrong`]; [`FactorRule::SetUp`].
pub async fn start(app: &App, call: &Call, proof: PasswordProof) -> Result<FactorSetup> {
    let account = own(app, call).await?;
    if account.totp_since.is_some() {
        return Err(FactorRule::SetUp.into());
    }
    confirm_password(app, call, &account, &proof.current_password).await?;
    let secret = secrets::random::<20>()?.to_vec();
    let sealed = app.keys.seal(&record(account.id), &secrets::hex(&secret))?;
    app.write(&call.once(), async |tx| {
        store::put_factor(tx, account.id, Some(sealed.clone()), None).await?;
        audit::note(tx, app, call, "factor.start", About::new("account", account.id), json!({})).await
    })
    .await?;
    let totp = totp(secret.clone(), &account.login)?;
    let url = totp.to_url().map_err(Error::internal)?;
    Ok(FactorSetup { secret: Secret::from(secret).to_base32(), otpauth_url: url })
}

/// The address of a set-up that was begun and not confirmed, for showing its QR code again.
///
/// # Errors
/// [`FactorRule::NotBegun`].
pub async fn begun(app: &App, call: &Call) -> Result<FactorSetup> {
    let account = own(app, call).await?;
    let secret = secret_of(app, &account)?.filter(|_| account.totp_since.is_none()).ok_or(FactorRule::NotBegun)?;
    let url = totp(secret.clone(), &account.login)?.to_url().map_err(Error::internal)?;
    Ok(FactorSetup { secret: Secret::from(secret).to_base32(), otpauth_url: url })
}

/// Confirms a second factor with its first code; recovery codes are shown this once, every other sign-in ends.
///
/// # Errors
/// [`FactorRule`].
pub async fn confirm(app: &App, call: &Call, input: FactorCode) -> Result<RecoveryCodes> {
    let account = own(app, call).await?;
    if account.totp_since.is_some() {
        return Err(FactorRule::SetUp.into());
    }
    if account.totp_sealed.is_none() {
        return Err(FactorRule::NotBegun.into());
    }
    let digits: String = input.code.chars().filter(|c| !c.is_whitespace()).take(16).collect();
    let step = step_of(app, &account, &digits)?.ok_or(FactorRule::CodeWrong)?;
    let codes = fresh_codes()?;
    app.write(&call.once(), async |tx| {
        if !store::use_step(tx, account.id, step).await? {
            return Err(FactorRule::CodeWrong.into());
        }
        store::put_factor(tx, account.id, account.totp_sealed.clone(), Some(app.now())).await?;
        put_codes(tx, app, account.id, &codes).await?;
        sessions::end_all(tx, app, account.id, call.sign_in).await?;
        audit::note(tx, app, call, "factor.set_up", About::new("account", account.id), json!({})).await?;
        tell(tx, app, &account, "set_up", &step.to_string()).await
    })
    .await?;
    Ok(RecoveryCodes { codes })
}

/// New recovery codes; the old ones are worth nothing any more.
///
/// # Errors
/// [`FactorRule::NotBegun`]; [`crate::account::model::AuthRule::PasswordWrong`].
pub async fn renew_codes(app: &App, call: &Call, proof: PasswordProof) -> Result<RecoveryCodes> {
    let account = own(app, call).await?;
    if account.totp_since.is_none() {
        return Err(FactorRule::NotBegun.into());
    }
    confirm_password(app, call, &account, &proof.current_password).await?;
    let codes = fresh_codes()?;
    app.write(&call.once(), async |tx| {
        put_codes(tx, app, account.id, &codes).await?;
        audit::note(tx, app, call, "factor.codes", About::new("account", account.id), json!({})).await?;
        tell(tx, app, &account, "codes", &app.new_id::<uuid::Uuid>().to_string()).await
    })
    .await?;
    Ok(RecoveryCodes { codes })
}

/// Removes the second factor; password and a code are asked for.
///
/// # Errors
/// [`FactorRule`]; [`crate::account::model::AuthRule::PasswordWrong`].
pub async fn remove(app: &App, call: &Call, proof: FactorStart) -> Result<()> {
    let account = own(app, call).await?;
    if account.totp_since.is_none() {
        return Err(FactorRule::NotBegun.into());
    }
    confirm_password(app, call, &account, &proof.current_password).await?;
    let subject = format!("confirm:{}", account.id);
    if !take_code_try(app, &subject).await? || !accepts(app, call, &account, &proof.code).await? {
        return Err(FactorRule::CodeWrong.into());
    }
    app.write(&call.once(), async |tx| {
        note_right_code(tx, app, &subject).await?;
        forget(tx, app, &account).await?;
        sessions::end_all(tx, app, account.id, call.sign_in).await?;
        audit::note(tx, app, call, "factor.remove", About::new("account", account.id), json!({})).await
    })
    .await
}

/// Forgets an account's second factor in a write that is under way, and tells its owner.
pub(super) async fn forget(tx: &impl ConnectionTrait, app: &App, account: &row::Model) -> Result<()> {
    store::put_factor(tx, account.id, None, None).await?;
    store::remove_codes(tx, account.id).await?;
    tell(tx, app, account, "removed", &app.new_id::<uuid::Uuid>().to_string()).await
}

async fn put_codes(tx: &impl ConnectionTrait, app: &App, account: AccountId, codes: &[String]) -> Result<()> {
    store::remove_codes(tx, account).await?;
    for code in codes {
        let row = recovery_code::ActiveModel {
            id: Set(app.new_id::<RecoveryCodeId>()),
            account_id: Set(account),
            code_hash: Set(code_hash(account, code)),
            used_at: Set(None),
        };
        store::add_code(tx, row).await?;
    }
    Ok(())
}

/// Ten codes of fifty bits, written in two halves.
fn fresh_codes() -> Result<Vec<String>> {
    (0..CODES)
        .map(|_| {
            let bytes = secrets::random::<10>()?;
            let text: String =
                bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|c| char::from(*c)).collect();
            Ok(format!("{}-{}", text.get(..5).unwrap_or_default(), text.get(5..).unwrap_or_default()))
        })
        .collect()
}

async fn tell(tx: &impl ConnectionTrait, app: &App, account: &row::Model, what: &str, about: &str) -> Result<()> {
    let message = letter::ops::Message {
        to: account.id,
        kind: letters::FACTOR_CHANGED,
        values: vec![("at", stamp(app.now()))],
        url: Some("/me/security".to_owned()),
        dedupe: format!("factor:{what}:{about}"),
        organisation: None,
    };
    letter::ops::tell(tx, app, message).await
}

/// Seals second factors anew that a former key sealed, and gives how many there were.
///
/// # Errors
/// The engine's error.
pub(crate) async fn reseal(app: &App) -> Result<u64> {
    let mut done = 0;
    for account in store::with_factor(app.reader()).await? {
        let Some(sealed) = account.totp_sealed.as_deref().filter(|sealed| !app.keys.is_current(sealed)) else {
            continue;
        };
        let plain = app.keys.open(&record(account.id), sealed)?;
        let fresh = app.keys.seal(&record(account.id), &plain)?;
        let tx = app.db().begin().await?;
        store::put_sealed_factor(&tx, account.id, sealed, fresh).await?;
        tx.commit().await?;
        done += 1;
    }
    Ok(done)
}

/// How many second factors still need a former key.
///
/// # Errors
/// The engine's error.
pub(crate) async fn sealed_with_former(app: &App) -> Result<u64> {
    let found = store::with_factor(app.reader()).await?;
    let old = |one: &&row::Model| one.totp_sealed.as_deref().is_some_and(|sealed| !app.keys.is_current(sealed));
    Ok(found.iter().filter(old).count() as u64)
}
