//! What tests stand on: an app on a database of its own, on each engine, with a clock that can be moved.

use std::path::Path;

use figment::Figment;
use sea_orm::{ConnectionTrait as _, Database};

use crate::app::App;
use crate::infra::settings::Settings;
use crate::kernel::clock::Clock;

/// Engine a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite in a folder of its own.
    Sqlite,
    /// A fresh database of the cluster that the test command started.
    Postgres,
}

/// An app with its folder, which goes when the test ends.
pub struct Bench {
    /// The app.
    pub app: App,
    _folder: tempfile::TempDir,
}

/// The instant at which the clock of a test stands: after everything the example tells.
///
/// # Panics
/// Never: the text is an instant.
#[must_use]
#[expect(clippy::expect_used, reason = "tests may stop here")]
pub fn instant() -> chrono::DateTime<chrono::Utc> {
    "2021-03-01T02:00:00Z".parse().expect("an instant")
}

impl Bench {
    /// A migrated, empty app.
    ///
    /// # Panics
    /// When the engine cannot be had; for PostgreSQL `make test` starts one and names it in
    /// `TWINNING_TEST_POSTGRES_URL`.
    #[expect(clippy::expect_used, reason = "tests may stop here")]
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("twinning.db").display()),
            Engine::Postgres => fresh_database().await,
        };
        let settings = settings(folder.path(), &url);
        let app = App::open(settings, Clock::fixed(instant())).await.expect("an app");
        app.db().migrate().await.expect("a schema");
        Self { app, _folder: folder }
    }
}

#[expect(clippy::expect_used, reason = "tests may stop here")]
fn settings(folder: &Path, url: &str) -> Settings {
    let values = [
        ("TWINNING_ENV", "test".to_owned()),
        ("TWINNING_DATA_DIR", folder.display().to_string()),
        ("TWINNING_DATABASE_URL", url.to_owned()),
        ("TWINNING_SECRET_KEY", "a key for tests that protects nothing".to_owned()),
    ];
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Settings::read(&Figment::new(), &values).expect("settings")
}

/// Makes a database in the cluster of the test command.
#[expect(clippy::expect_used, reason = "tests may stop here")]
async fn fresh_database() -> String {
    let base = std::env::var("TWINNING_TEST_POSTGRES_URL")
        .expect("no PostgreSQL for tests: run them with `make test`, which starts one");
    let name = format!("t{}", uuid::Uuid::new_v4().simple());
    let admin = Database::connect(format!("{base}/postgres")).await.expect("PostgreSQL answers");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
    admin.close().await.expect("closed");
    format!("{base}/{name}")
}

/// Runs a test on SQLite and on PostgreSQL, each on a database of its own.
#[macro_export]
macro_rules! on_each_engine {
    ($(async fn $name:ident($bench:ident: &Bench) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "each test uses a part of what the file brings in")]
            use super::*;

            async fn body($bench: &Bench) $body

            #[actix_web::test]
            async fn sqlite() {
                body(&Bench::new(twinning_api::testkit::Engine::Sqlite).await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                body(&Bench::new(twinning_api::testkit::Engine::Postgres).await).await;
            }
        }
    )+};
}
