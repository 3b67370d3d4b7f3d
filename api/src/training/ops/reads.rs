//! Reading classes.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use sea_orm::ConnectionTrait;
use twinning_entity::class as row;
use twinning_entity::class::ClassStatus;
use twinning_entity::enrolment;
use twinning_entity::ids::{CityId, ClassId, FileId, OrganisationId, PersonId};
use twinning_entity::lesson;

use crate::app::App;
use crate::file;
use crate::kernel::actor::{Actor, RoleCode};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};
use crate::organisation::ops::{self as organisations, OrgName};
use crate::organisation::wire::OrganisationRef;
use crate::person;
use crate::person::wire::PersonLine;
use crate::programme::ops::strings;
use crate::search::engine::{IndexDoc, Kind};
use crate::search::ops::HitText;
use crate::training::policy::{self, ClassAct, ClassFacts, MaterialScope, RosterScope};
use crate::training::store;
use crate::training::wire::{
    ClassDetail, ClassFilter, ClassLine, EnrolmentBody, LecturerBody, LessonBody, MaterialBody, QuotaBody, RosterParams,
};

/// Classes, the latest first.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(app: &App, call: &Call, filter: &ClassFilter, at: PageRequest) -> Result<Page<ClassLine>> {
    call.actor.may_ever(ClassAct::Read.who())?;
    let (rows, total) = store::page(app.reader(), filter.status, &at).await?;
    let page = Page::cut(rows, &at, total, |one| (one.starts_on, one.id));
    let items = lines(app.reader(), &page.items).await?;
    Ok(Page { items, next_cursor: page.next_cursor, total: page.total })
}

async fn lines(conn: &impl ConnectionTrait, rows: &[row::Model]) -> Result<Vec<ClassLine>> {
    let names = organisations::names_in(conn, rows.iter().map(|one| one.organiser_id).collect()).await?;
    let sizes = store::sizes(conn, &rows.iter().map(|one| one.id).collect::<Vec<_>>()).await?;
    Ok(rows
        .iter()
        .map(|one| ClassLine {
            id: one.id,
            class_no: one.class_no.clone(),
            title: one.title.clone(),
            status: one.status,
            starts_on: one.starts_on,
            ends_on: one.ends_on,
            place: one.place.clone(),
            organiser: named(one.organiser_id, &names),
            planned_size: one.planned_size,
            enrolled: sizes.get(&one.id).copied().unwrap_or(0),
            provenance: one.provenance,
        })
        .collect())
}

fn named(id: OrganisationId, names: &HashMap<OrganisationId, OrgName>) -> OrganisationRef {
    names
        .get(&id)
        .map_or_else(|| OrganisationRef { id, code: String::new(), name: String::new() }, OrganisationRef::from)
}

/// The class as its rules need it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn facts(conn: &impl ConnectionTrait, id: ClassId, today: NaiveDate) -> Result<(row::Model, ClassFacts)> {
    let found = store::find(conn, id).await?;
    let organiser = organisations::name_of(conn, found.organiser_id).await?;
    let running = matches!(
        found.status,
        ClassStatus::InClass | ClassStatus::Assessing | ClassStatus::Completed | ClassStatus::Archived
    );
    let in_time = found.material_until.is_none_or(|until| today <= until);
    let facts = ClassFacts {
        id,
        city: organiser.city,
        organiser_path: organiser.path,
        materials_open: running && in_time,
        enrolling: found.status == ClassStatus::Enrolling,
    };
    Ok((found, facts))
}

