//! What administrators and an organisation's own administrators do with other people's accounts.

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::ids::AccountId;

use super::{factor, links, sessions};
use crate::account::model::{self, AccountRule};
use crate::account::policy::{self, AccountAct};
use crate::account::store;
use crate::account::wire::{AccountBody, AccountFilter, SignInBody};
use crate::app::App;
use crate::appointment;
use crate::audit::{self, ops::About};
use crate::infra::db;
use crate::invitation;
use crate::kernel::actor::{ADMINS, Appointment};
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};
use crate::kernel::text;
use crate::organisation;

/// Lock under which it is asked who the last administrator is.
const ADMINS_LOCK: i64 = 7_003;

/// Accounts of the caller's part of the tree, by login; of all for system and security administrators.
///
/// # Errors
/// [`Error::Denied`]; a search of fewer than 2 characters (`reliability.md` P-04).
pub async fn list(app: &App, call: &Call, filter: AccountFilter) -> Result<Page<AccountBody>> {
    let at = PageRequest::asked(filter.limit, filter.cursor.clone(), filter.count)?;
    list_at(app, call, &filter, at).await
}

/// As [`list`], for pages that count by number.
///
/// # Errors
/// As [`list`].
pub async fn list_at(app: &App, call: &Call, filter: &AccountFilter, at: PageRequest) -> Result<Page<AccountBody>> {
    call.actor.may_ever(AccountAct::Read.who())?;
    let name = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if name.is_some_and(|name| !(2..=64).contains(&name.chars().count())) {
        return Err(Error::field("q", "field.range"));
    }
    let below = match filter.organisation_id {
        Some(id) => Some(organisation::ops::name_of(app.reader(), id).await?.path),
        None => None,
    };
    let scope = appointment::policy::scope(&call.actor);
    let (rows, total) = store::accounts(app.reader(), &scope, name, filter.status, below.as_deref(), &at).await?;
    let page = Page::cut(rows, &at, total, |one| (one.0.login.clone(), one.0.id));
    Ok(page.map(|(account, name)| body(call, account, name)))
}

/// One account of the caller's part of the tree.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: AccountId) -> Result<AccountBody> {
    call.actor.may_ever(AccountAct::Read.who())?;
    let (account, name) = store::find(app.reader(), &appointment::policy::scope(&call.actor), id).await?;
    Ok(body(call, account, name))
}

fn body(call: &Call, found: row::Model, name: String) -> AccountBody {
    let here = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&shanghai());
    let acts = policy::acts(&call.actor, &found);
    AccountBody {
        id: found.id,
        person_id: found.person_id,
        name,
        login: model::shown_login(&found.login),
        status: found.status,
        language: found.language,
        second_factor: found.totp_since.is_some(),
        last_sign_in_at: found.last_sign_in_at.map(here),
        disabled_reason: found.disabled_reason,
        created_at: here(found.created_at),
        allowed_actions: acts.into_iter().map(ToOwned::to_owned).collect(),
        version: found.version,
    }
}

/// The account, if it is the caller's to look after: every role it holds is one the caller may give there, or the caller
/// is a system or security administrator. Nobody looks after their own. State and version are the caller's to look at.
async fn looked_after(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    id: AccountId,
) -> Result<(row::Model, String)> {
    let found = store::find(tx, &appointment::policy::scope(&call.actor), id).await?;
    if call.actor.account() == Some(id) {
        return Err(AccountRule::Own.into());
    }
    if policy::looks_after_all(&call.actor) {
        return Ok(found);
    }
    let held = store::held(tx, id, app.today()).await?;
    let mine = |held: &Appointment| {
        appointment::policy::may_give(&call.actor, held.role, &held.path, held.organisation, held.city)
    };
    if !held.is_empty() && held.iter().all(mine) { Ok(found) } else { Err(Error::Denied) }
}

