//! The master key: from the environment, or made once in the data folder.

use std::io::Write as _;
use std::path::Path;

use super::{Env, Source};
use crate::infra::secrets::{self, MasterKey};

/// A text that is never printed: a password, or an address that holds one (`reliability.md` X-03).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one place that uses it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Secrets that stand in examples everywhere and protect nothing.
const WELL_KNOWN: &[&str] = &["changeme", "secret", "password", "0123456789abcdef", "twinning"];

/// The master key, and whether it was made just now.
pub(super) fn master_key(source: &mut Source<'_>, env: Env, data_dir: &Path) -> (Option<MasterKey>, bool) {
    if let Some(text) = source.optional("TWINNING_SECRET_KEY") {
        let lower = text.to_ascii_lowercase();
        if env == Env::Production && WELL_KNOWN.iter().any(|known| lower.contains(known)) {
            source.mistake("TWINNING_SECRET_KEY", "is well known; choose a random one of at least 32 bytes");
            return (None, false);
        }
        let key = MasterKey::new(text.into_bytes());
        if key.is_none() {
            source.mistake("TWINNING_SECRET_KEY", "must have at least 32 bytes");
        }
        return (key, false);
    }
    let file = data_dir.join("secret.key");
    match std::fs::read(&file) {
        Ok(bytes) => {
            let key = MasterKey::new(bytes);
            if key.is_none() {
                source.mistake("TWINNING_SECRET_KEY", "the key file in the data folder is too short");
            }
            (key, false)
        }
        // A database without its key would be data that nobody can read any more (`reliability.md` H-02).
        Err(_) if data_dir.join("twinning.db").exists() => {
            source.mistake("TWINNING_SECRET_KEY", "is missing although the data folder holds data sealed with it");
            (None, false)
        }
        Err(_) => match made(&file) {
            Ok(key) => (Some(key), true),
            Err(_) => {
                source.mistake("TWINNING_DATA_DIR", "the folder cannot be written");
                (None, false)
            }
        },
    }
}

fn made(file: &Path) -> std::io::Result<MasterKey> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let broken = || std::io::Error::other("no randomness");
    let text = secrets::hex(&secrets::random::<32>().map_err(|_| broken())?);
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    MasterKey::new(text.into_bytes()).ok_or_else(broken)
}

/// Stands in while mistakes are collected; such settings are never handed out.
pub(super) fn placeholder() -> MasterKey {
    MasterKey::new(vec![0; 32]).unwrap_or_else(|| unreachable!("32 bytes are enough"))
}
