//! What tests stand on: an app on a database of its own, on each engine, with a clock that can be moved.

pub mod bare;
pub mod synthetic;
mod template;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use figment::Figment;
use sea_orm::{ConnectionTrait as _, Database};

use crate::app::App;
use crate::infra::db::Db;
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
    statements: Arc<AtomicU64>,
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
    pub async fn empty(engine: Engine) -> Self {
        Self::with(engine, &[]).await
    }

    /// As [`Bench::empty`], with settings of its own.
    ///
    /// # Panics
    /// As [`Bench::empty`].
    #[expect(clippy::expect_used, reason = "tests may stop here")]
    pub async fn with(engine: Engine, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = match engine {
            Engine::Sqlite => sqlite_url(folder.path()),
            Engine::Postgres => fresh_database().await,
        };
        let (app, statements) = counted(folder.path(), &url, more).await;
        app.db().migrate().await.expect("a schema");
        Self { app, statements, _folder: folder }
    }

    /// An app with the 2019 example, copied from one that the first test to ask for it loads.
    ///
    /// # Panics
    /// As [`Bench::empty`].
    pub async fn demo(engine: Engine) -> Self {
        Self::demo_with(engine, &[]).await
    }

    /// As [`Bench::demo`], with settings of its own.
    ///
    /// # Panics
    /// As [`Bench::empty`].
    #[expect(clippy::expect_used, reason = "tests may stop here")]
    pub async fn demo_with(engine: Engine, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = template::copy(engine, folder.path()).await;
        let (app, statements) = counted(folder.path(), &url, more).await;
        Self { app, statements, _folder: folder }
    }

    /// The same installation with other settings, as after a restart.
    ///
    /// # Panics
    /// When the database cannot be opened again.
    #[expect(clippy::expect_used, reason = "tests may stop here")]
    pub async fn restarted(self, more: &[(&str, &str)]) -> Self {
        let Self { app, _folder: folder, .. } = self;
        let url = app.settings.database_url.expose().to_owned();
        let clock = app.clock().clone();
        drop(app);
        let statements = Arc::new(AtomicU64::new(0));
        let db = Db::open(&url, None).await.expect("a database");
        let app = App::with_db(settings(folder.path(), &url, more), clock, db).expect("an app");
        Self { app, statements, _folder: folder }
    }

    /// Statements that the database has run for this app so far.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }
}

#[expect(clippy::expect_used, reason = "tests may stop here")]
async fn counted(folder: &Path, url: &str, more: &[(&str, &str)]) -> (App, Arc<AtomicU64>) {
    let statements = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&statements);
    let mut db = Db::open(url, None).await.expect("a database");
    db.watch(move || {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let app = App::with_db(settings(folder, url, more), Clock::fixed(instant()), db).expect("an app");
    (app, statements)
}

#[expect(clippy::expect_used, reason = "tests may stop here")]
async fn opened(folder: &Path, url: &str) -> App {
    App::open(settings(folder, url, &[]), Clock::fixed(instant())).await.expect("an app")
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("twinning.db").display())
}

#[expect(clippy::expect_used, reason = "tests may stop here")]
fn settings(folder: &Path, url: &str, more: &[(&str, &str)]) -> Settings {
    let values = [
        ("TWINNING_ENV", "test".to_owned()),
        ("TWINNING_DATA_DIR", folder.display().to_string()),
        ("TWINNING_DATABASE_URL", url.to_owned()),
        ("TWINNING_SECRET_KEY", "a key for tests that protects nothing".to_owned()),
    ];
    let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let values = values.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect();
    Settings::read(&Figment::new(), &values).expect("settings")
}

/// Makes a database in the cluster of the test command.
async fn fresh_database() -> String {
    let name = format!("t{}", uuid::Uuid::new_v4().simple());
    in_cluster(&format!("CREATE DATABASE {name}")).await;
    database_url(&name)
}

#[expect(clippy::expect_used, reason = "tests may stop here")]
fn database_url(name: &str) -> String {
    let base = std::env::var("TWINNING_TEST_POSTGRES_URL")
        .expect("no PostgreSQL for tests: run them with `make test`, which starts one");
    format!("{base}/{name}")
}

#[expect(clippy::expect_used, reason = "tests may stop here")]
async fn in_cluster(statement: &str) {
    let admin = Database::connect(database_url("postgres")).await.expect("PostgreSQL answers");
    admin.execute_unprepared(statement).await.expect("a database");
    admin.close().await.expect("closed");
}

/// Runs a test on SQLite and on PostgreSQL, each on a database of its own: `empty` or holding the `demo`.
#[macro_export]
macro_rules! on_each_engine {
    ($(async fn $name:ident($bench:ident: &Bench, $with:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "each test uses a part of what the file brings in")]
            use super::*;

            async fn body($bench: &Bench) $body

            #[actix_web::test]
            async fn sqlite() {
                body(&Bench::$with(twinning_api::testkit::Engine::Sqlite).await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                body(&Bench::$with(twinning_api::testkit::Engine::Postgres).await).await;
            }
        }
    )+};
}
