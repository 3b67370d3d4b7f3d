//! Later work of accounts: what is kept for a time only.

use std::future::Future;
use std::pin::Pin;

use super::ops;
use crate::app::App;
use crate::kernel::error::Result;

/// Forgets old tries to sign in, and sessions and tokens that ended long ago.
pub fn sweep(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { ops::forget_old(&app).await })
}
