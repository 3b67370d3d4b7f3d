//! Webhooks: other systems of a city are told that something happened, signed, in order, and again until they answer.
//!
//! What is sent names the event and the object and holds no content; who receives it reads the object over the API with
//! rights of its own.

pub mod address;
pub mod jobs;
pub mod model;
pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
