//! Text of office files: paragraphs of the zipped formats by their XML, old binary ones by a library.

use std::io::{Cursor, Read as _};

use crate::transfer::fault::FileFault;
use crate::transfer::sheet::{Limits, read_cells};
use calamine::{Data, Reader as _};
use quick_xml::Reader;
use quick_xml::events::Event;

/// Text and, where the format has them, the number of pages, slides or sheets.
pub(super) type Read = Option<(String, Option<i32>)>;

/// Bytes of one part that are read at most; sizes were checked when the file was taken.
const PART_MAX: u64 = 64 * 1024 * 1024;

type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

/// Body, headers, footers, notes of a `.docx`.
pub(super) fn docx(bytes: &[u8]) -> Read {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut out = part(&mut archive, "word/document.xml").map(|xml| paragraphs(&xml, &["t"], &["p", "br"]))?;
    for name in names(&archive, &["word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments"]) {
        if let Some(xml) = part(&mut archive, &name) {
            out.push_str("\n\n");
            out.push_str(&paragraphs(&xml, &["t"], &["p", "br"]));
        }
    }
    Some((out, None))
}

/// Slides and their notes of a `.pptx`, in order.
pub(super) fn pptx(bytes: &[u8]) -> Read {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut out = String::new();
    let slides = names(&archive, &["ppt/slides/slide"]);
    let count = i32::try_from(slides.len()).ok();
    for name in slides.into_iter().chain(names(&archive, &["ppt/notesSlides/notesSlide"])) {
        if let Some(xml) = part(&mut archive, &name) {
            out.push_str(&paragraphs(&xml, &["t"], &["p", "br"]));
            out.push_str("\n\n");
        }
    }
    Some((out, count))
}

/// Text of an `.ofd`: what its pages draw (GB/T 33190).
pub(super) fn ofd(bytes: &[u8]) -> Read {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    part(&mut archive, "OFD.xml")?;
    let mut pages: Vec<String> = archive
        .file_names()
        .flatten()
        .filter(|name| name.ends_with("Content.xml"))
        .map(std::borrow::Cow::into_owned)
        .collect();
    pages.sort_by_key(|name| (name.len(), name.clone()));
    let count = i32::try_from(pages.len()).ok();
    let mut out = String::new();
    for name in pages {
        if let Some(xml) = part(&mut archive, &name) {
            out.push_str(&paragraphs(&xml, &["TextCode"], &["TextObject"]));
            out.push('\n');
        }
    }
    Some((out, count))
}

/// How much of a sheet is read for its text.
const SHEET: Limits = Limits { rows: 200_000, columns: 500, text: 64 << 20, ..Limits::ROSTER };

/// Cells of every sheet of a workbook, a row a line.
pub(super) fn sheets(bytes: &[u8]) -> Read {
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).ok()?;
    let names = book.sheet_names();
    let count = i32::try_from(names.len()).ok();
    let mut out = String::new();
    for name in names {
        out.push_str(&name);
        out.push('\n');
        match &mut book {
            calamine::Sheets::Xlsx(book) => cells_of(book, &name, &mut out),
            other => {
                let Ok(range) = other.worksheet_range(&name) else { continue };
                for row in range.rows() {
                    let cells: Vec<String> = row
                        .iter()
                        .filter(|cell| !matches!(cell, Data::Empty | Data::Error(_)))
                        .map(ToString::to_string)
                        .collect();
                    out.push_str(&cells.join("\n\n"));
                    out.push_str("\n\n");
                }
            }
        }
    }
    Some((out, count))
}

/// Cells one after the other, never laid out: two at opposite corners would take all memory (`reliability.md` U-05).
/// What was read before a limit is kept.
fn cells_of<R: std::io::Read + std::io::Seek>(book: &mut calamine::Xlsx<R>, name: &str, out: &mut String) {
    let _ = read_cells(book, name, &SHEET, &mut |_, _, cell| {
        let cell = Data::from(cell);
        if !matches!(cell, Data::Error(_)) {
            out.push_str(&cell.to_string());
            out.push_str("\n\n");
        }
        if out.len() > SHEET.text { Err(FileFault::new("import.too_much_text")) } else { Ok(()) }
    });
}

/// Text of old binary documents and presentations.
pub(super) fn old(bytes: &[u8]) -> Read {
    let document = undoc::parse_bytes(bytes).ok()?;
    Some((document.plain_text(), None))
}

/// Names of parts with one of the beginnings, by their number.
fn names(archive: &Archive<'_>, beginnings: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = archive
        .file_names()
        .flatten()
        .filter(|name| name.ends_with(".xml") && beginnings.iter().any(|begin| name.starts_with(begin)))
        .map(std::borrow::Cow::into_owned)
        .collect();
    found.sort_by_key(|name| (name.len(), name.clone()));
    found
}

fn part(archive: &mut Archive<'_>, name: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    archive.by_name(name).ok()?.take(PART_MAX).read_to_end(&mut out).ok()?;
    Some(out)
}

/// Text of the elements named `texts`, with a line end after each element named `breaks`; a broken end of the file
/// keeps what was read before it. The reader expands no entities of its own.
fn paragraphs(xml: &[u8], texts: &[&str], breaks: &[&str]) -> String {
    let mut reader = Reader::from_reader(xml);
    let mut out = String::new();
    let mut inside = 0_usize;
    let mut buffer = Vec::new();
    let named = |name: &str, wanted: &[&str]| wanted.contains(&name);
    loop {
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) if named(tag.local_name().as_ref(), texts) => inside += 1,
            Ok(Event::End(tag)) => {
                if named(tag.local_name().as_ref(), texts) {
                    inside = inside.saturating_sub(1);
                }
                if named(tag.local_name().as_ref(), breaks) {
                    out.push('\n');
                }
            }
            Ok(Event::Empty(tag)) => match tag.local_name().as_ref() {
                "tab" => out.push('\t'),
                name if named(name, breaks) => out.push('\n'),
                _ => {}
            },
            Ok(Event::Text(text)) if inside > 0 => out.push_str(text.as_ref()),
            Ok(Event::GeneralRef(reference)) if inside > 0 => {
                out.push_str(match reference.as_ref() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => " ",
                });
            }
            Ok(Event::Eof) | Err(_) => return out,
            Ok(_) => {}
        }
        buffer.clear();
    }
}
