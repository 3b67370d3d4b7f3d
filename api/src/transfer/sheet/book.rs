//! Workbooks: `.xlsx` with its merged cells and hidden rows, and old `.xls`.

use std::collections::HashSet;
use std::io::{Cursor, Read as _};

use calamine::{Data, DataRef, Range, Reader as _, SheetVisible, Xls, Xlsx};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::super::fault::FileFault;
use super::{Cell, Limits, Row, Sheet};
use crate::file::sniff;

fn broken() -> FileFault {
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
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut layouts = Layouts::open(bytes);
    let visible: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut out = Vec::with_capacity(visible.len());
    for name in visible {
        check_extent(&mut book, &name, limits.rows, limits.columns)?;
        let range = book.worksheet_range(&name).map_err(|_| broken())?;
        let layout = layouts.as_mut().and_then(|layouts| layouts.of(&name)).unwrap_or_default();
        out.push(Sheet { rows: rows(&range, &layout), name });
    }
    Ok(out)
}

/// Refuses a sheet that reaches further than is read, before anything is laid out: two cells at opposite corners would
/// take all memory (`reliability.md` U-05).
///
/// # Errors
/// [`FileFault`] for too many rows or columns, and for what cannot be read.
pub fn check_extent<R: std::io::Read + std::io::Seek>(
    book: &mut Xlsx<R>,
    name: &str,
    rows: usize,
    columns: usize,
) -> Result<(), FileFault> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| broken())?;
    while let Some(cell) = cells.next_cell().map_err(|_| broken())? {
        let (row, column) = cell.get_position();
        if matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        if row as usize >= rows {
            return Err(FileFault::new("import.too_many_rows").with("max", rows));
        }
        if column as usize >= columns {
            return Err(FileFault::new("import.too_many_columns").with("max", columns));
        }
    }
    Ok(())
}

pub(super) fn xls(bytes: &[u8]) -> Result<Vec<Sheet>, FileFault> {
    if let Err(crate::file::model::FileRule::Encrypted) = sniff::inspect(bytes, "book.xls") {
        return Err(FileFault::new("import.encrypted"));
    }
    let bytes = bytes.to_vec();
    // The old format is read by a parser that trusts its input more than it should.
    let read = std::panic::catch_unwind(move || {
        let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).ok()?;
        let visible: Vec<String> = book
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.visible == SheetVisible::Visible)
            .map(|sheet| sheet.name.clone())
            .collect();
        let mut out = Vec::new();
        for name in visible {
            let range = book.worksheet_range(&name).ok()?;
            out.push(Sheet { rows: rows(&range, &Layout::default()), name });
        }
        Some(out)
    });
    read.ok().flatten().ok_or_else(broken)
}

fn rows(range: &Range<Data>, layout: &Layout) -> Vec<Row> {
    let Some((first_row, first_column)) = range.start() else { return Vec::new() };
    let mut rows: Vec<Row> = range
        .rows()
        .zip(first_row..)
        .map(|(cells, at)| {
            let mut row = Row { number: at + 1, ..Row::default() };
            row.cells.resize(first_column as usize, Cell::Empty);
            row.cells.extend(cells.iter().map(cell));
            row.hidden = layout.hidden.contains(&at);
            row
        })
        .collect();
    for merge in &layout.merges {
        spread(&mut rows, first_row, merge);
    }
    rows
}

