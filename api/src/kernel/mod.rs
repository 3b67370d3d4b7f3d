//! Words everyone speaks: who asks, how, what went wrong. No I/O here.

pub mod actor;
pub mod call;
pub mod clock;
pub mod error;
pub mod fault;
pub mod page;
pub mod reason;
pub mod text;
