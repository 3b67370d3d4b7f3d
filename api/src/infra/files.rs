//! Blobs: bytes under a random key, in a local folder or in S3-compatible storage, behind one interface.

mod kept;

pub use kept::Kept;

use std::io::SeekFrom;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};
use futures_util::{Stream, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig};
use sha2::Digest as _;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::secrets;
use super::settings::Storage;
use crate::kernel::error::{Error, Result};

/// Bytes read from disk at a time while a file is sent.
const CHUNK: usize = 256 * 1024;

/// Folder of what was set aside.
const ASIDE: &str = "aside";

/// Where blobs are kept.
#[derive(Clone, Debug)]
pub struct Blobs {
    staging: PathBuf,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Folder(PathBuf),
    Bucket { store: Arc<dyn ObjectStore>, prefix: String },
}

/// Bytes that arrived and wait in the staging folder; dropped, they are gone.
#[derive(Debug)]
pub struct Staged {
    /// Where they wait.
    pub path: PathBuf,
    /// How many.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Why bytes were not taken.
#[derive(Debug)]
pub enum Halt {
    /// More than the limit.
    TooLarge,
    /// The sender broke off.
    Broken(String),
    /// A fault of ours.
    Fault(Error),
}

impl Blobs {
    /// Opens the storage; what is on its way waits in the data folder.
    ///
    /// # Errors
    /// An internal fault for a folder that cannot be made or a bucket's settings that cannot be used.
    pub fn open(storage: &Storage, data_dir: &Path) -> Result<Self> {
        let staging = data_dir.join("staging");
        std::fs::create_dir_all(&staging)?;
        let place = match storage {
            Storage::Folder(folder) => {
                std::fs::create_dir_all(folder)?;
                Place::Folder(folder.clone())
            }
            Storage::Bucket { prefix, .. } => Place::Bucket { store: bucket(storage)?, prefix: prefix.clone() },
        };
        Ok(Self { staging, place })
    }

    /// Takes a stream of bytes into the staging folder, counting and hashing as they come (`reliability.md` U-01).
    ///
    /// # Errors
    /// [`Halt::TooLarge`] as soon as `limit` is passed; nothing stays behind.
    pub async fn stage<S, E>(&self, mut bytes: S, limit: u64) -> Result<Staged, Halt>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let name = secrets::token().map_err(Halt::Fault)?;
        let path = self.staging.join(name);
        let fault = |error: std::io::Error| Halt::Fault(error.into());
        let mut options = tokio::fs::OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut out = options.open(&path).await.map_err(fault)?;
        let mut staged = Staged { path, size: 0, sha256: String::new() };
        let mut hash = sha2::Sha256::new();
        while let Some(part) = bytes.next().await {
            let part = part.map_err(|error| Halt::Broken(error.to_string()))?;
            staged.size += part.len() as u64;
            if staged.size > limit {
                return Err(Halt::TooLarge);
            }
            hash.update(&part);
            out.write_all(&part).await.map_err(fault)?;
        }
        out.sync_all().await.map_err(fault)?;
        staged.sha256 = secrets::hex(&hash.finalize());
        Ok(staged)
    }

