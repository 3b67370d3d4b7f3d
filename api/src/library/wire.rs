//! JSON of documents.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use twinning_entity::document::{DocumentKind, DocumentStatus, Visibility};
use twinning_entity::document_version::TextState;
use twinning_entity::ids::{ClassId, DocumentId, DocumentVersionId, OrganisationId, ProgrammeId};
use twinning_entity::provenance::Provenance;
use utoipa::{IntoParams, ToSchema};

use crate::file::wire::FileBody;
use crate::organisation::wire::OrganisationRef;

/// A document in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DocumentLine {
    /// Identifier.
    pub id: DocumentId,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: DocumentKind,
    /// Organisation it comes from.
    pub organisation: OrganisationRef,
    /// Summary.
    pub summary: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Who may read.
    pub visibility: Visibility,
    /// State.
    pub status: DocumentStatus,
    /// When it was published.
    pub published_at: Option<DateTime<FixedOffset>>,
    /// Format of the current version: the extension of its file, or `md`.
    pub format: Option<String>,
    /// Size of the current version's file in bytes.
    pub size: Option<i64>,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// One document.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DocumentDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub line: DocumentLine,
    /// Authors.
    pub authors: Vec<String>,
    /// Cooperation areas.
    pub areas: Vec<String>,
    /// Class, for material of a class.
    pub class_id: Option<ClassId>,
    /// Programme it is shared in.
    pub programme_id: Option<ProgrammeId>,
    /// Note on where the entry comes from.
    pub provenance_note: Option<String>,
    /// Versions, the newest first.
    pub versions: Vec<VersionBody>,
    /// Readable text of the current version, if it could be read.
    pub text: Option<String>,
    /// Why there is no text, or that it is still being read.
    pub text_state: Option<TextState>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Version of the record, as in the `ETag`.
    pub version: i32,
}

/// A version of a document.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct VersionBody {
    /// Identifier.
    pub id: DocumentVersionId,
    /// Number, from 1.
    pub no: i32,
    /// What changed.
    pub change_note: Option<String>,
    /// SHA-256 of the content.
    pub sha256: String,
    /// Pages, if known.
    pub pages: Option<i32>,
    /// Whether its text could be read.
    pub text_state: TextState,
    /// Its file.
    pub file: Option<FileBody>,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
    /// When it was published.
    pub published_at: Option<DateTime<FixedOffset>>,
}

/// Filter of the library.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentFilter {
    /// Kind.
    pub kind: Option<DocumentKind>,
    /// Tag.
    #[param(max_length = 64)]
    pub tag: Option<String>,
    /// Who may read.
    pub visibility: Option<Visibility>,
    /// Organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Whether everything below `organisation_id` belongs to it.
    pub subtree: Option<bool>,
    /// Class.
    pub class_id: Option<ClassId>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}
