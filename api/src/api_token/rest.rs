//! HTTP of tokens of programs.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use twinning_entity::ids::ApiTokenId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::ApiTokenAct;
use super::wire::{ApiTokenBody, MadeApiToken, NewApiToken};
use crate::app::App;
use crate::kernel::page::Page;
use crate::rest::{Body, Caller, Operation, PathId, Problem, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_api_tokens", ApiTokenAct::Own.who()),
    op("make_api_token", ApiTokenAct::Own.who()),
    op("end_api_token", ApiTokenAct::Own.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_api_tokens).service(make_api_token).service(end_api_token);
}

/// The caller's tokens that hold.
#[utoipa::path(tag = "api-tokens", responses((status = 200, body = Page<ApiTokenBody>)))]
#[get("/me/api-tokens")]
async fn list_api_tokens(app: Data<App>, call: Caller) -> Result<Json<Page<ApiTokenBody>>, Problem> {
    Ok(Json(Page { items: ops::list(&app, &call).await?, next_cursor: None, total: None }))
}

/// Make a token; it is shown this once.
#[utoipa::path(tag = "api-tokens", request_body = NewApiToken, responses((status = 201, body = MadeApiToken)))]
#[post("/me/api-tokens")]
async fn make_api_token(app: Data<App>, call: Caller, body: Body<NewApiToken>) -> Result<HttpResponse, Problem> {
    let (new, call) = body.with(call);
    Ok(HttpResponse::Created().json(ops::make(&app, &call, new).await?))
}

/// End a token.
#[utoipa::path(tag = "api-tokens", params(("id" = Uuid, Path)), responses((status = 204, description = "Ended")))]
#[delete("/me/api-tokens/{id}")]
async fn end_api_token(app: Data<App>, call: Caller, id: PathId<ApiTokenId>) -> Result<HttpResponse, Problem> {
    ops::end(&app, &call, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
