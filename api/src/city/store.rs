//! Statements on cities and divisions.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
};
use twinning_entity::city as row;
use twinning_entity::division;
use twinning_entity::ids::CityId;

use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;

pub(super) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find().order_by_asc(row::Column::DisplayOrder).order_by_asc(row::Column::Id).all(conn).await?)
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    after: Option<(i32, CityId)>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let query = row::Entity::find().order_by_asc(row::Column::DisplayOrder).order_by_asc(row::Column::Id);
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    let query = match after {
        Some((order, id)) => query.filter(
            row::Column::DisplayOrder.gt(order).or(row::Column::DisplayOrder.eq(order).and(row::Column::Id.gt(id))),
        ),
        None => query,
    };
    Ok((query.limit(at.limit + 1).all(conn).await?, total))
}

pub(super) async fn find(conn: &impl ConnectionTrait, id: CityId) -> Result<row::Model> {
    row::Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound("city"))
}

pub(super) async fn add(tx: &impl ConnectionTrait, city: row::Model) -> Result<()> {
    row::ActiveModel {
        id: Set(city.id),
        code: Set(city.code),
        name: Set(city.name),
        name_en: Set(city.name_en),
        division_code: Set(city.division_code),
        display_order: Set(city.display_order),
        version: Set(city.version),
        created_at: Set(city.created_at),
    }
    .insert(tx)
    .await?;
    Ok(())
}

pub(super) async fn divisions(
    conn: &impl ConnectionTrait,
    after: Option<&str>,
    at: &PageRequest,
) -> Result<(Vec<division::Model>, Option<u64>)> {
    let query = division::Entity::find().order_by_asc(division::Column::Code).order_by_asc(division::Column::Id);
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    let query = match after {
        Some(code) => query.filter(division::Column::Code.gt(code)),
        None => query,
    };
    Ok((query.limit(at.limit + 1).all(conn).await?, total))
}

pub(super) async fn division(conn: &impl ConnectionTrait, code: &str) -> Result<Option<division::Model>> {
    Ok(division::Entity::find().filter(division::Column::Code.eq(code)).limit(1).one(conn).await?)
}

pub(super) async fn add_division(tx: &impl ConnectionTrait, division: division::ActiveModel) -> Result<()> {
    division.insert(tx).await?;
    Ok(())
}

/// Removes those of these cities and divisions that nothing refers to.
pub(super) async fn remove_free(tx: &impl ConnectionTrait, cities: &[CityId], divisions: &[String]) -> Result<()> {
    let unused =
        |condition: &str, table: &str| Expr::cust(format!("NOT EXISTS (SELECT 1 FROM {table} WHERE {condition})"));
    row::Entity::delete_many()
        .filter(row::Column::Id.is_in(cities.iter().copied()))
        .filter(unused("organisations.city_id = cities.id", "organisations"))
        .filter(unused("programmes.city_a_id = cities.id OR programmes.city_b_id = cities.id", "programmes"))
        .exec(tx)
        .await?;
    division::Entity::delete_many()
        .filter(division::Column::Code.is_in(divisions.iter().cloned()))
        .filter(unused("organisations.division_code = divisions.code", "organisations"))
        .filter(unused("cities.division_code = divisions.code", "cities"))
        .exec(tx)
        .await?;
    Ok(())
}
