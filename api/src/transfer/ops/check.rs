//! Checking a file against what is known.

mod documents;

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use chrono::Datelike as _;
use twinning_entity::ids::{CityId, ClassId, OrganisationId, PersonId};
use twinning_entity::import::ImportKind;
use twinning_entity::organisation::Model as Organisation;

use super::{NewImport, Plan};
use crate::app::App;
use crate::appointment::policy as rights;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::transfer::fault::FileFault;
use crate::transfer::header::Columns;
use crate::transfer::kinds::directory::Directory;
use crate::transfer::kinds::pairings::Frame;
use crate::transfer::kinds::{self, Report};
use crate::transfer::model::ImportRule;
use crate::transfer::policy;
use crate::transfer::sheet::{self, Limits, Sheet};
use crate::{account, activity, city, organisation, pairing, person, programme, training};

/// How long a file waits for its turn at being read before the caller is told to come back.
const TURN: std::time::Duration = std::time::Duration::from_secs(20);

/// How long a file may take to be read.
const READING: std::time::Duration = std::time::Duration::from_secs(120);

/// Where files that a list names can be had.
#[derive(Clone, Debug)]
pub enum Beside {
    /// Nowhere: the list came alone.
    Nowhere,
    /// In a folder of this machine, or below it; commands only.
    Folder(PathBuf),
}

impl Beside {
    /// The place of a named file; a name that leaves the folder has none.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let Self::Folder(folder) = self else { return None };
        within(folder, name)
    }
}

/// The place of a file named by a path below a folder, with either kind of slash; none for one that leaves it, be it
/// by a link.
pub(super) fn within(folder: &Path, name: &str) -> Option<PathBuf> {
    let relative = PathBuf::from(name.replace('\\', "/"));
    if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return None;
    }
    let folder = folder.canonicalize().ok()?;
    folder.join(relative).canonicalize().ok().filter(|path| path.starts_with(&folder) && path.is_file())
}

/// The options with what goes without saying filled in.
pub(super) async fn completed(app: &App, call: &Call, new: &NewImport) -> Result<Plan> {
    let mut plan = Plan { class_id: new.options.class_id, programme_id: new.options.programme_id, ..Plan::default() };
    // What is named must be there, whatever the kind.
    if let Some(class) = plan.class_id {
        training::ops::facts(app.reader(), class, app.today()).await?;
    }
    if let Some(programme) = plan.programme_id {
        programme::ops::find(app.reader(), programme).await?;
    }
    match new.kind {
        ImportKind::Enrolments | ImportKind::Lessons => {
            let class = plan.class_id.ok_or(ImportRule::ClassNeeded)?;
            let (_, facts) = training::ops::facts(app.reader(), class, app.today()).await?;
            if !policy::may_fill(&call.actor, new.kind, &facts) {
                return Err(Error::Denied);
            }
        }
        ImportKind::Documents => {
            let class = match plan.class_id {
                Some(class) => Some(training::ops::facts(app.reader(), class, app.today()).await?.1),
                None => None,
            };
            if class.is_some_and(|class| !training::policy::runs(&call.actor, &class)) {
                return Err(Error::Denied);
            }
            if plan.programme_id.is_none() {
                let frames = programme::ops::every(app.reader()).await?;
                plan.programme_id = <[_; 1]>::try_from(frames).ok().map(|[only]| only.id);
            }
        }
        ImportKind::Organisations | ImportKind::Pairings | ImportKind::Activities | ImportKind::People => {}
        _ => return Err(ImportRule::KindUnsupported.into()),
    }
    Ok(plan)
}

/// How much is read: by command more than in the portal, and long texts only where documents stand in the list.
fn limits(call: &Call, kind: ImportKind) -> Limits {
    let limits = if call.actor.is_system() { Limits::BULK } else { Limits::ROSTER };
    match kind {
        ImportKind::Documents => limits.with_cells_of(100_000),
        ImportKind::Enrolments | ImportKind::Lessons => limits,
        _ => limits.with_cells_of(5_000),
    }
}

