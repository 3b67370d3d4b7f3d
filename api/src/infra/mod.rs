//! Machines the features stand on. No business nouns here.

pub mod beside;
pub mod db;
pub mod files;
pub mod i18n;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod secrets;
pub mod settings;
pub mod workbook;
