//! Bringing in classes, rosters, timetables and materials.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveTime};
use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::class::{self as row, ClassStatus};
use twinning_entity::document::DocumentKind;
use twinning_entity::enrolment::{self, EnrolmentStatus};
use twinning_entity::ids::{
    ClassId, CourseId, EnrolmentId, FileId, ImportId, LessonId, MaterialId, OrganisationId, PersonId, ProgrammeId,
    QuotaId,
};
use twinning_entity::lesson::{self, LessonStatus, TeachingMode};
use twinning_entity::provenance::Provenance;
use twinning_entity::{class_quota, course, material};

use crate::app::App;
use crate::audit::{self, ops::About};
use crate::file;
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::search;
use crate::search::engine::Kind;
use crate::training::store;
use crate::training::wire::LecturerBody;

/// What a class brought in from before the portal needs.
#[derive(Clone, Debug)]
pub struct NewClass {
    /// Human number.
    pub class_no: String,
    /// Title.
    pub title: String,
    /// Theme.
    pub theme: Option<String>,
    /// For whom it is.
    pub target_group: Option<String>,
    /// State.
    pub status: ClassStatus,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// Place.
    pub place: Option<String>,
    /// Organiser.
    pub organiser: OrganisationId,
    /// Host.
    pub host: Option<OrganisationId>,
    /// Programme.
    pub programme: Option<ProgrammeId>,
    /// Places planned.
    pub planned_size: i32,
    /// Ways of teaching, as printed.
    pub modes: Vec<String>,
    /// Rule of completion.
    pub completion_rule: serde_json::Value,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// Note on it.
    pub provenance_note: Option<String>,
    /// Fields that are inferred.
    pub inferred: Vec<String>,
}

/// Makes a class in a write that is under way; commands call it until issue D gives people a form.
///
/// # Errors
/// The engine's error.
pub async fn create_in(tx: &impl ConnectionTrait, app: &App, call: &Call, new: NewClass) -> Result<ClassId> {
    let id: ClassId = app.new_id();
    let now = app.now();
    store::add(
        tx,
        row::Model {
            id,
            class_no: new.class_no,
            title: new.title,
            theme: new.theme,
            target_group: new.target_group,
            status: new.status,
            starts_on: new.starts_on,
            ends_on: new.ends_on,
            place: new.place,
            organiser_id: new.organiser,
            host_id: new.host,
            programme_id: new.programme,
            planned_size: new.planned_size,
            modes: json!(new.modes),
            completion_rule: Some(new.completion_rule),
            material_until: None,
            provenance: new.provenance,
            provenance_note: new.provenance_note,
            inferred: json!(new.inferred),
            imported: true,
            version: 1,
            created_at: now,
            updated_at: now,
        },
    )
    .await?;
    search::note(tx, app, call, Kind::Class, id.0).await?;
    audit::note(tx, app, call, "class.import", About::new("class", id), json!({})).await?;
    Ok(id)
}

/// Gives an organisation places in a class, in a write that is under way.
///
/// # Errors
/// The engine's error.
pub async fn add_quota_in(
    tx: &impl ConnectionTrait,
    app: &App,
    class: ClassId,
    organisation: OrganisationId,
    places: i32,
    provenance: Provenance,
) -> Result<()> {
    store::add_quota(
        tx,
        class_quota::Model {
            id: app.new_id::<QuotaId>(),
            class_id: class,
            organisation_id: organisation,
            places,
            provenance,
        },
    )
    .await
}

/// What a timetable says of one lesson.
#[derive(Clone, Debug)]
pub struct LessonEntry {
    /// Number.
    pub no: i32,
    /// Day.
    pub on_date: NaiveDate,
    /// Begin.
    pub starts: NaiveTime,
    /// End.
    pub ends: NaiveTime,
    /// Way of teaching.
    pub mode: TeachingMode,
    /// Title.
    pub title: String,
    /// Who teaches.
    pub lecturers: Vec<LecturerBody>,
    /// Place.
    pub place: Option<String>,
    /// Whether a roll-call is held.
    pub roll_call: bool,
    /// Class hours in tenths.
    pub credit_tenths: i32,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// What the entry rests on.
    pub provenance_note: Option<String>,
    /// What is inferred of it.
    pub inferred: Option<String>,
}

/// Brings in one lesson, with its course when that is new, in a write that is under way.
///
/// # Errors
/// The engine's error.
pub async fn bring_in_lesson(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    class: ClassId,
    entry: LessonEntry,
    import: ImportId,
) -> Result<LessonId> {
    let course_id = match (entry.mode, store::course(tx, class, &entry.title).await?) {
        (TeachingMode::Event, _) => None,
        (_, Some(known)) => Some(known.id),
        (_, None) => {
            let id: CourseId = app.new_id();
            store::add_course(tx, course::Model { id, class_id: class, title: entry.title.clone(), mode: entry.mode })
                .await?;
            Some(id)
        }
    };
    let (_, class_facts) = super::facts(tx, class, app.today()).await?;
    let held = app.today() > entry.on_date && !class_facts.organiser_path.is_empty();
    let id: LessonId = app.new_id();
    store::add_lesson(
        tx,
        lesson::Model {
            id,
            class_id: class,
            course_id,
            no: entry.no,
            on_date: entry.on_date,
            starts: entry.starts,
            ends: entry.ends,
            mode: entry.mode,
            title: entry.title,
            lecturers: json!(entry.lecturers),
            place: entry.place,
            roll_call: entry.roll_call,
            credit_tenths: entry.credit_tenths,
            status: if held { LessonStatus::Held } else { LessonStatus::Planned },
            provenance: entry.provenance,
            provenance_note: entry.provenance_note,
            inferred: entry.inferred,
            import_id: Some(import.0),
            version: 1,
        },
    )
    .await?;
    search::note(tx, app, call, Kind::Class, class.0).await?;
    Ok(id)
}

