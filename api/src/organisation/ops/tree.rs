//! The official tree: moving, naming, ordering, merging, splitting, ending.

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, Set};
use serde_json::json;
use twinning_entity::ids::{OrganisationId, OrganisationNameId};
use twinning_entity::organisation::{self as row, OrgStatus};
use twinning_entity::organisation_name;
use twinning_entity::provenance::Provenance;

use super::acts::{code_of, insert, made};
use super::imports::Entry;
use super::reads::detail;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::history::{self, Step};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::text;
use crate::organisation::model::{self, OrganisationRule};
use crate::organisation::policy::{self, OrganisationAct};
use crate::organisation::store;
use crate::organisation::wire::{
    AbolishInput, MergeInput, MoveInput, OrganisationDetail, RenameInput, ReorderInput, SplitInput,
};
use crate::pairing;
use crate::search::engine::Kind;
use crate::search::{self, pinyin, stroke};
use crate::webhook;

/// Moves an organisation with everything below it under another of its city.
///
/// # Errors
/// [`OrganisationRule`]; [`Error::NotFound`], [`Error::Denied`], [`Error::Stale`].
pub async fn move_below(
    app: &App,
    call: &Call,
    id: OrganisationId,
    seen: i32,
    input: MoveInput,
) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Build.who())?;
    let reason = text::reason("reason", &input.reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    app.write(call, async |tx| {
        let found = ready(tx, call, OrganisationAct::Build, id, seen).await?;
        let parent = store::find(tx, input.parent_id).await.map_err(|_| OrganisationRule::BadParent)?;
        if parent.city_id != found.city_id || parent.status != OrgStatus::Active {
            return Err(OrganisationRule::BadParent.into());
        }
        // Both the place it leaves and the place it comes to are the caller's (`reliability.md` Z-07).
        if !policy::allows(&call.actor, OrganisationAct::Build, &parent.path, parent.city_id) {
            return Err(Error::Denied);
        }
        if parent.path.starts_with(&found.path) {
            return Err(OrganisationRule::Cycle.into());
        }
        if found.parent_id == Some(parent.id) {
            return detail(tx, call, found).await;
        }
        let moved = moved(tx, app, call, found, &parent, &reason).await?;
        audit::note(tx, app, call, "organisation.move", About::new("organisation", id), json!({ "to": parent.code }))
            .await?;
        detail(tx, call, moved).await
    })
    .await
}

async fn moved(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    found: row::Model,
    parent: &row::Model,
    reason: &str,
) -> Result<row::Model> {
    let above = match found.parent_id {
        Some(above) => Some(store::find(tx, above).await?.code),
        None => None,
    };
    let next = row::Model { version: found.version + 1, updated_at: app.now(), ..found };
    let next = store::move_subtree(tx, next, parent).await?;
    search::note_below(tx, app, call, &next.path).await?;
    told(tx, app, call, &next, "move", above.as_deref(), &parent.code, reason).await?;
    Ok(next)
}

