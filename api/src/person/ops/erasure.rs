//! Erasing a person: what identifies is overwritten, what official records need stays under a number, and the journal
//! remembers, so that a restore cannot bring the person back (`reliability.md` P-05, `domain.md` 5.2 PI-05).

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::approval::ApprovalKind;
use twinning_entity::erasure;
use twinning_entity::ids::{ApprovalId, PersonId};
use twinning_entity::person as row;

use super::acts::put_phone;
use crate::account::ops as accounts;
use crate::app::App;
use crate::approval::{self, ops::Asked, wire::ApprovalBody};
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::text;
use crate::organisation;
use crate::person::policy::{self, PersonAct};
use crate::person::store;

/// What stands where a name stood.
const ERASED: &str = "已匿名";

/// Asks that a person of the caller's organisation be erased; a second person decides.
///
/// # Errors
/// A reason of fewer than 5 characters; [`Error::NotFound`], [`Error::Denied`].
pub async fn ask(app: &App, call: &Call, id: PersonId, reason: &str) -> Result<ApprovalBody> {
    call.actor.may_ever(PersonAct::Erase.who())?;
    let reason = text::reason("reason", reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    app.write(call, async |tx| {
        let found = store::find(tx, &policy::scope(&call.actor), id).await?;
        let at = organisation::ops::name_of(tx, found.organisation_id.ok_or(Error::Denied)?).await?;
        if !policy::changes(&call.actor, at.id, &at.path, at.city) {
            return Err(Error::Denied);
        }
        ask_in(tx, app, call, &found, &reason).await
    })
    .await
}

/// The caller asks to be erased; a second person decides.
///
/// # Errors
/// As [`ask`].
pub async fn ask_for_oneself(app: &App, call: &Call, reason: &str) -> Result<ApprovalBody> {
    call.actor.may_ever(PersonAct::Own.who())?;
    let reason = text::reason("reason", reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    let id = call.actor.member().ok_or(Error::Anonymous)?.person;
    app.write(call, async |tx| {
        let found = store::by_id(tx, id).await?;
        ask_in(tx, app, call, &found, &reason).await
    })
    .await
}

async fn ask_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    found: &row::Model,
    reason: &str,
) -> Result<ApprovalBody> {
    let account = accounts::of_person(tx, found.id).await?.map(|(account, _)| account);
    let asked = Asked {
        kind: ApprovalKind::Erasure,
        account,
        person: Some(found.id),
        organisation: found.organisation_id,
        payload: json!({ "person_id": found.id }),
        reason: reason.to_owned(),
    };
    approval::ops::ask_in(tx, app, call, asked).await
}

/// Erases a person in a write that is under way.
///
/// # Errors
/// [`crate::account::model::AccountRule::LastAdministrator`]; the engine's error.
pub(crate) async fn erase_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    id: PersonId,
    reason: &str,
    approval: Option<ApprovalId>,
) -> Result<()> {
    let found = store::by_id(tx, id).await?;
    if found.erased_at.is_some() {
        return Ok(());
    }
    if let Some((account, _)) = accounts::of_person(tx, id).await? {
        accounts::erase(tx, app, account).await?;
    }
    overwrite(tx, app, found).await?;
    let entry = erasure::Model {
        id: app.new_id(),
        person_id: id,
        reason: reason.to_owned(),
        approval_id: approval,
        at: app.now(),
    };
    store::add_erasure(tx, entry).await?;
    audit::note(tx, app, call, "person.erase", About::new("person", id), json!({ "approval": approval })).await
}

async fn overwrite(tx: &impl ConnectionTrait, app: &App, found: row::Model) -> Result<()> {
    let mut next = row::Model {
        name: ERASED.to_owned(),
        name_key: String::new(),
        gender: None,
        email: None,
        erased_at: Some(app.now()),
        version: found.version + 1,
        updated_at: app.now(),
        ..found
    };
    put_phone(app, &mut next, None)?;
    store::replace(tx, next).await
}

/// Erases everybody of the journal who still has a name; a restore calls it, and every start of the sweeps.
///
/// # Errors
/// The engine's error.
pub async fn apply_journal(app: &App) -> Result<u64> {
    let call = Call::system("erasure journal");
    let mut erased = 0;
    for id in store::to_erase_again(app.reader()).await? {
        app.write(&call, async |tx| {
            let found = store::by_id(tx, id).await?;
            if let Some((account, _)) = accounts::of_person(tx, id).await? {
                accounts::erase(tx, app, account).await?;
            }
            overwrite(tx, app, found).await?;
            audit::note(tx, app, &call, "person.erase", About::new("person", id), json!({ "journal": true })).await
        })
        .await?;
        erased += 1;
    }
    Ok(erased)
}
