//! Statements on what takes two persons.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use twinning_entity::appointment::{self, RoleCode};
use twinning_entity::approval::{self as row, ApprovalKind, ApprovalState};
use twinning_entity::ids::{AccountId, ApprovalId, CityId};
use twinning_entity::{account, organisation};

use super::wire::ApprovalFilter;
use crate::infra::db;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;

/// Whose the caller may know of: what they asked for, what concerns them, and what is theirs to decide.
pub(super) struct Sight {
    pub(super) own: Option<AccountId>,
    pub(super) all: bool,
    pub(super) cities: Vec<CityId>,
}

fn visible(sight: &Sight) -> Condition {
    let mut any = Condition::any().add(Expr::value(sight.all));
    if let Some(own) = sight.own {
        any = any.add(row::Column::AskedBy.eq(own)).add(row::Column::AccountId.eq(own));
    }
    if !sight.cities.is_empty() {
        let there = organisation::Entity::find()
            .select_only()
            .column(organisation::Column::Id)
            .filter(organisation::Column::CityId.is_in(sight.cities.iter().copied()));
        any = any.add(
            Condition::all()
                .add(row::Column::Kind.is_in([ApprovalKind::PersonalExport, ApprovalKind::Erasure]))
                .add(row::Column::OrganisationId.in_subquery(there.into_query())),
        );
    }
    any
}

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn find(conn: &impl ConnectionTrait, sight: &Sight, id: ApprovalId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(visible(sight)).one(conn).await?.ok_or(Error::NotFound("approval"))
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    sight: &Sight,
    filter: &ApprovalFilter,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find().filter(visible(sight));
    if let Some(state) = filter.state {
        query = query.filter(row::Column::State.eq(state));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(row::Column::Kind.eq(kind));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(before) = at.after::<ApprovalId>()? {
        query = query.filter(row::Column::Id.lt(before));
    }
    let rows = query.order_by_desc(row::Column::Id).offset(at.skip).limit(at.limit + 1).all(conn).await?;
    Ok((rows, total))
}

/// Whether something of a kind is open for an account already.
pub(super) async fn is_open(
    conn: &impl ConnectionTrait,
    kind: ApprovalKind,
    payload: &serde_json::Value,
    asked_by: AccountId,
) -> Result<bool> {
    let open = row::Entity::find()
        .filter(row::Column::State.eq(ApprovalState::Open))
        .filter(row::Column::Kind.eq(kind))
        .filter(row::Column::AskedBy.eq(asked_by))
        .limit(200)
        .all(conn)
        .await?;
    Ok(open.iter().any(|one| &one.payload == payload))
}

/// Writes a decision over the version it came from.
pub(super) async fn replace(tx: &impl ConnectionTrait, next: row::Model) -> Result<()> {
    let at = Condition::all().add(row::Column::Id.eq(next.id)).add(row::Column::Version.eq(next.version - 1));
    let next: row::ActiveModel = next.into();
    db::replace::<row::Entity>(tx, next.reset_all(), at).await
}

/// Active accounts that decide about roles, and those of a city's staff.
pub(super) async fn deciders(
    conn: &impl ConnectionTrait,
    city: Option<CityId>,
    today: chrono::NaiveDate,
) -> Result<Vec<AccountId>> {
    let active = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Status.eq(account::AccountStatus::Active));
    let mut who = Condition::any().add(appointment::Column::Role.eq(RoleCode::SecAdmin));
    if let Some(city) = city {
        let there = organisation::Entity::find()
            .select_only()
            .column(organisation::Column::Id)
            .filter(organisation::Column::CityId.eq(city));
        who = who.add(
            Condition::all()
                .add(appointment::Column::Role.eq(RoleCode::OrgDeptCity))
                .add(appointment::Column::OrganisationId.in_subquery(there.into_query())),
        );
    }
    Ok(appointment::Entity::find()
        .select_only()
        .column(appointment::Column::AccountId)
        .distinct()
        .filter(appointment::Column::AccountId.in_subquery(active.into_query()))
        .filter(who)
        .filter(appointment::Column::StartsOn.lte(today))
        .filter(Condition::any().add(appointment::Column::EndsOn.is_null()).add(appointment::Column::EndsOn.gte(today)))
        .into_tuple()
        .all(conn)
        .await?)
}

/// Ends what waited too long.
pub(super) async fn expire(tx: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64> {
    let outcome = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(ApprovalState::Expired))
        .col_expr(row::Column::DecidedAt, Expr::value(now))
        .col_expr(row::Column::Version, Expr::col(row::Column::Version).add(1))
        .filter(row::Column::State.eq(ApprovalState::Open))
        .filter(row::Column::ExpiresAt.lt(now))
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected)
}
