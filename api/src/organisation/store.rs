//! Statements on organisations.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, ExprTrait as _, LikeExpr};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{CityId, OrganisationId};
use twinning_entity::organisation::{self as row, OrgStatus};
use twinning_entity::organisation_name;

use super::model::{path_below, path_end};
use super::wire::{OrganisationFilter, OrganisationSort};
use crate::infra::db;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::kernel::text::like_escaped;

/// Lock under which organisations get their numbers.
const SEQ_LOCK: i64 = 7_002;

/// Where a page of the directory ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    order: i32,
    key: String,
    id: OrganisationId,
}

impl Mark {
    pub(super) fn of(found: &row::Model, sort: OrganisationSort) -> Self {
        let key = match sort {
            OrganisationSort::Stroke => found.stroke_key.clone(),
            OrganisationSort::Pinyin => found.pinyin_key.clone(),
            OrganisationSort::Official => String::new(),
        };
        Self { order: found.display_order, key, id: found.id }
    }
}

/// Identifiers of the organisations at and below these places, and of those in these cities, as a part of other
/// features' queries: what a caller may know of is asked in the query itself (`reliability.md` Z-02).
#[must_use]
pub fn within(paths: &[String], cities: &[CityId]) -> Select<row::Entity> {
    let any = paths.iter().fold(Condition::any().add(Expr::value(false)), |any, path| {
        any.add(row::Column::Path.gte(path).and(row::Column::Path.lt(path_end(path))))
    });
    let any = if cities.is_empty() { any } else { any.add(row::Column::CityId.is_in(cities.iter().copied())) };
    row::Entity::find().select_only().column(row::Column::Id).filter(any)
}

pub(super) async fn find(conn: &impl ConnectionTrait, id: OrganisationId) -> Result<row::Model> {
    row::Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound("organisation"))
}

pub(super) async fn by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::Code.eq(code)).one(conn).await?)
}

pub(super) async fn by_ids(conn: &impl ConnectionTrait, ids: &[OrganisationId]) -> Result<Vec<row::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(row::Entity::find().filter(row::Column::Id.is_in(ids.iter().copied())).all(conn).await?)
}

pub(super) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find().order_by_asc(row::Column::DisplayOrder).order_by_asc(row::Column::Id).all(conn).await?)
}

/// The organisations above one, from the root down.
pub(super) async fn above(conn: &impl ConnectionTrait, path: &str) -> Result<Vec<row::Model>> {
    above_all(conn, &[path.to_owned()]).await
}

/// Everything above any of these places, the highest first.
pub(super) async fn above_all(conn: &impl ConnectionTrait, paths: &[String]) -> Result<Vec<row::Model>> {
    let mut wanted = std::collections::BTreeSet::new();
    for path in paths {
        let mut walked = String::new();
        for step in path.split_inclusive('.') {
            walked.push_str(step);
            if walked != *path {
                wanted.insert(walked.clone());
            }
        }
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    Ok(row::Entity::find().filter(row::Column::Path.is_in(wanted)).order_by_asc(row::Column::Depth).all(conn).await?)
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    filter: &OrganisationFilter,
    below: Option<&str>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let query = filtered(filter, below);
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    let after: Option<Mark> = at.after()?;
    let key = match filter.sort.unwrap_or_default() {
        OrganisationSort::Official => None,
        OrganisationSort::Pinyin => Some(row::Column::PinyinKey),
        OrganisationSort::Stroke => Some(row::Column::StrokeKey),
    };
    let query = match (key, after) {
        (None, None) => query.order_by_asc(row::Column::DisplayOrder),
        (None, Some(mark)) => query.order_by_asc(row::Column::DisplayOrder).filter(
            row::Column::DisplayOrder
                .gt(mark.order)
                .or(row::Column::DisplayOrder.eq(mark.order).and(row::Column::Id.gt(mark.id))),
        ),
        (Some(key), None) => query.order_by_asc(key),
        (Some(key), Some(mark)) => {
            query.order_by_asc(key).filter(key.gt(&mark.key).or(key.eq(&mark.key).and(row::Column::Id.gt(mark.id))))
        }
    };
    let query = query.order_by_asc(row::Column::Id);
    Ok((query.offset(at.skip).limit(at.limit + 1).all(conn).await?, total))
}

fn filtered(filter: &OrganisationFilter, below: Option<&str>) -> Select<row::Entity> {
    let mut query = row::Entity::find().filter(row::Column::Status.eq(OrgStatus::Active));
    if let Some(city) = filter.city_id {
        query = query.filter(row::Column::CityId.eq(city));
    }
    if let Some(parent) = filter.parent_id {
        query = query.filter(row::Column::ParentId.eq(parent));
    }
    if filter.roots == Some(true) {
        query = query.filter(row::Column::ParentId.is_null());
    }
    if let Some(level) = filter.level {
        query = query.filter(row::Column::Level.eq(level));
    }
    if let Some(form) = filter.form {
        query = query.filter(row::Column::Form.eq(form));
    }
    if let Some(path) = below {
        query = query.filter(row::Column::Path.gte(path)).filter(row::Column::Path.lt(path_end(path)));
    } else if let Some(only) = filter.organisation_id {
        query = query.filter(row::Column::Id.eq(only));
    }
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        query = query.filter(named(text));
    }
    query
}

