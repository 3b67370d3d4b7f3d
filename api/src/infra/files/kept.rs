//! Looking at what lies in the storage, and moving aside what nobody speaks of.

use futures_util::TryStreamExt as _;
use object_store::{ObjectStore as _, ObjectStoreExt as _};

use super::{ASIDE, Blobs, Place, keyed, located};
use crate::kernel::error::{Error, Result};

/// Something that is stored.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where it lies, below the root of the storage.
    pub path: String,
    /// When it was last written.
    pub at: chrono::DateTime<chrono::Utc>,
}

impl Blobs {
    /// Everything that is stored, save what was set aside.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the storage does not answer.
    pub async fn stored(&self) -> Result<Vec<Kept>> {
        match &self.place {
            Place::Folder(root) => {
                let mut kept = Vec::new();
                let mut folders = vec![root.clone()];
                while let Some(folder) = folders.pop() {
                    let mut entries = tokio::fs::read_dir(&folder).await?;
                    while let Some(entry) = entries.next_entry().await? {
                        let data = entry.metadata().await?;
                        if !data.is_dir() {
                            let path = entry.path();
                            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                            kept.push(Kept { path, at: data.modified()?.into() });
                        } else if entry.file_name() != ASIDE {
                            folders.push(entry.path());
                        }
                    }
                }
                Ok(kept)
            }
            Place::Bucket { store, prefix } => {
                let root = keyed(prefix, "");
                let aside = keyed(prefix, ASIDE);
                let listed: Vec<_> =
                    store.list(Some(&root)).try_collect().await.map_err(|_| Error::Unavailable("storage"))?;
                let ours = listed.into_iter().filter(|one| !one.location.prefix_matches(&aside));
                Ok(ours.map(|one| Kept { path: one.location.to_string(), at: one.last_modified }).collect())
            }
        }
    }

    /// Where the blob of a key lies, as [`Kept::path`] says it.
    #[must_use]
    pub fn path_of(&self, key: &str) -> String {
        match &self.place {
            Place::Folder(root) => {
                let path = located(root, key);
                path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned()
            }
            Place::Bucket { prefix, .. } => keyed(prefix, key).to_string(),
        }
    }

    /// Moves what lies somewhere to where nobody looks for it; nothing is deleted (`reliability.md` D-08).
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the storage does not answer.
    pub async fn set_aside(&self, path: &str) -> Result<()> {
        // Two of the same name from different places must not replace each other.
        let name = path.replace(['/', '\\'], "_");
        match &self.place {
            Place::Folder(root) => {
                tokio::fs::create_dir_all(root.join(ASIDE)).await?;
                Ok(tokio::fs::rename(root.join(path), root.join(ASIDE).join(name)).await?)
            }
            Place::Bucket { store, prefix } => {
                let from = object_store::path::Path::from(path);
                let to = keyed(prefix, &format!("{ASIDE}/{name}"));
                store.rename(&from, &to).await.map_err(|_| Error::Unavailable("storage"))
            }
        }
    }
}
