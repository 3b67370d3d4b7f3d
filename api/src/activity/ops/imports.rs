//! Bringing in activities from before the portal.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use twinning_entity::activity::{self as row, ActivityKind, ActivityStatus};
use twinning_entity::activity_record as record;
use twinning_entity::ids::{ActivityId, ImportId, PairingId};
use twinning_entity::provenance::Provenance;

use crate::activity::store;
use crate::app::App;
use crate::history;
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::pairing::ops::PairingSides;
use crate::search;
use crate::search::engine::Kind;

/// What an import says of one activity.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Code in the file it came from.
    pub source_code: String,
    /// Pairing it served.
    pub pairing: PairingSides,
    /// Whether side A organised it.
    pub by_side_a: bool,
    /// Kind.
    pub kind: ActivityKind,
    /// Title.
    pub title: String,
    /// Day it was held.
    pub held_on: NaiveDate,
    /// Place.
    pub place: Option<String>,
    /// Whether it was held online.
    pub online: bool,
    /// Everybody who attended.
    pub attended: Option<i32>,
    /// Who attended of side A and of side B.
    pub attended_of: (Option<i32>, Option<i32>),
    /// What was done.
    pub summary: Option<String>,
    /// State it stands in.
    pub status: ActivityStatus,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// Note on it.
    pub provenance_note: Option<String>,
}

/// An activity that is there, for matching an import.
#[derive(Clone, Debug, sea_orm::FromQueryResult)]
pub struct HeldBefore {
    /// Pairing it served.
    pub pairing: PairingId,
    /// Code in the file it came from.
    pub source_code: Option<String>,
    /// Day.
    pub held_on: NaiveDate,
    /// Title.
    pub title: String,
    /// Place.
    pub place: Option<String>,
    /// Everybody who attended.
    pub attended: Option<i32>,
}

/// Every activity, once for each pairing it served.
///
/// # Errors
/// The engine's error.
pub async fn held_before(conn: &impl ConnectionTrait) -> Result<Vec<HeldBefore>> {
    store::held_before(conn).await
}

/// Numbers of activities that an import gives, year by year, counted on from those that are there.
#[derive(Debug, Default)]
pub struct Numbering(HashMap<i32, u32>);

impl Numbering {
    async fn next(&mut self, tx: &impl ConnectionTrait, year: i32) -> Result<String> {
        let last = match self.0.get(&year) {
            Some(last) => *last,
            None => store::last_no(tx, year).await?,
        };
        self.0.insert(year, last + 1);
        Ok(store::no_of(year, last + 1))
    }
}

/// Brings in activities, in a write that is under way and in a few statements for all of them; gives their identifiers
/// in the same order. They never count as confirmed by the other side (I06).
///
/// # Errors
/// The engine's error.
pub async fn bring_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    entries: Vec<Entry>,
    import: ImportId,
    numbering: &mut Numbering,
) -> Result<Vec<ActivityId>> {
    let mut ids = Vec::with_capacity(entries.len());
    let (mut activities, mut records, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        let id: ActivityId = app.new_id();
        let no = numbering.next(tx, chrono::Datelike::year(&entry.held_on)).await?;
        let pairing = entry.pairing.id;
        let (activity, record) = models(app, id, no, entry, import);
        steps.push((id.0, activity.status.word(), activity.organiser_id));
        activities.push((activity, pairing));
        records.push(record);
        ids.push(id);
    }
    store::add_all(tx, activities).await?;
    store::add_records(tx, records).await?;
    history::record_all(tx, app, call, "activity", "import", &steps).await?;
    let objects: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    search::note_all(tx, app, call, Kind::Activity, &objects).await?;
    Ok(ids)
}

fn models(app: &App, id: ActivityId, no: String, entry: Entry, import: ImportId) -> (row::Model, record::Model) {
    let now = app.now();
    let (organiser, counterpart) = if entry.by_side_a {
        (entry.pairing.side_a, entry.pairing.side_b)
    } else {
        (entry.pairing.side_b, entry.pairing.side_a)
    };
    let activity = row::Model {
        id,
        no,
        programme_id: entry.pairing.programme,
        kind: entry.kind,
        title: entry.title,
        status: entry.status,
        held_on: entry.held_on,
        starts_at: None,
        ends_at: None,
        place: entry.place,
        online: entry.online,
        organiser_id: organiser,
        counterpart_id: counterpart,
        organiser_side: if entry.by_side_a { "a" } else { "b" }.to_owned(),
        source_code: Some(entry.source_code),
        imported: true,
        import_id: Some(import.0),
        provenance: entry.provenance,
        provenance_note: entry.provenance_note,
        created_by: None,
        submitted_at: None,
        confirmed_at: None,
        confirmed_by: None,
        return_reason: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let record = record::Model {
        activity_id: id,
        attended_total: entry.attended,
        attended_a: entry.attended_of.0,
        attended_b: entry.attended_of.1,
        expected_a: None,
        expected_b: None,
        guests: None,
        served_people: None,
        volunteers: None,
        volunteer_minutes: None,
        host_name: None,
        recorder_name: None,
        summary: entry.summary,
        decisions: None,
        photo_consent: false,
        updated_at: now,
    };
    (activity, record)
}

/// Takes back an activity that an undone import brought, unless it was changed since; says whether it did. The engine
/// refuses while anything stands on it.
///
/// # Errors
/// The engine's error.
pub async fn take_back(tx: &impl ConnectionTrait, app: &App, call: &Call, id: ActivityId) -> Result<bool> {
    history::forget(tx, "activity", id.0).await?;
    search::note(tx, app, call, Kind::Activity, id.0).await?;
    store::remove(tx, id).await
}
