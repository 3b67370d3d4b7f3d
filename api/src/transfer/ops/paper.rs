//! Workbooks that are given out: the rows to mend, and an empty table to fill in.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use twinning_entity::ids::ImportId;
use twinning_entity::import::ImportKind;
use twinning_entity::import_row::{self as line, RowState};

use super::rows;
use crate::app::App;
use crate::infra::i18n;
use crate::kernel::call::{Call, Lang};
use crate::kernel::error::{Error, Result};
use crate::transfer::kinds;
use crate::transfer::policy::{self, ImportAct};
use crate::transfer::store;

/// The bad rows of an import as a workbook: sheet by sheet the headings as they stood, the cells, and a column that
/// says why; mended, it can be imported again.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn bad_rows(app: &App, call: &Call, id: ImportId) -> Result<Vec<u8>> {
    call.actor.may_ever(ImportAct::Import.who())?;
    let found = super::found(app.reader(), call, id).await?;
    let lines = rows::opened(app, found.kind, store::to_mend(app.reader(), id).await?)?;
    let mut sheets: Vec<(String, Vec<line::Model>)> = Vec::new();
    for one in lines {
        match sheets.last_mut().filter(|(name, _)| *name == one.sheet) {
            Some((_, rows)) => rows.push(one),
            None => sheets.push((one.sheet.clone(), vec![one])),
        }
    }
    sheets.retain(|(_, rows)| rows.iter().any(|row| row.state == RowState::Rejected));
    let mut book = Workbook::new();
    if sheets.is_empty() {
        book.add_worksheet();
    }
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        if !name.is_empty() {
            sheet.set_name(&name).map_err(failed)?;
        }
        fill(sheet, &rows, call.lang)?;
    }
    book.save_to_buffer().map_err(failed)
}

fn failed(error: XlsxError) -> Error {
    Error::internal(error)
}

/// Fills a sheet with the rows of the header and the bad ones below it.
fn fill(sheet: &mut Worksheet, rows: &[line::Model], lang: Lang) -> Result<()> {
    let width = rows.iter().filter_map(|row| row.cells.as_array().map(Vec::len)).max().unwrap_or(0);
    let reason_column = u16::try_from(width).unwrap_or(u16::MAX - 1);
    let mut reason_written = false;
    for (at, row) in (0_u32..).zip(rows) {
        let shown = rows::body(row.clone(), lang);
        for (column, cell) in (0_u16..).zip(&shown.cells) {
            write(sheet, at, column, cell)?;
        }
        if row.state == RowState::Ignored {
            // Of a header in two rows the second carries the word, so that it is a heading as well.
            let last = rows.get(at as usize + 1).is_none_or(|next| next.state != RowState::Ignored);
            if last && !reason_written {
                let reason = i18n::text::<&str, &str>(lang, "import-reason-column", &[]);
                write(sheet, at, reason_column, &reason)?;
                reason_written = true;
            }
            continue;
        }
        let why: Vec<String> = shown.faults.into_iter().map(|fault| fault.message).collect();
        write(sheet, at, reason_column, &why.join(if lang == Lang::Zh { "；" } else { "; " }))?;
    }
    Ok(())
}

/// Writes text as text, whatever it begins with (`reliability.md` U-09).
fn write(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<()> {
    sheet.write_string(row, column, text).map_err(failed)?;
    Ok(())
}

/// An empty table with the headings of a kind, to be filled in.
///
/// # Errors
/// [`Error::NotFound`] for a kind that is not imported, [`Error::Denied`].
pub fn template(call: &Call, kind: ImportKind) -> Result<Vec<u8>> {
    call.actor.may_ever(ImportAct::Import.who())?;
    if !policy::allows(&call.actor, kind) {
        return Err(Error::Denied);
    }
    let columns = kinds::columns(kind).ok_or(Error::NotFound("import"))?;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (at, column) in (0_u16..).zip(columns) {
        let name = match call.lang {
            Lang::Zh => column.names.first().copied().unwrap_or(column.field).to_owned(),
            Lang::En => column.field.replace('_', " "),
        };
        // A star tells what cannot be left out; where one of two columns does, neither has it.
        let needed = column.required && column.or.is_empty();
        let name = if needed { format!("*{name}") } else { name };
        sheet.write_string_with_format(0, at, name, &bold).map_err(failed)?;
        sheet.set_column_width(at, 16).map_err(failed)?;
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    book.save_to_buffer().map_err(failed)
}
