//! Tests of the API: over HTTP in process, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod accounts;
mod activity;
mod audit;
mod bucket;
mod caller;
mod demo;
mod document;
mod import;
mod junk;
mod keys;
mod layouts;
mod letters;
mod mailbox;
mod migrations;
mod people;
mod refusals;
mod rights;
mod rooms;
mod search;
mod sign_in;
mod statements;
mod storage;
mod sweep;
mod synthetic;
mod tree;
mod webhooks;
