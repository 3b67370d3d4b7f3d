//! Doing what a check promised, in one transaction.

mod documents;
mod people;
mod training;

use std::cell::Cell;
use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::ids::{CityId, ImportId, ImportRowId, ProgrammeId};
use twinning_entity::import::{self as row, ImportKind};
use twinning_entity::import_row::{self as line, RowAction};
use twinning_entity::organisation::{Model as Organisation, OrgLevel};
use twinning_entity::provenance::Provenance;
use uuid::Uuid;

use super::{OnRow, Plan, rows};
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::transfer::kinds::activities::Held;
use crate::transfer::kinds::organisations::{self, Organised};
use crate::transfer::kinds::pairings::Paired;
use crate::transfer::model::ImportRule;
use crate::transfer::{policy, store};
use crate::{activity, city, organisation, pairing, programme};

/// What the rows of one import are brought in with.
struct Work<'a> {
    app: &'a App,
    call: &'a Call,
    import: ImportId,
    on_row: Option<OnRow>,
    rows: u64,
    done: Cell<u64>,
}

/// Does every accepted row that is not there already; notes in the plan what was made beside the rows.
pub(super) async fn all(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: &row::Model,
    plan: &mut Plan,
) -> Result<()> {
    let lines = rows::opened(app, import.kind, store::accepted(tx, import.id).await?)?;
    let wanted: Vec<line::Model> = lines.into_iter().filter(|one| one.action != Some(RowAction::Same)).collect();
    let count = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
    let on_row = app.import_aid(import.id).on_row;
    let work = Work { app, call, import: import.id, on_row, rows: count, done: Cell::new(0) };
    match import.kind {
        ImportKind::Organisations => work.organisations(tx, wanted).await,
        ImportKind::Pairings => work.pairings(tx, plan, wanted).await,
        ImportKind::Activities => work.activities(tx, wanted).await,
        ImportKind::Enrolments => training::enrolments(&work, tx, plan, wanted).await,
        ImportKind::Lessons => training::lessons(&work, tx, plan, wanted).await,
        ImportKind::People => people::people(&work, tx, wanted).await,
        ImportKind::Documents => documents::all(&work, tx, plan, wanted).await,
        _ => Err(ImportRule::KindUnsupported.into()),
    }
}

fn value<T: serde::de::DeserializeOwned>(one: &line::Model) -> Result<T> {
    let value = one.value.clone().ok_or_else(|| Error::broken("an accepted row has no value"))?;
    Ok(serde_json::from_value(value)?)
}

