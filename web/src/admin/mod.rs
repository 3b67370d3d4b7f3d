//! Administration: accounts, people, invitations, roles, what takes two persons, the record, letters, jobs, webhooks,
//! settings. Every page is a table with what can be done in its rows; what may be done the operations decide.

mod accounts;
mod invitations;
mod lists;
mod people;
mod record;
mod webhooks;

pub use accounts::Account;
pub use invitations::New as NewInvitation;
pub use people::{Edit as EditPerson, New as NewPerson};
pub use webhooks::Webhooks;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{ServiceConfig, get, post};
use serde::{Deserialize, Serialize};
use twinning_api::kernel::call::Lang;
use twinning_api::{App, Error};

use crate::shell::desk::{Menu, Table, menu};
use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/admin", get().to(lists::first))
        .route("/admin/users", get().to(accounts::index))
        .route("/admin/users/{id}", get().to(accounts::show))
        .route("/admin/users/{id}/role", post().to(accounts::ask_role))
        .route("/admin/users/{id}/{act}", post().to(accounts::act))
        .route("/admin/roles", get().to(accounts::roles))
        .route("/admin/roles/{id}/end", post().to(accounts::end_role))
        .route("/admin/people", get().to(people::index))
        .route("/admin/people/new", get().to(people::new_form))
        .route("/admin/people/new", post().to(people::create))
        .route("/admin/people/{id}", get().to(people::show))
        .route("/admin/people/{id}", post().to(people::save))
        .route("/admin/people/{id}/{act}", post().to(people::act))
        .route("/admin/invitations", get().to(invitations::index))
        .route("/admin/invitations/new", get().to(invitations::new_form))
        .route("/admin/invitations/new", post().to(invitations::send))
        .route("/admin/invitations/{id}/{act}", post().to(invitations::act))
        .route("/admin/approvals", get().to(lists::approvals))
        .route("/admin/approvals/{id}/content", get().to(lists::approved_content))
        .route("/admin/approvals/{id}/{act}", post().to(lists::decide))
        .route("/admin/audit", get().to(record::index))
        .route("/admin/audit/export", get().to(record::export))
        .route("/admin/outbox", get().to(lists::outbox))
        .route("/admin/outbox/{id}/resend", post().to(lists::resend))
        .route("/admin/jobs", get().to(lists::jobs))
        .route("/admin/jobs/{id}/retry", post().to(lists::retry))
        .route("/admin/settings", get().to(lists::settings))
        .route("/admin/webhooks", get().to(webhooks::index))
        .route("/admin/webhooks", post().to(webhooks::make))
        .route("/admin/webhooks/{id}/{act}", post().to(webhooks::act));
}

/// A link at the head of a page.
#[derive(Serialize)]
pub struct Link {
    path: String,
    label: &'static str,
    main: bool,
}

/// A page that is one table.
#[derive(Serialize)]
pub struct List {
    menu: Menu,
    heading: &'static str,
    title: String,
    /// Key of words that lead in.
    lead: Option<&'static str>,
    links: Vec<Link>,
    table: Table,
    fault: Option<String>,
}

impl Page for List {
    const TEMPLATE: &'static str = "admin/list";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        let title = self.table.pager.titled(lang, &self.title);
        if self.fault.is_some() { format!("{}{title}", words::plain(lang, "error-prefix")) } else { title }
    }
}

/// What every list has besides its rows.
struct Head {
    path: &'static str,
    heading: &'static str,
    lead: Option<&'static str>,
    links: Vec<Link>,
}

async fn list(
    app: &App,
    visitor: &Visitor,
    head: Head,
    table: Table,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    let page = List {
        menu: menu(app, visitor, head.path).await?,
        title: words::plain(visitor.call.lang, head.heading),
        heading: head.heading,
        lead: head.lead,
        links: head.links,
        table,
        fault,
    };
    visitor.page_with(answer(&page.fault), &page)
}

fn answer(fault: &Option<String>) -> actix_web::HttpResponseBuilder {
    HttpResponse::build(if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK })
}

/// What the forms in rows send.
#[derive(Deserialize)]
struct RowForm {
    #[serde(default)]
    seen: i32,
    #[serde(default)]
    reason: String,
}

fn id<T: From<uuid::Uuid>>(text: &str) -> Result<T, PageFault> {
    Ok(uuid::Uuid::try_parse(text).map(T::from).map_err(|_| Error::NotFound("object"))?)
}

/// Whether a page number was asked for.
fn page_of(page: Option<u64>) -> u64 {
    page.unwrap_or(1).clamp(1, 500)
}

/// Only signed in.
fn known(visitor: &Visitor) -> Result<(), PageFault> {
    if visitor.session.is_some() { Ok(()) } else { Err(Error::Anonymous.into()) }
}
