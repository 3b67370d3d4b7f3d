//! Statements on pairings and their milestones.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
};
use twinning_entity::activity::{self, ActivityStatus};
use twinning_entity::ids::{OrganisationId, PairingId, ProgrammeId};
use twinning_entity::pairing::{self as row, PairingStatus};
use twinning_entity::pairing_milestone::{self as milestone, MilestoneKind};
use twinning_entity::{activity_pairing, organisation, programme};

use super::policy::{PUBLIC, Scope};
use super::wire::PairingFilter;
use crate::infra::db;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::organisation::model::path_end;
use crate::organisation::within;

/// What the scope may see: the public states, and everything of its own.
pub(super) fn visible(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let public = Condition::any().add(row::Column::Status.is_in(PUBLIC.iter().copied()));
    if scope.paths.is_empty() && scope.cities.is_empty() {
        return public;
    }
    let mine = within(&scope.paths, &scope.cities);
    public
        .add(row::Column::SideAId.in_subquery(mine.clone().into_query()))
        .add(row::Column::SideBId.in_subquery(mine.into_query()))
}

pub(super) async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: PairingId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(visible(scope)).one(conn).await?.ok_or(Error::NotFound("pairing"))
}

pub(super) async fn by_code(conn: &impl ConnectionTrait, scope: &Scope, code: &str) -> Result<row::Model> {
    row::Entity::find()
        .filter(row::Column::Code.eq(code))
        .filter(visible(scope))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("pairing"))
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &PairingFilter,
    below: Option<&str>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find().filter(visible(scope));
    if let Some(programme) = filter.programme_id {
        query = query.filter(row::Column::ProgrammeId.eq(programme));
    }
    if let Some(status) = filter.status {
        query = query.filter(row::Column::Status.eq(status));
    }
    if let Some(city) = filter.city_id {
        query = query.filter(of_either_side(within(&[], &[city])));
    }
    if let Some(path) = below {
        query = query.filter(of_either_side(within(&[path.to_owned()], &[])));
    } else if let Some(only) = filter.organisation_id {
        query = query.filter(row::Column::SideAId.eq(only).or(row::Column::SideBId.eq(only)));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some(code) = at.after::<String>()? {
        query = query.filter(row::Column::Code.gt(code));
    }
    let rows = query.order_by_asc(row::Column::Code).offset(at.skip).limit(at.limit + 1).all(conn).await?;
    Ok((rows, total))
}

fn of_either_side(organisations: Select<organisation::Entity>) -> Condition {
    Condition::any()
        .add(row::Column::SideAId.in_subquery(organisations.clone().into_query()))
        .add(row::Column::SideBId.in_subquery(organisations.into_query()))
}

pub(super) async fn by_ids(conn: &impl ConnectionTrait, ids: &[PairingId]) -> Result<Vec<row::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(row::Entity::find().filter(row::Column::Id.is_in(ids.iter().copied())).all(conn).await?)
}

pub(super) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find().order_by_asc(row::Column::Code).all(conn).await?)
}

pub(super) async fn milestones(conn: &impl ConnectionTrait, pairing: PairingId) -> Result<Vec<milestone::Model>> {
    Ok(milestone::Entity::find()
        .filter(milestone::Column::PairingId.eq(pairing))
        .order_by_asc(milestone::Column::OnDate)
        .all(conn)
        .await?)
}

/// Day of the unveiling of each pairing that had one.
pub(super) async fn unveilings(
    conn: &impl ConnectionTrait,
    pairings: &[PairingId],
) -> Result<HashMap<PairingId, NaiveDate>> {
    if pairings.is_empty() {
        return Ok(HashMap::new());
    }
    let found = milestone::Entity::find()
        .filter(milestone::Column::PairingId.is_in(pairings.iter().copied()))
        .filter(milestone::Column::Kind.eq(MilestoneKind::Unveiled))
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|one| (one.pairing_id, one.on_date)).collect())
}

/// Activities of one pairing in one group of states.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Counted {
    pub(super) pairing_id: PairingId,
    pub(super) status: ActivityStatus,
    pub(super) number: i64,
}

pub(super) async fn activity_counts(conn: &impl ConnectionTrait, pairings: &[PairingId]) -> Result<Vec<Counted>> {
    if pairings.is_empty() {
        return Ok(Vec::new());
    }
    let held = activity_pairing::Entity::belongs_to(activity::Entity)
        .from(activity_pairing::Column::ActivityId)
        .to(activity::Column::Id);
    Ok(activity_pairing::Entity::find()
        .select_only()
        .column(activity_pairing::Column::PairingId)
        .column(activity::Column::Status)
        .column_as(activity::Column::Id.count(), "number")
        .join(sea_orm::JoinType::InnerJoin, held.into())
        .filter(activity_pairing::Column::PairingId.is_in(pairings.iter().copied()))
        .group_by(activity_pairing::Column::PairingId)
        .group_by(activity::Column::Status)
        .into_model::<Counted>()
        .all(conn)
        .await?)
}

/// Pairings that share: from the signing to the end; a renewed one to the end of its own term (`reliability.md` Z-08).
fn sharing(today: NaiveDate) -> Condition {
    let live = [PairingStatus::Signed, PairingStatus::Active, PairingStatus::Suspended];
    let renewed = row::Column::Status.eq(PairingStatus::Renewed).and(row::Column::TermEnd.gte(today));
    Condition::any().add(row::Column::Status.is_in(live)).add(renewed)
}

