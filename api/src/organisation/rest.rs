//! HTTP of organisations.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch, post};
use twinning_entity::ids::OrganisationId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::OrganisationAct;
use super::wire::{
    AbolishInput, MergeInput, MoveInput, NewOrganisation, OrganisationDetail, OrganisationFilter, OrganisationLine,
    ProfileChange, RenameInput, ReorderInput, SplitInput,
};
use crate::app::App;
use crate::kernel::page::{Page, PageRequest};
use crate::rest::{Body, Caller, IfMatch, MaybeBody, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_organisations", OrganisationAct::Read.who()),
    op("show_organisation", OrganisationAct::Read.who()),
    op("create_organisation", OrganisationAct::Create.who()),
    op("edit_organisation", OrganisationAct::Edit.who()),
    op("move_organisation", OrganisationAct::Build.who()),
    op("rename_organisation", OrganisationAct::Build.who()),
    op("reorder_organisation", OrganisationAct::Build.who()),
    op("split_organisation", OrganisationAct::Build.who()),
    op("abolish_organisation", OrganisationAct::Build.who()),
    op("merge_organisation", OrganisationAct::Merge.who()),
    op("export_organisations", OrganisationAct::Export.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_organisations)
        .service(show_organisation)
        .service(create_organisation)
        .service(edit_organisation)
        .service(move_organisation)
        .service(rename_organisation)
        .service(reorder_organisation)
        .service(split_organisation)
        .service(abolish_organisation)
        .service(merge_organisation)
        .service(export_organisations);
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

/// Move an organisation with everything below it under another of its city.
#[utoipa::path(tag = "organisations", params(("id" = Uuid, Path)),
    request_body = MoveInput, responses((status = 200, body = OrganisationDetail)))]
#[post("/organisations/{id}/actions/move")]
async fn move_organisation(
    app: Data<App>,
    call: Caller,
    id: PathId<OrganisationId>,
    seen: IfMatch,
    body: Body<MoveInput>,
) -> Result<Tagged<OrganisationDetail>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::move_below(&app, &call, id.0, seen.0, input).await?))
}

/// Give an organisation another name from a day on; the old one is kept.
#[utoipa::path(tag = "organisations", params(("id" = Uuid, Path)),
    request_body = RenameInput, responses((status = 200, body = OrganisationDetail)))]
#[post("/organisations/{id}/actions/rename")]
async fn rename_organisation(
    app: Data<App>,
    call: Caller,
    id: PathId<OrganisationId>,
    seen: IfMatch,
    body: Body<RenameInput>,
) -> Result<Tagged<OrganisationDetail>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::rename(&app, &call, id.0, seen.0, input).await?))
}

/// Put an organisation before another one beside it in the official order.
#[utoipa::path(tag = "organisations", params(("id" = Uuid, Path)),
    request_body = ReorderInput, responses((status = 200, body = OrganisationDetail)))]
#[post("/organisations/{id}/actions/reorder")]
async fn reorder_organisation(
    app: Data<App>,
    call: Caller,
    id: PathId<OrganisationId>,
    seen: IfMatch,
    body: MaybeBody<ReorderInput>,
) -> Result<Tagged<OrganisationDetail>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::reorder(&app, &call, id.0, seen.0, input).await?))
}

/// Split an organisation: new ones stand beside it, and it goes on or ends.
#[utoipa::path(tag = "organisations", params(("id" = Uuid, Path)),
    request_body = SplitInput, responses((status = 200, body = OrganisationDetail)))]
#[post("/organisations/{id}/actions/split")]
async fn split_organisation(
    app: Data<App>,
    call: Caller,
    id: PathId<OrganisationId>,
    seen: IfMatch,
    body: Body<SplitInput>,
) -> Result<Tagged<OrganisationDetail>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::split(&app, &call, id.0, seen.0, input).await?))
}

/// End an organisation that nothing stands below.
#[utoipa::path(tag = "organisations", params(("id" = Uuid, Path)),
    request_body = AbolishInput, responses((status = 200, body = OrganisationDetail)))]
#[post("/organisations/{id}/actions/abolish")]
async fn abolish_organisation(
    app: Data<App>,
    call: Caller,
    id: PathId<OrganisationId>,
    seen: IfMatch,
    body: Body<AbolishInput>,
) -> Result<Tagged<OrganisationDetail>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::abolish(&app, &call, id.0, seen.0, input).await?))
}

/// End an organisation that goes on in another, with all that stands below it.
#[utoipa::path(tag = "organisations", params(("id" = Uuid, Path)),
    request_body = MergeInput, responses((status = 200, body = OrganisationDetail)))]
#[post("/organisations/{id}/actions/merge")]
async fn merge_organisation(
    app: Data<App>,
    call: Caller,
    id: PathId<OrganisationId>,
    seen: IfMatch,
    body: Body<MergeInput>,
) -> Result<Tagged<OrganisationDetail>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::merge(&app, &call, id.0, seen.0, input).await?))
}

/// A part of the tree as a workbook that can be imported again.
#[utoipa::path(tag = "organisations", params(("id" = Uuid, Path)), responses((status = 200,
    description = "A workbook", body = Vec<u8>,
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
#[get("/organisations/{id}/export")]
async fn export_organisations(
    app: Data<App>,
    call: Caller,
    id: PathId<OrganisationId>,
) -> Result<HttpResponse, Problem> {
    let bytes = ops::export(&app, &call, id.0).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(("content-disposition", "attachment; filename=\"organisations.xlsx\""))
        .body(bytes))
}

fn tagged(found: OrganisationDetail) -> Tagged<OrganisationDetail> {
    let version = found.version;
    Tagged::new(found, version)
}