/// Disables an account; its sign-ins end at once.
///
/// # Errors
/// [`AccountRule`]; [`Error::Denied`], [`Error::NotFound`], [`Error::Stale`].
pub async fn disable(app: &App, call: &Call, id: AccountId, seen: i32, reason: &str) -> Result<AccountBody> {
    call.actor.may_ever(AccountAct::Manage.who())?;
    let reason = text::reason("reason", reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    app.write(call, async |tx| {
        let (found, name) = looked_after(tx, app, call, id).await?;
        if found.status == AccountStatus::Disabled {
            return Err(AccountRule::WrongState(found.status).into());
        }
        if found.version != seen {
            return Err(Error::Stale);
        }
        if is_last_administrator(tx, app, id).await? {
            return Err(AccountRule::LastAdministrator.into());
        }
        // An account that nobody opened keeps neither its invitation nor the address.
        if found.status == AccountStatus::Invited {
            invitation::ops::close_of(tx, app, id).await?;
        }
        let next = put_disabled(tx, app, &found, &reason).await?;
        sessions::end_all(tx, app, id, None).await?;
        links::end_all(tx, app, id).await?;
        audit::note(tx, app, call, "account.disable", About::new("account", id), json!({ "reason": reason })).await?;
        Ok(body(call, next, name))
    })
    .await
}

/// Writes that an account is disabled.
pub(super) async fn put_disabled(
    tx: &impl ConnectionTrait,
    app: &App,
    found: &row::Model,
    reason: &str,
) -> Result<row::Model> {
    let unopened = found.status == AccountStatus::Invited;
    let next = row::Model {
        login: if unopened { model::freed_login("revoked", found.id) } else { found.login.clone() },
        status: AccountStatus::Disabled,
        disabled_at: Some(app.now()),
        disabled_reason: Some(reason.to_owned()),
        epoch: found.epoch + 1,
        version: found.version + 1,
        updated_at: app.now(),
        ..found.clone()
    };
    store::replace(tx, next.clone()).await?;
    Ok(next)
}

/// Lets a disabled account sign in again.
///
/// # Errors
/// As [`disable`].
pub async fn enable(app: &App, call: &Call, id: AccountId, seen: i32) -> Result<AccountBody> {
    call.actor.may_ever(AccountAct::Manage.who())?;
    app.write(call, async |tx| {
        let (found, name) = looked_after(tx, app, call, id).await?;
        if found.status != AccountStatus::Disabled || found.password_hash.is_none() {
            return Err(AccountRule::WrongState(found.status).into());
        }
        if found.version != seen {
            return Err(Error::Stale);
        }
        let next = row::Model {
            status: AccountStatus::Active,
            disabled_at: None,
            disabled_reason: None,
            // Else the next sweep would disable it again before anybody signs in.
            last_sign_in_at: Some(app.now()),
            version: found.version + 1,
            updated_at: app.now(),
            ..found
        };
        store::replace(tx, next.clone()).await?;
        audit::note(tx, app, call, "account.enable", About::new("account", id), json!({})).await?;
        Ok(body(call, next, name))
    })
    .await
}

/// Ends every sign-in of an account.
///
/// # Errors
/// As [`disable`].
pub async fn end_sessions(app: &App, call: &Call, id: AccountId, seen: i32) -> Result<AccountBody> {
    call.actor.may_ever(AccountAct::Manage.who())?;
    app.write(call, async |tx| {
        let (found, name) = looked_after(tx, app, call, id).await?;
        if found.version != seen {
            return Err(Error::Stale);
        }
        sessions::end_all(tx, app, id, None).await?;
        audit::note(tx, app, call, "account.end_sessions", About::new("account", id), json!({})).await?;
        Ok(body(call, found, name))
    })
    .await
}

/// Removes the second factor of somebody who lost it; security administrators alone, with the reason on record.
///
/// # Errors
/// As [`disable`].
pub async fn reset_factor(app: &App, call: &Call, id: AccountId, seen: i32, reason: &str) -> Result<AccountBody> {
    call.actor.may_ever(AccountAct::ResetFactor.who())?;
    let reason = text::reason("reason", reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    app.write(call, async |tx| {
        let (found, name) = looked_after(tx, app, call, id).await?;
        if found.totp_since.is_none() {
            return Err(AccountRule::NoFactor.into());
        }
        if found.version != seen {
            return Err(Error::Stale);
        }
        factor::forget(tx, app, &found).await?;
        sessions::end_all(tx, app, id, None).await?;
        audit::note(tx, app, call, "account.reset_factor", About::new("account", id), json!({ "reason": reason }))
            .await?;
        Ok(body(call, store::by_id(tx, id).await?, name))
    })
    .await
}

/// The sign-ins of an account that hold: where somebody works from is for those who look after the account.
///
/// # Errors
/// As [`show`]; [`Error::Denied`], [`AccountRule::Own`].
pub async fn sign_ins_of(app: &App, call: &Call, id: AccountId) -> Result<Vec<SignInBody>> {
    call.actor.may_ever(AccountAct::Manage.who())?;
    looked_after(app.reader(), app, call, id).await?;
    sessions::of_account(app, app.reader(), id, None).await
}

/// Whether an account is the last active one that holds one of the administrators' roles it holds
/// (`reliability.md` Z-11).
pub(crate) async fn is_last_administrator(tx: &impl ConnectionTrait, app: &App, id: AccountId) -> Result<bool> {
    let held = store::held(tx, id, app.today()).await?;
    if !held.iter().any(|held| ADMINS.contains(&held.role)) {
        return Ok(false);
    }
    // Who cannot sign in is nobody's last resort.
    if store::by_id(tx, id).await?.status != AccountStatus::Active {
        return Ok(false);
    }
    // Two administrators who end each other at the same time come one after the other.
    db::queue_up(tx, ADMINS_LOCK).await?;
    for held in held {
        if ADMINS.contains(&held.role) && store::others_with(tx, held.role, id, app.today()).await? == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
