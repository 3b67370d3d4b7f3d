//! What is kept for a time only, and accounts that nobody uses.

use chrono::{DateTime, Utc};
use serde_json::json;
use twinning_entity::ids::AccountId;

use super::{links, sessions};
use crate::account::store;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};

/// Forgets tries to sign in after a day, sessions, links and refresh tokens a week after their end; the audit log keeps
/// what happened (`reliability.md` P-06).
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

/// Accounts that were not used for long, and what becomes of them (`domain.md` 5.2 PI-03).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Idle {
    /// To be disabled.
    pub disable: Vec<AccountId>,
    /// Disabled ones to be anonymised.
    pub anonymise: Vec<AccountId>,
}

/// Which accounts are idle now; the last administrator of a kind is never one of them.
///
/// # Errors
/// The engine's error.
pub async fn idle(app: &App) -> Result<Idle> {
    let days = |days: u64| chrono::Duration::days(i64::try_from(days).unwrap_or(3_650));
    let unused_since = |days_ago: u64| -> DateTime<Utc> { app.now() - days(days_ago) };
    Ok(Idle {
        disable: store::idle(app.reader(), unused_since(app.settings.idle_account_days)).await?,
        anonymise: store::long_disabled(app.reader(), unused_since(app.settings.anonymise_days)).await?,
    })
}

/// Disables an idle account.
///
/// # Errors
/// The engine's error.
pub async fn disable_idle(app: &App, account: AccountId) -> Result<()> {
    let call = Call::system("idle accounts");
    app.write(&call, async |tx| {
        let found = store::by_id(tx, account).await?;
        if super::admin::is_last_administrator(tx, app, account).await? {
            return Ok(());
        }
        super::admin::put_disabled(tx, app, &found, "idle").await?;
        sessions::end_all(tx, app, account, None).await?;
        links::end_all(tx, app, account).await?;
        audit::note(tx, app, &call, "account.disable", About::new("account", account), json!({ "idle": true })).await
    })
    .await
}
