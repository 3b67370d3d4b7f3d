//! What a file really is, by its content (`domain.md` 5.6, `reliability.md` U-02, U-05).

use std::io::{Cursor, Read as _};

use super::model::FileRule;
use super::name;

/// What was detected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// Group of types.
    pub group: Group,
    /// Media type that is served.
    pub media_type: &'static str,
    /// Extension that is kept.
    pub extension: &'static str,
}

/// Groups of types, for deciding which purpose a file fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Office documents, PDF and OFD.
    Document,
    /// Spreadsheets and comma-separated text.
    Table,
    /// Pictures.
    Picture,
    /// Films.
    Video,
    /// Plain text.
    Text,
}

const ENTRIES_MAX: usize = 5_000;
const UNPACKED_MAX: u64 = 500 * 1024 * 1024;
const RATIO_MAX: u64 = 100;

/// Looks into the bytes and compares with the extension of the name.
///
/// # Errors
/// [`FileRule`] that says why the file is not taken.
pub fn inspect(bytes: &[u8], file_name: &str) -> Result<Detected, FileRule> {
    if bytes.is_empty() {
        return Err(FileRule::Empty);
    }
    let extension = name::extension(file_name);
    let detected = match bytes {
        [b'P', b'K', 3, 4, ..] => zipped(bytes, &extension)?,
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => old_office(bytes)?,
        [0xFF, 0xD8, 0xFF, ..] => kind(Group::Picture, "image/jpeg", "jpg"),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => kind(Group::Picture, "image/png", "png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => kind(Group::Picture, "image/webp", "webp"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => film(bytes)?,
        _ if begins_as_pdf(bytes) => pdf(bytes)?,
        _ => plain(bytes, &extension)?,
    };
    if fits(detected, &extension) { Ok(detected) } else { Err(FileRule::TypeMismatch) }
}

/// Whether the first bytes are those of a film, which is known by them alone.
#[must_use]
pub fn is_film(head: &[u8]) -> bool {
    matches!(head, [_, _, _, _, b'f', b't', b'y', b'p', ..])
}

const fn kind(group: Group, media_type: &'static str, extension: &'static str) -> Detected {
    Detected { group, media_type, extension }
}

/// Whether an extension may stand on a file of the detected type.
fn fits(detected: Detected, extension: &str) -> bool {
    let allowed: &[&str] = match detected.extension {
        "jpg" => &["jpg", "jpeg"],
        "doc" => &["doc", "wps"],
        "xls" => &["xls", "et"],
        "ppt" => &["ppt", "dps"],
        "docx" => &["docx", "wps"],
        "xlsx" => &["xlsx", "et"],
        "pptx" => &["pptx", "dps"],
        "txt" => &["txt", "md", "jsonl"],
        "csv" => &["csv", "tsv"],
        other => return extension == other,
    };
    allowed.contains(&extension)
}

fn zipped(bytes: &[u8], extension: &str) -> Result<Detected, FileRule> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileRule::BadArchive)?;
    if archive.len() > ENTRIES_MAX {
        return Err(FileRule::BadArchive);
    }
    let mut names = Vec::with_capacity(archive.len());
    let mut unpacked = 0_u64;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(_) => FileRule::Encrypted,
            _ => FileRule::BadArchive,
        })?;
        if entry.encrypted() {
            return Err(FileRule::Encrypted);
        }
        if entry.enclosed_name().is_none() || entry.is_symlink() {
            return Err(FileRule::BadArchive);
        }
        names.push(entry.name().map_err(|_| FileRule::BadArchive)?.into_owned());
        // Sizes are counted while reading: a header can say anything.
        let left = UNPACKED_MAX.saturating_sub(unpacked);
        let read = std::io::copy(&mut entry.by_ref().take(left + 1), &mut std::io::sink())
            .map_err(|_| FileRule::BadArchive)?;
        unpacked += read;
        if unpacked > UNPACKED_MAX || unpacked > RATIO_MAX * (bytes.len() as u64).max(64 * 1024) {
            return Err(FileRule::BadArchive);
        }
    }
    if names.iter().any(|one| one.ends_with("vbaProject.bin")) {
        return Err(FileRule::Active);
    }
    let has = |prefix: &str| names.iter().any(|one| one.starts_with(prefix));
    if names.iter().filter(|one| *one == "OFD.xml").count() == 1 {
        return Ok(kind(Group::Document, "application/ofd", "ofd"));
    }
    if !has("[Content_Types].xml") {
        return Err(FileRule::UnsupportedType);
    }
    let _ = extension;
    if has("word/") {
        return Ok(kind(
            Group::Document,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
        ));
    }
    if has("xl/") {
        return Ok(kind(Group::Table, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"));
    }
    if has("ppt/") {
        return Ok(kind(
            Group::Document,
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "pptx",
        ));
    }
    Err(FileRule::UnsupportedType)
}

/// Streams of an OLE2 file are named in UTF-16 in its directory, so their names can be looked for as bytes.
fn old_office(bytes: &[u8]) -> Result<Detected, FileRule> {
    let has = |stream: &str| {
        let wide: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    if has("EncryptedPackage") || has("EncryptionInfo") {
        return Err(FileRule::Encrypted);
    }
    if has("_VBA_PROJECT") || has("Macros") {
        return Err(FileRule::Active);
    }
    if has("WordDocument") {
        return Ok(kind(Group::Document, "application/msword", "doc"));
    }
    if has("PowerPoint Document") {
        return Ok(kind(Group::Document, "application/vnd.ms-powerpoint", "ppt"));
    }
    if has("Workbook") || has("Book") {
        return Ok(kind(Group::Table, "application/vnd.ms-excel", "xls"));
    }
    Err(FileRule::UnsupportedType)
}

fn begins_as_pdf(bytes: &[u8]) -> bool {
    bytes.get(..bytes.len().min(1024)).is_some_and(|head| head.windows(5).any(|window| window == b"%PDF-"))
}

/// PDF without scripts, launch actions or encryption. Names are looked for outside compressed streams, where the
/// catalogue and the trailer of ordinary files stand; `/JS` and `/JavaScript` must be whole names.
fn pdf(bytes: &[u8]) -> Result<Detected, FileRule> {
    let named = |needle: &[u8]| {
        bytes
            .windows(needle.len() + 1)
            .any(|window| window.starts_with(needle) && !window.last().is_some_and(u8::is_ascii_alphanumeric))
    };
    if named(b"/Encrypt") {
        return Err(FileRule::Encrypted);
    }
    if [b"/JavaScript".as_slice(), b"/Launch", b"/JS"].into_iter().any(named) {
        return Err(FileRule::Active);
    }
    Ok(kind(Group::Document, "application/pdf", "pdf"))
}

fn film(bytes: &[u8]) -> Result<Detected, FileRule> {
    let brand = bytes.get(8..12).unwrap_or_default();
    if [b"isom".as_slice(), b"iso2", b"mp41", b"mp42", b"avc1", b"M4V "].contains(&brand) {
        Ok(kind(Group::Video, "video/mp4", "mp4"))
    } else {
        Err(FileRule::UnsupportedType)
    }
}

/// Text in UTF-8 or GB18030 that is no markup.
fn plain(bytes: &[u8], extension: &str) -> Result<Detected, FileRule> {
    if bytes.contains(&0) && !bytes.starts_with(&[0xFF, 0xFE]) && !bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(FileRule::UnsupportedType);
    }
    let head = bytes.get(..bytes.len().min(4_096)).unwrap_or_default();
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
    if ["<!doctype", "<html", "<svg", "<?xml", "<script", "<?php", "#!", "mz"].iter().any(|mark| text.starts_with(mark))
    {
        return Err(FileRule::UnsupportedType);
    }
    match extension {
        "txt" | "md" | "jsonl" => Ok(kind(Group::Text, "text/plain", "txt")),
        "csv" | "tsv" => Ok(kind(Group::Table, "text/csv", "csv")),
        _ => Err(FileRule::UnsupportedType),
    }
}

/// Whether a text bears a classification mark (`domain.md` 5.3 CF-02).
#[must_use]
pub fn looks_classified(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).take(2_000_000).collect();
    if text.contains("★长期") {
        return true;
    }
    let mut rest = text.as_str();
    while let Some(at) = rest.find('★') {
        let tail = rest.get(at + '★'.len_utf8()..).unwrap_or_default();
        let digits = tail.chars().take_while(char::is_ascii_digit).count();
        let before = rest.get(..at).unwrap_or_default();
        if ["绝密", "机密", "秘密"].iter().any(|mark| before.ends_with(mark)) {
            return true;
        }
        if digits > 0 && tail.chars().nth(digits) == Some('年') {
            return true;
        }
        rest = tail;
    }
    false
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            out.write_all(content).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    #[test]
    fn every_demo_document_is_recognised() {
        let folder = format!("{}/fixtures/example_2019/documents", env!("CARGO_MANIFEST_DIR"));
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let found =
                inspect(&std::fs::read(&path).unwrap(), &name).unwrap_or_else(|rule| panic!("{name}: {rule:?}"));
            assert_eq!(found.extension, name::extension(&name), "{name}");
            seen += 1;
        }
        assert_eq!(seen, 20);
    }

    #[test]
    fn hostile_files_are_refused() {
        let docm =
            archive(&[("[Content_Types].xml", b"x"), ("word/document.xml", b"x"), ("word/vbaProject.bin", b"x")]);
        let bomb = archive(&[("[Content_Types].xml", b"x"), ("word/document.xml", &vec![0; 30 * 1024 * 1024])]);
        let docx = archive(&[("[Content_Types].xml", b"x"), ("word/document.xml", b"x")]);
        let outside = archive(&[("[Content_Types].xml", b"x"), ("../word/x", b"x")]);
        assert_eq!(inspect(&docm, "a.docx"), Err(FileRule::Active));
        assert_eq!(inspect(&bomb, "a.docx"), Err(FileRule::BadArchive));
        assert_eq!(inspect(&outside, "a.docx"), Err(FileRule::BadArchive));
        assert_eq!(inspect(&docx, "a.xlsx"), Err(FileRule::TypeMismatch));
        assert!(inspect(&docx, "a.docx").is_ok());
        assert_eq!(inspect(b"", "a.pdf"), Err(FileRule::Empty));
        assert_eq!(inspect(b"<html><script>", "a.txt"), Err(FileRule::UnsupportedType));
        assert_eq!(inspect(b"<svg onload=1>", "a.png"), Err(FileRule::UnsupportedType));
        assert_eq!(inspect(b"%PDF-1.4 /OpenAction << /JS (x) >>", "a.pdf"), Err(FileRule::Active));
        assert_eq!(inspect(b"%PDF-1.4 trailer << /Encrypt 1 0 R >>", "a.pdf"), Err(FileRule::Encrypted));
        assert_eq!(inspect(b"MZ\x90", "a.exe"), Err(FileRule::UnsupportedType));
        assert_eq!(inspect(b"PK\x03\x04 rubbish", "a.docx"), Err(FileRule::BadArchive));
    }

    #[test]
    fn classification_marks_are_found() {
        for text in ["秘密★5年", "机密 ★", "内部 ★ 10 年", "绝密★长期"] {
            assert!(looks_classified(text), "{text}");
        }
        for text in ["商业秘密的保护", "★★★ 三星志愿者", "严禁上传国家秘密"] {
            assert!(!looks_classified(text), "{text}");
        }
    }
}
