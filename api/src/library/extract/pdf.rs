//! Text of PDF files, page by page.

use pdf_oxide::PdfDocument;

use super::office::Read;

/// Pages that are read.
const PAGES_MAX: usize = 2_000;

pub(super) fn read(bytes: &[u8]) -> Read {
    let document = PdfDocument::from_bytes(bytes.to_vec()).ok()?;
    let pages = document.page_count().ok()?;
    let mut out = String::new();
    for page in 0..pages.min(PAGES_MAX) {
        if let Ok(text) = document.extract_text(page) {
            out.push_str(&text);
            out.push('\n');
        }
    }
    Some((out, i32::try_from(pages).ok()))
}
