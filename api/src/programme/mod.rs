//! Programmes: umbrellas over several pairings of two cities (`domain.md` 3.1).

pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
