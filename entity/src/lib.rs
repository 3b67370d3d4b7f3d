//! Rows: what each table looks like now. Knows nobody else in the workspace.

#[macro_use]
mod vocabulary;
pub mod ids;

pub mod account;
pub mod activity;
pub mod activity_pairing;
pub mod activity_photo;
pub mod activity_record;
pub mod appointment;
pub mod audit_entry;
pub mod city;
pub mod class;
pub mod class_quota;
pub mod course;
pub mod division;
pub mod document;
pub mod document_version;
pub mod enrolment;
pub mod file;
pub mod file_download;
pub mod idempotency_key;
pub mod import;
pub mod import_row;
pub mod index_change;
pub mod job;
pub mod lesson;
pub mod material;
pub mod notice;
pub mod organisation;
pub mod organisation_name;
pub mod outbox_mail;
pub mod pairing;
pub mod pairing_milestone;
pub mod person;
pub mod position;
pub mod programme;
pub mod provenance;
pub mod refresh_token;
pub mod session;
pub mod sign_in_attempt;
pub mod transition;
