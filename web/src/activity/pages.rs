//! Pages of activities.

use std::collections::BTreeMap;

use actix_multipart::Multipart;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use twinning_api::activity::ops;
use twinning_api::activity::wire::{ActivityDetail, ActivityFilter, ActivityLine, ReasonInput};
use twinning_api::activity_words::ActivityKind;
use twinning_api::kernel::call::{Lang, RepeatKey};
use twinning_api::kernel::page::PageRequest;
use twinning_api::pairing::{self, wire::PairingLine};
use twinning_api::rest::problem::sentence;
use twinning_api::{App, Error};

use super::forms::{LogForm, ShownFault};
use crate::shell::csrf::{self, Protected};
use crate::shell::{Page, PageFault, Visitor, words};

/// Rows of a page of the list.
const ROWS: u64 = 20;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    page: Option<u64>,
}

/// The list.
#[derive(Serialize)]
pub struct Index {
    activities: Vec<ActivityLine>,
    kinds: Vec<Choice>,
    total: u64,
    page_no: u64,
    previous: Option<u64>,
    next: Option<u64>,
    kind: String,
    can_log: bool,
}

/// A choice of a list.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    chosen: bool,
}

impl Page for Index {
    const TEMPLATE: &'static str = "activity/index";
    const NAV: &'static str = "activities";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "title-activities")
    }
}

pub(super) async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    let kind = ActivityKind::from_word(&asked.kind);
    let page_no = asked.page.unwrap_or(1).clamp(1, 500);
    let filter = ActivityFilter { kind, ..Default::default() };
    let found = ops::list(&app, &visitor.call, &filter, PageRequest::numbered(page_no, ROWS)).await?;
    let total = found.total.unwrap_or(0);
    let can_log = !pairing::ops::of_caller(&app, &visitor.call).await?.is_empty();
    visitor.page(&Index {
        activities: found.items,
        kinds: kinds(&asked.kind),
        total,
        page_no,
        previous: (page_no > 1).then(|| page_no - 1),
        next: (page_no * ROWS < total).then_some(page_no + 1),
        kind: asked.kind.clone(),
        can_log,
    })
}

fn kinds(chosen: &str) -> Vec<Choice> {
    ActivityKind::ALL
        .iter()
        .map(|kind| Choice { value: kind.word().to_owned(), chosen: kind.word() == chosen })
        .collect()
}

/// One activity.
#[derive(Serialize)]
pub struct Show {
    activity: ActivityDetail,
    photos: Vec<Shot>,
    can_confirm: bool,
}

/// A photo under the portal's own addresses.
#[derive(Serialize)]
pub struct Shot {
    url: String,
    thumb: String,
    alt: String,
    caption: Option<String>,
    width: i32,
    height: i32,
}

impl Page for Show {
    const TEMPLATE: &'static str = "activity/show";
    const NAV: &'static str = "activities";

    fn title(&self, _: Lang) -> String {
        self.activity.line.title.clone()
    }
}

fn shown(activity: ActivityDetail) -> Show {
    let portal = |url: &str| url.trim_start_matches("/api/v1").trim_end_matches("/content").to_owned();
    let photos = activity
        .photo_list
        .iter()
        .map(|one| Shot {
            url: portal(&one.url),
            thumb: portal(&one.thumb_url),
            alt: one.alt.clone(),
            caption: one.caption.clone(),
            width: one.width,
            height: one.height,
        })
        .collect();
    let can_confirm = activity.allowed_actions.iter().any(|act| act == "confirm");
    Show { activity, photos, can_confirm }
}

pub(super) async fn show(app: Data<App>, visitor: Visitor, no: Path<String>) -> Result<HttpResponse, PageFault> {
    visitor.page(&shown(ops::show_by_no(&app, &visitor.call, &no).await?))
}

/// The form in which an activity is logged.
#[derive(Serialize)]
pub struct New {
    pairings: Vec<PairingChoice>,
    kinds: Vec<Choice>,
    fields: BTreeMap<&'static str, String>,
    errors: BTreeMap<&'static str, Option<String>>,
    faults: Vec<ShownFault>,
    photos: Vec<String>,
    side_a: String,
    side_b: String,
}

/// A pairing to choose.
#[derive(Serialize)]
pub struct PairingChoice {
    id: String,
    name: String,
    chosen: bool,
}

impl Page for New {
    const TEMPLATE: &'static str = "activity/new";
    const NAV: &'static str = "activities";

    fn title(&self, lang: Lang) -> String {
        let title = words::plain(lang, "activity-log");
        if self.faults.is_empty() { title } else { format!("{}{title}", words::plain(lang, "error-prefix")) }
    }
}

/// Fields of the form, so that a template finds each of them.
const FIELDS: &[&str] = &[
    "pairing_id",
    "kind",
    "title",
    "held_on",
    "start_time",
    "end_time",
    "place",
    "online",
    "attended_a",
    "attended_b",
    "summary",
    "photo_consent",
    "secrecy",
    "photo",
];

fn form_page(pairings: &[PairingLine], form: LogForm) -> New {
    let chosen = form.text("pairing_id").to_owned();
    let fault = |name: &str| form.faults.iter().find(|one| one.field == name).map(|one| one.message.clone());
    let one = pairings.iter().find(|one| one.id.to_string() == chosen).or_else(|| pairings.first());
    New {
        kinds: kinds(form.text("kind")),
        fields: FIELDS.iter().map(|name| (*name, form.text(name).to_owned())).collect(),
        errors: FIELDS.iter().map(|name| (*name, fault(name))).collect(),
        side_a: one.map(|one| one.side_a.organisation.name.clone()).unwrap_or_default(),
        side_b: one.map(|one| one.side_b.organisation.name.clone()).unwrap_or_default(),
        pairings: pairings
            .iter()
            .map(|one| PairingChoice {
                id: one.id.to_string(),
                name: one.name.clone(),
                chosen: one.id.to_string() == chosen,
            })
            .collect(),
        faults: form.faults,
        photos: form.photos,
    }
}

