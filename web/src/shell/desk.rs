//! The desk of somebody who is signed in: the side menu, and tables with what can be done in each row.

use serde::Serialize;
use twinning_api::account::policy::AccountAct;
use twinning_api::appointment::policy::AppointmentAct;
use twinning_api::approval::policy::ApprovalAct;
use twinning_api::audit::policy::AuditAct;
use twinning_api::infra::i18n;
use twinning_api::kernel::actor::{Actor, Who};
use twinning_api::kernel::call::Lang;
use twinning_api::letter::policy::LetterAct;
use twinning_api::person::policy::PersonAct;
use twinning_api::rest::problem::sentence;
use twinning_api::system::policy::SystemAct;
use twinning_api::transfer::policy::ImportAct;
use twinning_api::webhook::policy::WebhookAct;
use twinning_api::{App, Error};

use super::error_page::PageFault;
use super::pieces::Pager;
use super::visitor::Visitor;

/// An entry of the side menu.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Address without the language.
    pub path: &'static str,
    /// Key of its words.
    pub label: &'static str,
    /// Whether it is the page shown.
    pub current: bool,
    /// What waits there.
    pub count: Option<u64>,
}

/// The side menu: what is one's own, and what one looks after.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Menu {
    /// One's own.
    pub own: Vec<Entry>,
    /// What one looks after.
    pub admin: Vec<Entry>,
}

/// Pages of administration with who may ever see them.
const ADMIN: &[(&str, &str, Who)] = &[
    ("/admin/users", "menu-users", AccountAct::Read.who()),
    ("/admin/people", "menu-people", PersonAct::Read.who()),
    ("/admin/invitations", "menu-invitations", AppointmentAct::Read.who()),
    ("/admin/roles", "menu-roles", AppointmentAct::Read.who()),
    ("/admin/approvals", "menu-approvals", ApprovalAct::Read.who()),
    ("/admin/import", "import-title", ImportAct::Import.who()),
    ("/admin/audit", "menu-audit", AuditAct::List.who()),
    ("/admin/outbox", "menu-outbox", LetterAct::Outbox.who()),
    ("/admin/jobs", "menu-jobs", SystemAct::Look.who()),
    ("/admin/webhooks", "menu-webhooks", WebhookAct::Manage.who()),
    ("/admin/settings", "menu-settings", SystemAct::Look.who()),
];

const OWN: &[(&str, &str)] = &[
    ("/w", "workspace"),
    ("/me/messages", "menu-messages"),
    ("/me", "menu-me"),
    ("/me/security", "menu-security"),
    ("/me/data", "menu-data"),
    ("/me/tokens", "menu-tokens"),
];

/// The menu of a visitor on a page.
///
/// # Errors
/// [`Error::Anonymous`]; the engine's error.
pub async fn menu(app: &App, visitor: &Visitor, current: &str) -> Result<Menu, PageFault> {
    if visitor.session.is_none() {
        return Err(Error::Anonymous.into());
    }
    let unread = twinning_api::letter::ops::unread(app, &visitor.call).await?;
    let count = |path: &str| (path == "/me/messages" && unread > 0).then_some(unread);
    let sees = |who: Who| -> bool { may(&visitor.call.actor, who) };
    Ok(Menu {
        own: OWN
            .iter()
            .map(|(path, label)| Entry { path, label, current: *path == current, count: count(path) })
            .collect(),
        admin: ADMIN
            .iter()
            .filter(|(_, _, who)| sees(*who))
            .map(|(path, label, _)| Entry { path, label, current: *path == current, count: None })
            .collect(),
    })
}

/// Whether an actor may ever use a page; what everybody signed in may see is shown to those who look after something.
fn may(actor: &Actor, who: Who) -> bool {
    actor.may_ever(who).is_ok() && !actor.appointments().is_empty()
}

/// One cell of a table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cell {
    /// Text.
    pub text: String,
    /// Smaller text below.
    pub small: Option<String>,
    /// Where it leads.
    pub href: Option<String>,
    /// State as a mark: kind and state.
    pub tag: Option<(&'static str, String)>,
    /// Prefix of the words of a vocabulary that the text is a value of.
    pub words: Option<&'static str>,
    /// Whether it is a number, a code or a date.
    pub num: bool,
    /// Key of its column's heading, said before it where the columns are not seen.
    pub label: &'static str,
}

impl Cell {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A number, code or date.
    #[must_use]
    pub fn num(text: impl ToString) -> Self {
        Self { text: text.to_string(), num: true, ..Self::default() }
    }

    /// A text that leads somewhere.
    #[must_use]
    pub fn link(text: impl Into<String>, href: String) -> Self {
        Self { text: text.into(), href: Some(href), ..Self::default() }
    }

    /// A value of a vocabulary.
    #[must_use]
    pub fn word(prefix: &'static str, value: impl Into<String>) -> Self {
        Self { text: value.into(), words: Some(prefix), ..Self::default() }
    }

