//! Statements on people.

use sea_orm::sea_query::{Expr, ExprTrait as _, LikeExpr};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use twinning_entity::ids::PersonId;
use twinning_entity::organisation;
use twinning_entity::person as row;

use super::policy::Scope;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::kernel::text::like_escaped;
use crate::organisation::model::path_end;

fn visible(scope: &Scope) -> Condition {
    let trees = scope.paths.iter().fold(Condition::any(), |any, path| {
        any.add(organisation::Column::Path.gte(path).and(organisation::Column::Path.lt(path_end(path))))
    });
    // An empty `any` would be true for every row; nobody without a tree may see anybody.
    let trees = if scope.paths.is_empty() { Condition::all().add(Expr::value(false)) } else { trees };
    let mine = organisation::Entity::find().select_only().column(organisation::Column::Id).filter(trees);
    Condition::all().add(row::Column::OrganisationId.in_subquery(mine.into_query()))
}

pub(super) async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: PersonId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(visible(scope)).one(conn).await?.ok_or(Error::NotFound("person"))
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    name: Option<&str>,
    below: Option<&str>,
    after: Option<(String, PersonId)>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find().filter(visible(scope));
    if let Some(name) = name {
        query = query
            .filter(Expr::col(row::Column::Name).like(LikeExpr::new(format!("%{}%", like_escaped(name))).escape('\\')));
    }
    if let Some(path) = below {
        query = query.filter(visible(&Scope { paths: vec![path.to_owned()] }));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some((key, id)) = after {
        query =
            query.filter(row::Column::NameKey.gt(&key).or(row::Column::NameKey.eq(&key).and(row::Column::Id.gt(id))));
    }
    let rows =
        query.order_by_asc(row::Column::NameKey).order_by_asc(row::Column::Id).limit(at.limit + 1).all(conn).await?;
    Ok((rows, total))
}

pub(super) async fn by_ids(conn: &impl ConnectionTrait, ids: Vec<PersonId>) -> Result<Vec<row::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(row::Entity::find().filter(row::Column::Id.is_in(ids)).all(conn).await?)
}

/// The person of a name and phone index.
pub(super) async fn same(conn: &impl ConnectionTrait, name: &str, phone_index: &str) -> Result<Option<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::PhoneIndex.eq(phone_index))
        .filter(row::Column::Name.eq(name))
        .one(conn)
        .await?)
}

pub(super) async fn add(tx: &impl ConnectionTrait, person: row::Model) -> Result<()> {
    let person: row::ActiveModel = person.into();
    person.reset_all().insert(tx).await?;
    Ok(())
}

/// Removes a person that `import` made and that no class, account or post uses.
pub(super) async fn remove_if_free(tx: &impl ConnectionTrait, id: PersonId, import: uuid::Uuid) -> Result<()> {
    let used = |column: &str, table: &str| {
        Expr::cust(format!("NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.{column} = people.id)"))
    };
    row::Entity::delete_many()
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::ImportId.eq(import))
        .filter(used("person_id", "enrolments"))
        .filter(used("person_id", "accounts"))
        .filter(used("person_id", "positions"))
        .exec(tx)
        .await?;
    Ok(())
}
