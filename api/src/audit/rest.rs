//! HTTP of the audit log.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::AuditAct;
use super::wire::{AuditEntryBody, AuditFilter};
use crate::app::App;
use crate::kernel::page::Page;
use crate::rest::{Caller, Operation, Params, Problem, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] =
    &[op("list_audit_entries", AuditAct::List.who()), op("export_audit_entries", AuditAct::List.who())];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_entries).service(export_audit_entries);
}

/// Audit entries, the newest first.
#[utoipa::path(tag = "audit-entries", params(AuditFilter), responses((status = 200, body = Page<AuditEntryBody>)))]
#[get("/audit-entries")]
async fn list_audit_entries(
    app: Data<App>,
    call: Caller,
    filter: Params<AuditFilter>,
) -> Result<Json<Page<AuditEntryBody>>, Problem> {
    Ok(Json(ops::list(&app, &call, filter.0).await?))
}

/// Audit entries as lines of JSON, the oldest first; the last line is the signed end of the chain.
#[utoipa::path(tag = "audit-entries", params(AuditFilter), responses((status = 200,
    description = "Lines of JSON", body = String, content_type = "application/x-ndjson")))]
#[get("/audit-entries/export")]
async fn export_audit_entries(
    app: Data<App>,
    call: Caller,
    filter: Params<AuditFilter>,
) -> Result<HttpResponse, Problem> {
    let lines = ops::export(&app, &call, filter.0).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header(("content-disposition", "attachment; filename=\"audit.jsonl\""))
        .streaming(lines))
}