/// What the rows of the file would do.
pub(super) async fn report(
    app: &App,
    call: &Call,
    new: &NewImport,
    plan: &mut Plan,
) -> Result<Result<Report, FileFault>> {
    let limits = limits(call, new.kind).until(std::time::Instant::now() + READING);
    let (bytes, name) = (new.bytes.clone(), new.file_name.clone());
    // One file at a time is taken apart beside the uploads; a parser that stumbles says so and takes nobody down.
    let _turn = match actix_web::rt::time::timeout(TURN, app.inspecting.acquire()).await {
        Ok(Ok(turn)) => turn,
        _ => return Err(Error::Unavailable("import")),
    };
    let columns = Columns::new(kinds::columns(new.kind).ok_or(ImportRule::KindUnsupported)?);
    let read = actix_web::rt::task::spawn_blocking(move || {
        sheet::read(&bytes, &name, &limits, &|sheet: &Sheet| columns.are_in(sheet))
    })
    .await
    .map_err(Error::internal)?;
    let sheets = match read {
        Ok(sheets) => sheets,
        Err(fault) => return Ok(Err(fault)),
    };
    let directory = Directory::new(organisation::ops::directory(app.reader()).await?);
    match new.kind {
        ImportKind::Organisations => organisations(app, call, &sheets, &directory).await,
        ImportKind::Pairings => pairings(app, call, &sheets, &directory, plan).await,
        ImportKind::Activities => activities(app, call, &sheets, &directory).await,
        ImportKind::Enrolments => enrolments(app, call, &sheets, &directory, plan).await,
        ImportKind::Lessons => lessons(app, call, &sheets, plan).await,
        ImportKind::People => people(app, call, &sheets, &directory).await,
        ImportKind::Documents => documents::check(app, call, new, &sheets, &directory, plan).await,
        _ => Err(ImportRule::KindUnsupported.into()),
    }
}

type Outcome = Result<Result<Report, FileFault>>;

async fn organisations(app: &App, call: &Call, sheets: &[Sheet], directory: &Directory) -> Outcome {
    let cities: Vec<(CityId, String)> =
        city::ops::all(app).await?.into_iter().map(|city| (city.id, city.name)).collect();
    let may =
        |city: Option<CityId>| call.actor.is_system() || city.is_some_and(|city| call.actor.is_city_staff_of(city));
    let home = policy::home(&call.actor);
    let context = kinds::organisations::Context { directory, cities: &cities, home, may: &may };
    Ok(kinds::organisations::check(sheets, &context))
}

async fn pairings(app: &App, call: &Call, sheets: &[Sheet], directory: &Directory, plan: &Plan) -> Outcome {
    let programmes: Vec<Frame> = programme::ops::every(app.reader())
        .await?
        .into_iter()
        .map(|one| Frame { id: one.id, code: one.code, name: one.name, cities: (one.city_a_id, one.city_b_id) })
        .collect();
    let known = pairing::ops::every(app.reader()).await?;
    let may = |cities: (CityId, CityId)| policy::may_pair(&call.actor, cities);
    let context = kinds::pairings::Context {
        directory,
        programmes: &programmes,
        chosen: plan.programme_id,
        known: &known,
        may: &may,
        today: app.today(),
    };
    Ok(kinds::pairings::check(sheets, &context))
}

async fn activities(app: &App, call: &Call, sheets: &[Sheet], directory: &Directory) -> Outcome {
    let pairings = pairing::ops::every(app.reader()).await?;
    let known = activity::ops::held_before(app.reader()).await?;
    let may = |cities: (CityId, CityId)| policy::may_pair(&call.actor, cities);
    let context =
        kinds::activities::Context { directory, pairings: &pairings, today: app.today(), known: &known, may: &may };
    Ok(kinds::activities::check(sheets, &context))
}

