//! The caller's own password, address, sign-ins and second factor.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::account::ops::{self, factor, password};
use crate::account::wire::{
    AddressChange, FactorCode, FactorSetup, FactorStart, PasswordChange, PasswordProof, RecoveryCodes, SignInBody,
};
use crate::app::App;
use crate::kernel::page::Page;
use crate::rest::{Body, Caller, PathId, Problem};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(change_password)
        .service(change_address)
        .service(list_sessions)
        .service(end_session)
        .service(start_factor)
        .service(confirm_factor)
        .service(renew_recovery_codes)
        .service(remove_factor);
}

fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Change the password; every other sign-in ends.
#[utoipa::path(tag = "me", request_body = PasswordChange, responses((status = 204, description = "Changed")))]
#[post("/me/actions/change_password")]
async fn change_password(app: Data<App>, call: Caller, body: Body<PasswordChange>) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    password::change(&app, &call, input).await?;
    Ok(done())
}

/// Ask for another address; a link goes there.
#[utoipa::path(tag = "me", request_body = AddressChange, responses((status = 202, description = "A link was sent")))]
#[post("/me/actions/change_address")]
async fn change_address(app: Data<App>, call: Caller, body: Body<AddressChange>) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    password::ask_new_address(&app, &call, input).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// The caller's sign-ins that hold.
#[utoipa::path(tag = "me", responses((status = 200, body = Page<SignInBody>)))]
#[get("/me/sessions")]
async fn list_sessions(app: Data<App>, call: Caller) -> Result<Json<Page<SignInBody>>, Problem> {
    Ok(Json(Page { items: ops::sign_ins(&app, &call).await?, next_cursor: None, total: None }))
}

/// End one of the caller's sign-ins.
#[utoipa::path(tag = "me", params(("id" = Uuid, Path)), responses((status = 204, description = "Ended")))]
#[delete("/me/sessions/{id}")]
async fn end_session(app: Data<App>, call: Caller, id: PathId<Uuid>) -> Result<HttpResponse, Problem> {
    ops::end_sign_in(&app, &call, id.0).await?;
    Ok(done())
}

/// Begin to set up a second factor; it holds once a code was given.
#[utoipa::path(tag = "me", request_body = PasswordProof, responses((status = 200, body = FactorSetup)))]
#[post("/me/totp")]
async fn start_factor(app: Data<App>, call: Caller, body: Body<PasswordProof>) -> Result<Json<FactorSetup>, Problem> {
    let (proof, call) = body.with(call);
    Ok(Json(factor::start(&app, &call, proof).await?))
}

/// Confirm the second factor with its first code; recovery codes are shown this once.
#[utoipa::path(tag = "me", request_body = FactorCode, responses((status = 200, body = RecoveryCodes)))]
#[post("/me/totp/actions/confirm")]
async fn confirm_factor(app: Data<App>, call: Caller, body: Body<FactorCode>) -> Result<Json<RecoveryCodes>, Problem> {
    let (code, call) = body.with(call);
    Ok(Json(factor::confirm(&app, &call, code).await?))
}

/// New recovery codes; the old ones are worth nothing any more.
#[utoipa::path(tag = "me", request_body = PasswordProof, responses((status = 200, body = RecoveryCodes)))]
#[post("/me/totp/actions/renew_codes")]
async fn renew_recovery_codes(
    app: Data<App>,
    call: Caller,
    body: Body<PasswordProof>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let (proof, call) = body.with(call);
    Ok(Json(factor::renew_codes(&app, &call, proof).await?))
}

/// Remove the second factor; password and a code are asked for.
#[utoipa::path(tag = "me", request_body = FactorStart, responses((status = 204, description = "Removed")))]
#[post("/me/totp/actions/remove")]
async fn remove_factor(app: Data<App>, call: Caller, body: Body<FactorStart>) -> Result<HttpResponse, Problem> {
    let (proof, call) = body.with(call);
    factor::remove(&app, &call, proof).await?;
    Ok(done())
}
