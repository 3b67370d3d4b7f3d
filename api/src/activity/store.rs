//! Statements on activities, their records and photos.

mod lines;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Order};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, JoinType,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Set,
};
use twinning_entity::activity::{self as row, ActivityStatus};
use twinning_entity::activity_record as record;
use twinning_entity::ids::{ActivityId, FileId, OrganisationId, PairingId};
use twinning_entity::{activity_pairing, activity_photo as photo, organisation, pairing};

use super::ops::HeldBefore;
use super::policy::{PUBLIC, Scope};
use super::wire::{ActivityFilter, ActivitySort};
use crate::infra::db;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::organisation::within;

pub(super) use self::lines::{LineRow, by_ids as lines_by_ids};

/// Lock under which activities get their numbers.
const NUMBER_LOCK: i64 = 7_003;

fn of_either_side(organisations: Select<organisation::Entity>) -> Condition {
    Condition::any()
        .add(row::Column::OrganiserId.in_subquery(organisations.clone().into_query()))
        .add(row::Column::CounterpartId.in_subquery(organisations.into_query()))
}

pub(super) fn visible(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let public = Condition::any().add(row::Column::Status.is_in(PUBLIC.iter().copied()));
    if scope.paths.is_empty() && scope.cities.is_empty() {
        return public;
    }
    public.add(of_either_side(within(&scope.paths, &scope.cities)))
}

pub(super) async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: ActivityId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(visible(scope)).one(conn).await?.ok_or(Error::NotFound("activity"))
}

/// Activities among `ids` that the scope holds.
pub(super) async fn among(conn: &impl ConnectionTrait, scope: &Scope, ids: &[ActivityId]) -> Result<Vec<row::Model>> {
    let wanted = row::Column::Id.is_in(ids.iter().copied());
    Ok(row::Entity::find().filter(visible(scope)).filter(wanted).all(conn).await?)
}

pub(super) async fn by_no(conn: &impl ConnectionTrait, scope: &Scope, no: &str) -> Result<row::Model> {
    row::Entity::find()
        .filter(row::Column::No.eq(no))
        .filter(visible(scope))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("activity"))
}

