//! What can be done with organisations.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, Set};
use serde::{Deserialize, Serialize};
use serde_json::json;
use twinning_entity::ids::{CityId, ImportId, OrganisationId, OrganisationNameId};
use twinning_entity::organisation::{self as row, OrgForm, OrgLevel, OrgStatus};
use twinning_entity::organisation_name;
use twinning_entity::provenance::Provenance;

use super::model::{self, OrganisationRule};
use super::policy::{self, OrganisationAct};
use super::store::{self, Mark};
use super::wire::{
    NameBody, NewOrganisation, OrganisationDetail, OrganisationFilter, OrganisationLine, OrganisationRef, ProfileChange,
};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::city;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::page::{Page, PageRequest};
use crate::kernel::text;
use crate::search::engine::{IndexDoc, Kind};
use crate::search::ops::HitText;
use crate::search::{self, pinyin};

/// An organisation as other features show it.
#[derive(Clone, Debug)]
pub struct OrgName {
    /// Identifier.
    pub id: OrganisationId,
    /// Human code.
    pub code: String,
    /// Name as shown.
    pub display: String,
    /// Full name.
    pub full: String,
    /// Short name.
    pub short: String,
    /// City.
    pub city: CityId,
    /// Path in its tree.
    pub path: String,
    /// Level.
    pub level: OrgLevel,
    /// Superior.
    pub parent: Option<OrganisationId>,
}

impl From<row::Model> for OrgName {
    fn from(found: row::Model) -> Self {
        Self {
            id: found.id,
            code: found.code,
            display: found.name_display,
            full: found.name_full,
            short: found.name_short,
            city: found.city_id,
            path: found.path,
            level: found.level,
            parent: found.parent_id,
        }
    }
}

impl From<&OrgName> for OrganisationRef {
    fn from(name: &OrgName) -> Self {
        Self { id: name.id, code: name.code.clone(), name: name.display.clone() }
    }
}

/// Organisations by id, for showing their names.
///
/// # Errors
/// The engine's error.
pub async fn names(app: &App, ids: Vec<OrganisationId>) -> Result<HashMap<OrganisationId, OrgName>> {
    names_in(app.reader(), ids).await
}

/// As [`names`], on a given connection.
///
/// # Errors
/// The engine's error.
pub async fn names_in(
    conn: &impl ConnectionTrait,
    mut ids: Vec<OrganisationId>,
) -> Result<HashMap<OrganisationId, OrgName>> {
    ids.sort();
    ids.dedup();
    Ok(store::by_ids(conn, &ids).await?.into_iter().map(|found| (found.id, OrgName::from(found))).collect())
}

/// Every organisation, for matching the names of an import.
///
/// # Errors
/// The engine's error.
pub async fn directory(conn: &impl ConnectionTrait) -> Result<Vec<row::Model>> {
    store::all(conn).await
}

/// One organisation by id.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn name_of(conn: &impl ConnectionTrait, id: OrganisationId) -> Result<OrgName> {
    store::find(conn, id).await.map(OrgName::from)
}

/// One organisation by its human code.
///
/// # Errors
/// The engine's error.
pub async fn by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<OrgName>> {
    Ok(store::by_code(conn, code).await?.map(OrgName::from))
}

/// The directory.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(
    app: &App,
    call: &Call,
    filter: &OrganisationFilter,
    at: PageRequest,
) -> Result<Page<OrganisationLine>> {
    call.actor.may_ever(OrganisationAct::Read.who())?;
    if filter.q.as_deref().is_some_and(|text| text.chars().count() > 64) {
        return Err(Error::Invalid(vec![FieldFault::new("q", "field.too_long").with("max", 64)]));
    }
    let below = match filter.organisation_id {
        Some(id) if filter.subtree == Some(true) => Some(store::find(app.reader(), id).await?.path),
        _ => None,
    };
    let (rows, total) = store::page(app.reader(), filter, below.as_deref(), &at).await?;
    let page = Page::cut(rows, &at, total, Mark::of);
    let ids: Vec<OrganisationId> = page.items.iter().map(|found| found.id).collect();
    let children = store::child_counts(app.reader(), &ids).await?;
    Ok(page.map(|found| line(found, &children)))
}

