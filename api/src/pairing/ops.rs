//! What can be done with pairings.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::activity::ActivityStatus;
use twinning_entity::ids::{ImportId, MilestoneId, OrganisationId, PairingId, ProgrammeId};
use twinning_entity::pairing::{self as row, PairingStatus};
use twinning_entity::pairing_milestone::{self as milestone, DayPart, MilestoneKind};
use twinning_entity::provenance::Provenance;

use super::policy::{self, PairingAct};
use super::store::{self, Counted};
use super::wire::{MilestoneBody, PairingDetail, PairingFilter, PairingLine, SideBody};
use crate::app::App;
use crate::city;
use crate::city::wire::CityBody;
use crate::history::{self, Step};
use crate::kernel::actor::{Actor, RoleCode};
use crate::kernel::call::Call;
use crate::kernel::error::{Result, Rule};
use crate::kernel::page::{Page, PageRequest};
use crate::organisation::ops::{self as organisations, OrgName};
use crate::organisation::wire::OrganisationRef;
use crate::programme::ops::{self as programmes, strings};

/// Refusals of work on pairings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairingRule {
    /// The two organisations have a live pairing already (P2).
    AlreadyPaired,
}

impl Rule for PairingRule {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyPaired => "pairing.already_paired",
        }
    }
}

/// Pairings the caller may know of, in official order.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(app: &App, call: &Call, filter: &PairingFilter, at: PageRequest) -> Result<Page<PairingLine>> {
    call.actor.may_ever(PairingAct::Read.who())?;
    let below = match filter.organisation_id {
        Some(id) if filter.subtree == Some(true) => Some(organisations::name_of(app.reader(), id).await?.path),
        _ => None,
    };
    let (rows, total) = store::page(app.reader(), &policy::scope(&call.actor), filter, below.as_deref(), &at).await?;
    let page = Page::cut(rows, &at, total, |one| one.code.clone());
    let lines = lines(app, call, &page.items).await?;
    Ok(Page { items: lines, next_cursor: page.next_cursor, total: page.total })
}

/// A pairing by name, for a filter.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PairingName {
    /// Identifier.
    pub id: PairingId,
    /// Human code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// Pairings the caller may know of, in official order, as a filter offers them; at most `most`.
///
/// # Errors
/// The engine's error.
pub async fn choices(app: &App, call: &Call, most: u64) -> Result<Vec<PairingName>> {
    call.actor.may_ever(PairingAct::Read.who())?;
    let found = store::choices(app.reader(), &policy::scope(&call.actor), most).await?;
    Ok(found.into_iter().map(|(id, code, name)| PairingName { id, code, name }).collect())
}

/// One pairing.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: PairingId) -> Result<PairingDetail> {
    call.actor.may_ever(PairingAct::Read.who())?;
    let found = store::find(app.reader(), &policy::scope(&call.actor), id).await?;
    detail(app, call, found).await
}

/// One pairing by its human code, for the portal's addresses.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn show_by_code(app: &App, call: &Call, code: &str) -> Result<PairingDetail> {
    call.actor.may_ever(PairingAct::Read.who())?;
    let found = store::by_code(app.reader(), &policy::scope(&call.actor), code).await?;
    detail(app, call, found).await
}

/// Pairings the caller can log an activity for: live, with a side the caller writes for.
///
/// # Errors
/// The engine's error.
pub async fn of_caller(app: &App, call: &Call) -> Result<Vec<PairingLine>> {
    let paths: Vec<String> = call
        .actor
        .holding(&[RoleCode::BranchAdmin])
        .filter(|held| !held.read_only)
        .map(|held| held.path.clone())
        .collect();
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let found = store::of_organisations(app.reader(), &paths).await?;
    let mine: Vec<row::Model> =
        found.into_iter().filter(|one| store::sides(one).iter().any(|side| acts_for(&call.actor, *side))).collect();
    lines(app, call, &mine).await
}

/// Whether the actor writes for exactly this organisation.
#[must_use]
pub fn acts_for(actor: &Actor, side: OrganisationId) -> bool {
    actor.holding(&[RoleCode::BranchAdmin]).any(|held| held.organisation == side && !held.read_only)
}

