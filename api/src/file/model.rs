//! What is refused of a file, and how large each kind may be (`domain.md` 5.6).

use twinning_entity::file::FileKind;

use super::sniff::Group;
use crate::kernel::error::{RefusalKind, Rule};

/// Refusals of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileRule {
    /// No bytes.
    Empty,
    /// More bytes than the kind allows; the number is the limit in MiB.
    TooLarge(u64),
    /// A type that is not taken.
    UnsupportedType,
    /// Extension and content disagree.
    TypeMismatch,
    /// Macros or scripts inside.
    Active,
    /// Encrypted.
    Encrypted,
    /// An archive that unpacks to too much, or has paths that leave it.
    BadArchive,
    /// A picture that cannot be decoded or is too large.
    BadPicture,
    /// Looks like a classified document (`domain.md` 5.3 CF-02).
    Classified,
    /// Still being scanned, or found infected.
    NotScanned,
    /// A byte range the file does not have.
    Range,
    /// The multipart form is not as expected.
    BadForm,
    /// The sender broke off.
    Interrupted,
}

impl Rule for FileRule {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file.empty",
            Self::TooLarge(_) => "file.too_large",
            Self::UnsupportedType => "file.unsupported_type",
            Self::TypeMismatch => "file.type_mismatch",
            Self::Active => "file.active_content",
            Self::Encrypted => "file.encrypted",
            Self::BadArchive => "file.bad_archive",
            Self::BadPicture => "file.bad_picture",
            Self::Classified => "file.classified",
            Self::NotScanned => "file.not_scanned",
            Self::Range => "file.range",
            Self::BadForm => "file.bad_form",
            Self::Interrupted => "file.interrupted",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::TooLarge(_) => RefusalKind::TooLarge,
            Self::UnsupportedType | Self::TypeMismatch => RefusalKind::UnsupportedType,
            Self::NotScanned => RefusalKind::Conflict,
            Self::Range => RefusalKind::Range,
            Self::BadForm | Self::Interrupted => RefusalKind::Unreadable,
            _ => RefusalKind::Unprocessable,
        }
    }

    fn args(&self) -> crate::kernel::fault::Args {
        match self {
            Self::TooLarge(mib) => vec![("max", mib.to_string())],
            _ => Vec::new(),
        }
    }
}

/// Most bytes of a file of a group of types, whatever it is uploaded for (`domain.md` 5.6).
#[must_use]
pub const fn limit_of(group: Group) -> u64 {
    match group {
        Group::Document | Group::Table | Group::Text => 50 * MIB,
        Group::Picture => 10 * MIB,
        Group::Video => 500 * MIB,
    }
}

const MIB: u64 = 1024 * 1024;

/// Most bytes of an upload of a kind (`reliability.md` U-01).
#[must_use]
pub const fn limit(kind: FileKind) -> u64 {
    match kind {
        FileKind::Document => 50 * MIB,
        FileKind::Photo => 10 * MIB,
        FileKind::Table => 20 * MIB,
        FileKind::Video | FileKind::Attachment => 500 * MIB,
    }
}
