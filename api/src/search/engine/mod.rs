//! The index itself: no database, no rights of its own; it is told what exists and who may see it.

mod fold;
mod index;
mod query;
mod units;

use uuid::Uuid;

pub use fold::{folded, folded_char};
pub use index::Engine;
pub use units::chunks;

/// Kinds of objects that can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Experience documents.
    Document,
    /// Joint activities.
    Activity,
    /// Training classes.
    Class,
    /// Organisations.
    Organisation,
    /// Practices.
    Practice,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Document, Self::Activity, Self::Class, Self::Organisation, Self::Practice];

    /// The stable word of the kind.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Activity => "activity",
            Self::Class => "class",
            Self::Organisation => "organisation",
            Self::Practice => "practice",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

/// What the index is told of one object.
#[derive(Clone, Debug)]
pub struct IndexDoc {
    /// Kind.
    pub kind: Kind,
    /// Identifier.
    pub id: Uuid,
    /// Title.
    pub title: String,
    /// All other text.
    pub body: String,
    /// Names that are also found by pinyin and initials.
    pub names: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Cooperation areas.
    pub areas: Vec<String>,
    /// Kind within the kind, such as `typical_case`.
    pub doc_kind: Option<String>,
    /// Path of the organisation it belongs to.
    pub org_path: Option<String>,
    /// Cities it concerns.
    pub cities: Vec<String>,
    /// Year it belongs to.
    pub year: Option<i32>,
    /// Terms of those who may see it.
    pub vis: Vec<String>,
    /// Number that settles ties, so that pages stay the same over merges.
    pub sort_key: u64,
}

/// One change to apply: the object as it is now, or gone.
#[derive(Clone, Debug)]
pub struct Change {
    /// Kind.
    pub kind: Kind,
    /// Identifier.
    pub id: Uuid,
    /// The object; none when it is gone.
    pub doc: Option<IndexDoc>,
}

/// A question.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Text as typed.
    pub text: String,
    /// Terms of the caller; without any nothing is visible.
    pub vis: Vec<String>,
    /// Kinds wanted; empty means all.
    pub kinds: Vec<Kind>,
    /// Hits wanted.
    pub limit: usize,
    /// Hits to skip.
    pub offset: usize,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// Objects that contain every part of the text.
    pub total: usize,
    /// The hits of the page.
    pub items: Vec<Hit>,
    /// Whether there are more.
    pub more: bool,
}

/// One hit.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Kind.
    pub kind: Kind,
    /// Identifier.
    pub id: Uuid,
    /// Score.
    pub score: f32,
    /// Whether it only shares words with the text and does not contain it.
    pub related: bool,
}

/// A fault of the index.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The index library's.
    #[error("search index")]
    Index(#[from] tantivy::TantivyError),
    /// The folder's.
    #[error("search folder")]
    Folder(#[from] std::io::Error),
    /// Another process writes the index.
    #[error("search index is written by another process")]
    Busy,
    /// An entry that does not read.
    #[error("search index holds an unreadable entry")]
    Unreadable,
}