/// Names, former names, codes and pinyin that hold the text.
fn named(text: &str) -> Condition {
    let lower = like_escaped(&text.to_lowercase());
    let inside = |text: &str| LikeExpr::new(format!("%{text}%")).escape('\\');
    let begins = LikeExpr::new(format!("{lower}%")).escape('\\');
    let plain = like_escaped(text);
    let former = organisation_name::Entity::find()
        .select_only()
        .column(organisation_name::Column::OrganisationId)
        .filter(Expr::col(organisation_name::Column::NameFull).like(inside(&plain)));
    let mut any = Condition::any()
        .add(Expr::col((row::Entity, row::Column::NameFull)).like(inside(&plain)))
        .add(Expr::col((row::Entity, row::Column::NameShort)).like(inside(&plain)))
        .add(row::Column::Code.eq(text.to_uppercase()))
        .add(row::Column::Id.in_subquery(sea_orm::QuerySelect::query(&mut former.clone()).to_owned()));
    if text.is_ascii() {
        any = any
            .add(Expr::col((row::Entity, row::Column::Initials)).like(begins.clone()))
            .add(Expr::col((row::Entity, row::Column::PinyinKey)).like(begins));
    }
    any
}

#[derive(FromQueryResult)]
struct ChildCount {
    parent_id: OrganisationId,
    children: i64,
}

/// How many active organisations stand directly below each of `parents`.
pub(super) async fn child_counts(
    conn: &impl ConnectionTrait,
    parents: &[OrganisationId],
) -> Result<HashMap<OrganisationId, u64>> {
    if parents.is_empty() {
        return Ok(HashMap::new());
    }
    let counted = row::Entity::find()
        .select_only()
        .column(row::Column::ParentId)
        .column_as(row::Column::Id.count(), "children")
        .filter(row::Column::ParentId.is_in(parents.iter().copied()))
        .filter(row::Column::Status.eq(OrgStatus::Active))
        .group_by(row::Column::ParentId)
        .into_model::<ChildCount>()
        .all(conn)
        .await?;
    Ok(counted.into_iter().map(|one| (one.parent_id, u64::try_from(one.children).unwrap_or(0))).collect())
}

pub(super) async fn names_of(conn: &impl ConnectionTrait, id: OrganisationId) -> Result<Vec<organisation_name::Model>> {
    Ok(organisation_name::Entity::find()
        .filter(organisation_name::Column::OrganisationId.eq(id))
        .order_by_asc(organisation_name::Column::CreatedAt)
        .all(conn)
        .await?)
}

#[derive(FromQueryResult)]
struct Greatest {
    seq: Option<i64>,
    display_order: Option<i32>,
}

/// The greatest number and official place given so far.
pub(super) async fn greatest(tx: &impl ConnectionTrait) -> Result<(i64, i32)> {
    db::queue_up(tx, SEQ_LOCK).await?;
    let found = row::Entity::find()
        .select_only()
        .column_as(row::Column::Seq.max(), "seq")
        .column_as(row::Column::DisplayOrder.max(), "display_order")
        .into_model::<Greatest>()
        .one(tx)
        .await?;
    Ok(found.map_or((0, 0), |one| (one.seq.unwrap_or(0), one.display_order.unwrap_or(0))))
}

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await.map_err(|error| {
        if db::is_unique(&error, "organisations_code_key", "organisations.code") {
            return Error::from(super::model::OrganisationRule::CodeTaken);
        }
        Error::from(error)
    })?;
    Ok(())
}

