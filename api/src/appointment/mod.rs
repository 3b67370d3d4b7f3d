//! Appointments: the dated right of an account to act for an organisation in a role.
//!
//! Giving a role takes two persons (`approval`); ending one that is below the administrators' is done at once, for a
//! right that should be gone must not wait. An ended appointment ends its rights with the next request.

pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