    /// As [`Blobs::stage`], for bytes at hand.
    ///
    /// # Errors
    /// An internal fault when the disk refuses.
    pub async fn stage_bytes(&self, bytes: Vec<u8>) -> Result<Staged> {
        let once = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(bytes))]);
        self.stage(once, u64::MAX).await.map_err(|halt| match halt {
            Halt::Fault(error) => error,
            Halt::TooLarge | Halt::Broken(_) => Error::broken("bytes at hand were not taken"),
        })
    }

    /// Keeps staged bytes under `key`: durable before it returns (`reliability.md` U-06).
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the storage does not answer, an internal fault when the disk refuses.
    pub async fn keep(&self, staged: &Staged, key: &str) -> Result<()> {
        match &self.place {
            Place::Folder(root) => {
                let target = located(root, key);
                let folder = target.parent().unwrap_or(root).to_owned();
                tokio::fs::create_dir_all(&folder).await?;
                if tokio::fs::rename(&staged.path, &target).await.is_err() {
                    // Another file system: copy, make durable, then put in place.
                    let beside = target.with_extension("part");
                    tokio::fs::copy(&staged.path, &beside).await?;
                    tokio::fs::File::open(&beside).await?.sync_all().await?;
                    tokio::fs::rename(&beside, &target).await?;
                }
                tokio::fs::File::open(&folder).await?.sync_all().await?;
                Ok(())
            }
            Place::Bucket { store, prefix } => {
                let mut from = tokio::fs::File::open(&staged.path).await?;
                let mut to = BufWriter::with_capacity(Arc::clone(store), keyed(prefix, key), 8 * 1024 * 1024);
                let sent = async {
                    tokio::io::copy(&mut from, &mut to).await?;
                    to.shutdown().await
                };
                sent.await.map_err(|error| {
                    tracing::warn!(%error, "storage refused a file");
                    Error::Unavailable("storage")
                })
            }
        }
    }

    /// A stream of the bytes in `range` of the blob `key`.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a blob that is not there, [`Error::Unavailable`] when the storage does not answer.
    pub async fn read(&self, key: &str, range: Range<u64>) -> Result<BoxStream<'static, std::io::Result<Bytes>>> {
        match &self.place {
            Place::Folder(root) => {
                let file = tokio::fs::File::open(located(root, key)).await.map_err(absent)?;
                Ok(chunks(file, range).boxed())
            }
            Place::Bucket { store, prefix } => {
                let options = object_store::GetOptions {
                    range: Some(object_store::GetRange::Bounded(range)),
                    ..Default::default()
                };
                let found = store.get_opts(&keyed(prefix, key), options).await.map_err(|error| match error {
                    object_store::Error::NotFound { .. } => Error::NotFound("file"),
                    other => {
                        tracing::warn!(error = %other, "storage refused a read");
                        Error::Unavailable("storage")
                    }
                })?;
                Ok(found.into_stream().map_err(std::io::Error::other).boxed())
            }
        }
    }

    /// All bytes of a blob, for inspection and text extraction; at most `limit`.
    ///
    /// # Errors
    /// As [`Blobs::read`]; an internal fault when the blob is larger.
    pub async fn bytes(&self, key: &str, size: u64, limit: u64) -> Result<Vec<u8>> {
        if size > limit {
            return Err(Error::broken("a file is too large to be held in memory"));
        }
        let mut stream = self.read(key, 0..size).await?;
        let mut out = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        while let Some(part) = stream.next().await {
            out.extend_from_slice(&part?);
        }
        Ok(out)
    }

    /// Removes a blob; one that is not there is fine.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the storage does not answer.
    pub async fn remove(&self, key: &str) -> Result<()> {
        match &self.place {
            Place::Folder(root) => match tokio::fs::remove_file(located(root, key)).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            },
            Place::Bucket { store, prefix } => match store.delete(&keyed(prefix, key)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(_) => Err(Error::Unavailable("storage")),
            },
        }
    }

    /// Writes, reads and removes a small blob, to see that the storage answers.
    ///
    /// # Errors
    /// As [`Blobs::keep`] and [`Blobs::read`].
    pub async fn ping(&self) -> Result<()> {
        let key = format!("ping-{}", secrets::hex(&secrets::random::<8>()?));
        let staged = self.stage_bytes(b"ping".to_vec()).await?;
        self.keep(&staged, &key).await?;
        let back = self.bytes(&key, 4, 4).await?;
        self.remove(&key).await?;
        if back == b"ping" { Ok(()) } else { Err(Error::Unavailable("storage")) }
    }

    /// Whether the folder or bucket answers at all; cheaper than [`Blobs::ping`], for `/readyz`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn reachable(&self) -> Result<()> {
        match &self.place {
            Place::Folder(root) => {
                tokio::fs::metadata(root).await.map(|_| ()).map_err(|_| Error::Unavailable("storage"))
            }
            Place::Bucket { store, prefix } => match store.head(&keyed(prefix, "ready")).await {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(_) => Err(Error::Unavailable("storage")),
            },
        }
    }
}

