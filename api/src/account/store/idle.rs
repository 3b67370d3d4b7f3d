//! Statements on accounts that nobody uses.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::appointment;
use twinning_entity::ids::{AccountId, OrganisationId};
use twinning_entity::person;

use crate::kernel::error::Result;

use super::in_force;

/// Active accounts that nobody signed in to since `before`.
pub(in crate::account) async fn idle(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<Vec<AccountId>> {
    let unused = row::Column::LastSignInAt
        .lt(before)
        .or(row::Column::LastSignInAt.is_null().and(row::Column::CreatedAt.lt(before)));
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::Status.eq(AccountStatus::Active))
        .filter(unused)
        .order_by_asc(row::Column::Id)
        .into_tuple()
        .all(conn)
        .await?)
}

/// How many of some accounts each organisation has, by their appointments in force.
pub(in crate::account) async fn counted_by_organisation(
    conn: &impl ConnectionTrait,
    accounts: &[AccountId],
    today: NaiveDate,
) -> Result<BTreeMap<OrganisationId, usize>> {
    let mut found: BTreeMap<OrganisationId, usize> = BTreeMap::new();
    for part in accounts.chunks(500) {
        let held: Vec<(AccountId, OrganisationId)> = appointment::Entity::find()
            .select_only()
            .column(appointment::Column::AccountId)
            .column(appointment::Column::OrganisationId)
            .distinct()
            .filter(appointment::Column::AccountId.is_in(part.iter().copied()))
            .filter(in_force(today))
            .into_tuple()
            .all(conn)
            .await?;
        for (_, place) in held {
            *found.entry(place).or_default() += 1;
        }
    }
    Ok(found)
}

/// Disabled accounts that nobody signed in to since `before` and that still name somebody.
pub(in crate::account) async fn long_disabled(
    conn: &impl ConnectionTrait,
    before: DateTime<Utc>,
) -> Result<Vec<AccountId>> {
    let unused = row::Column::LastSignInAt
        .lt(before)
        .or(row::Column::LastSignInAt.is_null().and(row::Column::CreatedAt.lt(before)));
    let named =
        person::Entity::find().select_only().column(person::Column::Id).filter(person::Column::ErasedAt.is_null());
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::Status.eq(AccountStatus::Disabled))
        .filter(row::Column::PersonId.in_subquery(named.into_query()))
        .filter(unused)
        .order_by_asc(row::Column::Id)
        .into_tuple()
        .all(conn)
        .await?)
}
