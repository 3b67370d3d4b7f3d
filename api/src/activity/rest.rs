//! HTTP of activities.

use actix_web::web::{Data, Json};
use actix_web::{get, post, put};
use twinning_entity::ids::ActivityId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::ActivityAct;
use super::wire::{ActivityDetail, ActivityFilter, ActivityInput, ActivityLine};
use crate::app::App;
use crate::kernel::page::{Page, PageRequest};
use crate::kernel::reason::ReasonInput;
use crate::rest::{Body, Caller, IfMatch, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_activities", ActivityAct::Read.who()),
    op("show_activity", ActivityAct::Read.who()),
    op("log_activity", ActivityAct::Log.who()),
    op("edit_activity", ActivityAct::Edit.who()),
    op("submit_activity_record", ActivityAct::SubmitRecord.who()),
    op("confirm_activity", ActivityAct::Confirm.who()),
    op("return_activity", ActivityAct::Return.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_activities)
        .service(show_activity)
        .service(log_activity)
        .service(edit_activity)
        .service(submit_activity_record)
        .service(confirm_activity)
        .service(return_activity);
}

fn tagged(found: ActivityDetail) -> Tagged<ActivityDetail> {
    let version = found.version;
    Tagged::new(found, version)
}

/// Activities the caller may know of.
#[utoipa::path(tag = "activities", params(ActivityFilter), responses((status = 200, body = Page<ActivityLine>)))]
#[get("/activities")]
async fn list_activities(
    app: Data<App>,
    call: Caller,
    filter: Params<ActivityFilter>,
) -> Result<Json<Page<ActivityLine>>, Problem> {
    let at = PageRequest::asked(filter.0.limit, filter.0.cursor.clone(), filter.0.count)?;
    Ok(Json(ops::list(&app, &call, &filter.0, at).await?))
}

/// One activity.
#[utoipa::path(tag = "activities", params(("id" = Uuid, Path)), responses((status = 200, body = ActivityDetail)))]
#[get("/activities/{id}")]
async fn show_activity(
    app: Data<App>,
    call: Caller,
    id: PathId<ActivityId>,
) -> Result<Tagged<ActivityDetail>, Problem> {
    Ok(tagged(ops::show(&app, &call, id.0).await?))
}

/// Log an activity that was held.
#[utoipa::path(tag = "activities", request_body = ActivityInput, responses((status = 201, body = ActivityDetail)))]
#[post("/activities")]
async fn log_activity(
    app: Data<App>,
    call: Caller,
    body: Body<ActivityInput>,
) -> Result<Tagged<ActivityDetail>, Problem> {
    let (input, call) = body.with(call);
    let made = ops::log(&app, &call, input).await?;
    let (version, location) = (made.version, format!("/api/v1/activities/{}", made.line.id));
    Ok(Tagged::created(made, version, location))
}

/// Change a record that is due.
#[utoipa::path(tag = "activities", params(("id" = Uuid, Path)),
    request_body = ActivityInput, responses((status = 200, body = ActivityDetail)))]
#[put("/activities/{id}")]
async fn edit_activity(
    app: Data<App>,
    call: Caller,
    id: PathId<ActivityId>,
    seen: IfMatch,
    body: Body<ActivityInput>,
) -> Result<Tagged<ActivityDetail>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::edit(&app, &call, id.0, seen.0, input).await?))
}

/// Submit the record to the other side.
#[utoipa::path(tag = "activities", params(("id" = Uuid, Path)),
    responses((status = 200, body = ActivityDetail)))]
#[post("/activities/{id}/actions/submit_record")]
async fn submit_activity_record(
    app: Data<App>,
    call: Caller,
    id: PathId<ActivityId>,
    seen: IfMatch,
) -> Result<Tagged<ActivityDetail>, Problem> {
    Ok(tagged(ops::submit_record(&app, &call, id.0, seen.0).await?))
}

/// Confirm the other side's record.
#[utoipa::path(tag = "activities", params(("id" = Uuid, Path)),
    responses((status = 200, body = ActivityDetail)))]
#[post("/activities/{id}/actions/confirm")]
async fn confirm_activity(
    app: Data<App>,
    call: Caller,
    id: PathId<ActivityId>,
    seen: IfMatch,
) -> Result<Tagged<ActivityDetail>, Problem> {
    Ok(tagged(ops::confirm(&app, &call, id.0, seen.0).await?))
}

/// Send the other side's record back with a reason.
#[utoipa::path(tag = "activities", params(("id" = Uuid, Path)),
    request_body = ReasonInput, responses((status = 200, body = ActivityDetail)))]
#[post("/activities/{id}/actions/return")]
async fn return_activity(
    app: Data<App>,
    call: Caller,
    id: PathId<ActivityId>,
    seen: IfMatch,
    body: Body<ReasonInput>,
) -> Result<Tagged<ActivityDetail>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::return_record(&app, &call, id.0, seen.0, input).await?))
}
