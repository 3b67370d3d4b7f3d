//! Bringing organisations in, and taking back what was brought.

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{CityId, ImportId, OrganisationId};
use twinning_entity::organisation::{self as row, OrgForm, OrgLevel};
use twinning_entity::provenance::Provenance;

use super::acts::{insert, made};
use crate::app::App;
use crate::city;
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::organisation::{model, store};
use crate::search::engine::Kind;
use crate::search::{self, pinyin, stroke};

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
    next.stroke_key = stroke::sort_key(&entry.name_short);
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

/// The organisation that administrators of an installation belong to: the first root of the tree, or, while there is no
/// tree yet, one that stands for whoever operates the portal and can be renamed.
///
/// # Errors
/// The engine's error.
pub async fn operator(tx: &impl ConnectionTrait, app: &App, call: &Call) -> Result<OrganisationId> {
    if let Some(root) = store::first_root(tx).await? {
        return Ok(root.id);
    }
    let city = crate::city::ops::ensure_in(tx, app, "运营城市", "OPS", None).await?;
    let entry = Entry {
        code: "OPS".to_owned(),
        name_full: "门户运营单位".to_owned(),
        name_short: "门户运营单位".to_owned(),
        form: OrgForm::Other,
        kind_text: None,
        level: OrgLevel::Prefectural,
        functional_zone: false,
        division_code: None,
        provenance: Provenance::Entered,
        provenance_note: None,
    };
    let made = made(app, &entry, city, None, store::greatest(tx).await?, None);
    insert(tx, app, call, made.clone()).await?;
    Ok(made.id)
}
