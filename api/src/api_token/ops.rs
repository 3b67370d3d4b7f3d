//! What can be done with tokens of programs.

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::api_token as row;
use twinning_entity::ids::{AccountId, ApiTokenId};
use uuid::Uuid;

use super::model::{AT_ONCE, ApiTokenRule, LONGEST_DAYS, PREFIX, SCOPES};
use super::policy::ApiTokenAct;
use super::store;
use super::wire::{ApiTokenBody, MadeApiToken, NewApiToken};
use crate::account::model::AuthRule;
use crate::account::ops as accounts;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::secrets;
use crate::kernel::actor::{Actor, Member};
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::text;

/// Makes a token for the caller; it is shown this once and stored hashed.
///
/// # Errors
/// Refusals of the input; [`ApiTokenRule::TooMany`].
pub async fn make(app: &App, call: &Call, new: NewApiToken) -> Result<MadeApiToken> {
    call.actor.may_ever(ApiTokenAct::Own.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    let mut faults = Faults::default();
    let name = faults.take(text::line("name", &new.name, 60)).unwrap_or_default();
    if !(1..=LONGEST_DAYS).contains(&new.days) {
        faults.add(FieldFault::new("days", "field.range"));
    }
    if new.scopes.is_empty() {
        faults.add(FieldFault::new("scopes", "field.choose"));
    }
    if new.scopes.len() > 20 {
        faults.add(FieldFault::new("scopes", "field.count"));
    }
    for (at, scope) in new.scopes.iter().enumerate().take(20) {
        if !SCOPES.contains(&scope.as_str()) {
            faults.add(FieldFault::new(&format!("scopes/{at}"), "field.value"));
        }
    }
    faults.finish()?;
    let token = format!("{PREFIX}{}", secrets::token()?);
    // The answer holds the token, so it is never kept for a repeat.
    app.write(&call.once(), async |tx| {
        let now = app.now();
        if store::of(tx, account, now).await?.len() as u64 >= AT_ONCE {
            return Err(ApiTokenRule::TooMany.into());
        }
        let mut scopes = new.scopes.clone();
        scopes.sort();
        scopes.dedup();
        let made = row::Model {
            id: app.new_id(),
            account_id: account,
            name: name.clone(),
            token_hash: secrets::fingerprint(&token),
            scopes: json!(scopes),
            epoch: accounts::row_of(tx, account).await?.epoch,
            created_at: now,
            expires_at: now + chrono::Duration::days(new.days),
            last_used_on: None,
            ended_at: None,
            version: 1,
        };
        store::add(tx, made.clone()).await?;
        let detail = json!({ "scopes": scopes, "days": new.days });
        audit::note(tx, app, call, "api_token.make", About::new("api_token", made.id), detail).await?;
        Ok(MadeApiToken { token: token.clone(), kept: body(made) })
    })
    .await
}

fn body(found: row::Model) -> ApiTokenBody {
    let here = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&shanghai());
    ApiTokenBody {
        id: found.id,
        name: found.name,
        scopes: crate::programme::ops::strings(&found.scopes),
        created_at: here(found.created_at),
        expires_at: here(found.expires_at),
        last_used_on: found.last_used_on,
    }
}

/// The caller's tokens that hold, the newest first.
///
/// # Errors
/// [`Error::Anonymous`].
pub async fn list(app: &App, call: &Call) -> Result<Vec<ApiTokenBody>> {
    call.actor.may_ever(ApiTokenAct::Own.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    Ok(store::of(app.reader(), account, app.now()).await?.into_iter().map(body).collect())
}

/// Ends a token of the caller's.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn end(app: &App, call: &Call, id: ApiTokenId) -> Result<()> {
    call.actor.may_ever(ApiTokenAct::Own.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    app.write(call, async |tx| {
        if !store::end(tx, account, id, app.now()).await? {
            return Err(Error::NotFound("api_token"));
        }
        audit::note(tx, app, call, "api_token.end", About::new("api_token", id), json!({})).await
    })
    .await
}

/// Ends every token of an account, in a write that is under way: what ends sign-ins ends programs' as well.
///
/// # Errors
/// The engine's error.
pub(crate) async fn end_all(tx: &impl ConnectionTrait, app: &App, account: AccountId) -> Result<()> {
    store::end_all(tx, account, app.now()).await
}

/// The actor of a token: the account's rights as they are now, within the token's scopes. A change of the password ends
/// every token (`reliability.md` S-04).
///
/// # Errors
/// [`AuthRule::TokenInvalid`].
pub(crate) async fn authenticated(app: &App, token: &str, address: Option<&str>) -> Result<(Actor, Uuid)> {
    if token.len() > 128 {
        return Err(AuthRule::TokenInvalid.into());
    }
    let found = store::by_hash(app.db().current(), &secrets::fingerprint(token), app.now()).await?;
    let found = found.ok_or(AuthRule::TokenInvalid)?;
    let account = accounts::row_of(app.db().current(), found.account_id).await?;
    if account.epoch != found.epoch {
        return Err(AuthRule::TokenInvalid.into());
    }
    let member = accounts::member_now(app, found.account_id, address).await?;
    let today = app.today();
    if found.last_used_on.is_none_or(|day| day < today) {
        let tx = app.db().begin().await?;
        store::used(&tx, found.id, today).await?;
        tx.commit().await?;
    }
    let scopes = Some(crate::programme::ops::strings(&found.scopes));
    Ok((Actor::Account(Box::new(Member { scopes, ..member })), found.id.0))
}
