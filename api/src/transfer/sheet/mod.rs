//! Files as sheets of cells, whatever program wrote them (`reliability.md` U-08).

mod book;
mod text;

pub use book::check_extent;
use chrono::{NaiveDateTime, NaiveTime};
use unicode_normalization::UnicodeNormalization as _;

use super::fault::FileFault;

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text as written.
    Text(String),
    /// A number.
    Number(f64),
    /// A date, with the time where there is one.
    Date(NaiveDateTime),
    /// A time of day.
    Time(NaiveTime),
    /// Yes or no.
    Bool(bool),
    /// A formula that failed.
    Error,
}

impl Cell {
    /// Text as people read it ([`tidy`]); whole numbers without a point.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Empty | Self::Error => String::new(),
            Self::Text(text) => tidy(text),
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
            Self::Number(number) => number.to_string(),
            Self::Date(at) if at.time() == NaiveTime::MIN => at.date().to_string(),
            Self::Date(at) => at.to_string(),
            Self::Time(time) => time.format("%H:%M").to_string(),
            Self::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        }
    }

    /// Whether nothing stands here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty) || matches!(self, Self::Text(text) if tidy(text).is_empty())
    }
}

/// Text as it is kept: full-width letters, digits and spaces folded, zero-width characters gone, trimmed. Chinese
/// punctuation stays, for it belongs to titles and names of files.
#[must_use]
pub fn tidy(text: &str) -> String {
    let kept: String = text
        .nfc()
        .filter(|c| !is_invisible(*c))
        .map(|c| match c {
            '\u{A0}' | '\u{3000}' => ' ',
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .collect();
    kept.trim().to_owned()
}

/// Text as it is compared: everything folded to its compatible form (NFKC).
#[must_use]
pub fn folded(text: &str) -> String {
    let folded: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
    folded.trim().to_owned()
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}')
}

/// One row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Number as the person sees it, from 1.
    pub number: u32,
    /// The cells.
    pub cells: Vec<Cell>,
    /// Whether it is hidden, by a filter for instance.
    pub hidden: bool,
    /// Whether all its cells are merged into one.
    pub merged: bool,
}

impl Row {
    /// Text of the cell in a column.
    #[must_use]
    pub fn text(&self, column: usize) -> String {
        self.cells.get(column).map(Cell::text).unwrap_or_default()
    }

    /// Whether nothing stands in the row.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// One visible sheet.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Its name; empty for text files.
    pub name: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows of all sheets.
    pub rows: usize,
    /// Columns of a row.
    pub columns: usize,
    /// Characters of a cell.
    pub cell: usize,
    /// Bytes of a text file.
    pub text_bytes: usize,
    /// Bytes of a workbook.
    pub book_bytes: usize,
}

impl Limits {
    /// Limits of a roster in the portal.
    pub const ROSTER: Self = Self { rows: 20_000, columns: 200, cell: 500, text_bytes: 5 << 20, book_bytes: 20 << 20 };
    /// Limits of a bulk import by command.
    pub const BULK: Self =
        Self { rows: 250_000, columns: 200, cell: 100_000, text_bytes: 512 << 20, book_bytes: 100 << 20 };
}

/// Reads a file by its content; hidden sheets are left out.
///
/// # Errors
/// [`FileFault`] for what cannot be read, or is more than the limits.
pub fn read(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Vec<Sheet>, FileFault> {
    if bytes.is_empty() {
        return Err(FileFault::new("import.empty"));
    }
    let is_zip = bytes.starts_with(b"PK\x03\x04");
    let is_old = bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]);
    let most = if is_zip || is_old { limits.book_bytes } else { limits.text_bytes };
    if bytes.len() > most {
        return Err(FileFault::new("import.too_large").with("max", most >> 20));
    }
    let sheets = if is_zip {
        book::xlsx(bytes, file_name, limits)?
    } else if is_old {
        book::xls(bytes)?
    } else {
        text::read(bytes, file_name, limits)?
    };
    let mut sheets = sheets;
    for cell in sheets.iter_mut().flat_map(|sheet| &mut sheet.rows).flat_map(|row| &mut row.cells) {
        without_controls(cell);
    }
    check(&sheets, limits)?;
    Ok(sheets)
}

/// Takes control characters and direction marks out of a cell; no database and no reader wants them
/// (`reliability.md` I-03).
fn without_controls(cell: &mut Cell) {
    let odd = |c: char| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || matches!(c, '\u{2066}'..='\u{2069}');
    if let Cell::Text(text) = cell
        && text.contains(odd)
    {
        *text = text.chars().filter(|c| !odd(*c)).collect();
    }
}

fn check(sheets: &[Sheet], limits: &Limits) -> Result<(), FileFault> {
    let rows: usize = sheets.iter().map(|sheet| sheet.rows.len()).sum();
    if rows > limits.rows {
        return Err(FileFault::new("import.too_many_rows").with("max", limits.rows));
    }
    for row in sheets.iter().flat_map(|sheet| &sheet.rows) {
        if row.cells.len() > limits.columns {
            return Err(FileFault::new("import.too_many_columns").with("max", limits.columns));
        }
        let long = |cell: &Cell| matches!(cell, Cell::Text(text) if text.len() > limits.cell && text.chars().count() > limits.cell);
        if row.cells.iter().any(long) {
            return Err(FileFault::new("import.cell_too_long").with("row", row.number).with("max", limits.cell));
        }
    }
    if sheets.iter().all(|sheet| sheet.rows.iter().all(Row::is_blank)) {
        return Err(FileFault::new("import.empty"));
    }
    Ok(())
}
