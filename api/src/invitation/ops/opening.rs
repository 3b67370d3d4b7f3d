//! The invited person's side: what a link opens, accepting it, and links that are over.

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::account::{self, AccountStatus};
use twinning_entity::account_link::LinkPurpose;
use twinning_entity::ids::AccountId;
use twinning_entity::invitation::{self as row, InvitationState};

use crate::account::ops::{self as accounts, links};
use crate::app::App;
use crate::appointment;
use crate::audit::{self, ops::About};
use crate::invitation::model::{InvitationRule, NOTICE_VERSION};
use crate::invitation::store;
use crate::invitation::wire::{Acceptance, Welcome};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::{organisation, person};

/// What a link opens, for the page that asks for a password; looking does not use it.
///
/// # Errors
/// [`crate::account::model::AuthRule::LinkInvalid`].
pub async fn welcome(app: &App, token: &str) -> Result<Welcome> {
    let conn = app.db().current();
    let (account, _) = links::find(conn, app, token, LinkPurpose::Invitation).await?;
    let found = open(conn, app, &account).await?;
    let names = person::ops::by_ids(conn, vec![found.person_id]).await?;
    Ok(Welcome {
        name: names.get(&found.person_id).map(|one| one.name.clone()).unwrap_or_default(),
        email: account.login,
        organisation: organisation::ops::name_of(conn, found.organisation_id).await?.display,
        role: found.role,
        notice_version: NOTICE_VERSION.to_owned(),
    })
}

/// The open invitation of an account that waits for its first password.
async fn open(conn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<row::Model> {
    let found = store::open_of(conn, account.id).await?;
    let holds = account.status == AccountStatus::Invited;
    found
        .filter(|found| holds && app.now() < found.expires_at)
        .ok_or_else(|| crate::account::model::AuthRule::LinkInvalid.into())
}

/// Accepts an invitation: sets the password, notes that the notice was accepted, and gives the role.
///
/// # Errors
/// [`crate::account::model::AuthRule::LinkInvalid`] for a link that was used, is over or is none; what the rules say of
/// the password; [`InvitationRule::NoticeNeeded`].
pub async fn accept(app: &App, call: &Call, input: Acceptance) -> Result<AccountId> {
    let (account, _) = links::find(app.db().current(), app, &input.token, LinkPurpose::Invitation).await?;
    if !input.accept_notice {
        return Err(InvitationRule::NoticeNeeded.into());
    }
    let hash = accounts::password::first_hash(app, &account, &input.password).await?;
    app.write(&call.once(), async |tx| {
        let (account, link) = links::find(tx, app, &input.token, LinkPurpose::Invitation).await?;
        let found = open(tx, app, &account).await?;
        links::use_up(tx, app, &link).await?;
        accounts::password::activate(tx, app, &account, &hash, NOTICE_VERSION).await?;
        let given = give_role(tx, app, &account, &found).await?;
        let next = row::Model {
            state: InvitationState::Accepted,
            closed_at: Some(app.now()),
            version: found.version + 1,
            ..found.clone()
        };
        store::replace(tx, next).await?;
        let detail = json!({ "account": account.id, "role": found.role, "given": given, "notice": NOTICE_VERSION });
        audit::note(tx, app, call, "invitation.accept", About::new("invitation", found.id), detail).await?;
        Ok(account.id)
    })
    .await
}

/// Gives the role of an invitation, and whether it was given: between invitation and acceptance the organisation may have
/// ended, the place in the class may be gone, or who invited may have lost the right, and then the account opens without it.
async fn give_role(tx: &impl ConnectionTrait, app: &App, account: &account::Model, found: &row::Model) -> Result<bool> {
    let Some(role) = found.role else { return Ok(false) };
    let held = accounts::NewAppointment {
        account: account.id,
        organisation: found.organisation_id,
        role,
        post: found.post.clone(),
        class: found.class_id,
        starts_on: None,
        ends_on: None,
    };
    if !appointment::ops::still_fits(tx, app, &held, found.person_id, found.invited_by).await? {
        return Ok(false);
    }
    accounts::appoint_in(tx, app, held).await?;
    Ok(true)
}

/// Closes what an account was invited by, in the write that disables or erases it: a link that is over could be sent
/// again else, for an account that was meant to stay shut.
///
/// # Errors
/// The engine's error.
pub(crate) async fn close_of(tx: &impl ConnectionTrait, app: &App, account: AccountId) -> Result<()> {
    store::close_of(tx, account, app.now()).await
}

/// Forgets what invitations of an account say of the person: how identity was checked, and the post.
///
/// # Errors
/// The engine's error.
pub(crate) async fn forget_person(tx: &impl ConnectionTrait, app: &App, account: AccountId) -> Result<()> {
    store::close_of(tx, account, app.now()).await?;
    store::blank(tx, account).await
}

/// Closes invitations whose link is over.
///
/// # Errors
/// The engine's error.
pub async fn expire(app: &App) -> Result<()> {
    let tx = app.db().begin().await?;
    store::expire(&tx, app.now()).await?;
    tx.commit().await.map_err(Error::from)
}
