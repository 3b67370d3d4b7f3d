//! Statements on programmes.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use twinning_entity::ids::ProgrammeId;
use twinning_entity::programme::{self as row, ProgrammeStatus};

use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;

pub(super) async fn find(conn: &impl ConnectionTrait, id: ProgrammeId) -> Result<row::Model> {
    row::Entity::find_by_id(id)
        .filter(row::Column::Status.ne(ProgrammeStatus::Draft))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("programme"))
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    after: Option<String>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let query =
        row::Entity::find().filter(row::Column::Status.ne(ProgrammeStatus::Draft)).order_by_asc(row::Column::Code);
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    let query = match after {
        Some(code) => query.filter(row::Column::Code.gt(code)),
        None => query,
    };
    Ok((query.limit(at.limit + 1).all(conn).await?, total))
}

pub(super) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::Status.ne(ProgrammeStatus::Draft))
        .order_by_asc(row::Column::Code)
        .all(conn)
        .await?)
}

/// Removes a programme that nobody changed since it was made; says whether it did.
pub(super) async fn remove(tx: &impl ConnectionTrait, id: ProgrammeId) -> Result<bool> {
    let gone = row::Entity::delete_many().filter(row::Column::Id.eq(id)).filter(row::Column::Version.eq(1)).exec(tx);
    Ok(gone.await?.rows_affected == 1)
}

pub(super) async fn by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::Code.eq(code)).one(conn).await?)
}

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}
