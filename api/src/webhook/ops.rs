//! What can be done with webhooks: make, change, end; tell them, and tell them again.

mod deliver;

pub use deliver::deliver_due;

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::ids::{CityId, DeliveryId, OrganisationId, WebhookId};
use twinning_entity::webhook::{self as row, WebhookState};
use twinning_entity::webhook_delivery::{self as delivery, DeliveryState};
use uuid::Uuid;

use super::address;
use super::model::{EVENTS, PER_CITY, WebhookRule};
use super::policy::{self, WebhookAct};
use super::store;
use super::wire::{DeliveryBody, EventBody, EventKindBody, MadeWebhook, NewWebhook, WebhookBody, WebhookChange};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::secrets;
use crate::infra::settings::Env;
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::page::{ListParams, Page};
use crate::{city, organisation};

fn record(id: WebhookId) -> String {
    format!("webhooks/{id}/secret")
}

fn check_events(faults: &mut Faults, events: &[String]) {
    if events.is_empty() {
        faults.add(FieldFault::new("events", "field.choose"));
    }
    if events.len() > 50 {
        faults.add(FieldFault::new("events", "field.count"));
    }
    for (at, event) in events.iter().enumerate().take(50) {
        if !EVENTS.iter().any(|(known, _)| known == event) {
            faults.add(FieldFault::new(&format!("events/{at}"), "field.value"));
        }
    }
}

fn check_url(app: &App, faults: &mut Faults, url: &str) {
    let production = app.settings.env == Env::Production;
    match address::check(url, production) {
        Err(code) => faults.add(FieldFault::new("url", code)),
        // What is written as an address is judged at once; a name is looked up when it is called.
        Ok(url) => {
            let direct = match url.host() {
                Some(url::Host::Ipv4(address)) => Some(std::net::IpAddr::from(address)),
                Some(url::Host::Ipv6(address)) => Some(std::net::IpAddr::from(address)),
                _ => None,
            };
            let allowed = |address: std::net::IpAddr| {
                address::is_public(address)
                    || app.settings.webhook_networks.iter().any(|network| network.contains(&address.to_canonical()))
            };
            // Names of a network of one's own: useful only where the operator named one.
            let inner = app.settings.webhook_networks.is_empty() && address::is_inner_name(&url);
            if inner || direct.is_some_and(|address| !allowed(address)) {
                faults.add(FieldFault::new("url", "field.url_private"));
            }
        }
    }
}

/// Makes a webhook for a city of the caller's; its secret is shown this once.
///
/// # Errors
/// Refusals of the input; [`WebhookRule::TooMany`]; [`Error::Denied`] for another city.
pub async fn make(app: &App, call: &Call, new: NewWebhook) -> Result<MadeWebhook> {
    call.actor.may_ever(WebhookAct::Manage.who())?;
    let mut faults = Faults::default();
    check_events(&mut faults, &new.events);
    check_url(app, &mut faults, &new.url);
    faults.finish()?;
    let maker = call.actor.account().ok_or(Error::Anonymous)?;
    let secret = secrets::token()?;
    // The answer holds the secret, so it is never kept for a repeat.
    app.write(&call.once(), async |tx| {
        city::ops::names(tx).await?.get(&new.city_id).ok_or(Error::NotFound("city"))?;
        if policy::cities(&call.actor).is_some_and(|cities| !cities.contains(&new.city_id)) {
            return Err(Error::Denied);
        }
        if store::number_of(tx, new.city_id).await? >= PER_CITY {
            return Err(WebhookRule::TooMany.into());
        }
        let id: WebhookId = app.new_id();
        let made = row::Model {
            id,
            city_id: new.city_id,
            url: new.url.clone(),
            events: json!(new.events),
            secret_sealed: app.keys.seal(&record(id), &secret)?,
            state: WebhookState::Active,
            created_by: maker,
            version: 1,
            created_at: app.now(),
        };
        store::add(tx, made.clone()).await?;
        audit::note(tx, app, call, "webhook.make", About::new("webhook", id), json!({ "events": new.events })).await?;
        Ok(MadeWebhook { secret: secret.clone(), kept: body(made) })
    })
    .await
}

