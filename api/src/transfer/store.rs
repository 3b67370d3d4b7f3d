//! Statements on imports and their rows.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use twinning_entity::ids::{AccountId, ImportId, ImportRowId};
use twinning_entity::import::{self as row, ImportKind, ImportState};
use twinning_entity::import_row::{self as line, RowState};
use uuid::Uuid;

use crate::infra::db;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;

/// An import is its maker's alone; the product itself sees all.
pub(super) async fn find(conn: &impl ConnectionTrait, maker: Option<AccountId>, id: ImportId) -> Result<row::Model> {
    let mut query = row::Entity::find_by_id(id);
    if let Some(maker) = maker {
        query = query.filter(row::Column::CreatedBy.eq(maker));
    }
    query.one(conn).await?.ok_or(Error::NotFound("import"))
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    maker: AccountId,
    after: Option<(DateTime<Utc>, ImportId)>,
    at: &PageRequest,
) -> Result<Vec<row::Model>> {
    let mut query = row::Entity::find().filter(row::Column::CreatedBy.eq(maker));
    if let Some((at, id)) = after {
        query =
            query.filter(row::Column::CreatedAt.lt(at).or(row::Column::CreatedAt.eq(at).and(row::Column::Id.lt(id))));
    }
    Ok(query.order_by_desc(row::Column::CreatedAt).order_by_desc(row::Column::Id).limit(at.limit + 1).all(conn).await?)
}

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model, lines: Vec<line::Model>) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    for part in lines.chunks(200) {
        let models = part.iter().cloned().map(|one| line::ActiveModel::from(one).reset_all());
        line::Entity::insert_many(models).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Writes `next` over the version it came from; zero rows means somebody was faster.
pub(super) async fn replace(tx: &impl ConnectionTrait, next: row::Model) -> Result<()> {
    let at = row::Column::Id.eq(next.id).and(row::Column::Version.eq(next.version - 1));
    let id = next.id;
    let mut next = row::ActiveModel::from(next).reset_all();
    next.id = sea_orm::ActiveValue::Unchanged(id);
    db::replace::<row::Entity>(tx, next, at).await
}

pub(super) async fn accepted(conn: &impl ConnectionTrait, id: ImportId) -> Result<Vec<line::Model>> {
    Ok(line::Entity::find()
        .filter(line::Column::ImportId.eq(id))
        .filter(line::Column::State.eq(RowState::Accepted))
        .order_by_asc(line::Column::Position)
        .all(conn)
        .await?)
}

/// Rows that need a look, then the first good ones.
pub(super) async fn shown(conn: &impl ConnectionTrait, id: ImportId, most: u64) -> Result<Vec<line::Model>> {
    let of_state = |state: RowState| {
        line::Entity::find()
            .filter(line::Column::ImportId.eq(id))
            .filter(line::Column::State.eq(state))
            .order_by_asc(line::Column::Position)
            .limit(most)
    };
    let mut out = of_state(RowState::Rejected).all(conn).await?;
    out.extend(of_state(RowState::Accepted).all(conn).await?);
    out.truncate(usize::try_from(most).unwrap_or(200));
    Ok(out)
}

/// The rows with errors, and the headings they stand under.
pub(super) async fn to_mend(conn: &impl ConnectionTrait, id: ImportId) -> Result<Vec<line::Model>> {
    let heading = line::Column::State.eq(RowState::Ignored).and(line::Column::Label.eq("header"));
    Ok(line::Entity::find()
        .filter(line::Column::ImportId.eq(id))
        .filter(line::Column::State.eq(RowState::Rejected).or(heading))
        .order_by_asc(line::Column::Position)
        .all(conn)
        .await?)
}

/// Imports that wait to be confirmed since before a moment.
pub(super) async fn waiting(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::State.eq(ImportState::Checked))
        .filter(row::Column::UpdatedAt.lt(before))
        .all(conn)
        .await?)
}

/// Rosters that came to rest before a moment and still hold cells.
pub(super) async fn older(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<Vec<ImportId>> {
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::Kind.is_in([ImportKind::Enrolments, ImportKind::People]))
        .filter(row::Column::UpdatedAt.lt(before))
        .filter(Expr::cust(
            "EXISTS (SELECT 1 FROM import_rows WHERE import_rows.import_id = imports.id \
             AND CAST(import_rows.cells AS TEXT) <> '[]')",
        ))
        .into_tuple()
        .all(conn)
        .await?)
}

/// Empties what the rows of finished imports held; what they made is known by its id (`reliability.md` P-02). Rows with
/// errors and the headings above them stay to be mended, unless `all` goes.
pub(super) async fn forget_cells(tx: &impl ConnectionTrait, ids: &[ImportId], all: bool) -> Result<()> {
    let mut query = line::Entity::update_many()
        .col_expr(line::Column::Value, Expr::value(Option::<serde_json::Value>::None))
        .col_expr(line::Column::Cells, Expr::value(serde_json::json!([])))
        .col_expr(line::Column::Faults, Expr::value(serde_json::json!([])))
        .filter(line::Column::ImportId.is_in(ids.iter().copied()));
    if !all {
        query = query.filter(line::Column::State.eq(RowState::Accepted));
    }
    query.exec(tx).await?;
    Ok(())
}

pub(super) async fn note_object(tx: &impl ConnectionTrait, id: ImportRowId, kind: &str, object: Uuid) -> Result<()> {
    line::Entity::update_many()
        .col_expr(line::Column::ObjectKind, Expr::value(kind))
        .col_expr(line::Column::ObjectId, Expr::value(object))
        .filter(line::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Keeps what an object was before a row changed it.
pub(super) async fn note_before(tx: &impl ConnectionTrait, id: ImportRowId, before: serde_json::Value) -> Result<()> {
    line::Entity::update_many()
        .col_expr(line::Column::Before, Expr::value(Some(before)))
        .filter(line::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}