/// One class.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: ClassId) -> Result<ClassDetail> {
    call.actor.may_ever(ClassAct::Read.who())?;
    let (found, facts) = facts(app.reader(), id, app.today()).await?;
    let line = lines(app.reader(), std::slice::from_ref(&found)).await?;
    let line = line.into_iter().next().ok_or(Error::NotFound("class"))?;
    let host = match found.host_id {
        Some(host) => Some(OrganisationRef::from(&organisations::name_of(app.reader(), host).await?)),
        None => None,
    };
    let lessons = store::lessons(app.reader(), id).await?;
    let tenths: i32 = lessons.iter().map(|one| one.credit_tenths).sum();
    // A program with a token is told nothing of people, its owner among them.
    let mine = match call.actor.member().filter(|_| !call.actor.is_program()) {
        Some(member) => store::of_person(app.reader(), id, member.person).await?,
        None => None,
    };
    let mine = match mine {
        Some(mine) => enrolments(app, vec![mine], true).await?.into_iter().next(),
        None => None,
    };
    let may_fill = call.actor.may_ever(ClassAct::Fill.who()).is_ok() && policy::runs(&call.actor, &facts);
    Ok(ClassDetail {
        line,
        theme: found.theme,
        target_group: found.target_group,
        host,
        modes: strings(&found.modes),
        credit_hours: f64::from(tenths) / 10.0,
        provenance_note: found.provenance_note,
        inferred: strings(&found.inferred),
        may_see_roster: !call.actor.is_program() && policy::roster(&call.actor, &facts) != RosterScope::None,
        may_take_materials: policy::takes_materials(&call.actor, &facts),
        mine,
        allowed_actions: if may_fill {
            vec!["import_roster".to_owned(), "import_lessons".to_owned()]
        } else {
            Vec::new()
        },
        version: found.version,
    })
}

/// The timetable in order.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn lessons(app: &App, call: &Call, id: ClassId) -> Result<Vec<LessonBody>> {
    call.actor.may_ever(ClassAct::Read.who())?;
    store::find(app.reader(), id).await?;
    Ok(store::lessons(app.reader(), id).await?.into_iter().map(lesson_body).collect())
}

fn lesson_body(found: lesson::Model) -> LessonBody {
    let lecturers: Vec<LecturerBody> = serde_json::from_value(found.lecturers).unwrap_or_default();
    LessonBody {
        id: found.id,
        no: found.no,
        on_date: found.on_date,
        starts: found.starts,
        ends: found.ends,
        mode: found.mode,
        title: found.title,
        lecturers,
        place: found.place,
        roll_call: found.roll_call,
        credit_hours: f64::from(found.credit_tenths) / 10.0,
        status: found.status,
        provenance: found.provenance,
        inferred: found.inferred,
    }
}

/// Places of each organisation with the people enrolled, in official order.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Denied`] for who may not see the roster.
pub async fn quotas(app: &App, call: &Call, id: ClassId) -> Result<Vec<QuotaBody>> {
    call.actor.may_ever(ClassAct::Roster.who())?;
    let (_, facts) = facts(app.reader(), id, app.today()).await?;
    let scope = policy::roster(&call.actor, &facts);
    if scope == RosterScope::None {
        return Err(Error::Denied);
    }
    let quotas = store::quotas(app.reader(), id).await?;
    let sizes = store::district_sizes(app.reader(), id).await?;
    let names = organisations::names(app, quotas.iter().map(|one| one.organisation_id).collect()).await?;
    let mut out: Vec<(String, QuotaBody)> = quotas
        .into_iter()
        .map(|one| {
            let path = names.get(&one.organisation_id).map(|name| name.path.clone()).unwrap_or_default();
            let body = QuotaBody {
                id: one.id,
                organisation: named(one.organisation_id, &names),
                places: one.places,
                enrolled: sizes.get(&one.organisation_id).copied().unwrap_or(0),
                provenance: one.provenance,
            };
            (path, body)
        })
        .collect();
    out.retain(|(path, _)| scope.knows(path));
    // Numbers of the path were given in official order.
    out.sort_by_key(|(path, _)| path.split('.').filter_map(|step| step.parse::<i64>().ok()).collect::<Vec<_>>());
    Ok(out.into_iter().map(|(_, body)| body).collect())
}

/// The class of a number.
///
/// # Errors
/// The engine's error.
pub async fn by_no(conn: &impl ConnectionTrait, class_no: &str) -> Result<Option<ClassId>> {
    Ok(store::by_no(conn, class_no).await?.map(|found| found.id))
}

