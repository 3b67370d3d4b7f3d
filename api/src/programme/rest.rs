//! HTTP of programmes.

use actix_web::get;
use actix_web::web::{Data, Json};
use twinning_entity::ids::ProgrammeId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::ProgrammeAct;
use super::wire::ProgrammeBody;
use crate::app::App;
use crate::kernel::page::{ListParams, Page};
use crate::rest::{Caller, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] =
    &[op("list_programmes", ProgrammeAct::Read.who()), op("show_programme", ProgrammeAct::Read.who())];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_programmes).service(show_programme);
}

/// Programmes by code.
#[utoipa::path(tag = "programmes", params(ListParams), responses((status = 200, body = Page<ProgrammeBody>)))]
#[get("/programmes")]
async fn list_programmes(
    app: Data<App>,
    call: Caller,
    params: Params<ListParams>,
) -> Result<Json<Page<ProgrammeBody>>, Problem> {
    Ok(Json(ops::list(&app, &call, params.0).await?))
}

/// One programme.
#[utoipa::path(tag = "programmes", params(("id" = Uuid, Path)), responses((status = 200, body = ProgrammeBody)))]
#[get("/programmes/{id}")]
async fn show_programme(
    app: Data<App>,
    call: Caller,
    id: PathId<ProgrammeId>,
) -> Result<Tagged<ProgrammeBody>, Problem> {
    let (found, version) = ops::show(&app, &call, id.0).await?;
    Ok(Tagged::new(found, version))
}