    /// A state.
    #[must_use]
    pub fn state(kind: &'static str, state: impl Into<String>) -> Self {
        Self { tag: Some((kind, state.into())), ..Self::default() }
    }

    /// An instant, to the minute.
    #[must_use]
    pub fn instant(at: Option<chrono::DateTime<chrono::FixedOffset>>) -> Self {
        Self::num(at.map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default())
    }

    /// The same with smaller text below.
    #[must_use]
    pub fn below(mut self, small: impl Into<String>) -> Self {
        self.small = Some(small.into()).filter(|small: &String| !small.is_empty());
        self
    }
}

/// Something that can be done in a row.
#[derive(Clone, Debug, Serialize)]
pub struct Act {
    /// Where it is sent, without the language.
    pub path: String,
    /// Key of its words.
    pub label: &'static str,
    /// Key of the words that ask for a reason, where one is needed.
    pub reason: Option<&'static str>,
    /// Version that was seen.
    pub version: i32,
    /// Whether it is only fetched and changes nothing.
    pub fetch: bool,
}

/// A row of a table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// First cell, which names the row.
    pub head: Cell,
    /// The others.
    pub cells: Vec<Cell>,
    /// What can be done.
    pub acts: Vec<Act>,
}

/// A filter of a table.
#[derive(Clone, Debug, Serialize)]
pub struct Filter {
    /// Parameter.
    pub name: &'static str,
    /// Key of its words.
    pub label: &'static str,
    /// Value now.
    pub value: String,
    /// Values to choose from; none for free text.
    pub options: Vec<String>,
    /// Prefix of the words of the values.
    pub words: &'static str,
    /// Type of the input for free text.
    pub kind: &'static str,
}

impl Filter {
    /// A free text.
    #[must_use]
    pub fn text(name: &'static str, label: &'static str, value: &str) -> Self {
        Self { name, label, value: value.to_owned(), options: Vec::new(), words: "", kind: "search" }
    }

    /// A day.
    #[must_use]
    pub fn day(name: &'static str, label: &'static str, value: &str) -> Self {
        Self { kind: "date", ..Self::text(name, label, value) }
    }

    /// A choice.
    #[must_use]
    pub fn choice(name: &'static str, label: &'static str, value: &str, words: &'static str, all: &[&str]) -> Self {
        let options = all.iter().map(|one| (*one).to_owned()).collect();
        Self { name, label, value: value.to_owned(), options, words, kind: "search" }
    }
}

/// A box to tick, with whether it was.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// Value.
    pub value: &'static str,
    /// Whether it was ticked.
    pub on: bool,
}

impl Choice {
    /// Boxes for values, ticked as a form that came back has them under `name`.
    #[must_use]
    pub fn of(all: impl Iterator<Item = &'static str>, typed: &[(String, String)], name: &str) -> Vec<Self> {
        all.map(|value| Self { value, on: typed.iter().any(|(key, one)| key == name && one == value) }).collect()
    }
}

/// A table with its filters.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// Keys of the headings.
    pub columns: Vec<&'static str>,
    /// Whether any row has acts.
    pub has_acts: bool,
    /// Rows.
    pub rows: Vec<Row>,
    /// Filters.
    pub filters: Vec<Filter>,
    /// Number of all rows.
    pub total: u64,
    /// Pages.
    pub pager: Pager,
}

/// Rows of a page of a table.
pub const ROWS: u64 = 20;

impl Table {
    /// A page of rows.
    #[must_use]
    pub fn new(columns: &[&'static str], mut rows: Vec<Row>, total: u64, page: u64, filters: Vec<Filter>) -> Self {
        for row in &mut rows {
            for (cell, label) in row.cells.iter_mut().zip(columns.iter().skip(1)) {
                cell.label = label;
            }
        }
        let asked: Vec<(&str, &str)> = filters.iter().map(|one| (one.name, one.value.as_str())).collect();
        Self {
            columns: columns.to_vec(),
            has_acts: rows.iter().any(|row| !row.acts.is_empty()),
            rows,
            total,
            pager: Pager::new(page, ROWS, total, &asked),
            filters,
        }
    }
}

/// What a refusal says to a person: each wrong field in its words, or the one sentence.
///
/// # Errors
/// What is no refusal but a fault of ours, or nobody's to know of.
pub fn told(error: Error, lang: Lang) -> Result<String, PageFault> {
    match &error {
        Error::Invalid(faults) => {
            let said: Vec<String> = faults.iter().map(|fault| i18n::message(lang, fault.code, &fault.args)).collect();
            Ok(said.join(if lang == Lang::Zh { "" } else { " " }))
        }
        Error::Refused(_) | Error::Stale => Ok(sentence(&error, lang)),
        _ => Err(error.into()),
    }
}

/// As [`told`], and the refusal is on record where it concerns people and rights.
///
/// # Errors
/// As [`told`].
pub async fn refused(app: &App, visitor: &Visitor, error: Error) -> Result<String, PageFault> {
    twinning_api::audit::ops::refused(app, &visitor.call, &visitor.call.what, &error).await;
    told(error, visitor.call.lang)
}
