//! What takes two persons, as it is shown.

use sea_orm::ConnectionTrait;
use serde_json::Value;
use twinning_entity::approval::{self as row, ApprovalState};
use twinning_entity::ids::{AccountId, ApprovalId, CityId, PersonId};

use crate::account::ops as accounts;
use crate::app::App;
use crate::approval::model;
use crate::approval::policy::{self, ApprovalAct};
use crate::approval::store::{self, Sight};
use crate::approval::wire::{ApprovalBody, ApprovalFilter};
use crate::kernel::actor::RoleCode;
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};
use crate::{organisation, person};

/// Whose the caller may know of.
pub(super) fn sight(call: &Call) -> Sight {
    Sight {
        own: call.actor.account(),
        all: call.actor.holds(&[RoleCode::SecAdmin]),
        cities: call.actor.holding(&[RoleCode::OrgDeptCity]).map(|held| held.city).collect(),
    }
}

/// One of them as the caller is shown it.
pub(super) async fn body(
    conn: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    found: row::Model,
) -> Result<ApprovalBody> {
    bodies(conn, app, call, vec![found]).await?.pop().ok_or_else(|| Error::broken("an approval without a body"))
}

/// What takes two persons as the caller is shown it, with three statements for all.
async fn bodies(
    conn: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    found: Vec<row::Model>,
) -> Result<Vec<ApprovalBody>> {
    let places =
        organisation::ops::names_in(conn, found.iter().filter_map(|one| one.organisation_id).collect()).await?;
    let concerned = found.iter().flat_map(|one| [Some(one.asked_by), one.account_id]).flatten().collect();
    let accounts = accounts::rows_of(conn, concerned).await?;
    let person_of = |id: AccountId| accounts.get(&id).map(|one| one.person_id);
    let people = found.iter().filter_map(|one| one.person_id).chain(accounts.values().map(|one| one.person_id));
    let names = person::ops::by_ids(conn, people.collect()).await?;
    let name = |id: PersonId| names.get(&id).map(|one| one.name.clone());
    let here = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&shanghai());
    let shown = |found: row::Model| {
        let place = found.organisation_id.and_then(|id| places.get(&id));
        let acts = acts(app, call, &found, place.map(|place| place.city));
        let subject = found.person_id.or_else(|| found.account_id.and_then(person_of));
        ApprovalBody {
            id: found.id,
            kind: found.kind,
            state: found.state,
            account_id: found.account_id,
            subject: subject.and_then(name),
            person_id: found.person_id,
            organisation_id: found.organisation_id,
            organisation_name: place.map(|place| place.display.clone()),
            role: found.payload.get("role").and_then(Value::as_str).map(ToOwned::to_owned),
            reason: found.reason,
            asked_by: found.asked_by,
            asked_by_name: person_of(found.asked_by).and_then(name).unwrap_or_default(),
            decided_by: found.decided_by,
            comment: found.comment,
            created_at: here(found.created_at),
            expires_at: here(found.expires_at),
            decided_at: found.decided_at.map(here),
            allowed_actions: acts.into_iter().map(ToOwned::to_owned).collect(),
            version: found.version,
        }
    };
    Ok(found.into_iter().map(shown).collect())
}

fn acts(app: &App, call: &Call, found: &row::Model, city: Option<CityId>) -> Vec<&'static str> {
    let me = call.actor.account();
    if found.state != ApprovalState::Open || app.now() >= found.expires_at {
        let fetch = me == Some(found.asked_by) && model::can_fetch(found, app.now());
        return if fetch { vec!["content"] } else { Vec::new() };
    }
    if me == Some(found.asked_by) {
        return vec!["withdraw"];
    }
    if me != found.account_id && policy::decides(&call.actor, found.kind, city) {
        return vec!["approve", "decline"];
    }
    Vec::new()
}

/// What the caller asked for, may decide, or is concerned by; the newest first.
///
/// # Errors
/// [`Error::Anonymous`]; a page that is none.
pub async fn list(app: &App, call: &Call, filter: ApprovalFilter) -> Result<Page<ApprovalBody>> {
    let at = PageRequest::asked(filter.limit, filter.cursor.clone(), filter.count)?;
    list_at(app, call, &filter, at).await
}

/// As [`list`], for pages that count by number.
///
/// # Errors
/// As [`list`].
pub async fn list_at(app: &App, call: &Call, filter: &ApprovalFilter, at: PageRequest) -> Result<Page<ApprovalBody>> {
    call.actor.may_ever(ApprovalAct::Read.who())?;
    let (rows, total) = store::page(app.reader(), &sight(call), filter, &at).await?;
    let page = Page::cut(rows, &at, total, |one| one.id);
    let items = bodies(app.reader(), app, call, page.items).await?;
    Ok(Page { items, next_cursor: page.next_cursor, total: page.total })
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: ApprovalId) -> Result<ApprovalBody> {
    call.actor.may_ever(ApprovalAct::Read.who())?;
    let found = store::find(app.reader(), &sight(call), id).await?;
    body(app.reader(), app, call, found).await
}