/// Programmes whose shared documents the actor may read: those of its own place in the tree and of its city's staff.
///
/// # Errors
/// The engine's error.
pub async fn programmes_of(app: &App, actor: &Actor) -> Result<Vec<ProgrammeId>> {
    let mut paths = Vec::new();
    let mut cities = Vec::new();
    for held in actor.appointments() {
        match held.role {
            RoleCode::OrgDeptCity => cities.push(held.city),
            RoleCode::SysAdmin | RoleCode::SecAdmin | RoleCode::AuditAdmin => {}
            _ => paths.push(held.path.clone()),
        }
    }
    if paths.is_empty() && cities.is_empty() {
        return Ok(Vec::new());
    }
    store::programmes_of(app.reader(), &paths, &cities, app.today()).await
}

/// Pairings by id as lines, for other features; visibility was asked already.
///
/// # Errors
/// The engine's error.
pub async fn by_ids(app: &App, call: &Call, ids: &[PairingId]) -> Result<HashMap<PairingId, PairingLine>> {
    let rows = store::by_ids(app.reader(), ids).await?;
    Ok(lines(app, call, &rows).await?.into_iter().map(|one| (one.id, one)).collect())
}

/// A pairing as imports and activities need it.
#[derive(Clone, Debug)]
pub struct PairingSides {
    /// Identifier.
    pub id: PairingId,
    /// Human code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Programme.
    pub programme: ProgrammeId,
    /// Place in the programme.
    pub seq: i32,
    /// Side A.
    pub side_a: OrganisationId,
    /// Side B.
    pub side_b: OrganisationId,
    /// State.
    pub status: PairingStatus,
    /// First day of the term.
    pub term_start: Option<NaiveDate>,
    /// Last day of the term.
    pub term_end: Option<NaiveDate>,
}

impl From<row::Model> for PairingSides {
    fn from(found: row::Model) -> Self {
        Self {
            id: found.id,
            code: found.code,
            name: found.name,
            programme: found.programme_id,
            seq: found.seq,
            side_a: found.side_a_id,
            side_b: found.side_b_id,
            status: found.status,
            term_start: found.term_start,
            term_end: found.term_end,
        }
    }
}

/// Every pairing with its sides, for matching an import.
///
/// # Errors
/// The engine's error.
pub async fn every(conn: &impl ConnectionTrait) -> Result<Vec<PairingSides>> {
    Ok(store::all(conn).await?.into_iter().map(PairingSides::from).collect())
}

/// One pairing the caller may know of, with its sides.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn sides(conn: &impl ConnectionTrait, actor: &Actor, id: PairingId) -> Result<PairingSides> {
    store::find(conn, &policy::scope(actor), id).await.map(PairingSides::from)
}

async fn lines(app: &App, call: &Call, rows: &[row::Model]) -> Result<Vec<PairingLine>> {
    let ids: Vec<PairingId> = rows.iter().map(|one| one.id).collect();
    let organisations = organisations::names(app, rows.iter().flat_map(store::sides).collect()).await?;
    let cities = city::ops::names(app.reader()).await?;
    let unveiled = store::unveilings(app.reader(), &ids).await?;
    let counts = store::activity_counts(app.reader(), &ids).await?;
    Ok(rows.iter().map(|one| line(call, one, &organisations, &cities, &unveiled, &counts)).collect())
}

fn line(
    call: &Call,
    found: &row::Model,
    organisations: &HashMap<OrganisationId, OrgName>,
    cities: &HashMap<twinning_entity::ids::CityId, CityBody>,
    unveiled: &HashMap<PairingId, NaiveDate>,
    counts: &[Counted],
) -> PairingLine {
    let count = |wanted: &[ActivityStatus]| {
        let sum: i64 = counts
            .iter()
            .filter(|one| one.pairing_id == found.id && wanted.contains(&one.status))
            .map(|one| one.number)
            .sum();
        u64::try_from(sum).unwrap_or(0)
    };
    let side_a = side(found.side_a_id, organisations, cities);
    let side_b = side(found.side_b_id, organisations, cities);
    let insider = is_insider(&call.actor, found, organisations);
    PairingLine {
        id: found.id,
        code: found.code.clone(),
        seq: found.seq,
        name: found.name.clone(),
        programme_id: found.programme_id,
        side_a,
        side_b,
        status: found.status,
        unveiled_on: unveiled.get(&found.id).copied(),
        activities_confirmed: count(&[ActivityStatus::Confirmed, ActivityStatus::Archived]),
        activities_waiting: insider.then(|| count(&[ActivityStatus::AwaitingConfirmation])),
        provenance: found.provenance,
    }
}

