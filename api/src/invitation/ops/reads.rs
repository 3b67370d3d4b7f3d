//! Invitations as they are shown.

use sea_orm::ConnectionTrait;
use twinning_entity::account::{self, AccountStatus};
use twinning_entity::ids::InvitationId;
use twinning_entity::invitation::{self as row, InvitationState};

use crate::account::model as account_model;
use crate::account::ops as accounts;
use crate::app::App;
use crate::appointment::policy::{self as rights, is_administrators};
use crate::invitation::policy::InvitationAct;
use crate::invitation::store;
use crate::invitation::wire::{InvitationBody, InvitationFilter};
use crate::kernel::actor::RoleCode;
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};
use crate::organisation::{self, ops::OrgName};
use crate::person;

/// An invitation as the caller is shown it.
pub(super) async fn body(
    conn: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    found: row::Model,
) -> Result<InvitationBody> {
    bodies(conn, app, call, vec![found]).await?.pop().ok_or_else(|| Error::broken("an invitation without a body"))
}

/// Invitations as the caller is shown them, with three statements for all.
async fn bodies(
    conn: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    found: Vec<row::Model>,
) -> Result<Vec<InvitationBody>> {
    let places = organisation::ops::names_in(conn, found.iter().map(|one| one.organisation_id).collect()).await?;
    let accounts = accounts::rows_of(conn, found.iter().map(|one| one.account_id).collect()).await?;
    let names = person::ops::by_ids(conn, found.iter().map(|one| one.person_id).collect()).await?;
    let here = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&shanghai());
    found
        .into_iter()
        .map(|found| {
            let at = places.get(&found.organisation_id).ok_or(Error::NotFound("organisation"))?;
            let account = accounts.get(&found.account_id).ok_or(Error::NotFound("account"))?;
            let state = state_now(app, &found);
            let acts = acts(call, &found, state, at, account);
            Ok(InvitationBody {
                id: found.id,
                account_id: found.account_id,
                person_id: found.person_id,
                name: names.get(&found.person_id).map(|one| one.name.clone()).unwrap_or_default(),
                email: account_model::shown_login(&account.login),
                organisation_id: found.organisation_id,
                organisation_name: at.display.clone(),
                role: found.role,
                post: found.post,
                class_id: found.class_id,
                identity_check: found.identity_check,
                state,
                invited_by: found.invited_by,
                sent: found.sent,
                created_at: here(found.created_at),
                expires_at: here(found.expires_at),
                allowed_actions: acts.into_iter().map(ToOwned::to_owned).collect(),
                version: found.version,
            })
        })
        .collect()
}

/// The state of an invitation as of now: the sweep closes what is over only later.
fn state_now(app: &App, found: &row::Model) -> InvitationState {
    match found.state {
        InvitationState::Open if app.now() >= found.expires_at => InvitationState::Expired,
        state => state,
    }
}

fn acts(
    call: &Call,
    found: &row::Model,
    state: InvitationState,
    at: &OrgName,
    account: &account::Model,
) -> Vec<&'static str> {
    if !rights::may_give(&call.actor, found.role.unwrap_or(RoleCode::BranchAdmin), &at.path, at.id, at.city) {
        return Vec::new();
    }
    match state {
        // The first administrator of a kind is invited at the console alone.
        InvitationState::Open | InvitationState::Expired if account.status == AccountStatus::Invited => {
            if found.role.is_some_and(is_administrators) { vec!["revoke"] } else { vec!["resend", "revoke"] }
        }
        _ => Vec::new(),
    }
}

/// Invitations of the caller's part of the tree, the newest first.
///
/// # Errors
/// [`Error::Denied`]; a page that is none.
pub async fn list(app: &App, call: &Call, filter: InvitationFilter) -> Result<Page<InvitationBody>> {
    let at = PageRequest::asked(filter.limit, filter.cursor.clone(), filter.count)?;
    list_at(app, call, &filter, at).await
}

/// As [`list`], for pages that count by number.
///
/// # Errors
/// As [`list`].
pub async fn list_at(
    app: &App,
    call: &Call,
    filter: &InvitationFilter,
    at: PageRequest,
) -> Result<Page<InvitationBody>> {
    call.actor.may_ever(InvitationAct::Read.who())?;
    let below = match filter.organisation_id {
        Some(id) => Some(organisation::ops::name_of(app.reader(), id).await?.path),
        None => None,
    };
    let scope = rights::scope(&call.actor);
    let (rows, total) = store::page(app.reader(), &scope, filter.state, below.as_deref(), &at).await?;
    let page = Page::cut(rows, &at, total, |one| one.id);
    let items = bodies(app.reader(), app, call, page.items).await?;
    Ok(Page { items, next_cursor: page.next_cursor, total: page.total })
}

/// One invitation of the caller's part of the tree.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: InvitationId) -> Result<InvitationBody> {
    call.actor.may_ever(InvitationAct::Read.who())?;
    let found = store::find(app.reader(), &rights::scope(&call.actor), id).await?;
    body(app.reader(), app, call, found).await
}
