//! The database: one writer and a pool of readers on SQLite, pools on PostgreSQL, and what an engine's errors mean.

use std::path::Path;
use std::time::Duration;

pub use sea_orm::DbErr;
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    IsolationLevel, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use twinning_migration::{Migrator, MigratorTrait};

/// Reading connections of SQLite: more than the cores of the machines it serves would only hold memory.
const SQLITE_READERS: u32 = 4;

/// Connections of one database.
#[derive(Clone, Debug)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

/// What an engine's error means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The same write can be tried again: a lost race, a deadlock, a lock.
    Transient,
    /// The engine cannot be reached now.
    Unreachable,
    /// Something of the same kind is there already.
    Duplicate,
    /// A value that the engine cannot hold: a NUL in a text, a day outside its calendar.
    Value,
    /// A fault of ours.
    Fault,
}

impl Db {
    /// Opens the database at `url`, creating a SQLite file that is not there yet.
    ///
    /// `read_url` names a replica for reads that decide nothing; without it reads use their own pool.
    ///
    /// # Errors
    /// The engine's error when it cannot be reached.
    pub async fn open(url: &str, read_url: Option<&str>) -> Result<Self, DbErr> {
        if url.starts_with("sqlite:") {
            if let Some(file) = url.strip_prefix("sqlite://").and_then(|rest| rest.split('?').next()) {
                prepare_file(Path::new(file))?;
            }
            let writer = Database::connect(sqlite(url, 1)).await?;
            // Without figures the engine takes any index that fits instead of the key; a sample of each is enough, and
            // readers see it because they connect afterwards.
            // Another process may be writing; then the figures of last time do.
            if let Err(error) = writer.execute_unprepared("PRAGMA analysis_limit = 400; ANALYZE;").await {
                tracing::debug!(%error, "no new figures for the planner");
            }
            let reader = Database::connect(sqlite(url, SQLITE_READERS)).await?;
            return Ok(Self { writer, reader });
        }
        let writer = Database::connect(postgres(url)).await?;
        let reader = match read_url {
            Some(replica) => Database::connect(postgres(replica)).await?,
            None => writer.clone(),
        };
        Ok(Self { writer, reader })
    }

    /// Connection for reads outside a write.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Connection for reads that must see every commit: the primary, and on SQLite the readers' pool, for its one
    /// writing connection may be busy with a long write.
    #[must_use]
    pub fn current(&self) -> &DatabaseConnection {
        match self.backend() {
            DbBackend::Sqlite => &self.reader,
            _ => &self.writer,
        }
    }

    /// Connection of the primary, for migrations and checks.
    #[must_use]
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Which engine this is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// Calls `each` after every statement, so that a test can count them.
    #[cfg(feature = "testkit")]
    pub fn watch(&mut self, each: impl Fn() + Clone + Send + Sync + 'static) {
        let first = each.clone();
        self.writer.set_metric_callback(move |_| first());
        self.reader.set_metric_callback(move |_| each());
    }

    /// Begins a write: IMMEDIATE on SQLite, so that it never fails on a stale snapshot (`reliability.md` D-02).
    ///
    /// # Errors
    /// The engine's error.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.writer
            .begin_with_options(TransactionOptions {
                isolation_level: (self.backend() == DbBackend::Postgres).then_some(IsolationLevel::ReadCommitted),
                access_mode: (self.backend() == DbBackend::Postgres).then_some(AccessMode::ReadWrite),
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            })
            .await
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// The first migration's error; its transaction is rolled back.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::up(&self.writer, None).await
    }

    /// Takes back the last migration.
    ///
    /// # Errors
    /// The migration's error; its transaction is rolled back.
    pub async fn unmigrate(&self) -> Result<(), DbErr> {
        Migrator::down(&self.writer, Some(1)).await
    }

    /// Names of migrations that this program knows and the database lacks.
    ///
    /// # Errors
    /// The engine's error.
    pub async fn pending(&self) -> Result<Vec<String>, DbErr> {
        let pending = Migrator::get_pending_migrations(&self.writer).await?;
        Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
    }

    /// Asks the engine for a sign of life.
    ///
    /// # Errors
    /// The engine's error.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.query_one_raw(Statement::from_string(self.backend(), "SELECT 1")).await.map(|_| ())
    }

    /// Closes all connections; on SQLite the write-ahead log is folded in first.
    pub async fn close(self) {
        if self.backend() == DbBackend::Sqlite {
            let _ = self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await;
        }
        let _ = self.reader.close().await;
        let _ = self.writer.close().await;
    }
}

