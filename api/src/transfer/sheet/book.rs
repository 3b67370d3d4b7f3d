//! Workbooks: `.xlsx` with its merged cells and hidden rows, and old `.xls`.

use std::io::{Cursor, Read, Seek};

use calamine::{Data, DataRef, Range, Reader as _, SheetVisible, Xls, Xlsx};

use super::super::fault::FileFault;
use super::layout::{Layout, Layouts, spread};
use super::{Cell, Limits, Row, Sheet};
use crate::file::sniff;

/// Most bytes of the texts that the cells of a workbook share, unpacked.
const SHARED_TEXT_MAX: u64 = 96 << 20;

pub(super) fn broken() -> FileFault {
    FileFault::new("import.broken")
}

pub(super) fn xlsx(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Vec<Sheet>, FileFault> {
    // Bombs, macros and encryption are found before the workbook is opened.
    match sniff::inspect(bytes, "book.xlsx") {
        Ok(_) => {}
        Err(crate::file::model::FileRule::Encrypted) => return Err(FileFault::new("import.encrypted")),
        Err(_) => return Err(broken()),
    }
    if !["xlsx", "et"].contains(&crate::file::name::extension(file_name).as_str()) {
        return Err(FileFault::new("import.wrong_extension").with("real", "xlsx"));
    }
    let mut layouts = Layouts::open(bytes).ok_or_else(broken)?;
    if layouts.unpacked("xl/sharedStrings.xml", SHARED_TEXT_MAX) > SHARED_TEXT_MAX {
        return Err(FileFault::new("import.too_much_text").with("max", limits.text >> 20));
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut out: Vec<Sheet> = Vec::new();
    let mut text = 0;
    for name in visible(&book) {
        let used: usize = out.iter().map(|sheet| sheet.rows.len()).sum();
        let limits = Limits { rows: limits.rows.saturating_sub(used), ..*limits };
        let mut rows = Vec::new();
        read_cells(&mut book, &name, &limits, &mut |row, column, data| {
            let cell = cell(&Data::from(data));
            text += weight(&cell);
            limits.check_text(text)?;
            place(&mut rows, row, column, cell);
            Ok(())
        })?;
        let layout = layouts.of(&name, &limits)?;
        out.push(Sheet { rows: laid_out(rows, &layout, &limits, &mut text)?, name });
    }
    Ok(out)
}

/// Gives each filled cell of a sheet with its row and column from 0, refusing at the first that lies further than is
/// read: two cells at opposite corners would take all memory once they are laid out (`reliability.md` U-05).
///
/// # Errors
/// [`FileFault`] for too many rows or columns, for what cannot be read, and what `take` answers.
pub fn read_cells<R: Read + Seek>(
    book: &mut Xlsx<R>,
    name: &str,
    limits: &Limits,
    take: &mut dyn FnMut(usize, usize, DataRef<'_>) -> Result<(), FileFault>,
) -> Result<(), FileFault> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| broken())?;
    let mut seen = 0_usize;
    while let Some(cell) = cells.next_cell().map_err(|_| broken())? {
        seen += 1;
        if seen.is_multiple_of(4_096) {
            limits.check_row(0)?;
        }
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        if matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        if row >= limits.rows {
            return Err(FileFault::new("import.too_many_rows").with("max", limits.rows));
        }
        limits.check_column(column)?;
        take(row, column, cell.get_value().clone())?;
    }
    Ok(())
}

pub(super) fn xls(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, FileFault> {
    if let Err(crate::file::model::FileRule::Encrypted) = sniff::inspect(bytes, "book.xls") {
        return Err(FileFault::new("import.encrypted"));
    }
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut out = Vec::new();
    let mut text = 0;
    for name in visible(&book) {
        limits.check_row(0)?;
        let range = book.worksheet_range(&name).map_err(|_| broken())?;
        let rows = from_range(&range, limits)?;
        out.push(Sheet { rows: laid_out(rows, &Layout::default(), limits, &mut text)?, name });
    }
    Ok(out)
}

fn visible<RS: Read + Seek, R: calamine::Reader<RS>>(book: &R) -> Vec<String> {
    let shown = book.sheets_metadata().iter().filter(|sheet| sheet.visible == SheetVisible::Visible);
    shown.map(|sheet| sheet.name.clone()).collect()
}

/// Cells of an old workbook, whose format cannot hold more than 65,536 rows of 256 columns.
fn from_range(range: &Range<Data>, limits: &Limits) -> Result<Vec<Vec<Cell>>, FileFault> {
    let mut rows = Vec::new();
    let Some((first_row, first_column)) = range.start() else { return Ok(rows) };
    for (row, column, data) in range.used_cells() {
        let (row, column) = (first_row as usize + row, first_column as usize + column);
        if row >= limits.rows {
            return Err(FileFault::new("import.too_many_rows").with("max", limits.rows));
        }
        limits.check_column(column)?;
        place(&mut rows, row, column, cell(data));
    }
    Ok(rows)
}

/// Puts a cell in its place; rows are only as long as what stands in them.
fn place(rows: &mut Vec<Vec<Cell>>, row: usize, column: usize, cell: Cell) {
    if rows.len() <= row {
        rows.resize_with(row + 1, Vec::new);
    }
    let Some(cells) = rows.get_mut(row) else { return };
    if cells.len() <= column {
        cells.resize(column + 1, Cell::Empty);
    }
    if let Some(there) = cells.get_mut(column) {
        *there = cell;
    }
}

/// Rows with their numbers from the first that holds something, with merged cells filled.
fn laid_out(rows: Vec<Vec<Cell>>, layout: &Layout, limits: &Limits, text: &mut usize) -> Result<Vec<Row>, FileFault> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut out: Vec<Row> = (1_u32..)
        .zip(rows)
        .map(|(number, cells)| Row { number, cells, hidden: layout.hidden.contains(&(number - 1)), merged: false })
        .collect();
    spread(&mut out, &layout.merges, width, &mut |cell| {
        *text += weight(cell);
        limits.check_text(*text)
    })?;
    let first = out.iter().position(|row| !row.cells.is_empty()).unwrap_or(out.len());
    out.drain(..first);
    Ok(out)
}

fn weight(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        _ => 0,
    }
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::DateTimeIso(text) => text.parse().map_or_else(|_| Cell::Text(text.clone()), Cell::Date),
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(yes) => Cell::Bool(*yes),
        Data::Error(_) => Cell::Error,
        Data::DateTime(at) => match at.as_datetime() {
            Some(stamp) if at.as_f64() >= 1.0 => Cell::Date(stamp),
            Some(stamp) => Cell::Time(stamp.time()),
            None => Cell::Number(at.as_f64()),
        },
        #[allow(unreachable_patterns, reason = "the library may learn new kinds of cells")]
        other => Cell::Text(other.to_string()),
    }
}