/// Gives an organisation another name from a day on; the old one is kept with its dates.
///
/// # Errors
/// Refusals of the input; as [`move_below`].
pub async fn rename(
    app: &App,
    call: &Call,
    id: OrganisationId,
    seen: i32,
    input: RenameInput,
) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Build.who())?;
    let mut faults = Faults::default();
    let name_full = faults.take(text::line("name_full", &input.name_full, 120)).unwrap_or_default();
    let name_short = faults.take(text::line("name_short", &input.name_short, 60)).unwrap_or_default();
    let reason = faults.take(text::reason("reason", &input.reason)).unwrap_or_default();
    check_day(app, &mut faults, "valid_from", input.valid_from);
    faults.finish()?;
    app.write(call, async |tx| {
        let found = ready(tx, call, OrganisationAct::Build, id, seen).await?;
        let began = store::names_of(tx, id).await?.into_iter().filter(|name| name.valid_to.is_none());
        if began.filter_map(|name| name.valid_from).any(|from| from >= input.valid_from) {
            return Err(Error::field("valid_from", "field.too_early"));
        }
        let last = input.valid_from.pred_opt().unwrap_or(input.valid_from);
        store::end_name(tx, id, last).await?;
        let name = organisation_name::ActiveModel {
            id: Set(app.new_id::<OrganisationNameId>()),
            organisation_id: Set(id),
            name_full: Set(name_full.clone()),
            name_short: Set(name_short.clone()),
            valid_from: Set(Some(input.valid_from)),
            valid_to: Set(None),
            reason: Set(Some(reason.clone())),
            created_at: Set(app.now()),
        };
        store::add_name(tx, name).await?;
        let former = found.name_full.clone();
        let next = row::Model {
            name_display: model::display_name(&name_full, &name_short, found.form, found.level),
            pinyin_key: pinyin::sort_key(&name_short),
            initials: pinyin::initials(&name_short),
            stroke_key: stroke::sort_key(&name_short),
            name_full: name_full.clone(),
            name_short: name_short.clone(),
            version: found.version + 1,
            updated_at: app.now(),
            ..found
        };
        store::replace(tx, next.clone()).await?;
        search::note_below(tx, app, call, &next.path).await?;
        told(tx, app, call, &next, "rename", Some(&former), &next.name_full, &reason).await?;
        audit::note(tx, app, call, "organisation.rename", About::new("organisation", id), json!({ "from": former }))
            .await?;
        detail(tx, call, next).await
    })
    .await
}

/// Puts an organisation before another one beside it, or at the end, in the official order.
///
/// # Errors
/// As [`move_below`].
pub async fn reorder(
    app: &App,
    call: &Call,
    id: OrganisationId,
    seen: i32,
    input: ReorderInput,
) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Build.who())?;
    app.write(call, async |tx| {
        let found = ready(tx, call, OrganisationAct::Build, id, seen).await?;
        let beside = store::siblings(tx, &found).await?;
        let mut order: Vec<OrganisationId> = beside.iter().map(|one| one.id).filter(|one| *one != id).collect();
        let at = match input.before_id {
            Some(before) => order.iter().position(|one| *one == before).ok_or(OrganisationRule::BadOther)?,
            None => order.len(),
        };
        order.insert(at, id);
        // The places stay; who stands on which changes.
        for (place, (one, was)) in beside.iter().map(|one| one.display_order).zip(order.iter().zip(&beside)) {
            if *one != was.id {
                store::place(tx, *one, place).await?;
            }
        }
        let found = store::find(tx, id).await?;
        let next = row::Model { version: found.version + 1, updated_at: app.now(), ..found };
        store::replace(tx, next.clone()).await?;
        audit::note(tx, app, call, "organisation.reorder", About::new("organisation", id), json!({})).await?;
        detail(tx, call, next).await
    })
    .await
}

/// Ends an organisation that goes on in another: what stands below goes below that, pairings go on with it.
///
/// # Errors
/// [`OrganisationRule`]; as [`move_below`].
pub async fn merge(
    app: &App,
    call: &Call,
    id: OrganisationId,
    seen: i32,
    input: MergeInput,
) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Merge.who())?;
    let mut faults = Faults::default();
    let reason = faults.take(text::reason("reason", &input.reason)).unwrap_or_default();
    check_day(app, &mut faults, "on", input.on);
    faults.finish()?;
    app.write(call, async |tx| {
        let found = ready(tx, call, OrganisationAct::Merge, id, seen).await?;
        let successor = follows(tx, call, &found, input.successor_id).await?;
        for one in store::below(tx, id).await? {
            moved(tx, app, call, one, &successor, &reason).await?;
        }
        pairing::ops::succeed(tx, app, call, id, successor.id).await?;
        let ended = ended(tx, app, call, found, (OrgStatus::Merged, input.on), Some(&successor), &reason).await?;
        detail(tx, call, ended).await
    })
    .await
}

