//! Later work of imports: what is kept for a time only.

use std::future::Future;
use std::pin::Pin;

use super::ops;
use crate::app::App;
use crate::kernel::error::Result;

/// Drops imports that nobody confirmed, and forgets rows that nobody mended.
pub fn sweep(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { ops::forget_old(&app).await })
}
