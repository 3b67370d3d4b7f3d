//! HTTP of classes.

use actix_web::get;
use actix_web::web::{Data, Json};
use twinning_entity::ids::ClassId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::ClassAct;
use super::wire::{
    ClassDetail, ClassFilter, ClassLine, EnrolmentBody, LessonBody, MaterialBody, QuotaBody, RosterParams,
};
use crate::app::App;
use crate::kernel::page::{ListParams, Page, PageRequest};
use crate::rest::{Caller, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_classes", ClassAct::Read.who()),
    op("show_class", ClassAct::Read.who()),
    op("list_lessons", ClassAct::Read.who()),
    op("list_quotas", ClassAct::Roster.who()),
    op("list_enrolments", ClassAct::Roster.who()),
    op("list_materials", ClassAct::Materials.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_classes)
        .service(show_class)
        .service(list_lessons)
        .service(list_quotas)
        .service(list_enrolments)
        .service(list_materials);
}

/// Classes, the latest first.
#[utoipa::path(tag = "classes", params(ClassFilter), responses((status = 200, body = Page<ClassLine>)))]
#[get("/classes")]
async fn list_classes(
    app: Data<App>,
    call: Caller,
    filter: Params<ClassFilter>,
) -> Result<Json<Page<ClassLine>>, Problem> {
    let at = PageRequest::asked(filter.0.limit, filter.0.cursor.clone(), filter.0.count)?;
    Ok(Json(ops::list(&app, &call, &filter.0, at).await?))
}

/// One class.
#[utoipa::path(tag = "classes", params(("id" = Uuid, Path)), responses((status = 200, body = ClassDetail)))]
#[get("/classes/{id}")]
async fn show_class(app: Data<App>, call: Caller, id: PathId<ClassId>) -> Result<Tagged<ClassDetail>, Problem> {
    let found = ops::show(&app, &call, id.0).await?;
    let version = found.version;
    Ok(Tagged::new(found, version))
}

/// Timetable of a class.
#[utoipa::path(tag = "classes", params(("id" = Uuid, Path), ListParams),
    responses((status = 200, body = Page<LessonBody>)))]
#[get("/classes/{id}/lessons")]
async fn list_lessons(
    app: Data<App>,
    call: Caller,
    id: PathId<ClassId>,
    params: Params<ListParams>,
) -> Result<Json<Page<LessonBody>>, Problem> {
    let at = params.0.request()?;
    Ok(Json(Page::part(ops::lessons(&app, &call, id.0).await?, &at)?))
}

/// Places of each organisation in a class.
#[utoipa::path(tag = "classes", params(("id" = Uuid, Path), ListParams),
    responses((status = 200, body = Page<QuotaBody>)))]
#[get("/classes/{id}/quotas")]
async fn list_quotas(
    app: Data<App>,
    call: Caller,
    id: PathId<ClassId>,
    params: Params<ListParams>,
) -> Result<Json<Page<QuotaBody>>, Problem> {
    let at = params.0.request()?;
    Ok(Json(Page::part(ops::quotas(&app, &call, id.0).await?, &at)?))
}

/// Roster of a class, as far as the caller may see it.
#[utoipa::path(tag = "classes", params(("id" = Uuid, Path), RosterParams),
    responses((status = 200, body = Page<EnrolmentBody>)))]
#[get("/classes/{id}/enrolments")]
async fn list_enrolments(
    app: Data<App>,
    call: Caller,
    id: PathId<ClassId>,
    params: Params<RosterParams>,
) -> Result<Json<Page<EnrolmentBody>>, Problem> {
    Ok(Json(ops::roster(&app, &call, id.0, params.0).await?))
}

/// Materials of a class.
#[utoipa::path(tag = "classes", params(("id" = Uuid, Path), ListParams),
    responses((status = 200, body = Page<MaterialBody>)))]
#[get("/classes/{id}/materials")]
async fn list_materials(
    app: Data<App>,
    call: Caller,
    id: PathId<ClassId>,
    params: Params<ListParams>,
) -> Result<Json<Page<MaterialBody>>, Problem> {
    let at = params.0.request()?;
    Ok(Json(Page::part(ops::materials(&app, &call, id.0).await?, &at)?))
}
