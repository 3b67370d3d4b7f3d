//! Checking a file against what is known.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use chrono::Datelike as _;
use twinning_entity::ids::{ClassId, OrganisationId, PersonId};
use twinning_entity::import::ImportKind;

use super::NewImport;
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::transfer::fault::FileFault;
use crate::transfer::header::Columns;
use crate::transfer::kinds::directory::Directory;
use crate::transfer::kinds::{self, Report};
use crate::transfer::model::ImportRule;
use crate::transfer::sheet::{self, Limits, Sheet};
use crate::transfer::wire::ImportOptions;
use crate::{activity, library, organisation, pairing, person, programme, training};

/// How long a file waits for its turn at being read before the caller is told to come back.
const TURN: std::time::Duration = std::time::Duration::from_secs(20);

/// How long a file may take to be read.
const READING: std::time::Duration = std::time::Duration::from_secs(120);

/// Where files that a list names can be had.
#[derive(Clone, Debug)]
pub enum Beside {
    /// Nowhere: the list came alone.
    Nowhere,
    /// In a folder of this machine; commands only.
    Folder(PathBuf),
}

impl Beside {
    /// The place of a named file; a name that leaves the folder has none.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let Self::Folder(folder) = self else { return None };
        if name.contains(['/', '\\']) || name.starts_with('.') {
            return None;
        }
        Some(folder.join(name)).filter(|path| path.is_file())
    }
}

/// The options with what goes without saying filled in.
pub(super) async fn completed(app: &App, call: &Call, new: &NewImport) -> Result<ImportOptions> {
    let mut options = new.options.clone();
    // What is named must be there, whatever the kind.
    if let Some(class) = options.class_id {
        training::ops::facts(app.reader(), class, app.today()).await?;
    }
    if let Some(programme) = options.programme_id {
        programme::ops::find(app.reader(), programme).await?;
    }
    match new.kind {
        ImportKind::Enrolments | ImportKind::Lessons => {
            let class = options.class_id.ok_or(ImportRule::ClassNeeded)?;
            let (_, facts) = training::ops::facts(app.reader(), class, app.today()).await?;
            if !call.actor.is_system() && !training::policy::runs(&call.actor, &facts) {
                return Err(Error::Denied);
            }
        }
        ImportKind::Pairings | ImportKind::Documents => {
            if options.programme_id.is_none() {
                let params = crate::kernel::page::ListParams { limit: Some(2), ..Default::default() };
                let known = programme::ops::list(app, call, params).await?;
                options.programme_id = match known.items.as_slice() {
                    [only] => Some(only.id),
                    _ if new.kind == ImportKind::Documents => None,
                    _ => return Err(ImportRule::ProgrammeNeeded.into()),
                };
            }
        }
        ImportKind::Organisations | ImportKind::Activities => {}
        _ => return Err(ImportRule::KindUnsupported.into()),
    }
    Ok(options)
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
    options: &ImportOptions,
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
        ImportKind::Organisations => Ok(kinds::organisations::check(&sheets, &directory)),
        ImportKind::Pairings => pairings(app, &sheets, &directory).await,
        ImportKind::Activities => activities(app, &sheets, &directory).await,
        ImportKind::Enrolments => enrolments(app, &sheets, &directory, options).await,
        ImportKind::Lessons => lessons(app, call, &sheets, options).await,
        ImportKind::Documents => documents(app, new, &sheets, &directory).await,
        _ => Err(ImportRule::KindUnsupported.into()),
    }
}

type Outcome = Result<Result<Report, FileFault>>;

async fn pairings(app: &App, sheets: &[Sheet], directory: &Directory) -> Outcome {
    use twinning_entity::pairing::PairingStatus as S;
    let known = pairing::ops::every(app.reader()).await?;
    let live: HashSet<String> = known
        .iter()
        .filter(|one| {
            !matches!(one.status, S::Draft | S::Expired | S::Renewed | S::Terminated | S::Declined | S::Withdrawn)
        })
        .map(|one| pairing::ops::pair_key(one.side_a, one.side_b))
        .collect();
    let is_live = |a: OrganisationId, b: OrganisationId| live.contains(&pairing::ops::pair_key(a, b));
    Ok(kinds::pairings::check(sheets, directory, &is_live))
}

