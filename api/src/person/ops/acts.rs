//! Adding and changing people, their posts, and showing one full phone number.

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::ids::{OrganisationId, PersonId, PositionId};
use twinning_entity::organisation::OrgStatus;
use twinning_entity::person as row;
use twinning_entity::position;
use twinning_entity::provenance::Provenance;

use super::{NewPerson, ensure_in, line, record};
use crate::app::App;
use crate::appointment::policy::AppointmentRule;
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::clock::is_ordinary;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::text::{self, masked_phone};
use crate::organisation;
use crate::person::policy::{self, PersonAct, PersonRule};
use crate::person::store;
use crate::person::wire::{NewPost, PersonChange, PersonInput, PersonLine, PostBody, PostEnd, Revealed};
use crate::search::pinyin;

/// Full numbers that one account is shown within an hour (`reliability.md` P-04).
const REVEALS_PER_HOUR: u64 = 60;

fn phone(field: &str, text: Option<&str>) -> Result<Option<String>, FieldFault> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text::mobile(text).map(Some).ok_or_else(|| FieldFault::new(field, "field.mobile")),
    }
}

/// Adds a person to an organisation of the caller's.
///
/// # Errors
/// Refusals of the input; [`Error::Denied`] for an organisation that is not the caller's.
pub async fn create(app: &App, call: &Call, input: PersonInput) -> Result<(PersonLine, i32)> {
    call.actor.may_ever(PersonAct::Change.who())?;
    let mut faults = Faults::default();
    let name = faults.take(text::line("name", &input.name, 60)).unwrap_or_default();
    let phone = faults.take(phone("phone", input.phone.as_deref())).flatten();
    faults.finish()?;
    app.write(call, async |tx| {
        own_organisation(tx, call, input.organisation_id).await?;
        let new = NewPerson {
            name: name.clone(),
            phone: phone.clone(),
            gender: None,
            organisation: Some(input.organisation_id),
            is_synthetic: false,
            provenance: Provenance::Entered,
            import: None,
        };
        let (id, _) = ensure_in(tx, app, &new).await?;
        // Somebody of this name and number is known already; where, the caller may not know.
        let found = store::find(tx, &policy::scope(&call.actor), id).await?;
        audit::note(tx, app, call, "person.create", About::new("person", id), json!({})).await?;
        let version = found.version;
        Ok((line(found), version))
    })
    .await
}

async fn own_organisation(tx: &impl ConnectionTrait, call: &Call, id: OrganisationId) -> Result<()> {
    let at = organisation::ops::name_of(tx, id).await?;
    if !policy::changes(&call.actor, at.id, &at.path, at.city) {
        return Err(Error::Denied);
    }
    if at.status == OrgStatus::Active { Ok(()) } else { Err(AppointmentRule::OrganisationEnded.into()) }
}

/// The person, if it is the caller's to change.
async fn ready(tx: &impl ConnectionTrait, call: &Call, id: PersonId) -> Result<row::Model> {
    let found = store::find(tx, &policy::scope(&call.actor), id).await?;
    let at = found.organisation_id.ok_or(Error::Denied)?;
    let at = organisation::ops::name_of(tx, at).await?;
    if policy::changes(&call.actor, at.id, &at.path, at.city) { Ok(found) } else { Err(Error::Denied) }
}

/// Changes a person: name, phone, organisation. To move somebody, both organisations must be the caller's
/// (`reliability.md` Z-07).
///
/// # Errors
/// Refusals of the input; [`Error::Denied`], [`Error::NotFound`], [`Error::Stale`].
pub async fn edit(app: &App, call: &Call, id: PersonId, seen: i32, change: PersonChange) -> Result<(PersonLine, i32)> {
    call.actor.may_ever(PersonAct::Change.who())?;
    let mut faults = Faults::default();
    let name = match &change.name {
        Some(name) => faults.take(text::line("name", name, 60)),
        None => None,
    };
    let number = match &change.phone {
        Some(number) => faults.take(phone("phone", number.as_deref())),
        None => None,
    };
    faults.finish()?;
    app.write(call, async |tx| {
        let found = ready(tx, call, id).await?;
        if found.version != seen {
            return Err(Error::Stale);
        }
        if let Some(to) = change.organisation_id {
            own_organisation(tx, call, to).await?;
        }
        let mut next = row::Model { version: found.version + 1, updated_at: app.now(), ..found.clone() };
        if let Some(name) = &name {
            next.name = name.clone();
            next.name_key = pinyin::sort_key(name);
        }
        if let Some(to) = change.organisation_id {
            next.organisation_id = Some(to);
        }
        if let Some(number) = &number {
            put_phone(app, &mut next, number.as_deref())?;
        }
        store::replace(tx, next.clone()).await?;
        let changed = json!({
            "name": name.is_some(), "phone": number.is_some(), "organisation": change.organisation_id
        });
        audit::note(tx, app, call, "person.edit", About::new("person", id), changed).await?;
        let version = next.version;
        Ok((line(next), version))
    })
    .await
}

