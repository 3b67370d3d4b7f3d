//! Setting, changing and forgetting passwords.

use sea_orm::{ConnectionTrait, Set};
use serde_json::{Value, json};
use twinning_entity::account::{self as row, AccountStatus};
use twinning_entity::account_link::LinkPurpose;
use twinning_entity::ids::{AccountId, PasswordHistoryId};
use twinning_entity::password_history;
use uuid::Uuid;

use super::sign_in::{confirm_password, stamp};
use super::{LOGIN_MAX, links, normal_login, sessions};
use crate::account::model::AuthRule;
use crate::account::policy::AccountAct;
use crate::account::wire::{AddressChange, PasswordChange, PasswordReset};
use crate::account::{passwords, rules, store};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::mail::is_address;
use crate::infra::{jobs, secrets};
use crate::kernel::call::{Call, Lang};
use crate::kernel::error::{Error, Result};
use crate::letter::{self, model as letters};

/// Requests for a link to a new password: five an hour for an account, thirty for an address (`reliability.md` L-01).
const RESETS_PER_ACCOUNT: u64 = 5;
const RESETS_PER_ADDRESS: u64 = 30;

/// Somebody forgot a password: whether the address is known is not told, and is looked up in a job, so that the answer
/// takes the same time (`reliability.md` A-04).
///
/// # Errors
/// The engine's error.
pub async fn forgot(app: &App, call: &Call, email: &str) -> Result<()> {
    let login = normal_login(email);
    if login.chars().count() > LOGIN_MAX || !is_address(&login) {
        return Ok(());
    }
    let subject = format!("reset:{}", secrets::blind_index(&app.keys.index, &login));
    let since = app.now() - chrono::Duration::hours(1);
    let limited = app.settings.rate_limit;
    app.write(&call.once(), async |tx| {
        let asked = store::tries(tx, &subject, since).await?;
        let from_here = match call.address.as_deref() {
            Some(address) => store::resets_from(tx, address, since).await?,
            None => 0,
        };
        store::note_try(tx, app, &subject, call.address.as_deref(), true).await?;
        if limited && (asked >= RESETS_PER_ACCOUNT || from_here >= RESETS_PER_ADDRESS) {
            return Ok(());
        }
        let id = app.new_id::<Uuid>();
        let sealed = secrets::hex(&app.keys.seal(&format!("jobs/forgot/{id}"), &login)?);
        jobs::enqueue(tx, app, FORGOT_JOB, json!({ "id": id, "login": sealed }), None).await?;
        Ok(())
    })
    .await
}

/// Name of the job that looks a forgotten password's account up.
pub const FORGOT_JOB: &str = "account.forgot";

/// The job of [`forgot`]: writes the letter, if there is somebody to write to.
///
/// # Errors
/// The engine's error.
pub async fn answer_forgot(app: &App, payload: &Value) -> Result<()> {
    let text = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default();
    let sealed = secrets::unhex(text("login")).ok_or_else(|| Error::broken("a job without its login"))?;
    let login = app.keys.open(&format!("jobs/forgot/{}", text("id")), &sealed)?;
    let call = Call::system("forgotten password");
    app.write(&call, async |tx| {
        let Some(account) = store::by_login(tx, &login).await? else { return Ok(()) };
        if account.status != AccountStatus::Active {
            return Ok(());
        }
        let token = links::make(tx, app, &account, LinkPurpose::Reset, None).await?;
        send_reset(tx, app, &account, &token, text("id")).await?;
        audit::note(tx, app, &call, "password.forgot", About::new("account", account.id), json!({})).await
    })
    .await
}

async fn send_reset(tx: &impl ConnectionTrait, app: &App, account: &row::Model, token: &str, id: &str) -> Result<()> {
    let secret = letter::ops::SecretLetter {
        to_account: account.id,
        address: account.login.clone(),
        lang: Lang::from_tag(&account.language),
        kind: letters::RESET,
        values: Vec::new(),
        url: format!("/password/{token}"),
        dedupe: format!("reset:{}:{id}", account.id),
        organisation: None,
    };
    letter::ops::send_secret(tx, app, secret).await
}

/// Whether a link to a new password works, and for which login it is, masked.
///
/// # Errors
/// [`AuthRule::LinkInvalid`].
pub async fn reset_for(app: &App, token: &str) -> Result<String> {
    let (account, _) = links::find(app.db().current(), app, token, LinkPurpose::Reset).await?;
    Ok(crate::kernel::text::masked_address(&account.login))
}

