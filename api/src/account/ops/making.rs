//! Accounts and appointments made inside the write of another act.

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, Set};
use serde_json::json;
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::appointment;
use twinning_entity::ids::{AccountId, AppointmentId, ClassId, OrganisationId, PersonId};

use crate::account::model::freed_login;
use crate::account::store;
use crate::app::App;
use crate::invitation;
use crate::kernel::actor::{Actor, RoleCode};
use crate::kernel::error::Result;

/// What a new account needs.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Person behind it.
    pub person: PersonId,
    /// E-mail address.
    pub login: String,
    /// Hash of the password; without one nobody can sign in yet.
    pub password_hash: Option<String>,
    /// Preferred language.
    pub language: String,
    /// Whether it belongs to the demo.
    pub is_demo: bool,
}

/// Makes an account in a write that is under way.
///
/// # Errors
/// The engine's error.
pub async fn create_in(tx: &impl ConnectionTrait, app: &App, new: NewAccount) -> Result<AccountId> {
    let id: AccountId = app.new_id();
    let now = app.now();
    store::add(
        tx,
        row::ActiveModel {
            id: Set(id),
            person_id: Set(new.person),
            login: Set(new.login.trim().to_lowercase()),
            status: Set(if new.password_hash.is_some() { AccountStatus::Active } else { AccountStatus::Invited }),
            password_hash: Set(new.password_hash),
            language: Set(new.language),
            epoch: Set(1),
            is_demo: Set(new.is_demo),
            last_sign_in_at: Set(None),
            // The example's accounts are younger than any rule about them (`contract.md` 7).
            password_changed_at: Set(None),
            totp_sealed: Set(None),
            totp_since: Set(None),
            totp_step: Set(None),
            notice_version: Set(None),
            notice_accepted_at: Set(None),
            mail_choices: Set(json!({})),
            disabled_at: Set(None),
            disabled_reason: Set(None),
            locked_until: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        },
    )
    .await?;
    Ok(id)
}

/// Whether a login is taken.
///
/// # Errors
/// The engine's error.
pub async fn find_by_login(conn: &impl ConnectionTrait, login: &str) -> Result<Option<AccountId>> {
    Ok(store::by_login(conn, login).await?.map(|found| found.id))
}

/// What an appointment needs.
#[derive(Clone, Debug)]
pub struct NewAppointment {
    /// Account appointed.
    pub account: AccountId,
    /// Organisation it is for.
    pub organisation: OrganisationId,
    /// Role.
    pub role: RoleCode,
    /// Post as printed.
    pub post: Option<String>,
    /// Class, for teachers and trainees.
    pub class: Option<ClassId>,
    /// First day; today when none is given.
    pub starts_on: Option<NaiveDate>,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
}

/// Appoints an account, in a write that is under way.
///
/// # Errors
/// The engine's error.
pub async fn appoint_in(tx: &impl ConnectionTrait, app: &App, new: NewAppointment) -> Result<AppointmentId> {
    let id: AppointmentId = app.new_id();
    store::appoint(
        tx,
        appointment::ActiveModel {
            id: Set(id),
            account_id: Set(new.account),
            organisation_id: Set(new.organisation),
            role: Set(new.role),
            post: Set(new.post),
            class_id: Set(new.class),
            read_only: Set(false),
            starts_on: Set(new.starts_on.unwrap_or_else(|| app.today())),
            ends_on: Set(new.ends_on),
            end_reason: Set(None),
            version: Set(1),
            created_at: Set(app.now()),
        },
    )
    .await?;
    Ok(id)
}

/// The person behind an account.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn person_of(conn: &impl ConnectionTrait, account: AccountId) -> Result<PersonId> {
    Ok(store::by_id(conn, account).await?.person_id)
}

/// The account of a person, and whether it was retired before anybody opened it.
///
/// # Errors
/// The engine's error.
pub async fn of_person(conn: &impl ConnectionTrait, person: PersonId) -> Result<Option<(AccountId, bool)>> {
    let found = store::by_person(conn, person).await?;
    Ok(found.map(|one| (one.id, one.status == AccountStatus::Disabled && one.password_hash.is_none())))
}

/// Opens a retired account for another invitation.
///
/// # Errors
/// The engine's error.
pub(crate) async fn reopen(
    tx: &impl ConnectionTrait,
    app: &App,
    account: AccountId,
    login: &str,
    language: &str,
) -> Result<()> {
    let found = store::by_id(tx, account).await?;
    let next = row::Model {
        login: login.to_owned(),
        language: language.to_owned(),
        status: AccountStatus::Invited,
        disabled_at: None,
        disabled_reason: None,
        version: found.version + 1,
        updated_at: app.now(),
        ..found
    };
    store::replace(tx, next).await
}

