//! Stored files: taken as a stream, looked into before they are kept, served with their range and log.
//!
//! A file belongs to the object that uses it and inherits its visibility (`contract.md` 4). Until an object takes it,
//! only its uploader can see it.

pub mod model;
pub mod name;
pub mod ops;
pub mod photo;
pub mod policy;
pub mod rest;
pub mod serve;
pub mod sniff;
mod store;
pub mod wire;
