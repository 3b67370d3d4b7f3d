//! Adding organisations and changing their profiles.

use sea_orm::{ConnectionTrait, Set};
use serde_json::json;
use twinning_entity::ids::{CityId, ImportId, OrganisationId, OrganisationNameId};
use twinning_entity::organisation::{self as row, OrgStatus};
use twinning_entity::organisation_name;
use twinning_entity::provenance::Provenance;

use super::imports::Entry;
use super::reads::detail;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::text;
use crate::organisation::model::{self, OrganisationRule};
use crate::organisation::policy::{self, OrganisationAct};
use crate::organisation::store;
use crate::organisation::wire::{NewOrganisation, OrganisationDetail, ProfileChange};
use crate::search::engine::Kind;
use crate::search::{self, pinyin, stroke};

/// Adds an organisation below one of the caller's.
///
/// # Errors
/// Refusals of the input, [`OrganisationRule`], [`Error::Denied`].
pub async fn create(app: &App, call: &Call, new: NewOrganisation) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Create.who())?;
    let mut faults = Faults::default();
    let name_full = faults.take(text::line("name_full", &new.name_full, 120));
    let name_short = faults.take(text::line("name_short", &new.name_short, 60));
    let address = faults.take(text::optional_line("address", new.address.as_deref(), 200));
    let phone = faults.take(text::optional_line("phone", new.phone.as_deref(), 40));
    let profile = faults.take(text::optional_block("profile", new.profile.as_deref(), 4_000));
    let code = faults.take(code_of("code", &new.code));
    faults.finish()?;
    app.write(call, async |tx| {
        let parent = store::find(tx, new.parent_id).await.map_err(|_| OrganisationRule::BadParent)?;
        if !policy::allows(&call.actor, OrganisationAct::Create, &parent.path, parent.city_id) {
            return Err(Error::Denied);
        }
        let entry = Entry {
            code: code.clone().unwrap_or_default(),
            name_full: name_full.clone().unwrap_or_default(),
            name_short: name_short.clone().unwrap_or_default(),
            form: new.form,
            kind_text: None,
            level: new.level,
            functional_zone: false,
            division_code: parent.division_code.clone(),
            provenance: Provenance::Entered,
            provenance_note: None,
        };
        let mut made = made(app, &entry, parent.city_id, Some(&parent), store::greatest(tx).await?, None);
        made.address = address.clone().flatten();
        made.phone = phone.clone().flatten();
        made.profile = profile.clone().flatten();
        insert(tx, app, call, made.clone()).await?;
        let object = ("organisation", "organisations", made.id.0);
        crate::webhook::ops::emit(tx, app, "organisation.create", object, &[made.id]).await?;
        audit::note(
            tx,
            app,
            call,
            "organisation.create",
            About::new("organisation", made.id),
            json!({"code": made.code}),
        )
        .await?;
        detail(tx, call, made).await
    })
    .await
}

/// A human code: letters, digits and dashes, in capitals.
pub(super) fn code_of(field: &str, code: &str) -> Result<String, FieldFault> {
    let fits = (1..=40).contains(&code.len())
        && !code.starts_with('-')
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits { Ok(code.to_uppercase()) } else { Err(FieldFault::new(field, "field.format")) }
}

