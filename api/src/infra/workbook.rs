//! Workbooks of plain tables: a sheet for each, headings in bold, texts as texts.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::kernel::error::{Error, Result};

/// One sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Name, cut to what workbooks take.
    pub name: String,
    /// Headings.
    pub headings: Vec<String>,
    /// Rows of cells.
    pub rows: Vec<Vec<String>>,
}

/// The bytes of a workbook; it is written off the async threads.
///
/// # Errors
/// An internal fault, should a name or a text not fit into a workbook.
pub async fn write(sheets: Vec<Sheet>) -> Result<Vec<u8>> {
    actix_web::rt::task::spawn_blocking(move || written(&sheets))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}

fn written(sheets: &[Sheet]) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    for one in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(one.name.chars().take(31).collect::<String>())?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, heading) in (0_u16..).zip(&one.headings) {
            sheet.write_string_with_format(0, column, heading, &bold)?;
            let widest = one.rows.iter().filter_map(|row| row.get(usize::from(column))).map(|cell| width(cell)).max();
            sheet.set_column_width(column, f64::from(widest.unwrap_or(0).max(width(heading)).clamp(8, 60)) + 2.0)?;
        }
        for (at, row) in (1_u32..).zip(&one.rows) {
            for (column, cell) in (0_u16..).zip(row) {
                // A text stays a text: no cell of ours is a formula, whatever it begins with.
                sheet.write_string(at, column, cell.chars().take(32_000).collect::<String>())?;
            }
        }
    }
    book.save_to_buffer()
}

/// How wide a text is, in Latin letters: a Chinese character takes two.
fn width(text: &str) -> u32 {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
