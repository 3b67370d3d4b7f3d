//! Search over everything the caller may read.
//!
//! The index is derived: a change that touches readable text writes a row into the table of changes, in its own
//! transaction, and each instance applies those rows in order and keeps how far it came in the index's own commit
//! (`docs/adr/0004-search-index-derived.md`). Every query carries the caller's terms, so counts never leak.

pub mod engine;
mod feed;
pub mod ops;
pub mod pinyin;
pub mod policy;
pub mod rest;
pub mod snippet;
mod store;
pub mod stroke;
pub mod wire;

pub use feed::{catch_up, catch_up_soon, follow, note, note_all, note_below, rebuild};
