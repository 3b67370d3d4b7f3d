//! Statements on the table of jobs.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use twinning_entity::ids::JobId;
use twinning_entity::job::{self as row, JobState};
use uuid::Uuid;

use crate::app::App;
use crate::kernel::error::Result;
use crate::kernel::page::PageRequest;

/// Times a job is tried before it is parked where people can see it.
const MAX_ATTEMPTS: i32 = 6;
/// How long a claim holds; a job that runs longer may be run again.
const LEASE_SECONDS: i64 = 120;

/// Writes a job that is due now. With a `dedupe` key a job still waiting under it stands for this one too.
///
/// # Errors
/// The engine's error.
pub async fn enqueue(
    tx: &impl ConnectionTrait,
    app: &App,
    kind: &str,
    payload: serde_json::Value,
    dedupe: Option<String>,
) -> Result<JobId> {
    let id: JobId = app.new_id();
    let now = app.now();
    row::ActiveModel {
        id: Set(id),
        kind: Set(kind.to_owned()),
        payload: Set(payload),
        state: Set(JobState::Queued),
        run_at: Set(now),
        attempts: Set(0),
        lease_until: Set(None),
        lease_token: Set(None),
        dedupe_key: Set(dedupe),
        last_error: Set(None),
        created_at: Set(now),
        finished_at: Set(None),
    }
    .insert(tx)
    .await?;
    app.jobs_waiting();
    Ok(id)
}

/// Claims the next job that is due, or whose lease ran out.
pub(super) async fn claim(app: &App) -> Result<Option<row::Model>> {
    let now = app.now();
    let due = Condition::any()
        .add(row::Column::State.eq(JobState::Queued).and(row::Column::RunAt.lte(now)))
        .add(row::Column::State.eq(JobState::Running).and(row::Column::LeaseUntil.lt(now)));
    // Looked for first without the writer, which others need.
    if row::Entity::find().filter(due.clone()).limit(1).one(app.db().current()).await?.is_none() {
        return Ok(None);
    }
    let tx = app.db().begin().await?;
    let found = row::Entity::find()
        .filter(due)
        .order_by_asc(row::Column::RunAt)
        .order_by_asc(row::Column::Id)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(&tx)
        .await?;
    let Some(mut job) = found else {
        tx.rollback().await?;
        return Ok(None);
    };
    let token = app.new_id::<Uuid>();
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(JobState::Running))
        .col_expr(row::Column::Attempts, Expr::value(job.attempts + 1))
        .col_expr(row::Column::LeaseUntil, Expr::value(now + Duration::seconds(LEASE_SECONDS)))
        .col_expr(row::Column::LeaseToken, Expr::value(token))
        .filter(row::Column::Id.eq(job.id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    job.lease_token = Some(token);
    job.attempts += 1;
    Ok(Some(job))
}

/// Marks a claimed job as done; a claim that was lost changes nothing.
pub(super) async fn finish(app: &App, job: &row::Model) -> Result<()> {
    close(app, job, JobState::Done, None, app.now()).await
}

/// Puts a failed job back with a pause that doubles, or parks it after the last try.
pub(super) async fn fail(app: &App, job: &row::Model, error: &str) -> Result<()> {
    let now = app.now();
    if job.attempts >= MAX_ATTEMPTS {
        return close(app, job, JobState::Dead, Some(error), now).await;
    }
    let pause = Duration::seconds(1 << job.attempts.clamp(0, 10));
    close(app, job, JobState::Queued, Some(error), now + pause).await
}

async fn close(app: &App, job: &row::Model, state: JobState, error: Option<&str>, at: DateTime<Utc>) -> Result<()> {
    let finished = matches!(state, JobState::Done | JobState::Dead);
    let tx = app.db().begin().await?;
    let mut update = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state))
        .col_expr(row::Column::RunAt, Expr::value(at))
        .col_expr(row::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(row::Column::LastError, Expr::value(error.map(ToOwned::to_owned)));
    if finished {
        update = update
            .col_expr(row::Column::FinishedAt, Expr::value(at))
            .col_expr(row::Column::DedupeKey, Expr::value(Option::<String>::None));
    }
    update.filter(row::Column::Id.eq(job.id)).filter(row::Column::LeaseToken.eq(job.lease_token)).exec(&tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Jobs, the newest first.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    state: Option<JobState>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find();
    if let Some(state) = state {
        query = query.filter(row::Column::State.eq(state));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(before) = at.after::<JobId>()? {
        query = query.filter(row::Column::Id.lt(before));
    }
    let rows = query.order_by_desc(row::Column::Id).offset(at.skip).limit(at.limit + 1).all(conn).await?;
    Ok((rows, total))
}

/// One job.
pub(crate) async fn find(conn: &impl ConnectionTrait, id: JobId) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?)
}

/// Puts a parked job back into the queue; false when it is not parked.
pub(crate) async fn revive(tx: &impl ConnectionTrait, app: &App, id: JobId) -> Result<bool> {
    let outcome = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(JobState::Queued))
        .col_expr(row::Column::Attempts, Expr::value(0))
        .col_expr(row::Column::RunAt, Expr::value(app.now()))
        .col_expr(row::Column::FinishedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::State.eq(JobState::Dead))
        .exec(tx)
        .await?;
    app.jobs_waiting();
    Ok(outcome.rows_affected == 1)
}
