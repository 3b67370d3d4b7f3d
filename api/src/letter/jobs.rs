//! Later work of letters: handing them over, writing digests, forgetting old ones.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::{ops::outbox, store};
use crate::app::App;
use crate::kernel::error::{Error, Result};

/// How long the sender sleeps when nothing wakes it.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts the sender; it ends when the app drains. A loop of its own, so that a slow mail server holds up no job.
pub fn spawn(app: App) -> actix_web::rt::task::JoinHandle<()> {
    actix_web::rt::spawn(async move {
        while !app.is_draining() {
            match outbox::send_due(&app).await {
                Ok(0) => app.wait_for_mails(PAUSE).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "the outbox does not answer");
                    actix_web::rt::time::sleep(PAUSE).await;
                }
            }
        }
    })
}

/// Writes the digests that are due and forgets what is old.
pub fn hourly(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move {
        outbox::write_digests(&app).await?;
        let tx = app.db().begin().await?;
        store::forget(&tx, app.now()).await?;
        tx.commit().await.map_err(Error::from)
    })
}
