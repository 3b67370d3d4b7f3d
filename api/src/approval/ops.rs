//! What can be done with what takes two persons: ask, see, decide, withdraw.

mod reads;

pub use reads::{list, list_at, show};

use self::reads::{body, sight};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use twinning_entity::approval::{self as row, ApprovalKind, ApprovalState};
use twinning_entity::ids::{AccountId, AppointmentId, ApprovalId, ClassId, OrganisationId, PersonId};

use super::model::{self, ApprovalRule};
use super::policy::{self, ApprovalAct};
use super::store;
use super::wire::{ApprovalBody, CommentInput, RosterExportInput};
use crate::app::App;
use crate::appointment::{self, wire::NewHeld};
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::text;
use crate::letter::{self, model as letters};
use crate::{organisation, person, training};

/// Something that is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What.
    pub kind: ApprovalKind,
    /// Account it concerns.
    pub account: Option<AccountId>,
    /// Person it concerns.
    pub person: Option<PersonId>,
    /// Organisation it concerns.
    pub organisation: Option<OrganisationId>,
    /// What is done when it is approved.
    pub payload: Value,
    /// Why.
    pub reason: String,
}

/// Asks in a write that is under way; those who may decide are told.
///
/// # Errors
/// [`ApprovalRule::AskedAlready`] when the caller's same question is open.
pub async fn ask_in(tx: &impl ConnectionTrait, app: &App, call: &Call, asked: Asked) -> Result<ApprovalBody> {
    let asker = call.actor.account().ok_or(Error::Anonymous)?;
    if store::is_open(tx, asked.kind, &asked.payload, asker).await? {
        return Err(ApprovalRule::AskedAlready.into());
    }
    let now = app.now();
    let new = row::Model {
        id: app.new_id(),
        kind: asked.kind,
        state: ApprovalState::Open,
        account_id: asked.account,
        person_id: asked.person,
        organisation_id: asked.organisation,
        payload: asked.payload,
        reason: asked.reason,
        asked_by: asker,
        decided_by: None,
        comment: None,
        version: 1,
        created_at: now,
        expires_at: now + model::life(),
        decided_at: None,
    };
    store::add(tx, new.clone()).await?;
    let detail = json!({ "kind": new.kind, "reason": new.reason });
    audit::note(tx, app, call, "approval.ask", About::new("approval", new.id), detail).await?;
    let city = city_of(tx, &new).await?;
    let of_content = matches!(new.kind, ApprovalKind::PersonalExport | ApprovalKind::Erasure);
    for decider in store::deciders(tx, city.filter(|_| of_content), app.today()).await? {
        if decider != asker && Some(decider) != new.account_id {
            tell(tx, app, letters::APPROVAL_ASKED, decider, &new).await?;
        }
    }
    body(tx, app, call, new).await
}

async fn tell(
    tx: &impl ConnectionTrait,
    app: &App,
    kind: letters::Kind,
    to: AccountId,
    about: &row::Model,
) -> Result<()> {
    let message = letter::ops::Message {
        to,
        kind,
        values: vec![("kind", about.kind.word().to_owned()), ("state", about.state.word().to_owned())],
        url: Some("/admin/approvals".to_owned()),
        dedupe: format!("{}:{}", kind.name, about.id),
        organisation: about.organisation_id,
    };
    letter::ops::tell(tx, app, message).await
}

async fn city_of(conn: &impl ConnectionTrait, found: &row::Model) -> Result<Option<twinning_entity::ids::CityId>> {
    match found.organisation_id {
        Some(id) => Ok(Some(organisation::ops::name_of(conn, id).await?.city)),
        None => Ok(None),
    }
}

/// Says yes as the second person; what was asked for happens in the same write.
///
/// # Errors
/// [`ApprovalRule`]; whatever refuses what was asked for; [`Error::NotFound`], [`Error::Denied`], [`Error::Stale`].
pub async fn approve(app: &App, call: &Call, id: ApprovalId, seen: i32, input: CommentInput) -> Result<ApprovalBody> {
    decide(app, call, id, seen, input.comment.as_deref(), ApprovalState::Approved).await
}

