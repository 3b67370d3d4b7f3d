//! `migrate` and `doctor`.

use clap::Subcommand;
use twinning_api::App;
use twinning_api::infra::settings::{SecondFactor, Settings};
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
        match twinning_api::audit::ops::verify(&app).await {
            Ok(verdict) => verdict.problems.first().cloned(),
            Err(error) => Some(told(error)),
        },
    );
    say("mail", app.mail.ping().await.err());
    let note = |text: &str| println!("note  {text}");
    if app.settings.smtp_url.is_none() {
        note("mail: letters are written as files; set TWINNING_SMTP_URL to send them");
    }
    if app.settings.second_factor != SecondFactor::RequiredForStaff {
        note("second factor: staff may go without; set TWINNING_SECOND_FACTOR=required_for_staff for level 3");
    }
    if app.settings.staff_networks.is_empty() {
        note("staff networks: none is named, so staff may sign in from anywhere; set TWINNING_STAFF_NETWORKS");
    }
    if !app.settings.former_keys.is_empty() {
        note("keys: former ones are still accepted; `admin rotate-key --finish` drops them once nothing needs them");
    }
    if well { Ok(()) } else { Err("Something is not in order.".to_owned()) }
}
