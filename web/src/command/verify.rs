//! `verify`: whether the live installation is whole (`reliability.md` D-08).

use twinning_api::App;
use twinning_api::file::ops::check;
use twinning_api::infra::db;
use twinning_api::infra::settings::Settings;
use twinning_api::kernel::clock::Clock;

use super::{Outcome, told};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Move stored bytes that no file speaks of aside; nothing is deleted.
    #[arg(long)]
    repair: bool,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Outcome {
    let app = App::open(settings, Clock::System).await.map_err(told)?;
    let mut whole = true;
    let mut say = |name: &str, problems: Vec<String>| {
        if problems.is_empty() {
            println!("ok    {name}");
        }
        for problem in problems {
            whole = false;
            println!("fail  {name}: {problem}");
        }
    };
    let pending = app.db().pending().await.map_err(|error| error.to_string())?;
    say("schema", pending.into_iter().map(|name| format!("{name} is missing")).collect());
    say("database", db::integrity(app.db()).await.map_err(|error| error.to_string())?);
    let chain = twinning_api::audit::ops::verify(&app).await.map_err(told)?;
    say(&format!("record of {} entries", chain.entries), chain.problems);
    let stored = check::check(&app).await.map_err(told)?;
    say(&format!("{} stored files", stored.files), stored.problems);
    if arguments.repair {
        check::set_aside(&app, &stored.orphans).await.map_err(told)?;
        println!("note  {} stored without a file, now set aside", stored.orphans.len());
    } else {
        say("storage", stored.orphans.iter().map(|key| format!("{key} is stored, but no file speaks of it")).collect());
    }
    let letters = twinning_api::letter::ops::outbox::stuck(&app).await.map_err(told)?;
    println!("note  letters: {} wait, {} are dead", letters.0, letters.1);
    if whole { Ok(()) } else { Err("The installation is not whole.".to_owned()) }
}
