//! Statements on the table of changes.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set, Statement,
};
use twinning_entity::index_change as row;
use uuid::Uuid;

use crate::app::App;
use crate::infra::db;
use crate::kernel::error::Result;
use crate::organisation::model::path_end;

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

pub(super) async fn note_all(tx: &impl ConnectionTrait, app: &App, kind: &str, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    db::queue_up(tx, CHANGE_LOCK).await?;
    let rows = ids.iter().map(|id| row::ActiveModel {
        seq: sea_orm::NotSet,
        kind: Set(kind.to_owned()),
        object_id: Set(*id),
        at: Set(app.now()),
    });
    row::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes a change of everything whose place is at or below `path`, in one statement for each kind: a part of the tree
/// may hold thousands.
pub(super) async fn note_below(tx: &impl ConnectionTrait, app: &App, path: &str) -> Result<()> {
    db::queue_up(tx, CHANGE_LOCK).await?;
    let inside = "SELECT id FROM organisations WHERE path >= $2 AND path < $3";
    for (kind, table, owned) in [
        ("organisation", "organisations", "id"),
        ("activity", "activities", "organiser_id"),
        ("activity", "activities", "counterpart_id"),
        ("document", "documents", "organisation_id"),
        ("class", "classes", "organiser_id"),
    ] {
        let sql = format!(
            "INSERT INTO index_changes (kind, object_id, at) SELECT '{kind}', id, $1 FROM {table} \
             WHERE {owned} IN ({inside})"
        );
        let values: [sea_orm::Value; 3] = [app.now().into(), path.into(), path_end(path).into()];
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    }
    Ok(())
}

pub(super) async fn after(conn: &impl ConnectionTrait, mark: i64, limit: u64) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::Seq.gt(mark))
        .order_by_asc(row::Column::Seq)
        .limit(limit)
        .all(conn)
        .await?)
}
