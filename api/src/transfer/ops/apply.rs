//! Doing and undoing what a check promised, in one transaction.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr};
use twinning_entity::document::Visibility;
use twinning_entity::enrolment::EnrolmentStatus;
use twinning_entity::ids::{ClassId, EnrolmentId, ImportId, LessonId, OrganisationId};
use twinning_entity::import::{self as row, ImportKind};
use twinning_entity::import_row::{self as line, RowAction};
use twinning_entity::organisation::Model as Organisation;
use uuid::Uuid;

use crate::app::App;
use crate::file;
use crate::kernel::actor::RoleCode;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::organisation::ops::OrgName;
use crate::transfer::kinds::activities::Held;
use crate::transfer::kinds::documents::Listed;
use crate::transfer::kinds::enrolments::Enrolled;
use crate::transfer::kinds::lessons::Slot;
use crate::transfer::kinds::organisations::{self, Organised};
use crate::transfer::kinds::pairings::Paired;
use crate::transfer::model::ImportRule;
use crate::transfer::store;
use crate::transfer::wire::ImportOptions;
use crate::{activity, city, library, organisation, pairing, person, programme, training};

/// Does every accepted row that is not there already.
pub(super) async fn all(tx: &impl ConnectionTrait, app: &App, call: &Call, import: &row::Model) -> Result<()> {
    let lines = store::accepted(tx, import.id).await?;
    let wanted: Vec<line::Model> = lines.into_iter().filter(|one| one.action != Some(RowAction::Same)).collect();
    let options: ImportOptions = serde_json::from_value(import.options.clone())?;
    match import.kind {
        ImportKind::Organisations => organisations(tx, app, call, import.id, wanted).await,
        ImportKind::Pairings => pairings(tx, app, call, import.id, &options, wanted).await,
        ImportKind::Activities => activities(tx, app, call, import.id, wanted).await,
        ImportKind::Enrolments => enrolments(tx, app, call, import.id, &options, wanted).await,
        ImportKind::Lessons => lessons(tx, app, call, import.id, &options, wanted).await,
        ImportKind::Documents => documents(tx, app, call, import.id, &options, wanted).await,
        _ => Err(ImportRule::KindUnsupported.into()),
    }
}

fn value<T: serde::de::DeserializeOwned>(one: &line::Model) -> Result<T> {
    let value = one.value.clone().ok_or_else(|| Error::broken("an accepted row has no value"))?;
    Ok(serde_json::from_value(value)?)
}

/// Superiors first: rows wait until theirs is there.
async fn organisations(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: ImportId,
    lines: Vec<line::Model>,
) -> Result<()> {
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
            let parent = read.parent_code.as_ref().map(|code| known.get(code).cloned());
            let parent = match parent {
                Some(None) => {
                    later.push((one, read));
                    continue;
                }
                Some(Some(parent)) => Some(parent),
                None => None,
            };
            check_city(call, parent.as_ref(), known.get(&read.code))?;
            let made = organisation(tx, app, call, import, &known, &read, parent.as_ref()).await?;
            store::note_object(tx, one.id, "organisation", made.id.0).await?;
            known.insert(made.code.clone(), made);
        }
        waiting = later;
        if waiting.len() == before {
            return Err(Error::broken("superiors of checked rows are missing"));
        }
    }
    Ok(())
}

/// Staff bring in and change organisations of their own city alone, on both sides of the row: its superior and the
/// organisation that is there already (`reliability.md` Z-07). A new city is brought in by the command.
fn check_city(call: &Call, parent: Option<&Organisation>, found: Option<&Organisation>) -> Result<()> {
    if call.actor.is_system() {
        return Ok(());
    }
    let own = |one: &Organisation| call.actor.is_city_staff_of(one.city_id);
    // A root that is there already has no superior; then its own city decides.
    let above = parent.or(found).is_some_and(own);
    if above && found.is_none_or(own) { Ok(()) } else { Err(Error::Denied) }
}

async fn organisation(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: ImportId,
    known: &HashMap<String, Organisation>,
    read: &Organised,
    parent: Option<&Organisation>,
) -> Result<Organisation> {
    let entry = organisations::entry(read);
    if let Some(found) = known.get(&read.code) {
        return organisation::ops::bring_up(tx, app, call, found.clone(), &entry).await;
    }
    let city = match parent {
        Some(parent) => parent.city_id,
        None => city::ops::ensure_in(tx, app, &read.city, &read.code, read.division_code.as_deref()).await?,
    };
    if let Some(code) = &read.division_code {
        let level = if code.ends_with("00") {
            twinning_entity::organisation::OrgLevel::Prefectural
        } else {
            twinning_entity::organisation::OrgLevel::County
        };
        let name = if code.ends_with("00") { &read.city } else { &read.name_short };
        city::ops::ensure_division_in(tx, app, code, name, level).await?;
    }
    organisation::ops::bring_in(tx, app, call, &entry, city, parent, import).await
}

