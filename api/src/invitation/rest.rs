//! HTTP of invitations.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use twinning_entity::ids::InvitationId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::InvitationAct;
use super::wire::{Acceptance, InvitationBody, InvitationFilter, NewInvitation};
use crate::app::App;
use crate::kernel::page::Page;
use crate::rest::{Body, Caller, IfMatch, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_invitations", InvitationAct::Read.who()),
    op("show_invitation", InvitationAct::Read.who()),
    op("send_invitation", InvitationAct::Invite.who()),
    op("resend_invitation", InvitationAct::Invite.who()),
    op("revoke_invitation", InvitationAct::Invite.who()),
    op("accept_invitation", InvitationAct::Accept.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_invitations)
        .service(show_invitation)
        .service(send_invitation)
        .service(resend_invitation)
        .service(revoke_invitation)
        .service(accept_invitation);
}

fn tagged(found: InvitationBody) -> Tagged<InvitationBody> {
    let version = found.version;
    Tagged::new(found, version)
}

/// Invitations of the caller's part of the tree, the newest first.
#[utoipa::path(tag = "invitations", params(InvitationFilter), responses((status = 200, body = Page<InvitationBody>)))]
#[get("/invitations")]
async fn list_invitations(
    app: Data<App>,
    call: Caller,
    filter: Params<InvitationFilter>,
) -> Result<Json<Page<InvitationBody>>, Problem> {
    Ok(Json(ops::list(&app, &call, filter.0).await?))
}

/// One invitation.
#[utoipa::path(tag = "invitations", params(("id" = Uuid, Path)), responses((status = 200, body = InvitationBody)))]
#[get("/invitations/{id}")]
async fn show_invitation(
    app: Data<App>,
    call: Caller,
    id: PathId<InvitationId>,
) -> Result<Tagged<InvitationBody>, Problem> {
    Ok(tagged(ops::show(&app, &call, id.0).await?))
}

/// Invite a person; one letter with a link goes out.
#[utoipa::path(tag = "invitations", request_body = NewInvitation, responses((status = 201, body = InvitationBody)))]
#[post("/invitations")]
async fn send_invitation(
    app: Data<App>,
    call: Caller,
    body: Body<NewInvitation>,
) -> Result<Tagged<InvitationBody>, Problem> {
    let (new, call) = body.with(call);
    let made = ops::invite(&app, &call, new).await?;
    let (version, location) = (made.version, format!("/api/v1/invitations/{}", made.id));
    Ok(Tagged::created(made, version, location))
}

/// Send the letter again with a fresh link.
#[utoipa::path(tag = "invitations", params(("id" = Uuid, Path)), responses((status = 200, body = InvitationBody)))]
#[post("/invitations/{id}/actions/resend")]
async fn resend_invitation(
    app: Data<App>,
    call: Caller,
    id: PathId<InvitationId>,
    seen: IfMatch,
) -> Result<Tagged<InvitationBody>, Problem> {
    Ok(tagged(ops::resend(&app, &call, id.0, seen.0).await?))
}

/// Revoke an invitation; its link is dead.
#[utoipa::path(tag = "invitations", params(("id" = Uuid, Path)), responses((status = 200, body = InvitationBody)))]
#[post("/invitations/{id}/actions/revoke")]
async fn revoke_invitation(
    app: Data<App>,
    call: Caller,
    id: PathId<InvitationId>,
    seen: IfMatch,
) -> Result<Tagged<InvitationBody>, Problem> {
    Ok(tagged(ops::revoke(&app, &call, id.0, seen.0).await?))
}

/// Accept an invitation with its link: set the password and accept the notice on personal data.
#[utoipa::path(tag = "auth", request_body = Acceptance, responses((status = 204, description = "The account is open")))]
#[post("/auth/invitation/accept")]
async fn accept_invitation(app: Data<App>, call: Caller, body: Body<Acceptance>) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    ops::accept(&app, &call, input).await?;
    Ok(HttpResponse::NoContent().finish())
}