pub(super) async fn new(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    let pairings = own_pairings(&app, &visitor).await?;
    let mut form = LogForm::default();
    let now = app.now().with_timezone(&twinning_api::kernel::clock::shanghai());
    form.fields.insert("held_on".to_owned(), app.today().to_string());
    form.fields.insert("start_time".to_owned(), now.format("%H:%M").to_string());
    visitor.page(&form_page(&pairings, form))
}

async fn own_pairings(app: &App, visitor: &Visitor) -> Result<Vec<PairingLine>, PageFault> {
    if visitor.session.is_none() {
        return Err(Error::Anonymous.into());
    }
    let pairings = pairing::ops::of_caller(app, &visitor.call).await?;
    if pairings.is_empty() { Err(Error::Denied.into()) } else { Ok(pairings) }
}

pub(super) async fn create(
    app: Data<App>,
    mut visitor: Visitor,
    request: HttpRequest,
    form: Multipart,
) -> Result<HttpResponse, PageFault> {
    let pairings = own_pairings(&app, &visitor).await?;
    let mut form = LogForm::read(&app, &visitor.call, form).await?;
    csrf::check(&request, &visitor, form.text("csrf_token"))?;
    let lang = visitor.call.lang;
    visitor.call.repeat = Some(RepeatKey {
        key: form.text("repeat_key").chars().take(128).collect(),
        route: "POST /activities/new".to_owned(),
        body_hash: String::new(),
    })
    .filter(|repeat| !repeat.key.is_empty());
    let input = form.input(lang);
    if let (Some(input), true) = (input, form.faults.is_empty()) {
        match log_and_submit(&app, &visitor, input).await {
            Ok(made) => return Ok(visitor.done(&format!("/activities/{}", made.line.no), "activity-sent")),
            Err(Error::Invalid(faults)) => form.note(&faults, lang),
            Err(Error::Refused(rule)) => {
                let message = sentence(&Error::Refused(rule), lang);
                form.faults.push(ShownFault { field: "summary".to_owned(), message });
            }
            Err(error) => return Err(error.into()),
        }
    }
    visitor.page_with(HttpResponse::UnprocessableEntity(), &form_page(&pairings, form))
}

/// Logs the activity and sends its record on; what the second step lacks is known before the first.
async fn log_and_submit(
    app: &App,
    visitor: &Visitor,
    input: twinning_api::activity::wire::ActivityInput,
) -> Result<ActivityDetail, Error> {
    twinning_api::activity::model::Draft::parse(input.clone(), app.now())?.complete()?;
    let made = ops::log(app, &visitor.call, input).await?;
    let call = visitor.call.once();
    if made.line.status != twinning_api::activity_words::ActivityStatus::RecordDue {
        return Ok(made);
    }
    ops::submit_record(app, &call, made.line.id, made.version).await
}

/// The page on which the other side confirms or returns a record.
#[derive(Serialize)]
pub struct Confirm {
    show: Show,
    fault: Option<String>,
}

impl Page for Confirm {
    const TEMPLATE: &'static str = "activity/confirm";
    const NAV: &'static str = "activities";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "activity-confirm-title")
    }
}

pub(super) async fn confirm_form(
    app: Data<App>,
    visitor: Visitor,
    no: Path<String>,
) -> Result<HttpResponse, PageFault> {
    let show = shown(ops::show_by_no(&app, &visitor.call, &no).await?);
    if !show.can_confirm {
        return Ok(crate::shell::see_other(&format!("{}/activities/{no}", visitor.prefix())));
    }
    visitor.page(&Confirm { show, fault: None })
}

#[derive(Deserialize)]
pub(super) struct Seen {
    seen: i32,
    #[serde(default)]
    reason: String,
}

pub(super) async fn confirm(
    app: Data<App>,
    no: Path<String>,
    form: Protected<Seen>,
) -> Result<HttpResponse, PageFault> {
    let found = ops::show_by_no(&app, &form.visitor.call, &no).await?;
    ops::confirm(&app, &form.visitor.call, found.line.id, form.form.seen).await?;
    Ok(form.visitor.done(&format!("/activities/{no}"), "activity-confirmed"))
}

pub(super) async fn return_record(
    app: Data<App>,
    no: Path<String>,
    form: Protected<Seen>,
) -> Result<HttpResponse, PageFault> {
    let visitor = &form.visitor;
    let found = ops::show_by_no(&app, &visitor.call, &no).await?;
    let input = ReasonInput { reason: form.form.reason.clone() };
    match ops::return_record(&app, &visitor.call, found.line.id, form.form.seen, input).await {
        Ok(_) => Ok(visitor.done(&format!("/activities/{no}"), "activity-returned")),
        Err(Error::Invalid(faults)) => {
            let fault = faults
                .first()
                .map(|fault| twinning_api::infra::i18n::message(visitor.call.lang, fault.code, &fault.args));
            visitor.page_with(HttpResponse::UnprocessableEntity(), &Confirm { show: shown(found), fault })
        }
        Err(error) => Err(error.into()),
    }
}