/// Writes a phone into a row: sealed, indexed and masked, or none.
pub(super) fn put_phone(app: &App, person: &mut row::Model, number: Option<&str>) -> Result<()> {
    person.phone_sealed = match number {
        Some(number) => Some(app.keys.seal(&record(person.id), number)?),
        None => None,
    };
    person.phone_index = number.map(|number| app.keys.indexed(number));
    person.phone_masked = number.map(masked_phone);
    Ok(())
}

/// Shows the full phone number of one person; the reason is on record (`reliability.md` P-03).
///
/// # Errors
/// [`PersonRule`]; a reason of fewer than 5 characters; [`Error::NotFound`].
pub async fn reveal(app: &App, call: &Call, id: PersonId, reason: &str) -> Result<Revealed> {
    call.actor.may_ever(PersonAct::Reveal.who())?;
    let reason = text::reason("reason", reason).map_err(|fault| Error::Invalid(vec![fault]))?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    // The answer holds a full number, so it is never kept for a repeat.
    app.write(&call.once(), async |tx| {
        let found = store::find(tx, &policy::scope(&call.actor), id).await?;
        let since = app.now() - chrono::Duration::hours(1);
        if store::reveals(tx, account, since).await? >= REVEALS_PER_HOUR {
            return Err(PersonRule::TooMany.into());
        }
        let sealed = found.phone_sealed.ok_or(PersonRule::NoPhone)?;
        let phone = app.keys.open(&record(id), &sealed)?;
        audit::note(tx, app, call, "person.reveal", About::new("person", id), json!({ "reason": reason })).await?;
        Ok(Revealed { phone })
    })
    .await
}

/// The posts of a person, past and present.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn posts(app: &App, call: &Call, id: PersonId) -> Result<Vec<PostBody>> {
    call.actor.may_ever(PersonAct::Read.who())?;
    store::find(app.reader(), &policy::scope(&call.actor), id).await?;
    posts_of(app, id).await
}

/// The posts of a person whose visibility was asked already.
pub(super) async fn posts_of(app: &App, id: PersonId) -> Result<Vec<PostBody>> {
    let found = store::positions(app.reader(), id).await?;
    let names = organisation::ops::names(app, found.iter().map(|one| one.organisation_id).collect()).await?;
    Ok(found
        .into_iter()
        .map(|one| {
            let name = names.get(&one.organisation_id).map(|name| name.display.clone()).unwrap_or_default();
            post_body(one, name)
        })
        .collect())
}

fn post_body(found: position::Model, organisation_name: String) -> PostBody {
    PostBody {
        id: found.id,
        person_id: found.person_id,
        organisation_id: found.organisation_id,
        organisation_name,
        kind: found.kind,
        title: found.title,
        from_on: found.from_on,
        to_on: found.to_on,
        version: found.version,
    }
}

