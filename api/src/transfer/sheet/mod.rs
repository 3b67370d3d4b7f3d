//! Files as sheets of cells, whatever program wrote them (`reliability.md` U-08).

mod book;
mod layout;
mod text;

use std::time::Instant;

pub use book::read_cells;
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
    /// Whether all that stands in it is one cell merged over several columns.
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

/// How much is read, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows of all sheets.
    pub rows: usize,
    /// Columns of a row.
    pub columns: usize,
    /// Characters of a cell.
    pub cell: usize,
    /// Bytes of the text of all cells; a short text may be used by many cells of a workbook.
    pub text: usize,
    /// Bytes of a text file.
    pub text_bytes: usize,
    /// Bytes of a workbook.
    pub book_bytes: usize,
    /// When reading is given up.
    pub until: Option<Instant>,
}

impl Limits {
    /// Limits of a roster in the portal (`reliability.md` U-08).
    pub const ROSTER: Self = Self {
        rows: 20_000,
        columns: 200,
        cell: 500,
        text: 32 << 20,
        text_bytes: 20 << 20,
        book_bytes: 20 << 20,
        until: None,
    };
    /// Limits of a bulk import by command.
    pub const BULK: Self = Self {
        rows: 250_000,
        columns: 200,
        cell: 100_000,
        text: 512 << 20,
        text_bytes: 512 << 20,
        book_bytes: 100 << 20,
        until: None,
    };

    /// The same with room for long texts in a cell, such as the text of a document.
    #[must_use]
    pub const fn with_cells_of(mut self, characters: usize) -> Self {
        self.cell = characters;
        self
    }

    /// The same, given up at an instant.
    #[must_use]
    pub const fn until(mut self, end: Instant) -> Self {
        self.until = Some(end);
        self
    }

    fn check_row(&self, rows: usize) -> Result<(), FileFault> {
        if rows >= self.rows {
            return Err(FileFault::new("import.too_many_rows").with("max", self.rows));
        }
        // Asking the clock for every row would cost more than the rows.
        if rows.is_multiple_of(1_024) && self.until.is_some_and(|end| Instant::now() > end) {
            return Err(FileFault::new("import.too_slow"));
        }
        Ok(())
    }

    fn check_column(&self, columns: usize) -> Result<(), FileFault> {
        if columns >= self.columns {
            return Err(FileFault::new("import.too_many_columns").with("max", self.columns));
        }
        Ok(())
    }

    fn check_text(&self, bytes: usize) -> Result<(), FileFault> {
        if bytes > self.text {
            return Err(FileFault::new("import.too_much_text").with("max", self.text >> 20));
        }
        Ok(())
    }
}

/// Reads a file by its content; hidden sheets are left out. `known` tells whether a sheet has a header, which decides
/// between the delimiters of a text file.
///
/// # Errors
/// [`FileFault`] for what cannot be read, or is more than the limits.
pub fn read(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
    known: &dyn Fn(&Sheet) -> bool,
) -> Result<Vec<Sheet>, FileFault> {
    // Parsers of other people's formats trust their input more than they should; one that stumbles takes nobody down.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| parsed(bytes, file_name, limits, known)))
        .unwrap_or_else(|_| Err(FileFault::new("import.broken")))
}

/// How documents and pictures begin, which people choose by mistake.
const OTHERS: [&[u8]; 6] = [b"%PDF", b"\xFF\xD8\xFF", b"\x89PNG", b"GIF8", b"Rar!", b"7z\xBC\xAF"];

fn parsed(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
    known: &dyn Fn(&Sheet) -> bool,
) -> Result<Vec<Sheet>, FileFault> {
    if bytes.is_empty() {
        return Err(FileFault::new("import.empty"));
    }
    if OTHERS.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(FileFault::new("import.not_a_table"));
    }
    let is_zip = bytes.starts_with(b"PK\x03\x04");
    let is_old = bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]);
    let most = if is_zip || is_old { limits.book_bytes } else { limits.text_bytes };
    if bytes.len() > most {
        return Err(FileFault::new("import.too_large").with("max", most >> 20));
    }
    let mut sheets = if is_zip {
        book::xlsx(bytes, file_name, limits)?
    } else if is_old {
        book::xls(bytes, limits)?
    } else {
        text::read(bytes, file_name, limits, known)?
    };
    for cell in sheets.iter_mut().flat_map(|sheet| &mut sheet.rows).flat_map(|row| &mut row.cells) {
        cleaned(cell);
    }
    check(&sheets, limits)?;
    Ok(sheets)
}

/// Takes control characters and direction marks out of a cell, for no database and no reader wants them
/// (`reliability.md` I-03), and knows the errors of formulas also where a file holds them as text.
fn cleaned(cell: &mut Cell) {
    let odd = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
    };
    let Cell::Text(text) = cell else { return };
    if text.contains(odd) {
        text.retain(|c| !odd(c));
    }
    if text.trim_start().starts_with('#') && is_formula_error(text.trim()) {
        *cell = Cell::Error;
    }
}

fn is_formula_error(text: &str) -> bool {
    const ERRORS: &[&str] =
        &["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"];
    ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error))
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
