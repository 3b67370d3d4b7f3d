//! Password hashing: Argon2id, bounded so that a crowd at the door does not eat the machine (`reliability.md` A-01).

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use super::model::AuthRule;
use crate::app::App;
use crate::infra::settings::Env;
use crate::kernel::error::{Error, Result};

/// How long a sign-in waits for its turn at hashing before it is told to come back.
const TURN: Duration = Duration::from_secs(20);

/// A hash no password fits, so that an unknown account takes as long as a known one (`reliability.md` A-04).
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZGVjb3lkZWNveWRlY295ZQ$Zk1mYzB2dk1qYk1vZ0dWd0tNZ0J1Y0J4VTRoY2Q3Y2U";

/// The hash of a password, as a PHC string.
///
/// # Errors
/// [`AuthRule::Busy`] when there is no turn, an internal fault should hashing fail.
pub async fn hash(app: &App, password: String) -> Result<String> {
    let _turn = turn(app).await?;
    let argon = argon(app.settings.env)?;
    blocking(move || argon.hash_password(password.as_bytes()).map(|hash| hash.to_string()).ok())
        .await?
        .ok_or_else(|| Error::broken("hashing failed"))
}

/// Whether a password fits a hash; without a hash it takes as long and never fits.
///
/// # Errors
/// As [`hash`].
pub async fn fits(app: &App, password: String, hash: Option<String>) -> Result<bool> {
    let _turn = turn(app).await?;
    // Tests hash cheaply, so their decoy must be as cheap; its parameters come from the hash itself.
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| {
        if app.settings.env == Env::Test { DECOY.replace("m=19456,t=2", "m=64,t=1") } else { DECOY.to_owned() }
    });
    let fits = blocking(move || {
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

async fn turn(app: &App) -> Result<tokio::sync::SemaphorePermit<'_>> {
    match actix_web::rt::time::timeout(TURN, app.hashing.acquire()).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(AuthRule::Busy.into()),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    actix_web::rt::task::spawn_blocking(work).await.map_err(Error::internal)
}