/// Creates an empty file that only its owner may read, so that the engine does not choose the mode.
fn prepare_file(file: &Path) -> Result<(), DbErr> {
    let failed = |error: std::io::Error| DbErr::Custom(format!("{}: {error}", file.display()));
    if file.exists() || file.as_os_str() == ":memory:" {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(|_| ()).map_err(failed)
}

fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(20))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .pragma("secure_delete", "ON")
                // KiB a connection; the operating system keeps the rest of the file.
                .pragma("cache_size", "-4000")
                .busy_timeout(Duration::from_secs(5))
                .statement_cache_capacity(200)
        });
    options
}

fn postgres(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(16)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        .idle_timeout(Duration::from_secs(300))
        .sqlx_logging(false)
        .set_application_name("twinning");
    options
}

/// What an engine's error means for the caller.
#[must_use]
pub fn severity(error: &DbErr) -> Severity {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return Severity::Unreachable;
    }
    let Some(source) = driver_error(error) else {
        return if matches!(error, DbErr::Conn(_)) { Severity::Unreachable } else { Severity::Fault };
    };
    match source {
        sqlx::Error::Database(database) => match database.code().as_deref() {
            // serialisation failure, deadlock; SQLITE_BUSY, its snapshot form, SQLITE_LOCKED
            Some("40001" | "40P01" | "5" | "517" | "6") => Severity::Transient,
            // administrator shutdown, crash shutdown, starting up, too many connections
            Some("57P01" | "57P02" | "57P03" | "53300") => Severity::Unreachable,
            // unique violation; SQLITE_CONSTRAINT_UNIQUE and _PRIMARYKEY
            Some("23505" | "2067" | "1555") => Severity::Duplicate,
            // class 22, data exception
            Some(code) if code.len() == 5 && code.starts_with("22") => Severity::Value,
            _ => Severity::Fault,
        },
        sqlx::Error::Encode(_) => Severity::Value,
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            Severity::Unreachable
        }
        _ => Severity::Fault,
    }
}

/// Whether an error is the breach of one unique rule.
///
/// PostgreSQL names the index, SQLite names the columns, so both are given: `"ux_pairing_live"`,
/// `"pairings.pair_key"`.
#[must_use]
pub fn is_unique(error: &DbErr, index: &str, columns: &str) -> bool {
    let Some(sqlx::Error::Database(database)) = driver_error(error) else { return false };
    match database.constraint() {
        Some(name) => name == index,
        None => database.is_unique_violation() && database.message().contains(columns),
    }
}

fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(source))
        | DbErr::Query(RuntimeErr::SqlxError(source))
        | DbErr::Conn(RuntimeErr::SqlxError(source)) => Some(source),
        _ => None,
    }
}

/// Takes a lock that the engine gives back at the end of the transaction, so that writers of one kind come in a row.
///
/// SQLite has one writer anyway.
///
/// # Errors
/// The engine's error.
pub async fn queue_up(tx: &impl ConnectionTrait, lock: i64) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({lock})")).await?;
    }
    Ok(())
}

/// Writes a row over the version it came from, which `at` names by identifier and version; zero rows means somebody was
/// faster.
///
/// # Errors
/// [`crate::Error::Raced`]; the engine's error.
pub async fn replace<E: sea_orm::EntityTrait>(
    tx: &impl sea_orm::ConnectionTrait,
    next: E::ActiveModel,
    at: impl sea_orm::sea_query::IntoCondition,
) -> crate::Result<()> {
    use sea_orm::QueryFilter as _;
    let outcome = E::update_many().set(next).filter(at).exec(tx).await?;
    if outcome.rows_affected == 1 { Ok(()) } else { Err(crate::Error::Raced) }
}

/// What the engine's own check of the database finds; nothing for one that is whole.
///
/// # Errors
/// The engine's error.
pub async fn integrity(db: &Db) -> Result<Vec<String>, DbErr> {
    if db.backend() != DbBackend::Sqlite {
        return Ok(Vec::new());
    }
    let ask = |sql: &str| Statement::from_string(db.backend(), sql.to_owned());
    let mut problems = Vec::new();
    for row in db.writer.query_all_raw(ask("PRAGMA integrity_check")).await? {
        let said: String = row.try_get_by_index(0)?;
        if said != "ok" {
            problems.push(said);
        }
    }
    for row in db.writer.query_all_raw(ask("PRAGMA foreign_key_check")).await? {
        let table: String = row.try_get_by_index(0)?;
        problems.push(format!("a row of {table} speaks of another that is not there"));
    }
    Ok(problems)
}
