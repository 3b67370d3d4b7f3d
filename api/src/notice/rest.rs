//! HTTP of notices.

use actix_web::get;
use actix_web::web::{Data, Json};
use twinning_entity::ids::NoticeId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::NoticeAct;
use super::wire::NoticeBody;
use crate::app::App;
use crate::kernel::page::{ListParams, Page, PageRequest};
use crate::rest::{Caller, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] =
    &[op("list_notices", NoticeAct::Read.who()), op("show_notice", NoticeAct::Read.who())];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_notices).service(show_notice);
}

/// Published notices, the latest first.
#[utoipa::path(tag = "notices", params(ListParams), responses((status = 200, body = Page<NoticeBody>)))]
#[get("/notices")]
async fn list_notices(
    app: Data<App>,
    call: Caller,
    params: Params<ListParams>,
) -> Result<Json<Page<NoticeBody>>, Problem> {
    let at = PageRequest::asked(params.0.limit, params.0.cursor, params.0.count)?;
    Ok(Json(ops::list(&app, &call, at).await?))
}

/// One notice.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path)), responses((status = 200, body = NoticeBody)))]
#[get("/notices/{id}")]
async fn show_notice(app: Data<App>, call: Caller, id: PathId<NoticeId>) -> Result<Tagged<NoticeBody>, Problem> {
    let (found, version) = ops::show(&app, &call, id.0).await?;
    Ok(Tagged::new(found, version))
}
