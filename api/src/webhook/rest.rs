//! HTTP of webhooks.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, patch, post};
use twinning_entity::ids::{DeliveryId, WebhookId};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::WebhookAct;
use super::wire::{DeliveryBody, EventKindBody, MadeWebhook, NewWebhook, WebhookBody, WebhookChange};
use crate::app::App;
use crate::kernel::page::{ListParams, Page};
use crate::rest::extract::PathIds;
use crate::rest::{Body, Caller, IfMatch, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_webhooks", WebhookAct::Manage.who()),
    op("list_webhook_events", WebhookAct::Manage.who()),
    op("show_webhook", WebhookAct::Manage.who()),
    op("make_webhook", WebhookAct::Manage.who()),
    op("edit_webhook", WebhookAct::Manage.who()),
    op("end_webhook", WebhookAct::Manage.who()),
    op("list_webhook_deliveries", WebhookAct::Manage.who()),
    op("replay_webhook_delivery", WebhookAct::Manage.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_webhooks)
        .service(list_webhook_events)
        .service(show_webhook)
        .service(make_webhook)
        .service(edit_webhook)
        .service(end_webhook)
        .service(list_webhook_deliveries)
        .service(replay_webhook_delivery);
}

/// Webhooks of the caller's cities.
#[utoipa::path(tag = "webhooks", params(ListParams), responses((status = 200, body = Page<WebhookBody>)))]
#[get("/webhooks")]
async fn list_webhooks(
    app: Data<App>,
    call: Caller,
    params: Params<ListParams>,
) -> Result<Json<Page<WebhookBody>>, Problem> {
    Ok(Json(ops::list(&app, &call, params.0).await?))
}

/// The catalogue of events that webhooks can be told of.
#[utoipa::path(tag = "webhooks", responses((status = 200, body = Page<EventKindBody>)))]
#[get("/webhooks/events")]
async fn list_webhook_events(call: Caller) -> Result<Json<Page<EventKindBody>>, Problem> {
    Ok(Json(Page { items: ops::events(&call)?, next_cursor: None, total: None }))
}

/// One webhook.
#[utoipa::path(tag = "webhooks", params(("id" = Uuid, Path)), responses((status = 200, body = WebhookBody)))]
#[get("/webhooks/{id}")]
async fn show_webhook(app: Data<App>, call: Caller, id: PathId<WebhookId>) -> Result<Tagged<WebhookBody>, Problem> {
    let found = ops::show(&app, &call, id.0).await?;
    let version = found.version;
    Ok(Tagged::new(found, version))
}

/// Make a webhook; its secret is shown this once.
#[utoipa::path(tag = "webhooks", request_body = NewWebhook, responses((status = 201, body = MadeWebhook)))]
#[post("/webhooks")]
async fn make_webhook(app: Data<App>, call: Caller, body: Body<NewWebhook>) -> Result<Tagged<MadeWebhook>, Problem> {
    let (new, call) = body.with(call);
    let made = ops::make(&app, &call, new).await?;
    let (version, location) = (made.kept.version, format!("/api/v1/webhooks/{}", made.kept.id));
    Ok(Tagged::created(made, version, location))
}

/// Change a webhook.
#[utoipa::path(tag = "webhooks", params(("id" = Uuid, Path)),
    request_body = WebhookChange, responses((status = 200, body = WebhookBody)))]
#[patch("/webhooks/{id}")]
async fn edit_webhook(
    app: Data<App>,
    call: Caller,
    id: PathId<WebhookId>,
    seen: IfMatch,
    body: Body<WebhookChange>,
) -> Result<Tagged<WebhookBody>, Problem> {
    let (change, call) = body.with(call);
    let found = ops::edit(&app, &call, id.0, seen.0, change).await?;
    let version = found.version;
    Ok(Tagged::new(found, version))
}

/// End a webhook.
#[utoipa::path(tag = "webhooks", params(("id" = Uuid, Path)), responses((status = 204, description = "Ended")))]
#[delete("/webhooks/{id}")]
async fn end_webhook(
    app: Data<App>,
    call: Caller,
    id: PathId<WebhookId>,
    seen: IfMatch,
) -> Result<HttpResponse, Problem> {
    ops::end(&app, &call, id.0, seen.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Deliveries of a webhook, the newest first.
#[utoipa::path(tag = "webhooks", params(("id" = Uuid, Path), ListParams),
    responses((status = 200, body = Page<DeliveryBody>)))]
#[get("/webhooks/{id}/deliveries")]
async fn list_webhook_deliveries(
    app: Data<App>,
    call: Caller,
    id: PathId<WebhookId>,
    params: Params<ListParams>,
) -> Result<Json<Page<DeliveryBody>>, Problem> {
    Ok(Json(ops::deliveries(&app, &call, id.0, params.0).await?))
}

/// Send a delivery again, as one of its own at the end of the queue.
#[utoipa::path(tag = "webhooks", params(("id" = Uuid, Path), ("delivery_id" = Uuid, Path)),
    responses((status = 200, body = DeliveryBody)))]
#[post("/webhooks/{id}/deliveries/{delivery_id}/actions/replay")]
async fn replay_webhook_delivery(
    app: Data<App>,
    call: Caller,
    ids: PathIds<WebhookId, DeliveryId>,
) -> Result<Json<DeliveryBody>, Problem> {
    Ok(Json(ops::replay(&app, &call, ids.0, ids.1).await?))
}
