//! What can be done with imports: check a file, look at the result, confirm, cancel, undo.

mod apply;
mod check;
mod paper;
mod rows;
mod undo;

use serde::{Deserialize, Serialize};
use serde_json::json;
use twinning_entity::ids::{ClassId, ImportId, ImportRowId, OrganisationId, ProgrammeId};
use twinning_entity::import::{self as row, ImportKind, ImportState};
use twinning_entity::import_row::{self as line, RowAction, RowState};
use twinning_entity::provenance::Provenance;

pub use check::Beside;
pub use paper::{bad_rows, template};

use super::fault::FileFault;
use super::kinds::{Action, Report, Verdict};
use super::model::{self, ImportRule};
use super::policy::{self, ImportAct};
use super::store;
use super::wire::{ImportBody, ImportCounts, ImportListParams, ImportOptions};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};

/// Rows that are shown of an import (`reliability.md` U-08).
const SHOWN: u64 = 200;

/// What helps an import along in the process that began it.
#[derive(Clone, Default)]
pub struct Aid {
    /// Folder with the files that a list names.
    pub folder: Option<std::path::PathBuf>,
    /// Told after each row that is written: how many are done, of how many.
    pub on_row: Option<OnRow>,
}

/// Who is told of each row.
pub type OnRow = std::sync::Arc<dyn Fn(u64, u64) + Send + Sync>;

/// A file that is to be imported.
#[derive(Clone)]
pub struct NewImport {
    /// Kind.
    pub kind: ImportKind,
    /// Name of the file.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How it is done.
    pub options: ImportOptions,
    /// Where files that the list names are.
    pub beside: Beside,
    /// Who is told of each row that is written later; commands alone ask.
    pub on_row: Option<OnRow>,
    /// What documents are that do not say where they come from; the demo's are synthetic.
    pub provenance: Option<Provenance>,
}

/// How an import is done, with what the check found out beside the rows and what confirming made beside them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Plan {
    #[serde(default)]
    class_id: Option<ClassId>,
    #[serde(default)]
    programme_id: Option<ProgrammeId>,
    #[serde(default)]
    provenance: Option<Provenance>,
    /// Places of each district that the workbook of a roster gives a class without quotas.
    #[serde(default)]
    quotas: Vec<(OrganisationId, i32)>,
    /// Headings that nothing was read under.
    #[serde(default)]
    unused: Vec<String>,
    /// Programmes that were made for pairings of cities without one.
    #[serde(default)]
    programmes: Vec<ProgrammeId>,
}

/// Checks a file and keeps what was found; nothing else is written.
///
/// # Errors
/// [`ImportRule`], [`Error::Denied`]. A file that cannot be used gives an import that says why.
pub async fn check(app: &App, call: &Call, new: NewImport) -> Result<ImportBody> {
    call.actor.may_ever(ImportAct::Import.who())?;
    if !policy::allows(&call.actor, new.kind) {
        return Err(Error::Denied);
    }
    let mut plan = check::completed(app, call, &new).await?;
    plan.provenance = new.provenance;
    let checked = check::report(app, call, &new, &mut plan).await?;
    let id: ImportId = app.new_id();
    if let Beside::Folder(folder) = &new.beside {
        app.keep_import_aid(id, Aid { folder: Some(folder.clone()), on_row: new.on_row.clone() });
    }
    let (model, lines) = paper_of(app, call, id, &new, &plan, checked)?;
    app.write(call, async |tx| {
        store::add(tx, model.clone(), lines.clone()).await?;
        let detail = json!({ "kind": new.kind, "counts": model.counts });
        audit::note(tx, app, call, "import.check", About::new("import", id), detail).await?;
        body(tx, app, call, model.clone()).await
    })
    .await
}

