//! Later work of people: retention, the journal of erasures, keys that were replaced.

use std::future::Future;
use std::pin::Pin;

use super::ops::{erasure, retention};
use crate::app::App;
use crate::infra::jobs::Kind;
use crate::kernel::error::Result;

/// Job of this feature.
pub const KIND: Kind = Kind { name: erasure::JOURNAL_JOB, work: journal };

/// Writes who was erased into the file of the journal.
fn journal(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { erasure::apply_journal(&app).await.map(|_| ()) })
}

/// Does what retention asks for; a second run on the same day finds nothing to do.
pub fn retain(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { retention::run(&app).await })
}

/// Seals anew what former keys sealed.
pub fn reseal(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move { retention::reseal(&app).await.map(|_| ()) })
}
