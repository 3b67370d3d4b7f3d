//! Statements on the inbox, the outbox and the calendar.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use twinning_entity::ids::{AccountId, MailId, MessageId, OrganisationId};
use twinning_entity::inbox_message::{self as message, Mailing};
use twinning_entity::outbox_mail::{self as mail, MailState};
use twinning_entity::{account, calendar_day};
use uuid::Uuid;

use super::wire::MailFilter;
use crate::app::App;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;

/// How long a claim on a letter holds, in seconds: longer than a whole try may take.
const LEASE_SECONDS: i64 = 90;

/// The reader of a message, if the account is in use.
pub(super) async fn reader(conn: &impl ConnectionTrait, id: AccountId) -> Result<Option<account::Model>> {
    Ok(account::Entity::find_by_id(id)
        .filter(account::Column::Status.eq(account::AccountStatus::Active))
        .one(conn)
        .await?)
}

/// Writes a message; false when one with its key stands there already.
pub(super) async fn add_message(tx: &impl ConnectionTrait, new: message::ActiveModel) -> Result<bool> {
    let key = OnConflict::columns([message::Column::AccountId, message::Column::DedupeKey]).do_nothing().to_owned();
    let written = message::Entity::insert(new).on_conflict(key).exec_without_returning(tx).await?;
    Ok(written == 1)
}

/// Whether a letter of this key was written.
pub(super) async fn has_mail(conn: &impl ConnectionTrait, dedupe: &str) -> Result<bool> {
    Ok(mail::Entity::find().filter(mail::Column::DedupeKey.eq(dedupe)).limit(1).one(conn).await?.is_some())
}

/// Writes a letter; one with its key stands for it.
pub(super) async fn add_mail(tx: &impl ConnectionTrait, new: mail::ActiveModel) -> Result<()> {
    let key = OnConflict::column(mail::Column::DedupeKey).do_nothing().to_owned();
    mail::Entity::insert(new).on_conflict(key).exec_without_returning(tx).await?;
    Ok(())
}

pub(super) async fn messages(
    conn: &impl ConnectionTrait,
    account: AccountId,
    unread: bool,
    at: &PageRequest,
) -> Result<(Vec<message::Model>, Option<u64>)> {
    let mut query = message::Entity::find().filter(message::Column::AccountId.eq(account));
    if unread {
        query = query.filter(message::Column::ReadAt.is_null());
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(before) = at.after::<MessageId>()? {
        query = query.filter(message::Column::Id.lt(before));
    }
    let rows = query.order_by_desc(message::Column::Id).offset(at.skip).limit(at.limit + 1).all(conn).await?;
    Ok((rows, total))
}

pub(super) async fn unread(conn: &impl ConnectionTrait, account: AccountId) -> Result<u64> {
    Ok(message::Entity::find()
        .filter(message::Column::AccountId.eq(account))
        .filter(message::Column::ReadAt.is_null())
        .count(conn)
        .await?)
}

/// Marks messages of an account as read; without an identifier all of them.
pub(super) async fn mark_read(
    tx: &impl ConnectionTrait,
    account: AccountId,
    id: Option<MessageId>,
    at: DateTime<Utc>,
) -> Result<()> {
    let mut update = message::Entity::update_many()
        .col_expr(message::Column::ReadAt, Expr::value(at))
        .filter(message::Column::AccountId.eq(account))
        .filter(message::Column::ReadAt.is_null());
    if let Some(id) = id {
        update = update.filter(message::Column::Id.eq(id));
    }
    update.exec(tx).await?;
    Ok(())
}

pub(super) async fn message(conn: &impl ConnectionTrait, account: AccountId, id: MessageId) -> Result<message::Model> {
    message::Entity::find_by_id(id)
        .filter(message::Column::AccountId.eq(account))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("message"))
}

