//! `admin`: what the operator does at the console of the server. Links are printed, passwords never.

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use twinning_api::infra::settings::{self, FORMER_FILE, Settings};
use twinning_api::kernel::call::Call;
use twinning_api::kernel::clock::Clock;
use twinning_api::person::ops::retention;
use twinning_api::{App, RoleCode, account, invitation};

use super::{Outcome, opened, told};

/// How long a former key is kept at least: rows of imports are sealed for 30 days (`reliability.md` P-02).
const KEPT_DAYS: i64 = 31;

#[derive(Subcommand)]
pub(super) enum Act {
    /// Make the first administrator of a kind and print a one-time link.
    Create {
        /// Mail address, which becomes the login.
        #[arg(long)]
        email: String,
        /// Name of the person.
        #[arg(long)]
        name: String,
        /// Kind of administrator; nobody is two of them.
        #[arg(long, default_value = "sys_admin",
            value_parser = PossibleValuesParser::new(["sys_admin", "sec_admin", "audit_admin"]))]
        role: String,
    },
    /// Print a one-time link to a new password.
    ResetPassword {
        /// Mail address of the account.
        #[arg(long)]
        email: String,
    },
    /// Replace the key in the data folder; the old one still opens what it sealed.
    RotateKey {
        /// Drop former keys, once nothing is sealed with them.
        #[arg(long)]
        finish: bool,
    },
    /// Say what the next run of the retention job would do, and with --yes do it now.
    Retention {
        /// Do it now.
        #[arg(long)]
        yes: bool,
    },
}

pub(super) async fn run(settings: Settings, act: Act) -> Outcome {
    match act {
        Act::Create { email, name, role } => {
            let app = opened(settings).await?;
            let role = RoleCode::from_word(&role).ok_or("There is no such role.")?;
            let path = invitation::ops::first_administrator(&app, &email, &name, role).await.map_err(told)?;
            link(&app, &path);
            Ok(())
        }
        Act::ResetPassword { email } => {
            let app = opened(settings).await?;
            let path = account::ops::password::console_link(&app, &email).await.map_err(told)?;
            link(&app, &path);
            Ok(())
        }
        Act::RotateKey { finish: false } => rotate(&settings),
        Act::RotateKey { finish: true } => finish(settings).await,
        Act::Retention { yes } => {
            let app = opened(settings).await?;
            let plan = retention::preview(&app, &Call::system("retention command")).await.map_err(told)?;
            println!("{} accounts to disable", plan.accounts_to_disable.len());
            println!("{} accounts to anonymise", plan.accounts_to_anonymise.len());
            println!("{} phone numbers to forget", plan.phones_to_forget.len());
            if yes { retention::run(&app).await.map_err(told) } else { Ok(()) }
        }
    }
}

fn link(app: &App, path: &str) {
    println!("{}{path}", app.settings.public_url);
    eprintln!("The link works once, within 30 minutes.");
}

fn rotate(settings: &Settings) -> Outcome {
    let folder = &settings.data_dir;
    settings::rotate(folder, &Clock::System.now().to_rfc3339()).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            "The key comes from TWINNING_SECRET_KEY. Set a new one there, and the old one in \
             TWINNING_FORMER_SECRET_KEYS."
                .to_owned()
        }
        _ => format!("The key cannot be replaced: {error}"),
    })?;
    println!("A new key stands in {}; the old one is kept in {FORMER_FILE}.", folder.display());
    println!("Restart the server: it seals anew what the old key sealed. Then run `admin rotate-key --finish`.");
    Ok(())
}

/// Lists former keys with their age and drops them, unless something still needs them.
async fn finish(settings: Settings) -> Outcome {
    let file = settings.data_dir.join(FORMER_FILE);
    for line in std::fs::read_to_string(&file).unwrap_or_default().lines() {
        let replaced = line.split(' ').next().unwrap_or_default();
        println!("replaced at {replaced}");
        let age = chrono::DateTime::parse_from_rfc3339(replaced).map(|at| Clock::System.now() - at.to_utc());
        if age.is_ok_and(|age| age < chrono::Duration::days(KEPT_DAYS)) {
            return Err(format!("A former key is kept for {KEPT_DAYS} days: until then rows of imports may need it."));
        }
    }
    let app = opened(settings).await?;
    retention::reseal(&app).await.map_err(told)?;
    let left = retention::sealed_with_former(&app).await.map_err(told)?;
    if left > 0 {
        return Err(format!("{left} values still need a former key; it is kept."));
    }
    if !file.exists() {
        println!("There is no former key.");
        return Ok(());
    }
    twinning_api::audit::ops::sign_anew(&app, &Call::system("rotate-key command")).await.map_err(told)?;
    match std::fs::remove_file(file) {
        Ok(()) => {
            println!("The former keys are gone.");
            Ok(())
        }
        Err(error) => Err(format!("The former keys cannot be removed: {error}")),
    }
}
