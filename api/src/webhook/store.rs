//! Statements on webhooks and their deliveries.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use twinning_entity::ids::{CityId, DeliveryId, WebhookId};
use twinning_entity::webhook::{self as row, WebhookState};
use twinning_entity::webhook_delivery::{self as delivery, DeliveryState};
use uuid::Uuid;

use crate::app::App;
use crate::infra::db;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;

/// How long a claim on a delivery holds, in seconds.
const LEASE_SECONDS: i64 = 30;

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

fn visible(cities: Option<&[CityId]>) -> Condition {
    match cities {
        None => Condition::all(),
        Some(cities) => Condition::all().add(row::Column::CityId.is_in(cities.iter().copied())),
    }
}

pub(super) async fn list(
    conn: &impl ConnectionTrait,
    cities: Option<&[CityId]>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find().filter(visible(cities));
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(before) = at.after::<WebhookId>()? {
        query = query.filter(row::Column::Id.lt(before));
    }
    Ok((query.order_by_desc(row::Column::Id).limit(at.limit + 1).all(conn).await?, total))
}

pub(super) async fn find(conn: &impl ConnectionTrait, cities: Option<&[CityId]>, id: WebhookId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(visible(cities)).one(conn).await?.ok_or(Error::NotFound("webhook"))
}

pub(super) async fn number_of(conn: &impl ConnectionTrait, city: CityId) -> Result<u64> {
    Ok(row::Entity::find().filter(row::Column::CityId.eq(city)).count(conn).await?)
}

pub(super) async fn replace(tx: &impl ConnectionTrait, next: row::Model) -> Result<()> {
    let at = Condition::all().add(row::Column::Id.eq(next.id)).add(row::Column::Version.eq(next.version - 1));
    let next: row::ActiveModel = next.into();
    db::replace::<row::Entity>(tx, next.reset_all(), at).await
}

pub(super) async fn remove(tx: &impl ConnectionTrait, id: WebhookId) -> Result<()> {
    delivery::Entity::delete_many().filter(delivery::Column::WebhookId.eq(id)).exec(tx).await?;
    row::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Active webhooks of cities.
pub(super) async fn told(conn: &impl ConnectionTrait, cities: &[CityId]) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::State.eq(WebhookState::Active))
        .filter(row::Column::CityId.is_in(cities.iter().copied()))
        .all(conn)
        .await?)
}

pub(super) async fn add_delivery(tx: &impl ConnectionTrait, new: delivery::Model) -> Result<()> {
    let new: delivery::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn deliveries(
    conn: &impl ConnectionTrait,
    id: WebhookId,
    at: &PageRequest,
) -> Result<(Vec<delivery::Model>, Option<u64>)> {
    let mut query = delivery::Entity::find().filter(delivery::Column::WebhookId.eq(id));
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(before) = at.after::<DeliveryId>()? {
        query = query.filter(delivery::Column::Id.lt(before));
    }
    Ok((query.order_by_desc(delivery::Column::Id).limit(at.limit + 1).all(conn).await?, total))
}

pub(super) async fn delivery(
    conn: &impl ConnectionTrait,
    webhook: WebhookId,
    id: DeliveryId,
) -> Result<delivery::Model> {
    delivery::Entity::find_by_id(id)
        .filter(delivery::Column::WebhookId.eq(webhook))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("delivery"))
}

fn open() -> Condition {
    Condition::any()
        .add(delivery::Column::State.eq(DeliveryState::Queued))
        .add(delivery::Column::State.eq(DeliveryState::Sending))
}

/// That no earlier delivery of the same webhook is open.
const NO_EARLIER: &str = "NOT EXISTS (SELECT 1 FROM webhook_deliveries AS earlier \
    WHERE earlier.webhook_id = webhook_deliveries.webhook_id AND earlier.id < webhook_deliveries.id \
    AND earlier.state IN ('queued', 'sending'))";

