//! The experience library: documents with immutable versions, their files and their readable text (`domain.md` 3.4).
//!
//! Who may read follows the visibility of a published document: everybody, the organisations of a programme, a city,
//! or a class. This issue reads documents and brings in published ones; writing and the three reviews follow.

pub mod extract;
pub mod jobs;
pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
