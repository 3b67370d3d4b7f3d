//! Throttling of proofs: how many wrong ones a name, a browser, an account and a network have (`reliability.md` A-03,
//! L-01).

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::account as row;

use super::sign_in::stamp;
use crate::account::model::{self, AuthRule};
use crate::account::store;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::{db, secrets};
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::letter::{self, model as letters};

/// Lock under which tries of codes are taken, one after another.
const CODES_LOCK: i64 = 7_002;

/// Under whom failures are counted: the name that was tried, or a browser that its owner has signed in with before, so
/// that strangers cannot keep the owner out (`reliability.md` A-03).
pub(super) async fn subject_of(
    app: &App,
    login: &str,
    account: Option<&row::Model>,
    device: Option<&str>,
) -> Result<String> {
    let subject = secrets::blind_index(&app.keys.index, login);
    let (Some(account), Some(device)) = (account, device.filter(|device| device.len() == 43)) else {
        return Ok(subject);
    };
    let hash = secrets::fingerprint(device);
    let known = store::is_known_device(app.db().current(), account.id, &hash).await?;
    Ok(if known { format!("{subject}:{}", hash.get(..16).unwrap_or_default()) } else { subject })
}

/// Failures an address may have in a minute (`reliability.md` L-01).
pub(super) async fn check_address(app: &App, call: &Call) -> Result<()> {
    let Some(address) = call.address.as_deref().filter(|_| app.settings.rate_limit) else { return Ok(()) };
    let since = app.now() - chrono::Duration::minutes(1);
    if store::failures_from(app.db().current(), address, since).await? >= model::FAILURES_PER_ADDRESS {
        return Err(AuthRule::TooMany.into());
    }
    Ok(())
}

/// Whether the last failures lock the account: five within fifteen minutes lock for thirty (SEC-03).
pub(super) async fn is_locked(app: &App, subject: &str) -> Result<bool> {
    locked_in(app.db().current(), app, subject).await
}

async fn locked_in(conn: &impl ConnectionTrait, app: &App, subject: &str) -> Result<bool> {
    let now = app.now();
    let window = model::failure_window() + model::lock_time();
    let failures = store::failures(conn, subject, now - window).await?;
    Ok(locks(&failures).is_some_and(|at| now - at < model::lock_time()))
}

/// Takes one of the tries that a second factor has, before the code is looked at: a code has six digits, so whoever has
/// the password must not get many (`reliability.md` A-05). A right code gives the tries back, see [`note_right_code`].
///
/// False when they are used up. Only who knows the password takes any, so strangers cannot keep the owner out.
pub(super) async fn take_code_try(app: &App, subject: &str) -> Result<bool> {
    let tx = app.db().begin().await?;
    db::queue_up(&tx, CODES_LOCK).await?;
    let subject = code_subject(subject);
    let left = !locked_in(&tx, app, &subject).await?;
    if left {
        // Without an address: a right code is no failure of the network it came from.
        store::note_try(&tx, app, &subject, None, false).await?;
    }
    tx.commit().await?;
    Ok(left)
}

/// Notes that a code was right.
pub(super) async fn note_right_code(tx: &impl ConnectionTrait, app: &App, subject: &str) -> Result<()> {
    store::note_try(tx, app, &code_subject(subject), None, true).await
}

fn code_subject(subject: &str) -> String {
    format!("code:{subject}")
}

/// When the failures, the newest first, last locked.
fn locks(failures: &[chrono::DateTime<chrono::Utc>]) -> Option<chrono::DateTime<chrono::Utc>> {
    let needed = usize::try_from(model::FAILURES_TO_LOCK).unwrap_or(usize::MAX);
    failures.windows(needed).find_map(|window| match (window.first(), window.last()) {
        (Some(newest), Some(oldest)) => (*newest - *oldest <= model::failure_window()).then_some(*newest),
        _ => None,
    })
}

pub(super) async fn note_failure(app: &App, call: &Call, subject: &str, account: Option<&row::Model>) -> Result<()> {
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