async fn pairings(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: ImportId,
    options: &ImportOptions,
    lines: Vec<line::Model>,
) -> Result<()> {
    let programme = options.programme_id.ok_or(ImportRule::ProgrammeNeeded)?;
    let programme = programme::ops::find(tx, programme).await?;
    if !call.actor.is_system()
        && !call.actor.is_city_staff_of(programme.city_a_id)
        && !call.actor.is_city_staff_of(programme.city_b_id)
    {
        return Err(Error::Denied);
    }
    let mut next = pairing::ops::every(tx).await?.iter().filter(|one| one.programme == programme.id).count();
    for one in lines {
        let read: Paired = value(&one)?;
        next += 1;
        let entry = pairing::ops::Entry {
            programme: programme.id,
            programme_code: programme.code.clone(),
            seq: read.seq.unwrap_or(i32::try_from(next).unwrap_or(i32::MAX)),
            name: read.name,
            side_a: read.side_a,
            side_b: read.side_b,
            status: read.status,
            areas: read.areas,
            agreement_no: read.agreement_no,
            liaisons: (read.liaison_a, read.liaison_b),
            unveiled: read.unveiled_on.map(|day| (day, read.unveiled_part, read.place)),
            provenance: read.provenance,
            provenance_note: read.basis,
            inferred: read.inferred,
        };
        let id = pairing::ops::bring_in(tx, app, call, entry, import).await?;
        store::note_object(tx, one.id, "pairing", id.0).await?;
    }
    Ok(())
}

async fn activities(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: ImportId,
    lines: Vec<line::Model>,
) -> Result<()> {
    let pairings = pairing::ops::every(tx).await?;
    for one in lines {
        let read: Held = value(&one)?;
        let pairing = pairings.iter().find(|known| known.id == read.pairing).ok_or(Error::NotFound("pairing"))?;
        check_side(tx, call, pairing).await?;
        let entry = activity::ops::Entry {
            source_code: read.code,
            pairing: pairing.clone(),
            by_side_a: read.by_side_a,
            kind: read.kind,
            title: read.title,
            held_on: read.held_on,
            place: read.place,
            online: read.online,
            attended: read.attended,
            status: read.status,
            provenance: read.provenance,
            provenance_note: read.note,
        };
        let id = activity::ops::bring_in(tx, app, call, entry, import).await?;
        store::note_object(tx, one.id, "activity", id.0).await?;
    }
    Ok(())
}

/// Staff bring in activities of pairings that their city is a side of.
async fn check_side(tx: &impl ConnectionTrait, call: &Call, pairing: &pairing::ops::PairingSides) -> Result<()> {
    if call.actor.is_system() {
        return Ok(());
    }
    let sides = organisation::ops::names_in(tx, vec![pairing.side_a, pairing.side_b]).await?;
    if sides.values().any(|side| call.actor.is_city_staff_of(side.city)) { Ok(()) } else { Err(Error::Denied) }
}

async fn enrolments(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: ImportId,
    options: &ImportOptions,
    lines: Vec<line::Model>,
) -> Result<()> {
    let class: ClassId = options.class_id.ok_or(ImportRule::ClassNeeded)?;
    let members = training::ops::members(tx, class).await?;
    let last = members.iter().map(|one| one.position).max().unwrap_or(0);
    // A roster from staff or the class's teacher is reviewed already, one from a branch waits (`domain.md` 3.3).
    let reviewed = call.actor.is_system()
        || call.actor.holds(&[RoleCode::OrgDeptCity, RoleCode::OrgDeptDistrict, RoleCode::ClassTeacher]);
    for (position, one) in (last + 1..).zip(lines) {
        let read: Enrolled = value(&one)?;
        let new = person::ops::NewPerson {
            name: read.name,
            phone: Some(read.phone),
            gender: read.gender,
            organisation: read.unit,
            is_synthetic: read.provenance == twinning_entity::provenance::Provenance::Synthetic,
            provenance: read.provenance,
            import: Some(import),
        };
        let (person, _) = person::ops::ensure_in(tx, app, &new).await?;
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
        let id = training::ops::bring_in_member(tx, app, class, entry, import).await?;
        store::note_object(tx, one.id, "enrolment", id.0).await?;
    }
    Ok(())
}

async fn lessons(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: ImportId,
    options: &ImportOptions,
    lines: Vec<line::Model>,
) -> Result<()> {
    let class: ClassId = options.class_id.ok_or(ImportRule::ClassNeeded)?;
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
        let id = training::ops::bring_in_lesson(tx, app, call, class, entry, import).await?;
        store::note_object(tx, one.id, "lesson", id.0).await?;
    }
    Ok(())
}

