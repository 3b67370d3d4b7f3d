//! Statements on accounts, sessions, refresh tokens and tries to sign in.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::appointment::{self, RoleCode};
use twinning_entity::ids::{AccountId, AppointmentId, CityId, ClassId, OrganisationId, PersonId, SessionId};
use twinning_entity::organisation::{OrgForm, OrgStatus};
use twinning_entity::{organisation, person, refresh_token, session, sign_in_attempt};
use uuid::Uuid;

use crate::app::App;
use crate::kernel::actor::{Appointment, Member};
use crate::kernel::error::Result;
use crate::organisation::model::area_path;

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
        .columns([row::Column::PersonId, row::Column::Login, row::Column::Language, row::Column::LastSignInAt])
        .column(person::Column::Name)
        .join(JoinType::InnerJoin, person.into())
        .filter(row::Column::Status.eq(AccountStatus::Active))
        .into_model::<PersonRow>()
        .one(conn)
        .await?;
    let Some(found) = found else { return Ok(None) };
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
        .filter(appointment::Column::StartsOn.lte(today))
        .filter(Condition::any().add(appointment::Column::EndsOn.is_null()).add(appointment::Column::EndsOn.gte(today)))
        .order_by_asc(appointment::Column::StartsOn)
        .order_by_asc(appointment::Column::Id)
        .into_model::<HeldRow>()
        .all(conn)
        .await?;
    let appointments = held
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
        .collect();
    Ok(Some(Member {
        account,
        person: found.person_id,
        name: found.name,
        login: found.login,
        language: found.language,
        appointments,
        last_sign_in_at: found.last_sign_in_at,
    }))
}

/// Failures under `subject` since `from`, not counting those before the last success.
pub(super) async fn failures(
    conn: &impl ConnectionTrait,
    subject: &str,
    from: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>> {
    let tries = sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Subject.eq(subject))
        .filter(sign_in_attempt::Column::At.gte(from))
        .order_by_desc(sign_in_attempt::Column::At)
        .limit(50)
        .all(conn)
        .await?;
    Ok(tries.into_iter().take_while(|one| !one.succeeded).map(|one| one.at).collect())
}

/// Failures from one address since `from`.
pub(super) async fn failures_from(conn: &impl ConnectionTrait, address: &str, from: DateTime<Utc>) -> Result<u64> {
    Ok(sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Address.eq(address))
        .filter(sign_in_attempt::Column::At.gte(from))
        .filter(sign_in_attempt::Column::Succeeded.eq(false))
        .count(conn)
        .await?)
}

pub(super) async fn note_try(
    tx: &impl ConnectionTrait,
    app: &App,
    subject: &str,
    address: Option<&str>,
    succeeded: bool,
) -> Result<()> {
    sign_in_attempt::ActiveModel {
        id: Set(app.new_id()),
        subject: Set(subject.to_owned()),
        address: Set(address.map(ToOwned::to_owned)),
        succeeded: Set(succeeded),
        at: Set(app.now()),
    }
    .insert(tx)
    .await?;
    Ok(())
}

pub(super) async fn forget_tries(tx: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<()> {
    sign_in_attempt::Entity::delete_many().filter(sign_in_attempt::Column::At.lt(before)).exec(tx).await?;
    Ok(())
}

pub(super) async fn forget_ended(tx: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<()> {
    session::Entity::delete_many()
        .filter(session::Column::EndedAt.lt(before).or(session::Column::ExpiresAt.lt(before)))
        .exec(tx)
        .await?;
    refresh_token::Entity::delete_many().filter(refresh_token::Column::ExpiresAt.lt(before)).exec(tx).await?;
    Ok(())
}

pub(super) async fn note_sign_in(tx: &impl ConnectionTrait, account: AccountId, at: DateTime<Utc>) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::LastSignInAt, Expr::value(at))
        .filter(row::Column::Id.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn set_language(tx: &impl ConnectionTrait, account: AccountId, tag: &str) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::Language, Expr::value(tag))
        .filter(row::Column::Id.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn add_refresh(tx: &impl ConnectionTrait, token: refresh_token::ActiveModel) -> Result<()> {
    token.insert(tx).await?;
    Ok(())
}

pub(super) async fn refresh_by_hash(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<refresh_token::Model>> {
    Ok(refresh_token::Entity::find().filter(refresh_token::Column::TokenHash.eq(hash)).one(conn).await?)
}

/// Whether a sign-in still holds: one of its refresh tokens has not been ended.
pub(super) async fn family_holds(conn: &impl ConnectionTrait, family: Uuid) -> Result<bool> {
    let one = refresh_token::Entity::find()
        .filter(refresh_token::Column::FamilyId.eq(family))
        .filter(refresh_token::Column::EndedAt.is_null())
        .limit(1)
        .one(conn)
        .await?;
    Ok(one.is_some())
}

/// Marks a refresh token as used; false when somebody was faster.
pub(super) async fn use_refresh(
    tx: &impl ConnectionTrait,
    token: &refresh_token::Model,
    at: DateTime<Utc>,
) -> Result<bool> {
    let outcome = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(at))
        .filter(refresh_token::Column::Id.eq(token.id))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

pub(super) async fn end_family(tx: &impl ConnectionTrait, family: Uuid, at: DateTime<Utc>) -> Result<()> {
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::EndedAt, Expr::value(at))
        .filter(refresh_token::Column::FamilyId.eq(family))
        .filter(refresh_token::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn add_session(tx: &impl ConnectionTrait, session: session::ActiveModel) -> Result<()> {
    session.insert(tx).await?;
    Ok(())
}

pub(super) async fn session_by_hash(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<session::Model>> {
    Ok(session::Entity::find()
        .filter(session::Column::TokenHash.eq(hash))
        .filter(session::Column::EndedAt.is_null())
        .one(conn)
        .await?)
}

pub(super) async fn live_sessions(
    conn: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<session::Model>> {
    Ok(session::Entity::find()
        .filter(session::Column::AccountId.eq(account))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_asc(session::Column::CreatedAt)
        .all(conn)
        .await?)
}

pub(super) async fn end_session(tx: &impl ConnectionTrait, id: SessionId, at: DateTime<Utc>) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(at))
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn touch_session(tx: &impl ConnectionTrait, id: SessionId, at: DateTime<Utc>) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, Expr::value(at))
        .filter(session::Column::Id.eq(id))
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