/// Says no as the second person.
///
/// # Errors
/// As [`approve`]; a reason of fewer than 5 characters.
pub async fn decline(app: &App, call: &Call, id: ApprovalId, seen: i32, reason: &str) -> Result<ApprovalBody> {
    let reason = text::reason("reason", reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    decide(app, call, id, seen, Some(&reason), ApprovalState::Declined).await
}

async fn decide(
    app: &App,
    call: &Call,
    id: ApprovalId,
    seen: i32,
    comment: Option<&str>,
    state: ApprovalState,
) -> Result<ApprovalBody> {
    call.actor.may_ever(ApprovalAct::Decide.who())?;
    let comment = text::optional_line("comment", comment, 500).map_err(|fault| Error::Invalid(vec![fault]))?;
    app.write(call, async |tx| {
        let found = store::find(tx, &sight(call), id).await?;
        let me = call.actor.account();
        if me == Some(found.asked_by) {
            return Err(ApprovalRule::OwnRequest.into());
        }
        if me == found.account_id {
            return Err(ApprovalRule::OwnCase.into());
        }
        if !policy::decides(&call.actor, found.kind, city_of(tx, &found).await?) {
            return Err(Error::Denied);
        }
        if found.state != ApprovalState::Open {
            return Err(ApprovalRule::NotOpen(found.state).into());
        }
        if app.now() >= found.expires_at {
            return Err(ApprovalRule::NotOpen(ApprovalState::Expired).into());
        }
        if found.version != seen {
            return Err(Error::Stale);
        }
        let next = closed(app, &found, state, me, comment.clone());
        store::replace(tx, next.clone()).await?;
        if state == ApprovalState::Approved {
            carry_out(tx, app, call, &next).await?;
        }
        let operation = if state == ApprovalState::Approved { "approval.approve" } else { "approval.decline" };
        audit::note(tx, app, call, operation, About::new("approval", id), json!({ "kind": next.kind })).await?;
        tell(tx, app, letters::APPROVAL_DECIDED, next.asked_by, &next).await?;
        body(tx, app, call, next).await
    })
    .await
}

fn closed(
    app: &App,
    found: &row::Model,
    state: ApprovalState,
    by: Option<AccountId>,
    comment: Option<String>,
) -> row::Model {
    row::Model {
        state,
        decided_by: by,
        comment,
        decided_at: Some(app.now()),
        version: found.version + 1,
        ..found.clone()
    }
}

/// Does what was asked for.
async fn carry_out(tx: &impl ConnectionTrait, app: &App, call: &Call, found: &row::Model) -> Result<()> {
    match found.kind {
        ApprovalKind::RoleGive => {
            let new: NewHeld = serde_json::from_value(found.payload.clone())?;
            appointment::ops::give_in(tx, app, call, found.asked_by, new).await
        }
        ApprovalKind::RoleEnd => {
            let id = found.payload.get("appointment_id").cloned().unwrap_or_default();
            let id: AppointmentId = serde_json::from_value(id)?;
            appointment::ops::end_approved(tx, app, call, id, &found.reason).await
        }
        ApprovalKind::Erasure => {
            let person = found.person_id.ok_or(Error::NotFound("person"))?;
            person::ops::erasure::erase_in(tx, app, call, person, &found.reason, Some(found.id)).await
        }
        // The asker fetches it; nothing is made in advance that somebody else could find.
        ApprovalKind::PersonalExport => Ok(()),
    }
}

/// Takes a question of the caller's own back.
///
/// # Errors
/// [`ApprovalRule::NotOpen`]; [`Error::NotFound`], [`Error::Denied`], [`Error::Stale`].
pub async fn withdraw(app: &App, call: &Call, id: ApprovalId, seen: i32) -> Result<ApprovalBody> {
    call.actor.may_ever(ApprovalAct::Read.who())?;
    app.write(call, async |tx| {
        let found = store::find(tx, &sight(call), id).await?;
        if call.actor.account() != Some(found.asked_by) {
            return Err(Error::Denied);
        }
        if found.state != ApprovalState::Open {
            return Err(ApprovalRule::NotOpen(found.state).into());
        }
        if found.version != seen {
            return Err(Error::Stale);
        }
        let next = closed(app, &found, ApprovalState::Withdrawn, None, None);
        store::replace(tx, next.clone()).await?;
        audit::note(tx, app, call, "approval.withdraw", About::new("approval", id), json!({})).await?;
        body(tx, app, call, next).await
    })
    .await
}

/// Asks for the roster of a class with full phone numbers.
///
/// # Errors
/// [`Error::NotFound`] for a class out of sight, [`Error::Denied`] for a roster that is not the caller's.
pub async fn ask_roster_export(app: &App, call: &Call, input: RosterExportInput) -> Result<ApprovalBody> {
    call.actor.may_ever(ApprovalAct::AskExport.who())?;
    let reason = text::reason("reason", &input.reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    let organiser = training::ops::may_export_roster(app, call, input.class_id).await?;
    app.write(call, async |tx| {
        let asked = Asked {
            kind: ApprovalKind::PersonalExport,
            account: None,
            person: None,
            organisation: Some(organiser),
            payload: json!({ "class_id": input.class_id }),
            reason: reason.clone(),
        };
        ask_in(tx, app, call, asked).await
    })
    .await
}

/// The export that was approved, as a workbook; only who asked fetches it, within a day of the decision, and each time is
/// on record (`reliability.md` G-01).
///
/// # Errors
/// [`ApprovalRule::NoContent`]; [`Error::NotFound`]; [`Error::Denied`] when the asker's own right has ended since.
pub async fn content(app: &App, call: &Call, id: ApprovalId) -> Result<Vec<u8>> {
    call.actor.may_ever(ApprovalAct::AskExport.who())?;
    let found = store::find(app.db().current(), &sight(call), id).await?;
    if !model::can_fetch(&found, app.now()) {
        return Err(ApprovalRule::NoContent.into());
    }
    if call.actor.account() != Some(found.asked_by) {
        return Err(Error::Denied);
    }
    let class: ClassId = serde_json::from_value(found.payload.get("class_id").cloned().unwrap_or_default())?;
    training::ops::may_export_roster(app, call, class).await?;
    let bytes = training::ops::roster_workbook(app, call, class).await?;
    app.write(&call.once(), async |tx| {
        audit::note(tx, app, call, "roster.export", About::new("class", class), json!({ "approval": id })).await
    })
    .await?;
    Ok(bytes)
}

/// Ends what waited too long.
///
/// # Errors
/// The engine's error.
pub async fn expire(app: &App) -> Result<()> {
    let tx = app.db().begin().await?;
    store::expire(&tx, app.now()).await?;
    tx.commit().await.map_err(Error::from)
}