pub(super) async fn put_choices(
    tx: &impl ConnectionTrait,
    account: AccountId,
    choices: serde_json::Value,
) -> Result<()> {
    account::Entity::update_many()
        .col_expr(account::Column::MailChoices, Expr::value(choices))
        .filter(account::Column::Id.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Accounts with messages that wait for a digest of this frequency.
pub(super) async fn waiting_readers(conn: &impl ConnectionTrait, mailing: Mailing) -> Result<Vec<AccountId>> {
    Ok(message::Entity::find()
        .select_only()
        .column(message::Column::AccountId)
        .distinct()
        .filter(message::Column::Mailing.eq(mailing))
        .into_tuple()
        .all(conn)
        .await?)
}

/// Messages of an account that wait for a digest, the oldest first.
pub(super) async fn waiting(
    conn: &impl ConnectionTrait,
    account: AccountId,
    mailing: Mailing,
) -> Result<Vec<message::Model>> {
    Ok(message::Entity::find()
        .filter(message::Column::AccountId.eq(account))
        .filter(message::Column::Mailing.eq(mailing))
        .order_by_asc(message::Column::Id)
        .limit(200)
        .all(conn)
        .await?)
}

pub(super) async fn settle(tx: &impl ConnectionTrait, ids: Vec<MessageId>, mailing: Mailing) -> Result<()> {
    message::Entity::update_many()
        .col_expr(message::Column::Mailing, Expr::value(mailing))
        .filter(message::Column::Id.is_in(ids))
        .exec(tx)
        .await?;
    Ok(())
}

fn due(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(mail::Column::State.eq(MailState::Queued).and(mail::Column::NextAt.lte(now)))
        .add(mail::Column::State.eq(MailState::Sending).and(mail::Column::LeaseUntil.lt(now)))
}

/// Claims the oldest letter that is due of the organisation that comes after `last` in turn, so that one organisation
/// with many letters holds up nobody (`reliability.md` O-02).
pub(super) async fn claim(app: &App, last: Option<OrganisationId>) -> Result<Option<mail::Model>> {
    let now = app.now();
    let turns: Vec<Option<OrganisationId>> = mail::Entity::find()
        .select_only()
        .column(mail::Column::OrganisationId)
        .distinct()
        .filter(due(now))
        .limit(1_000)
        .into_tuple()
        .all(app.db().current())
        .await?;
    let Some(turn) = turns.iter().filter(|one| **one > last).min().or(turns.iter().min()) else { return Ok(None) };
    let tx = app.db().begin().await?;
    let of_turn = match turn {
        Some(id) => mail::Column::OrganisationId.eq(*id),
        None => mail::Column::OrganisationId.is_null(),
    };
    let found = mail::Entity::find()
        .filter(due(now))
        .filter(of_turn)
        .order_by_asc(mail::Column::NextAt)
        .order_by_asc(mail::Column::Id)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(&tx)
        .await?;
    let Some(mut letter) = found else {
        tx.rollback().await?;
        return Ok(None);
    };
    let token = app.new_id::<Uuid>();
    mail::Entity::update_many()
        .col_expr(mail::Column::State, Expr::value(MailState::Sending))
        .col_expr(mail::Column::Attempts, Expr::value(letter.attempts + 1))
        .col_expr(mail::Column::LeaseUntil, Expr::value(now + Duration::seconds(LEASE_SECONDS)))
        .col_expr(mail::Column::LeaseToken, Expr::value(token))
        .filter(mail::Column::Id.eq(letter.id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    letter.lease_token = Some(token);
    letter.attempts += 1;
    Ok(Some(letter))
}

/// Notes what became of a claimed letter; a claim that was lost changes nothing.
pub(super) async fn close(
    app: &App,
    letter: &mail::Model,
    state: MailState,
    next_at: DateTime<Utc>,
    error: Option<String>,
) -> Result<()> {
    let tx = app.db().begin().await?;
    let mut update = mail::Entity::update_many()
        .col_expr(mail::Column::State, Expr::value(state))
        .col_expr(mail::Column::NextAt, Expr::value(next_at))
        .col_expr(mail::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(mail::Column::LastError, Expr::value(error));
    if state == MailState::Sent {
        // What was said is the reader's now; the outbox keeps that it was sent.
        update = update
            .col_expr(mail::Column::SentAt, Expr::value(app.now()))
            .col_expr(mail::Column::Data, Expr::value(serde_json::json!({})));
    }
    update
        .filter(mail::Column::Id.eq(letter.id))
        .filter(mail::Column::LeaseToken.eq(letter.lease_token))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn mails(
    conn: &impl ConnectionTrait,
    filter: &MailFilter,
    at: &PageRequest,
) -> Result<(Vec<mail::Model>, Option<u64>)> {
    let mut query = mail::Entity::find();
    if let Some(state) = filter.state {
        query = query.filter(mail::Column::State.eq(state));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(before) = at.after::<MailId>()? {
        query = query.filter(mail::Column::Id.lt(before));
    }
    let rows = query.order_by_desc(mail::Column::Id).offset(at.skip).limit(at.limit + 1).all(conn).await?;
    Ok((rows, total))
}

pub(super) async fn mail(conn: &impl ConnectionTrait, id: MailId) -> Result<mail::Model> {
    mail::Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound("mail"))
}

/// Puts a dead letter back into the queue; false when it is not dead any more.
pub(super) async fn revive(tx: &impl ConnectionTrait, id: MailId, at: DateTime<Utc>) -> Result<bool> {
    let outcome = mail::Entity::update_many()
        .col_expr(mail::Column::State, Expr::value(MailState::Queued))
        .col_expr(mail::Column::Attempts, Expr::value(0))
        .col_expr(mail::Column::CreatedAt, Expr::value(at))
        .col_expr(mail::Column::NextAt, Expr::value(at))
        .filter(mail::Column::Id.eq(id))
        .filter(mail::Column::State.eq(MailState::Dead))
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Forgets letters that were sent, and empties dead ones, long ago; messages that were read.
pub(super) async fn forget(tx: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    mail::Entity::delete_many()
        .filter(mail::Column::State.eq(MailState::Sent))
        .filter(mail::Column::SentAt.lt(now - Duration::days(90)))
        .exec(tx)
        .await?;
    mail::Entity::delete_many()
        .filter(mail::Column::State.eq(MailState::Dead))
        .filter(mail::Column::CreatedAt.lt(now - Duration::days(90)))
        .exec(tx)
        .await?;
    message::Entity::delete_many().filter(message::Column::CreatedAt.lt(now - Duration::days(365))).exec(tx).await?;
    Ok(())
}

pub(super) async fn calendar_day(conn: &impl ConnectionTrait, day: NaiveDate) -> Result<Option<calendar_day::Model>> {
    Ok(calendar_day::Entity::find_by_id(day).one(conn).await?)
}

pub(super) async fn calendar(
    conn: &impl ConnectionTrait,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<calendar_day::Model>> {
    Ok(calendar_day::Entity::find()
        .filter(calendar_day::Column::Day.between(from, to))
        .order_by_asc(calendar_day::Column::Day)
        .all(conn)
        .await?)
}

pub(super) async fn put_day(tx: &impl ConnectionTrait, day: calendar_day::Model) -> Result<()> {
    calendar_day::Entity::delete_by_id(day.day).exec(tx).await?;
    calendar_day::ActiveModel { day: Set(day.day), working: Set(day.working), name: Set(day.name) }.insert(tx).await?;
    Ok(())
}

/// How many letters wait, and how many are dead.
pub(super) async fn stuck(conn: &impl ConnectionTrait) -> Result<(u64, u64)> {
    let dead = mail::Entity::find().filter(mail::Column::State.eq(MailState::Dead)).count(conn).await?;
    let open = [MailState::Queued, MailState::Sending];
    Ok((mail::Entity::find().filter(mail::Column::State.is_in(open)).count(conn).await?, dead))
}

/// What letters that were not sent hold, where it is sealed.
pub(super) async fn sealed(conn: &impl ConnectionTrait) -> Result<Vec<serde_json::Value>> {
    let open: Vec<serde_json::Value> = mail::Entity::find()
        .select_only()
        .column(mail::Column::Data)
        .filter(mail::Column::State.ne(MailState::Sent))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(open.into_iter().filter(|one| one.get("sealed").is_some()).collect())
}
