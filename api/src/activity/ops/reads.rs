//! Reading activities.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use twinning_entity::activity::{self as row, ActivityStatus};
use twinning_entity::activity_record as record;
use twinning_entity::ids::{ActivityId, FileId, OrganisationId};

use crate::activity::policy::{self, ActivityAct};
use crate::activity::wire::{ActivityDetail, ActivityFilter, ActivityLine, PairingRef, PhotoBody, RecordBody};
use crate::activity::{model, store};
use crate::app::App;
use crate::history;
use crate::kernel::actor::Actor;
use crate::kernel::call::Call;
use crate::kernel::clock::{day_of, shanghai};
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};
use crate::organisation::ops as organisations;
use crate::organisation::wire::OrganisationRef;
use crate::search::engine::{IndexDoc, Kind};
use crate::search::ops::HitText;

/// Activities the caller may know of.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(app: &App, call: &Call, filter: &ActivityFilter, at: PageRequest) -> Result<Page<ActivityLine>> {
    call.actor.may_ever(ActivityAct::Read.who())?;
    let below = match filter.organisation_id {
        Some(id) if filter.subtree == Some(true) => Some(organisations::name_of(app.reader(), id).await?.path),
        _ => None,
    };
    let scope = policy::scope(&call.actor);
    let (rows, total) = store::page(app.reader(), &scope, filter, below.as_deref(), &at).await?;
    let page = Page::cut(rows, &at, total, |one| (one.held_on, one.id));
    Ok(page.map(line))
}

/// One activity.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: ActivityId) -> Result<ActivityDetail> {
    call.actor.may_ever(ActivityAct::Read.who())?;
    let found = store::find(app.reader(), &policy::scope(&call.actor), id).await?;
    detail(app.reader(), call, found).await
}

/// One activity by its human number, for the portal's addresses.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show_by_no(app: &App, call: &Call, no: &str) -> Result<ActivityDetail> {
    call.actor.may_ever(ActivityAct::Read.who())?;
    let found = store::by_no(app.reader(), &policy::scope(&call.actor), no).await?;
    detail(app.reader(), call, found).await
}

/// An activity that waits for the caller.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The activity.
    pub line: ActivityLine,
    /// Since when it waits: since it was sent on, sent back, or logged.
    pub since: NaiveDate,
    /// Whether the other side sent it back.
    pub returned: bool,
}

/// Activities that wait for the caller: to confirm, or to record.
///
/// # Errors
/// The engine's error.
pub async fn waiting(app: &App, call: &Call) -> Result<Vec<Waiting>> {
    let sides: Vec<OrganisationId> = call
        .actor
        .holding(&[crate::kernel::actor::RoleCode::BranchAdmin])
        .filter(|held| !held.read_only)
        .map(|held| held.organisation)
        .collect();
    Ok(store::waiting(app.reader(), &sides)
        .await?
        .into_iter()
        .map(|one| {
            let at = match one.status {
                ActivityStatus::AwaitingConfirmation => one.submitted_at.unwrap_or(one.updated_at),
                _ => one.updated_at,
            };
            Waiting { since: day_of(at), returned: one.return_reason.is_some(), line: line(one) }
        })
        .collect())
}

/// Number of confirmed activities.
///
/// # Errors
/// The engine's error.
pub async fn confirmed_count(app: &App) -> Result<u64> {
    store::confirmed_count(app.reader()).await
}

