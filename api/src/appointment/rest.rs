//! HTTP of appointments.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use twinning_entity::ids::AppointmentId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::AppointmentAct;
use super::wire::{HeldBody, HeldFilter, NewHeld};
use crate::app::App;
use crate::approval::wire::ApprovalBody;
use crate::kernel::page::Page;
use crate::kernel::reason::ReasonInput;
use crate::rest::{Body, Caller, IfMatch, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_appointments", AppointmentAct::Read.who()),
    op("show_appointment", AppointmentAct::Read.who()),
    op("ask_appointment", AppointmentAct::Give.who()),
    op("end_appointment", AppointmentAct::Give.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_appointments).service(show_appointment).service(ask_appointment).service(end_appointment);
}

/// Appointments of the caller's part of the tree, and the caller's own.
#[utoipa::path(tag = "appointments", params(HeldFilter), responses((status = 200, body = Page<HeldBody>)))]
#[get("/appointments")]
async fn list_appointments(
    app: Data<App>,
    call: Caller,
    filter: Params<HeldFilter>,
) -> Result<Json<Page<HeldBody>>, Problem> {
    Ok(Json(ops::list(&app, &call, filter.0).await?))
}

/// One appointment.
#[utoipa::path(tag = "appointments", params(("id" = Uuid, Path)), responses((status = 200, body = HeldBody)))]
#[get("/appointments/{id}")]
async fn show_appointment(
    app: Data<App>,
    call: Caller,
    id: PathId<AppointmentId>,
) -> Result<Tagged<HeldBody>, Problem> {
    let found = ops::show(&app, &call, id.0).await?;
    let version = found.version;
    Ok(Tagged::new(found, version))
}

/// Ask that a role be given; a second person decides.
#[utoipa::path(tag = "appointments", request_body = NewHeld,
    responses((status = 202, description = "Waits for a second person", body = ApprovalBody)))]
#[post("/appointments")]
async fn ask_appointment(app: Data<App>, call: Caller, body: Body<NewHeld>) -> Result<HttpResponse, Problem> {
    let (new, call) = body.with(call);
    Ok(crate::approval::rest::waiting(&ops::ask(&app, &call, new).await?))
}

/// End an appointment at once; an administrator's waits for a second person.
#[utoipa::path(tag = "appointments", params(("id" = Uuid, Path)), request_body = ReasonInput, responses(
    (status = 200, body = HeldBody), (status = 202, description = "Waits for a second person", body = ApprovalBody)))]
#[post("/appointments/{id}/actions/end")]
async fn end_appointment(
    app: Data<App>,
    call: Caller,
    id: PathId<AppointmentId>,
    seen: IfMatch,
    body: Body<ReasonInput>,
) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    let ended = ops::end(&app, &call, id.0, seen.0, &input.reason).await?;
    Ok(match (ended.approval, ended.appointment) {
        (Some(approval), _) => crate::approval::rest::waiting(&approval),
        (None, Some(held)) => HttpResponse::Ok().insert_header(("etag", format!("\"{}\"", held.version))).json(held),
        (None, None) => HttpResponse::NoContent().finish(),
    })
}
