//! Accounts, and the roles they hold.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};
use twinning_api::account::ops::admin as ops;
use twinning_api::account::wire::{AccountBody, AccountFilter, SignInBody};
use twinning_api::account_words::AccountStatus;
use twinning_api::appointment::{self, wire::HeldBody, wire::HeldFilter, wire::NewHeld};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::{App, Error, RoleCode};

use super::{Head, Link, RowForm, answer, id, known, list, page_of};
use crate::organisation::{self, named};
use crate::shell::csrf::Protected;
use crate::shell::desk::{Act, Cell, Filter, Menu, ROWS, Row, Table, menu, refused};
use crate::shell::{Page, PageFault, Visitor, words};

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    status: String,
    page: Option<u64>,
}

pub(super) async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    known(&visitor)?;
    let page = page_of(asked.page);
    let filter = AccountFilter {
        q: Some(asked.q.trim().to_owned()).filter(|q| q.chars().count() >= 2),
        status: AccountStatus::from_word(&asked.status),
        ..AccountFilter::default()
    };
    let found = ops::list_at(&app, &visitor.call, &filter, PageRequest::numbered(page, ROWS)).await?;
    let rows = found.items.into_iter().map(|one| Row {
        head: Cell::link(one.name, format!("/admin/users/{}", one.id)).below(one.login),
        cells: vec![
            Cell::state("account", one.status.word()),
            Cell::word("yes-no", if one.second_factor { "yes" } else { "no" }),
            Cell::instant(one.last_sign_in_at),
        ],
        acts: Vec::new(),
    });
    let states: Vec<&str> = AccountStatus::ALL.iter().map(|one| one.word()).collect();
    let filters = vec![
        Filter::text("q", "filter-person", &asked.q),
        Filter::choice("status", "col-state", &asked.status, "status-account", &states),
    ];
    let columns = ["person-name", "col-state", "factor", "col-last-seen"];
    let table = Table::new(&columns, rows.collect(), found.total.unwrap_or(0), page, filters);
    let head = Head {
        path: "/admin/users",
        heading: "menu-users",
        lead: None,
        links: vec![Link { path: "/admin/invitations/new".to_owned(), label: "invitation-new", main: true }],
    };
    list(&app, &visitor, head, table, None).await
}

/// One account with its roles and sign-ins.
#[derive(Serialize)]
pub struct Account {
    menu: Menu,
    one: AccountBody,
    held: Vec<HeldBody>,
    sessions: Vec<SignInBody>,
    roles: Vec<&'static str>,
    offered: Vec<String>,
    can_ask: bool,
    /// The request for a role as it was typed.
    form: RoleForm,
    acts: Vec<Act>,
    fault: Option<String>,
}

impl Page for Account {
    const TEMPLATE: &'static str = "admin/account";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        let prefix = if self.fault.is_some() { words::plain(lang, "error-prefix") } else { String::new() };
        format!("{prefix}{}", self.one.name)
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    account: &str,
    form: RoleForm,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    let one = ops::show(app, &visitor.call, id(account)?).await?;
    let filter = HeldFilter { account_id: Some(one.id), ..HeldFilter::default() };
    let held = appointment::ops::list_at(app, &visitor.call, &filter, PageRequest::first(100)).await?.items;
    let manages = visitor.call.actor.may_ever(twinning_api::account::policy::AccountAct::Manage.who()).is_ok();
    // Where somebody signs in from is shown to those who look after the account.
    let sessions = match ops::sign_ins_of(app, &visitor.call, one.id).await {
        Err(Error::Denied | Error::Refused(_)) => Vec::new(),
        shown => shown?,
    };
    let acts = one
        .allowed_actions
        .iter()
        .filter_map(|act| {
            let (label, reason) = match act.as_str() {
                "disable" => ("account-disable", Some("reason")),
                "enable" => ("account-enable", None),
                "end_sessions" => ("account-end-sessions", None),
                "reset_factor" => ("account-reset-factor", Some("reason")),
                _ => return None,
            };
            let path = format!("/admin/users/{}/{act}", one.id);
            Some(Act { path, label, reason, version: one.version, fetch: false })
        })
        .collect();
    let own = visitor.call.actor.account() == Some(one.id);
    let page = Account {
        menu: menu(app, visitor, "/admin/users").await?,
        can_ask: manages && !own,
        roles: RoleCode::ALL.iter().map(|role| role.word()).collect(),
        offered: organisation::own(app, visitor).await?,
        one,
        held,
        sessions,
        form,
        acts,
        fault,
    };
    visitor.page_with(answer(&page.fault), &page)
}

pub(super) async fn show(app: Data<App>, visitor: Visitor, account: Path<String>) -> Result<HttpResponse, PageFault> {
    page(&app, &visitor, &account, RoleForm::default(), None).await
}

