//! Readable text of files, for search and preview; a file that does not read is no failure (`stack.md` 3).

mod office;
mod pdf;
mod text;

use std::time::Duration;

/// Longest a reading may take (`reliability.md` U-05).
const TIME: Duration = Duration::from_secs(20);
/// Characters that are kept of a text.
const TEXT_MAX: usize = 1_000_000;

/// What came of reading a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extracted {
    /// The text, and the number of pages or slides where the format has them.
    Text {
        /// The text.
        text: String,
        /// Pages, slides or sheets.
        pages: Option<i32>,
    },
    /// The file has no text in it, such as a scan.
    NoText,
    /// A format whose text is not read.
    Unsupported,
    /// The file could not be read.
    Failed,
}

/// Reads a file in a thread of its own, within the time; a parser that panics or hangs is a failed reading.
pub async fn guarded(bytes: Vec<u8>, name: String) -> Extracted {
    let (told, answer) = tokio::sync::oneshot::channel();
    let reading =
        std::thread::Builder::new().name("extract".to_owned()).stack_size(16 * 1024 * 1024).spawn(move || {
            let extracted = std::panic::catch_unwind(|| extract(&bytes, &name)).unwrap_or(Extracted::Failed);
            let _ = told.send(extracted);
        });
    if reading.is_err() {
        return Extracted::Failed;
    }
    match actix_web::rt::time::timeout(TIME, answer).await {
        Ok(Ok(extracted)) => extracted,
        _ => Extracted::Failed,
    }
}

/// Reads a file by the extension of its name, which was checked against the content when it was taken.
#[must_use]
pub fn extract(bytes: &[u8], name: &str) -> Extracted {
    let extension = name.rsplit_once('.').map(|(_, tail)| tail.to_ascii_lowercase()).unwrap_or_default();
    let found = match extension.as_str() {
        "docx" => office::docx(bytes),
        "pptx" => office::pptx(bytes),
        "ofd" => office::ofd(bytes),
        "xlsx" | "xls" | "et" => office::sheets(bytes),
        "doc" | "ppt" | "wps" | "dps" => office::old(bytes),
        "pdf" => pdf::read(bytes),
        "txt" | "md" | "csv" | "tsv" => text::read(bytes),
        _ => return Extracted::Unsupported,
    };
    match found {
        None => Extracted::Failed,
        Some((text, pages)) => {
            let text: String = text.chars().take(TEXT_MAX).filter(|c| *c != '\0').collect();
            if text.chars().any(char::is_alphanumeric) { Extracted::Text { text, pages } } else { Extracted::NoText }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace()).collect()
    }

    #[test]
    fn every_phrase_of_the_demo_documents_is_read() {
        let folder = format!("{}/fixtures/example_2019/documents", env!("CARGO_MANIFEST_DIR"));
        let index = std::fs::read_to_string(format!("{folder}/index.csv")).unwrap();
        let mut reader = csv::Reader::from_reader(index.trim_start_matches('\u{feff}').as_bytes());
        let mut phrases = 0;
        for row in reader.records() {
            let row = row.unwrap();
            let (file, expected) = (row.get(0).unwrap(), row.get(7).unwrap());
            let bytes = std::fs::read(format!("{folder}/{file}")).unwrap();
            let extracted = extract(&bytes, file);
            if expected.is_empty() {
                assert_eq!(extracted, Extracted::NoText, "{file}");
                continue;
            }
            let Extracted::Text { text, .. } = extracted else { panic!("{file}: {extracted:?}") };
            let text = bare(&text);
            for phrase in expected.split('｜') {
                assert!(text.contains(&bare(phrase)), "{file}: {phrase}");
                phrases += 1;
            }
        }
        assert!(phrases > 70, "{phrases}");
    }

    #[test]
    fn rubbish_is_a_failed_reading_and_never_a_panic() {
        for name in ["a.docx", "a.pptx", "a.ofd", "a.xlsx", "a.doc", "a.ppt", "a.pdf"] {
            for bytes in [b"".as_slice(), b"rubbish", b"%PDF-1.7 rubbish", b"PK\x03\x04rubbish"] {
                assert!(!matches!(extract(bytes, name), Extracted::Text { .. }), "{name}");
            }
        }
        assert_eq!(extract(b"x", "a.mp4"), Extracted::Unsupported);
    }
}
