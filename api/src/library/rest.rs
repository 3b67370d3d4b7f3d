//! HTTP of documents.

use actix_web::get;
use actix_web::web::{Data, Json};
use twinning_entity::ids::DocumentId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::DocumentAct;
use super::wire::{DocumentDetail, DocumentFilter, DocumentLine, VersionBody};
use crate::app::App;
use crate::kernel::page::{ListParams, Page, PageRequest};
use crate::rest::{Caller, Operation, Params, PathId, Problem, Tagged, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_documents", DocumentAct::Read.who()),
    op("show_document", DocumentAct::Read.who()),
    op("list_document_versions", DocumentAct::Read.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_documents).service(show_document).service(list_document_versions);
}

/// Documents the caller may read.
#[utoipa::path(tag = "documents", params(DocumentFilter), responses((status = 200, body = Page<DocumentLine>)))]
#[get("/documents")]
async fn list_documents(
    app: Data<App>,
    call: Caller,
    filter: Params<DocumentFilter>,
) -> Result<Json<Page<DocumentLine>>, Problem> {
    let at = PageRequest::asked(filter.0.limit, filter.0.cursor.clone(), filter.0.count)?;
    Ok(Json(ops::list(&app, &call, &filter.0, at).await?))
}

/// One document.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path)), responses((status = 200, body = DocumentDetail)))]
#[get("/documents/{id}")]
async fn show_document(
    app: Data<App>,
    call: Caller,
    id: PathId<DocumentId>,
) -> Result<Tagged<DocumentDetail>, Problem> {
    let found = ops::show(&app, &call, id.0).await?;
    let version = found.version;
    Ok(Tagged::new(found, version))
}

/// Versions of a document, the newest first.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path), ListParams),
    responses((status = 200, body = Page<VersionBody>)))]
#[get("/documents/{id}/versions")]
async fn list_document_versions(
    app: Data<App>,
    call: Caller,
    id: PathId<DocumentId>,
    params: Params<ListParams>,
) -> Result<Json<Page<VersionBody>>, Problem> {
    let at = params.0.request()?;
    Ok(Json(Page::part(ops::show(&app, &call, id.0).await?.versions, &at)?))
}
