//! HTTP of what takes two persons.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use twinning_entity::ids::ApprovalId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::ApprovalAct;
use super::wire::{ApprovalBody, ApprovalFilter, CommentInput, RosterExportInput};
use crate::app::App;
use crate::kernel::page::Page;
use crate::kernel::reason::ReasonInput;
use crate::rest::{Body, Caller, IfMatch, MaybeBody, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_approvals", ApprovalAct::Read.who()),
    op("show_approval", ApprovalAct::Read.who()),
    op("approve_approval", ApprovalAct::Decide.who()),
    op("decline_approval", ApprovalAct::Decide.who()),
    op("withdraw_approval", ApprovalAct::Read.who()),
    op("ask_roster_export", ApprovalAct::AskExport.who()),
    op("download_approved_export", ApprovalAct::AskExport.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_approvals)
        .service(show_approval)
        .service(approve_approval)
        .service(decline_approval)
        .service(withdraw_approval)
        .service(ask_roster_export)
        .service(download_approved_export);
}

/// The answer to what waits for a second person: 202, with where to look.
pub(crate) fn waiting(asked: &ApprovalBody) -> HttpResponse {
    HttpResponse::Accepted()
        .insert_header(("location", format!("/api/v1/approvals/{}", asked.id)))
        .insert_header(("etag", format!("\"{}\"", asked.version)))
        .json(asked)
}

fn tagged(found: ApprovalBody) -> Tagged<ApprovalBody> {
    let version = found.version;
    Tagged::new(found, version)
}

/// What the caller asked for, may decide, or is concerned by.
#[utoipa::path(tag = "approvals", params(ApprovalFilter), responses((status = 200, body = Page<ApprovalBody>)))]
#[get("/approvals")]
async fn list_approvals(
    app: Data<App>,
    call: Caller,
    filter: Params<ApprovalFilter>,
) -> Result<Json<Page<ApprovalBody>>, Problem> {
    Ok(Json(ops::list(&app, &call, filter.0).await?))
}

/// One of them.
#[utoipa::path(tag = "approvals", params(("id" = Uuid, Path)), responses((status = 200, body = ApprovalBody)))]
#[get("/approvals/{id}")]
async fn show_approval(app: Data<App>, call: Caller, id: PathId<ApprovalId>) -> Result<Tagged<ApprovalBody>, Problem> {
    Ok(tagged(ops::show(&app, &call, id.0).await?))
}

/// Say yes as the second person; what was asked for happens at once.
#[utoipa::path(tag = "approvals", params(("id" = Uuid, Path)),
    request_body = CommentInput, responses((status = 200, body = ApprovalBody)))]
#[post("/approvals/{id}/actions/approve")]
async fn approve_approval(
    app: Data<App>,
    call: Caller,
    id: PathId<ApprovalId>,
    seen: IfMatch,
    body: MaybeBody<CommentInput>,
) -> Result<Tagged<ApprovalBody>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::approve(&app, &call, id.0, seen.0, input).await?))
}

/// Say no as the second person.
#[utoipa::path(tag = "approvals", params(("id" = Uuid, Path)),
    request_body = ReasonInput, responses((status = 200, body = ApprovalBody)))]
#[post("/approvals/{id}/actions/decline")]
async fn decline_approval(
    app: Data<App>,
    call: Caller,
    id: PathId<ApprovalId>,
    seen: IfMatch,
    body: Body<ReasonInput>,
) -> Result<Tagged<ApprovalBody>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::decline(&app, &call, id.0, seen.0, &input.reason).await?))
}

/// Take a question of one's own back.
#[utoipa::path(tag = "approvals", params(("id" = Uuid, Path)), responses((status = 200, body = ApprovalBody)))]
#[post("/approvals/{id}/actions/withdraw")]
async fn withdraw_approval(
    app: Data<App>,
    call: Caller,
    id: PathId<ApprovalId>,
    seen: IfMatch,
) -> Result<Tagged<ApprovalBody>, Problem> {
    Ok(tagged(ops::withdraw(&app, &call, id.0, seen.0).await?))
}

/// Ask for the roster of a class with full phone numbers; a second person decides.
#[utoipa::path(tag = "approvals", request_body = RosterExportInput,
    responses((status = 202, description = "Waits for a second person", body = ApprovalBody)))]
#[post("/approvals")]
async fn ask_roster_export(
    app: Data<App>,
    call: Caller,
    body: Body<RosterExportInput>,
) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    Ok(waiting(&ops::ask_roster_export(&app, &call, input).await?))
}

/// The export that was approved, as a workbook.
#[utoipa::path(tag = "approvals", params(("id" = Uuid, Path)), responses((status = 200,
    description = "A workbook", body = Vec<u8>,
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
#[get("/approvals/{id}/content")]
async fn download_approved_export(
    app: Data<App>,
    call: Caller,
    id: PathId<ApprovalId>,
) -> Result<HttpResponse, Problem> {
    let bytes = ops::content(&app, &call, id.0).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(("content-disposition", "attachment; filename=\"roster.xlsx\""))
        .body(bytes))
}
