//! Later work: a row written in the transaction of its cause, claimed under a lease, tried again with growing pauses.

mod runner;
mod store;

use std::future::Future;
use std::pin::Pin;

pub use runner::{run_until_idle, spawn};
pub use store::enqueue;
pub(crate) use store::{find, page, revive};

use crate::app::App;
use crate::kernel::error::Result;

/// What a job does; it must be harmless to run twice, for leases expire.
pub type Work = fn(App, serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>>;

/// A kind of job with its stable name.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Name in the database; a wire format, named for ever.
    pub name: &'static str,
    /// What it does.
    pub work: Work,
}