impl Work<'_> {
    /// Notes what a row made, and tells who waits for it.
    async fn made(&self, tx: &impl ConnectionTrait, row: ImportRowId, kind: &str, object: Uuid) -> Result<()> {
        store::note_object(tx, row, kind, object).await?;
        self.done.set(self.done.get() + 1);
        if let Some(tell) = &self.on_row {
            tell(self.done.get(), self.rows);
        }
        Ok(())
    }

    /// Superiors first: rows wait until theirs is there.
    async fn organisations(&self, tx: &impl ConnectionTrait, lines: Vec<line::Model>) -> Result<()> {
        let mut known: HashMap<String, Organisation> =
            organisation::ops::directory(tx).await?.into_iter().map(|one| (one.code.clone(), one)).collect();
        let mut waiting: Vec<(line::Model, Organised)> = Vec::with_capacity(lines.len());
        for one in lines {
            let read = value(&one)?;
            waiting.push((one, read));
        }
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for (one, read) in waiting {
                let parent = match read.parent_code.as_ref().map(|code| known.get(code)) {
                    Some(None) => {
                        later.push((one, read));
                        continue;
                    }
                    Some(Some(parent)) => Some(parent.clone()),
                    None => None,
                };
                self.check_city(parent.as_ref(), known.get(&read.code))?;
                let made = self.organisation(tx, &one, &known, &read, parent.as_ref()).await?;
                self.made(tx, one.id, "organisation", made.id.0).await?;
                known.insert(made.code.clone(), made);
            }
            waiting = later;
            if waiting.len() == before {
                // A superior that the check saw is gone.
                return Err(ImportRule::Outdated.into());
            }
        }
        Ok(())
    }

    /// Staff bring in and change organisations of their own city alone, on both sides of the row: its superior and the
    /// organisation that is there already (`reliability.md` Z-07). A new city is brought in by the command.
    fn check_city(&self, parent: Option<&Organisation>, found: Option<&Organisation>) -> Result<()> {
        if self.call.actor.is_system() {
            return Ok(());
        }
        let own = |one: &Organisation| self.call.actor.is_city_staff_of(one.city_id);
        // A root that is there already has no superior; then its own city decides.
        let above = parent.or(found).is_some_and(own);
        if above && found.is_none_or(own) { Ok(()) } else { Err(Error::Denied) }
    }

    async fn organisation(
        &self,
        tx: &impl ConnectionTrait,
        one: &line::Model,
        known: &HashMap<String, Organisation>,
        read: &Organised,
        parent: Option<&Organisation>,
    ) -> Result<Organisation> {
        let (app, call) = (self.app, self.call);
        let entry = organisations::entry(read);
        if let Some(found) = known.get(&read.code) {
            let before = organisation::ops::Before::of(found);
            store::note_before(tx, one.id, serde_json::to_value(before)?).await?;
            return organisation::ops::bring_up(tx, app, call, found.clone(), &entry).await;
        }
        let city = match parent {
            Some(parent) => parent.city_id,
            None => city::ops::ensure_in(tx, app, &read.city, &read.code, read.division_code.as_deref()).await?,
        };
        // Codes below the level of a county are those of streets and villages, whose lists are not kept here.
        if let Some(code) = read.division_code.as_ref().filter(|code| code.len() == 6) {
            let (level, name) = match code.ends_with("00") {
                true => (OrgLevel::Prefectural, &read.city),
                false => (OrgLevel::County, &read.name_short),
            };
            city::ops::ensure_division_in(tx, app, code, name, level).await?;
        }
        organisation::ops::bring_in(tx, app, call, &entry, city, parent, self.import).await
    }

    async fn pairings(&self, tx: &impl ConnectionTrait, plan: &mut Plan, lines: Vec<line::Model>) -> Result<()> {
        let mut taken: HashMap<ProgrammeId, i32> = HashMap::new();
        for one in pairing::ops::every(tx).await? {
            let last = taken.entry(one.programme).or_default();
            *last = (*last).max(one.seq);
        }
        let mut rows: Vec<(line::Model, Paired)> = Vec::with_capacity(lines.len());
        for one in lines {
            let read = value(&one)?;
            rows.push((one, read));
        }
        // Rows with a place take it first; the others follow behind.
        rows.sort_by_key(|(_, read)| read.seq.is_none());
        for (one, read) in rows {
            if !policy::may_pair(&self.call.actor, read.cities) {
                return Err(Error::Denied);
            }
            let programme = match read.programme {
                Some(programme) => programme,
                None => self.programme(tx, plan, read.cities).await?,
            };
            let programme = programme::ops::find(tx, programme).await?;
            let last = taken.entry(programme.id).or_default();
            let seq = read.seq.unwrap_or(*last + 1);
            *last = (*last).max(seq);
            let entry = pairing::ops::Entry {
                programme: programme.id,
                programme_code: programme.code,
                seq,
                name: read.name,
                side_a: read.side_a,
                side_b: read.side_b,
                status: read.status,
                areas: read.areas,
                goals: read.goals,
                agreement_no: read.agreement_no,
                signed_on: read.signed_on,
                term: (read.term_start, read.term_end),
                liaisons: (read.liaison_a, read.liaison_b),
                unveiled: read.unveiled_on.map(|day| (day, read.unveiled_part, read.place)),
                provenance: read.provenance,
                provenance_note: read.basis,
                inferred: read.inferred,
            };
            let id = pairing::ops::bring_in(tx, self.app, self.call, entry, self.import).await?;
            self.made(tx, one.id, "pairing", id.0).await?;
        }
        Ok(())
    }

    /// The programme of two cities that had none, made once.
    async fn programme(
        &self,
        tx: &impl ConnectionTrait,
        plan: &mut Plan,
        (city_a, city_b): (CityId, CityId),
    ) -> Result<ProgrammeId> {
        let joins = |one: &programme::wire::ProgrammeBody| {
            [(city_a, city_b), (city_b, city_a)].contains(&(one.city_a_id, one.city_b_id))
        };
        if let Some(known) = programme::ops::every(tx).await?.into_iter().find(joins) {
            return Ok(known.id);
        }
        let cities = city::ops::names(tx).await?;
        let (Some(a), Some(b)) = (cities.get(&city_a), cities.get(&city_b)) else {
            return Err(ImportRule::Outdated.into());
        };
        let new = programme::ops::NewProgramme {
            code: format!("{}-{}", a.code, b.code),
            name: format!("{}与{}党建结对共建", a.name, b.name),
            city_a,
            city_b,
            areas: Vec::new(),
            principles: Vec::new(),
            aims: Vec::new(),
            starts_on: None,
            provenance: Provenance::Entered,
            provenance_note: None,
        };
        let made = programme::ops::create_in(tx, self.app, self.call, new).await?;
        plan.programmes.push(made);
        Ok(made)
    }

    async fn activities(&self, tx: &impl ConnectionTrait, lines: Vec<line::Model>) -> Result<()> {
        let pairings: HashMap<_, _> = pairing::ops::every(tx).await?.into_iter().map(|one| (one.id, one)).collect();
        let sides = pairings.values().flat_map(|one| [one.side_a, one.side_b]).collect();
        let names = organisation::ops::names_in(tx, sides).await?;
        let mut numbering = activity::ops::Numbering::default();
        for part in lines.chunks(BATCH) {
            let mut entries = Vec::with_capacity(part.len());
            for one in part {
                let read: Held = value(one)?;
                let pairing = pairings.get(&read.pairing).ok_or(ImportRule::Outdated)?;
                let city = |side| names.get(&side).map(|name| name.city).ok_or(Error::NotFound("organisation"));
                if !policy::may_pair(&self.call.actor, (city(pairing.side_a)?, city(pairing.side_b)?)) {
                    return Err(Error::Denied);
                }
                entries.push(entry(read, pairing.clone()));
            }
            let made = activity::ops::bring_in(tx, self.app, self.call, entries, self.import, &mut numbering).await?;
            for (one, id) in part.iter().zip(made) {
                self.made(tx, one.id, "activity", id.0).await?;
            }
        }
        Ok(())
    }
}

/// Rows that are written together.
const BATCH: usize = 200;

/// A row of a file of activities as the feature takes it.
fn entry(read: Held, pairing: pairing::ops::PairingSides) -> activity::ops::Entry {
    activity::ops::Entry {
        source_code: read.code,
        pairing,
        by_side_a: read.by_side_a,
        kind: read.kind,
        title: read.title,
        held_on: read.held_on,
        place: read.place,
        online: read.online,
        attended: read.attended,
        attended_of: read.attended_of,
        summary: read.summary,
        status: read.status,
        provenance: read.provenance,
        provenance_note: read.note,
    }
}

/// What an import says when the data it was checked against have moved: a unique rule refuses, or something is gone.
pub(super) fn outdated(error: Error) -> Error {
    match &error {
        Error::Refused(rule) if ["object.duplicate", "organisation.code_taken"].contains(&rule.code()) => {
            ImportRule::Outdated.into()
        }
        Error::NotFound(_) => ImportRule::Outdated.into(),
        _ => error,
    }
}

/// Detail of an import for the audit log.
pub(super) fn told(import: &row::Model) -> serde_json::Value {
    json!({ "kind": import.kind, "counts": import.counts })
}
