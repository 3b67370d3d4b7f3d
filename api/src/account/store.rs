//! Statements on accounts and what they are appointed to.

mod idle;
mod proofs;
mod sessions;
mod tries;

pub(super) use self::idle::*;
pub(super) use self::proofs::*;
pub(super) use self::sessions::*;
pub(super) use self::tries::*;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::appointment::{self, RoleCode};
use twinning_entity::ids::{AccountId, AppointmentId, CityId, ClassId, OrganisationId, PersonId};
use twinning_entity::organisation::{OrgForm, OrgStatus};
use twinning_entity::{organisation, person};

use crate::appointment::policy::Scope;
use crate::infra::db;
use crate::kernel::actor::{Appointment, Member};
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::kernel::text::like_escaped;
use crate::organisation::model::area_path;

/// Appointments that hold on a day.
fn in_force(today: NaiveDate) -> Condition {
    let open = appointment::Column::EndsOn.is_null().or(appointment::Column::EndsOn.gte(today));
    Condition::all().add(appointment::Column::StartsOn.lte(today)).add(open)
}

pub(super) async fn by_login(conn: &impl ConnectionTrait, login: &str) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::Login.eq(login)).one(conn).await?)
}

#[derive(FromQueryResult)]
struct PersonRow {
    person_id: PersonId,
    name: String,
    login: String,
    language: String,
    last_sign_in_at: Option<DateTime<Utc>>,
    totp_since: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct HeldRow {
    id: AppointmentId,
    organisation_id: OrganisationId,
    path: String,
    city_id: CityId,
    role: RoleCode,
    post: Option<String>,
    class_id: Option<ClassId>,
    read_only: bool,
    form: OrgForm,
    above_form: Option<OrgForm>,
}

/// The member behind an active account, with the appointments in force on `today`.
pub(super) async fn member(
    conn: &impl ConnectionTrait,
    account: AccountId,
    today: NaiveDate,
) -> Result<Option<Member>> {
    let person = row::Entity::belongs_to(person::Entity).from(row::Column::PersonId).to(person::Column::Id);
    let found = row::Entity::find_by_id(account)
        .select_only()
        .columns([
            row::Column::PersonId,
            row::Column::Login,
            row::Column::Language,
            row::Column::LastSignInAt,
            row::Column::TotpSince,
        ])
        .column(person::Column::Name)
        .join(JoinType::InnerJoin, person.into())
        .filter(row::Column::Status.eq(AccountStatus::Active))
        .into_model::<PersonRow>()
        .one(conn)
        .await?;
    let Some(found) = found else { return Ok(None) };
    Ok(Some(Member {
        account,
        person: found.person_id,
        name: found.name,
        login: found.login,
        language: found.language,
        appointments: held(conn, account, today).await?,
        last_sign_in_at: found.last_sign_in_at,
        second_factor: found.totp_since.is_some(),
        scopes: None,
    }))
}

/// The appointments of an account in force on `today`, whatever the state of the account.
pub(super) async fn held(
    conn: &impl ConnectionTrait,
    account: AccountId,
    today: NaiveDate,
) -> Result<Vec<Appointment>> {
    let organisation = appointment::Entity::belongs_to(organisation::Entity)
        .from(appointment::Column::OrganisationId)
        .to(organisation::Column::Id);
    let held = appointment::Entity::find()
        .select_only()
        .columns([
            appointment::Column::Id,
            appointment::Column::OrganisationId,
            appointment::Column::Role,
            appointment::Column::Post,
            appointment::Column::ClassId,
            appointment::Column::ReadOnly,
        ])
        .columns([organisation::Column::Path, organisation::Column::CityId, organisation::Column::Form])
        .column_as(
            Expr::cust("(SELECT above.form FROM organisations AS above WHERE above.id = organisations.parent_id)"),
            "above_form",
        )
        .join(JoinType::InnerJoin, organisation.into())
        .filter(appointment::Column::AccountId.eq(account))
        // Nobody acts for an organisation that has ended; a trainee's and a teacher's place is in the class.
        .filter(
            organisation::Column::Status
                .eq(OrgStatus::Active)
                .or(appointment::Column::Role.is_in([RoleCode::Trainee, RoleCode::ClassTeacher])),
        )
        .filter(in_force(today))
        .order_by_asc(appointment::Column::StartsOn)
        .order_by_asc(appointment::Column::Id)
        .into_model::<HeldRow>()
        .all(conn)
        .await?;
    Ok(held
        .into_iter()
        .map(|held| Appointment {
            id: held.id,
            organisation: held.organisation_id,
            // The department of a district looks after the district.
            path: match held.role {
                RoleCode::OrgDeptDistrict => area_path(&held.path, held.form, held.above_form),
                _ => held.path,
            },
            city: held.city_id,
            role: held.role,
            post: held.post,
            class: held.class_id,
            read_only: held.read_only,
        })
        .collect())
}

pub(super) async fn set_language(tx: &impl ConnectionTrait, account: AccountId, tag: &str) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::Language, Expr::value(tag))
        .filter(row::Column::Id.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether any account exists.
pub(super) async fn any(conn: &impl ConnectionTrait) -> Result<bool> {
    Ok(row::Entity::find().limit(1).one(conn).await?.is_some())
}

/// A new account for a person.
pub(super) async fn add(tx: &impl ConnectionTrait, account: row::ActiveModel) -> Result<()> {
    account.insert(tx).await?;
    Ok(())
}

/// A new appointment.
pub(super) async fn appoint(tx: &impl ConnectionTrait, held: appointment::ActiveModel) -> Result<()> {
    held.insert(tx).await?;
    Ok(())
}

pub(super) async fn by_id(conn: &impl ConnectionTrait, id: AccountId) -> Result<row::Model> {
    row::Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound("account"))
}

