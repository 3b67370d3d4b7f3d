//! HTTP of people, their posts, and what is kept about oneself.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch, post};
use twinning_entity::ids::{PersonId, PositionId};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops::{self, acts, erasure, own, retention};
use super::policy::PersonAct;
use super::wire::{
    DataFormat, DataParams, NewPost, PersonChange, PersonFilter, PersonInput, PersonLine, PostBody, PostEnd,
    RetentionBody, Revealed,
};
use crate::app::App;
use crate::approval::wire::ApprovalBody;
use crate::kernel::page::Page;
use crate::kernel::reason::ReasonInput;
use crate::rest::extract::PathIds;
use crate::rest::{Body, Caller, IfMatch, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_people", PersonAct::Read.who()),
    op("show_person", PersonAct::Read.who()),
    op("create_person", PersonAct::Change.who()),
    op("edit_person", PersonAct::Change.who()),
    op("reveal_phone", PersonAct::Reveal.who()),
    op("ask_erasure", PersonAct::Erase.who()),
    op("list_posts", PersonAct::Read.who()),
    op("give_post", PersonAct::Change.who()),
    op("end_post", PersonAct::Change.who()),
    op("export_own_data", PersonAct::Own.who()),
    op("ask_own_erasure", PersonAct::Own.who()),
    op("preview_retention", PersonAct::Retention.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_people)
        .service(show_person)
        .service(create_person)
        .service(edit_person)
        .service(reveal_phone)
        .service(ask_erasure)
        .service(list_posts)
        .service(give_post)
        .service(end_post)
        .service(export_own_data)
        .service(ask_own_erasure)
        .service(preview_retention);
}

/// People of the caller's part of the tree.
#[utoipa::path(tag = "people", params(PersonFilter), responses((status = 200, body = Page<PersonLine>)))]
#[get("/people")]
async fn list_people(
    app: Data<App>,
    call: Caller,
    filter: Params<PersonFilter>,
) -> Result<Json<Page<PersonLine>>, Problem> {
    Ok(Json(ops::list(&app, &call, filter.0).await?))
}

/// One person.
#[utoipa::path(tag = "people", params(("id" = Uuid, Path)), responses((status = 200, body = PersonLine)))]
#[get("/people/{id}")]
async fn show_person(app: Data<App>, call: Caller, id: PathId<PersonId>) -> Result<Tagged<PersonLine>, Problem> {
    let (found, version) = ops::show(&app, &call, id.0).await?;
    Ok(Tagged::new(found, version))
}

/// Add a person to an organisation of the caller's.
#[utoipa::path(tag = "people", request_body = PersonInput, responses((status = 201, body = PersonLine)))]
#[post("/people")]
async fn create_person(app: Data<App>, call: Caller, body: Body<PersonInput>) -> Result<Tagged<PersonLine>, Problem> {
    let (input, call) = body.with(call);
    let (made, version) = acts::create(&app, &call, input).await?;
    let location = format!("/api/v1/people/{}", made.id);
    Ok(Tagged::created(made, version, location))
}

/// Change a person.
#[utoipa::path(tag = "people", params(("id" = Uuid, Path)),
    request_body = PersonChange, responses((status = 200, body = PersonLine)))]
#[patch("/people/{id}")]
async fn edit_person(
    app: Data<App>,
    call: Caller,
    id: PathId<PersonId>,
    seen: IfMatch,
    body: Body<PersonChange>,
) -> Result<Tagged<PersonLine>, Problem> {
    let (change, call) = body.with(call);
    let (found, version) = acts::edit(&app, &call, id.0, seen.0, change).await?;
    Ok(Tagged::new(found, version))
}

/// See the full phone number of one person; the reason is on record.
#[utoipa::path(tag = "people", params(("id" = Uuid, Path)),
    request_body = ReasonInput, responses((status = 200, body = Revealed)))]
#[post("/people/{id}/actions/reveal")]
async fn reveal_phone(
    app: Data<App>,
    call: Caller,
    id: PathId<PersonId>,
    body: Body<ReasonInput>,
) -> Result<Json<Revealed>, Problem> {
    let (input, call) = body.with(call);
    Ok(Json(acts::reveal(&app, &call, id.0, &input.reason).await?))
}

