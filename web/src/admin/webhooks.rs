//! Webhooks of a city.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use twinning_api::account_words::WebhookState;
use twinning_api::city::ops as cities;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::ListParams;
use twinning_api::webhook::model::EVENTS;
use twinning_api::webhook::wire::{DeliveryBody, NewWebhook, WebhookBody, WebhookChange};
use twinning_api::webhook::{ops, policy};
use twinning_api::{App, Error};

use super::{answer, id, known};
use crate::shell::csrf::Protected;
use crate::shell::desk::{Choice, Menu, menu, refused};
use crate::shell::{Page, PageFault, Visitor, words};

#[derive(Serialize)]
struct Hook {
    #[serde(flatten)]
    one: WebhookBody,
    city: String,
    last: Vec<DeliveryBody>,
}

#[derive(Serialize)]
struct City {
    id: String,
    name: String,
}

/// The webhooks, and a new one.
#[derive(Serialize)]
pub struct Webhooks {
    menu: Menu,
    hooks: Vec<Hook>,
    cities: Vec<City>,
    events: Vec<Choice>,
    /// What was typed.
    city: String,
    url: String,
    /// The secret of one that was just made.
    secret: Option<String>,
    fault: Option<String>,
}

impl Page for Webhooks {
    const TEMPLATE: &'static str = "admin/webhooks";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        let title = words::plain(lang, "menu-webhooks");
        if self.fault.is_some() { format!("{}{title}", words::plain(lang, "error-prefix")) } else { title }
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    typed: &[(String, String)],
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    let all = cities::all(app).await?;
    let own = policy::cities(&visitor.call.actor);
    let mut hooks = Vec::new();
    for one in ops::list(app, &visitor.call, ListParams { limit: Some(50), ..ListParams::default() }).await?.items {
        let last = ListParams { limit: Some(5), ..ListParams::default() };
        let last = ops::deliveries(app, &visitor.call, one.id, last).await?.items;
        let city = all.iter().find(|city| city.id == one.city_id).map(|city| city.name.clone()).unwrap_or_default();
        hooks.push(Hook { one, city, last });
    }
    let cities = all
        .into_iter()
        .filter(|city| own.as_ref().is_none_or(|own| own.contains(&city.id)))
        .map(|city| City { id: city.id.to_string(), name: city.name })
        .collect();
    let value = |name: &str| typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let page = Webhooks {
        menu: menu(app, visitor, "/admin/webhooks").await?,
        hooks,
        cities,
        events: Choice::of(EVENTS.iter().map(|(event, _)| *event), typed, "event"),
        city: value("city").unwrap_or_default(),
        url: value("url").unwrap_or_default(),
        secret: visitor.shown_once(),
        fault,
    };
    visitor.page_with(answer(&page.fault), &page)
}

pub(super) async fn index(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    page(&app, &visitor, &[], None).await
}

pub(super) async fn make(app: Data<App>, form: Protected<Vec<(String, String)>>) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let new = NewWebhook {
        city_id: id(&value("city").unwrap_or_default())?,
        url: value("url").unwrap_or_default(),
        events: form.iter().filter(|(key, _)| key == "event").map(|(_, value)| value.clone()).collect(),
    };
    match ops::make(&app, &visitor.call, new).await {
        Ok(made) => visitor.done_once("/admin/webhooks", &made.secret),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            page(&app, &visitor, &form, Some(fault)).await
        }
    }
}

#[derive(Deserialize)]
pub(super) struct ActForm {
    #[serde(default)]
    seen: i32,
    #[serde(default)]
    delivery: String,
}

pub(super) async fn act(
    app: Data<App>,
    path: Path<(String, String)>,
    form: Protected<ActForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let (hook, act) = path.into_inner();
    let (call, hook) = (&visitor.call, id(&hook)?);
    let state = |state| WebhookChange { state: Some(state), ..WebhookChange::default() };
    let done = match act.as_str() {
        "pause" => ops::edit(&app, call, hook, form.seen, state(WebhookState::Paused)).await.map(|_| ()),
        "resume" => ops::edit(&app, call, hook, form.seen, state(WebhookState::Active)).await.map(|_| ()),
        "end" => ops::end(&app, call, hook, form.seen).await,
        "replay" => ops::replay(&app, call, hook, id(&form.delivery)?).await.map(|_| ()),
        _ => Err(Error::NotFound("page")),
    };
    match done {
        Ok(()) => Ok(visitor.done("/admin/webhooks", "saved")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            page(&app, &visitor, &[], Some(fault)).await
        }
    }
}