/// Takes back a lesson that an undone import brought, unless it was changed since; says whether it did. The engine
/// refuses while anything stands on it.
///
/// # Errors
/// The engine's error.
pub async fn take_back_lesson(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    class: ClassId,
    id: LessonId,
) -> Result<bool> {
    search::note(tx, app, call, Kind::Class, class.0).await?;
    store::remove_lesson(tx, id).await
}

/// Takes back the courses of a class that no lesson teaches any more.
///
/// # Errors
/// The engine's error.
pub async fn take_back_course_if_free(tx: &impl ConnectionTrait, class: ClassId) -> Result<()> {
    store::remove_free_courses(tx, class).await
}

/// What a roster says of one person.
#[derive(Clone, Debug)]
pub struct RosterEntry {
    /// The person.
    pub person: PersonId,
    /// Unit in the directory.
    pub unit: Option<OrganisationId>,
    /// Unit as written.
    pub unit_text: Option<String>,
    /// District.
    pub district: Option<OrganisationId>,
    /// Post.
    pub post: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Study group.
    pub study_group: Option<String>,
    /// Diet.
    pub diet: Option<String>,
    /// Remark.
    pub remark: Option<String>,
    /// Day of arrival.
    pub arrival_on: Option<NaiveDate>,
    /// State it enters in: `approved` from staff, `submitted` from a branch (`domain.md` 3.3).
    pub status: EnrolmentStatus,
    /// Place in the roster.
    pub position: i32,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// Brings in one person of a roster, in a write that is under way.
///
/// # Errors
/// The engine's error.
pub async fn bring_in_member(
    tx: &impl ConnectionTrait,
    app: &App,
    class: ClassId,
    entry: RosterEntry,
    import: ImportId,
) -> Result<EnrolmentId> {
    let id: EnrolmentId = app.new_id();
    let now = app.now();
    store::add_enrolment(
        tx,
        enrolment::Model {
            id,
            class_id: class,
            person_id: entry.person,
            organisation_id: entry.unit,
            district_id: entry.district,
            unit_text: entry.unit_text,
            post: entry.post,
            category: entry.category,
            study_group: entry.study_group,
            diet: entry.diet,
            remark: entry.remark,
            arrival_on: entry.arrival_on,
            status: entry.status,
            position: entry.position,
            provenance: entry.provenance,
            import_id: Some(import.0),
            version: 1,
            created_at: now,
            updated_at: now,
        },
    )
    .await?;
    Ok(id)
}

/// Takes back an enrolment that an undone import brought, unless it was changed since; gives the person it was of.
///
/// # Errors
/// The engine's error, which refuses while anything stands on it.
pub async fn take_back_member(tx: &impl ConnectionTrait, id: EnrolmentId) -> Result<Option<PersonId>> {
    Ok(store::remove_enrolment(tx, id).await?.map(|found| found.person_id))
}

/// A person already in the class.
#[derive(Clone, Debug)]
pub struct Member {
    /// The enrolment.
    pub enrolment: EnrolmentId,
    /// The person.
    pub person: PersonId,
    /// Unit.
    pub unit: Option<OrganisationId>,
    /// District.
    pub district: Option<OrganisationId>,
    /// Place in the roster.
    pub position: i32,
    /// State.
    pub status: EnrolmentStatus,
}

/// Places of each district that are taken; who was declined or replaced takes none.
#[must_use]
pub fn taken(members: &[Member]) -> HashMap<OrganisationId, i32> {
    let mut taken: HashMap<OrganisationId, i32> = HashMap::new();
    let counts = |one: &&Member| !matches!(one.status, EnrolmentStatus::Declined | EnrolmentStatus::Replaced);
    for district in members.iter().filter(counts).filter_map(|one| one.district) {
        *taken.entry(district).or_default() += 1;
    }
    taken
}

/// Takes back the quotas that an undone import gave a class.
///
/// # Errors
/// The engine's error.
pub async fn take_back_quotas(
    tx: &impl ConnectionTrait,
    class: ClassId,
    organisations: &[OrganisationId],
) -> Result<()> {
    store::remove_quotas(tx, class, organisations).await
}

/// Everybody already in the class.
///
/// # Errors
/// The engine's error.
pub async fn members(conn: &impl ConnectionTrait, class: ClassId) -> Result<Vec<Member>> {
    Ok(store::everybody(conn, class)
        .await?
        .into_iter()
        .map(|one| Member {
            enrolment: one.id,
            person: one.person_id,
            unit: one.organisation_id,
            district: one.district_id,
            position: one.position,
            status: one.status,
        })
        .collect())
}

/// What a material needs.
#[derive(Clone, Debug)]
pub struct NewMaterial {
    /// Class.
    pub class: ClassId,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: DocumentKind,
    /// Its file, not yet given to another object.
    pub file: FileId,
    /// Place in the list.
    pub position: i32,
}

/// Adds a material to a class, in a write that is under way.
///
/// # Errors
/// The engine's error.
pub async fn add_material_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    new: NewMaterial,
) -> Result<MaterialId> {
    let id: MaterialId = app.new_id();
    file::ops::give(tx, call, new.file, "class", new.class.0).await?;
    store::add_material(
        tx,
        material::Model {
            id,
            class_id: new.class,
            lesson_id: None,
            document_id: None,
            file_id: new.file,
            title: new.title,
            kind: new.kind,
            visible_from: None,
            visible_until: None,
            position: new.position,
            created_at: app.now(),
        },
    )
    .await?;
    Ok(id)
}
