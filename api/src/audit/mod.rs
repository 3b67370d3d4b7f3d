//! The record of who did what: append-only, hash-chained, written in the transaction of the act.

pub mod jobs;
pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;

pub use ops::note;
