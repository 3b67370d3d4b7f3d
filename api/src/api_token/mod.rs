//! Tokens of programs: opaque, hashed, limited to scopes and to the rights of the account that made them, with an end.

pub mod model;
pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
