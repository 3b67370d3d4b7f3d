//! People: the list, adding and changing one, posts, one full number.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};
use twinning_api::account_words::PositionKind;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::organisation::ops as organisations;
use twinning_api::person::ops::{self, acts, erasure};
use twinning_api::person::policy::PersonAct;
use twinning_api::person::wire::{NewPost, PersonChange, PersonFilter, PersonInput, PersonLine, PostBody};
use twinning_api::{App, Error};

use super::{Head, Link, answer, id, known, list, page_of};
use crate::organisation::{self, named};
use crate::shell::csrf::Protected;
use crate::shell::desk::{Cell, Filter, Menu, ROWS, Row, Table, menu, refused};
use crate::shell::{Page, PageFault, Visitor, words};

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    page: Option<u64>,
}

fn may(visitor: &Visitor, act: PersonAct) -> bool {
    visitor.call.actor.may_ever(act.who()).is_ok()
}

pub(super) async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    known(&visitor)?;
    let page = page_of(asked.page);
    let filter = PersonFilter {
        q: Some(asked.q.trim().to_owned()).filter(|q| q.chars().count() >= 2),
        ..PersonFilter::default()
    };
    let found = ops::list_at(&app, &visitor.call, &filter, PageRequest::numbered(page, ROWS)).await?;
    let units = found.items.iter().filter_map(|one| one.organisation_id).collect();
    let names = organisations::names(&app, units).await?;
    let rows = found.items.into_iter().map(|one| {
        let unit = one.organisation_id.and_then(|unit| names.get(&unit)).map(|unit| unit.display.clone());
        Row {
            head: Cell::link(one.name, format!("/admin/people/{}", one.id)),
            cells: vec![Cell::text(unit.unwrap_or_default()), Cell::num(one.phone_masked.unwrap_or_default())],
            acts: Vec::new(),
        }
    });
    let filters = vec![Filter::text("q", "person-name", &asked.q)];
    let columns = ["person-name", "org-word", "phone-word"];
    let table = Table::new(&columns, rows.collect(), found.total.unwrap_or(0), page, filters);
    let mut links = vec![Link { path: "/admin/import".to_owned(), label: "people-import", main: false }];
    if may(&visitor, PersonAct::Change) {
        links.push(Link { path: "/admin/people/new".to_owned(), label: "person-new", main: true });
    }
    let head = Head { path: "/admin/people", heading: "menu-people", lead: None, links };
    list(&app, &visitor, head, table, None).await
}

/// The form of a new person.
#[derive(Serialize)]
pub struct New {
    menu: Menu,
    form: Form,
    offered: Vec<String>,
    fault: Option<String>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    name: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    phone: String,
}

impl Page for New {
    const TEMPLATE: &'static str = "admin/person-new";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        let title = words::plain(lang, "person-new");
        if self.fault.is_some() { format!("{}{title}", words::plain(lang, "error-prefix")) } else { title }
    }
}

async fn new_page(app: &App, visitor: &Visitor, form: Form, fault: Option<String>) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    visitor.call.actor.may_ever(PersonAct::Change.who())?;
    let page = New {
        menu: menu(app, visitor, "/admin/people").await?,
        offered: organisation::own(app, visitor).await?,
        form,
        fault,
    };
    visitor.page_with(answer(&page.fault), &page)
}

pub(super) async fn new_form(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    new_page(&app, &visitor, Form::default(), None).await
}

pub(super) async fn create(app: Data<App>, form: Protected<Form>) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let Some(place) = named(&app, &visitor, &form.organisation).await? else {
        let fault = words::plain(visitor.call.lang, "org-not-found");
        return new_page(&app, &visitor, form, Some(fault)).await;
    };
    let input = PersonInput { name: form.name.clone(), organisation_id: place, phone: Some(form.phone.clone()) };
    match acts::create(&app, &visitor.call, input).await {
        Ok((made, _)) => Ok(visitor.done(&format!("/admin/people/{}", made.id), "saved")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            new_page(&app, &visitor, form, Some(fault)).await
        }
    }
}

