//! Later work of organisations: keys that rows from an earlier version lack.

use std::future::Future;
use std::pin::Pin;

use super::ops;
use crate::app::App;
use crate::kernel::error::Result;

/// Writes the key of the stroke order where it is missing.
pub fn fill_keys(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { ops::fill_keys(&app).await })
}