/// The import and its rows as they are kept.
fn paper_of(
    app: &App,
    call: &Call,
    id: ImportId,
    new: &NewImport,
    plan: &Plan,
    checked: Result<Report, FileFault>,
) -> Result<(row::Model, Vec<line::Model>)> {
    let now = app.now();
    let (mut report, fault) = match checked {
        Ok(report) => (report, None),
        Err(fault) => (Report::default(), Some(fault)),
    };
    let plan = &Plan { unused: std::mem::take(&mut report.unused), ..plan.clone() };
    let mut counts = ImportCounts::default();
    let mut lines = Vec::with_capacity(report.rows.len());
    for (at, one) in report.rows.into_iter().enumerate() {
        let (state, action, value, note) = match one.verdict {
            Verdict::Accepted(action, value) => {
                counts.accepted += 1;
                let action = match action {
                    Action::Add => {
                        counts.add += 1;
                        RowAction::Add
                    }
                    Action::Update => {
                        counts.update += 1;
                        RowAction::Update
                    }
                    Action::Same => {
                        counts.same += 1;
                        RowAction::Same
                    }
                };
                (RowState::Accepted, Some(action), Some(value), None)
            }
            Verdict::Rejected => {
                counts.rejected += 1;
                (RowState::Rejected, None, None, None)
            }
            Verdict::Ignored(reason) => {
                counts.ignored += 1;
                (RowState::Ignored, None, None, Some(reason))
            }
        };
        lines.push(line::Model {
            id: app.new_id::<ImportRowId>(),
            import_id: id,
            position: i32::try_from(at).unwrap_or(i32::MAX),
            sheet: one.sheet,
            row_no: i32::try_from(one.row).unwrap_or(i32::MAX),
            state,
            action,
            label: note.or(Some(one.label)).filter(|text| !text.is_empty()),
            value,
            faults: serde_json::to_value(one.faults)?,
            cells: serde_json::to_value(one.cells)?,
            object_kind: None,
            object_id: None,
            before: None,
        });
    }
    let model = row::Model {
        id,
        kind: new.kind,
        state: if fault.is_some() { ImportState::Failed } else { ImportState::Checked },
        file_name: crate::file::name::clean(&new.file_name, &crate::file::name::extension(&new.file_name)),
        file_id: None,
        class_id: plan.class_id,
        options: serde_json::to_value(plan)?,
        counts: serde_json::to_value(counts)?,
        header: json!(report.header),
        fault: fault.map(serde_json::to_value).transpose()?,
        organisation_id: call.actor.appointments().first().map(|held| held.organisation),
        created_by: call.actor.account(),
        version: 1,
        created_at: now,
        updated_at: now,
        finished_at: None,
    };
    Ok((model, rows::sealed(app, new.kind, lines)?))
}

/// One import of the caller.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: ImportId) -> Result<ImportBody> {
    call.actor.may_ever(ImportAct::Import.who())?;
    let found = found(app.reader(), call, id).await?;
    body(app.reader(), app, call, found).await
}

/// An import of the caller's that it may look into.
async fn found(conn: &impl sea_orm::ConnectionTrait, call: &Call, id: ImportId) -> Result<row::Model> {
    let found = store::find(conn, call.actor.account(), id).await?;
    if policy::sees(&call.actor, found.kind) { Ok(found) } else { Err(Error::Denied) }
}

/// Imports of the caller, the latest first.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(app: &App, call: &Call, params: ImportListParams) -> Result<Page<ImportBody>> {
    call.actor.may_ever(ImportAct::Import.who())?;
    let maker = call.actor.account().ok_or(Error::Anonymous)?;
    let at = PageRequest::asked(params.limit, params.cursor, None)?;
    let found = store::page(app.reader(), maker, at.after()?, &at).await?;
    let page = Page::cut(found, &at, None, |one| (one.created_at, one.id));
    let mut items = Vec::with_capacity(page.items.len());
    for one in page.items {
        items.push(line_body(call, one, Vec::new()));
    }
    Ok(Page { items, next_cursor: page.next_cursor, total: None })
}

/// Does what the check promised: all rows, or all good ones when that is chosen, in one transaction.
///
/// # Errors
/// [`ImportRule`], [`Error::Stale`], [`Error::NotFound`].
pub async fn confirm(app: &App, call: &Call, id: ImportId, seen: i32, skip_bad_rows: bool) -> Result<ImportBody> {
    call.actor.may_ever(ImportAct::Import.who())?;
    app.write(call, async |tx| {
        let mut found = ready(tx, app, call, id, seen, "confirm").await?;
        let counts: ImportCounts = serde_json::from_value(found.counts.clone())?;
        if counts.rejected > 0 && !skip_bad_rows {
            return Err(ImportRule::BadRows.into());
        }
        if counts.accepted == 0 {
            return Err(ImportRule::NothingToDo.into());
        }
        let mut plan: Plan = serde_json::from_value(found.options.clone())?;
        apply::all(tx, app, call, &found, &mut plan).await.map_err(apply::outdated)?;
        found.options = serde_json::to_value(plan)?;
        finish(tx, app, call, found, ImportState::Done, "import.confirm").await
    })
    .await
}

/// Drops a checked import; nothing was written.
///
/// # Errors
/// As [`confirm`].
pub async fn cancel(app: &App, call: &Call, id: ImportId, seen: i32) -> Result<ImportBody> {
    call.actor.may_ever(ImportAct::Import.who())?;
    app.write(call, async |tx| {
        let found = ready(tx, app, call, id, seen, "cancel").await?;
        finish(tx, app, call, found, ImportState::Cancelled, "import.cancel").await
    })
    .await
}

