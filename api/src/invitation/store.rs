//! Statements on invitations.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use twinning_entity::appointment::RoleCode;
use twinning_entity::ids::{AccountId, InvitationId, OrganisationId};
use twinning_entity::invitation::{self as row, InvitationState};

use crate::appointment::policy::Scope;
use crate::infra::db;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

fn visible(scope: &Scope) -> Condition {
    Condition::all().add(row::Column::OrganisationId.in_subquery(scope.organisations()))
}

pub(super) async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: InvitationId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(visible(scope)).one(conn).await?.ok_or(Error::NotFound("invitation"))
}

/// The open invitation of an account.
pub(super) async fn open_of(conn: &impl ConnectionTrait, account: AccountId) -> Result<Option<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::State.eq(InvitationState::Open))
        .one(conn)
        .await?)
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    state: Option<InvitationState>,
    below: Option<&str>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find().filter(visible(scope));
    if let Some(state) = state {
        query = query.filter(row::Column::State.eq(state));
    }
    if let Some(path) = below {
        query = query.filter(visible(&Scope::below(path)));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(before) = at.after::<InvitationId>()? {
        query = query.filter(row::Column::Id.lt(before));
    }
    let rows = query.order_by_desc(row::Column::Id).offset(at.skip).limit(at.limit + 1).all(conn).await?;
    Ok((rows, total))
}

/// Invitations of an organisation since `from`.
pub(super) async fn recent(
    conn: &impl ConnectionTrait,
    organisation: OrganisationId,
    from: DateTime<Utc>,
) -> Result<u64> {
    Ok(row::Entity::find()
        .filter(row::Column::OrganisationId.eq(organisation))
        .filter(row::Column::CreatedAt.gte(from))
        .count(conn)
        .await?)
}

/// Writes an invitation over the version it came from.
pub(super) async fn replace(tx: &impl ConnectionTrait, next: row::Model) -> Result<()> {
    let at = Condition::all().add(row::Column::Id.eq(next.id)).add(row::Column::Version.eq(next.version - 1));
    let next: row::ActiveModel = next.into();
    db::replace::<row::Entity>(tx, next.reset_all(), at).await
}

/// Closes invitations whose link is over.
pub(super) async fn expire(tx: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(InvitationState::Expired))
        .col_expr(row::Column::ClosedAt, Expr::value(now))
        .col_expr(row::Column::Version, Expr::col(row::Column::Version).add(1))
        .filter(row::Column::State.eq(InvitationState::Open))
        .filter(row::Column::ExpiresAt.lt(now))
        .exec(tx)
        .await?;
    Ok(())
}

/// Revokes what is open or over of an account's invitations.
pub(super) async fn close_of(tx: &impl ConnectionTrait, account: AccountId, now: DateTime<Utc>) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(InvitationState::Revoked))
        .col_expr(row::Column::ClosedAt, Expr::value(now))
        .col_expr(row::Column::Version, Expr::col(row::Column::Version).add(1))
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::State.is_in([InvitationState::Open, InvitationState::Expired]))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets what an account's invitations say of the person.
pub(super) async fn blank(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::IdentityCheck, Expr::value(""))
        .col_expr(row::Column::Post, Expr::value(Option::<String>::None))
        .filter(row::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Invitations to a role that nobody took, open or over.
pub(super) async fn untaken_with_role(conn: &impl ConnectionTrait, role: RoleCode) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::Role.eq(role))
        .filter(row::Column::State.is_in([InvitationState::Open, InvitationState::Expired]))
        .all(conn)
        .await?)
}
