//! Pages of activities.

use std::collections::BTreeMap;

use actix_multipart::Multipart;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use twinning_api::activity::ops;
use twinning_api::activity::wire::{
    ActivityDetail, ActivityFilter, ActivityInput, ActivityLine, PhotoBody, ReasonInput,
};
use twinning_api::activity_words::{ActivityKind, ActivityStatus};
use twinning_api::kernel::call::{Lang, RepeatKey};
use twinning_api::kernel::page::PageRequest;
use twinning_api::pairing::ops::PairingName;
use twinning_api::pairing::{self, wire::PairingLine};
use twinning_api::rest::problem::sentence;
use twinning_api::{App, Error};

use super::forms::{LogForm, ShownFault};
use crate::shell::csrf::Protected;
use crate::shell::pieces::{Pager, encoded};
use crate::shell::{Page, PageFault, Visitor, words};

/// Rows of a page of the list.
const ROWS: u64 = 20;

#[derive(Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    pairing: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    page: Option<u64>,
}

/// The list.
#[derive(Serialize)]
pub struct Index {
    activities: Vec<ActivityLine>,
    kinds: Vec<Choice>,
    total: u64,
    pager: Pager,
    pairing: String,
    pairings: Vec<PairingName>,
    month: String,
    filtered: bool,
    /// The last month that has some, where the chosen one has none.
    last_month: Option<Month>,
    can_log: bool,
}

/// A month that has activities, with the address of its list.
#[derive(Serialize)]
struct Month {
    month: String,
    query: String,
}

/// A kind to choose.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    chosen: bool,
    /// Whether it is among the few that most records are of.
    common: bool,
}

/// Kinds that most records are of (`domain.md` 7.3); the form shows these first.
const COMMON: &[ActivityKind] = &[
    ActivityKind::ThemePartyDay,
    ActivityKind::ExchangeVisit,
    ActivityKind::Symposium,
    ActivityKind::VolunteerService,
    ActivityKind::OnlineExchange,
    ActivityKind::CulturalActivity,
    ActivityKind::JointActivity,
];

impl Page for Index {
    const TEMPLATE: &'static str = "activity/index";
    const NAV: &'static str = "activities";

    fn title(&self, lang: Lang) -> String {
        self.pager.titled(lang, &words::plain(lang, "title-activities"))
    }
}

pub(super) async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    visitor.page(&listed(&app, &visitor, &asked).await?)
}

/// The first page of the list as its template sees it, frame and all; benches render it again and again.
///
/// # Errors
/// The engine's error.
pub async fn first_page(app: &App, visitor: &Visitor) -> Result<serde_json::Value, PageFault> {
    let page = listed(app, visitor, &Asked { kind: "symposium".to_owned(), ..Asked::default() }).await?;
    Ok(visitor.frame(&page)?)
}

async fn listed(app: &App, visitor: &Visitor, asked: &Asked) -> Result<Index, PageFault> {
    let kind = ActivityKind::from_word(&asked.kind);
    let page_no = asked.page.unwrap_or(1).clamp(1, 500);
    let pairings = pairing::ops::choices(app, &visitor.call, 100).await?;
    let chosen = pairings.iter().find(|one| one.code == asked.pairing);
    let first: Option<NaiveDate> =
        format!("{}-01", asked.month).parse().ok().filter(|day: &NaiveDate| (1900..=2200).contains(&day.year()));
    let filter = ActivityFilter {
        kind,
        pairing_id: chosen.map(|one| one.id),
        from: first,
        to: first.and_then(|day| day.checked_add_months(Months::new(1))).and_then(|day| day.pred_opt()),
        ..Default::default()
    };
    let found = ops::list(app, &visitor.call, &filter, PageRequest::numbered(page_no, ROWS)).await?;
    let total = found.total.unwrap_or(0);
    let last_month = match filter.to {
        Some(_) if total == 0 => last_month(app, visitor, &filter, asked).await?,
        _ => None,
    };
    let can_log = !pairing::ops::of_caller(app, &visitor.call).await?.is_empty();
    let kept = [("pairing", asked.pairing.as_str()), ("kind", &asked.kind), ("month", &asked.month)];
    Ok(Index {
        activities: found.items,
        kinds: kinds(&asked.kind),
        total,
        pager: Pager::new(page_no, ROWS, total, &kept),
        last_month,
        filtered: kind.is_some() || chosen.is_some() || first.is_some(),
        pairing: asked.pairing.clone(),
        pairings,
        month: first.map(|_| asked.month.clone()).unwrap_or_default(),
        can_log,
    })
}

