//! What can be done with files: take, look into, keep, give to an object, open.

pub mod check;
mod downloads;
mod intake;

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use twinning_entity::file::{self as row, ScanState};
use twinning_entity::ids::FileId;
use uuid::Uuid;

pub use downloads::{Waiting, flush_downloads, note_download};
pub use intake::{looked_at, sha256_of, store_in, upload};

use super::model::FileRule;
use super::store;
use super::wire::FileBody;
use crate::app::App;
use crate::kernel::actor::Actor;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::{activity, library, training};

fn body(found: &row::Model) -> FileBody {
    FileBody {
        id: found.id,
        kind: found.kind,
        name: found.name.clone(),
        size: found.size,
        sha256: found.sha256.clone(),
        media_type: found.media_type.clone(),
        scan_state: found.scan_state,
    }
}

/// Files by id, for objects whose visibility was asked already.
///
/// # Errors
/// The engine's error.
pub async fn by_ids(conn: &impl ConnectionTrait, ids: Vec<FileId>) -> Result<HashMap<FileId, FileBody>> {
    Ok(store::by_ids(conn, ids).await?.iter().map(|found| (found.id, body(found))).collect())
}

/// What is known of one file the caller may see.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: FileId) -> Result<FileBody> {
    Ok(body(&visible(app, call, id).await?))
}

/// A file that is about to be sent.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The file.
    pub file: FileBody,
    /// Key in the storage.
    pub storage_key: String,
    /// Whether a browser may show it in place: pictures that were made anew here (`reliability.md` U-04).
    pub inline: bool,
}

/// Opens a file the caller may see.
///
/// # Errors
/// [`Error::NotFound`], [`FileRule::NotScanned`].
pub async fn open(app: &App, call: &Call, id: FileId) -> Result<Opened> {
    let found = visible(app, call, id).await?;
    if !matches!(found.scan_state, ScanState::Off | ScanState::Clean) {
        return Err(FileRule::NotScanned.into());
    }
    let inline = found.width.is_some();
    Ok(Opened { file: body(&found), storage_key: found.storage_key, inline })
}

/// How often a file was downloaded.
///
/// # Errors
/// The engine's error.
pub async fn downloads(conn: &impl ConnectionTrait, id: FileId) -> Result<u64> {
    store::downloads(conn, id).await
}

/// The file, if the object it belongs to lets the caller see it.
async fn visible(app: &App, call: &Call, id: FileId) -> Result<row::Model> {
    let found = store::find(app.reader(), id).await?;
    let sees = match (found.owner_kind.as_deref(), found.owner_id) {
        (None, _) => is_uploader(&call.actor, &found),
        (Some("photo"), Some(main)) => {
            let main = store::find(app.reader(), FileId(main)).await?;
            match (main.owner_kind.as_deref(), main.owner_id) {
                (Some("activity"), Some(_)) => activity::ops::may_see_photo(app.reader(), &call.actor, main.id).await?,
                _ => is_uploader(&call.actor, &main),
            }
        }
        (Some("activity"), _) => activity::ops::may_see_photo(app.reader(), &call.actor, id).await?,
        (Some("document"), Some(owner)) => {
            library::ops::may_read(app, &call.actor, owner.into()).await?
                || training::ops::may_take_file(app, &call.actor, id).await?
        }
        (Some("class"), Some(owner)) => training::ops::may_take_materials(app, &call.actor, owner.into()).await?,
        _ => is_uploader(&call.actor, &found),
    };
    if sees || call.actor.is_system() { Ok(found) } else { Err(Error::NotFound("file")) }
}

fn is_uploader(actor: &Actor, found: &row::Model) -> bool {
    actor.account().is_some() && actor.account() == found.created_by
}

/// Gives a fresh upload of the caller to an object; false when it is not the caller's to give.
///
/// # Errors
/// The engine's error.
pub async fn give(tx: &impl ConnectionTrait, call: &Call, id: FileId, kind: &str, owner: Uuid) -> Result<bool> {
    let uploader = call.actor.account();
    if uploader.is_none() && !call.actor.is_system() {
        return Ok(false);
    }
    store::give(tx, id, uploader, kind, owner).await
}

/// Lets go of the files of an object that is taken back; nobody but their uploader knows of them then.
///
/// # Errors
/// The engine's error.
pub async fn release(tx: &impl ConnectionTrait, kind: &str, owner: Uuid) -> Result<()> {
    store::release(tx, kind, owner).await
}

/// A photo that an activity took.
#[derive(Clone, Copy, Debug)]
pub struct TakenPhoto {
    /// The file.
    pub id: FileId,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
}

/// Gives a fresh photo of the caller to an activity, with its small picture; none when it is no such photo.
///
/// # Errors
/// The engine's error.
pub async fn take_photo(
    tx: &impl ConnectionTrait,
    call: &Call,
    id: FileId,
    activity: Uuid,
) -> Result<Option<(TakenPhoto, TakenPhoto)>> {
    let found = match store::find(tx, id).await {
        Ok(found) => found,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(thumb) = store::thumb_of(tx, id).await? else { return Ok(None) };
    if !give(tx, call, id, "activity", activity).await? {
        return Ok(None);
    }
    let taken = |file: &row::Model| TakenPhoto {
        id: file.id,
        width: file.width.unwrap_or(0),
        height: file.height.unwrap_or(0),
    };
    Ok(Some((taken(&found), taken(&thumb))))
}

/// Bytes of a stored file, for reading its text.
///
/// # Errors
/// As the storage.
pub async fn bytes(app: &App, id: FileId, limit: u64) -> Result<(FileBody, Vec<u8>)> {
    let found = store::find(app.reader(), id).await?;
    let size = u64::try_from(found.size).unwrap_or(0);
    let bytes = app.files.bytes(&found.storage_key, size, limit).await?;
    Ok((body(&found), bytes))
}
