//! The handle every operation receives: database, files, search, clock, settings, keys.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, Notify, Semaphore};
use uuid::Uuid;

use crate::account::passwords::Hashing;
use crate::infra::db::Db;
use crate::infra::files::Blobs;
use crate::infra::keys::Keys;
use crate::infra::mail::Transport;
use crate::infra::settings::{Secret, Settings};
use crate::kernel::call::Call;
use crate::kernel::clock::{self, Clock, Ids};
use crate::kernel::error::{Error, Result};
use crate::search::engine::Engine;

/// Tries of a write that lost a race (`reliability.md` D-02).
const WRITE_TRIES: u32 = 4;

/// Handle to everything an operation needs; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What the handle points to.
pub struct Inner {
    db: Db,
    /// Stored files.
    pub files: Blobs,
    /// Settings.
    pub settings: Settings,
    clock: Clock,
    ids: Ids,
    /// The ring of keys derived from the master keys.
    pub keys: Keys,
    /// The search index of this instance.
    pub engine: Arc<Engine>,
    pub(crate) indexing: Mutex<()>,
    /// Threads that hash passwords, which takes 19 MiB each (`reliability.md` A-01).
    pub(crate) hashing: Hashing,
    /// Bounds looking into uploads (`reliability.md` U-05).
    pub(crate) inspecting: Semaphore,
    /// Downloads that wait to be noted.
    pub(crate) downloads: crate::file::ops::Waiting,
    /// The way out for letters.
    pub mail: Transport,
    jobs: Notify,
    mails: Notify,
    hooks: Notify,
    draining: AtomicBool,
    aids: std::sync::Mutex<std::collections::HashMap<twinning_entity::ids::ImportId, crate::transfer::ops::Aid>>,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Opens database, storage and index as the settings say.
    ///
    /// # Errors
    /// What does not answer or cannot be opened.
    pub async fn open(settings: Settings, clock: Clock) -> Result<Self> {
        let db =
            Db::open(settings.database_url.expose(), settings.database_read_url.as_ref().map(Secret::expose)).await?;
        Self::with_db(settings, clock, db)
    }

    /// As [`App::open`], on a database that is open already.
    ///
    /// # Errors
    /// As [`App::open`].
    pub fn with_db(settings: Settings, clock: Clock, db: Db) -> Result<Self> {
        std::fs::create_dir_all(&settings.data_dir)?;
        let files = Blobs::open(&settings.storage, &settings.data_dir)?;
        let engine = Engine::open(&settings.data_dir.join("index")).map_err(Error::internal)?;
        let mail = Transport::open(&settings)?;
        let keys = Keys::new(&settings.secret_key, &settings.former_keys)?;
        Ok(Self(Arc::new(Inner {
            db,
            files,
            settings,
            clock,
            ids: Ids::default(),
            keys,
            engine: Arc::new(engine),
            indexing: Mutex::new(()),
            hashing: Hashing::new()?,
            inspecting: Semaphore::new(2),
            downloads: crate::file::ops::Waiting::default(),
            mail,
            jobs: Notify::new(),
            mails: Notify::new(),
            hooks: Notify::new(),
            draining: AtomicBool::new(false),
            aids: std::sync::Mutex::default(),
        })))
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Connection for reads that decide nothing.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        self.db.reader()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Today in the default zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        clock::day_of(self.now())
    }

    /// A new identifier.
    #[must_use]
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        T::from(self.ids.next(self.now()))
    }

    /// The one place that opens a write.
    ///
    /// It gives a repeated call its first answer, runs `act` in one transaction, keeps the answer, commits, and
    /// starts over when a race was lost. So `act` has no effect but through the transaction it is given.
    ///
    /// # Errors
    /// What `act` refused; [`Error::Unavailable`] when the race is lost every time.
    pub async fn write<T, F>(&self, call: &Call, act: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
        F: AsyncFn(&DatabaseTransaction) -> Result<T>,
    {
        for turn in 0..WRITE_TRIES {
            match self.write_once(call, &act).await {
                Err(Error::Raced) => self.pause(turn).await,
                Ok(answer) => {
                    if call.take_touched() {
                        crate::search::catch_up_soon(self).await;
                    }
                    return Ok(answer);
                }
                Err(error) => {
                    crate::audit::ops::refused(self, call, &call.what, &error).await;
                    return Err(error);
                }
            }
        }
        Err(Error::Unavailable("database"))
    }

    async fn write_once<T, F>(&self, call: &Call, act: &F) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
        F: AsyncFn(&DatabaseTransaction) -> Result<T>,
    {
        let tx = self.db.begin().await?;
        if let Some(answer) = crate::repeat::first_answer(&tx, self, call).await? {
            tx.rollback().await?;
            return Ok(serde_json::from_value(answer)?);
        }
        // A dropped transaction rolls back, so an early return leaves nothing behind.
        let answer = act(&tx).await?;
        crate::repeat::remember(&tx, self, call, &answer).await?;
        tx.commit().await?;
        Ok(answer)
    }

    /// A short pause that differs between rivals.
    async fn pause(&self, turn: u32) {
        let noise = self.new_id::<Uuid>().as_bytes().last().copied().map_or(0, u64::from);
        actix_web::rt::time::sleep(Duration::from_millis((5 << turn) + noise / 8)).await;
    }

    /// Wakes the job loop.
    pub fn jobs_waiting(&self) {
        self.jobs.notify_one();
    }

    /// Waits until a job is written, but no longer than `pause`.
    pub async fn wait_for_jobs(&self, pause: Duration) {
        let _ = actix_web::rt::time::timeout(pause, self.jobs.notified()).await;
    }

    /// Wakes the sender of letters.
    pub fn mails_waiting(&self) {
        self.mails.notify_one();
    }

    /// Waits until a letter is written, but no longer than `pause`.
    pub async fn wait_for_mails(&self, pause: Duration) {
        let _ = actix_web::rt::time::timeout(pause, self.mails.notified()).await;
    }

    /// Wakes the caller of webhooks.
    pub fn hooks_waiting(&self) {
        self.hooks.notify_one();
    }

    /// Waits until a delivery is written, but no longer than `pause`.
    pub async fn wait_for_hooks(&self, pause: Duration) {
        let _ = actix_web::rt::time::timeout(pause, self.hooks.notified()).await;
    }

    /// Remembers what helps one import along in this process; commands alone have any.
    pub fn keep_import_aid(&self, import: twinning_entity::ids::ImportId, aid: crate::transfer::ops::Aid) {
        self.aids.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(import, aid);
    }

    /// What helps an import along; nothing for one that came over the network.
    #[must_use]
    pub fn import_aid(&self, import: twinning_entity::ids::ImportId) -> crate::transfer::ops::Aid {
        self.aids.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&import).cloned().unwrap_or_default()
    }

    /// From now on `/readyz` says no and the job loop ends.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
        self.jobs.notify_waiters();
        self.mails.notify_waiters();
        self.hooks.notify_waiters();
    }

    /// Whether the program is about to stop.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}
