//! Joint activities: planned or logged by one side, recorded, confirmed by the other (`domain.md` 3.2).
//!
//! Everybody sees what both sides confirmed. Before that an activity is the business of its two sides and of the
//! organisation departments of both cities. This issue logs what was held, submits the record and lets the other
//! side confirm or return it; planning, sign-up and attendance follow.

pub mod jobs;
pub mod model;
pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
