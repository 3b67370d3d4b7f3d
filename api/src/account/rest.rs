//! HTTP of sign-in, of the caller's own account, and of the accounts somebody looks after.

mod accounts;
mod own;

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::AccountAct;
use super::wire::{
    Credentials, ForgottenPassword, LinkToken, MeBody, MeChange, PasswordReset, RefreshRequest, TokensBody,
};
use crate::app::App;
use crate::rest::{Body, Caller, Operation, Problem, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("login", AccountAct::SignIn.who()),
    op("refresh_tokens", AccountAct::SignIn.who()),
    op("logout", AccountAct::SignIn.who()),
    op("forgot_password", AccountAct::SignIn.who()),
    op("reset_password", AccountAct::SignIn.who()),
    op("confirm_address", AccountAct::SignIn.who()),
    op("show_me", AccountAct::Me.who()),
    op("edit_me", AccountAct::Me.who()),
    op("change_password", AccountAct::Me.who()),
    op("change_address", AccountAct::Me.who()),
    op("list_sessions", AccountAct::Me.who()),
    op("end_session", AccountAct::Me.who()),
    op("start_factor", AccountAct::Me.who()),
    op("confirm_factor", AccountAct::Me.who()),
    op("renew_recovery_codes", AccountAct::Me.who()),
    op("remove_factor", AccountAct::Me.who()),
    op("list_accounts", AccountAct::Read.who()),
    op("show_account", AccountAct::Read.who()),
    op("disable_account", AccountAct::Manage.who()),
    op("enable_account", AccountAct::Manage.who()),
    op("end_account_sessions", AccountAct::Manage.who()),
    op("list_account_sessions", AccountAct::Manage.who()),
    op("reset_account_factor", AccountAct::ResetFactor.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(login)
        .service(refresh_tokens)
        .service(logout)
        .service(forgot_password)
        .service(reset_password)
        .service(confirm_address)
        .service(show_me)
        .service(edit_me)
        .configure(own::mount)
        .configure(accounts::mount);
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

/// Ask for a link to a new password; the answer never tells whether the address is known.
#[utoipa::path(tag = "auth", request_body = ForgottenPassword, responses((status = 202, description = "Taken")))]
#[post("/auth/password/forgot")]
async fn forgot_password(app: Data<App>, call: Caller, body: Body<ForgottenPassword>) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    ops::password::forgot(&app, &call, &input.email).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Set a new password with the link that was mailed; every sign-in ends.
#[utoipa::path(tag = "auth", request_body = PasswordReset, responses((status = 204, description = "Set")))]
#[post("/auth/password/reset")]
async fn reset_password(app: Data<App>, call: Caller, body: Body<PasswordReset>) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    ops::password::reset(&app, &call, input).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Confirm another address with the link that went there; every sign-in ends.
#[utoipa::path(tag = "auth", request_body = LinkToken, responses((status = 204, description = "Confirmed")))]
#[post("/auth/address/confirm")]
async fn confirm_address(app: Data<App>, call: Caller, body: Body<LinkToken>) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    ops::password::confirm_address(&app, &call, &input.token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who I am, my appointments, my scopes and my to-dos.
#[utoipa::path(tag = "me", responses((status = 200, body = MeBody)))]
#[get("/me")]
async fn show_me(app: Data<App>, call: Caller) -> Result<Json<MeBody>, Problem> {
    Ok(Json(ops::me(&app, &call).await?))
}

/// Change what people change of their own account.
#[utoipa::path(tag = "me", request_body = MeChange, responses((status = 200, body = MeBody)))]
#[patch("/me")]
async fn edit_me(app: Data<App>, call: Caller, body: Body<MeChange>) -> Result<Json<MeBody>, Problem> {
    let (change, call) = body.with(call);
    Ok(Json(ops::edit_me(&app, &call, change).await?))
}