/// Whether a delivery may be tried now: its time has come and nobody holds it.
fn due(now: DateTime<Utc>) -> Condition {
    let free = Condition::any()
        .add(delivery::Column::State.eq(DeliveryState::Queued))
        .add(delivery::Column::LeaseUntil.is_null())
        .add(delivery::Column::LeaseUntil.lt(now));
    Condition::all().add(delivery::Column::NextAt.lte(now)).add(free)
}

/// Claims, for an active webhook whose turn it is, the oldest delivery that is not done: a later one waits for it, so
/// that events come in order. Webhooks in `busy` are left out.
pub(super) async fn claim(app: &App, busy: &[WebhookId]) -> Result<Option<(row::Model, delivery::Model)>> {
    let now = app.now();
    let active =
        row::Entity::find().select_only().column(row::Column::Id).filter(row::Column::State.eq(WebhookState::Active));
    // Only the first open delivery of each can be due: looked at without a write, for a write that finds nothing would
    // hold the others up at every look.
    let waiting: Vec<WebhookId> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::WebhookId)
        .filter(delivery::Column::WebhookId.in_subquery(active.into_query()))
        .filter(open())
        .filter(Expr::cust(NO_EARLIER))
        .filter(due(now))
        .limit(500)
        .into_tuple()
        .all(app.db().current())
        .await?;
    for id in waiting.into_iter().filter(|id| !busy.contains(id)) {
        let tx = app.db().begin().await?;
        let hook = row::Entity::find_by_id(id)
            .filter(row::Column::State.eq(WebhookState::Active))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .one(&tx)
            .await?;
        let Some(hook) = hook else {
            tx.rollback().await?;
            continue;
        };
        let first = delivery::Entity::find()
            .filter(delivery::Column::WebhookId.eq(id))
            .filter(open())
            .order_by_asc(delivery::Column::Id)
            .limit(1)
            .one(&tx)
            .await?;
        // Asked again under the lock: another worker may have been here.
        let due = first.filter(|one| {
            let free = one.state == DeliveryState::Queued || one.lease_until.is_none_or(|until| until < now);
            free && one.next_at <= now
        });
        let Some(mut due) = due else {
            tx.rollback().await?;
            continue;
        };
        let token = app.new_id::<Uuid>();
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Sending))
            .col_expr(delivery::Column::Attempts, Expr::value(due.attempts + 1))
            .col_expr(delivery::Column::LeaseUntil, Expr::value(now + Duration::seconds(LEASE_SECONDS)))
            .col_expr(delivery::Column::LeaseToken, Expr::value(token))
            .filter(delivery::Column::Id.eq(due.id))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        due.attempts += 1;
        due.lease_token = Some(token);
        return Ok(Some((hook, due)));
    }
    Ok(None)
}

/// Notes what became of a delivery; a claim that was lost changes nothing.
pub(super) async fn close(
    app: &App,
    one: &delivery::Model,
    state: DeliveryState,
    next_at: DateTime<Utc>,
    (status, error): (Option<i32>, Option<String>),
) -> Result<()> {
    let tx = app.db().begin().await?;
    let mut update = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(state))
        .col_expr(delivery::Column::NextAt, Expr::value(next_at))
        .col_expr(delivery::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(delivery::Column::LastStatus, Expr::value(status))
        .col_expr(delivery::Column::LastError, Expr::value(error));
    if matches!(state, DeliveryState::Done | DeliveryState::Dead) {
        update = update.col_expr(delivery::Column::DoneAt, Expr::value(app.now()));
    }
    update
        .filter(delivery::Column::Id.eq(one.id))
        .filter(delivery::Column::LeaseToken.eq(one.lease_token))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets deliveries that were done long ago.
pub(super) async fn forget(tx: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<()> {
    delivery::Entity::delete_many().filter(delivery::Column::DoneAt.lt(before)).exec(tx).await?;
    Ok(())
}

/// Every webhook.
pub(super) async fn every(conn: &impl ConnectionTrait) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find().all(conn).await?)
}

/// Writes a secret that was sealed anew; the secret itself never changes.
pub(super) async fn put_secret(tx: &impl ConnectionTrait, id: WebhookId, sealed: Vec<u8>) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::SecretSealed, Expr::value(sealed))
        .filter(row::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}
