//! Taking files: streamed, counted, looked into, kept.

use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::file::{self as row, FileKind, ScanState};
use uuid::Uuid;

use super::body;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::file::model::{self, FileRule};
use crate::file::policy::FileAct;
use crate::file::sniff::{self, Detected, Group};
use crate::file::wire::FileBody;
use crate::file::{name, photo, store};
use crate::infra::files::{Halt, Staged};
use crate::infra::secrets;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};

/// Largest file that is looked into in memory; larger ones are films, known by their head.
const INSPECT_MAX: u64 = 64 * 1024 * 1024;
/// Bytes by which a film is known.
const HEAD: u64 = 4_096;
/// How long an upload waits for its turn at being looked into before it is told to come back.
const TURN: Duration = Duration::from_secs(20);

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
    let call = known_by_content(call, kind, file_name, &staged);
    let made = kept(app, &call, kind, file_name, staged).await?;
    let answer = app
        .write(&call, async |tx| {
            for file in &made {
                store::add(tx, file.clone()).await?;
            }
            let main = made.first().ok_or_else(|| Error::broken("an upload made no file"))?;
            let detail = json!({ "size": main.size, "media_type": main.media_type });
            audit::note(tx, app, &call, "file.upload", About::new("file", main.id), detail).await?;
            Ok(body(main))
        })
        .await;
    // A refusal, or a repeat that was given its first answer, leaves no bytes behind.
    let used = answer.as_ref().is_ok_and(|answer| made.iter().any(|file| file.id == answer.id));
    if !used {
        discard(app, &made).await;
    }
    answer
}

/// The call with a repeat known by what was sent: an upload has no body that could be hashed before it is taken.
fn known_by_content(call: &Call, kind: FileKind, file_name: &str, staged: &Staged) -> Call {
    let mut call = call.clone();
    if let Some(repeat) = &mut call.repeat {
        repeat.body_hash = secrets::fingerprint(&format!("{}\n{file_name}\n{}", kind.word(), staged.sha256));
    }
    call
}

async fn discard(app: &App, made: &[row::Model]) {
    for file in made {
        if let Err(error) = app.files.remove(&file.storage_key).await {
            tracing::warn!(%error, key = file.storage_key, "bytes of a refused upload stay behind");
        }
    }
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

/// Looks into a file of this machine as an upload of a document would be; gives the SHA-256 of its content.
///
/// # Errors
/// [`FileRule`]; the machine's error.
pub fn looked_at(path: &std::path::Path, file_name: &str) -> Result<String> {
    use std::io::Read as _;

    use sha2::Digest as _;
    let size = std::fs::metadata(path)?.len();
    if size == 0 {
        return Err(FileRule::Empty.into());
    }
    let name = path.file_name().map_or_else(|| file_name.into(), std::ffi::OsStr::to_string_lossy);
    if sniff::looks_classified(&name) {
        return Err(FileRule::Classified.into());
    }
    looked_into(path, size, &name, FileKind::Document)?;
    let mut hash = sha2::Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut part = vec![0; 64 * 1024];
    loop {
        let length = file.read(&mut part)?;
        match part.get(..length) {
            Some(read) if length > 0 => hash.update(read),
            _ => return Ok(secrets::hex(&hash.finalize())),
        }
    }
}

/// SHA-256 of bytes, hexadecimal.
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> String {
    secrets::hex(&<sha2::Sha256 as sha2::Digest>::digest(bytes))
}

/// What was found in staged bytes, and the pictures made of them.
struct Looked {
    detected: Detected,
    photo: Option<photo::CleanPhoto>,
    picture: Option<Vec<u8>>,
}

/// Looks into staged bytes and keeps them; a photo is made anew, with a small one beside it.
async fn kept(app: &App, call: &Call, kind: FileKind, file_name: &str, staged: Staged) -> Result<Vec<row::Model>> {
    if staged.size == 0 {
        return Err(FileRule::Empty.into());
    }
    if sniff::looks_classified(file_name) {
        return Err(FileRule::Classified.into());
    }
    let looked = {
        // Looking in takes memory, so two at a time do (`reliability.md` U-05, L-03).
        let _turn = match actix_web::rt::time::timeout(TURN, app.inspecting.acquire()).await {
            Ok(Ok(turn)) => turn,
            _ => return Err(Error::Unavailable("inspection")),
        };
        let (path, size, declared) = (staged.path.clone(), staged.size, file_name.to_owned());
        blocking(move || looked_into(&path, size, &declared, kind)).await??
    };
    let detected = looked.detected;
    if let Some(photo) = looked.photo {
        return keep_photo(app, call, kind, file_name, photo).await;
    }
    let staged = match looked.picture {
        Some(bytes) => app.files.stage_bytes(bytes).await?,
        None => staged,
    };
    Ok(vec![keep(app, call, kind, file_name, detected, &staged).await?])
}

async fn keep_photo(
    app: &App,
    call: &Call,
    kind: FileKind,
    file_name: &str,
    photo: photo::CleanPhoto,
) -> Result<Vec<row::Model>> {
    let main = app.files.stage_bytes(photo.jpeg).await?;
    let thumb = app.files.stage_bytes(photo.thumb).await?;
    let picture = Detected { group: Group::Picture, media_type: "image/jpeg", extension: "jpg" };
    let mut main = keep(app, call, kind, file_name, picture, &main).await?;
    main.width = i32::try_from(photo.width).ok();
    main.height = i32::try_from(photo.height).ok();
    let mut thumb = keep(app, call, kind, file_name, picture, &thumb).await?;
    thumb.width = i32::try_from(photo.thumb_width).ok();
    thumb.height = i32::try_from(photo.thumb_height).ok();
    thumb.owner_kind = Some("photo".to_owned());
    thumb.owner_id = Some(main.id.0);
    Ok(vec![main, thumb])
}

fn looked_into(path: &std::path::Path, size: u64, file_name: &str, kind: FileKind) -> Result<Looked, Error> {
    use std::io::Read;
    let mut file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(HEAD).read_to_end(&mut bytes)?;
    let film = sniff::is_film(&bytes);
    if !film && size > INSPECT_MAX {
        return Err(FileRule::TooLarge(INSPECT_MAX / 1024 / 1024).into());
    }
    if !film {
        file.read_to_end(&mut bytes)?;
    }
    let detected = sniff::inspect(&bytes, file_name)?;
    check_purpose(kind, detected)?;
    let most = model::limit_of(detected.group);
    if size > most {
        return Err(FileRule::TooLarge(most / 1024 / 1024).into());
    }
    let mut looked = Looked { detected, photo: None, picture: None };
    if detected.group == Group::Picture {
        // Whatever a picture is for, the place where it was taken is nobody's business (`reliability.md` P-07).
        if matches!(kind, FileKind::Photo | FileKind::Attachment) {
            looked.photo = Some(photo::cleaned(&bytes)?);
        } else {
            looked.picture = Some(photo::stripped(&bytes)?);
        }
    }
    Ok(looked)
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
