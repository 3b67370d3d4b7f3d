//! HTTP of organisations.

use actix_web::web::{Data, Json};
use actix_web::{get, patch, post};
use twinning_entity::ids::OrganisationId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::OrganisationAct;
use super::wire::{NewOrganisation, OrganisationDetail, OrganisationFilter, OrganisationLine, ProfileChange};
use crate::app::App;
use crate::kernel::page::{Page, PageRequest};
use crate::rest::{Body, Caller, IfMatch, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_organisations", OrganisationAct::Read.who()),
    op("show_organisation", OrganisationAct::Read.who()),
    op("create_organisation", OrganisationAct::Create.who()),
    op("edit_organisation", OrganisationAct::Edit.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_organisations)
        .service(show_organisation)
        .service(create_organisation)
        .service(edit_organisation);
}

/// The directory of organisations.
#[utoipa::path(tag = "organisations", params(OrganisationFilter), responses((status = 200, body = Page<OrganisationLine>)))]
#[get("/organisations")]
async fn list_organisations(
    app: Data<App>,
    call: Caller,
    filter: Params<OrganisationFilter>,
) -> Result<Json<Page<OrganisationLine>>, Problem> {
    let at = PageRequest::asked(filter.0.limit, filter.0.cursor.clone(), filter.0.count)?;
    Ok(Json(ops::list(&app, &call, &filter.0, at).await?))
}

/// One organisation.
#[utoipa::path(tag = "organisations", params(("id" = Uuid, Path)), responses((status = 200, body = OrganisationDetail)))]
#[get("/organisations/{id}")]
async fn show_organisation(
    app: Data<App>,
    call: Caller,
    id: PathId<OrganisationId>,
) -> Result<Tagged<OrganisationDetail>, Problem> {
    let found = ops::show(&app, &call, id.0).await?;
    let version = found.version;
    Ok(Tagged::new(found, version))
}

/// Add an organisation below another.
#[utoipa::path(tag = "organisations", request_body = NewOrganisation, responses((status = 201, body = OrganisationDetail)))]
#[post("/organisations")]
async fn create_organisation(
    app: Data<App>,
    call: Caller,
    body: Body<NewOrganisation>,
) -> Result<Tagged<OrganisationDetail>, Problem> {
    let (new, call) = body.with(call);
    let made = ops::create(&app, &call, new).await?;
    let (version, location) = (made.version, format!("/api/v1/organisations/{}", made.line.id));
    Ok(Tagged::created(made, version, location))
}

/// Change the profile of an organisation.
#[utoipa::path(tag = "organisations", params(("id" = Uuid, Path)),
    request_body = ProfileChange, responses((status = 200, body = OrganisationDetail)))]
#[patch("/organisations/{id}")]
async fn edit_organisation(
    app: Data<App>,
    call: Caller,
    id: PathId<OrganisationId>,
    seen: IfMatch,
    body: Body<ProfileChange>,
) -> Result<Tagged<OrganisationDetail>, Problem> {
    let (change, call) = body.with(call);
    let found = ops::edit(&app, &call, id.0, seen.0, change).await?;
    let version = found.version;
    Ok(Tagged::new(found, version))
}