fn side(
    id: OrganisationId,
    organisations: &HashMap<OrganisationId, OrgName>,
    cities: &HashMap<twinning_entity::ids::CityId, CityBody>,
) -> SideBody {
    match organisations.get(&id) {
        Some(name) => SideBody {
            organisation: OrganisationRef::from(name),
            name_full: name.full.clone(),
            city_id: name.city,
            city_name: cities.get(&name.city).map(|city| city.name.clone()).unwrap_or_default(),
        },
        // A foreign key keeps this from happening; a page with a gap is better than none.
        None => SideBody {
            organisation: OrganisationRef { id, code: String::new(), name: String::new() },
            name_full: String::new(),
            city_id: twinning_entity::ids::CityId(uuid::Uuid::nil()),
            city_name: String::new(),
        },
    }
}

/// Whether the actor sees more than the public: staff of either city, and editors of either side's tree.
fn is_insider(actor: &Actor, found: &row::Model, organisations: &HashMap<OrganisationId, OrgName>) -> bool {
    let scope = policy::scope(actor);
    scope.all
        || store::sides(found)
            .iter()
            .filter_map(|side| organisations.get(side))
            .any(|side| scope.cities.contains(&side.city) || scope.paths.iter().any(|path| side.path.starts_with(path)))
}

async fn detail(app: &App, call: &Call, found: row::Model) -> Result<PairingDetail> {
    let organisations = organisations::names(app, store::sides(&found).to_vec()).await?;
    let line = lines(app, call, std::slice::from_ref(&found)).await?;
    let line = line.into_iter().next().ok_or(crate::Error::NotFound("pairing"))?;
    let milestones = store::milestones(app.reader(), found.id).await?;
    let programme = programmes::find(app.reader(), found.programme_id).await?;
    let insider = is_insider(&call.actor, &found, &organisations);
    let history = if insider { history::of(app.reader(), "pairing", found.id.0).await? } else { Vec::new() };
    let side_a = acts_for(&call.actor, found.side_a_id);
    let side_b = acts_for(&call.actor, found.side_b_id);
    let may_log = (side_a || side_b) && found.status == PairingStatus::Active;
    Ok(PairingDetail {
        line,
        programme_name: programme.name,
        areas: strings(&found.areas),
        goals: found.goals,
        agreement_no: found.agreement_no,
        term_start: found.term_start,
        term_end: found.term_end,
        signed_on: found.signed_on,
        liaison_a: found.liaison_a.filter(|_| insider),
        liaison_b: found.liaison_b.filter(|_| insider),
        milestones: milestones
            .into_iter()
            .map(|one| MilestoneBody {
                id: one.id,
                kind: one.kind,
                on_date: one.on_date,
                day_part: one.day_part,
                place: one.place,
                note: one.note,
                provenance: one.provenance,
            })
            .collect(),
        imported: found.imported,
        provenance_note: found.provenance_note,
        inferred: strings(&found.inferred),
        history,
        allowed_actions: if may_log { vec!["log".to_owned()] } else { Vec::new() },
        caller_side: if side_a { Some("a".to_owned()) } else { side_b.then(|| "b".to_owned()) },
        version: found.version,
    })
}

/// What an import says of one pairing.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Programme.
    pub programme: ProgrammeId,
    /// Code of the programme, the beginning of the pairing's own.
    pub programme_code: String,
    /// Place in the programme.
    pub seq: i32,
    /// Name.
    pub name: String,
    /// Side A.
    pub side_a: OrganisationId,
    /// Side B.
    pub side_b: OrganisationId,
    /// State it stands in.
    pub status: PairingStatus,
    /// Cooperation areas.
    pub areas: Vec<String>,
    /// Goals.
    pub goals: Option<String>,
    /// Number of the agreement.
    pub agreement_no: Option<String>,
    /// Day of the signing.
    pub signed_on: Option<NaiveDate>,
    /// First and last day of the term.
    pub term: (Option<NaiveDate>, Option<NaiveDate>),
    /// Contacts of both sides.
    pub liaisons: (Option<String>, Option<String>),
    /// Day, part and place of the unveiling.
    pub unveiled: Option<(NaiveDate, Option<DayPart>, Option<String>)>,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// What it rests on.
    pub provenance_note: Option<String>,
    /// Fields that are inferred.
    pub inferred: Vec<String>,
}

/// Key of two organisations in whichever order (P2).
#[must_use]
pub fn pair_key(one: OrganisationId, other: OrganisationId) -> String {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    format!("{low}:{high}")
}

