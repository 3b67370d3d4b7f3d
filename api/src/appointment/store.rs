//! Statements on appointments.

use chrono::NaiveDate;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use twinning_entity::appointment::{self as row, RoleCode};
use twinning_entity::ids::{AccountId, AppointmentId, CityId, ClassId, OrganisationId};
use twinning_entity::{account, organisation, person};

use super::policy::Scope;
use super::wire::HeldFilter;
use crate::infra::db;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;

/// An appointment with the names of person and organisation.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct HeldRow {
    pub(super) id: AppointmentId,
    pub(super) account_id: AccountId,
    pub(super) person_name: String,
    pub(super) name_key: String,
    pub(super) organisation_id: OrganisationId,
    pub(super) organisation_name: String,
    pub(super) path: String,
    pub(super) city_id: CityId,
    pub(super) role: RoleCode,
    pub(super) post: Option<String>,
    pub(super) class_id: Option<ClassId>,
    pub(super) starts_on: NaiveDate,
    pub(super) ends_on: Option<NaiveDate>,
    pub(super) end_reason: Option<String>,
    pub(super) version: i32,
}

fn held() -> Select<row::Entity> {
    let to_account = row::Entity::belongs_to(account::Entity).from(row::Column::AccountId).to(account::Column::Id);
    let to_person = account::Entity::belongs_to(person::Entity).from(account::Column::PersonId).to(person::Column::Id);
    let to_organisation =
        row::Entity::belongs_to(organisation::Entity).from(row::Column::OrganisationId).to(organisation::Column::Id);
    row::Entity::find()
        .select_only()
        .columns([
            row::Column::Id,
            row::Column::AccountId,
            row::Column::OrganisationId,
            row::Column::Role,
            row::Column::Post,
            row::Column::ClassId,
            row::Column::StartsOn,
            row::Column::EndsOn,
            row::Column::EndReason,
            row::Column::Version,
        ])
        .column_as(person::Column::Name, "person_name")
        .column(person::Column::NameKey)
        .column_as(organisation::Column::NameShort, "organisation_name")
        .columns([organisation::Column::Path, organisation::Column::CityId])
        .join(JoinType::InnerJoin, to_account.into())
        .join(JoinType::InnerJoin, to_person.into())
        .join(JoinType::InnerJoin, to_organisation.into())
}

/// What the scope reaches, and what is the caller's own.
fn visible(scope: &Scope, own: Option<AccountId>) -> Condition {
    let mut any = Condition::any().add(row::Column::OrganisationId.in_subquery(scope.organisations()));
    if let Some(own) = own {
        any = any.add(row::Column::AccountId.eq(own));
    }
    any
}

fn in_force(today: NaiveDate) -> Condition {
    Condition::all()
        .add(row::Column::StartsOn.lte(today))
        .add(Condition::any().add(row::Column::EndsOn.is_null()).add(row::Column::EndsOn.gte(today)))
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    (scope, own): (&Scope, Option<AccountId>),
    filter: &HeldFilter,
    below: Option<&str>,
    today: NaiveDate,
    at: &PageRequest,
) -> Result<(Vec<HeldRow>, Option<u64>)> {
    let mut query = held().filter(visible(scope, own));
    if let Some(account) = filter.account_id {
        query = query.filter(row::Column::AccountId.eq(account));
    }
    if let Some(role) = filter.role {
        query = query.filter(row::Column::Role.eq(role));
    }
    match (filter.organisation_id, below) {
        (_, Some(path)) => {
            query = query.filter(row::Column::OrganisationId.in_subquery(Scope::below(path).organisations()));
        }
        (Some(id), None) => query = query.filter(row::Column::OrganisationId.eq(id)),
        (None, None) => {}
    }
    match filter.in_force {
        Some(true) => query = query.filter(in_force(today)),
        Some(false) => query = query.filter(in_force(today).not()),
        None => {}
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some((name, id)) = at.after::<(String, AppointmentId)>()? {
        query = query.filter(
            person::Column::NameKey.gt(&name).or(person::Column::NameKey.eq(&name).and(row::Column::Id.gt(id))),
        );
    }
    let rows = query
        .order_by_asc(person::Column::NameKey)
        .order_by_asc(row::Column::Id)
        .offset(at.skip)
        .limit(at.limit + 1)
        .into_model()
        .all(conn)
        .await?;
    Ok((rows, total))
}

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    own: Option<AccountId>,
    id: AppointmentId,
) -> Result<HeldRow> {
    let found = held().filter(row::Column::Id.eq(id)).filter(visible(scope, own)).into_model().one(conn).await?;
    found.ok_or(Error::NotFound("appointment"))
}

/// Whether an account holds a role at an organisation, for a class if one is named.
pub(super) async fn holds(
    conn: &impl ConnectionTrait,
    account: AccountId,
    role: RoleCode,
    organisation: OrganisationId,
    class: Option<ClassId>,
    today: NaiveDate,
) -> Result<bool> {
    let mut query = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::Role.eq(role))
        .filter(row::Column::OrganisationId.eq(organisation))
        .filter(Condition::any().add(row::Column::EndsOn.is_null()).add(row::Column::EndsOn.gte(today)));
    if let Some(class) = class {
        query = query.filter(row::Column::ClassId.eq(class));
    }
    Ok(query.limit(1).one(conn).await?.is_some())
}

/// Roles of administrators that an account holds or will hold.
pub(super) async fn roles(conn: &impl ConnectionTrait, account: AccountId, today: NaiveDate) -> Result<Vec<RoleCode>> {
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Role)
        .filter(row::Column::AccountId.eq(account))
        .filter(Condition::any().add(row::Column::EndsOn.is_null()).add(row::Column::EndsOn.gte(today)))
        .into_tuple()
        .all(conn)
        .await?)
}

/// Ends an appointment with the day before `today`, over the version seen.
pub(super) async fn end(
    tx: &impl ConnectionTrait,
    id: AppointmentId,
    version: i32,
    today: NaiveDate,
    reason: &str,
) -> Result<()> {
    let found = row::Entity::find_by_id(id).one(tx).await?.ok_or(Error::NotFound("appointment"))?;
    let yesterday = today.pred_opt().unwrap_or(today);
    let next = row::Model {
        // One that began today, or is still to begin, is over before it began.
        starts_on: std::cmp::min(found.starts_on, yesterday),
        ends_on: Some(yesterday),
        end_reason: Some(reason.to_owned()),
        version: version + 1,
        ..found
    };
    let at = Condition::all().add(row::Column::Id.eq(id)).add(row::Column::Version.eq(version));
    let next: row::ActiveModel = next.into();
    db::replace::<row::Entity>(tx, sea_orm::ActiveModelTrait::reset_all(next), at).await
}