/// An account as it stands, for features that write letters to it.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub(crate) async fn row_of(conn: &impl ConnectionTrait, account: AccountId) -> Result<row::Model> {
    store::by_id(conn, account).await
}

/// Accounts as they stand, by identifier.
///
/// # Errors
/// The engine's error.
pub(crate) async fn rows_of(
    conn: &impl ConnectionTrait,
    accounts: Vec<AccountId>,
) -> Result<std::collections::HashMap<AccountId, row::Model>> {
    Ok(store::by_ids(conn, accounts).await?.into_iter().map(|one| (one.id, one)).collect())
}

/// What an account may do now, for asking again on its behalf; nothing for one that is not active.
///
/// # Errors
/// The engine's error.
pub(crate) async fn actor_of(conn: &impl ConnectionTrait, app: &App, account: AccountId) -> Result<Option<Actor>> {
    let member = store::member(conn, account, app.today()).await?;
    Ok(member.map(|member| Actor::Account(Box::new(member))))
}

/// Frees the address of an account that was invited and never opened, so that the person can be invited again.
///
/// # Errors
/// The engine's error.
pub(crate) async fn retire(tx: &impl ConnectionTrait, app: &App, account: AccountId) -> Result<()> {
    let found = store::by_id(tx, account).await?;
    let next = row::Model {
        login: freed_login("revoked", account),
        person_id: found.person_id,
        status: AccountStatus::Disabled,
        disabled_at: Some(app.now()),
        disabled_reason: Some("invitation revoked".to_owned()),
        epoch: found.epoch + 1,
        version: found.version + 1,
        updated_at: app.now(),
        ..found
    };
    store::replace(tx, next).await
}

/// Takes everything that identifies from an account, and every way in, in a write that is under way.
///
/// # Errors
/// [`crate::account::model::AccountRule::LastAdministrator`].
pub(crate) async fn erase(tx: &impl ConnectionTrait, app: &App, account: AccountId) -> Result<()> {
    if super::admin::is_last_administrator(tx, app, account).await? {
        return Err(crate::account::model::AccountRule::LastAdministrator.into());
    }
    let found = store::by_id(tx, account).await?;
    super::end_all(tx, app, account, None).await?;
    store::forget_traces(tx, account, app.today()).await?;
    invitation::ops::forget_person(tx, app, account).await?;
    let next = row::Model {
        login: freed_login("erased", account),
        password_hash: None,
        status: AccountStatus::Disabled,
        totp_sealed: None,
        totp_since: None,
        mail_choices: json!({}),
        disabled_at: Some(app.now()),
        disabled_reason: Some("erased".to_owned()),
        epoch: found.epoch + 1,
        version: found.version + 1,
        updated_at: app.now(),
        ..found
    };
    store::replace(tx, next).await
}

/// What is kept of an account itself, for its owner.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub(crate) async fn me_plain(app: &App, account: AccountId) -> Result<serde_json::Value> {
    let found = store::by_id(app.reader(), account).await?;
    Ok(json!({
        "id": found.id, "login": found.login, "status": found.status, "language": found.language,
        "second_factor_since": found.totp_since, "password_changed_at": found.password_changed_at,
        "notice_version": found.notice_version, "notice_accepted_at": found.notice_accepted_at,
        "last_sign_in_at": found.last_sign_in_at, "created_at": found.created_at,
    }))
}

/// Active accounts that hold a role for an organisation on `today`.
///
/// # Errors
/// The engine's error.
pub async fn holders(
    conn: &impl ConnectionTrait,
    role: RoleCode,
    organisation: OrganisationId,
    today: NaiveDate,
) -> Result<Vec<AccountId>> {
    store::holders(conn, role, organisation, today).await
}

/// The logins of all accounts, for knowing which of a list are taken.
///
/// # Errors
/// The engine's error.
pub async fn logins(conn: &impl ConnectionTrait) -> Result<std::collections::HashSet<String>> {
    Ok(store::logins(conn).await?.into_iter().collect())
}

/// Whether an active account holds a role on `today`.
///
/// # Errors
/// The engine's error.
pub async fn any_with(conn: &impl ConnectionTrait, role: RoleCode, today: NaiveDate) -> Result<bool> {
    let nobody = AccountId(uuid::Uuid::nil());
    Ok(store::others_with(conn, role, nobody, today).await? > 0)
}

/// Names of the people behind accounts, for the record of who did what.
///
/// # Errors
/// The engine's error.
pub async fn names(app: &App, ids: Vec<uuid::Uuid>) -> Result<std::collections::HashMap<uuid::Uuid, String>> {
    let found = store::names(app.reader(), ids.into_iter().map(AccountId).collect()).await?;
    Ok(found.into_iter().map(|(id, name)| (id.0, name)).collect())
}
