//! The rows of an import as they are kept and shown. Those of a roster hold phone numbers, so they are kept sealed
//! (`reliability.md` P-02).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use twinning_entity::import::ImportKind;
use twinning_entity::import_row as line;

use crate::app::App;
use crate::infra::secrets;
use crate::kernel::call::Lang;
use crate::kernel::error::{Error, Result};
use crate::transfer::fault::RowFault;
use crate::transfer::wire::{ImportRowBody, RowFaultBody};

/// Whether the rows of a kind hold what nobody should read in a copy of the database.
fn is_personal(kind: ImportKind) -> bool {
    matches!(kind, ImportKind::Enrolments | ImportKind::People)
}

/// Seals what rows of a personal kind hold, each value for its own row and place.
pub(super) fn sealed(app: &App, kind: ImportKind, mut lines: Vec<line::Model>) -> Result<Vec<line::Model>> {
    if !is_personal(kind) {
        return Ok(lines);
    }
    for one in &mut lines {
        let seal = |value: &Value, place: &str| -> Result<Value> {
            let record = format!("import_rows/{}/{place}", one.id);
            let sealed = secrets::seal(&app.keys.field, &record, &value.to_string())?;
            Ok(Value::String(STANDARD.encode(sealed)))
        };
        one.value = match &one.value {
            Some(value) => Some(seal(value, "value")?),
            None => None,
        };
        one.cells = seal(&one.cells, "cells")?;
        one.faults = seal(&one.faults, "faults")?;
    }
    Ok(lines)
}

/// Opens what [`sealed`] sealed; what was emptied since stays empty.
pub(super) fn opened(app: &App, kind: ImportKind, mut lines: Vec<line::Model>) -> Result<Vec<line::Model>> {
    if !is_personal(kind) {
        return Ok(lines);
    }
    for one in &mut lines {
        let open = |value: &Value, place: &str| -> Result<Value> {
            let Value::String(text) = value else { return Ok(value.clone()) };
            let record = format!("import_rows/{}/{place}", one.id);
            let bytes = STANDARD.decode(text).map_err(Error::internal)?;
            Ok(serde_json::from_str(&secrets::open(&app.keys.field, &record, &bytes)?)?)
        };
        one.value = match &one.value {
            Some(value) => Some(open(value, "value")?),
            None => None,
        };
        one.cells = open(&one.cells, "cells")?;
        one.faults = open(&one.faults, "faults")?;
    }
    Ok(lines)
}

/// A row as it is shown.
pub(super) fn body(found: line::Model, lang: Lang) -> ImportRowBody {
    let faults: Vec<RowFault> = serde_json::from_value(found.faults).unwrap_or_default();
    ImportRowBody {
        sheet: found.sheet,
        row: found.row_no,
        state: found.state.word().to_owned(),
        action: found.action.map(|action| action.word().to_owned()),
        label: found.label,
        faults: faults
            .into_iter()
            .map(|fault| RowFaultBody {
                message: fault.sentence(lang),
                column: fault.column,
                code: fault.code,
                value: fault.value,
            })
            .collect(),
        cells: crate::programme::ops::strings(&found.cells),
    }
}
