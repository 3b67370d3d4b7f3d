//! HTTP of search.

use actix_web::get;
use actix_web::web::{Data, Json};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::SearchAct;
use super::wire::{SearchBody, SearchParams};
use crate::app::App;
use crate::rest::{Caller, Operation, Params, Problem, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[op("search", SearchAct::Search.who())];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(search);
}

/// Search everything the caller may read.
#[utoipa::path(tag = "search", params(SearchParams), responses((status = 200, body = SearchBody)))]
#[get("/search")]
async fn search(app: Data<App>, call: Caller, params: Params<SearchParams>) -> Result<Json<SearchBody>, Problem> {
    Ok(Json(ops::search(&app, &call, params.0).await?))
}