/// The last month, up to the one asked for or else of all, in which such activities were held.
async fn last_month(
    app: &App,
    visitor: &Visitor,
    filter: &ActivityFilter,
    asked: &Asked,
) -> Result<Option<Month>, PageFault> {
    for to in [filter.to, None] {
        let earlier = ActivityFilter { from: None, to, ..filter.clone() };
        let found = ops::list(app, &visitor.call, &earlier, PageRequest::first(1)).await?.items;
        if let Some(last) = found.first() {
            let month = last.held_on.format("%Y-%m").to_string();
            let (pairing, kind) = (encoded(&asked.pairing), encoded(&asked.kind));
            return Ok(Some(Month { query: format!("?pairing={pairing}&kind={kind}&month={month}"), month }));
        }
    }
    Ok(None)
}

fn kinds(chosen: &str) -> Vec<Choice> {
    ActivityKind::ALL
        .iter()
        .map(|kind| Choice {
            value: kind.word().to_owned(),
            chosen: kind.word() == chosen,
            common: COMMON.contains(kind),
        })
        .collect()
}

/// One activity.
#[derive(Serialize)]
pub struct Show {
    activity: ActivityDetail,
    photos: Vec<Shot>,
    can_confirm: bool,
    can_edit: bool,
    /// Name of the side that logged it, and of the side that confirms it.
    organiser: String,
    other: String,
    /// For those who see the way to the public: what comes next.
    road: bool,
    /// Whether the visitor logs activities of this pairing.
    can_log: bool,
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

impl Shot {
    /// The photo, under the portal's addresses and not the API's.
    #[must_use]
    pub fn of(photo: &PhotoBody) -> Self {
        let portal = |url: &str| url.trim_start_matches("/api/v1").trim_end_matches("/content").to_owned();
        Self {
            url: portal(&photo.url),
            thumb: portal(&photo.thumb_url),
            alt: photo.alt.clone(),
            caption: photo.caption.clone(),
            width: photo.width,
            height: photo.height,
        }
    }
}

impl Page for Show {
    const TEMPLATE: &'static str = "activity/show";
    const NAV: &'static str = "activities";

    fn title(&self, _: Lang) -> String {
        self.activity.line.title.clone()
    }
}

fn shown(activity: ActivityDetail) -> Show {
    let photos = activity.photo_list.iter().map(Shot::of).collect();
    let may = |wanted: &str| activity.allowed_actions.iter().any(|act| act == wanted);
    let (can_confirm, can_edit) = (may("confirm"), may("edit"));
    let (a, b) = (activity.line.side_a.name.clone(), activity.line.side_b.name.clone());
    let (organiser, other) = if activity.line.organiser_side == "b" { (b, a) } else { (a, b) };
    let waits = matches!(activity.line.status, ActivityStatus::AwaitingConfirmation | ActivityStatus::RecordDue);
    let road = waits && !activity.history.is_empty();
    Show { activity, photos, can_confirm, can_edit, organiser, other, road, can_log: false }
}

pub(super) async fn show(app: Data<App>, visitor: Visitor, no: Path<String>) -> Result<HttpResponse, PageFault> {
    let show = shown(ops::show_by_no(&app, &visitor.call, &no).await?);
    let own = pairing::ops::of_caller(&app, &visitor.call).await?;
    let can_log = show.activity.pairings.iter().any(|one| own.iter().any(|mine| mine.id == one.id));
    visitor.page(&Show { can_log, ..show })
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
    /// Whether there is only one pairing, so that nothing needs choosing.
    single: bool,
    /// Whether the chosen kind is not among the common ones.
    rare_kind: bool,
    /// Number of the record that is changed; none while a new one is logged.
    no: Option<String>,
    /// Version of the record that is changed.
    seen: i32,
    /// Why the other side sent the record back.
    returned: Option<String>,
    /// Names of both sides, where there is only one pairing; else nothing.
    side_a: Option<String>,
    side_b: Option<String>,
    /// Account whose draft the browser keeps.
    drafts_of: String,
}

/// A pairing to choose.
#[derive(Serialize)]
pub struct PairingChoice {
    id: String,
    name: String,
    city_a: String,
    side_a: String,
    city_b: String,
    side_b: String,
    chosen: bool,
}

impl Page for New {
    const TEMPLATE: &'static str = "activity/new";
    const NAV: &'static str = "activities";
    const OWN_BAR: bool = true;

