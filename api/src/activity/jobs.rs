//! Later work of activities: reminders.

use std::future::Future;
use std::pin::Pin;

use super::ops;
use crate::app::App;
use crate::kernel::error::Result;

/// Reminds of records that wait.
pub fn remind(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { ops::remind(&app).await })
}
