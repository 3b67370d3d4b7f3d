//! Password hashing: Argon2id, bounded so that a crowd at the door does not eat the machine (`reliability.md` A-01).

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::model::AuthRule;
use crate::app::App;
use crate::infra::settings::Env;
use crate::kernel::error::{Error, Result};

/// Sign-ins that hash or wait for it; the next is told to come back, so that nobody waits longer than some seconds.
const PLACES: usize = 400;

/// A hash no password fits, so that an unknown account takes as long as a known one (`reliability.md` A-04).
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZGVjb3lkZWNveWRlY295ZQ$Zk1mYzB2dk1qYk1vZ0dWd0tNZ0J1Y0J4VTRoY2Q3Y2U";

/// The hash of a password, as a PHC string.
///
/// # Errors
/// [`AuthRule::Busy`] when the queue is full, an internal fault should hashing fail.
pub async fn hash(app: &App, password: String) -> Result<String> {
    let argon = argon(app.settings.env)?;
    app.hashing
        .run(move || argon.hash_password(password.as_bytes()).map(|hash| hash.to_string()).ok())
        .await?
        .ok_or_else(|| Error::broken("hashing failed"))
}

/// Whether a password fits a hash; without a hash it takes as long and never fits.
///
/// # Errors
/// As [`hash`].
pub async fn fits(app: &App, password: String, hash: Option<String>) -> Result<bool> {
    // Tests hash cheaply, so their decoy must be as cheap; its parameters come from the hash itself.
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| {
        if app.settings.env == Env::Test { DECOY.replace("m=19456,t=2", "m=64,t=1") } else { DECOY.to_owned() }
    });
    let fits = app
        .hashing
        .run(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await?;
    Ok(fits && known)
}

fn argon(env: Env) -> Result<Argon2<'static>> {
    let (memory_kib, passes) = if env == Env::Test { (64, 1) } else { (19 * 1024, 2) };
    let params = Params::new(memory_kib, passes, 1, None).map_err(|_| Error::broken("bad hashing parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The threads that hash, and the queue before them.
pub struct Hashing {
    pool: rayon::ThreadPool,
    places: Semaphore,
}

impl Hashing {
    /// A thread for every second core, behind everything else where the system lets a thread step back: a hash takes a
    /// core for some 10 ms and 19 MiB of its cache, and those who read must not notice that many try passwords.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new() -> Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).clamp(1, 4));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|number| format!("hashing-{number}"))
            .start_handler(|_| step_back())
            .build()
            .map_err(Error::internal)?;
        Ok(Self { pool, places: Semaphore::new(PLACES) })
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _place = self.places.try_acquire().map_err(|_| Error::from(AuthRule::Busy))?;
        let (done, waits) = tokio::sync::oneshot::channel();
        self.pool.spawn(move || {
            // Who went away meanwhile needs no hash.
            if !done.is_closed() {
                let _ = done.send(work());
            }
        });
        waits.await.map_err(Error::internal)
    }
}

#[cfg(target_os = "linux")]
fn step_back() {
    let refused = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19).err();
    if let Some(error) = refused {
        tracing::warn!(%error, "hashing threads keep the priority of the others");
    }
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}
