//! What can be done with people.

pub mod acts;
pub mod erasure;
pub mod own;
pub mod retention;

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use twinning_entity::ids::{ImportId, OrganisationId, PersonId};
use twinning_entity::person as row;
use twinning_entity::provenance::Provenance;

use super::policy::{self, PersonAct};
use super::store;
use super::wire::{PersonFilter, PersonLine};
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};
use crate::kernel::text::masked_phone;
use crate::organisation;
use crate::search::pinyin;

/// People of the caller's part of the tree, by name.
///
/// # Errors
/// [`Error::Invalid`] for a search of fewer than 2 characters (`reliability.md` P-04).
pub async fn list(app: &App, call: &Call, filter: PersonFilter) -> Result<Page<PersonLine>> {
    let at = PageRequest::asked(filter.limit, filter.cursor.clone(), filter.count)?;
    list_at(app, call, &filter, at).await
}

/// As [`list`], for pages that count by number.
///
/// # Errors
/// As [`list`].
pub async fn list_at(app: &App, call: &Call, filter: &PersonFilter, at: PageRequest) -> Result<Page<PersonLine>> {
    call.actor.may_ever(PersonAct::Read.who())?;
    let name = filter.q.as_deref().map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| !(2..=64).contains(&name.chars().count())) {
        return Err(Error::field("q", "field.range"));
    }
    let below = match filter.organisation_id {
        Some(id) => Some(organisation::ops::name_of(app.reader(), id).await?.path),
        None => None,
    };
    let scope = policy::scope(&call.actor);
    let (rows, total) = store::page(app.reader(), &scope, name, below.as_deref(), at.after()?, &at).await?;
    Ok(Page::cut(rows, &at, total, |one| (one.name_key.clone(), one.id)).map(line))
}

/// One person of the caller's part of the tree, with the version.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: PersonId) -> Result<(PersonLine, i32)> {
    call.actor.may_ever(PersonAct::Read.who())?;
    let found = store::find(app.reader(), &policy::scope(&call.actor), id).await?;
    let version = found.version;
    Ok((line(found), version))
}

fn line(found: row::Model) -> PersonLine {
    PersonLine {
        id: found.id,
        name: found.name,
        organisation_id: found.organisation_id,
        phone_masked: found.phone_masked,
        is_synthetic: found.is_synthetic,
    }
}

/// People by id, for showing names on rosters whose visibility was asked already.
///
/// # Errors
/// The engine's error.
pub async fn by_ids(conn: &impl ConnectionTrait, ids: Vec<PersonId>) -> Result<HashMap<PersonId, PersonLine>> {
    Ok(store::by_ids(conn, ids).await?.into_iter().map(|found| (found.id, line(found))).collect())
}

/// What a new person needs.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Name.
    pub name: String,
    /// Mobile number, 11 digits.
    pub phone: Option<String>,
    /// Gender as written.
    pub gender: Option<String>,
    /// Organisation.
    pub organisation: Option<OrganisationId>,
    /// Whether the person is made up.
    pub is_synthetic: bool,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// Import that brings the person in.
    pub import: Option<ImportId>,
}

/// The person of this name and phone, made when new; and whether it was made.
///
/// # Errors
/// The engine's error.
pub async fn ensure_in(tx: &impl ConnectionTrait, app: &App, new: &NewPerson) -> Result<(PersonId, bool)> {
    let index = new.phone.as_deref().map(|phone| app.keys.indexed(phone));
    if let Some(phone) = &new.phone
        && let Some(found) = store::same(tx, &new.name, app.keys.indexes(phone)).await?
    {
        return Ok((found.id, false));
    }
    let id: PersonId = app.new_id();
    let now = app.now();
    let phone_sealed = match &new.phone {
        Some(phone) => Some(app.keys.seal(&record(id), phone)?),
        None => None,
    };
    store::add(
        tx,
        row::Model {
            id,
            name: new.name.clone(),
            name_key: pinyin::sort_key(&new.name),
            gender: new.gender.clone(),
            organisation_id: new.organisation,
            phone_sealed,
            phone_index: index,
            phone_masked: new.phone.as_deref().map(masked_phone),
            email: None,
            erased_at: None,
            is_synthetic: new.is_synthetic,
            provenance: new.provenance,
            import_id: new.import.map(|import| import.0),
            version: 1,
            created_at: now,
            updated_at: now,
        },
    )
    .await?;
    Ok((id, true))
}

/// Name under which a person's phone is sealed.
pub(super) fn record(id: PersonId) -> String {
    format!("people/{id}/phone")
}

/// Takes back a person that an undone import made, unless something else stands on them.
///
/// # Errors
/// The engine's error.
pub async fn take_back_if_free(tx: &impl ConnectionTrait, id: PersonId, import: ImportId) -> Result<()> {
    store::remove_if_free(tx, id, import.0).await
}

/// People by name and phone index, for matching a roster.
///
/// # Errors
/// The engine's error.
pub async fn by_key(conn: &impl ConnectionTrait, ids: Vec<PersonId>) -> Result<HashMap<(String, String), PersonId>> {
    let found = store::by_ids(conn, ids).await?;
    Ok(found.into_iter().filter_map(|one| Some(((one.name, one.phone_index?), one.id))).collect())
}

/// Index under which a phone is found, for matching rosters.
#[must_use]
pub fn phone_index(app: &App, phone: &str) -> String {
    app.keys.indexed(phone)
}

/// Whether the caller may know of a person, in a write that is under way.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn known_to(conn: &impl ConnectionTrait, call: &Call, id: PersonId) -> Result<()> {
    let mut scope = policy::scope(&call.actor);
    // Who looks after every account may invite anybody.
    scope.all |= crate::account::policy::looks_after_all(&call.actor);
    store::find(conn, &scope, id).await.map(|_| ())
}

/// Full phone numbers, for an export that two persons decided.
pub(crate) async fn phones(app: &App, ids: Vec<PersonId>) -> Result<HashMap<PersonId, String>> {
    let mut phones = HashMap::new();
    for part in ids.chunks(500) {
        for one in store::by_ids(app.reader(), part.to_vec()).await? {
            if let Some(sealed) = &one.phone_sealed {
                phones.insert(one.id, app.keys.open(&record(one.id), sealed)?);
            }
        }
    }
    Ok(phones)
}

/// Names with the organisation they belong to, for knowing a list again.
///
/// # Errors
/// The engine's error.
pub async fn names_by_unit(conn: &impl ConnectionTrait) -> Result<std::collections::HashSet<(String, OrganisationId)>> {
    Ok(store::names_by_unit(conn).await?.into_iter().collect())
}