/// One organisation.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: OrganisationId) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Read.who())?;
    let found = store::find(app.reader(), id).await?;
    detail(app, app.reader(), call, found).await
}

/// One organisation by its human code, for the portal's addresses.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show_by_code(app: &App, call: &Call, code: &str) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Read.who())?;
    let found = store::by_code(app.reader(), code).await?.ok_or(Error::NotFound("organisation"))?;
    detail(app, app.reader(), call, found).await
}

async fn detail(_app: &App, conn: &impl ConnectionTrait, call: &Call, found: row::Model) -> Result<OrganisationDetail> {
    let above = store::above(conn, &found.path).await?;
    let children = store::child_counts(conn, &[found.id]).await?;
    let names = store::names_of(conn, found.id).await?;
    let cities = city::ops::names(conn).await?;
    let may_edit = call.actor.may_ever(OrganisationAct::Edit.who()).is_ok()
        && policy::allows(&call.actor, OrganisationAct::Edit, &found.path, found.city_id);
    Ok(OrganisationDetail {
        city_name: cities.get(&found.city_id).map(|city| city.name.clone()).unwrap_or_default(),
        ancestors: above.into_iter().map(|one| OrganisationRef::from(&OrgName::from(one))).collect(),
        sector: found.sector,
        division_code: found.division_code.clone(),
        address: found.address.clone(),
        phone: found.phone.clone(),
        profile: found.profile.clone(),
        provenance_note: found.provenance_note.clone(),
        names: names
            .into_iter()
            .map(|name| NameBody {
                name_full: name.name_full,
                name_short: name.name_short,
                valid_from: name.valid_from,
                valid_to: name.valid_to,
            })
            .collect(),
        allowed_actions: if may_edit { vec!["edit".to_owned()] } else { Vec::new() },
        version: found.version,
        line: line(found, &children),
    })
}

fn line(found: row::Model, children: &HashMap<OrganisationId, u64>) -> OrganisationLine {
    OrganisationLine {
        children: children.get(&found.id).copied().unwrap_or(0),
        id: found.id,
        code: found.code,
        name_full: found.name_full,
        name_short: found.name_short,
        name_display: found.name_display,
        form: found.form,
        kind_text: found.kind_text,
        level: found.level,
        functional_zone: found.functional_zone,
        city_id: found.city_id,
        parent_id: found.parent_id,
        depth: found.depth,
        status: found.status,
        provenance: found.provenance,
    }
}

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
    let code_fits = !new.code.is_empty()
        && new.code.len() <= 40
        && !new.code.starts_with('-')
        && new.code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !code_fits {
        faults.add(FieldFault::new("code", "field.format"));
    }
    faults.finish()?;
    app.write(call, async |tx| {
        let parent = store::find(tx, new.parent_id).await.map_err(|_| OrganisationRule::BadParent)?;
        if !policy::allows(&call.actor, OrganisationAct::Create, &parent.path, parent.city_id) {
            return Err(Error::Denied);
        }
        let entry = Entry {
            code: new.code.to_uppercase(),
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
        audit::note(
            tx,
            app,
            call,
            "organisation.create",
            About::new("organisation", made.id),
            json!({"code": made.code}),
        )
        .await?;
        detail(app, tx, call, made).await
    })
    .await
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
        found.version += 1;
        found.updated_at = app.now();
        store::replace(tx, found.clone()).await?;
        search::note(tx, app, call, Kind::Organisation, id.0).await?;
        audit::note(tx, app, call, "organisation.edit", About::new("organisation", id), json!({})).await?;
        detail(app, tx, call, found).await
    })
    .await
}

