//! Rules of an import's life: checked, then confirmed, cancelled or undone.

use twinning_entity::import::ImportState;

use crate::kernel::error::{RefusalKind, Rule};

/// Refusals of imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportRule {
    /// The act does not fit the state.
    WrongState(ImportState),
    /// There are rows with errors, and skipping them was not chosen.
    BadRows,
    /// No row can be imported.
    NothingToDo,
    /// Something was built on what the import made.
    BuiltUpon,
    /// The data have moved since the file was checked.
    Outdated,
    /// A kind that this version does not import.
    KindUnsupported,
    /// A roster or timetable needs its class.
    ClassNeeded,
    /// Pairings and documents of a programme need the programme.
    ProgrammeNeeded,
}

impl Rule for ImportRule {
    fn code(&self) -> &'static str {
        match self {
            Self::WrongState(_) => "import.wrong_state",
            Self::BadRows => "import.bad_rows",
            Self::NothingToDo => "import.nothing_to_do",
            Self::BuiltUpon => "import.built_upon",
            Self::Outdated => "import.outdated",
            Self::KindUnsupported => "import.kind_unsupported",
            Self::ClassNeeded => "import.class_needed",
            Self::ProgrammeNeeded => "import.programme_needed",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::WrongState(_) | Self::BadRows | Self::BuiltUpon | Self::Outdated => RefusalKind::Conflict,
            _ => RefusalKind::Unprocessable,
        }
    }

    fn state(&self) -> Option<(String, Vec<String>)> {
        match self {
            Self::WrongState(state) => {
                Some((state.word().to_owned(), acts(*state).iter().map(|act| (*act).to_owned()).collect()))
            }
            _ => None,
        }
    }
}

/// What can be done with an import in a state.
#[must_use]
pub fn acts(state: ImportState) -> &'static [&'static str] {
    match state {
        ImportState::Checked => &["confirm", "cancel"],
        ImportState::Done => &["undo"],
        _ => &[],
    }
}
