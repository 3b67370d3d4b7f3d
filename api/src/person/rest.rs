//! HTTP of people.

use actix_web::get;
use actix_web::web::{Data, Json};
use twinning_entity::ids::PersonId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::PersonAct;
use super::wire::{PersonFilter, PersonLine};
use crate::app::App;
use crate::kernel::page::Page;
use crate::rest::{Caller, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] =
    &[op("list_people", PersonAct::Read.who()), op("show_person", PersonAct::Read.who())];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_people).service(show_person);
}

/// People of the caller's part of the tree.
#[utoipa::path(tag = "people", params(PersonFilter), responses((status = 200, body = Page<PersonLine>)))]
#[get("/people")]
async fn list_people(
    app: Data<App>,
    call: Caller,
    filter: Params<PersonFilter>,
) -> Result<Json<Page<PersonLine>>, Problem> {
    Ok(Json(ops::list(&app, &call, filter.0).await?))
}

/// One person.
#[utoipa::path(tag = "people", params(("id" = Uuid, Path)), responses((status = 200, body = PersonLine)))]
#[get("/people/{id}")]
async fn show_person(app: Data<App>, call: Caller, id: PathId<PersonId>) -> Result<Tagged<PersonLine>, Problem> {
    let (found, version) = ops::show(&app, &call, id.0).await?;
    Ok(Tagged::new(found, version))
}