/// Sets a new password with a link; every sign-in ends, and the second factor stays asked for.
///
/// # Errors
/// [`AuthRule::LinkInvalid`]; what the rules say of the password.
pub async fn reset(app: &App, call: &Call, input: PasswordReset) -> Result<()> {
    // The link is looked at before the hash is made, which is dear, and used up with the change.
    let (account, _) = links::find(app.db().current(), app, &input.token, LinkPurpose::Reset).await?;
    let hash = fresh_hash(app, &account, &input.password, "password").await?;
    app.write(&call.once(), async |tx| {
        let (account, link) = links::find(tx, app, &input.token, LinkPurpose::Reset).await?;
        links::use_up(tx, app, &link).await?;
        put(tx, app, call, &account, &hash, None).await
    })
    .await
}

/// Changes the caller's own password; every other sign-in ends (`reliability.md` A-07).
///
/// # Errors
/// [`AuthRule::PasswordWrong`]; what the rules say of the new one.
pub async fn change(app: &App, call: &Call, input: PasswordChange) -> Result<()> {
    let account = own(app, call).await?;
    confirm_password(app, call, &account, &input.current_password).await?;
    let hash = fresh_hash(app, &account, &input.new_password, "new_password").await?;
    app.write(&call.once(), async |tx| put(tx, app, call, &account, &hash, call.sign_in).await).await
}

/// The caller's own account.
pub(super) async fn own(app: &App, call: &Call) -> Result<row::Model> {
    call.actor.may_ever(AccountAct::Me.who())?;
    let id = call.actor.account().ok_or(Error::Anonymous)?;
    store::by_id(app.db().current(), id).await
}

/// The hash of a password that the rules take.
pub(super) async fn fresh_hash(app: &App, account: &row::Model, password: &str, field: &str) -> Result<String> {
    let around = store::context_words(app.db().current(), account.id).await?;
    rules::check(app.settings.password_profile, field, password, &around)?;
    let former = store::former_hashes(app.db().current(), account.id, rules::HISTORY).await?;
    for hash in former.into_iter().chain(account.password_hash.clone()) {
        if rules::keeps_history(app.settings.password_profile)
            && passwords::fits(app, password.to_owned(), Some(hash)).await?
        {
            return Err(Error::field(field, "password.used_before"));
        }
    }
    passwords::hash(app, password.to_owned()).await
}

async fn put(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    account: &row::Model,
    hash: &str,
    keep: Option<Uuid>,
) -> Result<()> {
    put_hash(tx, app, account, hash).await?;
    sessions::end_all(tx, app, account.id, keep).await?;
    audit::note(tx, app, call, "password.change", About::new("account", account.id), json!({})).await?;
    let message = letter::ops::Message {
        to: account.id,
        kind: letters::PASSWORD_CHANGED,
        values: vec![("at", stamp(app.now()))],
        url: Some("/me/security".to_owned()),
        dedupe: format!("password:{}", account.epoch + 1),
        organisation: None,
    };
    letter::ops::tell(tx, app, message).await
}

/// Writes a new hash over the old one, which history keeps; links of the account are dead from now on.
pub(super) async fn put_hash(tx: &impl ConnectionTrait, app: &App, account: &row::Model, hash: &str) -> Result<()> {
    if let Some(old) = &account.password_hash {
        store::add_former_hash(
            tx,
            password_history::ActiveModel {
                id: Set(app.new_id::<PasswordHistoryId>()),
                account_id: Set(account.id),
                hash: Set(old.clone()),
                created_at: Set(app.now()),
            },
        )
        .await?;
    }
    links::end_all(tx, app, account.id).await?;
    let next = row::Model {
        password_hash: Some(hash.to_owned()),
        password_changed_at: Some(app.now()),
        epoch: account.epoch + 1,
        version: account.version + 1,
        updated_at: app.now(),
        ..account.clone()
    };
    store::replace(tx, next).await
}

