//! The record of who did what: search and export for audit administrators.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use serde::Deserialize;
use twinning_api::App;
use twinning_api::audit::{ops as record, wire::AuditFilter};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::clock::{is_ordinary, shanghai};
use twinning_api::kernel::page::PageRequest;

use super::{Head, Link, known, list, page_of};
use crate::shell::desk::{Cell, Filter, ROWS, Row, Table};
use crate::shell::{PageFault, Visitor, words};

#[derive(Clone, Deserialize, Default)]
pub(super) struct AuditAsked {
    #[serde(default)]
    operation: String,
    #[serde(default)]
    result: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    account: String,
    page: Option<u64>,
}

impl AuditAsked {
    /// What is wrong with the days that were asked for.
    fn fault(&self, lang: Lang) -> Option<String> {
        let bad = |day: &String| !day.is_empty() && midnight(day, 0).is_none();
        if bad(&self.from) || bad(&self.to) {
            return Some(words::plain(lang, "days-wrong"));
        }
        // Written as years, months and days, texts stand in the order of the days.
        let turned = !self.from.is_empty() && !self.to.is_empty() && self.from > self.to;
        turned.then(|| words::plain(lang, "days-turned"))
    }

    fn filter(&self) -> AuditFilter {
        let some = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        AuditFilter {
            operation: some(&self.operation),
            result: some(&self.result),
            account_id: uuid::Uuid::try_parse(self.account.trim()).ok(),
            from: midnight(&self.from, 0),
            // The last day counts as a whole.
            to: midnight(&self.to, 1),
            ..AuditFilter::default()
        }
    }
}

fn midnight(day: &str, later: i64) -> Option<DateTime<FixedOffset>> {
    let day: NaiveDate = day.parse().ok().filter(|day| is_ordinary(*day))?;
    let at = day.checked_add_signed(chrono::Duration::days(later))?.and_time(NaiveTime::MIN);
    at.and_local_timezone(shanghai()).single()
}

pub(super) async fn index(
    app: Data<App>,
    visitor: Visitor,
    asked: Query<AuditAsked>,
) -> Result<HttpResponse, PageFault> {
    known(&visitor)?;
    let page = page_of(asked.page);
    let fault = asked.fault(visitor.call.lang);
    let found = record::list_at(&app, &visitor.call, &asked.filter(), PageRequest::numbered(page, ROWS)).await?;
    let who = found.items.iter().filter_map(|one| one.account_id).collect();
    let names = twinning_api::account::ops::names(&app, who).await?;
    let rows = found.items.into_iter().map(|one| {
        let name = one.account_id.and_then(|id| names.get(&id)).cloned().unwrap_or_else(|| "–".to_owned());
        let about = one.object_kind.map(|kind| format!("{kind} {}", one.object_id.unwrap_or_default()));
        // The name that the filter takes stays below its words.
        let about = format!("{} {}", one.operation, about.unwrap_or_default());
        Row {
            head: Cell::num(one.seq).below(one.at.format("%Y-%m-%d %H:%M:%S").to_string()),
            cells: vec![
                Cell::text(said(visitor.call.lang, &one.operation)).below(about),
                Cell::text(name).below(one.address.unwrap_or_default()),
                one.role.map_or_else(Cell::default, |role| Cell::word("role", role)),
                Cell::state("audit", one.result),
                Cell::text(shortened(&one.detail)),
            ],
            acts: Vec::new(),
        }
    });
    let filters = vec![
        Filter::text("operation", "col-operation", &asked.operation),
        Filter::choice("result", "col-result", &asked.result, "status-audit", &["done", "refused"]),
        Filter::day("from", "col-from", &asked.from),
        Filter::day("to", "col-to", &asked.to),
    ];
    let columns = ["col-number", "col-operation", "col-who", "role-word", "col-result", "col-detail"];
    let table = Table::new(&columns, rows.collect(), found.total.unwrap_or(0), page, filters);
    let query = |name: &str, value: &str| format!("{name}={}&", crate::shell::pieces::encoded(value));
    let export = [
        query("operation", &asked.operation),
        query("result", &asked.result),
        query("from", &asked.from),
        query("to", &asked.to),
    ];
    let head = Head {
        path: "/admin/audit",
        heading: "menu-audit",
        lead: Some("audit-lead"),
        links: vec![Link {
            path: format!("/admin/audit/export?{}", export.concat()),
            label: "audit-export",
            main: false,
        }],
    };
    list(&app, &visitor, head, table, fault).await
}

/// An act in words; refused requests have none and show their address.
fn said(lang: Lang, operation: &str) -> String {
    let key = format!("done-{}", operation.replace('.', "_"));
    words::find(lang, &key, &std::collections::HashMap::new()).unwrap_or_else(|| operation.to_owned())
}

/// A detail in one line.
fn shortened(detail: &serde_json::Value) -> String {
    let text =
        if detail.as_object().is_some_and(serde_json::Map::is_empty) { String::new() } else { detail.to_string() };
    if text.chars().count() > 120 { format!("{}…", text.chars().take(119).collect::<String>()) } else { text }
}

pub(super) async fn export(
    app: Data<App>,
    visitor: Visitor,
    asked: Query<AuditAsked>,
) -> Result<HttpResponse, PageFault> {
    let lines = record::export(&app, &visitor.call, asked.filter()).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header(("content-disposition", "attachment; filename=\"audit.jsonl\""))
        .insert_header(("cache-control", "no-store"))
        .streaming(lines))
}
