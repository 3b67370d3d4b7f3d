//! Training classes: timetable, roster, quotas and materials (`domain.md` 3.3).
//!
//! Everybody may read what a class is about and its timetable; the roster and the materials are for the class itself,
//! its teachers and the staff of its city. This issue reads classes and brings them in; nomination, roll-call,
//! evaluation and certificates follow.

pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