    fn title(&self, lang: Lang) -> String {
        let title = words::plain(lang, if self.no.is_some() { "activity-edit" } else { "activity-log" });
        if self.faults.is_empty() { title } else { format!("{}{title}", words::plain(lang, "error-prefix")) }
    }
}

/// Fields of the form in its order, so that a template finds each of them.
const FIELDS: &[&str] = &[
    "pairing_id",
    "kind",
    "title",
    "held_on",
    "start_time",
    "end_time",
    "place",
    "online",
    "photo",
    "attended_a",
    "attended_b",
    "summary",
    "photo_consent",
    "secrecy",
];

fn form_page(visitor: &Visitor, pairings: &[PairingLine], mut form: LogForm, changed: Option<&ActivityDetail>) -> New {
    let only = if let [only] = pairings { Some(only) } else { None };
    let side_a = only.map(|one| one.side_a.organisation.name.clone());
    let side_b = only.map(|one| one.side_b.organisation.name.clone());
    let lang = visitor.call.lang;
    form.faults.sort_by_key(|fault| FIELDS.iter().position(|name| *name == fault.field));
    for fault in &mut form.faults {
        fault.say_what_is_missing(lang, side_a.as_deref(), side_b.as_deref());
    }
    let chosen = form.text("pairing_id").to_owned();
    let fault = |name: &str| form.faults.iter().find(|one| one.field == name).map(|one| one.message.clone());
    let kind = ActivityKind::from_word(form.text("kind"));
    New {
        kinds: kinds(form.text("kind")),
        rare_kind: kind.is_some_and(|kind| !COMMON.contains(&kind)),
        fields: FIELDS.iter().map(|name| (*name, form.text(name).to_owned())).collect(),
        errors: FIELDS.iter().map(|name| (*name, fault(name))).collect(),
        single: pairings.len() == 1,
        pairings: pairings
            .iter()
            .map(|one| PairingChoice {
                id: one.id.to_string(),
                name: one.name.clone(),
                city_a: one.side_a.city_name.clone(),
                side_a: one.side_a.organisation.name.clone(),
                city_b: one.side_b.city_name.clone(),
                side_b: one.side_b.organisation.name.clone(),
                chosen: one.id.to_string() == chosen,
            })
            .collect(),
        no: changed.map(|one| one.line.no.clone()),
        seen: changed.map_or(0, |one| one.version),
        returned: changed.and_then(|one| one.return_reason.clone()),
        faults: form.faults,
        photos: form.photos,
        side_a,
        side_b,
        drafts_of: visitor.call.actor.member().map(|member| member.account.to_string()).unwrap_or_default(),
    }
}

pub(super) async fn new(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    let pairings = own_pairings(&app, &visitor).await?;
    let mut form = LogForm::default();
    let now = app.now().with_timezone(&twinning_api::kernel::clock::shanghai());
    form.fields.insert("held_on".to_owned(), app.today().to_string());
    form.fields.insert("start_time".to_owned(), now.format("%H:%M").to_string());
    if let [only] = pairings.as_slice() {
        form.fields.insert("place".to_owned(), last_place(&app, &visitor, only).await?);
    }
    visitor.page(&form_page(&visitor, &pairings, form, None))
}

/// The place of the last record of a pairing: most meetings are where the last one was.
async fn last_place(app: &App, visitor: &Visitor, pairing: &PairingLine) -> Result<String, PageFault> {
    let filter = ActivityFilter { pairing_id: Some(pairing.id), ..Default::default() };
    let last = ops::list(app, &visitor.call, &filter, PageRequest::first(1)).await?.items;
    Ok(last.into_iter().next().filter(|one| !one.online).and_then(|one| one.place).unwrap_or_default())
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
    let mut form = LogForm::read(&app, &visitor, &request, form).await?;
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
                form.faults.push(ShownFault::new("summary", "", message));
            }
            Err(error) => return Err(error.into()),
        }
    }
    visitor.page_with(HttpResponse::UnprocessableEntity(), &form_page(&visitor, &pairings, form, None))
}