fn body(found: row::Model) -> WebhookBody {
    WebhookBody {
        id: found.id,
        city_id: found.city_id,
        url: found.url,
        events: crate::programme::ops::strings(&found.events),
        state: found.state,
        created_at: found.created_at.with_timezone(&shanghai()),
        version: found.version,
    }
}

/// Webhooks of the caller's cities, the newest first.
///
/// # Errors
/// [`Error::Denied`]; a page that is none.
pub async fn list(app: &App, call: &Call, params: ListParams) -> Result<Page<WebhookBody>> {
    call.actor.may_ever(WebhookAct::Manage.who())?;
    let at = params.request()?;
    let (rows, total) = store::list(app.reader(), policy::cities(&call.actor).as_deref(), &at).await?;
    Ok(Page::cut(rows, &at, total, |one| one.id).map(body))
}

/// One webhook of the caller's cities.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: WebhookId) -> Result<WebhookBody> {
    call.actor.may_ever(WebhookAct::Manage.who())?;
    store::find(app.reader(), policy::cities(&call.actor).as_deref(), id).await.map(body)
}

/// Changes a webhook of the caller's cities.
///
/// # Errors
/// Refusals of the input; [`Error::NotFound`], [`Error::Stale`].
pub async fn edit(app: &App, call: &Call, id: WebhookId, seen: i32, change: WebhookChange) -> Result<WebhookBody> {
    call.actor.may_ever(WebhookAct::Manage.who())?;
    let mut faults = Faults::default();
    if let Some(events) = &change.events {
        check_events(&mut faults, events);
    }
    if let Some(url) = &change.url {
        check_url(app, &mut faults, url);
    }
    faults.finish()?;
    app.write(call, async |tx| {
        let found = store::find(tx, policy::cities(&call.actor).as_deref(), id).await?;
        if found.version != seen {
            return Err(Error::Stale);
        }
        let next = row::Model {
            url: change.url.clone().unwrap_or(found.url),
            events: change.events.as_ref().map_or(found.events, |events| json!(events)),
            state: change.state.unwrap_or(found.state),
            version: found.version + 1,
            ..found
        };
        store::replace(tx, next.clone()).await?;
        audit::note(tx, app, call, "webhook.edit", About::new("webhook", id), json!({ "state": next.state })).await?;
        Ok(body(next))
    })
    .await
}

/// Ends a webhook of the caller's cities, with its deliveries.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`].
pub async fn end(app: &App, call: &Call, id: WebhookId, seen: i32) -> Result<()> {
    call.actor.may_ever(WebhookAct::Manage.who())?;
    app.write(call, async |tx| {
        let found = store::find(tx, policy::cities(&call.actor).as_deref(), id).await?;
        if found.version != seen {
            return Err(Error::Stale);
        }
        store::remove(tx, id).await?;
        audit::note(tx, app, call, "webhook.end", About::new("webhook", id), json!({ "host": host_of(&found.url) }))
            .await
    })
    .await
}

/// Scheme and host of an address: what stands behind them may be a secret, and the record is kept for years.
fn host_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    Some(format!("{}://{}", url.scheme(), url.host_str()?))
}

/// Deliveries of a webhook, the newest first.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn deliveries(app: &App, call: &Call, id: WebhookId, params: ListParams) -> Result<Page<DeliveryBody>> {
    call.actor.may_ever(WebhookAct::Manage.who())?;
    let at = params.request()?;
    store::find(app.reader(), policy::cities(&call.actor).as_deref(), id).await?;
    let (rows, total) = store::deliveries(app.reader(), id, &at).await?;
    let page = Page::cut(rows, &at, total, |one| one.id);
    let items = page.items.into_iter().map(delivery_body).collect::<Result<_>>()?;
    Ok(Page { items, next_cursor: page.next_cursor, total: page.total })
}

fn delivery_body(found: delivery::Model) -> Result<DeliveryBody> {
    let here = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&shanghai());
    Ok(DeliveryBody {
        id: found.id,
        event: found.event,
        body: serde_json::from_value(found.body)?,
        state: found.state,
        attempts: found.attempts,
        next_at: here(found.next_at),
        last_status: found.last_status,
        last_error: found.last_error,
        created_at: here(found.created_at),
        done_at: found.done_at.map(here),
    })
}

