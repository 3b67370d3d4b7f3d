//! What a workbook's XML says beside the values of its cells: hidden rows and merged areas.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::super::fault::FileFault;
use super::{Cell, Limits, Row};

/// Most bytes of a part that are read.
const PART_MAX: u64 = 256 << 20;
/// Most merged areas of a sheet.
const MERGES_MAX: usize = 20_000;
/// Most cells that merged areas fill.
const SPREAD_MAX: usize = 1_000_000;

/// A merged area, rows and columns from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merge {
    top: usize,
    bottom: usize,
    left: usize,
    right: usize,
}

/// What a sheet's XML says beside its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// Hidden rows, from 0.
    pub(super) hidden: HashSet<u32>,
    /// Merged areas.
    pub(super) merges: Vec<Merge>,
}

/// The parts of a workbook that hold its sheets.
pub(super) struct Layouts<'a> {
    archive: zip::ZipArchive<Cursor<&'a [u8]>>,
    parts: Vec<(String, String)>,
}

impl<'a> Layouts<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut targets = Vec::new();
        walk(part(&mut archive, "xl/_rels/workbook.xml.rels")?, |tag, name| {
            if name == "Relationship" {
                targets.push((attribute(tag, "Id"), attribute(tag, "Target")));
            }
            targets.len() < MERGES_MAX
        });
        let mut parts = Vec::new();
        walk(part(&mut archive, "xl/workbook.xml")?, |tag, name| {
            if name == "sheet" {
                let id = attribute(tag, "id");
                let target = targets.iter().find(|(known, _)| *known == id).map(|(_, target)| target.clone());
                let target = target.unwrap_or_default();
                let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), ToOwned::to_owned);
                parts.push((attribute(tag, "name"), path));
            }
            parts.len() < MERGES_MAX
        });
        Some(Self { archive, parts })
    }

    /// Bytes of a part once unpacked, counted while reading and not beyond `most` (`reliability.md` U-05).
    pub(super) fn unpacked(&mut self, name: &str, most: u64) -> u64 {
        let Ok(file) = self.archive.by_name(name) else { return 0 };
        std::io::copy(&mut file.take(most + 1), &mut std::io::sink()).unwrap_or(0)
    }

    /// Layout of a sheet; nothing for a sheet whose part cannot be read.
    pub(super) fn of(&mut self, sheet: &str, limits: &Limits) -> Result<Layout, FileFault> {
        let mut layout = Layout::default();
        let Some((_, path)) = self.parts.iter().find(|(name, _)| name == sheet).cloned() else { return Ok(layout) };
        let Some(xml) = part(&mut self.archive, &path) else { return Ok(layout) };
        walk(xml, |tag, name| {
            match name {
                "row" if ["1", "true"].contains(&attribute(tag, "hidden").as_str()) => {
                    let number = attribute(tag, "r").parse::<u32>().ok().and_then(|number| number.checked_sub(1));
                    layout.hidden.extend(number.filter(|number| (*number as usize) < limits.rows));
                }
                "mergeCell" => layout.merges.extend(merge(&attribute(tag, "ref"))),
                _ => {}
            }
            layout.merges.len() <= MERGES_MAX
        });
        if layout.merges.len() > MERGES_MAX {
            return Err(FileFault::new("import.too_many_merges").with("max", MERGES_MAX));
        }
        Ok(layout)
    }
}

fn part<'b>(archive: &'b mut zip::ZipArchive<Cursor<&[u8]>>, name: &str) -> Option<impl BufRead + 'b> {
    Some(BufReader::with_capacity(64 << 10, archive.by_name(name).ok()?.take(PART_MAX)))
}

/// Shows each tag to `see`, until it has seen enough.
fn walk(xml: impl BufRead, mut see: impl FnMut(&BytesStart<'_>, &str) -> bool) {
    let mut reader = Reader::from_reader(xml);
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                let name = tag.local_name();
                let name: &str = name.as_ref();
                if !see(&tag, name) {
                    return;
                }
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
    (top <= bottom && left <= right).then_some(Merge { top, bottom, left, right })
}

fn place(reference: &str) -> Option<(usize, usize)> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let mut column = 0_usize;
    for letter in reference.get(..letters)?.bytes() {
        let digit = usize::from(letter.to_ascii_uppercase().checked_sub(b'A')?).checked_add(1)?;
        column = column.checked_mul(26)?.checked_add(digit)?;
    }
    let row: usize = reference.get(letters..)?.parse().ok()?;
    Some((column.checked_sub(1)?, row.checked_sub(1)?))
}

/// Merged cells take the value of their top left one; a row of which one merged area holds all there is, is marked.
/// Only rows and columns that the sheet has are filled. `weigh` may refuse what becomes too much.
pub(super) fn spread(
    rows: &mut [Row],
    merges: &[Merge],
    width: usize,
    weigh: &mut dyn FnMut(&Cell) -> Result<(), FileFault>,
) -> Result<(), FileFault> {
    for merge in merges {
        let Some(row) = rows.get_mut(merge.top) else { continue };
        let inside = |column: usize| (merge.left..=merge.right).contains(&column);
        let mut filled = row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(column, _)| column);
        row.merged |= merge.top == merge.bottom && merge.left < merge.right && {
            let first = filled.next();
            first.is_some_and(inside) && filled.all(inside)
        };
    }
    let mut left = SPREAD_MAX;
    for merge in merges {
        let Some(value) = rows.get(merge.top).and_then(|row| row.cells.get(merge.left)).cloned() else { continue };
        if value.is_empty() {
            continue;
        }
        let right = merge.right.min(width.saturating_sub(1));
        for row in rows.iter_mut().take(merge.bottom.saturating_add(1)).skip(merge.top) {
            if row.cells.len() <= right {
                row.cells.resize(right + 1, Cell::Empty);
            }
            for cell in row.cells.iter_mut().take(right.saturating_add(1)).skip(merge.left) {
                left = left
                    .checked_sub(1)
                    .ok_or_else(|| FileFault::new("import.too_many_merges").with("max", MERGES_MAX))?;
                weigh(&value)?;
                *cell = value.clone();
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_no_sheet_has_are_no_places() {
        assert_eq!(place("B4"), Some((1, 3)));
        for odd in ["ZZZZZZZZZZZZZZZZZZZZ1", "A99999999999999999999", "A0", "4", "", "A-1"] {
            assert_eq!(place(odd), None, "{odd}");
        }
        assert!(merge("B9:B4").is_none());
    }
}
