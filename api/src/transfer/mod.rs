//! Bulk imports: read a file as people keep it, show what it would do, and do it all or not at all (`contract.md` 6).
//!
//! A file becomes sheets of cells ([`sheet`]), a header and its columns ([`header`]), and rows of one kind
//! ([`kinds`]); nothing is written before somebody confirms, and an import can be undone while nothing stands on it.

pub mod fault;
pub mod header;
pub mod jobs;
pub mod kinds;
pub mod model;
pub mod ops;
pub mod policy;
pub mod rest;
pub mod sheet;
mod store;
pub mod wire;