/// Sends what was delivered or given up once more, as a delivery of its own at the end of the queue.
///
/// # Errors
/// [`WebhookRule::OnItsWay`]; [`Error::NotFound`].
pub async fn replay(app: &App, call: &Call, hook: WebhookId, id: DeliveryId) -> Result<DeliveryBody> {
    call.actor.may_ever(WebhookAct::Manage.who())?;
    app.write(call, async |tx| {
        store::find(tx, policy::cities(&call.actor).as_deref(), hook).await?;
        let found = store::delivery(tx, hook, id).await?;
        if matches!(found.state, DeliveryState::Queued | DeliveryState::Sending) {
            return Err(WebhookRule::OnItsWay.into());
        }
        let again = queued(app, hook, &found.event, found.body);
        store::add_delivery(tx, again.clone()).await?;
        audit::note(tx, app, call, "webhook.replay", About::new("webhook", hook), json!({ "delivery": id })).await?;
        delivery_body(again)
    })
    .await
}

fn queued(app: &App, hook: WebhookId, event: &str, body: serde_json::Value) -> delivery::Model {
    let now = app.now();
    delivery::Model {
        id: app.new_id(),
        webhook_id: hook,
        event: event.to_owned(),
        body,
        state: DeliveryState::Queued,
        attempts: 0,
        next_at: now,
        lease_until: None,
        lease_token: None,
        last_status: None,
        last_error: None,
        created_at: now,
        done_at: None,
    }
}

/// The catalogue of events.
///
/// # Errors
/// [`Error::Denied`].
pub fn events(call: &Call) -> Result<Vec<EventKindBody>> {
    call.actor.may_ever(WebhookAct::Manage.who())?;
    Ok(EVENTS
        .iter()
        .map(|(event, meaning)| EventKindBody { event: (*event).to_owned(), meaning: (*meaning).to_owned() })
        .collect())
}

/// Tells the webhooks of the cities of some organisations, in the transaction of the event.
///
/// # Errors
/// The engine's error.
pub async fn emit(
    tx: &impl ConnectionTrait,
    app: &App,
    event: &str,
    (kind, resource, id): (&str, &str, Uuid),
    organisations: &[OrganisationId],
) -> Result<()> {
    let mut cities: Vec<CityId> = Vec::new();
    for id in organisations {
        let city = organisation::ops::name_of(tx, *id).await?.city;
        if !cities.contains(&city) {
            cities.push(city);
        }
    }
    for hook in store::told(tx, &cities).await? {
        if !crate::programme::ops::strings(&hook.events).iter().any(|wanted| wanted == event) {
            continue;
        }
        let said = EventBody {
            event: event.to_owned(),
            at: app.now().with_timezone(&shanghai()),
            object_kind: kind.to_owned(),
            object_id: id,
            url: format!("{}/api/v1/{resource}/{id}", app.settings.public_url),
        };
        store::add_delivery(tx, queued(app, hook.id, event, serde_json::to_value(said)?)).await?;
        app.hooks_waiting();
    }
    Ok(())
}

/// Seals secrets anew that a former key sealed, and gives how many there were.
///
/// # Errors
/// The engine's error.
pub(crate) async fn reseal(app: &App) -> Result<u64> {
    let mut done = 0;
    for hook in store::every(app.reader()).await? {
        if app.keys.is_current(&hook.secret_sealed) {
            continue;
        }
        let plain = app.keys.open(&record(hook.id), &hook.secret_sealed)?;
        let fresh = app.keys.seal(&record(hook.id), &plain)?;
        let tx = app.db().begin().await?;
        store::put_secret(&tx, hook.id, fresh).await?;
        tx.commit().await?;
        done += 1;
    }
    Ok(done)
}

/// How many secrets still need a former key.
///
/// # Errors
/// The engine's error.
pub(crate) async fn sealed_with_former(app: &App) -> Result<u64> {
    let found = store::every(app.reader()).await?;
    Ok(found.iter().filter(|one| !app.keys.is_current(&one.secret_sealed)).count() as u64)
}