/// Changes a profile.
///
/// # Errors
/// Refusals of the input, [`Error::NotFound`], [`Error::Denied`], [`Error::Stale`].
pub async fn edit(
    app: &App,
    call: &Call,
    id: OrganisationId,
    seen: i32,
    change: ProfileChange,
) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Edit.who())?;
    let mut faults = Faults::default();
    let address = change.address.map(|value| faults.take(text::optional_line("address", value.as_deref(), 200)));
    let phone = change.phone.map(|value| faults.take(text::optional_line("phone", value.as_deref(), 40)));
    let profile = change.profile.map(|value| faults.take(text::optional_block("profile", value.as_deref(), 4_000)));
    let offers = change.offers.map(|value| faults.take(text::optional_block("offers", value.as_deref(), 2_000)));
    let needs = change.needs.map(|value| faults.take(text::optional_block("needs", value.as_deref(), 2_000)));
    faults.finish()?;
    app.write(call, async |tx| {
        let mut found = store::find(tx, id).await?;
        if !policy::allows(&call.actor, OrganisationAct::Edit, &found.path, found.city_id) {
            return Err(Error::Denied);
        }
        if found.version != seen {
            return Err(Error::Stale);
        }
        if let Some(value) = &address {
            found.address = value.clone().flatten();
        }
        if let Some(value) = &phone {
            found.phone = value.clone().flatten();
        }
        if let Some(value) = &profile {
            found.profile = value.clone().flatten();
        }
        if let Some(value) = &offers {
            found.offers = value.clone().flatten();
        }
        if let Some(value) = &needs {
            found.needs = value.clone().flatten();
        }
        if let Some(access) = change.access {
            found.field_access = serde_json::to_value(access)?;
        }
        found.version += 1;
        found.updated_at = app.now();
        store::replace(tx, found.clone()).await?;
        search::note(tx, app, call, Kind::Organisation, id.0).await?;
        audit::note(tx, app, call, "organisation.edit", About::new("organisation", id), json!({})).await?;
        detail(tx, call, found).await
    })
    .await
}

pub(super) fn made(
    app: &App,
    entry: &Entry,
    city: CityId,
    parent: Option<&row::Model>,
    (greatest_seq, greatest_order): (i64, i32),
    import: Option<ImportId>,
) -> row::Model {
    let now = app.now();
    let seq = greatest_seq + 1;
    row::Model {
        id: app.new_id(),
        seq,
        code: entry.code.clone(),
        city_id: city,
        parent_id: parent.map(|parent| parent.id),
        path: model::path_below(parent.map(|parent| parent.path.as_str()), seq),
        depth: parent.map_or(0, |parent| parent.depth + 1),
        name_full: entry.name_full.clone(),
        name_short: entry.name_short.clone(),
        name_display: model::display_name(&entry.name_full, &entry.name_short, entry.form, entry.level),
        form: entry.form,
        kind_text: entry.kind_text.clone(),
        level: entry.level,
        sector: None,
        functional_zone: entry.functional_zone,
        division_code: entry.division_code.clone(),
        code_system: None,
        display_order: greatest_order + 1,
        status: OrgStatus::Active,
        successor_id: None,
        address: None,
        phone: None,
        profile: None,
        pinyin_key: pinyin::sort_key(&entry.name_short),
        initials: pinyin::initials(&entry.name_short),
        stroke_key: stroke::sort_key(&entry.name_short),
        offers: None,
        needs: None,
        field_access: json!({}),
        ended_on: None,
        provenance: entry.provenance,
        provenance_note: entry.provenance_note.clone(),
        import_id: import.map(|id| id.0),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

pub(super) async fn insert(tx: &impl ConnectionTrait, app: &App, call: &Call, made: row::Model) -> Result<()> {
    let name = organisation_name::ActiveModel {
        id: Set(app.new_id::<OrganisationNameId>()),
        organisation_id: Set(made.id),
        name_full: Set(made.name_full.clone()),
        name_short: Set(made.name_short.clone()),
        valid_from: Set(None),
        valid_to: Set(None),
        reason: Set(None),
        created_at: Set(made.created_at),
    };
    let id = made.id;
    store::add(tx, made).await?;
    store::add_name(tx, name).await?;
    search::note(tx, app, call, Kind::Organisation, id.0).await
}

/// Rows whose keys are written in one transaction.
const KEYS: u64 = 500;

/// Writes the key of the stroke order where it is missing, as in rows from before it was kept.
///
/// # Errors
/// The engine's error.
pub async fn fill_keys(app: &App) -> Result<()> {
    let call = Call::system("fill keys");
    loop {
        let lacking = store::without_stroke_key(app.reader(), KEYS).await?;
        if lacking.is_empty() {
            return Ok(());
        }
        app.write(&call, async |tx| {
            for (id, name) in &lacking {
                store::set_stroke_key(tx, *id, stroke::sort_key(name)).await?;
            }
            Ok(())
        })
        .await?;
    }
}
