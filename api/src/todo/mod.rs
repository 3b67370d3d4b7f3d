//! What waits for the caller, derived from the states of things and never entered twice.

pub mod ops;
pub mod policy;
pub mod rest;
pub mod wire;
