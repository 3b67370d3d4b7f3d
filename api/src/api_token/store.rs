//! Statements on tokens of programs.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use twinning_entity::api_token as row;
use twinning_entity::ids::{AccountId, ApiTokenId};

use crate::kernel::error::Result;

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

fn live(now: DateTime<Utc>) -> Condition {
    Condition::all().add(row::Column::EndedAt.is_null()).add(row::Column::ExpiresAt.gt(now))
}

pub(super) async fn of(conn: &impl ConnectionTrait, account: AccountId, now: DateTime<Utc>) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(live(now))
        .order_by_desc(row::Column::Id)
        .all(conn)
        .await?)
}

pub(super) async fn by_hash(conn: &impl ConnectionTrait, hash: &str, now: DateTime<Utc>) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::TokenHash.eq(hash)).filter(live(now)).one(conn).await?)
}

/// Ends a token of an account; false when there is none that holds.
pub(super) async fn end(
    tx: &impl ConnectionTrait,
    account: AccountId,
    id: ApiTokenId,
    at: DateTime<Utc>,
) -> Result<bool> {
    let outcome = row::Entity::update_many()
        .col_expr(row::Column::EndedAt, Expr::value(at))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Ends every token of an account.
pub(super) async fn end_all(tx: &impl ConnectionTrait, account: AccountId, at: DateTime<Utc>) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::EndedAt, Expr::value(at))
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes the day on which a token was used.
pub(super) async fn used(tx: &impl ConnectionTrait, id: ApiTokenId, day: NaiveDate) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::LastUsedOn, Expr::value(day))
        .filter(row::Column::Id.eq(id))
        .filter(Condition::any().add(row::Column::LastUsedOn.is_null()).add(row::Column::LastUsedOn.lt(day)))
        .exec(tx)
        .await?;
    Ok(())
}