async fn enrolments(app: &App, call: &Call, sheets: &[Sheet], directory: &Directory, plan: &mut Plan) -> Outcome {
    let class: ClassId = plan.class_id.ok_or(ImportRule::ClassNeeded)?;
    let (found, facts) = training::ops::facts(app.reader(), class, app.today()).await?;
    let members = training::ops::members(app.reader(), class).await?;
    let people: Vec<PersonId> = members.iter().map(|one| one.person).collect();
    let keys = person::ops::by_key(app.reader(), people).await?;
    let mut quotas = training::ops::places(app.reader(), class).await?;
    let invited: HashSet<OrganisationId> = quotas.keys().copied().collect();
    if quotas.is_empty() && training::policy::runs(&call.actor, &facts) {
        // A class without quotas takes those of the roster's own workbook.
        plan.quotas = kinds::enrolments::quotas(sheets, directory, Some(facts.city));
        quotas = plan.quotas.iter().copied().collect();
    }
    let enrolled =
        |name: &str, phone: &str| keys.contains_key(&(name.to_owned(), person::ops::phone_index(app, phone)));
    let others = training::ops::elsewhere(app.reader(), &found).await?;
    let titles: HashMap<PersonId, String> = others.into_iter().collect();
    let by_key = person::ops::by_key(app.reader(), titles.keys().copied().collect()).await?;
    let elsewhere = |name: &str, phone: &str| {
        let person = by_key.get(&(name.to_owned(), person::ops::phone_index(app, phone)))?;
        titles.get(person).cloned()
    };
    let may = |unit: &Organisation| {
        let district = directory.district_of(unit).map_or(unit.id, |one| one.id);
        let has_places = invited.contains(&district) || invited.contains(&unit.id);
        policy::may_enrol(&call.actor, &facts, Some((unit.city_id, &unit.path)), has_places)
    };
    let context = kinds::enrolments::Context {
        directory,
        may: &may,
        own: if training::policy::runs(&call.actor, &facts) { None } else { policy::own(&call.actor) },
        elsewhere: &elsewhere,
        near: Some(facts.city),
        year: Some(found.starts_on.year()),
        quotas: Some(quotas).filter(|quotas| !quotas.is_empty()),
        enrolled: &enrolled,
        taken: training::ops::taken(&members),
    };
    Ok(kinds::enrolments::check(sheets, &context))
}

async fn lessons(app: &App, call: &Call, sheets: &[Sheet], plan: &Plan) -> Outcome {
    let class: ClassId = plan.class_id.ok_or(ImportRule::ClassNeeded)?;
    let (found, _) = training::ops::facts(app.reader(), class, app.today()).await?;
    let known: Vec<kinds::lessons::Lesson> = training::ops::lessons(app, call, class)
        .await?
        .into_iter()
        .map(|one| kinds::lessons::Lesson { no: one.no, slot: (one.on_date, one.starts, one.ends), title: one.title })
        .collect();
    Ok(kinds::lessons::check(sheets, (found.starts_on, found.ends_on), &known))
}

async fn people(app: &App, call: &Call, sheets: &[Sheet], directory: &Directory) -> Outcome {
    let known = person::ops::names_by_unit(app.reader()).await?;
    let logins = account::ops::logins(app.reader()).await?;
    let may = |unit: &Organisation| person::policy::changes(&call.actor, unit.id, &unit.path, unit.city_id);
    let may_give = |role, unit: &Organisation| rights::may_give(&call.actor, role, &unit.path, unit.id, unit.city_id);
    let context = kinds::people::Context {
        directory,
        near: policy::home(&call.actor),
        may: &may,
        may_give: &may_give,
        known: &|name, unit| known.contains(&(name.to_owned(), unit)),
        logins: &logins,
    };
    Ok(kinds::people::check(sheets, &context))
}