/// Ends an organisation; its pairings go on with a successor, if one is named.
///
/// # Errors
/// [`OrganisationRule`]; as [`move_below`].
pub async fn abolish(
    app: &App,
    call: &Call,
    id: OrganisationId,
    seen: i32,
    input: AbolishInput,
) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Build.who())?;
    let mut faults = Faults::default();
    let reason = faults.take(text::reason("reason", &input.reason)).unwrap_or_default();
    check_day(app, &mut faults, "on", input.on);
    faults.finish()?;
    app.write(call, async |tx| {
        let found = ready(tx, call, OrganisationAct::Build, id, seen).await?;
        let successor = match input.successor_id {
            Some(successor) => Some(follows(tx, call, &found, successor).await?),
            None => None,
        };
        may_end(tx, app, call, &found, successor.as_ref()).await?;
        let ended = ended(tx, app, call, found, (OrgStatus::Abolished, input.on), successor.as_ref(), &reason).await?;
        detail(tx, call, ended).await
    })
    .await
}

/// Splits an organisation: new ones stand beside it, and it goes on or ends.
///
/// # Errors
/// [`OrganisationRule`]; refusals of the input; as [`move_below`].
pub async fn split(
    app: &App,
    call: &Call,
    id: OrganisationId,
    seen: i32,
    input: SplitInput,
) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Build.who())?;
    let mut faults = Faults::default();
    let reason = faults.take(text::reason("reason", &input.reason)).unwrap_or_default();
    check_day(app, &mut faults, "on", input.on);
    if !(1..=10).contains(&input.into.len()) {
        faults.add(FieldFault::new("into", "field.count"));
    }
    let mut parts = Vec::new();
    for (at, part) in input.into.iter().enumerate() {
        let code = faults.take(code_of(&format!("into/{at}/code"), &part.code));
        let full = faults.take(text::line(&format!("into/{at}/name_full"), &part.name_full, 120));
        let short = faults.take(text::line(&format!("into/{at}/name_short"), &part.name_short, 60));
        if let (Some(code), Some(full), Some(short)) = (code, full, short) {
            parts.push((code, full, short));
        }
    }
    faults.finish()?;
    app.write(call, async |tx| {
        let found = ready(tx, call, OrganisationAct::Build, id, seen).await?;
        let parent = match found.parent_id {
            Some(parent) => Some(store::find(tx, parent).await?),
            None => None,
        };
        // The new ones stand where it stands; that place must be the caller's, too.
        let above = parent.as_ref().ok_or(OrganisationRule::BadParent)?;
        if !policy::allows(&call.actor, OrganisationAct::Build, &above.path, above.city_id) {
            return Err(Error::Denied);
        }
        for (code, full, short) in &parts {
            let entry = Entry {
                code: code.clone(),
                name_full: full.clone(),
                name_short: short.clone(),
                form: found.form,
                kind_text: found.kind_text.clone(),
                level: found.level,
                functional_zone: found.functional_zone,
                division_code: found.division_code.clone(),
                provenance: Provenance::Entered,
                provenance_note: None,
            };
            let new = made(app, &entry, found.city_id, parent.as_ref(), store::greatest(tx).await?, None);
            insert(tx, app, call, new.clone()).await?;
            told(tx, app, call, &new, "split", Some(&found.code), code, &reason).await?;
        }
        let codes: Vec<&str> = parts.iter().map(|(code, ..)| code.as_str()).collect();
        let detail_of = json!({ "into": codes, "keep": input.keep });
        audit::note(tx, app, call, "organisation.split", About::new("organisation", id), detail_of).await?;
        if !input.keep {
            may_end(tx, app, call, &found, None).await?;
            let ended = ended(tx, app, call, found, (OrgStatus::Abolished, input.on), None, &reason).await?;
            return detail(tx, call, ended).await;
        }
        let next = row::Model { version: found.version + 1, updated_at: app.now(), ..found };
        store::replace(tx, next.clone()).await?;
        told(tx, app, call, &next, "split", Some(&next.code), &codes.join(" "), &reason).await?;
        detail(tx, call, next).await
    })
    .await
}