/// What an import says of one organisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Human code.
    pub code: String,
    /// Full name.
    pub name_full: String,
    /// Short name.
    pub name_short: String,
    /// Form.
    pub form: OrgForm,
    /// Kind as its own city calls it.
    pub kind_text: Option<String>,
    /// Level.
    pub level: OrgLevel,
    /// Functional zone.
    pub functional_zone: bool,
    /// Division code.
    pub division_code: Option<String>,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// Note on it.
    pub provenance_note: Option<String>,
}

impl Entry {
    /// Whether what is stored says the same already.
    #[must_use]
    pub fn says_the_same(&self, found: &row::Model) -> bool {
        self.name_full == found.name_full
            && self.name_short == found.name_short
            && self.form == found.form
            && self.level == found.level
            && self.functional_zone == found.functional_zone
            && self.division_code == found.division_code
            && self.kind_text == found.kind_text
            && self.provenance == found.provenance
            && self.provenance_note == found.provenance_note
    }
}

/// Brings in one organisation below `parent` in a write that is under way; gives what was made.
///
/// # Errors
/// [`OrganisationRule::CodeTaken`]; the engine's error.
pub async fn bring_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    entry: &Entry,
    city: CityId,
    parent: Option<&row::Model>,
    import: ImportId,
) -> Result<row::Model> {
    let made = made(app, entry, city, parent, store::greatest(tx).await?, Some(import));
    insert(tx, app, call, made.clone()).await?;
    Ok(made)
}

/// Brings what is stored up to what an import says, in a write that is under way.
///
/// # Errors
/// [`Error::Raced`]; the engine's error.
pub async fn bring_up(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    found: row::Model,
    entry: &Entry,
) -> Result<row::Model> {
    let mut next = found;
    next.name_full.clone_from(&entry.name_full);
    next.name_short.clone_from(&entry.name_short);
    next.name_display = model::display_name(&entry.name_full, &entry.name_short, entry.form, entry.level);
    next.form = entry.form;
    next.kind_text.clone_from(&entry.kind_text);
    next.level = entry.level;
    next.functional_zone = entry.functional_zone;
    next.division_code.clone_from(&entry.division_code);
    next.pinyin_key = pinyin::sort_key(&entry.name_short);
    next.initials = pinyin::initials(&entry.name_short);
    next.provenance = entry.provenance;
    next.provenance_note.clone_from(&entry.provenance_note);
    next.version += 1;
    next.updated_at = app.now();
    store::replace(tx, next.clone()).await?;
    search::note(tx, app, call, Kind::Organisation, next.id.0).await?;
    Ok(next)
}

/// What an import changed of an organisation, as it was before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Before {
    entry: Entry,
    /// Version that the change made.
    version: i32,
}

impl Before {
    /// What `found` says now, before a change.
    #[must_use]
    pub fn of(found: &row::Model) -> Self {
        Self {
            entry: Entry {
                code: found.code.clone(),
                name_full: found.name_full.clone(),
                name_short: found.name_short.clone(),
                form: found.form,
                kind_text: found.kind_text.clone(),
                level: found.level,
                functional_zone: found.functional_zone,
                division_code: found.division_code.clone(),
                provenance: found.provenance,
                provenance_note: found.provenance_note.clone(),
            },
            version: found.version + 1,
        }
    }
}

/// Puts an organisation back to what it was before an import changed it, unless it was changed again since; says
/// whether it did.
///
/// # Errors
/// [`Error::NotFound`]; the engine's error.
pub async fn put_back(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    id: OrganisationId,
    before: &Before,
) -> Result<bool> {
    let found = store::find(tx, id).await?;
    if found.version != before.version {
        return Ok(false);
    }
    bring_up(tx, app, call, found, &before.entry).await?;
    Ok(true)
}

