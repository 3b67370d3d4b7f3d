//! Lists of what waits for a second person, of the record, letters, jobs and settings.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use twinning_api::account_words::{ApprovalKind, ApprovalState, JobState, MailState};
use twinning_api::approval::ops as approvals_of;
use twinning_api::approval::wire::{ApprovalFilter, CommentInput};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::letter::ops::outbox as letters;
use twinning_api::letter::wire::MailFilter;
use twinning_api::system::{ops as system, wire::JobFilter};
use twinning_api::{App, Error};

use super::{Head, RowForm, id, known, list, page_of};
use crate::shell::csrf::Protected;
use crate::shell::desk::{Act, Cell, Filter, ROWS, Row, Table, menu, refused};
use crate::shell::{PageFault, Visitor, words};

/// The first page of administration that is the visitor's to see.
pub(super) async fn first(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    let menu = menu(&app, &visitor, "").await?;
    let first = menu.admin.first().map_or("/w", |entry| entry.path);
    Ok(crate::shell::see_other(&format!("{}{first}", visitor.prefix())))
}

#[derive(Deserialize, Default)]
pub(super) struct ApprovalsAsked {
    state: Option<String>,
    #[serde(default)]
    kind: String,
    page: Option<u64>,
}

pub(super) async fn approvals(
    app: Data<App>,
    visitor: Visitor,
    asked: Query<ApprovalsAsked>,
) -> Result<HttpResponse, PageFault> {
    approvals_page(&app, &visitor, &asked, None).await
}

async fn approvals_page(
    app: &App,
    visitor: &Visitor,
    asked: &ApprovalsAsked,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    let page = page_of(asked.page);
    let state = asked.state.clone().unwrap_or_default();
    let filter = ApprovalFilter {
        state: ApprovalState::from_word(&state),
        kind: ApprovalKind::from_word(&asked.kind),
        ..ApprovalFilter::default()
    };
    let found = approvals_of::list_at(app, &visitor.call, &filter, PageRequest::numbered(page, ROWS)).await?;
    let rows = found.items.into_iter().map(|one| {
        let acts = one.allowed_actions.iter().map(|act| Act {
            path: format!("/admin/approvals/{}/{act}", one.id),
            label: match act.as_str() {
                "approve" => "approval-approve",
                "decline" => "approval-decline",
                "withdraw" => "approval-withdraw",
                _ => "approval-fetch",
            },
            reason: (act == "decline").then_some("reason"),
            version: one.version,
            fetch: act == "content",
        });
        let acts = acts.collect();
        let role = one.role.clone().map_or_else(Cell::default, |role| Cell::word("role", role));
        Row {
            acts,
            head: Cell::word("approval", one.kind.word()).below(one.reason),
            cells: vec![
                Cell::text(one.subject.unwrap_or_default()).below(one.organisation_name.unwrap_or_default()),
                role,
                Cell::text(one.asked_by_name).below(one.created_at.format("%Y-%m-%d").to_string()),
                Cell::state("approval", one.state.word()).below(one.comment.unwrap_or_default()),
            ],
        }
    });
    let states: Vec<&str> = ApprovalState::ALL.iter().map(|one| one.word()).collect();
    let kinds: Vec<&str> = ApprovalKind::ALL.iter().map(|one| one.word()).collect();
    let filters = vec![
        Filter::choice("state", "col-state", &state, "status-approval", &states),
        Filter::choice("kind", "col-kind", &asked.kind, "approval", &kinds),
    ];
    let columns = ["col-request", "col-whom", "role-word", "col-asked-by", "col-state"];
    let table = Table::new(&columns, rows.collect(), found.total.unwrap_or(0), page, filters);
    let head =
        Head { path: "/admin/approvals", heading: "menu-approvals", lead: Some("approvals-lead"), links: Vec::new() };
    list(app, visitor, head, table, fault).await
}

pub(super) async fn decide(
    app: Data<App>,
    path: Path<(String, String)>,
    form: Protected<RowForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let (one, act) = path.into_inner();
    let call = &visitor.call;
    let done = match act.as_str() {
        "approve" => approvals_of::approve(&app, call, id(&one)?, form.seen, CommentInput::default()).await,
        "decline" => approvals_of::decline(&app, call, id(&one)?, form.seen, &form.reason).await,
        "withdraw" => approvals_of::withdraw(&app, call, id(&one)?, form.seen).await,
        _ => Err(Error::NotFound("page")),
    };
    match done {
        Ok(_) => Ok(visitor.done("/admin/approvals", "saved")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            approvals_page(&app, &visitor, &ApprovalsAsked::default(), Some(fault)).await
        }
    }
}

pub(super) async fn approved_content(
    app: Data<App>,
    visitor: Visitor,
    one: Path<String>,
) -> Result<HttpResponse, PageFault> {
    let bytes = approvals_of::content(&app, &visitor.call, id(&one)?).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(("content-disposition", "attachment; filename=\"roster.xlsx\""))
        .insert_header(("cache-control", "no-store"))
        .body(bytes))
}

#[derive(Deserialize, Default)]
pub(super) struct StateAsked {
    #[serde(default)]
    state: String,
    page: Option<u64>,
}

pub(super) async fn outbox(
    app: Data<App>,
    visitor: Visitor,
    asked: Query<StateAsked>,
) -> Result<HttpResponse, PageFault> {
    outbox_page(&app, &visitor, &asked, None).await
}