pub(super) async fn edit_form(app: Data<App>, visitor: Visitor, no: Path<String>) -> Result<HttpResponse, PageFault> {
    let pairings = own_pairings(&app, &visitor).await?;
    let found = ops::show_by_no(&app, &visitor.call, &no).await?;
    if !found.allowed_actions.iter().any(|act| act == "edit") {
        return Ok(crate::shell::see_other(&format!("{}/activities/{no}", visitor.prefix())));
    }
    visitor.page(&form_page(&visitor, &pairings, LogForm::of(&found), Some(&found)))
}

/// Changes a record that is due and sends it to the other side again.
pub(super) async fn edit(
    app: Data<App>,
    visitor: Visitor,
    request: HttpRequest,
    no: Path<String>,
    form: Multipart,
) -> Result<HttpResponse, PageFault> {
    let pairings = own_pairings(&app, &visitor).await?;
    let mut form = LogForm::read(&app, &visitor, &request, form).await?;
    let lang = visitor.call.lang;
    let found = ops::show_by_no(&app, &visitor.call, &no).await?;
    let seen = form.text("seen").parse().unwrap_or(0);
    let input = form.input(lang);
    if let (Some(input), true) = (input, form.faults.is_empty()) {
        match change_and_submit(&app, &visitor, &found, seen, input).await {
            Ok(made) => return Ok(visitor.done(&format!("/activities/{}", made.line.no), "activity-sent")),
            Err(Error::Invalid(faults)) => form.note(&faults, lang),
            Err(Error::Refused(rule)) => {
                let message = sentence(&Error::Refused(rule), lang);
                form.faults.push(ShownFault::new("summary", "", message));
            }
            Err(error) => return Err(error.into()),
        }
    }
    visitor.page_with(HttpResponse::UnprocessableEntity(), &form_page(&visitor, &pairings, form, Some(&found)))
}

async fn change_and_submit(
    app: &App,
    visitor: &Visitor,
    found: &ActivityDetail,
    seen: i32,
    input: ActivityInput,
) -> Result<ActivityDetail, Error> {
    twinning_api::activity::model::Draft::parse(input.clone(), app.now())?.complete()?;
    let changed = ops::edit(app, &visitor.call, found.line.id, seen, input).await?;
    ops::submit_record(app, &visitor.call.once(), changed.line.id, changed.version).await
}

/// Logs the activity and sends its record on; what the second step lacks is known before the first.
async fn log_and_submit(app: &App, visitor: &Visitor, input: ActivityInput) -> Result<ActivityDetail, Error> {
    twinning_api::activity::model::Draft::parse(input.clone(), app.now())?.complete()?;
    let made = ops::log(app, &visitor.call, input).await?;
    let call = visitor.call.once();
    match ops::submit_record(app, &call, made.line.id, made.version).await {
        // The same form sent twice: the first answer is given again, and the record went on long ago.
        Err(Error::Refused(rule)) if rule.state().is_some() => ops::show(app, &call, made.line.id).await,
        outcome => outcome,
    }
}

/// The page on which the other side confirms or returns a record.
#[derive(Serialize)]
pub struct Confirm {
    show: Show,
    fault: Option<String>,
    /// The reason as typed, so that it need not be typed again.
    reason: String,
}

impl Page for Confirm {
    const TEMPLATE: &'static str = "activity/confirm";
    const NAV: &'static str = "activities";
    const OWN_BAR: bool = true;

    fn title(&self, lang: Lang) -> String {
        let title = words::plain(lang, "activity-confirm-title");
        if self.fault.is_none() { title } else { format!("{}{title}", words::plain(lang, "error-prefix")) }
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
    visitor.page(&Confirm { show, fault: None, reason: String::new() })
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
            visitor.page_with(
                HttpResponse::UnprocessableEntity(),
                &Confirm { show: shown(found), fault, reason: form.form.reason },
            )
        }
        Err(error) => Err(error.into()),
    }
}
