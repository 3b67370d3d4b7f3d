//! Accounts that somebody looks after.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use twinning_entity::ids::AccountId;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::account::ops::admin;
use crate::account::wire::{AccountBody, AccountFilter, SignInBody};
use crate::app::App;
use crate::kernel::page::Page;
use crate::kernel::reason::ReasonInput;
use crate::rest::{Body, Caller, IfMatch, Params, PathId, Problem, Tagged};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_accounts)
        .service(show_account)
        .service(disable_account)
        .service(enable_account)
        .service(end_account_sessions)
        .service(list_account_sessions)
        .service(reset_account_factor);
}

fn tagged(found: AccountBody) -> Tagged<AccountBody> {
    let version = found.version;
    Tagged::new(found, version)
}

/// Accounts of the caller's part of the tree.
#[utoipa::path(tag = "accounts", params(AccountFilter), responses((status = 200, body = Page<AccountBody>)))]
#[get("/accounts")]
async fn list_accounts(
    app: Data<App>,
    call: Caller,
    filter: Params<AccountFilter>,
) -> Result<Json<Page<AccountBody>>, Problem> {
    Ok(Json(admin::list(&app, &call, filter.0).await?))
}

/// One account.
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path)), responses((status = 200, body = AccountBody)))]
#[get("/accounts/{id}")]
async fn show_account(app: Data<App>, call: Caller, id: PathId<AccountId>) -> Result<Tagged<AccountBody>, Problem> {
    Ok(tagged(admin::show(&app, &call, id.0).await?))
}

/// Disable an account; its sign-ins end at once.
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path)),
    request_body = ReasonInput, responses((status = 200, body = AccountBody)))]
#[post("/accounts/{id}/actions/disable")]
async fn disable_account(
    app: Data<App>,
    call: Caller,
    id: PathId<AccountId>,
    seen: IfMatch,
    body: Body<ReasonInput>,
) -> Result<Tagged<AccountBody>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(admin::disable(&app, &call, id.0, seen.0, &input.reason).await?))
}

/// Let a disabled account sign in again.
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path)), responses((status = 200, body = AccountBody)))]
#[post("/accounts/{id}/actions/enable")]
async fn enable_account(
    app: Data<App>,
    call: Caller,
    id: PathId<AccountId>,
    seen: IfMatch,
) -> Result<Tagged<AccountBody>, Problem> {
    Ok(tagged(admin::enable(&app, &call, id.0, seen.0).await?))
}

/// End every sign-in of an account.
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path)), responses((status = 200, body = AccountBody)))]
#[post("/accounts/{id}/actions/end_sessions")]
async fn end_account_sessions(
    app: Data<App>,
    call: Caller,
    id: PathId<AccountId>,
    seen: IfMatch,
) -> Result<Tagged<AccountBody>, Problem> {
    Ok(tagged(admin::end_sessions(&app, &call, id.0, seen.0).await?))
}

/// The sign-ins of an account that hold.
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path)), responses((status = 200, body = Page<SignInBody>)))]
#[get("/accounts/{id}/sessions")]
async fn list_account_sessions(
    app: Data<App>,
    call: Caller,
    id: PathId<AccountId>,
) -> Result<Json<Page<SignInBody>>, Problem> {
    Ok(Json(Page { items: admin::sign_ins_of(&app, &call, id.0).await?, next_cursor: None, total: None }))
}

/// Remove the second factor of somebody who lost it.
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path)),
    request_body = ReasonInput, responses((status = 200, body = AccountBody)))]
#[post("/accounts/{id}/actions/reset_factor")]
async fn reset_account_factor(
    app: Data<App>,
    call: Caller,
    id: PathId<AccountId>,
    seen: IfMatch,
    body: Body<ReasonInput>,
) -> Result<Tagged<AccountBody>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(admin::reset_factor(&app, &call, id.0, seen.0, &input.reason).await?))
}
