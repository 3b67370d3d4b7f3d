//! Accounts and sign-in: a person proves who they are, and acts through the appointments they hold.
//!
//! The API knows short access tokens and rotating refresh tokens; the portal knows a session cookie. Both end on the
//! server, and rights are read from the database at each request (`reliability.md` Z-08, S-01 to S-06).

pub mod jobs;
pub mod model;
pub mod ops;
pub mod passwords;
pub mod policy;
pub mod rest;
pub mod rules;
mod store;
pub mod tokens;
pub mod wire;
