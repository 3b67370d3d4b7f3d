//! Statements on accounts, sessions, refresh tokens and tries to sign in.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Set,
};
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::account_link::{self as link, LinkPurpose};
use twinning_entity::appointment::{self, RoleCode};
use twinning_entity::ids::{
    AccountId, AccountLinkId, AppointmentId, CityId, ClassId, OrganisationId, PersonId, SessionId,
};
use twinning_entity::organisation::{OrgForm, OrgStatus};
use twinning_entity::{
    known_device, organisation, password_history, person, recovery_code, refresh_token, session, sign_in_attempt,
};
use uuid::Uuid;

use crate::app::App;
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
    link::Entity::delete_many().filter(link::Column::ExpiresAt.lt(before)).exec(tx).await?;
    known_device::Entity::delete_many()
        .filter(known_device::Column::SeenAt.lt(before - chrono::Duration::days(180)))
        .exec(tx)
        .await?;
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

pub(super) async fn by_id(conn: &impl ConnectionTrait, id: AccountId) -> Result<row::Model> {
    row::Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound("account"))
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

/// Tries under a subject since `from`, whatever came of them.
pub(super) async fn tries(conn: &impl ConnectionTrait, subject: &str, from: DateTime<Utc>) -> Result<u64> {
    Ok(sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Subject.eq(subject))
        .filter(sign_in_attempt::Column::At.gte(from))
        .count(conn)
        .await?)
}

/// Forgotten passwords asked for from an address since `from`.
pub(super) async fn resets_from(conn: &impl ConnectionTrait, address: &str, from: DateTime<Utc>) -> Result<u64> {
    Ok(sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Address.eq(address))
        .filter(sign_in_attempt::Column::Subject.starts_with("reset:"))
        .filter(sign_in_attempt::Column::At.gte(from))
        .count(conn)
        .await?)
}

/// Remembers a browser, or that it was seen again.
pub(super) async fn know_device(tx: &impl ConnectionTrait, app: &App, account: AccountId, hash: &str) -> Result<()> {
    let seen = known_device::Entity::update_many()
        .col_expr(known_device::Column::SeenAt, Expr::value(app.now()))
        .filter(known_device::Column::AccountId.eq(account))
        .filter(known_device::Column::TokenHash.eq(hash))
        .exec(tx)
        .await?;
    if seen.rows_affected == 0 {
        known_device::ActiveModel {
            id: Set(app.new_id()),
            account_id: Set(account),
            token_hash: Set(hash.to_owned()),
            seen_at: Set(app.now()),
        }
        .insert(tx)
        .await?;
    }
    Ok(())
}

pub(super) async fn is_known_device(conn: &impl ConnectionTrait, account: AccountId, hash: &str) -> Result<bool> {
    Ok(known_device::Entity::find()
        .filter(known_device::Column::AccountId.eq(account))
        .filter(known_device::Column::TokenHash.eq(hash))
        .limit(1)
        .one(conn)
        .await?
        .is_some())
}

/// A sign-in over the API that holds: its family, its beginning and its last use.
#[derive(FromQueryResult)]
pub(super) struct FamilyRow {
    pub(super) family_id: Uuid,
    pub(super) first_at: DateTime<Utc>,
    pub(super) last_at: DateTime<Utc>,
}