/// People who are in other classes on any day of one, with the name of the other (`domain.md` 3.3: nobody is in two
/// classes at a time).
///
/// # Errors
/// The engine's error.
pub async fn elsewhere(conn: &impl ConnectionTrait, class: &row::Model) -> Result<Vec<(PersonId, String)>> {
    store::elsewhere(conn, class).await
}

/// Places of each organisation, for holding a roster to them.
///
/// # Errors
/// The engine's error.
pub async fn places(conn: &impl ConnectionTrait, id: ClassId) -> Result<HashMap<OrganisationId, i32>> {
    Ok(store::quotas(conn, id).await?.into_iter().map(|one| (one.organisation_id, one.places)).collect())
}

/// The roster, as far as the caller may see it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Denied`] for who may not see it.
pub async fn roster(app: &App, call: &Call, id: ClassId, params: RosterParams) -> Result<Page<EnrolmentBody>> {
    call.actor.may_ever(ClassAct::Roster.who())?;
    let (_, facts) = facts(app.reader(), id, app.today()).await?;
    let scope = policy::roster(&call.actor, &facts);
    if scope == RosterScope::None || call.actor.is_program() {
        return Err(Error::Denied);
    }
    let phones = !matches!(scope, RosterScope::All { phones: false });
    let at = PageRequest::asked(params.limit, params.cursor, params.count)?;
    let (rows, total) = store::roster(app.reader(), id, &scope, &at).await?;
    let page = Page::cut(rows, &at, total, |one| (one.position, one.id));
    let items = enrolments(app, page.items, phones).await?;
    Ok(Page { items, next_cursor: page.next_cursor, total: page.total })
}

pub(super) async fn enrolments(app: &App, rows: Vec<enrolment::Model>, phones: bool) -> Result<Vec<EnrolmentBody>> {
    let people = person::ops::by_ids(app.reader(), rows.iter().map(|one| one.person_id).collect()).await?;
    let units = rows.iter().flat_map(|one| [one.organisation_id, one.district_id]).flatten().collect();
    let names = organisations::names(app, units).await?;
    Ok(rows.into_iter().map(|one| enrolment_body(one, &people, &names, phones)).collect())
}

fn enrolment_body(
    found: enrolment::Model,
    people: &HashMap<twinning_entity::ids::PersonId, PersonLine>,
    names: &HashMap<OrganisationId, OrgName>,
    phones: bool,
) -> EnrolmentBody {
    let person = people.get(&found.person_id);
    EnrolmentBody {
        id: found.id,
        name: person.map(|one| one.name.clone()).unwrap_or_default(),
        unit: found.organisation_id.map(|id| named(id, names)),
        unit_text: found.unit_text,
        district: found.district_id.map(|id| named(id, names)),
        post: found.post,
        category: found.category,
        study_group: found.study_group,
        status: found.status,
        phone_masked: person.and_then(|one| one.phone_masked.clone()).filter(|_| phones),
        provenance: found.provenance,
    }
}

/// Materials of a class.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Denied`] for who may not take them.
pub async fn materials(app: &App, call: &Call, id: ClassId) -> Result<Vec<MaterialBody>> {
    call.actor.may_ever(ClassAct::Materials.who())?;
    let (_, facts) = facts(app.reader(), id, app.today()).await?;
    if !policy::takes_materials(&call.actor, &facts) {
        return Err(Error::Denied);
    }
    let found = store::materials(app.reader(), id).await?;
    let files = file::ops::by_ids(app.reader(), found.iter().map(|one| one.file_id).collect()).await?;
    Ok(found
        .into_iter()
        .filter_map(|one| {
            let file = files.get(&one.file_id)?.clone();
            Some(MaterialBody { id: one.id, title: one.title, kind: one.kind, lesson_id: one.lesson_id, file })
        })
        .collect())
}

