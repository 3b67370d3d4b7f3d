//! HTTP of the inbox, of what is mailed, and of the outbox.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post, put};
use twinning_entity::ids::{MailId, MessageId};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops::{self, outbox};
use super::policy::LetterAct;
use super::wire::{
    CalendarDayBody, CalendarFilter, CalendarInput, MailBody, MailFilter, MessageBody, MessageFilter, SubscriptionsBody,
};
use crate::app::App;
use crate::kernel::page::Page;
use crate::rest::{Body, Caller, Operation, Params, PathId, Problem, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_messages", LetterAct::Inbox.who()),
    op("read_message", LetterAct::Inbox.who()),
    op("read_all_messages", LetterAct::Inbox.who()),
    op("show_subscriptions", LetterAct::Inbox.who()),
    op("choose_subscriptions", LetterAct::Inbox.who()),
    op("list_outbox_mails", LetterAct::Outbox.who()),
    op("resend_outbox_mail", LetterAct::Outbox.who()),
    op("list_calendar_days", LetterAct::Calendar.who()),
    op("set_calendar_days", LetterAct::Calendar.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_messages)
        .service(read_all_messages)
        .service(read_message)
        .service(show_subscriptions)
        .service(choose_subscriptions)
        .service(list_outbox_mails)
        .service(resend_outbox_mail)
        .service(list_calendar_days)
        .service(set_calendar_days);
}

/// The caller's inbox, the newest first.
#[utoipa::path(tag = "me", params(MessageFilter), responses((status = 200, body = Page<MessageBody>)))]
#[get("/me/messages")]
async fn list_messages(
    app: Data<App>,
    call: Caller,
    filter: Params<MessageFilter>,
) -> Result<Json<Page<MessageBody>>, Problem> {
    Ok(Json(ops::inbox(&app, &call, filter.0).await?))
}

/// Mark a message as read.
#[utoipa::path(tag = "me", params(("id" = Uuid, Path)), responses((status = 200, body = MessageBody)))]
#[post("/me/messages/{id}/actions/read")]
async fn read_message(app: Data<App>, call: Caller, id: PathId<MessageId>) -> Result<Json<MessageBody>, Problem> {
    Ok(Json(ops::read(&app, &call, id.0).await?))
}

/// Mark every message as read.
#[utoipa::path(tag = "me", responses((status = 204, description = "Marked")))]
#[post("/me/messages/actions/read_all")]
async fn read_all_messages(app: Data<App>, call: Caller) -> Result<HttpResponse, Problem> {
    ops::read_all(&app, &call).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What the caller is told by mail, kind by kind.
#[utoipa::path(tag = "subscriptions", responses((status = 200, body = SubscriptionsBody)))]
#[get("/subscriptions")]
async fn show_subscriptions(app: Data<App>, call: Caller) -> Result<Json<SubscriptionsBody>, Problem> {
    Ok(Json(ops::subscriptions(&app, &call).await?))
}

/// Choose what is told by mail; kinds that are not named keep their choice.
#[utoipa::path(tag = "subscriptions", request_body = SubscriptionsBody, responses((status = 200, body = SubscriptionsBody)))]
#[put("/subscriptions")]
async fn choose_subscriptions(
    app: Data<App>,
    call: Caller,
    body: Body<SubscriptionsBody>,
) -> Result<Json<SubscriptionsBody>, Problem> {
    let (wanted, call) = body.with(call);
    Ok(Json(ops::subscribe(&app, &call, wanted).await?))
}

/// Letters on their way, without their content.
#[utoipa::path(tag = "outbox-mails", params(MailFilter), responses((status = 200, body = Page<MailBody>)))]
#[get("/outbox-mails")]
async fn list_outbox_mails(
    app: Data<App>,
    call: Caller,
    filter: Params<MailFilter>,
) -> Result<Json<Page<MailBody>>, Problem> {
    Ok(Json(outbox::list(&app, &call, filter.0).await?))
}

/// Send a dead letter again.
#[utoipa::path(tag = "outbox-mails", params(("id" = Uuid, Path)), responses((status = 200, body = MailBody)))]
#[post("/outbox-mails/{id}/actions/resend")]
async fn resend_outbox_mail(app: Data<App>, call: Caller, id: PathId<MailId>) -> Result<Json<MailBody>, Problem> {
    Ok(Json(outbox::resend(&app, &call, id.0).await?))
}

/// Days that are working days or not against the rule of the week.
#[utoipa::path(tag = "calendar-days", params(CalendarFilter), responses((status = 200, body = Page<CalendarDayBody>)))]
#[get("/calendar-days")]
async fn list_calendar_days(
    app: Data<App>,
    call: Caller,
    filter: Params<CalendarFilter>,
) -> Result<Json<Page<CalendarDayBody>>, Problem> {
    Ok(Json(ops::calendar(&app, &call, &filter.0).await?))
}

/// Set days of the calendar.
#[utoipa::path(tag = "calendar-days", request_body = CalendarInput, responses((status = 204, description = "Set")))]
#[put("/calendar-days")]
async fn set_calendar_days(app: Data<App>, call: Caller, body: Body<CalendarInput>) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    ops::set_calendar(&app, &call, input).await?;
    Ok(HttpResponse::NoContent().finish())
}