pub(super) async fn live_families(
    conn: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<FamilyRow>> {
    Ok(refresh_token::Entity::find()
        .select_only()
        .column(refresh_token::Column::FamilyId)
        .column_as(refresh_token::Column::IssuedAt.min(), "first_at")
        .column_as(refresh_token::Column::IssuedAt.max(), "last_at")
        .filter(refresh_token::Column::AccountId.eq(account))
        .filter(refresh_token::Column::EndedAt.is_null())
        .filter(refresh_token::Column::ExpiresAt.gt(now))
        .group_by(refresh_token::Column::FamilyId)
        .into_model()
        .all(conn)
        .await?)
}

pub(super) async fn add_link(tx: &impl ConnectionTrait, new: link::ActiveModel) -> Result<()> {
    new.insert(tx).await?;
    Ok(())
}

pub(super) async fn link_by_hash(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<link::Model>> {
    Ok(link::Entity::find().filter(link::Column::TokenHash.eq(hash)).one(conn).await?)
}

/// Uses a link up; false when it was used before.
pub(super) async fn use_link(tx: &impl ConnectionTrait, id: AccountLinkId, at: DateTime<Utc>) -> Result<bool> {
    let outcome = link::Entity::update_many()
        .col_expr(link::Column::UsedAt, Expr::value(at))
        .filter(link::Column::Id.eq(id))
        .filter(link::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Ends the links of an account that were not used, of one purpose or of all.
pub(super) async fn end_links(
    tx: &impl ConnectionTrait,
    account: AccountId,
    purpose: Option<LinkPurpose>,
    at: DateTime<Utc>,
) -> Result<()> {
    let mut update = link::Entity::update_many()
        .col_expr(link::Column::UsedAt, Expr::value(at))
        .filter(link::Column::AccountId.eq(account))
        .filter(link::Column::UsedAt.is_null());
    if let Some(purpose) = purpose {
        update = update.filter(link::Column::Purpose.eq(purpose));
    }
    update.exec(tx).await?;
    Ok(())
}

/// Words about the owner of an account: login, name, names of the organisations.
pub(super) async fn context_words(conn: &impl ConnectionTrait, id: AccountId) -> Result<Vec<String>> {
    let account = by_id(conn, id).await?;
    let person = person::Entity::find_by_id(account.person_id).one(conn).await?;
    let organisations = appointment::Entity::find()
        .select_only()
        .column(appointment::Column::OrganisationId)
        .filter(appointment::Column::AccountId.eq(id));
    let names = organisation::Entity::find()
        .filter(organisation::Column::Id.in_subquery(organisations.into_query()))
        .all(conn)
        .await?;
    let mut words: Vec<String> = account.login.split(['@', '.', '+', '-', '_']).map(ToOwned::to_owned).collect();
    words.retain(|word| !["com", "org", "example", "mail"].contains(&word.as_str()));
    words.extend(person.map(|person| person.name));
    words.extend(names.into_iter().map(|one| one.name_short));
    Ok(words)
}

/// The hashes of the last passwords, the newest first.
pub(super) async fn former_hashes(conn: &impl ConnectionTrait, id: AccountId, most: u64) -> Result<Vec<String>> {
    let rows = password_history::Entity::find()
        .filter(password_history::Column::AccountId.eq(id))
        .order_by_desc(password_history::Column::CreatedAt)
        .order_by_desc(password_history::Column::Id)
        .limit(most.saturating_sub(1))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|one| one.hash).collect())
}

pub(super) async fn add_former_hash(tx: &impl ConnectionTrait, new: password_history::ActiveModel) -> Result<()> {
    new.insert(tx).await?;
    Ok(())
}

/// Writes the sealed secret of the second factor, and since when it holds.
pub(super) async fn put_factor(
    tx: &impl ConnectionTrait,
    id: AccountId,
    sealed: Option<Vec<u8>>,
    since: Option<DateTime<Utc>>,
) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::TotpSealed, Expr::value(sealed))
        .col_expr(row::Column::TotpSince, Expr::value(since))
        .col_expr(row::Column::Version, Expr::col(row::Column::Version).add(1))
        .filter(row::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Uses up the step of a code; false when it or a later one was used (`reliability.md` A-05: each step once).
pub(super) async fn use_step(tx: &impl ConnectionTrait, id: AccountId, step: i64) -> Result<bool> {
    let outcome = row::Entity::update_many()
        .col_expr(row::Column::TotpStep, Expr::value(step))
        .filter(row::Column::Id.eq(id))
        .filter(Condition::any().add(row::Column::TotpStep.is_null()).add(row::Column::TotpStep.lt(step)))
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

pub(super) async fn add_code(tx: &impl ConnectionTrait, new: recovery_code::ActiveModel) -> Result<()> {
    new.insert(tx).await?;
    Ok(())
}

pub(super) async fn remove_codes(tx: &impl ConnectionTrait, id: AccountId) -> Result<()> {
    recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(id)).exec(tx).await?;
    Ok(())
}

/// Uses up a recovery code; false when there is none like it that was not used.
pub(super) async fn use_recovery_code(
    tx: &impl ConnectionTrait,
    id: AccountId,
    hash: &str,
    at: DateTime<Utc>,
) -> Result<bool> {
    let outcome = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(at))
        .filter(recovery_code::Column::AccountId.eq(id))
        .filter(recovery_code::Column::CodeHash.eq(hash))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Active accounts that nobody signed in to since `before`.
pub(super) async fn idle(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<Vec<AccountId>> {
    let unused = row::Column::LastSignInAt
        .lt(before)
        .or(row::Column::LastSignInAt.is_null().and(row::Column::CreatedAt.lt(before)));
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::Status.eq(AccountStatus::Active))
        .filter(unused)
        .order_by_asc(row::Column::Id)
        .into_tuple()
        .all(conn)
        .await?)
}

/// How many of some accounts each organisation has, by their appointments in force.
pub(super) async fn counted_by_organisation(
    conn: &impl ConnectionTrait,
    accounts: &[AccountId],
    today: NaiveDate,
) -> Result<BTreeMap<OrganisationId, usize>> {
    let mut found: BTreeMap<OrganisationId, usize> = BTreeMap::new();
    for part in accounts.chunks(500) {
        let held: Vec<(AccountId, OrganisationId)> = appointment::Entity::find()
            .select_only()
            .column(appointment::Column::AccountId)
            .column(appointment::Column::OrganisationId)
            .distinct()
            .filter(appointment::Column::AccountId.is_in(part.iter().copied()))
            .filter(in_force(today))
            .into_tuple()
            .all(conn)
            .await?;
        for (_, place) in held {
            *found.entry(place).or_default() += 1;
        }
    }
    Ok(found)
}

/// Disabled accounts that nobody signed in to since `before` and that still name somebody.
pub(super) async fn long_disabled(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<Vec<AccountId>> {
    let unused = row::Column::LastSignInAt
        .lt(before)
        .or(row::Column::LastSignInAt.is_null().and(row::Column::CreatedAt.lt(before)));
    let named =
        person::Entity::find().select_only().column(person::Column::Id).filter(person::Column::ErasedAt.is_null());
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::Status.eq(AccountStatus::Disabled))
        .filter(row::Column::PersonId.in_subquery(named.into_query()))
        .filter(unused)
        .order_by_asc(row::Column::Id)
        .into_tuple()
        .all(conn)
        .await?)
}