/// Programmes of which a side lies above, at or below one of these places, or in one of these cities.
pub(super) async fn programmes_of(
    conn: &impl ConnectionTrait,
    paths: &[String],
    cities: &[twinning_entity::ids::CityId],
    today: NaiveDate,
) -> Result<Vec<ProgrammeId>> {
    let mut places = Condition::any().add(Expr::value(false));
    for path in paths {
        places = places.add(organisation::Column::Path.gte(path).and(organisation::Column::Path.lt(path_end(path))));
        let mut walked = String::new();
        // Above the own place, but not the root of the whole city: that would be everybody.
        for (depth, step) in path.split_inclusive('.').enumerate() {
            walked.push_str(step);
            if depth == 0 {
                continue;
            }
            places = places.add(organisation::Column::Path.eq(walked.as_str()));
        }
    }
    let sides = organisation::Entity::find().select_only().column(organisation::Column::Id).filter(places);
    let mut any = of_either_side(sides);
    if !cities.is_empty() {
        let shared = programme::Entity::find().select_only().column(programme::Column::Id).filter(
            Condition::any()
                .add(programme::Column::CityAId.is_in(cities.iter().copied()))
                .add(programme::Column::CityBId.is_in(cities.iter().copied())),
        );
        any = any.add(row::Column::ProgrammeId.in_subquery(shared.into_query()));
    }
    #[derive(FromQueryResult)]
    struct Found {
        programme_id: ProgrammeId,
    }
    let found = row::Entity::find()
        .select_only()
        .column(row::Column::ProgrammeId)
        .distinct()
        .filter(any)
        .filter(sharing(today))
        .into_model::<Found>()
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|one| one.programme_id).collect())
}

/// Identifiers, codes and names alone.
pub(super) async fn choices(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    most: u64,
) -> Result<Vec<(PairingId, String, String)>> {
    Ok(row::Entity::find()
        .select_only()
        .columns([row::Column::Id, row::Column::Code, row::Column::Name])
        .filter(visible(scope))
        .order_by_asc(row::Column::Code)
        .limit(most)
        .into_tuple()
        .all(conn)
        .await?)
}

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await.map_err(|error| {
        if db::is_unique(&error, "ux_pairing_live", "pairings.pair_key") {
            return Error::from(super::ops::PairingRule::AlreadyPaired);
        }
        Error::from(error)
    })?;
    Ok(())
}

pub(super) async fn add_milestone(tx: &impl ConnectionTrait, new: milestone::Model) -> Result<()> {
    let new: milestone::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

/// Removes a pairing that nobody changed since it was made, with what was noted of it then; says whether it did.
pub(super) async fn remove(tx: &impl ConnectionTrait, id: PairingId) -> Result<bool> {
    let Some(found) = row::Entity::find_by_id(id).filter(row::Column::Version.eq(1)).one(tx).await? else {
        return Ok(false);
    };
    // A milestone of later stays, and then so does the pairing.
    milestone::Entity::delete_many()
        .filter(milestone::Column::PairingId.eq(id))
        .filter(milestone::Column::CreatedAt.eq(found.created_at))
        .exec(tx)
        .await?;
    let gone = row::Entity::delete_many().filter(row::Column::Id.eq(id)).filter(row::Column::Version.eq(1)).exec(tx);
    Ok(gone.await?.rows_affected == 1)
}

/// The live pairing of two organisations, in whichever order.
pub(super) async fn live(conn: &impl ConnectionTrait, key: &str) -> Result<Option<row::Model>> {
    let live = [
        PairingStatus::Proposed,
        PairingStatus::Confirmed,
        PairingStatus::Approved,
        PairingStatus::Signed,
        PairingStatus::Active,
        PairingStatus::Suspended,
    ];
    Ok(row::Entity::find()
        .filter(row::Column::PairKey.eq(key))
        .filter(row::Column::Status.is_in(live))
        .one(conn)
        .await?)
}

/// Live pairings of an organisation, for lists of choices.
pub(super) async fn of_organisations(conn: &impl ConnectionTrait, paths: &[String]) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(of_either_side(within(paths, &[])))
        .filter(row::Column::Status.is_in([PairingStatus::Active, PairingStatus::Signed, PairingStatus::Renewed]))
        .order_by_asc(row::Column::Code)
        .all(conn)
        .await?)
}

/// Every organisation that is a side, by pairing; for search and visibility.
pub(super) fn sides(found: &row::Model) -> [OrganisationId; 2] {
    [found.side_a_id, found.side_b_id]
}

/// Pairings of an organisation that go on.
pub(super) async fn live_of(conn: &impl ConnectionTrait, side: OrganisationId) -> Result<Vec<row::Model>> {
    let live: Vec<PairingStatus> = PairingStatus::ALL.iter().copied().filter(|status| status.is_live()).collect();
    Ok(row::Entity::find()
        .filter(row::Column::SideAId.eq(side).or(row::Column::SideBId.eq(side)))
        .filter(row::Column::Status.is_in(live))
        .all(conn)
        .await?)
}

/// Writes `next` over the version it came from; zero rows means somebody was faster.
pub(super) async fn replace(tx: &impl ConnectionTrait, next: row::Model) -> Result<()> {
    let at = row::Column::Id.eq(next.id).and(row::Column::Version.eq(next.version - 1));
    let id = next.id;
    let mut next = row::ActiveModel::from(next).reset_all();
    next.id = sea_orm::ActiveValue::Unchanged(id);
    db::replace::<row::Entity>(tx, next, at).await
}
