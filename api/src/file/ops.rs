//! What can be done with files: take, look into, keep, give to an object, open.

use std::collections::HashMap;

use bytes::Bytes;
use futures_util::Stream;
use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::file::{self as row, FileKind, ScanState};
use twinning_entity::file_download as download;
use twinning_entity::ids::{DownloadId, FileId};
use uuid::Uuid;

use super::model::{self, FileRule};
use super::policy::FileAct;
use super::sniff::{self, Detected, Group};
use super::wire::FileBody;
use super::{name, photo, store};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::files::{Halt, Staged};
use crate::kernel::actor::Actor;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::{activity, library, training};

/// Largest file that is looked into in memory; larger ones are films, known by their head.
const INSPECT_MAX: u64 = 64 * 1024 * 1024;

/// Takes an upload: streamed, counted, looked into, kept.
///
/// # Errors
/// [`FileRule`] for what is not taken; nothing stays behind.
pub async fn upload<S, E>(app: &App, call: &Call, kind: FileKind, file_name: &str, bytes: S) -> Result<FileBody>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    call.actor.may_ever(FileAct::Upload.who())?;
    let limit = model::limit(kind);
    let staged = app.files.stage(bytes, limit).await.map_err(|halt| match halt {
        Halt::TooLarge => FileRule::TooLarge(limit / 1024 / 1024).into(),
        Halt::Broken(_) => FileRule::Interrupted.into(),
        Halt::Fault(error) => error,
    })?;
    let made = kept(app, call, kind, file_name, staged).await?;
    app.write(call, async |tx| {
        for file in &made {
            store::add(tx, file.clone()).await?;
        }
        let main = made.first().ok_or_else(|| Error::broken("an upload made no file"))?;
        let detail = json!({ "size": main.size, "media_type": main.media_type });
        audit::note(tx, app, call, "file.upload", About::new("file", main.id), detail).await?;
        Ok(body(main))
    })
    .await
}

/// As [`upload`], for bytes at hand, in a write that is under way; commands and imports call it.
///
/// # Errors
/// As [`upload`].
pub async fn store_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    kind: FileKind,
    file_name: &str,
    bytes: Vec<u8>,
) -> Result<FileBody> {
    let staged = app.files.stage_bytes(bytes).await?;
    let made = kept(app, call, kind, file_name, staged).await?;
    for file in &made {
        store::add(tx, file.clone()).await?;
    }
    made.first().map(body).ok_or_else(|| Error::broken("an upload made no file"))
}

/// Looks into staged bytes and keeps them; a photo is made anew, with a small one beside it.
async fn kept(app: &App, call: &Call, kind: FileKind, file_name: &str, staged: Staged) -> Result<Vec<row::Model>> {
    if staged.size == 0 {
        return Err(FileRule::Empty.into());
    }
    if sniff::looks_classified(file_name) {
        return Err(FileRule::Classified.into());
    }
    let path = staged.path.clone();
    let size = staged.size;
    let declared = file_name.to_owned();
    let (detected, bytes) = blocking(move || inspected(&path, size, &declared)).await??;
    check_purpose(kind, detected)?;
    if detected.group == Group::Picture && matches!(kind, FileKind::Photo | FileKind::Attachment) {
        let clean = blocking(move || photo::cleaned(&bytes)).await??;
        let main = app.files.stage_bytes(clean.jpeg).await?;
        let thumb = app.files.stage_bytes(clean.thumb).await?;
        let picture = Detected { group: Group::Picture, media_type: "image/jpeg", extension: "jpg" };
        let mut main = keep(app, call, kind, file_name, picture, &main).await?;
        main.width = i32::try_from(clean.width).ok();
        main.height = i32::try_from(clean.height).ok();
        let mut thumb = keep(app, call, kind, file_name, picture, &thumb).await?;
        thumb.width = i32::try_from(clean.thumb_width).ok();
        thumb.height = i32::try_from(clean.thumb_height).ok();
        thumb.owner_kind = Some("photo".to_owned());
        thumb.owner_id = Some(main.id.0);
        return Ok(vec![main, thumb]);
    }
    Ok(vec![keep(app, call, kind, file_name, detected, &staged).await?])
}

fn inspected(path: &std::path::Path, size: u64, file_name: &str) -> Result<(Detected, Vec<u8>), Error> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let cap = if size > INSPECT_MAX { 4_096 } else { INSPECT_MAX };
    std::fs::File::open(path)?.take(cap).read_to_end(&mut bytes)?;
    let detected = sniff::inspect(&bytes, file_name)?;
    if size > INSPECT_MAX && detected.group != Group::Video {
        return Err(FileRule::TooLarge(INSPECT_MAX / 1024 / 1024).into());
    }
    Ok((detected, bytes))
}

/// Each purpose takes its own types (`reliability.md` U-02).
fn check_purpose(kind: FileKind, detected: Detected) -> Result<(), FileRule> {
    let fits = match kind {
        FileKind::Document => !matches!(detected.group, Group::Video),
        FileKind::Photo => detected.group == Group::Picture,
        FileKind::Video => detected.group == Group::Video,
        FileKind::Table => matches!(detected.group, Group::Table | Group::Text),
        FileKind::Attachment => true,
    };
    if fits { Ok(()) } else { Err(FileRule::UnsupportedType) }
}

async fn keep(
    app: &App,
    call: &Call,
    kind: FileKind,
    file_name: &str,
    detected: Detected,
    staged: &Staged,
) -> Result<row::Model> {
    let key = app.new_id::<Uuid>().simple().to_string();
    app.files.keep(staged, &key).await?;
    let extension = match name::extension(file_name) {
        own if detected.extension == "txt" && !own.is_empty() => own,
        _ => detected.extension.to_owned(),
    };
    Ok(row::Model {
        id: app.new_id(),
        kind,
        name: name::clean(file_name, &extension),
        size: i64::try_from(staged.size).unwrap_or(i64::MAX),
        sha256: staged.sha256.clone(),
        media_type: detected.media_type.to_owned(),
        extension,
        width: None,
        height: None,
        storage_key: key,
        scan_state: ScanState::Off,
        owner_kind: None,
        owner_id: None,
        organisation_id: call.actor.appointments().first().map(|held| held.organisation),
        created_by: call.actor.account(),
        created_at: app.now(),
        deleted_at: None,
    })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    actix_web::rt::task::spawn_blocking(work).await.map_err(Error::internal)
}

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

/// Notes a download; pictures of a page are none, and a range counts once, at its first byte.
///
/// # Errors
/// The engine's error.
pub async fn note_download(app: &App, call: &Call, opened: &Opened, first_byte: u64) -> Result<()> {
    if opened.inline || first_byte > 0 {
        return Ok(());
    }
    let entry = download::Model {
        id: app.new_id::<DownloadId>(),
        file_id: opened.file.id,
        account_id: call.actor.account(),
        organisation_id: call.actor.appointments().first().map(|held| held.organisation),
        first_byte: 0,
        at: app.now(),
    };
    let tx = app.db().begin().await?;
    store::note_download(&tx, entry).await?;
    tx.commit().await?;
    Ok(())
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
        (Some("document"), Some(owner)) => library::ops::may_read(app, &call.actor, owner.into()).await?,
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
