//! Later work of people: retention, the journal of erasures, keys that were replaced.

use std::future::Future;
use std::pin::Pin;

use super::ops::retention;
use crate::app::App;
use crate::kernel::error::Result;

/// Does what retention asks for; a second run on the same day finds nothing to do.
pub fn retain(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { retention::run(&app).await })
}

/// Seals anew what former keys sealed.
pub fn reseal(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { retention::reseal(&app).await.map(|_| ()) })
}
