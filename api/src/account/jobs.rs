//! Later work of accounts: forgotten passwords, and what is kept for a time only.

use std::future::Future;
use std::pin::Pin;

use super::ops;
use crate::app::App;
use crate::infra::jobs::Kind;
use crate::kernel::error::Result;

/// Job of this feature.
pub const KIND: Kind = Kind { name: ops::password::FORGOT_JOB, work: forgot };

fn forgot(app: App, payload: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { ops::password::answer_forgot(&app, &payload).await })
}

/// Forgets old tries to sign in, and sessions and tokens that ended long ago.
pub fn sweep(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { ops::forget_old(&app).await })
}
