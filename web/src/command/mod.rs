//! The command line: one file for each group of subcommands (`contract.md` 2).

mod admin;
mod import;
mod print;
mod schema;
mod serve;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use twinning_api::App;
use twinning_api::infra::settings::Settings;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::clock::Clock;
use twinning_api::rest::problem::sentence;

/// Cross-city party-building twinning and exchange portal.
#[derive(Parser)]
#[command(name = "twinning", version)]
struct Arguments {
    /// Settings file; the environment wins over it.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve API, portal and background jobs.
    Serve {
        /// Serve only; jobs run elsewhere.
        #[arg(long)]
        no_jobs: bool,
    },
    /// Run only the background jobs.
    Work,
    /// Bring the schema up, down or show its state.
    Migrate {
        #[command(subcommand)]
        step: schema::Step,
    },
    /// Load example data.
    Seed {
        /// What to load.
        #[arg(value_parser = ["demo"])]
        what: String,
    },
    /// Import a file in bulk.
    Import(import::Arguments),
    /// First administrators, new passwords, key rotation, retention.
    Admin {
        #[command(subcommand)]
        act: admin::Act,
    },
    /// Whether the installation is whole: schema, database, record, stored files, letters.
    Verify(verify::Arguments),
    /// Rebuild the search index from the database.
    Reindex,
    /// Print a reference document.
    Print {
        /// Which one.
        #[arg(value_parser = ["openapi", "settings", "permissions", "errors"])]
        what: String,
    },
    /// Check configuration, database, storage and audit chain.
    Doctor,
}

/// What a command came to: nothing to say, or a sentence why not.
pub(crate) type Outcome = Result<(), String>;

/// Runs the command line; exits 0, 1 for a failure, 2 for wrong usage.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let wrong = error.use_stderr();
            let _ = error.print();
            return if wrong { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    if let Command::Print { what } = &arguments.command {
        return finished(print::run(what));
    }
    let settings = match Settings::load(arguments.config.as_deref()) {
        Ok(settings) => settings,
        Err(mistakes) => {
            for mistake in mistakes {
                eprintln!("{mistake}");
            }
            return ExitCode::FAILURE;
        }
    };
    start_log(&settings);
    for name in &settings.unknown {
        tracing::warn!(name, "no such setting");
    }
    if settings.secret_key_made {
        eprintln!("A key was made in {}; keep a copy of it apart from the backups.", settings.data_dir.display());
    }
    finished(actix_web::rt::System::new().block_on(dispatch(arguments.command, settings)))
}

async fn dispatch(command: Command, settings: Settings) -> Outcome {
    match command {
        Command::Serve { no_jobs } => serve::run(settings, !no_jobs).await,
        Command::Work => serve::work(settings).await,
        Command::Migrate { step } => schema::run(settings, step).await,
        Command::Seed { .. } => {
            let app = opened(settings).await?;
            let loaded = twinning_api::demo::seed(&app).await.map_err(told)?;
            println!("{}", if loaded { "The 2019 example was loaded." } else { "The 2019 example is there already." });
            Ok(())
        }
        Command::Import(arguments) => import::run(settings, arguments).await,
        Command::Admin { act } => admin::run(settings, act).await,
        Command::Verify(arguments) => verify::run(settings, arguments).await,
        Command::Reindex => {
            let app = opened(settings).await?;
            let count = twinning_api::search::rebuild(&app).await.map_err(told)?;
            println!("{count} objects indexed.");
            Ok(())
        }
        Command::Doctor => schema::doctor(settings).await,
        Command::Print { what } => print::run(&what),
    }
}

/// The app on a schema that is up to date; SQLite is migrated, PostgreSQL is not touched.
pub(crate) async fn opened(settings: Settings) -> Result<App, String> {
    let app = App::open(settings, Clock::System).await.map_err(told)?;
    let pending = app.db().pending().await.map_err(|error| error.to_string())?;
    if pending.is_empty() {
        return Ok(app);
    }
    if app.settings.database_url.expose().starts_with("sqlite") {
        app.db().migrate().await.map_err(|error| error.to_string())?;
        return Ok(app);
    }
    Err("The database schema is older than this program. Run `twinning migrate up` first.".to_owned())
}

/// An error as one line.
pub(crate) fn told(error: twinning_api::Error) -> String {
    twinning_api::rest::problem::log_fault(&error, "command");
    sentence(&error, Lang::En)
}

fn finished(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn start_log(settings: &Settings) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = if settings.log_json { log.json().try_init() } else { log.with_ansi(false).try_init() };
}
