//! Rosters and timetables.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use twinning_entity::enrolment::EnrolmentStatus;
use twinning_entity::ids::{ClassId, OrganisationId};
use twinning_entity::import_row as line;
use twinning_entity::provenance::Provenance;

use super::{Work, value};
use crate::kernel::error::{Error, Result};
use crate::training::policy::ClassFacts;
use crate::transfer::kinds::enrolments::Enrolled;
use crate::transfer::kinds::lessons::Slot;
use crate::transfer::model::ImportRule;
use crate::transfer::ops::Plan;
use crate::transfer::policy;
use crate::{organisation, person, training};

pub(super) async fn enrolments(
    work: &Work<'_>,
    tx: &impl ConnectionTrait,
    plan: &mut Plan,
    lines: Vec<line::Model>,
) -> Result<()> {
    let class: ClassId = plan.class_id.ok_or(ImportRule::ClassNeeded)?;
    give_quotas(work, tx, class, plan).await?;
    let mut rows: Vec<(line::Model, Enrolled)> = Vec::with_capacity(lines.len());
    for one in lines {
        let read = value(&one)?;
        rows.push((one, read));
    }
    let members = training::ops::members(tx, class).await?;
    // Another roster may have come in since the check; places are counted again where it counts.
    let quotas = training::ops::places(tx, class).await?;
    let mut taken = training::ops::taken(&members);
    for district in rows.iter().filter_map(|(_, read)| read.district) {
        let used = taken.entry(district).or_default();
        *used += 1;
        if quotas.get(&district).is_some_and(|places| *used > *places) {
            return Err(ImportRule::Outdated.into());
        }
    }
    let (_, facts) = training::ops::facts(tx, class, work.app.today()).await?;
    check_units(work, tx, &facts, &quotas, &rows).await?;
    let last = members.iter().map(|one| one.position).max().unwrap_or(0);
    // A roster from staff or the class's teacher is reviewed already, one from a branch waits (`domain.md` 3.3).
    let reviewed = training::policy::runs(&work.call.actor, &facts);
    for (position, (one, read)) in (last + 1..).zip(rows) {
        let new = person::ops::NewPerson {
            name: read.name,
            phone: Some(read.phone),
            gender: read.gender,
            organisation: read.unit,
            is_synthetic: read.provenance == Provenance::Synthetic,
            provenance: read.provenance,
            import: Some(work.import),
        };
        let (person, _) = person::ops::ensure_in(tx, work.app, &new).await?;
        let entry = training::ops::RosterEntry {
            person,
            unit: read.unit,
            unit_text: read.unit_text,
            district: read.district,
            post: read.post,
            category: read.category,
            study_group: read.study_group,
            diet: read.diet,
            remark: read.remark,
            arrival_on: read.arrival,
            status: if reviewed { EnrolmentStatus::Approved } else { EnrolmentStatus::Submitted },
            position,
            provenance: read.provenance,
        };
        let id = training::ops::bring_in_member(tx, work.app, class, entry, work.import).await?;
        work.made(tx, one.id, "enrolment", id.0).await?;
    }
    Ok(())
}

/// Rights may have ended since the check, so every unit is asked for again (`reliability.md` Z-08).
async fn check_units(
    work: &Work<'_>,
    tx: &impl ConnectionTrait,
    facts: &ClassFacts,
    quotas: &HashMap<OrganisationId, i32>,
    rows: &[(line::Model, Enrolled)],
) -> Result<()> {
    let units = organisation::ops::names_in(tx, rows.iter().filter_map(|(_, read)| read.unit).collect()).await?;
    for (_, read) in rows {
        let unit = match read.unit {
            Some(unit) => Some(units.get(&unit).ok_or(ImportRule::Outdated)?),
            None => None,
        };
        let has_places = [read.unit, read.district].into_iter().flatten().any(|id| quotas.contains_key(&id));
        let unit = unit.map(|unit| (unit.city, unit.path.as_str()));
        if !policy::may_enrol(&work.call.actor, facts, unit, has_places) {
            return Err(Error::Denied);
        }
    }
    Ok(())
}

/// Gives a class without quotas those of the roster's own workbook; the plan keeps those that were given.
async fn give_quotas(work: &Work<'_>, tx: &impl ConnectionTrait, class: ClassId, plan: &mut Plan) -> Result<()> {
    if plan.quotas.is_empty() {
        return Ok(());
    }
    if !training::ops::places(tx, class).await?.is_empty() {
        // Somebody gave the class quotas since the check, and the rows were held to others.
        return Err(ImportRule::Outdated.into());
    }
    for (organisation, places) in &plan.quotas {
        training::ops::add_quota_in(tx, work.app, class, *organisation, *places, Provenance::Entered).await?;
    }
    Ok(())
}

pub(super) async fn lessons(
    work: &Work<'_>,
    tx: &impl ConnectionTrait,
    plan: &Plan,
    lines: Vec<line::Model>,
) -> Result<()> {
    let class: ClassId = plan.class_id.ok_or(ImportRule::ClassNeeded)?;
    for one in lines {
        let read: Slot = value(&one)?;
        let entry = training::ops::LessonEntry {
            no: read.no,
            on_date: read.on_date,
            starts: read.starts,
            ends: read.ends,
            mode: read.mode,
            title: read.title,
            lecturers: read.lecturers,
            place: read.place,
            roll_call: read.roll_call,
            credit_tenths: read.credit_tenths,
            provenance: read.provenance,
            provenance_note: read.basis,
            inferred: read.inferred,
        };
        let id = training::ops::bring_in_lesson(tx, work.app, work.call, class, entry, work.import).await?;
        work.made(tx, one.id, "lesson", id.0).await?;
    }
    Ok(())
}
