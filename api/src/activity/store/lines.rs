//! Lines of a list in one statement: the activity with the names of its sides, its figures and the number of photos.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func, IntoColumnRef, JoinType, Order, Query};
use sea_orm::{
    ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _, QueryTrait as _, Select,
};
use twinning_entity::activity::{self as row, ActivityKind, ActivityStatus};
use twinning_entity::ids::{ActivityId, OrganisationId, ProgrammeId};
use twinning_entity::provenance::Provenance;
use twinning_entity::{activity_photo as photo, activity_record as record, organisation};

use crate::kernel::error::Result;

/// An activity as a list shows it.
#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::activity) struct LineRow {
    pub(in crate::activity) id: ActivityId,
    pub(in crate::activity) no: String,
    pub(in crate::activity) kind: ActivityKind,
    pub(in crate::activity) title: String,
    pub(in crate::activity) status: ActivityStatus,
    pub(in crate::activity) held_on: NaiveDate,
    pub(in crate::activity) starts_at: Option<DateTime<Utc>>,
    pub(in crate::activity) place: Option<String>,
    pub(in crate::activity) online: bool,
    pub(in crate::activity) programme_id: ProgrammeId,
    pub(in crate::activity) organiser_side: String,
    pub(in crate::activity) provenance: Provenance,
    pub(in crate::activity) organiser_id: OrganisationId,
    pub(in crate::activity) organiser_code: String,
    pub(in crate::activity) organiser_name: String,
    pub(in crate::activity) counterpart_id: OrganisationId,
    pub(in crate::activity) counterpart_code: String,
    pub(in crate::activity) counterpart_name: String,
    pub(in crate::activity) attended_total: Option<i32>,
    pub(in crate::activity) attended_a: Option<i32>,
    pub(in crate::activity) attended_b: Option<i32>,
    pub(in crate::activity) guests: Option<i32>,
    pub(in crate::activity) photos: i64,
    pub(in crate::activity) submitted_at: Option<DateTime<Utc>>,
    pub(in crate::activity) return_reason: Option<String>,
    pub(in crate::activity) updated_at: DateTime<Utc>,
}

const OWN: &[row::Column] = &[
    row::Column::Id,
    row::Column::No,
    row::Column::Kind,
    row::Column::Title,
    row::Column::Status,
    row::Column::HeldOn,
    row::Column::StartsAt,
    row::Column::Place,
    row::Column::Online,
    row::Column::ProgrammeId,
    row::Column::OrganiserSide,
    row::Column::Provenance,
    row::Column::OrganiserId,
    row::Column::CounterpartId,
    row::Column::SubmittedAt,
    row::Column::ReturnReason,
    row::Column::UpdatedAt,
];

/// The lines of the activities that `wanted` selects, by day and identifier.
pub(in crate::activity) async fn of(
    conn: &impl ConnectionTrait,
    wanted: Select<row::Entity>,
    order: Order,
) -> Result<Vec<LineRow>> {
    let (own, organiser, counterpart) = (Alias::new("a"), Alias::new("o"), Alias::new("c"));
    let mine = |column: row::Column| (own.clone(), column).into_column_ref();
    let side = |alias: &Alias, column: organisation::Column| Expr::col((alias.clone(), column));
    let photos = Query::select()
        .expr(Func::count(Expr::col((photo::Entity, photo::Column::Id))))
        .from(photo::Entity)
        .and_where(Expr::col((photo::Entity, photo::Column::ActivityId)).eq(Expr::col(mine(row::Column::Id))))
        .to_owned();
    let mut query = Query::select();
    query.columns(OWN.iter().map(|column| mine(*column)));
    for (alias, id, code, name) in [
        (&organiser, row::Column::OrganiserId, "organiser_code", "organiser_name"),
        (&counterpart, row::Column::CounterpartId, "counterpart_code", "counterpart_name"),
    ] {
        query
            .expr_as(side(alias, organisation::Column::Code), Alias::new(code))
            .expr_as(side(alias, organisation::Column::NameDisplay), Alias::new(name))
            .join_as(
                JoinType::InnerJoin,
                organisation::Entity,
                alias.clone(),
                side(alias, organisation::Column::Id).eq(Expr::col(mine(id))),
            );
    }
    query
        .columns([
            (record::Entity, record::Column::AttendedTotal),
            (record::Entity, record::Column::AttendedA),
            (record::Entity, record::Column::AttendedB),
            (record::Entity, record::Column::Guests),
        ])
        .expr_as(Expr::SubQuery(None, Box::new(photos.into())), Alias::new("photos"))
        .from_subquery(wanted.select_only().columns(OWN.iter().copied()).into_query(), own.clone())
        .left_join(
            record::Entity,
            Expr::col((record::Entity, record::Column::ActivityId)).eq(Expr::col(mine(row::Column::Id))),
        )
        .order_by(mine(row::Column::HeldOn), order.clone())
        .order_by(mine(row::Column::Id), order);
    let rows = conn.query_all(&query).await?;
    Ok(rows.iter().map(|row| LineRow::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The lines of these activities, the earliest first.
pub(in crate::activity) async fn by_ids(conn: &impl ConnectionTrait, ids: &[ActivityId]) -> Result<Vec<LineRow>> {
    use sea_orm::ColumnTrait as _;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    of(conn, row::Entity::find().filter(row::Column::Id.is_in(ids.iter().copied())), Order::Asc).await
}
