//! Statements on the table of changes.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};
use twinning_entity::index_change as row;
use uuid::Uuid;

use crate::app::App;
use crate::infra::db;
use crate::kernel::error::Result;

/// Lock that makes numbers become visible in their order.
const CHANGE_LOCK: i64 = 7_004;

/// Notes a change and gives its number.
pub(super) async fn note(tx: &impl ConnectionTrait, app: &App, kind: &str, id: Uuid) -> Result<i64> {
    db::queue_up(tx, CHANGE_LOCK).await?;
    let noted =
        row::ActiveModel { seq: sea_orm::NotSet, kind: Set(kind.to_owned()), object_id: Set(id), at: Set(app.now()) }
            .insert(tx)
            .await?;
    Ok(noted.seq)
}

pub(super) async fn after(conn: &impl ConnectionTrait, mark: i64, limit: u64) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::Seq.gt(mark))
        .order_by_asc(row::Column::Seq)
        .limit(limit)
        .all(conn)
        .await?)
}
