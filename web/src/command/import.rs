//! `import KIND FILE`.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::PossibleValuesParser;
use twinning_api::App;
use twinning_api::import_words::{ImportKind, ImportState};
use twinning_api::infra::jobs;
use twinning_api::infra::settings::Settings;
use twinning_api::kernel::call::{Call, Lang};
use twinning_api::transfer::kinds;
use twinning_api::transfer::ops::{self, Beside, NewImport, OnRow};
use twinning_api::transfer::wire::{ImportBody, ImportOptions};
use twinning_api::{programme, training};

use super::{Outcome, opened, told};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What the file holds.
    #[arg(value_parser = PossibleValuesParser::new(known()))]
    kind: String,
    /// The file.
    file: PathBuf,
    /// Class by its number or identifier, for enrolments and lessons.
    #[arg(long, required_if_eq_any([("kind", "enrolments"), ("kind", "lessons")]))]
    class: Option<String>,
    /// Programme by its code or identifier, for pairings and shared documents.
    #[arg(long)]
    programme: Option<String>,
    /// Show what would happen and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Import the good rows and leave out those with errors.
    #[arg(long)]
    skip_bad_rows: bool,
}

/// Kinds that are imported.
fn known() -> impl Iterator<Item = &'static str> {
    ImportKind::ALL.iter().filter(|kind| kinds::columns(**kind).is_some()).map(|kind| kind.word())
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
    let bar = std::io::stderr().is_terminal().then(bar);
    let on_row: Option<OnRow> = bar.clone().map(|bar| -> OnRow {
        Arc::new(move |done, rows| {
            bar.set_length(rows);
            bar.set_position(done);
        })
    });
    let new = NewImport {
        kind,
        file_name: arguments.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        bytes,
        options: options(&app, &arguments).await?,
        beside: Beside::Folder(folder),
        on_row,
        provenance: None,
    };
    let checked = ops::check(&app, &call, new).await.map_err(told)?;
    if let Some(problem) = checked.problem {
        return Err(problem);
    }
    tell(&checked);
    if arguments.dry_run {
        ops::cancel(&app, &call, checked.id, checked.version).await.map_err(told)?;
        let good = checked.counts.rejected == 0 || arguments.skip_bad_rows;
        return if good { Ok(()) } else { Err("Some rows have errors; nothing was written.".to_owned()) };
    }
    let done = ops::confirm(&app, &call, checked.id, checked.version, arguments.skip_bad_rows).await;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let done = done.map_err(told)?;
    jobs::run_until_idle(&app, twinning_api::JOBS).await.map_err(told)?;
    twinning_api::search::catch_up(&app).await;
    if done.state == ImportState::Done { Ok(()) } else { Err("The import was not done.".to_owned()) }
}

/// The class and the programme that were named, by what people call them or by identifier.
async fn options(app: &App, arguments: &Arguments) -> Result<ImportOptions, String> {
    let id = |text: &str| uuid::Uuid::try_parse(text).ok();
    let class_id = match arguments.class.as_deref() {
        None => None,
        Some(text) => match id(text) {
            Some(id) => Some(id.into()),
            None => Some(
                training::ops::by_no(app.reader(), text)
                    .await
                    .map_err(told)?
                    .ok_or_else(|| format!("There is no class with the number {text}."))?,
            ),
        },
    };
    let programme_id = match arguments.programme.as_deref() {
        None => None,
        Some(text) => match id(text) {
            Some(id) => Some(id.into()),
            None => Some(
                programme::ops::by_code(app.reader(), text)
                    .await
                    .map_err(told)?
                    .ok_or_else(|| format!("There is no programme with the code {text}."))?
                    .id,
            ),
        },
    };
    Ok(ImportOptions { class_id, programme_id })
}

fn bar() -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} {eta}");
    let bar = indicatif::ProgressBar::new(0);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// What the check found: the rows that need a look, then the numbers.
fn tell(checked: &ImportBody) {
    for row in checked.rows.iter().filter(|row| !row.faults.is_empty()) {
        for fault in &row.faults {
            let column = fault.column.as_deref().map(|column| format!(" [{column}]")).unwrap_or_default();
            let sheet = if row.sheet.is_empty() { String::new() } else { format!("{} ", row.sheet) };
            eprintln!("{sheet}{}{column} {}", row.row, fault.message);
        }
    }
    if !checked.unused_columns.is_empty() {
        eprintln!("Columns not used: {}", checked.unused_columns.join(", "));
    }
    let counts = checked.counts;
    println!(
        "{} rows can be imported ({} new, {} changed, {} unchanged), {} have errors, {} are no data.",
        counts.accepted, counts.add, counts.update, counts.same, counts.rejected, counts.ignored
    );
}
