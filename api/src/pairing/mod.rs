//! Pairings: two organisations of two cities that work together.
//!
//! Everybody sees a pairing from the signing on; before that it is the business of its two sides and of the
//! organisation departments of both cities (`domain.md` 3.1, 3.7). This issue reads pairings and brings in those
//! from before the portal; proposing, confirming and approving follow.

pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
