//! Statements on what proves who somebody is: links, former passwords, the second factor with its recovery codes.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use twinning_entity::account as row;
use twinning_entity::account_link::{self as link, LinkPurpose};
use twinning_entity::appointment;
use twinning_entity::ids::{AccountId, AccountLinkId};
use twinning_entity::{organisation, password_history, person, recovery_code};

use super::by_id;
use crate::kernel::error::Result;

pub(in crate::account) async fn add_link(tx: &impl ConnectionTrait, new: link::ActiveModel) -> Result<()> {
    new.insert(tx).await?;
    Ok(())
}

pub(in crate::account) async fn link_by_hash(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<link::Model>> {
    Ok(link::Entity::find().filter(link::Column::TokenHash.eq(hash)).one(conn).await?)
}

/// Uses a link up; false when it was used before.
pub(in crate::account) async fn use_link(
    tx: &impl ConnectionTrait,
    id: AccountLinkId,
    at: DateTime<Utc>,
) -> Result<bool> {
    let outcome = link::Entity::update_many()
        .col_expr(link::Column::UsedAt, Expr::value(at))
        .filter(link::Column::Id.eq(id))
        .filter(link::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Ends the links of an account that were not used, of one purpose or of all.
pub(in crate::account) async fn end_links(
    tx: &impl ConnectionTrait,
    account: AccountId,
    purpose: Option<LinkPurpose>,
    at: DateTime<Utc>,
) -> Result<()> {
    let mut update = link::Entity::update_many()
        .col_expr(link::Column::UsedAt, Expr::value(at))
        .filter(link::Column::AccountId.eq(account))
        .filter(link::Column::UsedAt.is_null());
    if let Some(purpose) = purpose {
        update = update.filter(link::Column::Purpose.eq(purpose));
    }
    update.exec(tx).await?;
    Ok(())
}

/// Words about the owner of an account: login, name, names of the organisations.
pub(in crate::account) async fn context_words(conn: &impl ConnectionTrait, id: AccountId) -> Result<Vec<String>> {
    let account = by_id(conn, id).await?;
    let person = person::Entity::find_by_id(account.person_id).one(conn).await?;
    let organisations = appointment::Entity::find()
        .select_only()
        .column(appointment::Column::OrganisationId)
        .filter(appointment::Column::AccountId.eq(id));
    let names = organisation::Entity::find()
        .filter(organisation::Column::Id.in_subquery(organisations.into_query()))
        .all(conn)
        .await?;
    let mut words: Vec<String> = account.login.split(['@', '.', '+', '-', '_']).map(ToOwned::to_owned).collect();
    words.retain(|word| !["com", "org", "example", "mail"].contains(&word.as_str()));
    words.extend(person.map(|person| person.name));
    words.extend(names.into_iter().map(|one| one.name_short));
    Ok(words)
}

/// The hashes of the last passwords, the newest first.
pub(in crate::account) async fn former_hashes(
    conn: &impl ConnectionTrait,
    id: AccountId,
    most: u64,
) -> Result<Vec<String>> {
    let rows = password_history::Entity::find()
        .filter(password_history::Column::AccountId.eq(id))
        .order_by_desc(password_history::Column::CreatedAt)
        .order_by_desc(password_history::Column::Id)
        .limit(most.saturating_sub(1))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|one| one.hash).collect())
}

pub(in crate::account) async fn add_former_hash(
    tx: &impl ConnectionTrait,
    new: password_history::ActiveModel,
) -> Result<()> {
    new.insert(tx).await?;
    Ok(())
}

/// Writes the sealed secret of the second factor, and since when it holds.
pub(in crate::account) async fn put_factor(
    tx: &impl ConnectionTrait,
    id: AccountId,
    sealed: Option<Vec<u8>>,
    since: Option<DateTime<Utc>>,
) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::TotpSealed, Expr::value(sealed))
        .col_expr(row::Column::TotpSince, Expr::value(since))
        .col_expr(row::Column::Version, Expr::col(row::Column::Version).add(1))
        .filter(row::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Uses up the step of a code; false when it or a later one was used (`reliability.md` A-05: each step once).
pub(in crate::account) async fn use_step(tx: &impl ConnectionTrait, id: AccountId, step: i64) -> Result<bool> {
    let outcome = row::Entity::update_many()
        .col_expr(row::Column::TotpStep, Expr::value(step))
        .filter(row::Column::Id.eq(id))
        .filter(Condition::any().add(row::Column::TotpStep.is_null()).add(row::Column::TotpStep.lt(step)))
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

pub(in crate::account) async fn add_code(tx: &impl ConnectionTrait, new: recovery_code::ActiveModel) -> Result<()> {
    new.insert(tx).await?;
    Ok(())
}

pub(in crate::account) async fn remove_codes(tx: &impl ConnectionTrait, id: AccountId) -> Result<()> {
    recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(id)).exec(tx).await?;
    Ok(())
}

/// Uses up a recovery code; false when there is none like it that was not used.
pub(in crate::account) async fn use_recovery_code(
    tx: &impl ConnectionTrait,
    id: AccountId,
    hash: &str,
    at: DateTime<Utc>,
) -> Result<bool> {
    let outcome = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(at))
        .filter(recovery_code::Column::AccountId.eq(id))
        .filter(recovery_code::Column::CodeHash.eq(hash))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Accounts with a second factor.
pub(in crate::account) async fn with_factor(conn: &impl ConnectionTrait) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::TotpSealed.is_not_null()).all(conn).await?)
}

/// Writes a second factor that was sealed anew, unless it was changed meanwhile.
pub(in crate::account) async fn put_sealed_factor(
    tx: &impl ConnectionTrait,
    id: AccountId,
    before: &[u8],
    sealed: Vec<u8>,
) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::TotpSealed, Expr::value(sealed))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::TotpSealed.eq(before.to_vec()))
        .exec(tx)
        .await?;
    Ok(())
}