/// Ask that a person be erased; a second person decides.
#[utoipa::path(tag = "people", params(("id" = Uuid, Path)), request_body = ReasonInput,
    responses((status = 202, description = "Waits for a second person", body = ApprovalBody)))]
#[post("/people/{id}/actions/erase")]
async fn ask_erasure(
    app: Data<App>,
    call: Caller,
    id: PathId<PersonId>,
    body: Body<ReasonInput>,
) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    Ok(crate::approval::rest::waiting(&erasure::ask(&app, &call, id.0, &input.reason).await?))
}

/// The posts of a person, past and present.
#[utoipa::path(tag = "people", params(("id" = Uuid, Path)), responses((status = 200, body = Page<PostBody>)))]
#[get("/people/{id}/positions")]
async fn list_posts(app: Data<App>, call: Caller, id: PathId<PersonId>) -> Result<Json<Page<PostBody>>, Problem> {
    Ok(Json(Page { items: acts::posts(&app, &call, id.0).await?, next_cursor: None, total: None }))
}

/// Give a person a post at an organisation of the caller's.
#[utoipa::path(tag = "people", params(("id" = Uuid, Path)),
    request_body = NewPost, responses((status = 201, body = PostBody)))]
#[post("/people/{id}/positions")]
async fn give_post(
    app: Data<App>,
    call: Caller,
    id: PathId<PersonId>,
    body: Body<NewPost>,
) -> Result<Tagged<PostBody>, Problem> {
    let (new, call) = body.with(call);
    let made = acts::add_post(&app, &call, id.0, new).await?;
    let (version, location) = (made.version, format!("/api/v1/people/{}/positions", id.0));
    Ok(Tagged::created(made, version, location))
}

/// End a post with its last day.
#[utoipa::path(tag = "people", params(("id" = Uuid, Path), ("position_id" = Uuid, Path)),
    request_body = PostEnd, responses((status = 200, body = PostBody)))]
#[post("/people/{id}/positions/{position_id}/actions/end")]
async fn end_post(
    app: Data<App>,
    call: Caller,
    ids: PathIds<PersonId, PositionId>,
    seen: IfMatch,
    body: Body<PostEnd>,
) -> Result<Tagged<PostBody>, Problem> {
    let (input, call) = body.with(call);
    let found = acts::end_post(&app, &call, ids.0, ids.1, seen.0, input).await?;
    let version = found.version;
    Ok(Tagged::new(found, version))
}

/// Everything that is kept about the caller, as JSON or as a workbook.
#[utoipa::path(tag = "me", params(DataParams), responses((status = 200, description = "The data", content(
    (serde_json::Value = "application/json"),
    (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/me/data")]
async fn export_own_data(app: Data<App>, call: Caller, params: Params<DataParams>) -> Result<HttpResponse, Problem> {
    let disposition = |kind: &str| ("content-disposition", format!("attachment; filename=\"my-data.{kind}\""));
    if params.0.format == DataFormat::Xlsx {
        let bytes = own::workbook(&app, &call).await?;
        return Ok(HttpResponse::Ok()
            .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
            .insert_header(disposition("xlsx"))
            .body(bytes));
    }
    let data = own::export(&app, &call).await?;
    Ok(HttpResponse::Ok().insert_header(disposition("json")).json(data))
}

/// Ask to be erased; a second person decides.
#[utoipa::path(tag = "me", request_body = ReasonInput,
    responses((status = 202, description = "Waits for a second person", body = ApprovalBody)))]
#[post("/me/actions/erase")]
async fn ask_own_erasure(app: Data<App>, call: Caller, body: Body<ReasonInput>) -> Result<HttpResponse, Problem> {
    let (input, call) = body.with(call);
    Ok(crate::approval::rest::waiting(&erasure::ask_for_oneself(&app, &call, &input.reason).await?))
}

/// What the retention job would do next, without doing it.
#[utoipa::path(tag = "jobs", responses((status = 200, body = RetentionBody)))]
#[get("/retention")]
async fn preview_retention(app: Data<App>, call: Caller) -> Result<Json<RetentionBody>, Problem> {
    Ok(Json(retention::preview(&app, &call).await?))
}