/// Gives a person a post at an organisation of the caller's.
///
/// # Errors
/// Refusals of the input; [`Error::Denied`], [`Error::NotFound`].
pub async fn add_post(app: &App, call: &Call, id: PersonId, new: NewPost) -> Result<PostBody> {
    call.actor.may_ever(PersonAct::Change.who())?;
    let mut faults = Faults::default();
    let title = faults.take(text::optional_line("title", new.title.as_deref(), 60)).flatten();
    for (field, day) in [("from_on", new.from_on), ("to_on", new.to_on)] {
        if day.is_some_and(|day| !is_ordinary(day)) {
            faults.add(FieldFault::new(field, "field.range"));
        }
    }
    if matches!((new.from_on, new.to_on), (Some(from), Some(to)) if to < from) {
        faults.add(FieldFault::new("to_on", "field.range"));
    }
    faults.finish()?;
    app.write(call, async |tx| {
        store::find(tx, &policy::scope(&call.actor), id).await?;
        own_organisation(tx, call, new.organisation_id).await?;
        if new.to_on.is_none() && store::holds_post(tx, id, new.organisation_id, new.kind).await? {
            return Err(AppointmentRule::Held.into());
        }
        let post = position::Model {
            id: app.new_id(),
            person_id: id,
            organisation_id: new.organisation_id,
            kind: new.kind,
            title: title.clone(),
            from_on: new.from_on,
            to_on: new.to_on,
            version: 1,
            created_at: app.now(),
        };
        store::add_position(tx, post.clone()).await?;
        audit::note(tx, app, call, "post.give", About::new("position", post.id), json!({ "person": id })).await?;
        let name = organisation::ops::name_of(tx, post.organisation_id).await?.display;
        Ok(post_body(post, name))
    })
    .await
}

/// Ends a post with its last day.
///
/// # Errors
/// [`PersonRule::PostEnded`]; a day before it began; [`Error::Denied`], [`Error::NotFound`], [`Error::Stale`].
pub async fn end_post(
    app: &App,
    call: &Call,
    person: PersonId,
    id: PositionId,
    seen: i32,
    input: PostEnd,
) -> Result<PostBody> {
    call.actor.may_ever(PersonAct::Change.who())?;
    if !is_ordinary(input.to_on) {
        return Err(Error::field("to_on", "field.range"));
    }
    app.write(call, async |tx| {
        store::find(tx, &policy::scope(&call.actor), person).await?;
        let found = store::position(tx, person, id).await?;
        let at = organisation::ops::name_of(tx, found.organisation_id).await?;
        if !policy::changes(&call.actor, at.id, &at.path, at.city) {
            return Err(Error::Denied);
        }
        if found.to_on.is_some() {
            return Err(PersonRule::PostEnded.into());
        }
        if found.version != seen {
            return Err(Error::Stale);
        }
        if found.from_on.is_some_and(|from| input.to_on < from) {
            return Err(Error::field("to_on", "field.range"));
        }
        let next = position::Model { to_on: Some(input.to_on), version: found.version + 1, ..found };
        store::replace_position(tx, next.clone()).await?;
        audit::note(tx, app, call, "post.end", About::new("position", id), json!({ "person": person })).await?;
        Ok(post_body(next, at.display))
    })
    .await
}

/// Gives a person a post in a write that is under way, unless the person holds it.
///
/// # Errors
/// The engine's error.
pub(crate) async fn ensure_post(
    tx: &impl ConnectionTrait,
    app: &App,
    person: PersonId,
    organisation: OrganisationId,
    kind: position::PositionKind,
    title: Option<String>,
) -> Result<()> {
    if store::holds_post(tx, person, organisation, kind).await? {
        return Ok(());
    }
    let post = position::Model {
        id: app.new_id(),
        person_id: person,
        organisation_id: organisation,
        kind,
        title,
        from_on: None,
        to_on: None,
        version: 1,
        created_at: app.now(),
    };
    store::add_position(tx, post).await
}

/// Takes back a person that an undone import made; false once the person has an account, for a letter cannot be taken
/// back.
///
/// # Errors
/// The engine's error.
pub(crate) async fn take_back(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    id: PersonId,
    import: twinning_entity::ids::ImportId,
) -> Result<bool> {
    if crate::account::ops::of_person(tx, id).await?.is_some() {
        return Ok(false);
    }
    let found = store::by_id(tx, id).await?;
    if found.import_id != Some(import.0) {
        return Ok(true);
    }
    store::remove_positions(tx, id).await?;
    store::remove_if_free(tx, id, import.0).await?;
    audit::note(tx, app, call, "person.take_back", About::new("person", id), json!({})).await?;
    Ok(true)
}
