//! HTTP of pairings.

use actix_web::get;
use actix_web::web::{Data, Json};
use twinning_entity::ids::PairingId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::PairingAct;
use super::wire::{MilestoneBody, PairingDetail, PairingFilter, PairingLine};
use crate::app::App;
use crate::kernel::page::{ListParams, Page, PageRequest};
use crate::rest::{Caller, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_pairings", PairingAct::Read.who()),
    op("show_pairing", PairingAct::Read.who()),
    op("list_milestones", PairingAct::Read.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_pairings).service(show_pairing).service(list_milestones);
}

/// Pairings in official order.
#[utoipa::path(tag = "pairings", params(PairingFilter), responses((status = 200, body = Page<PairingLine>)))]
#[get("/pairings")]
async fn list_pairings(
    app: Data<App>,
    call: Caller,
    filter: Params<PairingFilter>,
) -> Result<Json<Page<PairingLine>>, Problem> {
    let at = PageRequest::asked(filter.0.limit, filter.0.cursor.clone(), filter.0.count)?;
    Ok(Json(ops::list(&app, &call, &filter.0, at).await?))
}

/// One pairing.
#[utoipa::path(tag = "pairings", params(("id" = Uuid, Path)), responses((status = 200, body = PairingDetail)))]
#[get("/pairings/{id}")]
async fn show_pairing(app: Data<App>, call: Caller, id: PathId<PairingId>) -> Result<Tagged<PairingDetail>, Problem> {
    let found = ops::show(&app, &call, id.0).await?;
    let version = found.version;
    Ok(Tagged::new(found, version))
}

/// Milestones of a pairing.
#[utoipa::path(tag = "pairings", params(("id" = Uuid, Path), ListParams),
    responses((status = 200, body = Page<MilestoneBody>)))]
#[get("/pairings/{id}/milestones")]
async fn list_milestones(
    app: Data<App>,
    call: Caller,
    id: PathId<PairingId>,
    params: Params<ListParams>,
) -> Result<Json<Page<MilestoneBody>>, Problem> {
    let at = params.0.request()?;
    Ok(Json(Page::part(ops::show(&app, &call, id.0).await?.milestones, &at)?))
}
