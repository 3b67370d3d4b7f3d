//! Notices of the portal; this issue reads them, writing and review follow.

pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
