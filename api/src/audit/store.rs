//! Statements on the audit log.

use super::wire::AuditFilter;
use crate::infra::db;
use crate::kernel::error::Result;
use crate::kernel::page::PageRequest;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set, sea_query::ExprTrait as _,
};
use twinning_entity::audit_entry as row;
use twinning_entity::audit_head as head;

/// Lock under which entries get their number and their place in the chain.
const CHAIN_LOCK: i64 = 7_001;

/// The end of the chain, taken under its lock, so the next entry follows without a gap.
pub(super) async fn head(tx: &impl ConnectionTrait) -> Result<Option<head::Model>> {
    db::queue_up(tx, CHAIN_LOCK).await?;
    Ok(head::Entity::find_by_id(CURRENT).one(tx).await?)
}

/// The last entry, for a chain that has no head yet.
pub(super) async fn last(tx: &impl ConnectionTrait) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().order_by_desc(row::Column::Seq).limit(1).one(tx).await?)
}

/// Writes where the chain ends now.
pub(super) async fn put_head(tx: &impl ConnectionTrait, next: head::Model, is_first: bool) -> Result<()> {
    let id = next.id;
    let next: head::ActiveModel = next.into();
    let next = next.reset_all();
    if is_first {
        head::Entity::insert(next).exec_without_returning(tx).await?;
    } else {
        head::Entity::update_many().set(next).filter(head::Column::Id.eq(id)).exec(tx).await?;
    }
    Ok(())
}

/// Heads that were kept, the oldest first; the current one has the number zero.
pub(super) async fn heads(conn: &impl ConnectionTrait) -> Result<Vec<head::Model>> {
    Ok(head::Entity::find().order_by_asc(head::Column::Id).all(conn).await?)
}

/// Number of the head that stands for the end of the chain.
pub(super) const CURRENT: i64 = 0;

pub(super) async fn append(tx: &impl ConnectionTrait, entry: row::Model) -> Result<()> {
    row::ActiveModel {
        seq: Set(entry.seq),
        at: Set(entry.at),
        account_id: Set(entry.account_id),
        role: Set(entry.role),
        organisation_id: Set(entry.organisation_id),
        address: Set(entry.address),
        request_id: Set(entry.request_id),
        operation: Set(entry.operation),
        object_kind: Set(entry.object_kind),
        object_id: Set(entry.object_id),
        result: Set(entry.result),
        detail: Set(entry.detail),
        prev_hash: Set(entry.prev_hash),
        hash: Set(entry.hash),
    }
    .insert(tx)
    .await?;
    Ok(())
}

fn filtered(filter: &AuditFilter) -> sea_orm::Select<row::Entity> {
    let mut query = row::Entity::find();
    if let Some(operation) = &filter.operation {
        // `activity` finds all that is done with activities, `activity.confirm` one act.
        let begins = format!("{operation}.");
        query = query.filter(row::Column::Operation.eq(operation).or(row::Column::Operation.starts_with(begins)));
    }
    if let Some(id) = filter.object_id {
        query = query.filter(row::Column::ObjectId.eq(id));
    }
    if let Some(id) = filter.account_id {
        query = query.filter(row::Column::AccountId.eq(id));
    }
    if let Some(id) = filter.organisation_id {
        query = query.filter(row::Column::OrganisationId.eq(id));
    }
    if let Some(result) = &filter.result {
        query = query.filter(row::Column::Result.eq(result));
    }
    if let Some(from) = filter.from {
        query = query.filter(row::Column::At.gte(from.to_utc()));
    }
    if let Some(to) = filter.to {
        query = query.filter(row::Column::At.lt(to.to_utc()));
    }
    query
}

pub(super) async fn list(
    conn: &impl ConnectionTrait,
    filter: &AuditFilter,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = filtered(filter);
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(before) = at.after::<i64>()? {
        query = query.filter(row::Column::Seq.lt(before));
    }
    let rows = query.order_by_desc(row::Column::Seq).offset(at.skip).limit(at.limit + 1).all(conn).await?;
    Ok((rows, total))
}

/// Entries of a filter behind `after`, in order, for an export.
pub(super) async fn batch(
    conn: &impl ConnectionTrait,
    filter: &AuditFilter,
    after: i64,
    limit: u64,
) -> Result<Vec<row::Model>> {
    Ok(filtered(filter)
        .filter(row::Column::Seq.gt(after))
        .order_by_asc(row::Column::Seq)
        .limit(limit)
        .all(conn)
        .await?)
}

/// The newest entries of a filter, the newest first.
pub(super) async fn newest(conn: &impl ConnectionTrait, filter: &AuditFilter, limit: u64) -> Result<Vec<row::Model>> {
    Ok(filtered(filter).order_by_desc(row::Column::Seq).limit(limit).all(conn).await?)
}

/// Entries from `first` on, in order, for checking the chain.
pub(super) async fn from(conn: &impl ConnectionTrait, first: i64, limit: u64) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::Seq.gte(first))
        .order_by_asc(row::Column::Seq)
        .limit(limit)
        .all(conn)
        .await?)
}