/// Asks for another address: a link goes to the new one, word of it to the old one (`reliability.md` A-07).
///
/// # Errors
/// [`AuthRule::PasswordWrong`]; an address that is none or taken.
pub async fn ask_new_address(app: &App, call: &Call, input: AddressChange) -> Result<()> {
    let account = own(app, call).await?;
    let login = normal_login(&input.email);
    if !is_address(&login) {
        return Err(Error::field("email", "field.email"));
    }
    confirm_password(app, call, &account, &input.current_password).await?;
    app.write(&call.once(), async |tx| {
        // Whether an address is taken is told when its owner confirms it, not to whoever asks.
        let token = links::make(tx, app, &account, LinkPurpose::NewAddress, Some(login.clone())).await?;
        let secret = letter::ops::SecretLetter {
            to_account: account.id,
            address: login.clone(),
            lang: Lang::from_tag(&account.language),
            kind: letters::NEW_ADDRESS,
            values: Vec::new(),
            url: format!("/address/{token}"),
            dedupe: format!("address:{}:{}", account.id, app.new_id::<Uuid>()),
            organisation: None,
        };
        letter::ops::send_secret(tx, app, secret).await?;
        audit::note(tx, app, call, "address.ask", About::new("account", account.id), json!({})).await
    })
    .await
}

/// Whether a link that confirms another address works; looking does not use it.
///
/// # Errors
/// [`AuthRule::LinkInvalid`].
pub async fn address_for(app: &App, token: &str) -> Result<()> {
    links::find(app.db().current(), app, token, LinkPurpose::NewAddress).await.map(|_| ())
}

/// Confirms another address with the link that went there; every sign-in ends.
///
/// # Errors
/// [`AuthRule::LinkInvalid`]; [`AuthRule::LoginTaken`].
pub async fn confirm_address(app: &App, call: &Call, token: &str) -> Result<()> {
    app.write(&call.once(), async |tx| {
        let (account, link) = links::find(tx, app, token, LinkPurpose::NewAddress).await?;
        links::use_up(tx, app, &link).await?;
        let address = link.address.clone().ok_or(AuthRule::LinkInvalid)?;
        if store::by_login(tx, &address).await?.is_some() {
            return Err(AuthRule::LoginTaken.into());
        }
        let told = |to: AccountId| letter::ops::Message {
            to,
            kind: letters::ADDRESS_CHANGED,
            values: vec![("at", stamp(app.now())), ("address", crate::kernel::text::masked_address(&address))],
            url: Some("/me/security".to_owned()),
            dedupe: format!("address:{}:{}", account.epoch, link.id),
            organisation: None,
        };
        // The old address hears of it before the account has the new one.
        letter::ops::tell(tx, app, told(account.id)).await?;
        sessions::end_all(tx, app, account.id, None).await?;
        let next = row::Model {
            login: address.clone(),
            epoch: account.epoch + 1,
            version: account.version + 1,
            updated_at: app.now(),
            ..account.clone()
        };
        store::replace(tx, next).await?;
        audit::note(tx, app, call, "address.change", About::new("account", account.id), json!({})).await
    })
    .await
}

/// The hash of an account's first password.
///
/// # Errors
/// What the rules say of it.
pub(crate) async fn first_hash(app: &App, account: &row::Model, password: &str) -> Result<String> {
    fresh_hash(app, account, password, "password").await
}

/// Opens an invited account with its first password, in a write that is under way.
///
/// # Errors
/// The engine's error.
pub(crate) async fn activate(
    tx: &impl ConnectionTrait,
    app: &App,
    account: &row::Model,
    hash: &str,
    notice: &str,
) -> Result<()> {
    let now = app.now();
    let next = row::Model {
        status: AccountStatus::Active,
        password_hash: Some(hash.to_owned()),
        password_changed_at: Some(now),
        notice_version: Some(notice.to_owned()),
        notice_accepted_at: Some(now),
        epoch: account.epoch + 1,
        version: account.version + 1,
        updated_at: now,
        ..account.clone()
    };
    store::replace(tx, next).await
}

/// A one-time link to a new password for an account, for its owner at the console of the server; commands alone call it.
///
/// # Errors
/// [`Error::NotFound`] for an address that no active account has.
pub async fn console_link(app: &App, email: &str) -> Result<String> {
    let call = Call::system("admin reset-password");
    let login = normal_login(email);
    app.write(&call, async |tx| {
        let found = store::by_login(tx, &login).await?;
        let account = found.filter(|one| one.status == AccountStatus::Active).ok_or(Error::NotFound("account"))?;
        let token = links::make(tx, app, &account, LinkPurpose::Reset, None).await?;
        audit::note(tx, app, &call, "admin.reset_password", About::new("account", account.id), json!({})).await?;
        Ok(format!("/password/{token}"))
    })
    .await
}