pub(super) async fn act(
    app: Data<App>,
    path: Path<(String, String)>,
    form: Protected<RowForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let (account, act) = path.into_inner();
    let (call, one) = (&visitor.call, id(&account)?);
    let done = match act.as_str() {
        "disable" => ops::disable(&app, call, one, form.seen, &form.reason).await,
        "enable" => ops::enable(&app, call, one, form.seen).await,
        "end_sessions" => ops::end_sessions(&app, call, one, form.seen).await,
        "reset_factor" => ops::reset_factor(&app, call, one, form.seen, &form.reason).await,
        _ => Err(Error::NotFound("page")),
    };
    match done {
        Ok(_) => Ok(visitor.done(&format!("/admin/users/{account}"), "saved")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            page(&app, &visitor, &account, RoleForm::default(), Some(fault)).await
        }
    }
}

#[derive(Clone, Default, Deserialize, Serialize)]
pub(super) struct RoleForm {
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    post: String,
    #[serde(default)]
    reason: String,
}

pub(super) async fn ask_role(
    app: Data<App>,
    account: Path<String>,
    form: Protected<RoleForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let lang = visitor.call.lang;
    let place = named(&app, &visitor, &form.organisation).await?;
    let (place, role) = match (place, RoleCode::from_word(&form.role)) {
        (Some(place), Some(role)) => (place, role),
        (place, _) => {
            let fault = words::plain(lang, if place.is_none() { "org-not-found" } else { "role-not-here" });
            return page(&app, &visitor, &account, form, Some(fault)).await;
        }
    };
    let new = NewHeld {
        account_id: id(&account)?,
        organisation_id: place,
        role,
        post: Some(form.post.clone()).filter(|post| !post.trim().is_empty()),
        class_id: None,
        starts_on: None,
        ends_on: None,
        reason: form.reason.clone(),
    };
    match appointment::ops::ask(&app, &visitor.call, new).await {
        Ok(_) => Ok(visitor.done(&format!("/admin/users/{account}"), "approval-waits")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            page(&app, &visitor, &account, form, Some(fault)).await
        }
    }
}

#[derive(Deserialize, Default)]
pub(super) struct RolesAsked {
    #[serde(default)]
    role: String,
    page: Option<u64>,
}

pub(super) async fn roles(
    app: Data<App>,
    visitor: Visitor,
    asked: Query<RolesAsked>,
) -> Result<HttpResponse, PageFault> {
    roles_page(&app, &visitor, &asked, None).await
}

async fn roles_page(
    app: &App,
    visitor: &Visitor,
    asked: &RolesAsked,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    let page = page_of(asked.page);
    let filter = HeldFilter { role: RoleCode::from_word(&asked.role), in_force: Some(true), ..HeldFilter::default() };
    let found = appointment::ops::list_at(app, &visitor.call, &filter, PageRequest::numbered(page, ROWS)).await?;
    let rows = found.items.into_iter().map(|one| {
        let end = Act {
            path: format!("/admin/roles/{}/end", one.id),
            label: "role-end",
            reason: Some("reason"),
            version: one.version,
            fetch: false,
        };
        let can_end = one.allowed_actions.iter().any(|act| act == "end");
        Row {
            head: Cell::link(one.name, format!("/admin/users/{}", one.account_id)).below(one.post.unwrap_or_default()),
            cells: vec![
                Cell::text(one.organisation_name),
                Cell::word("role", one.role.word()),
                Cell::num(one.starts_on),
                Cell::num(one.ends_on.map(|day| day.to_string()).unwrap_or_default()),
            ],
            acts: if can_end { vec![end] } else { Vec::new() },
        }
    });
    let all: Vec<&str> = RoleCode::ALL.iter().map(|role| role.word()).collect();
    let filters = vec![Filter::choice("role", "role-word", &asked.role, "role", &all)];
    let columns = ["person-name", "org-word", "role-word", "col-from", "col-to"];
    let table = Table::new(&columns, rows.collect(), found.total.unwrap_or(0), page, filters);
    let head = Head { path: "/admin/roles", heading: "menu-roles", lead: Some("roles-lead"), links: Vec::new() };
    list(app, visitor, head, table, fault).await
}

pub(super) async fn end_role(
    app: Data<App>,
    held: Path<String>,
    form: Protected<RowForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    match appointment::ops::end(&app, &visitor.call, id(&held)?, form.seen, &form.reason).await {
        Ok(ended) if ended.approval.is_some() => Ok(visitor.done("/admin/approvals", "approval-waits")),
        Ok(_) => Ok(visitor.done("/admin/roles", "role-ended")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            roles_page(&app, &visitor, &RolesAsked::default(), Some(fault)).await
        }
    }
}