/// Merged cells take the value of their top left one; a row that is one merged cell is marked.
fn spread(rows: &mut [Row], first_row: u32, merge: &Merge) {
    let at = |row: u32| row.checked_sub(first_row).map(|row| row as usize);
    let Some(value) = at(merge.top).and_then(|row| rows.get(row)).and_then(|row| row.cells.get(merge.left)).cloned()
    else {
        return;
    };
    for number in merge.top..=merge.bottom.min(merge.top + 100_000) {
        let Some(row) = at(number).and_then(|row| rows.get_mut(row)) else { return };
        let width = row.cells.len();
        if merge.left == 0 && merge.right + 1 >= width && width > 1 && merge.top == merge.bottom {
            row.merged = true;
        }
        for column in merge.left..=merge.right.min(width.saturating_sub(1)) {
            if let Some(cell) = row.cells.get_mut(column) {
                *cell = value.clone();
            }
        }
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

#[derive(Clone, Copy, Debug)]
struct Merge {
    top: u32,
    bottom: u32,
    left: usize,
    right: usize,
}

/// What a sheet's XML says beside its values.
#[derive(Clone, Debug, Default)]
struct Layout {
    hidden: HashSet<u32>,
    merges: Vec<Merge>,
}

/// The parts of a workbook that hold its sheets.
struct Layouts<'a> {
    archive: zip::ZipArchive<Cursor<&'a [u8]>>,
    parts: Vec<(String, String)>,
}

impl<'a> Layouts<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut targets = Vec::new();
        walk(&part(&mut archive, "xl/_rels/workbook.xml.rels")?, |tag, name| {
            if name == "Relationship" {
                targets.push((attribute(tag, "Id"), attribute(tag, "Target")));
            }
        });
        let mut parts = Vec::new();
        walk(&part(&mut archive, "xl/workbook.xml")?, |tag, name| {
            if name == "sheet" {
                let id = attribute(tag, "id");
                let target = targets.iter().find(|(known, _)| *known == id).map(|(_, target)| target.clone());
                let target = target.unwrap_or_default();
                let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), ToOwned::to_owned);
                parts.push((attribute(tag, "name"), path));
            }
        });
        Some(Self { archive, parts })
    }

    fn of(&mut self, sheet: &str) -> Option<Layout> {
        let path = self.parts.iter().find(|(name, _)| name == sheet)?.1.clone();
        let xml = part(&mut self.archive, &path)?;
        let mut layout = Layout::default();
        walk(&xml, |tag, name| match name {
            "row" if ["1", "true"].contains(&attribute(tag, "hidden").as_str()) => {
                if let Ok(number) = attribute(tag, "r").parse::<u32>() {
                    layout.hidden.insert(number.saturating_sub(1));
                }
            }
            "mergeCell" => layout.merges.extend(merge(&attribute(tag, "ref"))),
            _ => {}
        });
        Some(layout)
    }
}

fn part(archive: &mut zip::ZipArchive<Cursor<&[u8]>>, name: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    archive.by_name(name).ok()?.take(256 << 20).read_to_end(&mut out).ok()?;
    Some(out)
}

fn walk(xml: &[u8], mut see: impl FnMut(&BytesStart<'_>, &str)) {
    let mut reader = Reader::from_reader(xml);
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                let name = tag.local_name();
                let name: &str = name.as_ref();
                see(&tag, name);
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
        buffer.clear();
    }
}

fn attribute(tag: &BytesStart<'_>, wanted: &str) -> String {
    let found = tag.attributes().flatten().find(|one| {
        let name = one.key.local_name();
        let name: &str = name.as_ref();
        name == wanted
    });
    let raw = found.map(|one| one.value.to_string()).unwrap_or_default();
    raw.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

/// `B4:B9` as rows and columns from 0.
fn merge(reference: &str) -> Option<Merge> {
    let (from, to) = reference.split_once(':')?;
    let (left, top) = place(from)?;
    let (right, bottom) = place(to)?;
    Some(Merge { top, bottom, left, right })
}

fn place(reference: &str) -> Option<(usize, u32)> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let column = reference.get(..letters)?.bytes().fold(0_usize, |sum, letter| {
        sum.saturating_mul(26).saturating_add(usize::from(letter.to_ascii_uppercase().saturating_sub(b'A')) + 1)
    });
    let row: u32 = reference.get(letters..)?.parse().ok()?;
    Some((column.checked_sub(1)?, row.checked_sub(1)?))
}
