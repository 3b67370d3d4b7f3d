//! Letters and the inbox: what people are told, once in the portal and, as they chose, by mail.
//!
//! A message is written in the transaction of its cause. It stands in the reader's inbox; a letter of the same words
//! follows at once, in a digest, or not at all, as the reader chose for its kind. What concerns the safety of the
//! account always goes out at once, and what holds a secret goes out by mail alone, sealed until it is sent.

pub mod calendar;
pub mod jobs;
pub mod model;
pub mod ops;
pub mod policy;
pub mod rest;
mod store;
pub mod wire;
