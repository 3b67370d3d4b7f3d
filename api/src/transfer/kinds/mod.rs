//! Kinds of imports: what their rows mean, and what each row would do.

pub mod activities;
pub mod directory;
pub mod documents;
pub mod enrolments;
pub mod lessons;
pub mod organisations;
pub mod pairings;
pub mod people;
pub mod values;
pub mod words;

use serde::{Deserialize, Serialize};
use twinning_entity::import::ImportKind;

use super::fault::{FileFault, RowFault};
use super::header::{Column, Columns, Header};
use super::sheet::{Row, Sheet};

/// What the check made of one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checked {
    /// Sheet.
    pub sheet: String,
    /// Number as the person sees it.
    pub row: u32,
    /// What it is.
    pub verdict: Verdict,
    /// Faults of a rejected row, warnings of an accepted one.
    pub faults: Vec<RowFault>,
    /// Short name of the row for lists.
    pub label: String,
    /// Cells as read, to give bad rows back.
    pub cells: Vec<String>,
}

/// What a row is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Verdict {
    /// Can be imported: what it would do, and its value.
    Accepted(Action, serde_json::Value),
    /// Cannot.
    Rejected,
    /// No data, such as a title or a sum.
    Ignored(String),
}

/// What an accepted row would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Make something new.
    Add,
    /// Change what is there.
    Update,
    /// Nothing: it is there already.
    Same,
}

/// A checked file.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Headings as written.
    pub header: Vec<String>,
    /// Headings that nothing was read under.
    pub unused: Vec<String>,
    /// Its rows.
    pub rows: Vec<Checked>,
}

/// A row on its way to a verdict.
pub struct Line<'a> {
    /// The sheet.
    pub sheet: &'a Sheet,
    /// The header.
    pub header: &'a Header,
    /// The row.
    pub row: &'a Row,
    /// Faults found so far.
    pub faults: Vec<RowFault>,
    /// Things worth knowing.
    pub warnings: Vec<RowFault>,
}

impl Line<'_> {
    /// Text of a field.
    #[must_use]
    pub fn text(&self, field: &str) -> String {
        self.header.text(self.row, field)
    }

    /// Text of a field, none when empty.
    #[must_use]
    pub fn some(&self, field: &str) -> Option<String> {
        Some(self.text(field)).filter(|text| !text.is_empty())
    }

    /// Text of a field that must be there and not too long.
    pub fn need(&mut self, field: &str, code: &str, max: usize) -> String {
        let text = self.text(field);
        if text.is_empty() {
            self.fault(code, field, "");
        } else if text.chars().count() > max {
            self.fault("too_long", field, &text);
        }
        text
    }

    /// Notes a fault of a field.
    pub fn fault(&mut self, code: &str, field: &str, value: &str) {
        self.faults.push(RowFault::new(code, self.header.heading(field), Some(value)));
    }

    /// Notes something worth knowing of a field.
    pub fn warn(&mut self, code: &str, field: &str, value: &str) {
        self.warnings.push(RowFault::new(code, self.header.heading(field), Some(value)));
    }

    /// The cell of a field.
    #[must_use]
    pub fn cell(&self, field: &str) -> Option<&super::sheet::Cell> {
        self.row.cells.get(self.header.place(field)?)
    }
}

/// The columns of a kind; none for a kind that is not imported.
#[must_use]
pub fn columns(kind: ImportKind) -> Option<&'static [Column]> {
    Some(match kind {
        ImportKind::Organisations => organisations::COLUMNS,
        ImportKind::Pairings => pairings::COLUMNS,
        ImportKind::People => people::COLUMNS,
        ImportKind::Activities => activities::COLUMNS,
        ImportKind::Enrolments => enrolments::COLUMNS,
        ImportKind::Lessons => lessons::COLUMNS,
        ImportKind::Documents => documents::COLUMNS,
        _ => return None,
    })
}

/// Walks every sheet that has the columns, giving each row of data to `judge`, which answers with what the row would
/// do, or none when it noted faults. A header that comes again, as over the parts of a printed table, counts from
/// there on.
///
/// # Errors
/// [`FileFault`] `import.no_header` naming the columns, when no sheet has them.
pub fn walk(
    sheets: &[Sheet],
    columns: &'static [Column],
    mut judge: impl FnMut(&mut Line<'_>) -> Option<(Action, String, serde_json::Value)>,
) -> Result<Report, FileFault> {
    let columns = Columns::new(columns);
    let mut report = Report::default();
    let mut any = false;
    for sheet in sheets {
        let Some(mut header) = Header::find(sheet, &columns) else { continue };
        any = true;
        if report.header.is_empty() {
            report.header.clone_from(&header.headings);
        }
        for heading in header.unused() {
            if !report.unused.contains(&heading) {
                report.unused.push(heading);
            }
        }
        for (at, row) in sheet.rows.iter().enumerate() {
            if header.is_before(at)
                && let Some(again) = Header::at(sheet, at, &columns)
            {
                header = again;
            }
            report.rows.push(judged(sheet, &header, (at, row), &columns, &mut judge));
        }
    }
    if any {
        return Ok(report);
    }
    let (chinese, english) = columns.wanted();
    Err(FileFault::new("import.no_header").with("columns", chinese).with("columns_en", english))
}

fn judged(
    sheet: &Sheet,
    header: &Header,
    (at, row): (usize, &Row),
    columns: &Columns,
    judge: &mut impl FnMut(&mut Line<'_>) -> Option<(Action, String, serde_json::Value)>,
) -> Checked {
    let mut checked = Checked {
        sheet: sheet.name.clone(),
        row: row.number,
        verdict: Verdict::Rejected,
        faults: Vec::new(),
        label: String::new(),
        cells: row.cells.iter().map(super::sheet::Cell::text).collect(),
    };
    if let Some(reason) = header.ignored(at, row, columns) {
        checked.verdict = Verdict::Ignored(reason.to_owned());
        return checked;
    }
    let mut line = Line { sheet, header, row, faults: Vec::new(), warnings: Vec::new() };
    if row.hidden {
        line.warnings.push(RowFault::new("hidden_row", None, None));
    }
    match judge(&mut line) {
        Some((action, label, value)) if line.faults.is_empty() => {
            checked.verdict = Verdict::Accepted(action, value);
            checked.label = label;
            checked.faults = line.warnings;
        }
        other => {
            checked.label = other.map(|(_, label, _)| label).unwrap_or_default();
            checked.faults = line.faults;
        }
    }
    checked
}
