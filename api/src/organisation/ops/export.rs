//! A part of the tree as a workbook; imported again it changes nothing (`reliability.md` U-09).

use std::collections::HashMap;

use rust_xlsxwriter::{Format, Workbook};
use serde_json::json;
use twinning_entity::ids::OrganisationId;
use twinning_entity::organisation::Model;
use twinning_entity::provenance::Provenance;

use crate::app::App;
use crate::audit::{self, ops::About};
use crate::city;
use crate::kernel::call::{Call, Lang};
use crate::kernel::error::{Error, Result};
use crate::organisation::policy::{self, OrganisationAct};
use crate::organisation::store;

/// Headings as the import reads them, in both languages.
const HEADINGS: [(&str, &str); 11] = [
    ("组织编码", "Code"),
    ("组织名称", "Full name"),
    ("简称", "Short name"),
    ("层级", "Level"),
    ("功能区", "Functional zone"),
    ("组织类型", "Form"),
    ("上级组织编码", "Parent code"),
    ("城市", "City"),
    ("行政区划代码", "Division code"),
    ("来源", "Provenance"),
    ("说明", "Note"),
];

/// An organisation with everything below it, in official order.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn export(app: &App, call: &Call, id: OrganisationId) -> Result<Vec<u8>> {
    call.actor.may_ever(OrganisationAct::Export.who())?;
    let found = store::find(app.reader(), id).await?;
    if !policy::allows(&call.actor, OrganisationAct::Export, &found.path, found.city_id) {
        return Err(Error::Denied);
    }
    let rows = store::subtree(app.reader(), &found.path).await?;
    let above = store::above(app.reader(), &found.path).await?;
    let cities = city::ops::names(app.reader()).await?;
    let city = cities.get(&found.city_id).map(|city| city.name.clone()).unwrap_or_default();
    let number = rows.len();
    let lang = call.lang;
    let bytes = actix_web::rt::task::spawn_blocking(move || workbook(&rows, &above, &city, lang))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    app.write(call, async |tx| {
        let detail = json!({ "rows": number });
        audit::note(tx, app, call, "organisation.export", About::new("organisation", id), detail).await
    })
    .await?;
    Ok(bytes)
}

fn workbook(
    rows: &[Model],
    above: &[Model],
    city: &str,
    lang: Lang,
) -> std::result::Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let codes: HashMap<OrganisationId, &str> =
        rows.iter().chain(above).map(|one| (one.id, one.code.as_str())).collect();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (column, (chinese, english)) in (0_u16..).zip(HEADINGS) {
        let heading = if lang == Lang::Zh { chinese } else { english };
        sheet.write_string_with_format(0, column, heading, &bold)?;
    }
    for (at, one) in (1_u32..).zip(rows) {
        let zone = if one.functional_zone { "是" } else { "" };
        let kind = one.kind_text.as_deref().unwrap_or_else(|| one.form.word());
        let parent = one.parent_id.and_then(|id| codes.get(&id).copied()).unwrap_or_default();
        let provenance = if one.provenance == Provenance::Entered { "" } else { one.provenance.word() };
        let cells = [
            one.code.as_str(),
            &one.name_full,
            &one.name_short,
            one.level.word(),
            zone,
            kind,
            parent,
            city,
            one.division_code.as_deref().unwrap_or_default(),
            provenance,
            one.provenance_note.as_deref().unwrap_or_default(),
        ];
        for (column, text) in (0_u16..).zip(cells) {
            sheet.write_string(at, column, text)?;
        }
    }
    book.save_to_buffer()
}