/// Takes back what an import made, while nothing was built on it.
///
/// # Errors
/// As [`confirm`]; [`ImportRule::BuiltUpon`].
pub async fn undo(app: &App, call: &Call, id: ImportId, seen: i32) -> Result<ImportBody> {
    call.actor.may_ever(ImportAct::Import.who())?;
    app.write(call, async |tx| {
        let found = ready(tx, app, call, id, seen, "undo").await?;
        let plan: Plan = serde_json::from_value(found.options.clone())?;
        undo::take_back(tx, app, call, &found, &plan).await?;
        finish(tx, app, call, found, ImportState::Undone, "import.undo").await
    })
    .await
}

/// The import, if it is the caller's, in the right state and version, and still theirs to do: rights may have ended
/// since the check (`reliability.md` Z-08).
async fn ready(
    tx: &impl sea_orm::ConnectionTrait,
    app: &App,
    call: &Call,
    id: ImportId,
    seen: i32,
    act: &str,
) -> Result<row::Model> {
    let found = found(tx, call, id).await?;
    if !model::acts(found.state).contains(&act) {
        return Err(ImportRule::WrongState(found.state).into());
    }
    if found.version != seen {
        return Err(Error::Stale);
    }
    if !policy::allows(&call.actor, found.kind) {
        return Err(Error::Denied);
    }
    let of_class = matches!(found.kind, ImportKind::Enrolments | ImportKind::Lessons | ImportKind::Attendance);
    if let Some(class) = found.class_id.filter(|_| of_class && !call.actor.is_system()) {
        let (_, facts) = crate::training::ops::facts(tx, class, app.today()).await?;
        if !policy::may_fill(&call.actor, found.kind, &facts) {
            return Err(Error::Denied);
        }
    }
    Ok(found)
}

async fn finish(
    tx: &impl sea_orm::ConnectionTrait,
    app: &App,
    call: &Call,
    found: row::Model,
    state: ImportState,
    operation: &str,
) -> Result<ImportBody> {
    let now = app.now();
    // Names and phone numbers of a roster are kept where they belong, not in the paper of the import; what was left
    // out is kept, sealed, until it is mended or its time is over.
    if matches!(found.kind, ImportKind::Enrolments | ImportKind::People) {
        store::forget_cells(tx, &[found.id], state != ImportState::Done).await?;
    }
    let next = row::Model { state, version: found.version + 1, updated_at: now, finished_at: Some(now), ..found };
    store::replace(tx, next.clone()).await?;
    audit::note(tx, app, call, operation, About::new("import", next.id), apply::told(&next)).await?;
    body(tx, app, call, next).await
}

async fn body(conn: &impl sea_orm::ConnectionTrait, app: &App, call: &Call, found: row::Model) -> Result<ImportBody> {
    let lines = rows::opened(app, found.kind, store::shown(conn, found.id, SHOWN).await?)?;
    Ok(line_body(call, found, lines))
}

fn line_body(call: &Call, found: row::Model, lines: Vec<line::Model>) -> ImportBody {
    let plan: Plan = serde_json::from_value(found.options).unwrap_or_default();
    let fault: Option<FileFault> = found.fault.and_then(|fault| serde_json::from_value(fault).ok());
    ImportBody {
        id: found.id,
        kind: found.kind,
        state: found.state,
        file_name: found.file_name,
        counts: serde_json::from_value(found.counts).unwrap_or_default(),
        header: crate::programme::ops::strings(&found.header),
        problem: fault.as_ref().map(|fault| fault.sentence(call.lang)),
        problem_code: fault.map(|fault| fault.code),
        class_id: found.class_id,
        unused_columns: plan.unused,
        rows: lines.into_iter().map(|one| rows::body(one, call.lang)).collect(),
        created_at: found.created_at.with_timezone(&shanghai()),
        allowed_actions: model::acts(found.state).iter().map(|act| (*act).to_owned()).collect(),
        version: found.version,
    }
}

/// Imports that nobody confirmed, and rows that nobody mended, are forgotten after this time (`reliability.md` P-06).
const KEPT: chrono::Duration = chrono::Duration::days(30);

/// Drops checked imports that nobody confirmed in time, and empties the rows of all that are older.
///
/// # Errors
/// The engine's error.
pub async fn forget_old(app: &App) -> Result<()> {
    let before = app.now() - KEPT;
    let call = Call::system("sweep imports");
    app.write(&call, async |tx| {
        for found in store::waiting(tx, before).await? {
            finish(tx, app, &call, found, ImportState::Cancelled, "import.cancel").await?;
        }
        let old = store::older(tx, before).await?;
        store::forget_cells(tx, &old, true).await
    })
    .await
}
