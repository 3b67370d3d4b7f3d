//! What can be done with pairings.

mod imports;

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use twinning_entity::activity::ActivityStatus;
use twinning_entity::ids::{OrganisationId, PairingId, ProgrammeId};
use twinning_entity::pairing::{self as row, PairingStatus};

pub use imports::{Entry, bring_in, has_live, pair_key, succeed, take_back};

use super::policy::{self, PairingAct};
use super::store::{self, Counted};
use super::wire::{MilestoneBody, PairingDetail, PairingFilter, PairingLine, SideBody};
use crate::app::App;
use crate::city;
use crate::city::wire::CityBody;
use crate::history;
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
