//! Later work of webhooks: calling them, and forgetting old deliveries.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::{ops, store};
use crate::app::App;
use crate::kernel::error::{Error, Result};

/// How long the caller sleeps when nothing wakes it.
const PAUSE: Duration = Duration::from_secs(2);

/// Starts the caller; it ends when the app drains.
pub fn spawn(app: App) -> actix_web::rt::task::JoinHandle<()> {
    actix_web::rt::spawn(async move {
        while !app.is_draining() {
            match ops::deliver_due(&app).await {
                Ok(0) => app.wait_for_hooks(PAUSE).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "the webhooks' queue does not answer");
                    actix_web::rt::time::sleep(PAUSE).await;
                }
            }
        }
    })
}

/// Forgets deliveries a month after their end.
pub fn sweep(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move {
        let tx = app.db().begin().await?;
        store::forget(&tx, app.now() - chrono::Duration::days(30)).await?;
        tx.commit().await.map_err(Error::from)
    })
}
