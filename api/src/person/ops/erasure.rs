//! Erasing a person: what identifies is overwritten, what official records need stays under a number, and the journal
//! remembers, so that a restore cannot bring the person back (`reliability.md` P-05, `domain.md` 5.2 PI-05).

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::approval::ApprovalKind;
use twinning_entity::erasure;
use twinning_entity::ids::{ApprovalId, PersonId};
use twinning_entity::person as row;
use uuid::Uuid;

use super::acts::put_phone;
use crate::account::ops as accounts;
use crate::app::App;
use crate::approval::{self, ops::Asked, wire::ApprovalBody};
use crate::audit::{self, ops::About};
use crate::infra::{beside, jobs};
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
    if !wipe(tx, app, id).await? {
        return Ok(());
    }
    store::add_erasure(tx, entry(app, id, reason, approval)).await?;
    jobs::enqueue(tx, app, JOURNAL_JOB, json!({}), None).await?;
    audit::note(tx, app, call, "person.erase", About::new("person", id), json!({ "approval": approval })).await
}

/// Takes name, number and account from a person; false for one who was erased before.
async fn wipe(tx: &impl ConnectionTrait, app: &App, id: PersonId) -> Result<bool> {
    let found = store::by_id(tx, id).await?;
    if found.erased_at.is_some() {
        return Ok(false);
    }
    if let Some((account, _)) = accounts::of_person(tx, id).await? {
        accounts::erase(tx, app, account).await?;
    }
    overwrite(tx, app, found).await?;
    Ok(true)
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

/// File of those who were erased, in the data folder: one number a line. A restore brings back a database that does not
/// know of them any more, so the journal may not live there alone.
const FILE: &str = "erasures.log";
/// Name of the job that writes the file.
pub const JOURNAL_JOB: &str = "person.journal";

/// Brings the journal in the file and in the database together, and erases everybody in it who still has a name; after
/// an erasure, after a restore, and with every run of retention.
///
/// # Errors
/// The engine's error; a file that cannot be read or written.
pub async fn apply_journal(app: &App) -> Result<u64> {
    let path = app.settings.data_dir.join(FILE);
    let in_file: BTreeSet<PersonId> =
        beside::lines(&path)?.iter().filter_map(|line| Uuid::parse_str(line.trim()).ok()).map(PersonId).collect();
    let in_database: BTreeSet<PersonId> = store::erased(app.db().current()).await?.into_iter().collect();
    let missing: String = in_database.difference(&in_file).map(|id| format!("{id}\n")).collect();
    if !missing.is_empty() {
        beside::append(&path, &missing)?;
    }
    let call = Call::system("erasure journal");
    let (mut again, mut failed) = (0, None);
    let all: Vec<PersonId> = in_file.union(&in_database).copied().collect();
    for id in store::with_a_name(app.db().current(), &all).await? {
        // One who cannot be erased now, such as the only administrator of an old copy, does not keep the others.
        match app.write(&call, async |tx| erase_again(tx, app, &call, id, in_database.contains(&id)).await).await {
            Ok(()) => again += 1,
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(again),
    }
}

async fn erase_again(tx: &impl ConnectionTrait, app: &App, call: &Call, id: PersonId, is_known: bool) -> Result<()> {
    if !wipe(tx, app, id).await? {
        return Ok(());
    }
    if !is_known {
        store::add_erasure(tx, entry(app, id, "journal", None)).await?;
    }
    audit::note(tx, app, call, "person.erase", About::new("person", id), json!({ "journal": true })).await
}

fn entry(app: &App, person: PersonId, reason: &str, approval: Option<ApprovalId>) -> erasure::Model {
    erasure::Model {
        id: app.new_id(),
        person_id: person,
        reason: reason.to_owned(),
        approval_id: approval,
        at: app.now(),
    }
}
