//! What is kept for a time only, and accounts that nobody uses.

use chrono::{DateTime, Utc};
use serde_json::json;
use twinning_entity::appointment::RoleCode;
use twinning_entity::ids::AccountId;

use super::{links, sessions};
use crate::account::store;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::letter::{self, model as letters};
use crate::organisation;

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

/// Days before an account is disabled in which those who look after its organisation are told.
const NOTICE_DAYS: u64 = 14;

/// Tells those who look after an organisation, at most once a month, how many of its accounts will soon be disabled.
///
/// # Errors
/// The engine's error.
pub async fn warn_of_idle(app: &App) -> Result<()> {
    let after = app.settings.idle_account_days.saturating_sub(NOTICE_DAYS);
    let before = app.now() - chrono::Duration::days(i64::try_from(after).unwrap_or(3_650));
    let today = app.today();
    let soon = store::idle(app.reader(), before).await?;
    let call = Call::system("idle accounts");
    for (place, count) in store::counted_by_organisation(app.reader(), &soon, today).await? {
        app.write(&call, async |tx| {
            let name = organisation::ops::name_of(tx, place).await?.display;
            for role in [RoleCode::BranchAdmin, RoleCode::OrgDeptDistrict, RoleCode::OrgDeptCity] {
                for to in store::holders(tx, role, place, today).await? {
                    let message = letter::ops::Message {
                        to,
                        kind: letters::IDLE_ACCOUNTS,
                        values: vec![("count", count.to_string()), ("organisation", name.clone())],
                        url: Some("/admin/users".to_owned()),
                        dedupe: format!("account.idle:{place}:{}", today.format("%Y-%m")),
                        organisation: Some(place),
                    };
                    letter::ops::tell(tx, app, message).await?;
                }
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
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
