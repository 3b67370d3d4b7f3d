//! What takes two persons: one asks, another decides, and only then it happens (`domain.md` 3.7, `reliability.md` Z-15).
//!
//! Giving a role, ending an administrator's role, exporting personal data in bulk and erasing a person all wait here. The
//! decision and what it decides are one write; everything that was checked when it was asked is checked again.

pub mod jobs;
pub mod model;
pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