pub(super) async fn add_name(tx: &impl ConnectionTrait, name: organisation_name::ActiveModel) -> Result<()> {
    name.insert(tx).await?;
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

/// Removes an organisation that nobody changed since it was made; says whether it did. The engine refuses while
/// anything stands on it.
pub(super) async fn remove(tx: &impl ConnectionTrait, id: OrganisationId) -> Result<bool> {
    organisation_name::Entity::delete_many().filter(organisation_name::Column::OrganisationId.eq(id)).exec(tx).await?;
    let gone = row::Entity::delete_many().filter(row::Column::Id.eq(id)).filter(row::Column::Version.eq(1)).exec(tx);
    Ok(gone.await?.rows_affected == 1)
}

/// Moves an organisation with everything below it under `parent`: one statement for the whole part of the tree.
pub(super) async fn move_subtree(
    tx: &impl ConnectionTrait,
    moved: row::Model,
    parent: &row::Model,
) -> Result<row::Model> {
    let path = path_below(Some(&parent.path), moved.seq);
    let deeper = parent.depth + 1 - moved.depth;
    let rest = moved.path.len() + 1;
    row::Entity::update_many()
        // A path is digits and dots of our own making, so it may stand in the statement.
        .col_expr(row::Column::Path, Expr::cust(format!("'{path}' || substr(path, {rest})")))
        .col_expr(row::Column::Depth, Expr::col(row::Column::Depth).add(deeper))
        .filter(row::Column::Path.gte(&moved.path))
        .filter(row::Column::Path.lt(path_end(&moved.path)))
        .exec(tx)
        .await?;
    let next = row::Model { parent_id: Some(parent.id), path, depth: parent.depth + 1, ..moved };
    replace(tx, next.clone()).await?;
    Ok(next)
}

/// The active organisations beside one, itself among them, in official order.
pub(super) async fn siblings(conn: &impl ConnectionTrait, one: &row::Model) -> Result<Vec<row::Model>> {
    let beside = match one.parent_id {
        Some(parent) => row::Column::ParentId.eq(parent),
        None => row::Column::ParentId.is_null().and(row::Column::CityId.eq(one.city_id)),
    };
    Ok(row::Entity::find()
        .filter(beside)
        .filter(row::Column::Status.eq(OrgStatus::Active))
        .order_by_asc(row::Column::DisplayOrder)
        .order_by_asc(row::Column::Id)
        .all(conn)
        .await?)
}

pub(super) async fn place(tx: &impl ConnectionTrait, id: OrganisationId, order: i32) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::DisplayOrder, Expr::value(order))
        .filter(row::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// The active organisations directly below one.
pub(super) async fn below(conn: &impl ConnectionTrait, id: OrganisationId) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::ParentId.eq(id))
        .filter(row::Column::Status.eq(OrgStatus::Active))
        .order_by_asc(row::Column::DisplayOrder)
        .all(conn)
        .await?)
}

/// Everything at and below a place in official order, for the export.
pub(super) async fn subtree(conn: &impl ConnectionTrait, path: &str) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::Path.gte(path))
        .filter(row::Column::Path.lt(path_end(path)))
        .filter(row::Column::Status.eq(OrgStatus::Active))
        .order_by_asc(row::Column::DisplayOrder)
        .order_by_asc(row::Column::Id)
        .all(conn)
        .await?)
}

/// Ends the name that is borne now on the day before another begins.
pub(super) async fn end_name(tx: &impl ConnectionTrait, id: OrganisationId, last: NaiveDate) -> Result<()> {
    organisation_name::Entity::update_many()
        .col_expr(organisation_name::Column::ValidTo, Expr::value(last))
        .filter(organisation_name::Column::OrganisationId.eq(id))
        .filter(organisation_name::Column::ValidTo.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Rows whose key of the stroke order was never written, as those from before it was kept.
pub(super) async fn without_stroke_key(
    conn: &impl ConnectionTrait,
    most: u64,
) -> Result<Vec<(OrganisationId, String)>> {
    Ok(row::Entity::find()
        .select_only()
        .columns([row::Column::Id, row::Column::NameShort])
        .filter(row::Column::StrokeKey.eq(""))
        .limit(most)
        .into_tuple()
        .all(conn)
        .await?)
}

pub(super) async fn set_stroke_key(tx: &impl ConnectionTrait, id: OrganisationId, key: String) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::StrokeKey, Expr::value(key))
        .filter(row::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// The first root of the tree, in the order in which they were made.
pub(super) async fn first_root(conn: &impl ConnectionTrait) -> Result<Option<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::ParentId.is_null())
        .order_by_asc(row::Column::Seq)
        .limit(1)
        .one(conn)
        .await?)
}