async fn documents(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: ImportId,
    options: &ImportOptions,
    lines: Vec<line::Model>,
) -> Result<()> {
    let class = match options.class_id {
        Some(class) => Some(training::ops::facts(tx, class, app.today()).await?.1),
        None => None,
    };
    if let Some(class) = class.as_ref().filter(|_| !call.actor.is_system())
        && !training::policy::runs(&call.actor, class)
    {
        return Err(Error::Denied);
    }
    let programme = match options.programme_id {
        Some(programme) => Some(programme::ops::find(tx, programme).await?),
        None => None,
    };
    for one in lines {
        let read: Listed = value(&one)?;
        let source = check_source(tx, call, read.organisation).await?;
        // Shared in a programme is what comes from one of its two cities.
        let shared = programme
            .as_ref()
            .filter(|one| one.city_a_id == source.city || one.city_b_id == source.city)
            .map(|one| one.id);
        if read.visibility == Visibility::Programme && shared.is_none() {
            return Err(ImportRule::ProgrammeNeeded.into());
        }
        if read.visibility == Visibility::Class && class.is_none() {
            return Err(ImportRule::ClassNeeded.into());
        }
        let content = match (read.file.as_deref(), read.body_markdown) {
            (Some(name), _) => {
                let path = app.import_folder(import).map(|folder| folder.join(name)).ok_or(Error::NotFound("file"))?;
                let bytes = tokio::fs::read(path).await?;
                let kind = twinning_entity::file::FileKind::Document;
                let stored = file::ops::store_in(tx, app, call, kind, name, bytes).await?;
                library::ops::Content::File(stored.id, stored.sha256)
            }
            (None, Some(text)) => library::ops::Content::Markdown(text),
            (None, None) => return Err(Error::broken("a checked document has no content")),
        };
        let entry = library::ops::Entry {
            title: read.title,
            kind: read.kind,
            organisation: read.organisation,
            tags: read.tags,
            visibility: read.visibility,
            class: options.class_id,
            programme: shared,
            // What a branch or a district brings in goes through the three reviews first (`domain.md` 3.4).
            published: call.actor.is_system() || call.actor.is_city_staff_of(source.city),
            summary: read.summary,
            provenance: if call.actor.is_system() {
                twinning_entity::provenance::Provenance::Synthetic
            } else {
                twinning_entity::provenance::Provenance::Entered
            },
            provenance_note: read.note,
            content,
        };
        let id = library::ops::bring_in(tx, app, call, entry, Some(import)).await?;
        store::note_object(tx, one.id, "document", id.0).await?;
    }
    Ok(())
}

/// Documents come from organisations the caller looks after.
async fn check_source(tx: &impl ConnectionTrait, call: &Call, source: OrganisationId) -> Result<OrgName> {
    let source = organisation::ops::name_of(tx, source).await?;
    let roles = [RoleCode::OrgDeptDistrict, RoleCode::BranchAdmin];
    let own = call.actor.is_system()
        || call.actor.is_city_staff_of(source.city)
        || call.actor.holds_over(&roles, &source.path);
    if own { Ok(source) } else { Err(Error::Denied) }
}

/// Takes back what the rows made, the last first; a row that changed something is left as it is.
pub(super) async fn take_back(tx: &impl ConnectionTrait, app: &App, call: &Call, import: &row::Model) -> Result<()> {
    let lines = store::accepted(tx, import.id).await?;
    if lines.iter().any(|one| one.action == Some(RowAction::Update)) {
        return Err(ImportRule::BuiltUpon.into());
    }
    for one in lines.into_iter().rev() {
        let (Some(kind), Some(object)) = (one.object_kind, one.object_id) else { continue };
        remove(tx, app, call, import, &kind, object).await.map_err(built_upon)?;
    }
    Ok(())
}

async fn remove(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: &row::Model,
    kind: &str,
    object: Uuid,
) -> Result<()> {
    match kind {
        "organisation" => organisation::ops::take_back(tx, app, call, object.into()).await,
        "pairing" => pairing::ops::take_back(tx, object.into()).await,
        "activity" => activity::ops::take_back(tx, app, call, object.into()).await,
        "document" => library::ops::take_back(tx, app, call, object.into()).await,
        "lesson" => {
            let class = import.class_id.ok_or(ImportRule::ClassNeeded)?;
            training::ops::take_back_lesson(tx, app, call, class, LessonId(object)).await
        }
        "enrolment" => {
            let person = training::ops::take_back_member(tx, EnrolmentId(object)).await?;
            match person {
                Some(person) => person::ops::take_back_if_free(tx, person, import.id).await,
                None => Ok(()),
            }
        }
        _ => Err(Error::broken("an import made something unknown")),
    }
}

/// A foreign key that refuses means that something was built on the object.
fn built_upon(error: Error) -> Error {
    if let Error::Internal(source) = &error {
        let refused = source
            .downcast_ref::<DbErr>()
            .is_some_and(|error| matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_))));
        if refused {
            return ImportRule::BuiltUpon.into();
        }
    }
    error
}
