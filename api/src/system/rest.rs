//! HTTP of jobs and settings.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use twinning_entity::ids::JobId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use super::policy::SystemAct;
use super::wire::{JobBody, JobFilter, SettingBody};
use crate::app::App;
use crate::kernel::page::Page;
use crate::rest::{Caller, Operation, Params, PathId, Problem, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("list_jobs", SystemAct::Look.who()),
    op("retry_job", SystemAct::Look.who()),
    op("list_settings", SystemAct::Look.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_jobs).service(retry_job).service(list_settings);
}

/// Background jobs, the newest first.
#[utoipa::path(tag = "jobs", params(JobFilter), responses((status = 200, body = Page<JobBody>)))]
#[get("/jobs")]
async fn list_jobs(app: Data<App>, call: Caller, filter: Params<JobFilter>) -> Result<Json<Page<JobBody>>, Problem> {
    Ok(Json(ops::list_jobs(&app, &call, filter.0).await?))
}

/// Run a parked job again.
#[utoipa::path(tag = "jobs", params(("id" = Uuid, Path)), responses((status = 200, body = JobBody)))]
#[post("/jobs/{id}/actions/retry")]
async fn retry_job(app: Data<App>, call: Caller, id: PathId<JobId>) -> Result<Json<JobBody>, Problem> {
    Ok(Json(ops::retry_job(&app, &call, id.0).await?))
}

/// The settings in force; secrets are hidden.
#[utoipa::path(tag = "settings", responses((status = 200, body = Page<SettingBody>)))]
#[get("/settings")]
async fn list_settings(app: Data<App>, call: Caller) -> Result<Json<Page<SettingBody>>, Problem> {
    Ok(Json(Page { items: ops::settings(&app, &call)?, next_cursor: None, total: None }))
}