async fn outbox_page(
    app: &App,
    visitor: &Visitor,
    asked: &StateAsked,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    let page = page_of(asked.page);
    let filter = MailFilter { state: MailState::from_word(&asked.state), ..MailFilter::default() };
    let found = letters::list_at(app, &visitor.call, &filter, PageRequest::numbered(page, ROWS)).await?;
    let rows = found.items.into_iter().map(|one| {
        let again = Act {
            path: format!("/admin/outbox/{}/resend", one.id),
            label: "mail-resend",
            reason: None,
            version: 0,
            fetch: false,
        };
        Row {
            acts: if one.state == MailState::Dead { vec![again] } else { Vec::new() },
            head: Cell::word("letter", one.kind).below(one.to),
            cells: vec![
                Cell::state("mail", one.state.word()),
                Cell::num(one.attempts),
                Cell::instant(Some(one.created_at)),
                Cell::instant(one.sent_at),
                Cell::text(one.last_error.unwrap_or_default()),
            ],
        }
    });
    let states: Vec<&str> = MailState::ALL.iter().map(|one| one.word()).collect();
    let filters = vec![Filter::choice("state", "col-state", &asked.state, "status-mail", &states)];
    let columns = ["col-letter", "col-state", "col-tries", "col-made", "col-sent", "col-why"];
    let table = Table::new(&columns, rows.collect(), found.total.unwrap_or(0), page, filters);
    let head = Head { path: "/admin/outbox", heading: "menu-outbox", lead: Some("outbox-lead"), links: Vec::new() };
    list(app, visitor, head, table, fault).await
}

pub(super) async fn resend(
    app: Data<App>,
    one: Path<String>,
    form: Protected<RowForm>,
) -> Result<HttpResponse, PageFault> {
    let visitor = form.visitor;
    match letters::resend(&app, &visitor.call, id(&one)?).await {
        Ok(_) => Ok(visitor.done("/admin/outbox", "mail-queued")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            outbox_page(&app, &visitor, &StateAsked::default(), Some(fault)).await
        }
    }
}

pub(super) async fn jobs(
    app: Data<App>,
    visitor: Visitor,
    asked: Query<StateAsked>,
) -> Result<HttpResponse, PageFault> {
    jobs_page(&app, &visitor, &asked, None).await
}

async fn jobs_page(
    app: &App,
    visitor: &Visitor,
    asked: &StateAsked,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    let page = page_of(asked.page);
    let filter = JobFilter { state: JobState::from_word(&asked.state), ..JobFilter::default() };
    let found = system::list_jobs_at(app, &visitor.call, &filter, PageRequest::numbered(page, ROWS)).await?;
    let rows = found.items.into_iter().map(|one| {
        let again = Act {
            path: format!("/admin/jobs/{}/retry", one.id),
            label: "job-retry",
            reason: None,
            version: 0,
            fetch: false,
        };
        Row {
            acts: if one.state == JobState::Dead { vec![again] } else { Vec::new() },
            head: Cell::text(one.kind),
            cells: vec![
                Cell::state("job", one.state.word()),
                Cell::num(one.attempts),
                Cell::instant(Some(one.created_at)),
                Cell::instant(one.finished_at),
                Cell::text(one.last_error.unwrap_or_default()),
            ],
        }
    });
    let states: Vec<&str> = JobState::ALL.iter().map(|one| one.word()).collect();
    let filters = vec![Filter::choice("state", "col-state", &asked.state, "status-job", &states)];
    let columns = ["col-job", "col-state", "col-tries", "col-made", "col-done", "col-why"];
    let table = Table::new(&columns, rows.collect(), found.total.unwrap_or(0), page, filters);
    let head = Head { path: "/admin/jobs", heading: "menu-jobs", lead: Some("jobs-lead"), links: Vec::new() };
    list(app, visitor, head, table, fault).await
}

pub(super) async fn retry(
    app: Data<App>,
    one: Path<String>,
    form: Protected<RowForm>,
) -> Result<HttpResponse, PageFault> {
    let visitor = form.visitor;
    match system::retry_job(&app, &visitor.call, id(&one)?).await {
        Ok(_) => Ok(visitor.done("/admin/jobs", "saved")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            jobs_page(&app, &visitor, &StateAsked::default(), Some(fault)).await
        }
    }
}

/// A default in words, where it is no value that could be written.
fn usual(lang: Lang, default: &str) -> String {
    let plain = default.replace('`', "");
    let key = match plain.as_str() {
        "none" => "setting-usual-none",
        "any" => "setting-usual-any",
        "SQLite in the data directory" => "setting-usual-database",
        "files in the data directory" => "setting-usual-files",
        "generated in the data directory, mode 0600" => "setting-usual-key",
        _ => return plain,
    };
    words::plain(lang, key)
}

pub(super) async fn settings(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    known(&visitor)?;
    let found = system::settings(&app, &visitor.call)?;
    let total = found.len() as u64;
    let rows = found.into_iter().map(|one| {
        let given = one.value.is_some();
        let meaning = words::plain(visitor.call.lang, &format!("setting-{}", one.name));
        Row {
            head: Cell::text(one.name).below(meaning),
            cells: vec![
                Cell::text(one.value.unwrap_or_else(|| usual(visitor.call.lang, &one.default))),
                Cell::word("setting", if given { "given" } else { "usual" }),
            ],
            acts: Vec::new(),
        }
    });
    // All on one page, so that nothing is overlooked.
    let table =
        Table { total, ..Table::new(&["col-setting", "col-value", "col-origin"], rows.collect(), 0, 1, Vec::new()) };
    let head =
        Head { path: "/admin/settings", heading: "menu-settings", lead: Some("settings-lead"), links: Vec::new() };
    list(&app, &visitor, head, table, None).await
}
