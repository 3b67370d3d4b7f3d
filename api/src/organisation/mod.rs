//! Organisations in the official tree of their city.
//!
//! The tree has any depth. Each organisation knows its path from the root, made of small numbers that never change,
//! so "here and below" is a prefix and a subtree moves in one statement. Everybody may read the directory
//! (`domain.md` 3.7); who changes it is the city's staff.

pub mod jobs;
pub mod model;
pub mod ops;
pub mod policy;
pub(crate) mod reach;
pub mod rest;
mod store;
pub(crate) use store::within;
pub mod wire;
