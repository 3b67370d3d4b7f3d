//! Invitations: how a person gets an account. There is no other way in (`domain.md` 5.1 SEC-01).
//!
//! An administrator of the organisation names the person, says how identity was checked, and one letter with a one-time
//! link goes out. Until the link is used the account has no password and no rights; then it has the role it was invited
//! to. Whoever has an account already is given roles by two persons (`appointment`).

pub mod jobs;
pub mod model;
pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
