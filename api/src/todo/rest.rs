//! HTTP of to-dos.

use actix_web::get;
use actix_web::web::{Data, Json};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::TodoAct;
use super::wire::TodoBody;
use crate::app::App;
use crate::kernel::page::{ListParams, Page};
use crate::rest::{Caller, Operation, Params, Problem, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[op("list_todos", TodoAct::List.who())];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_todos);
}

/// What waits for the caller.
#[utoipa::path(tag = "todo", params(ListParams), responses((status = 200, body = Page<TodoBody>)))]
#[get("/todo")]
async fn list_todos(app: Data<App>, call: Caller, params: Params<ListParams>) -> Result<Json<Page<TodoBody>>, Problem> {
    let at = params.0.request()?;
    Ok(Json(Page::part(ops::list(&app, &call).await?, &at)?))
}