async fn activities(app: &App, sheets: &[Sheet], directory: &Directory) -> Outcome {
    let pairings = pairing::ops::every(app.reader()).await?;
    let known = activity::ops::source_codes(app.reader()).await?;
    let is_known =
        |pairing: &pairing::ops::PairingSides, code: &str| known.contains(&(pairing.programme, code.to_owned()));
    Ok(kinds::activities::check(sheets, directory, &pairings, app.today(), &is_known))
}

async fn enrolments(app: &App, sheets: &[Sheet], directory: &Directory, options: &ImportOptions) -> Outcome {
    let class: ClassId = options.class_id.ok_or(ImportRule::ClassNeeded)?;
    let (found, _) = training::ops::facts(app.reader(), class, app.today()).await?;
    let members = training::ops::members(app.reader(), class).await?;
    let people: Vec<PersonId> = members.iter().map(|one| one.person).collect();
    let keys: HashSet<(String, String)> = person::ops::keys(app.reader(), people).await?.into_iter().collect();
    let mut taken: HashMap<OrganisationId, i32> = HashMap::new();
    for district in members.iter().filter_map(|one| one.district) {
        *taken.entry(district).or_default() += 1;
    }
    let call = Call::system("match imports");
    let stored = training::ops::quotas(app, &call, class).await?;
    let quotas: HashMap<OrganisationId, i32> =
        stored.into_iter().map(|one| (one.organisation.id, one.places)).collect();
    let enrolled = |name: &str, phone: &str| keys.contains(&(name.to_owned(), person::ops::phone_index(app, phone)));
    let context = kinds::enrolments::Context {
        directory,
        year: Some(found.starts_on.year()),
        quotas: Some(quotas).filter(|quotas| !quotas.is_empty()),
        enrolled: &enrolled,
        taken,
    };
    Ok(kinds::enrolments::check(sheets, &context))
}

async fn lessons(app: &App, call: &Call, sheets: &[Sheet], options: &ImportOptions) -> Outcome {
    let class: ClassId = options.class_id.ok_or(ImportRule::ClassNeeded)?;
    let (found, _) = training::ops::facts(app.reader(), class, app.today()).await?;
    let known = training::ops::lessons(app, call, class).await?.into_iter().map(|one| one.no).collect();
    Ok(kinds::lessons::check(sheets, (found.starts_on, found.ends_on), &known))
}

async fn documents(app: &App, new: &NewImport, sheets: &[Sheet], directory: &Directory) -> Outcome {
    let there = |name: &str| new.beside.path(name).is_some();
    // First without asking what is stored, to learn which contents are meant at all.
    let first = match kinds::documents::check(sheets, directory, &there, &|_| false) {
        Ok(report) => report,
        Err(fault) => return Ok(Err(fault)),
    };
    let mut known = HashSet::new();
    for row in &first.rows {
        let kinds::Verdict::Accepted(_, value) = &row.verdict else { continue };
        let listed: kinds::documents::Listed = serde_json::from_value(value.clone())?;
        let content = match (&listed.file, &listed.body_markdown) {
            (Some(name), _) => match new.beside.path(name) {
                Some(path) => std::fs::read(path)?,
                None => continue,
            },
            (None, Some(text)) => text.clone().into_bytes(),
            (None, None) => continue,
        };
        let sha256 = crate::infra::secrets::hex(&<sha2::Sha256 as sha2::Digest>::digest(&content));
        if library::ops::find_same(app.reader(), listed.organisation, &listed.title, &sha256).await?.is_some() {
            known.insert((listed.title, listed.organisation, listed.file));
        }
    }
    let is_known =
        |one: &kinds::documents::Listed| known.contains(&(one.title.clone(), one.organisation, one.file.clone()));
    Ok(kinds::documents::check(sheets, directory, &there, &is_known))
}
