//! People: who stands behind accounts, rosters and posts. Phones are sealed; pages show them masked.

pub mod jobs;
pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
