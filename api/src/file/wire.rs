//! JSON of files.

use serde::{Deserialize, Serialize};
use twinning_entity::file::{FileKind, ScanState};
use twinning_entity::ids::FileId;
use utoipa::ToSchema;

/// A stored file.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FileBody {
    /// Identifier.
    pub id: FileId,
    /// Purpose.
    pub kind: FileKind,
    /// Name.
    #[schema(example = "六步议事法操作手册.docx")]
    pub name: String,
    /// Size in bytes.
    pub size: i64,
    /// SHA-256 of the bytes kept and served.
    pub sha256: String,
    /// Media type.
    pub media_type: String,
    /// Result of the virus scan.
    pub scan_state: ScanState,
}

/// An upload.
#[derive(Debug, ToSchema)]
pub struct UploadForm {
    /// Purpose; it stands before the file.
    pub kind: FileKind,
    /// The file.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}
