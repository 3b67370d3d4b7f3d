//! The caller's own account.

use crate::account::policy::AccountAct;
use crate::account::wire::{AppointmentBody, MeBody, MeChange};
use crate::account::{model, store};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::settings::SecondFactor;
use crate::kernel::actor::{Member, RoleCode};
use crate::kernel::call::{Call, Lang};
use crate::kernel::error::{Error, Result};
use crate::organisation;

/// Who the caller is, with what waits for them.
///
/// # Errors
/// [`Error::Anonymous`].
pub async fn me(app: &App, call: &Call) -> Result<MeBody> {
    call.actor.may_ever(AccountAct::Me.who())?;
    let member = call.actor.member().ok_or(Error::Anonymous)?;
    let account = store::by_id(app.db().current(), member.account).await?;
    let ids = member.appointments.iter().map(|held| held.organisation).collect();
    let names = organisation::ops::names(app, ids).await?;
    let mut scopes: Vec<RoleCode> = member.appointments.iter().map(|held| held.role).collect();
    scopes.sort();
    scopes.dedup();
    Ok(MeBody {
        account_id: member.account,
        person_id: member.person,
        name: member.name.clone(),
        login: member.login.clone(),
        language: member.language.clone(),
        appointments: member
            .appointments
            .iter()
            .map(|held| AppointmentBody {
                id: held.id,
                organisation_id: held.organisation,
                organisation_name: names.get(&held.organisation).map(|name| name.display.clone()).unwrap_or_default(),
                role: held.role,
                post: held.post.clone(),
                class_id: held.class,
            })
            .collect(),
        scopes,
        second_factor: account.totp_since.is_some(),
        must_enrol: must_enrol(app, member).await?,
        password_due: model::password_due(&app.settings, &account, app.now()),
        unread: crate::letter::ops::unread(app, call).await?,
        todos: crate::todo::ops::list(app, call).await?,
    })
}

/// Changes what people may change of their own account: the language.
///
/// # Errors
/// [`Error::Anonymous`]; a language that is not spoken.
pub async fn edit_me(app: &App, call: &Call, change: MeChange) -> Result<MeBody> {
    call.actor.may_ever(AccountAct::Me.who())?;
    if !["zh-CN", "en"].contains(&change.language.as_str()) {
        return Err(Error::field("language", "field.value"));
    }
    choose_language(app, call, &change.language).await?;
    let mut body = me(app, call).await?;
    body.language = change.language;
    Ok(body)
}

/// Keeps the language a person chose.
///
/// # Errors
/// [`Error::Anonymous`].
pub async fn choose_language(app: &App, call: &Call, tag: &str) -> Result<()> {
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    let tag = Lang::from_tag(tag).tag();
    app.write(&call.once(), async |tx| {
        store::set_language(tx, account, tag).await?;
        audit::note(tx, app, call, "account.language", About::new("account", account), serde_json::json!({})).await
    })
    .await
}

/// Whether the caller has to set up a second factor; asked of all its roles, for those that wait for it are left out of
/// the call.
async fn must_enrol(app: &App, member: &Member) -> Result<bool> {
    if app.settings.second_factor != SecondFactor::RequiredForStaff || member.second_factor {
        return Ok(false);
    }
    let whole = store::member(app.db().current(), member.account, app.today()).await?;
    Ok(whole.is_some_and(|whole| model::must_enrol(&app.settings, &whole)))
}