/// The organisation, if the caller may build here, it goes on, and it is the version that was seen.
async fn ready(
    tx: &impl ConnectionTrait,
    call: &Call,
    act: OrganisationAct,
    id: OrganisationId,
    seen: i32,
) -> Result<row::Model> {
    let found = store::find(tx, id).await?;
    if !policy::allows(&call.actor, act, &found.path, found.city_id) {
        return Err(Error::Denied);
    }
    if found.status != OrgStatus::Active {
        return Err(OrganisationRule::Ended.into());
    }
    if found.version != seen {
        return Err(Error::Stale);
    }
    Ok(found)
}

/// The organisation that follows another: of the same city, going on, not below it, and the caller's to build.
async fn follows(
    tx: &impl ConnectionTrait,
    call: &Call,
    found: &row::Model,
    successor: OrganisationId,
) -> Result<row::Model> {
    let next = store::find(tx, successor).await.map_err(|_| OrganisationRule::BadOther)?;
    let fits = next.city_id == found.city_id && next.status == OrgStatus::Active && next.id != found.id;
    if !fits {
        return Err(OrganisationRule::BadOther.into());
    }
    if !policy::allows(&call.actor, OrganisationAct::Build, &next.path, next.city_id) {
        return Err(Error::Denied);
    }
    if next.path.starts_with(&found.path) {
        return Err(OrganisationRule::Cycle.into());
    }
    Ok(next)
}

/// Nothing stands below an organisation that ends, and no pairing is left without a side.
async fn may_end(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    found: &row::Model,
    successor: Option<&row::Model>,
) -> Result<()> {
    if !store::below(tx, found.id).await?.is_empty() {
        return Err(OrganisationRule::HasChildren.into());
    }
    match successor {
        Some(next) => pairing::ops::succeed(tx, app, call, found.id, next.id).await,
        None if pairing::ops::has_live(tx, found.id).await? => Err(OrganisationRule::HasPairings.into()),
        None => Ok(()),
    }
}

async fn ended(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    found: row::Model,
    (status, on): (OrgStatus, NaiveDate),
    successor: Option<&row::Model>,
    reason: &str,
) -> Result<row::Model> {
    let next = row::Model {
        status,
        ended_on: Some(on),
        successor_id: successor.map(|next| next.id),
        version: found.version + 1,
        updated_at: app.now(),
        ..found
    };
    store::replace(tx, next.clone()).await?;
    search::note(tx, app, call, Kind::Organisation, next.id.0).await?;
    let action = if status == OrgStatus::Merged { "merge" } else { "abolish" };
    let to = successor.map_or("", |next| next.code.as_str());
    told(tx, app, call, &next, action, Some(OrgStatus::Active.word()), to, reason).await?;
    let operation = if status == OrgStatus::Merged { "organisation.merge" } else { "organisation.abolish" };
    audit::note(tx, app, call, operation, About::new("organisation", next.id), json!({ "successor": to })).await?;
    Ok(next)
}

#[expect(clippy::too_many_arguments, reason = "a line of history has that many words")]
async fn told(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    about: &row::Model,
    action: &str,
    from: Option<&str>,
    to: &str,
    reason: &str,
) -> Result<()> {
    let step =
        Step { kind: "organisation", id: about.id.0, action, from, to, organisation: None, comment: Some(reason) };
    history::record(tx, app, call, step).await?;
    let object = ("organisation", "organisations", about.id.0);
    webhook::ops::emit(tx, app, &format!("organisation.{action}"), object, &[about.id]).await
}

fn check_day(app: &App, faults: &mut Faults, field: &str, day: NaiveDate) {
    if day > app.today() {
        faults.add(FieldFault::new(field, "field.future"));
    }
}