/// A client of the bucket that gives up in seconds, so that a request learns that the storage is down.
fn bucket(storage: &Storage) -> Result<Arc<dyn ObjectStore>> {
    let Storage::Bucket { bucket, endpoint, region, access_key, secret_key, .. } = storage else {
        return Err(Error::broken("the storage is no bucket"));
    };
    let client = ClientOptions::new()
        .with_connect_timeout(Duration::from_secs(5))
        .with_timeout(Duration::from_secs(300))
        .with_allow_http(true);
    let retry = RetryConfig { max_retries: 2, retry_timeout: Duration::from_secs(10), ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(region)
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    builder = match (access_key, secret_key) {
        (Some(name), Some(key)) => builder.with_access_key_id(name).with_secret_access_key(key.expose()),
        _ => builder.with_skip_signature(true),
    };
    Ok(Arc::new(builder.build().map_err(Error::internal)?))
}

fn absent(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::NotFound { Error::NotFound("file") } else { error.into() }
}

/// Keys are identifiers made here, never text from outside, so no path can leave the folder.
fn located(root: &Path, key: &str) -> PathBuf {
    let shelf = key.get(key.len().saturating_sub(2)..).unwrap_or("00");
    root.join(shelf).join(key)
}

fn keyed(prefix: &str, key: &str) -> object_store::path::Path {
    if prefix.is_empty() {
        object_store::path::Path::from(key)
    } else {
        object_store::path::Path::from(format!("{prefix}/{key}"))
    }
}

fn chunks(file: tokio::fs::File, range: Range<u64>) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    struct Reading {
        file: tokio::fs::File,
        at: u64,
        left: u64,
        begun: bool,
    }
    let reading = Reading { file, at: range.start, left: range.end.saturating_sub(range.start), begun: false };
    futures_util::stream::try_unfold(reading, |mut reading| async move {
        if reading.left == 0 {
            return Ok(None);
        }
        if !reading.begun {
            reading.file.set_max_buf_size(CHUNK);
            if reading.at > 0 {
                reading.file.seek(SeekFrom::Start(reading.at)).await?;
            }
            reading.begun = true;
        }
        let want = CHUNK.min(usize::try_from(reading.left).unwrap_or(CHUNK));
        let mut part = bytes::BytesMut::with_capacity(want);
        let got = (&mut reading.file).take(want as u64).read_buf(&mut part).await?;
        if got == 0 {
            return Err(std::io::Error::new(
                std::io::ErrorKind::UnexpectedEof,
                "a stored file is shorter than recorded",
            ));
        }
        reading.left -= got as u64;
        Ok(Some((part.freeze(), reading)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn staged_bytes_are_kept_read_in_ranges_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(&Storage::Folder(folder.path().join("files")), folder.path()).unwrap();
        let staged = blobs.stage_bytes(b"hello twinning".to_vec()).await.unwrap();
        assert_eq!(staged.size, 14);
        blobs.keep(&staged, "abc").await.unwrap();
        let part: Vec<Bytes> = blobs.read("abc", 6..10).await.unwrap().try_collect().await.unwrap();
        assert_eq!(part.concat(), b"twin");
        blobs.remove("abc").await.unwrap();
        blobs.remove("abc").await.unwrap();
        assert!(matches!(blobs.read("abc", 0..1).await.err(), Some(Error::NotFound(_))));
        blobs.ping().await.unwrap();
    }

    #[tokio::test]
    async fn too_many_bytes_leave_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(&Storage::Folder(folder.path().join("files")), folder.path()).unwrap();
        let part = || Ok::<_, std::io::Error>(Bytes::from(vec![0; 100]));
        let stream = futures_util::stream::iter([part(), part(), part()]);
        assert!(matches!(blobs.stage(stream, 250).await, Err(Halt::TooLarge)));
        assert_eq!(std::fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
    }
}
