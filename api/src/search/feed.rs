//! Feeding the index: changes in order, each object as it is now.

use std::collections::HashSet;
use std::sync::Arc;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::engine::{Change, IndexDoc, Kind};
use super::store;
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::{activity, library, organisation, training};

/// Changes applied in one commit.
const BATCH: u64 = 500;
/// Kind of the change that asks for the whole index to be written again.
const REBUILD: &str = "rebuild";
/// How long a rebuild may take, in seconds.
const REBUILD_SECONDS: u32 = 3_600;

/// Notes that an object changed, in the transaction of the change.
///
/// # Errors
/// The engine's error.
pub async fn note(tx: &impl ConnectionTrait, app: &App, call: &Call, kind: Kind, id: Uuid) -> Result<()> {
    call.touch_index();
    store::note(tx, app, kind.word(), id).await.map(|_| ())
}

/// As [`note`], for many objects of a kind.
///
/// # Errors
/// The engine's error.
pub async fn note_all(tx: &impl ConnectionTrait, app: &App, call: &Call, kind: Kind, ids: &[Uuid]) -> Result<()> {
    call.touch_index();
    store::note_all(tx, app, kind.word(), ids).await
}

/// Notes that everything at and below a place of the tree changed: organisations, and what belongs to them.
///
/// # Errors
/// The engine's error.
pub async fn note_below(tx: &impl ConnectionTrait, app: &App, call: &Call, path: &str) -> Result<()> {
    call.touch_index();
    store::note_below(tx, app, path).await
}

/// Applies every change this instance has not applied yet. A failure is logged and made good at the next try: the
/// change itself is committed and must not fail for it.
pub async fn catch_up(app: &App) {
    if let Err(error) = apply_all(app).await {
        tracing::warn!(?error, "the search index lags behind");
    }
}

/// Changes that a write waits for; more than that is left to the follower, a second later.
const AT_ONCE: u64 = 100;

/// As [`catch_up`], after a write: what one act changed is found at once, but nobody waits while thousands of objects
/// are read again.
pub async fn catch_up_soon(app: &App) {
    match store::after(app.db().current(), app.engine.mark(), AT_ONCE + 1).await {
        Ok(rows) if rows.len() as u64 > AT_ONCE => {}
        Ok(_) => catch_up(app).await,
        Err(error) => tracing::warn!(?error, "the search index lags behind"),
    }
}

/// Follows the changes of other processes until the app drains: at most one second behind.
pub async fn follow(app: App) {
    while !app.is_draining() {
        actix_web::rt::time::sleep(std::time::Duration::from_secs(1)).await;
        catch_up(&app).await;
    }
}

async fn apply_all(app: &App) -> Result<()> {
    let _one_at_a_time = app.indexing.lock().await;
    if !app.engine.writes().map_err(Error::internal)? {
        return Ok(());
    }
    loop {
        let mark = app.engine.mark();
        let rows = store::after(app.db().current(), mark, BATCH).await?;
        let Some(last) = rows.last().map(|row| row.seq) else { return Ok(()) };
        if rows.iter().any(|row| row.kind == REBUILD) {
            replace_all(app, last).await?;
            continue;
        }
        let mut seen = HashSet::new();
        let mut changes = Vec::new();
        for row in rows.iter().rev() {
            let Some(kind) = Kind::from_word(&row.kind) else { continue };
            if seen.insert((kind, row.object_id)) {
                let doc = current(app.db().current(), kind, row.object_id).await?;
                changes.push(Change { kind, id: row.object_id, doc });
            }
        }
        apply(app, changes, last).await?;
    }
}

/// Builds the index anew from the database, while serving; gives the number of objects.
///
/// The process that writes the index does the work: this one, or the one that serves, which is asked by a change of
/// its own and waited for.
///
/// # Errors
/// The database's or the index's; [`Error::Unavailable`] when the serving process does not answer in time.
pub async fn rebuild(app: &App) -> Result<usize> {
    let asked =
        app.write(&Call::system("reindex"), async |tx| store::note(tx, app, REBUILD, Uuid::nil()).await).await?;
    for _ in 0..REBUILD_SECONDS {
        catch_up(app).await;
        if app.engine.mark() >= asked {
            return Ok(everything(app.db().current()).await?.len());
        }
        actix_web::rt::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    Err(Error::Unavailable("index"))
}

/// Writes every object again and removes what is in the database no more; the index answers all the while.
async fn replace_all(app: &App, mark: i64) -> Result<()> {
    let conn = app.db().current();
    let all = everything(conn).await?;
    for part in all.chunks(usize::try_from(BATCH).unwrap_or(500)) {
        let mut changes = Vec::with_capacity(part.len());
        for (kind, id) in part {
            let doc = current(conn, *kind, *id).await?;
            changes.push(Change { kind: *kind, id: *id, doc });
        }
        // The mark stays where it was until all is written: a crash starts over.
        apply(app, changes, app.engine.mark()).await?;
    }
    let known: HashSet<(Kind, Uuid)> = all.into_iter().collect();
    let engine = Arc::clone(&app.engine);
    let held = actix_web::rt::task::spawn_blocking(move || engine.keys())
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let gone = held.into_iter().filter(|key| !known.contains(key));
    let gone: Vec<Change> = gone.map(|(kind, id)| Change { kind, id, doc: None }).collect();
    apply(app, gone, mark).await
}

async fn everything(conn: &impl ConnectionTrait) -> Result<Vec<(Kind, Uuid)>> {
    let mut all: Vec<(Kind, Uuid)> = Vec::new();
    all.extend(organisation::ops::every_id(conn).await?.into_iter().map(|id| (Kind::Organisation, id)));
    all.extend(activity::ops::every_id(conn).await?.into_iter().map(|id| (Kind::Activity, id)));
    all.extend(training::ops::every_id(conn).await?.into_iter().map(|id| (Kind::Class, id)));
    all.extend(library::ops::every_id(conn).await?.into_iter().map(|id| (Kind::Document, id)));
    Ok(all)
}

async fn current(conn: &impl ConnectionTrait, kind: Kind, id: Uuid) -> Result<Option<IndexDoc>> {
    match kind {
        Kind::Organisation => organisation::ops::index_doc(conn, id.into()).await,
        Kind::Activity => activity::ops::index_doc(conn, id.into()).await,
        Kind::Class => training::ops::index_doc(conn, id.into()).await,
        Kind::Document => library::ops::index_doc(conn, id.into()).await,
        Kind::Practice => Ok(None),
    }
}

async fn apply(app: &App, changes: Vec<Change>, mark: i64) -> Result<()> {
    let engine = Arc::clone(&app.engine);
    actix_web::rt::task::spawn_blocking(move || engine.apply(&changes, mark))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}
