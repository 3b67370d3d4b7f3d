//! Statements on the audit log.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
};
use twinning_entity::audit_entry as row;
use uuid::Uuid;

use crate::infra::db;
use crate::kernel::error::Result;
use crate::kernel::page::PageRequest;

/// Lock under which entries get their number and their place in the chain.
const CHAIN_LOCK: i64 = 7_001;

/// The last entry; taken under the chain's lock, so the next one follows without a gap.
pub(super) async fn last(tx: &impl ConnectionTrait) -> Result<Option<row::Model>> {
    db::queue_up(tx, CHAIN_LOCK).await?;
    Ok(row::Entity::find().order_by_desc(row::Column::Seq).limit(1).one(tx).await?)
}

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

pub(super) async fn list(
    conn: &impl ConnectionTrait,
    operation: Option<&str>,
    object_id: Option<Uuid>,
    before: Option<i64>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find();
    if let Some(operation) = operation {
        query = query.filter(row::Column::Operation.eq(operation));
    }
    if let Some(id) = object_id {
        query = query.filter(row::Column::ObjectId.eq(id));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(before) = before {
        query = query.filter(row::Column::Seq.lt(before));
    }
    let rows = query.order_by_desc(row::Column::Seq).limit(at.limit + 1).all(conn).await?;
    Ok((rows, total))
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
