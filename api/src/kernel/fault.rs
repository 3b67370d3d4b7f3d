//! What is wrong with an input, in a form that both a JSON pointer and a form field can show.

use serde::{Deserialize, Serialize};

/// Named values that fill a message.
pub type Args = Vec<(&'static str, String)>;

/// One thing wrong with one field of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// JSON pointer of the field, such as `/title`.
    pub pointer: String,
    /// Stable code, such as `field.required`; with dashes it is the key of its message.
    pub code: &'static str,
    /// Values for the message.
    pub args: Args,
}

impl FieldFault {
    /// A fault without values for its message.
    #[must_use]
    pub fn new(field: &str, code: &'static str) -> Self {
        Self { pointer: format!("/{}", field.trim_start_matches('/')), code, args: Vec::new() }
    }

    /// The same fault with one more value for its message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Name of the field without the leading slash, for forms.
    #[must_use]
    pub fn field(&self) -> &str {
        self.pointer.trim_start_matches('/')
    }
}

/// Collects the faults of one input, so that a person hears of all of them at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldFault>);

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, fault: FieldFault) {
        self.0.push(fault);
    }

    /// Notes the fault of a failed check and hands on what a good one gave.
    pub fn take<T>(&mut self, checked: Result<T, FieldFault>) -> Option<T> {
        checked.map_err(|fault| self.0.push(fault)).ok()
    }

    /// Fails when anything was noted.
    ///
    /// # Errors
    /// [`super::error::Error::Invalid`] with every fault noted.
    pub fn finish(self) -> super::error::Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(super::error::Error::Invalid(self.0)) }
    }
}

/// A fault as it is stored and shown: code and its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFault {
    /// Stable code.
    pub code: String,
    /// Values for the message.
    pub args: Vec<(String, String)>,
}
