//! Tending an organisation: its profile, its name, its place in the tree, its end. What may be done the operations
//! decide; the page offers what they allow.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_api::ids::OrganisationId;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::organisation::ops;
use twinning_api::organisation::wire::{
    AbolishInput, Audience, FieldAccess, MergeInput, MoveInput, NewOrganisation, OrganisationDetail,
    OrganisationFilter, PartInput, ProfileChange, RenameInput, ReorderInput, SplitInput,
};
use twinning_api::organisation_words::{OrgForm, OrgLevel};
use twinning_api::{App, Error};

use super::named::named;
use crate::shell::csrf::Protected;
use crate::shell::desk::{Menu, menu, refused};
use crate::shell::{Page, PageFault, Visitor, words};

/// New organisations that the form of a split has room for; more are told over the API.
const PARTS: usize = 4;

/// Everything that can be done with one organisation.
#[derive(Serialize)]
pub struct Tend {
    menu: Menu,
    one: OrganisationDetail,
    /// Section that stays open: the one whose form was refused.
    open: String,
    fault: Option<String>,
    /// What was typed, so that nothing is typed twice.
    form: Form,
    fields: Vec<Field>,
    /// "code name" of those beside it, in official order.
    beside: Vec<String>,
    forms: Vec<&'static str>,
    levels: Vec<&'static str>,
    today: NaiveDate,
    parts: Vec<PartForm>,
    edit: bool,
    build: bool,
    merge: bool,
}

/// A field of the profile with who sees it.
#[derive(Serialize)]
struct Field {
    name: &'static str,
    value: Option<String>,
    audience: String,
    long: bool,
    /// Longest text that is taken.
    max: usize,
    /// What it was when the form was shown.
    was: Option<String>,
    was_seen: &'static str,
}

/// What was typed of one part of a split.
#[derive(Serialize)]
struct PartForm {
    number: usize,
    code: String,
    full: String,
    short: String,
}

impl Page for Tend {
    const TEMPLATE: &'static str = "organisation/tend";
    const NAV: &'static str = "orgs";

    fn title(&self, lang: Lang) -> String {
        let title = format!("{}{}", words::plain(lang, "org-tend-of"), self.one.line.name_display);
        if self.fault.is_some() { format!("{}{title}", words::plain(lang, "error-prefix")) } else { title }
    }
}

/// What the forms send; each uses its own part.
#[derive(Clone, Default, Deserialize, Serialize)]
pub(super) struct Form {
    #[serde(default)]
    seen: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    on: String,
    /// Code or name of the other organisation.
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    name_full: String,
    #[serde(default)]
    name_short: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    form: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    keep: String,
    /// Profile fields, audiences and parts of a split by their names.
    #[serde(flatten)]
    more: std::collections::BTreeMap<String, String>,
}

