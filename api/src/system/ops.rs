//! What can be done with jobs and settings.

use serde_json::json;
use twinning_entity::ids::JobId;
use twinning_entity::job;

use super::policy::{JobRule, SystemAct};
use super::wire::{JobBody, JobFilter, SettingBody};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::jobs;
use crate::infra::settings::CATALOGUE;
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};

/// Background jobs, the newest first.
///
/// # Errors
/// [`Error::Denied`]; a page that is none.
pub async fn list_jobs(app: &App, call: &Call, filter: JobFilter) -> Result<Page<JobBody>> {
    let at = PageRequest::asked(filter.limit, filter.cursor.clone(), filter.count)?;
    list_jobs_at(app, call, &filter, at).await
}

/// As [`list_jobs`], for pages that count by number.
///
/// # Errors
/// As [`list_jobs`].
pub async fn list_jobs_at(app: &App, call: &Call, filter: &JobFilter, at: PageRequest) -> Result<Page<JobBody>> {
    call.actor.may_ever(SystemAct::Look.who())?;
    let (rows, total) = jobs::page(app.reader(), filter.state, &at).await?;
    Ok(Page::cut(rows, &at, total, |one| one.id).map(body))
}

fn body(found: job::Model) -> JobBody {
    let here = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&shanghai());
    JobBody {
        id: found.id,
        kind: found.kind,
        state: found.state,
        attempts: found.attempts,
        run_at: here(found.run_at),
        last_error: found.last_error,
        created_at: here(found.created_at),
        finished_at: found.finished_at.map(here),
    }
}

/// Runs a parked job again.
///
/// # Errors
/// [`JobRule::NotDead`]; [`Error::NotFound`], [`Error::Denied`].
pub async fn retry_job(app: &App, call: &Call, id: JobId) -> Result<JobBody> {
    call.actor.may_ever(SystemAct::Look.who())?;
    app.write(call, async |tx| {
        jobs::find(tx, id).await?.ok_or(Error::NotFound("job"))?;
        if !jobs::revive(tx, app, id).await? {
            return Err(JobRule::NotDead.into());
        }
        audit::note(tx, app, call, "job.retry", About::new("job", id.0), json!({})).await?;
        Ok(body(jobs::find(tx, id).await?.ok_or(Error::NotFound("job"))?))
    })
    .await
}

/// The settings in force, in the order of the reference page; secrets are hidden.
///
/// # Errors
/// [`Error::Denied`].
pub fn settings(app: &App, call: &Call) -> Result<Vec<SettingBody>> {
    call.actor.may_ever(SystemAct::Look.who())?;
    Ok(CATALOGUE
        .iter()
        .map(|entry| SettingBody {
            name: entry.name.to_owned(),
            value: app.settings.given.get(entry.name).cloned(),
            default: entry.default.to_owned(),
            meaning: entry.meaning.to_owned(),
        })
        .collect())
}
