//! Logging an activity and changing what was logged.

use std::collections::BTreeMap;

use actix_multipart::Multipart;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use twinning_api::activity::ops;
use twinning_api::activity::wire::{ActivityDetail, ActivityFilter, ActivityInput};
use twinning_api::activity_words::ActivityKind;
use twinning_api::kernel::call::{Lang, RepeatKey};
use twinning_api::kernel::page::PageRequest;
use twinning_api::pairing::{self, wire::PairingLine};
use twinning_api::{App, Error};

use super::forms::{LogForm, ShownFault};
use super::pages::{COMMON, Choice, kinds};
use crate::shell::{Page, PageFault, Visitor, words};

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
    /// Name of the side that sent it back.
    returned_by: String,
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
        returned_by: changed
            .map(|one| if one.line.organiser_side == "b" { &one.line.side_a } else { &one.line.side_b })
            .map(|side| side.name.clone())
            .unwrap_or_default(),
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
    form.note_rest(input.as_ref(), app.now(), lang);
    if let (Some(input), true) = (input, form.faults.is_empty()) {
        if let Some(known) = ops::logged_before(&app, &visitor.call, &input).await? {
            return Ok(visitor.done(&format!("/activities/{}", known.line.no), "activity-known"));
        }
        match log_and_submit(&app, &visitor, input).await {
            Ok(made) => return Ok(visitor.done(&format!("/activities/{}", made.line.no), "activity-sent")),
            Err(error) => form.refused(error, lang)?,
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
    form.note_rest(input.as_ref(), app.now(), lang);
    if let (Some(input), true) = (input, form.faults.is_empty()) {
        match change_and_submit(&app, &visitor, &found, seen, input).await {
            Ok(made) => return Ok(visitor.done(&format!("/activities/{}", made.line.no), "activity-sent")),
            Err(error) => form.refused(error, lang)?,
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
