//! One-time links: 256 random bits, stored hashed, bound to purpose and account, dead after a change of the password
//! (`reliability.md` A-06).

use chrono::Duration;
use sea_orm::{ConnectionTrait, Set};
use twinning_entity::account;
use twinning_entity::account_link::{self as link, LinkPurpose};
use twinning_entity::ids::{AccountId, AccountLinkId};

use crate::account::model::AuthRule;
use crate::account::store;
use crate::app::App;
use crate::infra::secrets;
use crate::kernel::error::Result;

/// How long a link of a purpose works.
#[must_use]
pub fn life(purpose: LinkPurpose) -> Duration {
    match purpose {
        LinkPurpose::Invitation | LinkPurpose::NewAddress => Duration::hours(24),
        LinkPurpose::Reset => Duration::minutes(30),
    }
}

/// Makes a link; those of the same purpose that the account has are dead from now on.
///
/// # Errors
/// The engine's error.
pub async fn make(
    tx: &impl ConnectionTrait,
    app: &App,
    account: &account::Model,
    purpose: LinkPurpose,
    address: Option<String>,
) -> Result<String> {
    make_for(tx, app, account, purpose, address, life(purpose)).await
}

/// As [`make`], for a time of its own.
///
/// # Errors
/// As [`make`].
pub async fn make_for(
    tx: &impl ConnectionTrait,
    app: &App,
    account: &account::Model,
    purpose: LinkPurpose,
    address: Option<String>,
    life: Duration,
) -> Result<String> {
    let token = secrets::token()?;
    let now = app.now();
    store::end_links(tx, account.id, Some(purpose), now).await?;
    store::add_link(
        tx,
        link::ActiveModel {
            id: Set(app.new_id::<AccountLinkId>()),
            account_id: Set(account.id),
            purpose: Set(purpose),
            token_hash: Set(secrets::fingerprint(&token)),
            epoch: Set(account.epoch),
            address: Set(address),
            created_at: Set(now),
            expires_at: Set(now + life),
            used_at: Set(None),
        },
    )
    .await?;
    Ok(token)
}

/// The account of a link of one purpose, with the link; looking does not use it.
///
/// # Errors
/// [`AuthRule::LinkInvalid`] for every reason that it does not work.
pub async fn find(
    conn: &impl ConnectionTrait,
    app: &App,
    token: &str,
    purpose: LinkPurpose,
) -> Result<(account::Model, link::Model)> {
    if token.len() != 43 {
        return Err(AuthRule::LinkInvalid.into());
    }
    let found = store::link_by_hash(conn, &secrets::fingerprint(token)).await?.ok_or(AuthRule::LinkInvalid)?;
    let account = store::by_id(conn, found.account_id).await?;
    let holds = found.purpose == purpose
        && found.used_at.is_none()
        && app.now() < found.expires_at
        && found.epoch == account.epoch;
    if holds { Ok((account, found)) } else { Err(AuthRule::LinkInvalid.into()) }
}

/// Uses a link up; of two that come at once, one is told that it does not work any more.
///
/// # Errors
/// [`AuthRule::LinkInvalid`].
pub async fn use_up(tx: &impl ConnectionTrait, app: &App, found: &link::Model) -> Result<()> {
    if store::use_link(tx, found.id, app.now()).await? { Ok(()) } else { Err(AuthRule::LinkInvalid.into()) }
}

/// Ends every link of an account.
///
/// # Errors
/// The engine's error.
pub async fn end_all(tx: &impl ConnectionTrait, app: &App, account: AccountId) -> Result<()> {
    store::end_links(tx, account, None, app.now()).await
}
