//! The log of downloads: written beside the requests, many in one commit, for a whole class may come at once.

use twinning_entity::file_download as download;
use twinning_entity::ids::DownloadId;

use super::Opened;
use crate::app::App;
use crate::file::store;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};

/// Notes a download; pictures of a page are none, and a range counts once, at its first byte.
///
/// The note is written beside the answer: nobody waits for a log. What waits is written together by whoever comes
/// first, and a crash loses the notes of that moment alone.
pub fn note_download(app: &App, call: &Call, opened: &Opened, first_byte: u64) {
    if opened.inline || first_byte > 0 {
        return;
    }
    app.downloads.add(download::Model {
        id: app.new_id::<DownloadId>(),
        file_id: opened.file.id,
        account_id: call.actor.account(),
        organisation_id: call.actor.appointments().first().map(|held| held.organisation),
        first_byte: 0,
        at: app.now(),
    });
    actix_web::rt::spawn(write_down(app.clone()));
}

/// Notes that wait to be written.
#[derive(Debug, Default)]
pub struct Waiting {
    notes: std::sync::Mutex<Vec<download::Model>>,
    turn: tokio::sync::Mutex<()>,
}

impl Waiting {
    fn add(&self, note: download::Model) {
        self.notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(note);
    }

    fn take(&self) -> Vec<download::Model> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// Writes what still waits; called before the program ends.
pub async fn flush_downloads(app: &App) {
    write_down(app.clone()).await;
}

/// Writes what waits, in one transaction.
async fn write_down(app: App) {
    let _turn = app.downloads.turn.lock().await;
    let notes = app.downloads.take();
    if notes.is_empty() {
        return;
    }
    let count = notes.len();
    if let Err(error) = written(&app, notes).await {
        tracing::warn!(%error, count, "downloads were not noted");
    }
}

async fn written(app: &App, notes: Vec<download::Model>) -> Result<()> {
    let tx = app.db().begin().await?;
    store::note_downloads(&tx, notes).await?;
    tx.commit().await.map_err(Error::from)
}
