//! Checking what is stored: every file exists with its length and hash, and nothing is stored that no file speaks of.

use std::collections::HashSet;

use futures_util::TryStreamExt as _;
use sha2::Digest as _;

use crate::app::App;
use crate::file::store;
use crate::infra::secrets;
use crate::kernel::error::Result;

/// What the check of the stored files found.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Files that were read.
    pub files: u64,
    /// Files that are missing or changed.
    pub problems: Vec<String>,
    /// Where bytes lie that no file speaks of.
    pub orphans: Vec<String>,
}

/// Bytes younger than this may belong to an upload that is not finished.
const ARRIVING: chrono::Duration = chrono::Duration::hours(1);

/// Reads every stored file and looks for stored bytes without one. Uploads that arrive meanwhile are neither.
///
/// # Errors
/// The engine's or the storage's error.
pub async fn check(app: &App) -> Result<Stored> {
    let mut stored = Stored::default();
    let kept = app.files.stored().await?;
    let mut spoken = HashSet::new();
    let mut after = None;
    loop {
        let batch = store::batch(app.db().current(), after, 200).await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id);
        for one in &batch {
            spoken.insert(app.files.path_of(&one.storage_key));
            stored.files += 1;
            if let Some(problem) = problem(app, &one.storage_key, one.size, &one.sha256).await {
                stored.problems.push(format!("file {}: {problem}", one.id));
            }
        }
    }
    let settled = app.now() - ARRIVING;
    let left = kept.into_iter().filter(|one| one.at < settled && !spoken.contains(&one.path));
    stored.orphans = left.map(|one| one.path).collect();
    Ok(stored)
}

async fn problem(app: &App, key: &str, size: i64, sha256: &str) -> Option<String> {
    let size = u64::try_from(size).unwrap_or(0);
    let Ok(mut bytes) = app.files.read(key, 0..size).await else { return Some("is missing".to_owned()) };
    let mut hash = sha2::Sha256::new();
    let mut read = 0;
    loop {
        match bytes.try_next().await {
            Ok(Some(part)) => {
                read += part.len() as u64;
                hash.update(&part);
            }
            Ok(None) => break,
            Err(_) => return Some("cannot be read to its end".to_owned()),
        }
    }
    if read != size {
        return Some(format!("has {read} bytes instead of {size}"));
    }
    (secrets::hex(&hash.finalize()) != sha256).then(|| "was changed".to_owned())
}

/// Moves stored bytes that no file speaks of aside; nothing is deleted (`reliability.md` D-08).
///
/// # Errors
/// The storage's error.
pub async fn set_aside(app: &App, orphans: &[String]) -> Result<()> {
    for path in orphans {
        app.files.set_aside(path).await?;
    }
    Ok(())
}
