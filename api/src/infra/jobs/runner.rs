//! The loop that claims and runs jobs, on the runtime thread it was started on.

use std::time::{Duration, Instant};

use super::{Kind, store};
use crate::app::App;
use crate::kernel::error::{Error, Result};

/// How long the loop sleeps when nothing wakes it; also how late a job due in the future may start.
const PAUSE: Duration = Duration::from_secs(1);

/// How often what is kept for a time only is swept.
const SWEEP: Duration = Duration::from_secs(3_600);

/// Starts the loop; it ends when the app drains. The `hourly` kinds need no row: they run at the start and every hour,
/// and a second instance that does the same does no harm.
pub fn spawn(app: App, kinds: &'static [Kind], hourly: &'static [Kind]) -> actix_web::rt::task::JoinHandle<()> {
    actix_web::rt::spawn(async move {
        let mut swept: Option<Instant> = None;
        while !app.is_draining() {
            if swept.is_none_or(|at| at.elapsed() >= SWEEP) {
                swept = Some(Instant::now());
                sweep(&app, hourly).await;
            }
            match step(&app, kinds).await {
                Ok(true) => {}
                Ok(false) => app.wait_for_jobs(PAUSE).await,
                Err(error) => {
                    tracing::warn!(%error, "the job queue does not answer");
                    actix_web::rt::time::sleep(PAUSE).await;
                }
            }
        }
    })
}

async fn sweep(app: &App, hourly: &[Kind]) {
    for kind in hourly {
        if let Err(error) = (kind.work)(app.clone(), serde_json::Value::Null).await {
            tracing::warn!(kind = kind.name, ?error, "a sweep failed");
        }
    }
}

/// Runs every job that is due now; tests and commands call it.
///
/// # Errors
/// The engine's error; a job's own failure is noted in its row.
pub async fn run_until_idle(app: &App, kinds: &[Kind]) -> Result<u32> {
    let mut done = 0;
    while step(app, kinds).await? {
        done += 1;
    }
    Ok(done)
}

async fn step(app: &App, kinds: &[Kind]) -> Result<bool> {
    let Some(job) = store::claim(app).await? else { return Ok(false) };
    let outcome = match kinds.iter().find(|kind| kind.name == job.kind) {
        Some(kind) => (kind.work)(app.clone(), job.payload.clone()).await,
        None => Err(Error::broken("no such kind of job")),
    };
    match outcome {
        Ok(()) => store::finish(app, &job).await?,
        Err(error) => {
            tracing::warn!(kind = job.kind, job = %job.id, ?error, "a job failed");
            store::fail(app, &job, &error.to_string()).await?;
        }
    }
    Ok(true)
}