/// Takes back organisations that an undone import made, those below others first, unless one was changed since; says
/// whether it did. The engine refuses while anything stands on one. Cities and divisions that nothing stands on any
/// more go with them.
///
/// # Errors
/// The engine's error.
pub async fn take_back(tx: &impl ConnectionTrait, app: &App, call: &Call, ids: &[OrganisationId]) -> Result<bool> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        found.extend(store::by_ids(tx, part).await?);
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.depth));
    for one in &found {
        if !store::remove(tx, one.id).await? {
            return Ok(false);
        }
        search::note(tx, app, call, Kind::Organisation, one.id.0).await?;
    }
    let mut cities: Vec<CityId> = found.iter().map(|one| one.city_id).collect();
    cities.sort_unstable();
    cities.dedup();
    let mut divisions: Vec<String> = found.into_iter().filter_map(|one| one.division_code).collect();
    divisions.sort_unstable();
    divisions.dedup();
    city::ops::take_back_free(tx, &cities, &divisions).await?;
    Ok(true)
}

fn made(
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
        provenance: entry.provenance,
        provenance_note: entry.provenance_note.clone(),
        import_id: import.map(|id| id.0),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

async fn insert(tx: &impl ConnectionTrait, app: &App, call: &Call, made: row::Model) -> Result<()> {
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

/// Names of organisations and of those above them, for showing hits.
///
/// # Errors
/// The engine's error.
pub async fn hit_texts(app: &App, call: &Call, ids: &[uuid::Uuid]) -> Result<HashMap<uuid::Uuid, HitText>> {
    call.actor.may_ever(OrganisationAct::Read.who())?;
    let ids: Vec<OrganisationId> = ids.iter().map(|id| OrganisationId(*id)).collect();
    let rows = store::by_ids(app.reader(), &ids).await?;
    let paths: Vec<String> = rows.iter().map(|one| one.path.clone()).collect();
    let above: Vec<row::Model> = store::above_all(app.reader(), &paths).await?;
    Ok(rows
        .into_iter()
        .map(|one| {
            let upwards = above.iter().filter(|other| one.path != other.path && one.path.starts_with(&other.path));
            let upwards: Vec<&str> = upwards.map(|other| other.name_display.as_str()).collect();
            let mut text = upwards.join(" › ");
            for part in [&one.kind_text, &one.profile, &one.address].into_iter().flatten() {
                text.push_str("  ");
                text.push_str(part);
            }
            (one.id.0, HitText { title: one.name_full, text, url: format!("/orgs/{}", one.code) })
        })
        .collect())
}

/// What search keeps of an organisation; none when it is gone.
///
/// # Errors
/// The engine's error.
pub async fn index_doc(conn: &impl ConnectionTrait, id: OrganisationId) -> Result<Option<IndexDoc>> {
    let found = match store::find(conn, id).await {
        Ok(found) => found,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let former = store::names_of(conn, id).await?;
    let mut body = vec![found.name_full.clone(), found.name_short.clone(), found.name_display.clone()];
    body.extend(former.iter().flat_map(|one| [one.name_full.clone(), one.name_short.clone()]));
    body.extend([found.kind_text.clone(), found.profile.clone(), found.address.clone()].into_iter().flatten());
    body.dedup();
    Ok(Some(IndexDoc {
        kind: Kind::Organisation,
        id: id.0,
        title: found.name_full.clone(),
        body: body.join("\n\n"),
        names: vec![found.name_short.clone(), found.name_full.clone(), found.code.clone()],
        tags: Vec::new(),
        areas: Vec::new(),
        doc_kind: Some(found.form.word().to_owned()),
        org_path: Some(found.path.clone()),
        cities: vec![found.city_id.to_string()],
        year: None,
        vis: vec!["public".to_owned()],
        sort_key: u64::try_from(found.seq).unwrap_or(0),
    }))
}

/// Identifiers of all organisations, for rebuilding the index.
///
/// # Errors
/// The engine's error.
pub async fn every_id(conn: &impl ConnectionTrait) -> Result<Vec<uuid::Uuid>> {
    Ok(store::all(conn).await?.into_iter().map(|found| found.id.0).collect())
}
