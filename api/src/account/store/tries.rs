//! Statements on tries to sign in and to reset a password.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
};
use twinning_entity::sign_in_attempt;

use crate::app::App;
use crate::kernel::error::Result;

/// Failures under `subject` since `from`, not counting those before the last success.
pub(in crate::account) async fn failures(
    conn: &impl ConnectionTrait,
    subject: &str,
    from: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>> {
    let tries = sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Subject.eq(subject))
        .filter(sign_in_attempt::Column::At.gte(from))
        .order_by_desc(sign_in_attempt::Column::At)
        .limit(50)
        .all(conn)
        .await?;
    Ok(tries.into_iter().take_while(|one| !one.succeeded).map(|one| one.at).collect())
}

/// Failures from one address since `from`.
pub(in crate::account) async fn failures_from(
    conn: &impl ConnectionTrait,
    address: &str,
    from: DateTime<Utc>,
) -> Result<u64> {
    Ok(sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Address.eq(address))
        .filter(sign_in_attempt::Column::At.gte(from))
        .filter(sign_in_attempt::Column::Succeeded.eq(false))
        .count(conn)
        .await?)
}

pub(in crate::account) async fn note_try(
    tx: &impl ConnectionTrait,
    app: &App,
    subject: &str,
    address: Option<&str>,
    succeeded: bool,
) -> Result<()> {
    sign_in_attempt::ActiveModel {
        id: Set(app.new_id()),
        subject: Set(subject.to_owned()),
        address: Set(address.map(ToOwned::to_owned)),
        succeeded: Set(succeeded),
        at: Set(app.now()),
    }
    .insert(tx)
    .await?;
    Ok(())
}

pub(in crate::account) async fn forget_tries(tx: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<()> {
    sign_in_attempt::Entity::delete_many().filter(sign_in_attempt::Column::At.lt(before)).exec(tx).await?;
    Ok(())
}

/// Tries under a subject since `from`, whatever came of them.
pub(in crate::account) async fn tries(conn: &impl ConnectionTrait, subject: &str, from: DateTime<Utc>) -> Result<u64> {
    Ok(sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Subject.eq(subject))
        .filter(sign_in_attempt::Column::At.gte(from))
        .count(conn)
        .await?)
}

/// Forgotten passwords asked for from an address since `from`.
pub(in crate::account) async fn resets_from(
    conn: &impl ConnectionTrait,
    address: &str,
    from: DateTime<Utc>,
) -> Result<u64> {
    Ok(sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Address.eq(address))
        .filter(sign_in_attempt::Column::Subject.starts_with("reset:"))
        .filter(sign_in_attempt::Column::At.gte(from))
        .count(conn)
        .await?)
}
