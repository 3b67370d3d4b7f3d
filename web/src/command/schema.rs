//! `migrate` and `doctor`.

use clap::Subcommand;
use twinning_api::App;
use twinning_api::infra::settings::Settings;
use twinning_api::kernel::clock::Clock;

use super::{Outcome, told};

#[derive(Subcommand)]
pub(super) enum Step {
    /// Apply every migration that is missing.
    Up,
    /// Take back the last migration; it loses data.
    Down {
        /// Go on although data will be lost.
        #[arg(long)]
        yes: bool,
    },
    /// Show what is missing.
    Status,
}

pub(super) async fn run(settings: Settings, step: Step) -> Outcome {
    let app = App::open(settings, Clock::System).await.map_err(told)?;
    let said = |error: sea_orm_error::Error| error.to_string();
    match step {
        Step::Up => app.db().migrate().await.map_err(said)?,
        Step::Down { yes: false } => return Err("This loses data. Add --yes to go on.".to_owned()),
        Step::Down { yes: true } => app.db().unmigrate().await.map_err(said)?,
        Step::Status => {
            let pending = app.db().pending().await.map_err(said)?;
            println!("{} migrations are missing", pending.len());
            for name in pending {
                println!("{name}");
            }
        }
    }
    Ok(())
}

/// The database error as this crate may name it.
mod sea_orm_error {
    pub(super) use twinning_api::infra::db::DbErr as Error;
}

pub(super) async fn doctor(settings: Settings) -> Outcome {
    println!("ok    settings");
    let app = match App::open(settings, Clock::System).await {
        Ok(app) => app,
        Err(error) => {
            println!("fail  opening database, storage or index: {}", told(error));
            return Err("Something is not in order.".to_owned());
        }
    };
    let mut well = true;
    let mut say = |name: &str, problem: Option<String>| match problem {
        None => println!("ok    {name}"),
        Some(problem) => {
            well = false;
            println!("fail  {name}: {problem}");
        }
    };
    say("database", app.db().ping().await.err().map(|error| error.to_string()));
    say(
        "schema",
        match app.db().pending().await {
            Ok(pending) if pending.is_empty() => None,
            Ok(pending) => Some(format!("{} migrations are missing; run `twinning migrate up`", pending.len())),
            Err(error) => Some(error.to_string()),
        },
    );
    say("storage", app.files.ping().await.err().map(told));
    say(
        "audit chain",
        match twinning_api::audit::ops::first_break(&app).await {
            Ok(None) => None,
            Ok(Some(seq)) => Some(format!("breaks at entry {seq}")),
            Err(error) => Some(told(error)),
        },
    );
    println!("note  mail: {}", if app.settings.smtp_url.is_some() { "sent by SMTP" } else { "written as files" });
    if well { Ok(()) } else { Err("Something is not in order.".to_owned()) }
}