/// Whether the actor may see the activity a photo file belongs to; none when no activity uses the file.
///
/// # Errors
/// The engine's error.
pub async fn may_see_photo(conn: &impl ConnectionTrait, actor: &Actor, file: FileId) -> Result<bool> {
    let Some(id) = store::of_photo(conn, file).await? else { return Ok(false) };
    match store::find(conn, &policy::scope(actor), id).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn line(found: store::LineRow) -> ActivityLine {
    let attended = attended(&found);
    let organiser = OrganisationRef { id: found.organiser_id, code: found.organiser_code, name: found.organiser_name };
    let counterpart =
        OrganisationRef { id: found.counterpart_id, code: found.counterpart_code, name: found.counterpart_name };
    let (side_a, side_b) =
        if found.organiser_side == "a" { (organiser, counterpart) } else { (counterpart, organiser) };
    ActivityLine {
        id: found.id,
        no: found.no,
        kind: found.kind,
        title: found.title,
        status: found.status,
        held_on: found.held_on,
        starts_at: found.starts_at.map(|at| at.with_timezone(&shanghai())),
        place: found.place,
        online: found.online,
        programme_id: found.programme_id,
        side_a,
        side_b,
        organiser_side: found.organiser_side,
        attended,
        photos: u64::try_from(found.photos).unwrap_or(0),
        provenance: found.provenance,
    }
}

/// All who attended: the sum where it is known, else both sides and guests together.
fn attended(record: &store::LineRow) -> Option<i32> {
    record.attended_total.or_else(|| {
        let sides = record.attended_a.unwrap_or(0) + record.attended_b.unwrap_or(0) + record.guests.unwrap_or(0);
        (record.attended_a.is_some() || record.attended_b.is_some()).then_some(sides)
    })
}

pub(super) async fn detail(conn: &impl ConnectionTrait, call: &Call, found: row::Model) -> Result<ActivityDetail> {
    let line = store::lines_by_ids(conn, &[found.id]).await?.into_iter().next();
    let line = line.map(self::line).ok_or(Error::NotFound("activity"))?;
    let record = store::records(conn, &[found.id]).await?.remove(&found.id);
    let photos = store::photos(conn, found.id).await?;
    let pairings = store::pairings(conn, found.id).await?;
    let sides = organisations::names_in(conn, vec![found.organiser_id, found.counterpart_id]).await?;
    let scope = policy::scope(&call.actor);
    let insider = scope.all
        || sides.values().any(|side| {
            scope.cities.contains(&side.city) || scope.paths.iter().any(|path| side.path.starts_with(path))
        });
    let history = if insider { history::of(conn, "activity", found.id.0).await? } else { Vec::new() };
    let acts = model::acts(
        found.status,
        policy::acts_for(&call.actor, found.organiser_id),
        policy::acts_for(&call.actor, found.counterpart_id),
    );
    Ok(ActivityDetail {
        line,
        pairings: pairings.into_iter().map(|one| PairingRef { id: one.id, code: one.code, name: one.name }).collect(),
        ends_at: found.ends_at.map(|at| at.with_timezone(&shanghai())),
        record: record.map(record_body).unwrap_or_default(),
        photo_list: photos
            .into_iter()
            .map(|one| PhotoBody {
                id: one.id,
                url: format!("/api/v1/files/{}/content", one.file_id),
                thumb_url: format!("/api/v1/files/{}/content", one.thumb_file_id),
                alt: one.alt,
                caption: one.caption,
                width: one.width,
                height: one.height,
            })
            .collect(),
        submitted_at: found.submitted_at.map(|at| at.with_timezone(&shanghai())),
        confirmed_at: found.confirmed_at.map(|at| at.with_timezone(&shanghai())),
        return_reason: found.return_reason.filter(|_| insider),
        imported: found.imported,
        provenance_note: found.provenance_note,
        history,
        allowed_actions: acts.into_iter().map(ToOwned::to_owned).collect(),
        version: found.version,
    })
}

fn record_body(record: record::Model) -> RecordBody {
    RecordBody {
        attended_a: record.attended_a,
        attended_b: record.attended_b,
        guests: record.guests,
        attended_total: record.attended_total,
        served_people: record.served_people,
        volunteers: record.volunteers,
        volunteer_minutes: record.volunteer_minutes,
        summary: record.summary,
        decisions: record.decisions,
    }
}

/// Titles and texts of activities the caller may know of, for showing hits.
///
/// # Errors
/// The engine's error.
pub async fn hit_texts(app: &App, call: &Call, ids: &[uuid::Uuid]) -> Result<HashMap<uuid::Uuid, HitText>> {
    call.actor.may_ever(ActivityAct::Read.who())?;
    let ids: Vec<ActivityId> = ids.iter().map(|id| ActivityId(*id)).collect();
    let rows = store::among(app.reader(), &policy::scope(&call.actor), &ids).await?;
    let sides = rows.iter().flat_map(|one| [one.organiser_id, one.counterpart_id]).collect();
    let names = organisations::names_in(app.reader(), sides).await?;
    let mut records = store::records(app.reader(), &ids).await?;
    let name = |id: &OrganisationId| names.get(id).map(|name| name.display.clone()).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|one| {
            let record = records.remove(&one.id);
            let said = record.map(|record| [record.summary, record.decisions]).into_iter().flatten();
            let sides = format!("{} {}", name(&one.organiser_id), name(&one.counterpart_id));
            let text = [one.place].into_iter().chain(said).flatten().chain([sides]).collect::<Vec<_>>().join("  ");
            (one.id.0, HitText { title: one.title, text, url: format!("/activities/{}", one.no) })
        })
        .collect())
}

/// What search keeps of an activity; none when it is gone.
///
/// # Errors
/// The engine's error.
pub async fn index_doc(conn: &impl ConnectionTrait, id: ActivityId) -> Result<Option<IndexDoc>> {
    use chrono::Datelike as _;
    let everything = policy::Scope { all: true, ..policy::Scope::default() };
    let found = match store::find(conn, &everything, id).await {
        Ok(found) => found,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let record = store::records(conn, &[id]).await?.remove(&id);
    let sides = organisations::names_in(conn, vec![found.organiser_id, found.counterpart_id]).await?;
    let mut body: Vec<String> = vec![found.no.clone()];
    body.extend(found.place.clone());
    body.extend(sides.values().map(|side| side.full.clone()));
    if let Some(record) = record {
        body.extend(record.summary);
        body.extend(record.decisions);
    }
    let vis = if policy::PUBLIC.contains(&found.status) {
        vec!["public".to_owned()]
    } else {
        sides.values().flat_map(crate::search::ops::insider_terms).collect()
    };
    Ok(Some(IndexDoc {
        kind: Kind::Activity,
        id: id.0,
        title: found.title,
        body: body.join("\n"),
        names: Vec::new(),
        tags: Vec::new(),
        areas: Vec::new(),
        doc_kind: Some(found.kind.word().to_owned()),
        org_path: sides.get(&found.organiser_id).map(|side| side.path.clone()),
        cities: sides.values().map(|side| side.city.to_string()).collect(),
        year: Some(found.held_on.year()),
        vis,
        sort_key: u64::try_from(found.created_at.timestamp_micros()).unwrap_or(0),
    }))
}

/// Identifiers of all activities, for rebuilding the index.
///
/// # Errors
/// The engine's error.
pub async fn every_id(conn: &impl ConnectionTrait) -> Result<Vec<uuid::Uuid>> {
    Ok(store::every_id(conn).await?.into_iter().map(|id| id.0).collect())
}
