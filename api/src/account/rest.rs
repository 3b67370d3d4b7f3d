//! HTTP of sign-in and of the caller's own account.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::AccountAct;
use super::wire::{Credentials, MeBody, RefreshRequest, TokensBody};
use crate::app::App;
use crate::rest::{Body, Caller, Operation, Problem, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("login", AccountAct::SignIn.who()),
    op("refresh_tokens", AccountAct::SignIn.who()),
    op("logout", AccountAct::SignIn.who()),
    op("show_me", AccountAct::Me.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(login).service(refresh_tokens).service(logout).service(show_me);
}

/// Sign in and get tokens.
#[utoipa::path(tag = "auth", request_body = Credentials, responses((status = 200, body = TokensBody)))]
#[post("/auth/login")]
async fn login(app: Data<App>, call: Caller, body: Body<Credentials>) -> Result<Json<TokensBody>, Problem> {
    let (credentials, call) = body.with(call);
    Ok(Json(ops::login(&app, &call, credentials).await?))
}

/// Exchange a refresh token for new tokens; each works once.
#[utoipa::path(tag = "auth", request_body = RefreshRequest, responses((status = 200, body = TokensBody)))]
#[post("/auth/refresh")]
async fn refresh_tokens(app: Data<App>, call: Caller, body: Body<RefreshRequest>) -> Result<Json<TokensBody>, Problem> {
    let (request, call) = body.with(call);
    Ok(Json(ops::refresh(&app, &call, &request.refresh_token).await?))
}

/// End the sign-in a refresh token belongs to.
#[utoipa::path(tag = "auth", request_body = RefreshRequest, responses((status = 204, description = "Ended")))]
#[post("/auth/logout")]
async fn logout(app: Data<App>, call: Caller, body: Body<RefreshRequest>) -> Result<HttpResponse, Problem> {
    let (request, call) = body.with(call);
    ops::logout(&app, &call, &request.refresh_token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who I am, my appointments, my scopes and my to-dos.
#[utoipa::path(tag = "auth", responses((status = 200, body = MeBody)))]
#[get("/me")]
async fn show_me(app: Data<App>, call: Caller) -> Result<Json<MeBody>, Problem> {
    Ok(Json(ops::me(&app, &call).await?))
}