pub(super) async fn by_ids(conn: &impl ConnectionTrait, mut ids: Vec<AccountId>) -> Result<Vec<row::Model>> {
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(row::Entity::find().filter(row::Column::Id.is_in(ids)).all(conn).await?)
}

/// Writes an account over the version it came from.
pub(super) async fn replace(tx: &impl ConnectionTrait, next: row::Model) -> Result<()> {
    let at = Condition::all().add(row::Column::Id.eq(next.id)).add(row::Column::Version.eq(next.version - 1));
    let next: row::ActiveModel = next.into();
    db::replace::<row::Entity>(tx, next.reset_all(), at).await
}

/// Accounts the scope reaches: those with an appointment there, past or present, and those whose person belongs there.
fn visible(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let held = appointment::Entity::find()
        .select_only()
        .column(appointment::Column::AccountId)
        .filter(appointment::Column::OrganisationId.in_subquery(scope.organisations()));
    let people = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::OrganisationId.in_subquery(scope.organisations()));
    Condition::any()
        .add(row::Column::Id.in_subquery(held.into_query()))
        .add(row::Column::PersonId.in_subquery(people.into_query()))
}

pub(super) async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: AccountId) -> Result<(row::Model, String)> {
    let found = row::Entity::find_by_id(id).filter(visible(scope)).one(conn).await?;
    let found = found.ok_or(Error::NotFound("account"))?;
    let name = person::Entity::find_by_id(found.person_id).one(conn).await?.map(|person| person.name);
    Ok((found, name.unwrap_or_default()))
}

pub(super) async fn accounts(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    name: Option<&str>,
    status: Option<AccountStatus>,
    below: Option<&str>,
    at: &PageRequest,
) -> Result<(Vec<(row::Model, String)>, Option<u64>)> {
    let mut query = row::Entity::find().filter(visible(scope));
    if let Some(name) = name {
        let like =
            || sea_orm::sea_query::LikeExpr::new(format!("%{}%", like_escaped(&name.to_lowercase()))).escape('\\');
        let named = person::Entity::find().select_only().column(person::Column::Id);
        let named = named.filter(Expr::col(person::Column::Name).like(like()));
        query = query.filter(
            Condition::any()
                .add(Expr::col(row::Column::Login).like(like()))
                .add(row::Column::PersonId.in_subquery(named.into_query())),
        );
    }
    if let Some(status) = status {
        query = query.filter(row::Column::Status.eq(status));
    }
    if let Some(path) = below {
        query = query.filter(visible(&Scope::below(path)));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some((login, id)) = at.after::<(String, AccountId)>()? {
        query =
            query.filter(row::Column::Login.gt(&login).or(row::Column::Login.eq(&login).and(row::Column::Id.gt(id))));
    }
    let rows = query
        .order_by_asc(row::Column::Login)
        .order_by_asc(row::Column::Id)
        .offset(at.skip)
        .limit(at.limit + 1)
        .all(conn)
        .await?;
    let ids: Vec<PersonId> = rows.iter().map(|one| one.person_id).collect();
    let names: std::collections::HashMap<PersonId, String> = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(conn)
        .await?
        .into_iter()
        .map(|one| (one.id, one.name))
        .collect();
    let rows = rows.into_iter().map(|one| {
        let name = names.get(&one.person_id).cloned().unwrap_or_default();
        (one, name)
    });
    Ok((rows.collect(), total))
}

/// Other active accounts that hold a role on `today`.
pub(super) async fn others_with(
    conn: &impl ConnectionTrait,
    role: RoleCode,
    but: AccountId,
    today: NaiveDate,
) -> Result<u64> {
    let active = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::Status.eq(AccountStatus::Active))
        .filter(row::Column::Id.ne(but));
    Ok(appointment::Entity::find()
        .filter(appointment::Column::Role.eq(role))
        .filter(appointment::Column::AccountId.in_subquery(active.into_query()))
        .filter(in_force(today))
        .count(conn)
        .await?)
}

/// The account of a person that can still be used.
pub(super) async fn by_person(conn: &impl ConnectionTrait, person: PersonId) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::PersonId.eq(person)).one(conn).await?)
}

/// Active accounts that hold a role for an organisation on `today`.
pub(super) async fn holders(
    conn: &impl ConnectionTrait,
    role: RoleCode,
    organisation: OrganisationId,
    today: NaiveDate,
) -> Result<Vec<AccountId>> {
    let active =
        row::Entity::find().select_only().column(row::Column::Id).filter(row::Column::Status.eq(AccountStatus::Active));
    Ok(appointment::Entity::find()
        .select_only()
        .column(appointment::Column::AccountId)
        .distinct()
        .filter(appointment::Column::Role.eq(role))
        .filter(appointment::Column::OrganisationId.eq(organisation))
        .filter(appointment::Column::AccountId.in_subquery(active.into_query()))
        .filter(in_force(today))
        .into_tuple()
        .all(conn)
        .await?)
}

/// The logins of all accounts.
pub(super) async fn logins(conn: &impl ConnectionTrait) -> Result<Vec<String>> {
    Ok(row::Entity::find().select_only().column(row::Column::Login).into_tuple().all(conn).await?)
}

/// Names of the people behind accounts.
pub(super) async fn names(conn: &impl ConnectionTrait, ids: Vec<AccountId>) -> Result<Vec<(AccountId, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let person = row::Entity::belongs_to(person::Entity).from(row::Column::PersonId).to(person::Column::Id);
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .column(person::Column::Name)
        .join(JoinType::InnerJoin, person.into())
        .filter(row::Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?)
}
