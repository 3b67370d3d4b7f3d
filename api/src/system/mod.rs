//! What system administrators look after: background jobs and the settings in force. No content (`domain.md` 3.7).

pub mod ops;
pub mod policy;
pub mod rest;
pub mod wire;