/// One person with posts.
#[derive(Serialize)]
pub struct Edit {
    menu: Menu,
    one: PersonLine,
    version: i32,
    unit: String,
    posts: Vec<PostBody>,
    kinds: Vec<&'static str>,
    offered: Vec<String>,
    can_change: bool,
    can_reveal: bool,
    /// The full number, shown this once.
    phone: Option<String>,
    fault: Option<String>,
}

impl Page for Edit {
    const TEMPLATE: &'static str = "admin/person";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        let prefix = if self.fault.is_some() { words::plain(lang, "error-prefix") } else { String::new() };
        format!("{prefix}{}", self.one.name)
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    person: &str,
    phone: Option<String>,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    let (one, version) = ops::show(app, &visitor.call, id(person)?).await?;
    let posts = acts::posts(app, &visitor.call, one.id).await?;
    let unit = match one.organisation_id {
        Some(unit) => organisations::name_of(app.reader(), unit).await?.display,
        None => String::new(),
    };
    let page = Edit {
        menu: menu(app, visitor, "/admin/people").await?,
        can_change: may(visitor, PersonAct::Change),
        can_reveal: may(visitor, PersonAct::Reveal) && one.phone_masked.is_some(),
        kinds: PositionKind::ALL.iter().map(|kind| kind.word()).collect(),
        offered: organisation::own(app, visitor).await?,
        one,
        version,
        unit,
        posts,
        phone,
        fault,
    };
    visitor.page_with(answer(&page.fault), &page)
}

pub(super) async fn show(app: Data<App>, visitor: Visitor, person: Path<String>) -> Result<HttpResponse, PageFault> {
    page(&app, &visitor, &person, None, None).await
}

#[derive(Deserialize)]
pub(super) struct SaveForm {
    seen: i32,
    name: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    forget: String,
}

pub(super) async fn save(
    app: Data<App>,
    person: Path<String>,
    form: Protected<SaveForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let phone = match (form.forget == "yes", form.phone.trim()) {
        (true, _) => Some(None),
        (false, "") => None,
        (false, written) => Some(Some(written.to_owned())),
    };
    let change = PersonChange { name: Some(form.name), organisation_id: None, phone };
    match acts::edit(&app, &visitor.call, id(&person)?, form.seen, change).await {
        Ok(_) => Ok(visitor.done(&format!("/admin/people/{person}"), "saved")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            page(&app, &visitor, &person, None, Some(fault)).await
        }
    }
}

#[derive(Deserialize)]
pub(super) struct ActForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    title: String,
}

pub(super) async fn act(
    app: Data<App>,
    path: Path<(String, String)>,
    form: Protected<ActForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let (person, act) = path.into_inner();
    let call = &visitor.call;
    let back = format!("/admin/people/{person}");
    let done = match act.as_str() {
        // The number is on this page alone, and so not behind a redirect.
        "reveal" => match acts::reveal(&app, call, id(&person)?, &form.reason).await {
            Ok(shown) => return page(&app, &visitor, &person, Some(shown.phone), None).await,
            Err(error) => Err(error),
        },
        "erase" => erasure::ask(&app, call, id(&person)?, &form.reason).await.map(|_| "approval-waits"),
        "post" => {
            let place = named(&app, &visitor, &form.organisation).await?;
            let (Some(place), Some(kind)) = (place, PositionKind::from_word(&form.kind)) else {
                let fault = words::plain(call.lang, "org-not-found");
                return page(&app, &visitor, &person, None, Some(fault)).await;
            };
            let new = NewPost {
                organisation_id: place,
                kind,
                title: Some(form.title).filter(|title| !title.trim().is_empty()),
                from_on: None,
                to_on: None,
            };
            acts::add_post(&app, call, id(&person)?, new).await.map(|_| "saved")
        }
        _ => Err(Error::NotFound("page")),
    };
    match done {
        Ok(flash) => Ok(visitor.done(&back, flash)),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            page(&app, &visitor, &person, None, Some(fault)).await
        }
    }
}