/// Whether the actor may take materials of a class, for its files.
///
/// # Errors
/// The engine's error.
pub async fn may_take_materials(app: &App, actor: &Actor, id: ClassId) -> Result<bool> {
    match facts(app.reader(), id, app.today()).await {
        Ok((_, facts)) => Ok(policy::takes_materials(actor, &facts)),
        Err(Error::NotFound(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Classes whose materials the actor may take, for documents of classes and search.
///
/// # Errors
/// The engine's error.
pub async fn material_scope(app: &App, actor: &Actor) -> Result<MaterialScope> {
    let mut open = Vec::new();
    for class in actor.holding(&[RoleCode::Trainee]).filter_map(|held| held.class) {
        if may_take_materials(app, actor, class).await? {
            open.push(class);
        }
    }
    Ok(policy::material_scope(actor, &open))
}

/// City that holds a class.
///
/// # Errors
/// [`Error::NotFound`]; the engine's error.
pub async fn city_of(conn: &impl ConnectionTrait, id: ClassId) -> Result<CityId> {
    let found = store::find(conn, id).await?;
    Ok(organisations::name_of(conn, found.organiser_id).await?.city)
}

/// Whether the actor may take a file as material of some class.
///
/// # Errors
/// The engine's error.
pub async fn may_take_file(app: &App, actor: &Actor, file: FileId) -> Result<bool> {
    for class in store::classes_of_file(app.reader(), file).await? {
        if may_take_materials(app, actor, class).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// People enrolled in all classes, for the figures of the home page.
///
/// # Errors
/// The engine's error.
pub async fn enrolled_count(app: &App) -> Result<u64> {
    store::enrolled_count(app.reader()).await
}

/// Titles and texts of classes, for showing hits.
///
/// # Errors
/// The engine's error.
pub async fn hit_texts(app: &App, call: &Call, ids: &[uuid::Uuid]) -> Result<HashMap<uuid::Uuid, HitText>> {
    call.actor.may_ever(ClassAct::Read.who())?;
    let ids: Vec<ClassId> = ids.iter().map(|id| ClassId(*id)).collect();
    let lessons = store::lessons_of(app.reader(), &ids).await?;
    Ok(store::among(app.reader(), &ids)
        .await?
        .into_iter()
        .map(|one| {
            let own: Vec<lesson::Model> = lessons.iter().filter(|lesson| lesson.class_id == one.id).cloned().collect();
            let text = text_of(one.theme.as_deref(), one.target_group.as_deref(), one.place.as_deref(), &own);
            (one.id.0, HitText { title: one.title, text, url: format!("/training/{}", one.id) })
        })
        .collect())
}

fn text_of(theme: Option<&str>, target: Option<&str>, place: Option<&str>, lessons: &[lesson::Model]) -> String {
    let mut parts: Vec<&str> = [theme, target, place].into_iter().flatten().collect();
    parts.extend(lessons.iter().map(|one| one.title.as_str()));
    parts.join("\n\n")
}

/// What search keeps of a class; none when it is gone or not open.
///
/// # Errors
/// The engine's error.
pub async fn index_doc(conn: &impl ConnectionTrait, id: ClassId) -> Result<Option<IndexDoc>> {
    let found = match store::find(conn, id).await {
        Ok(found) => found,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let organiser = organisations::name_of(conn, found.organiser_id).await?;
    let lessons = store::lessons(conn, id).await?;
    let mut body = text_of(found.theme.as_deref(), found.target_group.as_deref(), found.place.as_deref(), &lessons);
    body.push_str("\n\n");
    body.push_str(&organiser.full);
    Ok(Some(IndexDoc {
        kind: Kind::Class,
        id: id.0,
        title: found.title,
        body,
        names: vec![found.class_no],
        tags: Vec::new(),
        areas: Vec::new(),
        doc_kind: None,
        org_path: Some(organiser.path),
        cities: vec![organiser.city.to_string()],
        year: Some(found.starts_on.year()),
        vis: vec!["public".to_owned()],
        sort_key: u64::try_from(found.created_at.timestamp_micros()).unwrap_or(0),
    }))
}

/// Identifiers of all classes, for rebuilding the index.
///
/// # Errors
/// The engine's error.
pub async fn every_id(conn: &impl ConnectionTrait) -> Result<Vec<uuid::Uuid>> {
    Ok(store::every_id(conn).await?.into_iter().map(|id| id.0).collect())
}
