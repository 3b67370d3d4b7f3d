//! What is wrong with a file or a row, as codes whose sentences stand in the catalogues.

use serde::{Deserialize, Serialize};

use crate::infra::i18n;
use crate::kernel::call::Lang;
use crate::kernel::error::{RefusalKind, Rule};

/// Why a whole file cannot be used; no row of it is imported then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFault {
    /// Stable code, such as `roster.encoding`.
    pub code: String,
    /// Values for the sentence.
    pub args: Vec<(String, String)>,
}

impl FileFault {
    /// A fault without values.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), args: Vec::new() }
    }

    /// The same with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }

    /// The sentence in a language.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        i18n::message(lang, &self.code, &self.args)
    }
}

/// A file fault as a refusal of a call.
#[derive(Clone, Debug)]
pub struct BadFile(pub FileFault);

impl Rule for BadFile {
    fn code(&self) -> &'static str {
        match self.0.code.as_str() {
            "import.empty" => "import.empty",
            "import.too_large" => "import.too_large",
            _ => "import.unreadable",
        }
    }

    fn kind(&self) -> RefusalKind {
        if self.0.code == "import.too_large" { RefusalKind::TooLarge } else { RefusalKind::Unprocessable }
    }
}

/// One thing wrong with one row, or worth knowing of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// Heading of the column.
    pub column: Option<String>,
    /// Stable code, such as `bad_phone`.
    pub code: String,
    /// What stood there.
    pub value: Option<String>,
}

impl RowFault {
    /// A fault of a column with what stood there.
    #[must_use]
    pub fn new(code: &str, column: Option<&str>, value: Option<&str>) -> Self {
        Self {
            column: column.map(ToOwned::to_owned),
            code: code.to_owned(),
            value: value.filter(|text| !text.is_empty()).map(|text| text.chars().take(80).collect()),
        }
    }

    /// The sentence in a language.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        let value = self.value.clone().unwrap_or_default();
        // Codes with a point are refusals of another feature, whose sentences say it already.
        let asks = self.code.starts_with("bad_") || self.code.starts_with("unknown_");
        if asks && value.is_empty() {
            return i18n::message::<&str, &str>(lang, "row.empty", &[]);
        }
        let key = if self.code.contains('.') { self.code.clone() } else { format!("row.{}", self.code) };
        i18n::message(lang, &key, &[("value", value)])
    }
}
