//! Statements on portal sessions, refresh tokens with their families, and browsers that are known.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use twinning_entity::account as row;
use twinning_entity::account_link as link;
use twinning_entity::appointment;
use twinning_entity::ids::{AccountId, SessionId};
use twinning_entity::{known_device, password_history, recovery_code, refresh_token, session};
use uuid::Uuid;

use crate::app::App;
use crate::kernel::error::Result;

pub(in crate::account) async fn forget_ended(tx: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<()> {
    session::Entity::delete_many()
        .filter(session::Column::EndedAt.lt(before).or(session::Column::ExpiresAt.lt(before)))
        .exec(tx)
        .await?;
    refresh_token::Entity::delete_many().filter(refresh_token::Column::ExpiresAt.lt(before)).exec(tx).await?;
    link::Entity::delete_many().filter(link::Column::ExpiresAt.lt(before)).exec(tx).await?;
    known_device::Entity::delete_many()
        .filter(known_device::Column::SeenAt.lt(before - chrono::Duration::days(180)))
        .exec(tx)
        .await?;
    Ok(())
}

pub(in crate::account) async fn note_sign_in(
    tx: &impl ConnectionTrait,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::LastSignInAt, Expr::value(at))
        .filter(row::Column::Id.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

pub(in crate::account) async fn add_refresh(
    tx: &impl ConnectionTrait,
    token: refresh_token::ActiveModel,
) -> Result<()> {
    token.insert(tx).await?;
    Ok(())
}

pub(in crate::account) async fn refresh_by_hash(
    conn: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<refresh_token::Model>> {
    Ok(refresh_token::Entity::find().filter(refresh_token::Column::TokenHash.eq(hash)).one(conn).await?)
}

/// Whether a sign-in still holds: one of its refresh tokens has not been ended.
pub(in crate::account) async fn family_holds(conn: &impl ConnectionTrait, family: Uuid) -> Result<bool> {
    let one = refresh_token::Entity::find()
        .filter(refresh_token::Column::FamilyId.eq(family))
        .filter(refresh_token::Column::EndedAt.is_null())
        .limit(1)
        .one(conn)
        .await?;
    Ok(one.is_some())
}

/// Marks a refresh token as used; false when somebody was faster.
pub(in crate::account) async fn use_refresh(
    tx: &impl ConnectionTrait,
    token: &refresh_token::Model,
    at: DateTime<Utc>,
) -> Result<bool> {
    let outcome = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(at))
        .filter(refresh_token::Column::Id.eq(token.id))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

pub(in crate::account) async fn end_family(tx: &impl ConnectionTrait, family: Uuid, at: DateTime<Utc>) -> Result<()> {
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::EndedAt, Expr::value(at))
        .filter(refresh_token::Column::FamilyId.eq(family))
        .filter(refresh_token::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

pub(in crate::account) async fn add_session(tx: &impl ConnectionTrait, session: session::ActiveModel) -> Result<()> {
    session.insert(tx).await?;
    Ok(())
}

pub(in crate::account) async fn session_by_hash(
    conn: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<session::Model>> {
    Ok(session::Entity::find()
        .filter(session::Column::TokenHash.eq(hash))
        .filter(session::Column::EndedAt.is_null())
        .one(conn)
        .await?)
}

pub(in crate::account) async fn live_sessions(
    conn: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<session::Model>> {
    Ok(session::Entity::find()
        .filter(session::Column::AccountId.eq(account))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_asc(session::Column::CreatedAt)
        .all(conn)
        .await?)
}

pub(in crate::account) async fn end_session(tx: &impl ConnectionTrait, id: SessionId, at: DateTime<Utc>) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(at))
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

pub(in crate::account) async fn touch_session(
    tx: &impl ConnectionTrait,
    id: SessionId,
    at: DateTime<Utc>,
) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, Expr::value(at))
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Remembers a browser, or that it was seen again.
pub(in crate::account) async fn know_device(
    tx: &impl ConnectionTrait,
    app: &App,
    account: AccountId,
    hash: &str,
) -> Result<()> {
    let seen = known_device::Entity::update_many()
        .col_expr(known_device::Column::SeenAt, Expr::value(app.now()))
        .filter(known_device::Column::AccountId.eq(account))
        .filter(known_device::Column::TokenHash.eq(hash))
        .exec(tx)
        .await?;
    if seen.rows_affected == 0 {
        known_device::ActiveModel {
            id: Set(app.new_id()),
            account_id: Set(account),
            token_hash: Set(hash.to_owned()),
            seen_at: Set(app.now()),
        }
        .insert(tx)
        .await?;
    }
    Ok(())
}

pub(in crate::account) async fn is_known_device(
    conn: &impl ConnectionTrait,
    account: AccountId,
    hash: &str,
) -> Result<bool> {
    Ok(known_device::Entity::find()
        .filter(known_device::Column::AccountId.eq(account))
        .filter(known_device::Column::TokenHash.eq(hash))
        .limit(1)
        .one(conn)
        .await?
        .is_some())
}

/// A sign-in over the API that holds: its family, its beginning and its last use.
#[derive(FromQueryResult)]
pub(in crate::account) struct FamilyRow {
    pub(in crate::account) family_id: Uuid,
    pub(in crate::account) first_at: DateTime<Utc>,
    pub(in crate::account) last_at: DateTime<Utc>,
}

pub(in crate::account) async fn live_families(
    conn: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<FamilyRow>> {
    Ok(refresh_token::Entity::find()
        .select_only()
        .column(refresh_token::Column::FamilyId)
        .column_as(refresh_token::Column::IssuedAt.min(), "first_at")
        .column_as(refresh_token::Column::IssuedAt.max(), "last_at")
        .filter(refresh_token::Column::AccountId.eq(account))
        .filter(refresh_token::Column::EndedAt.is_null())
        .filter(refresh_token::Column::ExpiresAt.gt(now))
        .group_by(refresh_token::Column::FamilyId)
        .into_model()
        .all(conn)
        .await?)
}

/// Forgets what an erased account leaves behind: appointments end, inbox, letters, devices, codes and former passwords go.
pub(in crate::account) async fn forget_traces(
    tx: &impl ConnectionTrait,
    id: AccountId,
    today: NaiveDate,
) -> Result<()> {
    use twinning_entity::{api_token, inbox_message, outbox_mail};
    let yesterday = today.pred_opt().unwrap_or(today);
    // One that began today, or is still to begin, is over before it began.
    appointment::Entity::update_many()
        .col_expr(appointment::Column::StartsOn, Expr::value(yesterday))
        .filter(appointment::Column::AccountId.eq(id))
        .filter(appointment::Column::StartsOn.gt(yesterday))
        .exec(tx)
        .await?;
    appointment::Entity::update_many()
        .col_expr(appointment::Column::EndsOn, Expr::value(yesterday))
        .col_expr(appointment::Column::Version, Expr::col(appointment::Column::Version).add(1))
        .filter(appointment::Column::AccountId.eq(id))
        .filter(Condition::any().add(appointment::Column::EndsOn.is_null()).add(appointment::Column::EndsOn.gte(today)))
        .exec(tx)
        .await?;
    inbox_message::Entity::delete_many().filter(inbox_message::Column::AccountId.eq(id)).exec(tx).await?;
    outbox_mail::Entity::delete_many().filter(outbox_mail::Column::ToAccountId.eq(id)).exec(tx).await?;
    known_device::Entity::delete_many().filter(known_device::Column::AccountId.eq(id)).exec(tx).await?;
    recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(id)).exec(tx).await?;
    password_history::Entity::delete_many().filter(password_history::Column::AccountId.eq(id)).exec(tx).await?;
    link::Entity::delete_many().filter(link::Column::AccountId.eq(id)).exec(tx).await?;
    api_token::Entity::delete_many().filter(api_token::Column::AccountId.eq(id)).exec(tx).await?;
    session::Entity::delete_many().filter(session::Column::AccountId.eq(id)).exec(tx).await?;
    refresh_token::Entity::delete_many().filter(refresh_token::Column::AccountId.eq(id)).exec(tx).await?;
    Ok(())
}

pub(in crate::account) async fn put_session_token(tx: &impl ConnectionTrait, id: SessionId, hash: &str) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::TokenHash, Expr::value(hash))
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}
