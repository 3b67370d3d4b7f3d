//! Statements on files.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use twinning_entity::file as row;
use twinning_entity::file_download as download;
use twinning_entity::ids::{AccountId, FileId};
use uuid::Uuid;

use crate::kernel::error::{Error, Result};

pub(super) async fn find(conn: &impl ConnectionTrait, id: FileId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(row::Column::DeletedAt.is_null()).one(conn).await?.ok_or(Error::NotFound("file"))
}

pub(super) async fn by_ids(conn: &impl ConnectionTrait, ids: Vec<FileId>) -> Result<Vec<row::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(row::Entity::find().filter(row::Column::Id.is_in(ids)).all(conn).await?)
}

pub(super) async fn add(tx: &impl ConnectionTrait, file: row::Model) -> Result<()> {
    let file: row::ActiveModel = file.into();
    file.reset_all().insert(tx).await?;
    Ok(())
}

/// Gives a file to the object that uses it; one that is another's or used elsewhere is not given.
pub(super) async fn give(
    tx: &impl ConnectionTrait,
    id: FileId,
    uploader: Option<AccountId>,
    kind: &str,
    owner: Uuid,
) -> Result<bool> {
    let fresh = row::Column::OwnerKind.is_null();
    let fresh = match uploader {
        Some(uploader) => fresh.and(row::Column::CreatedBy.eq(uploader)),
        None => fresh,
    };
    // What the object has already stays its own, whichever colleague sends it along.
    let own = row::Column::OwnerKind.eq(kind).and(row::Column::OwnerId.eq(owner));
    let update = row::Entity::update_many()
        .col_expr(row::Column::OwnerKind, Expr::value(kind))
        .col_expr(row::Column::OwnerId, Expr::value(owner))
        .filter(row::Column::Id.eq(id))
        .filter(fresh.or(own));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// The small picture of a photo.
pub(super) async fn thumb_of(conn: &impl ConnectionTrait, photo: FileId) -> Result<Option<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::OwnerKind.eq("photo"))
        .filter(row::Column::OwnerId.eq(photo.0))
        .one(conn)
        .await?)
}

pub(super) async fn note_downloads(tx: &impl ConnectionTrait, notes: Vec<download::Model>) -> Result<()> {
    let notes = notes.into_iter().map(|note| download::ActiveModel::from(note).reset_all());
    download::Entity::insert_many(notes).exec_without_returning(tx).await?;
    Ok(())
}

pub(super) async fn downloads(conn: &impl ConnectionTrait, file: FileId) -> Result<u64> {
    Ok(download::Entity::find().filter(download::Column::FileId.eq(file)).count(conn).await?)
}

pub(super) async fn release(tx: &impl ConnectionTrait, kind: &str, owner: Uuid) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::OwnerKind, Expr::value(Option::<String>::None))
        .col_expr(row::Column::OwnerId, Expr::value(Option::<Uuid>::None))
        .filter(row::Column::OwnerKind.eq(kind))
        .filter(row::Column::OwnerId.eq(owner))
        .exec(tx)
        .await?;
    Ok(())
}

/// Files behind `after` that were not deleted, in order, for checking them.
pub(super) async fn batch(conn: &impl ConnectionTrait, after: Option<FileId>, limit: u64) -> Result<Vec<row::Model>> {
    let mut query = row::Entity::find().filter(row::Column::DeletedAt.is_null());
    if let Some(after) = after {
        query = query.filter(row::Column::Id.gt(after));
    }
    Ok(query.order_by_asc(row::Column::Id).limit(limit).all(conn).await?)
}
