//! Cities that take part in twinning, and the divisions of the country.

pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
