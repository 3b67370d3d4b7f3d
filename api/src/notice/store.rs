//! Statements on notices.

use chrono::NaiveDate;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use twinning_entity::ids::NoticeId;
use twinning_entity::notice::{self as row, NoticeStatus};

use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;

pub(super) async fn find(conn: &impl ConnectionTrait, id: NoticeId) -> Result<row::Model> {
    row::Entity::find_by_id(id)
        .filter(row::Column::Status.eq(NoticeStatus::Published))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("notice"))
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    after: Option<(NaiveDate, NoticeId)>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let query = row::Entity::find().filter(row::Column::Status.eq(NoticeStatus::Published));
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    let query = match after {
        Some((day, id)) => query
            .filter(row::Column::PublishedOn.lt(day).or(row::Column::PublishedOn.eq(day).and(row::Column::Id.lt(id)))),
        None => query,
    };
    let rows = query
        .order_by_desc(row::Column::PublishedOn)
        .order_by_desc(row::Column::Id)
        .offset(at.skip)
        .limit(at.limit + 1)
        .all(conn)
        .await?;
    Ok((rows, total))
}

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}
