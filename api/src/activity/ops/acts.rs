//! Acts on activities: log, change, submit, confirm, return.

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::activity::{self as row, ActivityStatus};
use twinning_entity::activity_record as record;
use twinning_entity::ids::{ActivityId, OrganisationId};
use twinning_entity::pairing::PairingStatus;
use twinning_entity::provenance::Provenance;

use super::reads::detail;
use crate::activity::model::{self, ActivityRule, Draft};
use crate::activity::policy::{self, ActivityAct};
use crate::activity::store;
use crate::activity::wire::{ActivityDetail, ActivityFilter, ActivityInput};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::history::{self, Step};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::kernel::reason::ReasonInput;
use crate::kernel::text;
use crate::pairing::ops::{self as pairings, PairingSides};
use crate::search;
use crate::search::engine::Kind;
use crate::webhook;

/// Logs an activity that was held; it then waits for its record to be submitted.
///
/// # Errors
/// Refusals of the input; [`ActivityRule`]; [`Error::NotFound`] for a pairing the caller may not know of;
/// [`Error::Denied`] for one that is not the caller's.
pub async fn log(app: &App, call: &Call, input: ActivityInput) -> Result<ActivityDetail> {
    call.actor.may_ever(ActivityAct::Log.who())?;
    let draft = Draft::parse(input, app.now())?;
    app.write(call, async |tx| {
        let pairing = pairings::sides(tx, &call.actor, draft.pairing).await?;
        let (organiser, counterpart, side) = own_side(call, &pairing)?;
        check_term(&pairing, &draft)?;
        let now = app.now();
        let activity = row::Model {
            id: app.new_id(),
            no: store::next_no(tx, chrono::Datelike::year(&draft.held_on)).await?,
            programme_id: pairing.programme,
            kind: draft.kind,
            title: draft.title.clone(),
            status: ActivityStatus::RecordDue,
            held_on: draft.held_on,
            starts_at: draft.starts_at,
            ends_at: draft.ends_at,
            place: draft.place.clone(),
            online: draft.online,
            organiser_id: organiser,
            counterpart_id: counterpart,
            organiser_side: side.to_owned(),
            source_code: None,
            imported: false,
            import_id: None,
            provenance: Provenance::Entered,
            provenance_note: None,
            created_by: call.actor.account(),
            submitted_at: None,
            confirmed_at: None,
            confirmed_by: None,
            return_reason: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        store::add(tx, activity.clone(), pairing.id).await?;
        put_content(tx, app, call, &activity, &draft).await?;
        changed(tx, app, call, &activity, "log", None, None).await?;
        detail(tx, call, activity).await
    })
    .await
}

/// The record that the caller made of the same meeting with the same words and numbers: a form that is sent once more,
/// after going back for instance, means that one. Where anything but the photos differs, it is another record.
///
/// # Errors
/// The engine's error.
pub async fn logged_before(app: &App, call: &Call, input: &ActivityInput) -> Result<Option<ActivityDetail>> {
    let filter = ActivityFilter {
        pairing_id: Some(input.pairing_id),
        kind: Some(input.kind),
        from: Some(input.held_on),
        to: Some(input.held_on),
        ..ActivityFilter::default()
    };
    for one in super::list(app, call, &filter, PageRequest::first(100)).await?.items {
        if one.title != input.title.trim() || one.starts_at.map(|at| at.time()) != input.start_time {
            continue;
        }
        let found = store::find(app.reader(), &policy::scope(&call.actor), one.id).await?;
        let known = detail(app.reader(), call, found.clone()).await?;
        let said = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(plain);
        let same = found.created_by.is_some()
            && found.created_by == call.actor.account()
            && (known.record.attended_a, known.record.attended_b) == (input.attended_a, input.attended_b)
            && said(&known.record.summary) == said(&input.summary)
            && said(&known.line.place) == said(&input.place);
        if same {
            return Ok(Some(known));
        }
    }
    Ok(None)
}

/// A text without its white space: browsers and the store break lines in their own ways.
fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Changes a record that is due.
///
/// # Errors
/// As [`log`]; [`ActivityRule::WrongState`], [`Error::Stale`].
pub async fn edit(app: &App, call: &Call, id: ActivityId, seen: i32, input: ActivityInput) -> Result<ActivityDetail> {
    call.actor.may_ever(ActivityAct::Edit.who())?;
    let draft = Draft::parse(input, app.now())?;
    app.write(call, async |tx| {
        let found = store::find(tx, &policy::scope(&call.actor), id).await?;
        ready(call, &found, "edit", seen)?;
        let pairing = pairings::sides(tx, &call.actor, draft.pairing).await?;
        let (organiser, counterpart, side) = own_side(call, &pairing)?;
        if organiser != found.organiser_id {
            return Err(Error::Denied);
        }
        check_term(&pairing, &draft)?;
        let next = row::Model {
            programme_id: pairing.programme,
            kind: draft.kind,
            title: draft.title.clone(),
            held_on: draft.held_on,
            starts_at: draft.starts_at,
            ends_at: draft.ends_at,
            place: draft.place.clone(),
            online: draft.online,
            counterpart_id: counterpart,
            organiser_side: side.to_owned(),
            version: found.version + 1,
            updated_at: app.now(),
            ..found
        };
        store::replace(tx, next.clone()).await?;
        store::put_pairing(tx, id, pairing.id).await?;
        put_content(tx, app, call, &next, &draft).await?;
        search::note(tx, app, call, Kind::Activity, id.0).await?;
        audit::note(tx, app, call, "activity.edit", About::new("activity", id), json!({})).await?;
        detail(tx, call, next).await
    })
    .await
}

/// Submits the record to the other side.
///
/// # Errors
/// [`ActivityRule`], [`Error::Stale`], [`Error::Denied`], [`Error::NotFound`].
pub async fn submit_record(app: &App, call: &Call, id: ActivityId, seen: i32) -> Result<ActivityDetail> {
    call.actor.may_ever(ActivityAct::SubmitRecord.who())?;
    app.write(call, async |tx| {
        let found = store::find(tx, &policy::scope(&call.actor), id).await?;
        ready(call, &found, "submit_record", seen)?;
        let record = store::records(tx, &[id]).await?.remove(&id);
        let photos = store::photos(tx, id).await?;
        complete(&found, record.as_ref(), photos.len())?;
        let next = row::Model {
            status: ActivityStatus::AwaitingConfirmation,
            submitted_at: Some(app.now()),
            return_reason: None,
            version: found.version + 1,
            updated_at: app.now(),
            ..found.clone()
        };
        store::replace(tx, next.clone()).await?;
        changed(tx, app, call, &next, "submit_record", Some(found.status), None).await?;
        detail(tx, call, next).await
    })
    .await
}

/// The other side says that the record is right; from now on everybody may read it.
///
/// # Errors
/// As [`submit_record`].
pub async fn confirm(app: &App, call: &Call, id: ActivityId, seen: i32) -> Result<ActivityDetail> {
    call.actor.may_ever(ActivityAct::Confirm.who())?;
    app.write(call, async |tx| {
        let found = store::find(tx, &policy::scope(&call.actor), id).await?;
        ready(call, &found, "confirm", seen)?;
        let next = row::Model {
            status: ActivityStatus::Confirmed,
            confirmed_at: Some(app.now()),
            confirmed_by: call.actor.account(),
            version: found.version + 1,
            updated_at: app.now(),
            ..found.clone()
        };
        store::replace(tx, next.clone()).await?;
        changed(tx, app, call, &next, "confirm", Some(found.status), None).await?;
        detail(tx, call, next).await
    })
    .await
}

/// The other side sends the record back with a reason.
///
/// # Errors
/// As [`submit_record`]; a reason of fewer than 5 characters.
pub async fn return_record(
    app: &App,
    call: &Call,
    id: ActivityId,
    seen: i32,
    input: ReasonInput,
) -> Result<ActivityDetail> {
    call.actor.may_ever(ActivityAct::Return.who())?;
    let reason = text::reason("reason", &input.reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    app.write(call, async |tx| {
        let found = store::find(tx, &policy::scope(&call.actor), id).await?;
        ready(call, &found, "return", seen)?;
        let next = row::Model {
            status: ActivityStatus::RecordDue,
            return_reason: Some(reason.clone()),
            version: found.version + 1,
            updated_at: app.now(),
            ..found.clone()
        };
        store::replace(tx, next.clone()).await?;
        changed(tx, app, call, &next, "return", Some(found.status), Some(&reason)).await?;
        detail(tx, call, next).await
    })
    .await
}

/// Whether the caller may do the act now: relation first, then state, then version (`contract.md` 4).
fn ready(call: &Call, found: &row::Model, act: &str, seen: i32) -> Result<()> {
    let organiser = policy::acts_for(&call.actor, found.organiser_id);
    let counterpart = policy::acts_for(&call.actor, found.counterpart_id);
    let belongs = match act {
        "edit" | "submit_record" => organiser,
        _ => counterpart,
    };
    if !belongs {
        return Err(if organiser && found.status == ActivityStatus::AwaitingConfirmation {
            ActivityRule::OwnRecord.into()
        } else {
            Error::Denied
        });
    }
    let acts = model::acts(found.status, organiser, counterpart);
    if !acts.contains(&act) {
        let acts = acts.into_iter().map(ToOwned::to_owned).collect();
        return Err(ActivityRule::WrongState(found.status, acts).into());
    }
    if found.version == seen { Ok(()) } else { Err(Error::Stale) }
}

/// The caller's own side of a pairing, the other one, and which letter the own one has.
fn own_side(call: &Call, pairing: &PairingSides) -> Result<(OrganisationId, OrganisationId, &'static str)> {
    if policy::acts_for(&call.actor, pairing.side_a) {
        return Ok((pairing.side_a, pairing.side_b, "a"));
    }
    if policy::acts_for(&call.actor, pairing.side_b) {
        return Ok((pairing.side_b, pairing.side_a, "b"));
    }
    Err(Error::Denied)
}

/// The pairing must have been active on the day (A3): inside the term, late entries up to 30 days after it.
fn check_term(pairing: &PairingSides, draft: &Draft) -> Result<()> {
    let live = matches!(pairing.status, PairingStatus::Active | PairingStatus::Expired | PairingStatus::Renewed);
    let after_start = pairing.term_start.is_none_or(|start| draft.held_on >= start);
    let before_end = pairing.term_end.is_none_or(|end| draft.held_on <= end);
    if live && after_start && before_end { Ok(()) } else { Err(ActivityRule::PairingNotActive.into()) }
}

fn complete(found: &row::Model, record: Option<&record::Model>, photos: usize) -> Result<()> {
    let mut faults = crate::kernel::fault::Faults::default();
    for (field, count) in
        [("attended_a", record.and_then(|one| one.attended_a)), ("attended_b", record.and_then(|one| one.attended_b))]
    {
        if count.is_none() {
            faults.add(crate::kernel::fault::FieldFault::new(field, "field.required"));
        }
    }
    if found.starts_at.is_none() {
        faults.add(crate::kernel::fault::FieldFault::new("start_time", "field.required"));
    }
    faults.finish()?;
    let minutes = record.is_some_and(|one| one.summary.is_some());
    if photos > 0 || minutes { Ok(()) } else { Err(ActivityRule::NoEvidence.into()) }
}

/// Writes record and photos of a draft.
async fn put_content(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    activity: &row::Model,
    draft: &Draft,
) -> Result<()> {
    let now = app.now();
    store::put_record(
        tx,
        record::Model {
            activity_id: activity.id,
            attended_total: None,
            attended_a: draft.attended_a,
            attended_b: draft.attended_b,
            expected_a: None,
            expected_b: None,
            guests: draft.guests,
            served_people: draft.served_people,
            volunteers: draft.volunteers,
            volunteer_minutes: draft.volunteer_minutes,
            host_name: None,
            recorder_name: None,
            summary: draft.summary.clone(),
            decisions: draft.decisions.clone(),
            photo_consent: draft.photo_consent,
            updated_at: now,
        },
    )
    .await?;
    store::clear_photos(tx, activity.id).await?;
    super::photos::attach(tx, app, call, activity.id, &draft.photos).await
}

/// What every change of state writes besides the row: history, index, audit.
async fn changed(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    activity: &row::Model,
    action: &str,
    from: Option<ActivityStatus>,
    comment: Option<&str>,
) -> Result<()> {
    let organisation =
        if matches!(action, "confirm" | "return") { activity.counterpart_id } else { activity.organiser_id };
    let step = Step {
        kind: "activity",
        id: activity.id.0,
        action,
        from: from.map(ActivityStatus::word),
        to: activity.status.word(),
        organisation: Some(organisation),
        comment,
    };
    history::record(tx, app, call, step).await?;
    search::note(tx, app, call, Kind::Activity, activity.id.0).await?;
    let about = About::new("activity", activity.id);
    let detail = json!({ "from": from.map(ActivityStatus::word), "to": activity.status.word() });
    audit::note(tx, app, call, &format!("activity.{action}"), about, detail).await?;
    super::letters::tell_other_side(tx, app, activity, action).await?;
    let object = ("activity", "activities", activity.id.0);
    let sides = [activity.organiser_id, activity.counterpart_id];
    webhook::ops::emit(tx, app, &format!("activity.{action}"), object, &sides).await
}
