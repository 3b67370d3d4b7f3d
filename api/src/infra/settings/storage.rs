//! Where files are kept: a folder, or a bucket of S3-compatible storage.

use std::path::{Path, PathBuf};

use super::{Secret, Source};

/// Place of the stored files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket.
    Bucket {
        /// Name of the bucket.
        bucket: String,
        /// Beginning of every key, without slashes at its ends; may be empty.
        prefix: String,
        /// Address of the service; none for Amazon's own.
        endpoint: Option<String>,
        /// Region.
        region: String,
        /// Name of the key; without one the service is asked without signature.
        access_key: Option<String>,
        /// The key.
        secret_key: Option<Secret>,
    },
}

/// Reads the storage's settings (`contract.md` 2).
pub(super) fn read(source: &mut Source<'_>, data_dir: &Path) -> Storage {
    let Some(url) = source.optional("TWINNING_STORAGE_URL") else { return Storage::Folder(data_dir.join("files")) };
    if let Some(folder) = url.strip_prefix("file://").filter(|folder| !folder.is_empty()) {
        return Storage::Folder(PathBuf::from(folder));
    }
    let rest = url.strip_prefix("s3://").unwrap_or_default();
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        source.mistake("TWINNING_STORAGE_URL", "must be file:///folder or s3://bucket/prefix");
    }
    Storage::Bucket {
        bucket: bucket.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        endpoint: source.optional("AWS_ENDPOINT_URL"),
        region: source.text("AWS_REGION", "us-east-1"),
        access_key: source.optional("AWS_ACCESS_KEY_ID"),
        secret_key: source.optional("AWS_SECRET_ACCESS_KEY").map(Secret::from),
    }
}
