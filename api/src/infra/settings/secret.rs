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

/// Where former keys are kept beside the key file: a line for each, when it was replaced and the key.
pub const FORMER_FILE: &str = "secret.key.former";

/// Keys that were replaced and still open what they sealed.
pub(super) fn former_keys(source: &mut Source<'_>, data_dir: &Path) -> Vec<MasterKey> {
    let mut keys = Vec::new();
    for text in source.optional("TWINNING_FORMER_SECRET_KEYS").iter().flat_map(|list| list.split_whitespace()) {
        match MasterKey::new(text.as_bytes().to_vec()) {
            Some(key) => keys.push(key),
            None => {
                source.mistake("TWINNING_FORMER_SECRET_KEYS", "must be keys of at least 32 bytes, separated by spaces")
            }
        }
    }
    let kept = std::fs::read_to_string(data_dir.join(FORMER_FILE)).unwrap_or_default();
    let lines = kept.lines().filter_map(|line| line.split_once(' '));
    keys.extend(lines.filter_map(|(_, key)| MasterKey::new(key.as_bytes().to_vec())));
    keys
}

/// Replaces the key in the data folder: the old one is kept as a former one, in a file that only its owner reads.
///
/// # Errors
/// The file system's; [`std::io::ErrorKind::NotFound`] when there is no key file because the key comes from elsewhere.
pub fn rotate(data_dir: &Path, at: &str) -> std::io::Result<()> {
    let file = data_dir.join("secret.key");
    let old = std::fs::read_to_string(&file)?;
    let former = data_dir.join(FORMER_FILE);
    let kept = std::fs::read_to_string(&former).unwrap_or_default();
    // First the old key is safe, then the new one stands; a stop between the two loses nothing.
    write_private(&former, &format!("{at} {old}\n{kept}"))?;
    let broken = || std::io::Error::other("no randomness");
    write_private(&file, &secrets::hex(&secrets::random::<32>().map_err(|_| broken())?))
}

fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let beside = file.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&beside)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    std::fs::rename(&beside, file)
}

/// Stands in while mistakes are collected; such settings are never handed out.
pub(super) fn placeholder() -> MasterKey {
    MasterKey::new(vec![0; 32]).unwrap_or_else(|| unreachable!("32 bytes are enough"))
}
