//! What can be done with notices.

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use twinning_entity::ids::{NoticeId, OrganisationId};
use twinning_entity::notice::{self as row, NoticeKind, NoticeStatus};
use twinning_entity::provenance::Provenance;

use super::policy::NoticeAct;
use super::store;
use super::wire::NoticeBody;
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};
use crate::organisation::ops as organisations;
use crate::organisation::wire::OrganisationRef;

/// Published notices, the latest first.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(app: &App, call: &Call, at: PageRequest) -> Result<Page<NoticeBody>> {
    call.actor.may_ever(NoticeAct::Read.who())?;
    let (rows, total) = store::page(app.reader(), at.after()?, &at).await?;
    let page = Page::cut(rows, &at, total, |one| (one.published_on, one.id));
    let items = bodies(app, page.items).await?;
    Ok(Page { items, next_cursor: page.next_cursor, total: page.total })
}

/// One notice with its version.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: NoticeId) -> Result<(NoticeBody, i32)> {
    call.actor.may_ever(NoticeAct::Read.who())?;
    let found = store::find(app.reader(), id).await?;
    let version = found.version;
    let body = bodies(app, vec![found]).await?.into_iter().next().ok_or(Error::NotFound("notice"))?;
    Ok((body, version))
}

async fn bodies(app: &App, rows: Vec<row::Model>) -> Result<Vec<NoticeBody>> {
    let names = organisations::names(app, rows.iter().map(|one| one.organisation_id).collect()).await?;
    Ok(rows
        .into_iter()
        .map(|one| NoticeBody {
            id: one.id,
            title: one.title,
            body: one.body,
            kind: one.kind,
            organisation: names.get(&one.organisation_id).map_or_else(
                || OrganisationRef { id: one.organisation_id, code: String::new(), name: String::new() },
                OrganisationRef::from,
            ),
            pinned: one.pinned,
            published_on: one.published_on,
            provenance: one.provenance,
        })
        .collect())
}

/// What a published notice needs.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// Kind.
    pub kind: NoticeKind,
    /// Organisation that gives it.
    pub organisation: OrganisationId,
    /// Day.
    pub published_on: NaiveDate,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// Makes a published notice in a write that is under way.
///
/// # Errors
/// The engine's error.
pub async fn create_in(tx: &impl ConnectionTrait, app: &App, new: NewNotice) -> Result<NoticeId> {
    let id: NoticeId = app.new_id();
    let now = app.now();
    store::add(
        tx,
        row::Model {
            id,
            title: new.title,
            body: new.body,
            kind: new.kind,
            status: NoticeStatus::Published,
            organisation_id: new.organisation,
            pinned: false,
            published_on: new.published_on,
            provenance: new.provenance,
            version: 1,
            created_at: now,
            updated_at: now,
        },
    )
    .await?;
    Ok(id)
}
