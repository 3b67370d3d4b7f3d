//! Later work of what takes two persons: it does not wait for ever.

use std::future::Future;
use std::pin::Pin;

use super::ops;
use crate::app::App;
use crate::kernel::error::Result;

/// Ends what waited too long.
pub fn sweep(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { ops::expire(&app).await })
}
