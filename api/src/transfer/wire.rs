//! JSON of imports.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{ClassId, ImportId, ProgrammeId};
use twinning_entity::import::{ImportKind, ImportState};
use utoipa::{IntoParams, ToSchema};

/// How an import is done.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportOptions {
    /// Class, for rosters and timetables.
    #[serde(default)]
    pub class_id: Option<ClassId>,
    /// Programme, for pairings and shared documents; not needed while there is only one.
    #[serde(default)]
    pub programme_id: Option<ProgrammeId>,
}

/// Numbers of an import.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ImportCounts {
    /// Rows that can be imported.
    pub accepted: u32,
    /// Rows with errors.
    pub rejected: u32,
    /// Titles, sums, blank rows and the like.
    pub ignored: u32,
    /// Accepted rows that make something new.
    pub add: u32,
    /// Accepted rows that change something.
    pub update: u32,
    /// Accepted rows that are there already.
    pub same: u32,
}

/// An import.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportBody {
    /// Identifier.
    pub id: ImportId,
    /// Kind.
    pub kind: ImportKind,
    /// State.
    pub state: ImportState,
    /// Name of the file.
    pub file_name: String,
    /// Numbers.
    pub counts: ImportCounts,
    /// Headings as written.
    pub header: Vec<String>,
    /// Why the whole file cannot be used, as a sentence.
    pub problem: Option<String>,
    /// The stable code of that.
    #[schema(example = "import.no_header")]
    pub problem_code: Option<String>,
    /// Class, for rosters and timetables.
    pub class_id: Option<ClassId>,
    /// Headings that nothing was read under.
    pub unused_columns: Vec<String>,
    /// Rows that need a look: errors and warnings first, then the first good ones; at most 200.
    pub rows: Vec<ImportRowBody>,
    /// When the file came.
    pub created_at: DateTime<FixedOffset>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// One row of an import.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportRowBody {
    /// Sheet.
    pub sheet: String,
    /// Number as the person sees it.
    pub row: i32,
    /// `accepted`, `rejected` or `ignored`.
    pub state: String,
    /// `add`, `update` or `same`.
    pub action: Option<String>,
    /// Short name of the row.
    pub label: Option<String>,
    /// What is wrong, or worth knowing.
    pub faults: Vec<RowFaultBody>,
    /// Cells as read.
    pub cells: Vec<String>,
}

/// What is wrong with one cell.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RowFaultBody {
    /// Heading of the column.
    pub column: Option<String>,
    /// Stable code.
    #[schema(example = "bad_phone")]
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
    /// What stands there.
    pub value: Option<String>,
}

/// How to confirm.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmInput {
    /// Import the good rows and leave out those with errors.
    #[serde(default)]
    pub skip_bad_rows: bool,
}

/// An upload of an import.
#[derive(Debug, ToSchema)]
pub struct ImportForm {
    /// Kind.
    pub kind: ImportKind,
    /// Options as JSON, such as `{"class_id": "…"}`.
    pub options: Option<String>,
    /// The file.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// Which part of the list is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportListParams {
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
}