/// The live pairing of two organisations, if they have one.
///
/// # Errors
/// The engine's error.
pub async fn live(
    conn: &impl ConnectionTrait,
    one: OrganisationId,
    other: OrganisationId,
) -> Result<Option<PairingSides>> {
    Ok(store::live(conn, &pair_key(one, other)).await?.map(PairingSides::from))
}

/// Brings in a pairing from before the portal, in a write that is under way (`domain.md` 3, common rules).
///
/// # Errors
/// [`PairingRule::AlreadyPaired`]; the engine's error.
pub async fn bring_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    entry: Entry,
    import: ImportId,
) -> Result<PairingId> {
    let id: PairingId = app.new_id();
    let now = app.now();
    let Entry { liaisons: (liaison_a, liaison_b), .. } = entry;
    store::add(
        tx,
        row::Model {
            id,
            code: format!("{}-{:02}", entry.programme_code, entry.seq),
            programme_id: entry.programme,
            seq: entry.seq,
            name: entry.name,
            side_a_id: entry.side_a,
            side_b_id: entry.side_b,
            pair_key: pair_key(entry.side_a, entry.side_b),
            status: entry.status,
            areas: json!(entry.areas),
            goals: entry.goals,
            agreement_no: entry.agreement_no,
            term_start: entry.term.0,
            term_end: entry.term.1,
            signed_on: entry.signed_on,
            liaison_a,
            liaison_a_phone: None,
            liaison_b,
            liaison_b_phone: None,
            proposed_by: None,
            predecessor_id: None,
            imported: true,
            import_id: Some(import.0),
            provenance: entry.provenance,
            provenance_note: entry.provenance_note,
            inferred: json!(entry.inferred),
            version: 1,
            created_at: now,
            updated_at: now,
        },
    )
    .await?;
    let signed = entry.signed_on.map(|day| (MilestoneKind::Signed, day, None, None));
    let unveiled = entry.unveiled.map(|(day, part, place)| (MilestoneKind::Unveiled, day, part, place));
    for (kind, on_date, day_part, place) in signed.into_iter().chain(unveiled) {
        store::add_milestone(
            tx,
            milestone::Model {
                id: app.new_id::<MilestoneId>(),
                pairing_id: id,
                kind,
                on_date,
                day_part,
                place,
                note: None,
                provenance: entry.provenance,
                created_at: now,
            },
        )
        .await?;
    }
    let step = Step {
        kind: "pairing",
        id: id.0,
        action: "import",
        from: None,
        to: entry.status.word(),
        organisation: None,
        comment: None,
    };
    history::record(tx, app, call, step).await?;
    Ok(id)
}

/// Whether an organisation is a side of a pairing that goes on.
///
/// # Errors
/// The engine's error.
pub async fn has_live(conn: &impl ConnectionTrait, side: OrganisationId) -> Result<bool> {
    Ok(!store::live_of(conn, side).await?.is_empty())
}

/// Lets an organisation take the place of another that ends, in every pairing that goes on (`domain.md` 3.1 P8); the
/// history keeps who it was before.
///
/// # Errors
/// [`crate::organisation::model::OrganisationRule::SuccessorPaired`] where the two are paired already (P2).
pub async fn succeed(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    ends: OrganisationId,
    follows: OrganisationId,
) -> Result<()> {
    for found in store::live_of(tx, ends).await? {
        let other = if found.side_a_id == ends { found.side_b_id } else { found.side_a_id };
        let key = pair_key(follows, other);
        if store::live(tx, &key).await?.is_some() {
            return Err(crate::organisation::model::OrganisationRule::SuccessorPaired.into());
        }
        let mut next = row::Model { pair_key: key, version: found.version + 1, updated_at: app.now(), ..found };
        if next.side_a_id == ends {
            next.side_a_id = follows;
        } else {
            next.side_b_id = follows;
        }
        store::replace(tx, next.clone()).await?;
        let (from, to) = (ends.to_string(), follows.to_string());
        let step = Step {
            kind: "pairing",
            id: next.id.0,
            action: "succeed",
            from: Some(&from),
            to: &to,
            organisation: None,
            comment: None,
        };
        history::record(tx, app, call, step).await?;
    }
    Ok(())
}

/// Takes back a pairing that an undone import made, unless it was changed since; says whether it did. The engine
/// refuses while anything stands on it.
///
/// # Errors
/// The engine's error.
pub async fn take_back(tx: &impl ConnectionTrait, id: PairingId) -> Result<bool> {
    history::forget(tx, "pairing", id.0).await?;
    store::remove(tx, id).await
}