/// The query behind the list of activities; public so that the bench compares the same statement.
pub(super) fn listed(scope: &Scope, filter: &ActivityFilter, below: Option<&str>) -> Select<row::Entity> {
    let mut query = row::Entity::find().filter(visible(scope));
    if let Some(kind) = filter.kind {
        query = query.filter(row::Column::Kind.eq(kind));
    }
    if let Some(status) = filter.status {
        query = query.filter(row::Column::Status.eq(status));
    }
    if let Some(programme) = filter.programme_id {
        query = query.filter(row::Column::ProgrammeId.eq(programme));
    }
    if let Some(pairing) = filter.pairing_id {
        let of_pairing = activity_pairing::Entity::find()
            .select_only()
            .column(activity_pairing::Column::ActivityId)
            .filter(activity_pairing::Column::PairingId.eq(pairing));
        query = query.filter(row::Column::Id.in_subquery(of_pairing.into_query()));
    }
    if let Some(city) = filter.city_id {
        query = query.filter(of_either_side(within(&[], &[city])));
    }
    if let Some(path) = below {
        query = query.filter(of_either_side(within(&[path.to_owned()], &[])));
    } else if let Some(only) = filter.organisation_id {
        query = query.filter(row::Column::OrganiserId.eq(only).or(row::Column::CounterpartId.eq(only)));
    }
    if let Some(from) = filter.from {
        query = query.filter(row::Column::HeldOn.gte(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(row::Column::HeldOn.lte(to));
    }
    query
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &ActivityFilter,
    below: Option<&str>,
    at: &PageRequest,
) -> Result<(Vec<LineRow>, Option<u64>)> {
    let query = listed(scope, filter, below);
    // Counted over identifiers alone, which an index answers without the rows.
    let total = match at.count {
        true => Some(query.clone().select_only().column(row::Column::Id).count(conn).await?),
        false => None,
    };
    let after: Option<(NaiveDate, ActivityId)> = at.after()?;
    let sort = filter.sort.unwrap_or_default();
    let query = match sort {
        ActivitySort::Latest => {
            let query = query.order_by_desc(row::Column::HeldOn).order_by_desc(row::Column::Id);
            match after {
                Some((day, id)) => query
                    .filter(row::Column::HeldOn.lt(day).or(row::Column::HeldOn.eq(day).and(row::Column::Id.lt(id)))),
                None => query,
            }
        }
        ActivitySort::Earliest => {
            let query = query.order_by_asc(row::Column::HeldOn).order_by_asc(row::Column::Id);
            match after {
                Some((day, id)) => query
                    .filter(row::Column::HeldOn.gt(day).or(row::Column::HeldOn.eq(day).and(row::Column::Id.gt(id)))),
                None => query,
            }
        }
    };
    let order = if sort == ActivitySort::Latest { Order::Desc } else { Order::Asc };
    Ok((lines::of(conn, query.offset(at.skip).limit(at.limit + 1), order).await?, total))
}

pub(super) async fn records(
    conn: &impl ConnectionTrait,
    ids: &[ActivityId],
) -> Result<HashMap<ActivityId, record::Model>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = record::Entity::find().filter(record::Column::ActivityId.is_in(ids.iter().copied())).all(conn).await?;
    Ok(found.into_iter().map(|one| (one.activity_id, one)).collect())
}

pub(super) async fn photos(conn: &impl ConnectionTrait, id: ActivityId) -> Result<Vec<photo::Model>> {
    Ok(photo::Entity::find()
        .filter(photo::Column::ActivityId.eq(id))
        .order_by_asc(photo::Column::Position)
        .all(conn)
        .await?)
}

pub(super) async fn pairings(conn: &impl ConnectionTrait, id: ActivityId) -> Result<Vec<pairing::Model>> {
    let served = activity_pairing::Entity::find()
        .select_only()
        .column(activity_pairing::Column::PairingId)
        .filter(activity_pairing::Column::ActivityId.eq(id));
    Ok(pairing::Entity::find()
        .filter(pairing::Column::Id.in_subquery(served.into_query()))
        .order_by_asc(pairing::Column::Code)
        .all(conn)
        .await?)
}

/// The next free human number of a year, such as 2019-0007.
pub(super) async fn next_no(tx: &impl ConnectionTrait, year: i32) -> Result<String> {
    Ok(no_of(year, last_no(tx, year).await? + 1))
}

/// How a number is written.
pub(super) fn no_of(year: i32, number: u32) -> String {
    format!("{year:04}-{number:04}")
}

/// The last number given in a year; 0 before the first.
pub(super) async fn last_no(tx: &impl ConnectionTrait, year: i32) -> Result<u32> {
    db::queue_up(tx, NUMBER_LOCK).await?;
    // A full stop follows the dash, so this is the year's part of the index.
    let last: Option<Option<i32>> = row::Entity::find()
        .select_only()
        .column_as(Expr::cust("MAX(CAST(SUBSTR(no, 6) AS INTEGER))"), "last")
        .filter(row::Column::No.gte(format!("{year:04}-")))
        .filter(row::Column::No.lt(format!("{year:04}.")))
        .into_tuple()
        .one(tx)
        .await?;
    Ok(last.flatten().and_then(|last| u32::try_from(last).ok()).unwrap_or(0))
}

pub(super) async fn held_before(conn: &impl ConnectionTrait) -> Result<Vec<HeldBefore>> {
    let pairing = row::Entity::belongs_to(activity_pairing::Entity)
        .from(row::Column::Id)
        .to(activity_pairing::Column::ActivityId);
    let kept = row::Entity::belongs_to(record::Entity).from(row::Column::Id).to(record::Column::ActivityId);
    Ok(row::Entity::find()
        .select_only()
        .columns([row::Column::SourceCode, row::Column::HeldOn, row::Column::Title, row::Column::Place])
        .column_as(activity_pairing::Column::PairingId, "pairing")
        .column_as(record::Column::AttendedTotal, "attended")
        .join(JoinType::InnerJoin, pairing.into())
        .join(JoinType::LeftJoin, kept.into())
        .into_model::<HeldBefore>()
        .all(conn)
        .await?)
}

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model, pairing: PairingId) -> Result<()> {
    let id = new.id;
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    activity_pairing::ActiveModel { activity_id: Set(id), pairing_id: Set(pairing) }.insert(tx).await?;
    Ok(())
}

/// Adds activities that an import brings, each with its pairing.
pub(super) async fn add_all(tx: &impl ConnectionTrait, new: Vec<(row::Model, PairingId)>) -> Result<()> {
    let served: Vec<(ActivityId, PairingId)> = new.iter().map(|(one, pairing)| (one.id, *pairing)).collect();
    let models = new.into_iter().map(|(one, _)| row::ActiveModel::from(one).reset_all());
    row::Entity::insert_many(models).exec_without_returning(tx).await?;
    let served = served
        .into_iter()
        .map(|(id, pairing)| activity_pairing::ActiveModel { activity_id: Set(id), pairing_id: Set(pairing) });
    activity_pairing::Entity::insert_many(served).exec_without_returning(tx).await?;
    Ok(())
}