impl Form {
    fn more(&self, name: &str) -> &str {
        self.more.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A value, or nothing for an empty field.
    fn given(&self, name: &str) -> Option<String> {
        Some(self.more(name).trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Whether a value is another than the one the form was shown with.
    fn changed(&self, name: &str, before: &str) -> bool {
        let plain = |name: &str| self.more(name).replace("\r\n", "\n").trim().to_owned();
        plain(name) != plain(before)
    }

    /// The day; a missing or wrong one is a day that no operation takes.
    fn day(&self) -> NaiveDate {
        self.on.parse().unwrap_or(NaiveDate::MAX)
    }
}

fn audience(word: &str) -> Audience {
    match word {
        "members" => Audience::Members,
        "own" => Audience::Own,
        _ => Audience::Public,
    }
}

fn word(audience: Audience) -> &'static str {
    match audience {
        Audience::Public => "public",
        Audience::Members => "members",
        Audience::Own => "own",
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    one: OrganisationDetail,
    refused: Option<(String, String, Form)>,
) -> Result<HttpResponse, PageFault> {
    let allowed = |act: &str| one.allowed_actions.iter().any(|one| one == act);
    let (edit, build, merge) = (allowed("edit"), allowed("move"), allowed("merge"));
    if !edit && !build {
        return Err(Error::Denied.into());
    }
    let filter = OrganisationFilter { parent_id: one.line.parent_id, ..OrganisationFilter::default() };
    let beside = match one.line.parent_id {
        Some(_) if build => ops::list(app, &visitor.call, &filter, PageRequest::first(100)).await?.items,
        _ => Vec::new(),
    };
    let access = one.access.unwrap_or_default();
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (open, fault, form) = match refused {
        Some((open, fault, form)) => (open, Some(fault), form),
        None => (String::new(), None, Form::default()),
    };
    // What was changed in a profile that was refused stays; where nothing was changed, what somebody else wrote
    // meanwhile is shown, so that sending again does not undo it.
    let field = |name: &'static str, value: &Option<String>, seen, max: usize| {
        let (mut value, mut audience) = (value.clone(), word(seen).to_owned());
        let (was, was_seen) = (value.clone(), word(seen));
        if open == "profile" && form.changed(name, &format!("was_{name}")) {
            value = form.given(name);
        }
        if open == "profile" && form.changed(&format!("see_{name}"), &format!("was_see_{name}")) {
            audience = form.more(&format!("see_{name}")).to_owned();
        }
        Field { name, value, audience, long: max >= 2_000, max, was, was_seen }
    };
    let page = Tend {
        menu: menu(app, visitor, "/orgs").await?,
        fields: vec![
            field("address", &one.address, access.address, 200),
            field("phone", &one.phone, access.phone, 40),
            field("profile", &one.profile, access.profile, 2_000),
            field("offers", &one.offers, access.offers, 2_000),
            field("needs", &one.needs, access.needs, 2_000),
        ],
        beside: beside
            .iter()
            .filter(|other| other.id != one.line.id)
            .map(|other| format!("{} {}", other.code, other.name_display))
            .collect(),
        forms: OrgForm::ALL.iter().map(|form| form.word()).collect(),
        levels: OrgLevel::ALL.iter().map(|level| level.word()).collect(),
        today: app.today(),
        parts: (1..=PARTS).map(|number| typed(&form, number)).collect(),
        one,
        open,
        fault,
        form,
        edit,
        build,
        merge,
    };
    visitor.page_with(HttpResponse::build(status), &page)
}

pub(super) async fn form(app: Data<App>, visitor: Visitor, code: Path<String>) -> Result<HttpResponse, PageFault> {
    if visitor.session.is_none() {
        return Err(Error::Anonymous.into());
    }
    let one = ops::show_by_code(&app, &visitor.call, &code).await?;
    page(&app, &visitor, one, None).await
}

pub(super) async fn act(
    app: Data<App>,
    path: Path<(String, String)>,
    form: Protected<Form>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let (code, act) = path.into_inner();
    let one = ops::show_by_code(&app, &visitor.call, &code).await?;
    let shown = one.line.id;
    match done(&app, &visitor, shown, &act, &form).await {
        Ok(Some(next)) => Ok(visitor.done(&format!("/orgs/{}", next.line.code), "saved")),
        Ok(None) => {
            let fault = words::plain(visitor.call.lang, "org-not-found");
            page(&app, &visitor, one, Some((act, fault, form))).await
        }
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            let one = ops::show(&app, &visitor.call, shown).await?;
            page(&app, &visitor, one, Some((act, fault, form))).await
        }
    }
}

/// Does what was asked; nothing where the other organisation is not to be found.
async fn done(
    app: &App,
    visitor: &Visitor,
    id: OrganisationId,
    act: &str,
    form: &Form,
) -> Result<Option<OrganisationDetail>, Error> {
    let call = &visitor.call;
    let (seen, reason, on) = (form.seen.parse().unwrap_or(0), form.reason.clone(), form.day());
    let other = named(app, visitor, &form.organisation).await?;
    match (act, other) {
        ("profile", _) => ops::edit(app, call, id, seen, profile(form)).await.map(Some),
        ("rename", _) => {
            let (name_full, name_short) = (form.name_full.clone(), form.name_short.clone());
            ops::rename(app, call, id, seen, RenameInput { name_full, name_short, valid_from: on, reason })
                .await
                .map(Some)
        }
        ("move", Some(parent_id)) => {
            ops::move_below(app, call, id, seen, MoveInput { parent_id, reason }).await.map(Some)
        }
        ("order", Some(_)) => ops::reorder(app, call, id, seen, ReorderInput { before_id: other }).await.map(Some),
        ("order", None) if form.organisation.trim().is_empty() => {
            ops::reorder(app, call, id, seen, ReorderInput::default()).await.map(Some)
        }
        ("merge", Some(successor_id)) => {
            ops::merge(app, call, id, seen, MergeInput { successor_id, on, reason }).await.map(Some)
        }
        ("abolish", None) if !form.organisation.trim().is_empty() => Ok(None),
        ("abolish", successor_id) => {
            ops::abolish(app, call, id, seen, AbolishInput { successor_id, on, reason }).await.map(Some)
        }
        ("split", _) => {
            let split = SplitInput { into: parts(form), keep: form.keep == "yes", on, reason };
            ops::split(app, call, id, seen, split).await?;
            ops::show(app, call, id).await.map(Some)
        }
        ("child", _) => ops::create(app, call, child(form, id)?).await.map(Some),
        ("move" | "order" | "merge", None) => Ok(None),
        _ => Err(Error::NotFound("page")),
    }
}

fn profile(form: &Form) -> ProfileChange {
    let seen = |name: &str| audience(form.more(&format!("see_{name}")));
    ProfileChange {
        address: Some(form.given("address")),
        phone: Some(form.given("phone")),
        profile: Some(form.given("profile")),
        offers: Some(form.given("offers")),
        needs: Some(form.given("needs")),
        access: Some(FieldAccess {
            address: seen("address"),
            phone: seen("phone"),
            profile: seen("profile"),
            offers: seen("offers"),
            needs: seen("needs"),
        }),
    }
}

fn typed(form: &Form, number: usize) -> PartForm {
    let field = |name: &str| form.more(&format!("{name}_{number}")).trim().to_owned();
    PartForm { number, code: field("code"), full: field("full"), short: field("short") }
}

/// The parts of a split that were filled in.
fn parts(form: &Form) -> Vec<PartInput> {
    (1..=PARTS)
        .map(|number| typed(form, number))
        .filter(|part| !(part.code.is_empty() && part.full.is_empty() && part.short.is_empty()))
        .map(|part| PartInput { code: part.code, name_full: part.full, name_short: part.short })
        .collect()
}

fn child(form: &Form, parent_id: OrganisationId) -> Result<NewOrganisation, Error> {
    // Both are chosen from a list, so another value was not typed by a person.
    let unknown = || Error::NotFound("page");
    Ok(NewOrganisation {
        code: form.code.trim().to_owned(),
        name_full: form.name_full.clone(),
        name_short: form.name_short.clone(),
        form: OrgForm::from_word(&form.form).ok_or_else(unknown)?,
        level: OrgLevel::from_word(&form.level).ok_or_else(unknown)?,
        parent_id,
        address: form.given("address"),
        phone: form.given("phone"),
        profile: form.given("profile"),
    })
}

/// The organisation and everything below it, as a workbook.
pub(super) async fn export(app: Data<App>, visitor: Visitor, code: Path<String>) -> Result<HttpResponse, PageFault> {
    let one = ops::show_by_code(&app, &visitor.call, &code).await?;
    let bytes = ops::export(&app, &visitor.call, one.line.id).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(("content-disposition", "attachment; filename=\"organisations.xlsx\""))
        .insert_header(("cache-control", "no-store"))
        .body(bytes))
}
