//! Letters on their way out: how one is composed, and where it is handed over.

mod compose;
pub mod transport;

pub use compose::{Letter, compose, is_address};
pub use transport::{Handed, Transport};
