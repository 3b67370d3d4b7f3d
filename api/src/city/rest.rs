//! HTTP of cities and divisions.

use actix_web::get;
use actix_web::web::{Data, Json};
use twinning_entity::ids::CityId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::CityAct;
use super::wire::{CityBody, DivisionBody};
use crate::app::App;
use crate::kernel::page::{ListParams, Page};
use crate::rest::{Caller, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_cities", CityAct::Read.who()),
    op("show_city", CityAct::Read.who()),
    op("list_divisions", CityAct::Read.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_cities).service(show_city).service(list_divisions);
}

/// Cities in official order.
#[utoipa::path(tag = "cities", params(ListParams), responses((status = 200, body = Page<CityBody>)))]
#[get("/cities")]
async fn list_cities(
    app: Data<App>,
    call: Caller,
    params: Params<ListParams>,
) -> Result<Json<Page<CityBody>>, Problem> {
    Ok(Json(ops::list(&app, &call, params.0).await?))
}

/// One city.
#[utoipa::path(tag = "cities", params(("id" = Uuid, Path)), responses((status = 200, body = CityBody)))]
#[get("/cities/{id}")]
async fn show_city(app: Data<App>, call: Caller, id: PathId<CityId>) -> Result<Tagged<CityBody>, Problem> {
    let (city, version) = ops::show(&app, &call, id.0).await?;
    Ok(Tagged::new(city, version))
}

/// Divisions in code order.
#[utoipa::path(tag = "cities", params(ListParams), responses((status = 200, body = Page<DivisionBody>)))]
#[get("/divisions")]
async fn list_divisions(
    app: Data<App>,
    call: Caller,
    params: Params<ListParams>,
) -> Result<Json<Page<DivisionBody>>, Problem> {
    Ok(Json(ops::list_divisions(&app, &call, params.0).await?))
}