/// The account of a person that can still be used.
pub(super) async fn by_person(conn: &impl ConnectionTrait, person: PersonId) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::PersonId.eq(person)).one(conn).await?)
}

/// Forgets what an erased account leaves behind: appointments end, inbox, letters, devices, codes and former passwords go.
pub(super) async fn forget_traces(tx: &impl ConnectionTrait, id: AccountId, today: NaiveDate) -> Result<()> {
    use twinning_entity::{api_token, inbox_message, outbox_mail};
    let yesterday = today.pred_opt().unwrap_or(today);
    appointment::Entity::update_many()
        .col_expr(appointment::Column::EndsOn, Expr::value(yesterday))
        .col_expr(appointment::Column::Version, Expr::col(appointment::Column::Version).add(1))
        .filter(appointment::Column::AccountId.eq(id))
        .filter(appointment::Column::StartsOn.lte(yesterday))
        .filter(Condition::any().add(appointment::Column::EndsOn.is_null()).add(appointment::Column::EndsOn.gte(today)))
        .exec(tx)
        .await?;
    inbox_message::Entity::delete_many().filter(inbox_message::Column::AccountId.eq(id)).exec(tx).await?;
    outbox_mail::Entity::delete_many().filter(outbox_mail::Column::ToAccountId.eq(id)).exec(tx).await?;
    known_device::Entity::delete_many().filter(known_device::Column::AccountId.eq(id)).exec(tx).await?;
    recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(id)).exec(tx).await?;
    password_history::Entity::delete_many().filter(password_history::Column::AccountId.eq(id)).exec(tx).await?;
    link::Entity::delete_many().filter(link::Column::AccountId.eq(id)).exec(tx).await?;
    api_token::Entity::delete_many().filter(api_token::Column::AccountId.eq(id)).exec(tx).await?;
    session::Entity::delete_many().filter(session::Column::AccountId.eq(id)).exec(tx).await?;
    refresh_token::Entity::delete_many().filter(refresh_token::Column::AccountId.eq(id)).exec(tx).await?;
    Ok(())
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

/// Accounts with a second factor.
pub(super) async fn with_factor(conn: &impl ConnectionTrait) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::TotpSealed.is_not_null()).all(conn).await?)
}

/// Writes a second factor that was sealed anew, unless it was changed meanwhile.
pub(super) async fn put_sealed_factor(
    tx: &impl ConnectionTrait,
    id: AccountId,
    before: &[u8],
    sealed: Vec<u8>,
) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::TotpSealed, Expr::value(sealed))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::TotpSealed.eq(before.to_vec()))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn put_session_token(tx: &impl ConnectionTrait, id: SessionId, hash: &str) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::TokenHash, Expr::value(hash))
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
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
