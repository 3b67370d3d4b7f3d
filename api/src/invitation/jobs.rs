//! Later work of invitations: they do not stay open for ever.

use std::future::Future;
use std::pin::Pin;

use super::ops;
use crate::app::App;
use crate::kernel::error::Result;

/// Closes invitations whose link is over.
pub fn sweep(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { ops::expire(&app).await })
}
