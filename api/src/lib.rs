//! What the application can do: one function for each act, and the ways to reach it.
//!
//! Begin with [`App`], the handle every operation receives, and [`kernel::call::Call`], who asks and how. Each
//! feature keeps the same rooms: `model` (rules), `policy` (who may), `ops` (in what order), `store` (SQL), `wire`
//! (JSON), `rest` (HTTP).

pub mod account;
pub mod activity;
pub mod api_token;
pub mod app;
pub mod appointment;
pub mod approval;
pub mod audit;
pub mod city;
pub mod demo;
pub mod file;
pub mod history;
pub mod infra;
pub mod invitation;
pub mod kernel;
pub mod letter;
pub mod library;
pub mod notice;
pub mod organisation;
pub mod pairing;
pub mod person;
pub mod programme;
pub mod repeat;
pub mod rest;
pub mod search;
pub mod system;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod todo;
pub mod training;
pub mod transfer;
pub mod webhook;

pub use app::App;
pub use kernel::error::{Error, Result};
/// Identifiers and vocabularies of the rows, for mouths that may not depend on the rows themselves.
pub use twinning_entity::{
    activity as activity_words, appointment::RoleCode, class as class_words, document as document_words,
    document_version::TextState, enrolment::EnrolmentStatus, file::FileKind, ids, import as import_words,
    lesson as lesson_words, organisation as organisation_words, pairing as pairing_words,
    pairing_milestone as milestone_words, provenance::Provenance,
};

/// Vocabularies of accounts and of what is done around them.
pub mod account_words {
    pub use twinning_entity::account::AccountStatus;
    pub use twinning_entity::approval::{ApprovalKind, ApprovalState};
    pub use twinning_entity::invitation::InvitationState;
    pub use twinning_entity::job::JobState;
    pub use twinning_entity::outbox_mail::MailState;
    pub use twinning_entity::position::PositionKind;
    pub use twinning_entity::webhook::WebhookState;
}

/// Every kind of job, for the runner.
pub const JOBS: &[infra::jobs::Kind] = &[library::jobs::KIND, account::jobs::KIND, person::jobs::KIND];

/// What is swept every hour.
pub const HOURLY: &[infra::jobs::Kind] = &[
    infra::jobs::Kind { name: "repeat.sweep", work: repeat::sweep },
    infra::jobs::Kind { name: "account.sweep", work: account::jobs::sweep },
    infra::jobs::Kind { name: "activity.remind", work: activity::jobs::remind },
    infra::jobs::Kind { name: "approval.sweep", work: approval::jobs::sweep },
    infra::jobs::Kind { name: "audit.head", work: audit::jobs::keep_head },
    infra::jobs::Kind { name: "invitation.sweep", work: invitation::jobs::sweep },
    infra::jobs::Kind { name: "letter.digests", work: letter::jobs::hourly },
    infra::jobs::Kind { name: "person.retention", work: person::jobs::retain },
    infra::jobs::Kind { name: "person.keys", work: person::jobs::reseal },
    infra::jobs::Kind { name: "webhook.sweep", work: webhook::jobs::sweep },
    infra::jobs::Kind { name: "organisation.keys", work: organisation::jobs::fill_keys },
    infra::jobs::Kind { name: "transfer.sweep", work: transfer::jobs::sweep },
];