pub(super) async fn add_records(tx: &impl ConnectionTrait, new: Vec<record::Model>) -> Result<()> {
    let models = new.into_iter().map(|one| record::ActiveModel::from(one).reset_all());
    record::Entity::insert_many(models).exec_without_returning(tx).await?;
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

pub(super) async fn put_record(tx: &impl ConnectionTrait, record: record::Model) -> Result<()> {
    record::Entity::delete_by_id(record.activity_id).exec(tx).await?;
    let record: record::ActiveModel = record.into();
    record.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn put_pairing(tx: &impl ConnectionTrait, id: ActivityId, pairing: PairingId) -> Result<()> {
    activity_pairing::Entity::delete_many().filter(activity_pairing::Column::ActivityId.eq(id)).exec(tx).await?;
    activity_pairing::ActiveModel { activity_id: Set(id), pairing_id: Set(pairing) }.insert(tx).await?;
    Ok(())
}

pub(super) async fn clear_photos(tx: &impl ConnectionTrait, id: ActivityId) -> Result<()> {
    photo::Entity::delete_many().filter(photo::Column::ActivityId.eq(id)).exec(tx).await?;
    Ok(())
}

pub(super) async fn add_photo(tx: &impl ConnectionTrait, new: photo::Model) -> Result<()> {
    let new: photo::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

/// Removes an activity that an undone import brought.
pub(super) async fn remove(tx: &impl ConnectionTrait, id: ActivityId) -> Result<bool> {
    record::Entity::delete_by_id(id).exec(tx).await?;
    activity_pairing::Entity::delete_many().filter(activity_pairing::Column::ActivityId.eq(id)).exec(tx).await?;
    let gone = row::Entity::delete_many().filter(row::Column::Id.eq(id)).filter(row::Column::Version.eq(1)).exec(tx);
    Ok(gone.await?.rows_affected == 1)
}

/// Activities that wait for one of these sides: to confirm, or to record.
pub(super) async fn waiting(conn: &impl ConnectionTrait, sides: &[OrganisationId]) -> Result<Vec<LineRow>> {
    if sides.is_empty() {
        return Ok(Vec::new());
    }
    let to_confirm = row::Column::Status
        .eq(ActivityStatus::AwaitingConfirmation)
        .and(row::Column::CounterpartId.is_in(sides.iter().copied()));
    let to_record =
        row::Column::Status.eq(ActivityStatus::RecordDue).and(row::Column::OrganiserId.is_in(sides.iter().copied()));
    let wanted = row::Entity::find()
        .filter(Condition::any().add(to_confirm).add(to_record))
        .order_by_asc(row::Column::HeldOn)
        .limit(100);
    lines::of(conn, wanted, Order::Asc).await
}

/// Confirmed activities and the people who attended, for the figures of the home page.
pub(super) async fn confirmed_count(conn: &impl ConnectionTrait) -> Result<u64> {
    Ok(row::Entity::find().filter(row::Column::Status.is_in(PUBLIC.iter().copied())).count(conn).await?)
}

pub(super) async fn every_id(conn: &impl ConnectionTrait) -> Result<Vec<ActivityId>> {
    Ok(row::Entity::find().select_only().column(row::Column::Id).into_tuple().all(conn).await?)
}

/// The activity a photo file or its small picture belongs to.
pub(super) async fn of_photo(conn: &impl ConnectionTrait, file: FileId) -> Result<Option<ActivityId>> {
    let found = photo::Entity::find()
        .filter(photo::Column::FileId.eq(file).or(photo::Column::ThumbFileId.eq(file)))
        .one(conn)
        .await?;
    Ok(found.map(|one| one.activity_id))
}

/// Activities whose record has waited for the other side since before `since`.
pub(super) async fn waiting_since(conn: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<ActivityId>> {
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::Status.eq(ActivityStatus::AwaitingConfirmation))
        .filter(row::Column::SubmittedAt.lt(since))
        .order_by_asc(row::Column::Id)
        .limit(5_000)
        .into_tuple()
        .all(conn)
        .await?)
}

/// An activity, whoever asks; jobs alone look at it this way.
pub(super) async fn by_id(conn: &impl ConnectionTrait, id: ActivityId) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?)
}
