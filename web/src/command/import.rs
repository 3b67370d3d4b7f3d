//! `import KIND FILE`.

use std::path::PathBuf;

use twinning_api::ids::ClassId;
use twinning_api::import_words::{ImportKind, ImportState};
use twinning_api::infra::jobs;
use twinning_api::infra::settings::Settings;
use twinning_api::kernel::call::{Call, Lang};
use twinning_api::transfer::ops::{self, Beside, NewImport};
use twinning_api::transfer::wire::ImportOptions;

use super::{Outcome, opened, told};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What the file holds: organisations, pairings, activities, enrolments, lessons, documents.
    kind: String,
    /// The file.
    file: PathBuf,
    /// Class, for enrolments and lessons.
    #[arg(long)]
    class: Option<uuid::Uuid>,
    /// Show what would happen and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Import the good rows and leave out those with errors.
    #[arg(long)]
    skip_bad_rows: bool,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Outcome {
    let kind = ImportKind::from_word(&arguments.kind)
        .ok_or_else(|| format!("There is no kind of import called {}.", arguments.kind))?;
    let bytes = std::fs::read(&arguments.file).map_err(|error| format!("{}: {error}", arguments.file.display()))?;
    let app = opened(settings).await?;
    let mut call = Call::system("import command");
    call.lang = if std::env::var("LANG").is_ok_and(|lang| lang.starts_with("zh")) { Lang::Zh } else { Lang::En };
    let folder =
        arguments.file.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(".".into(), PathBuf::from);
    let new = NewImport {
        kind,
        file_name: arguments.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        bytes,
        options: ImportOptions { class_id: arguments.class.map(ClassId), programme_id: None },
        beside: Beside::Folder(folder),
        provenance: None,
    };
    let checked = ops::check(&app, &call, new).await.map_err(told)?;
    if let Some(problem) = checked.problem {
        return Err(problem);
    }
    for row in checked.rows.iter().filter(|row| !row.faults.is_empty()) {
        for fault in &row.faults {
            let column = fault.column.as_deref().map(|column| format!(" [{column}]")).unwrap_or_default();
            eprintln!("{}{}{column} {}", row.sheet, row.row, fault.message);
        }
    }
    let counts = checked.counts;
    println!(
        "{} rows can be imported ({} new, {} changed, {} unchanged), {} have errors, {} are no data.",
        counts.accepted, counts.add, counts.update, counts.same, counts.rejected, counts.ignored
    );
    if arguments.dry_run {
        ops::cancel(&app, &call, checked.id, checked.version).await.map_err(told)?;
        return Ok(());
    }
    let done = ops::confirm(&app, &call, checked.id, checked.version, arguments.skip_bad_rows).await.map_err(told)?;
    jobs::run_until_idle(&app, twinning_api::JOBS).await.map_err(told)?;
    if done.state == ImportState::Done { Ok(()) } else { Err("The import was not done.".to_owned()) }
}
