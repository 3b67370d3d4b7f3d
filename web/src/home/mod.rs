//! The home page: who is paired with whom, what was done, what came of it.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, get};
use serde::Serialize;
use twinning_api::App;
use twinning_api::activity::{self, wire::ActivityLine};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::library::{self, wire::DocumentLine};
use twinning_api::notice::{self, wire::NoticeBody};
use twinning_api::pairing::{self, wire::PairingLine};
use twinning_api::training::{self, wire::ClassLine};

use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config.route("/", get().to(index)).route("", get().to(index));
    for page in ["help", "accessibility", "privacy", "sitemap"] {
        config.route(&format!("/{page}"), get().to(text));
    }
}

/// The home page.
#[derive(Serialize)]
pub struct Home {
    lead: Option<PairingLine>,
    pairings: Vec<PairingLine>,
    notices: Vec<NoticeBody>,
    activities: Vec<ActivityLine>,
    headlines: Vec<ActivityLine>,
    class: Option<ClassLine>,
    documents: Vec<DocumentLine>,
    activity_count: u64,
    trainee_count: u64,
    document_count: u64,
    pairing_count: usize,
    today: String,
}

impl Page for Home {
    const TEMPLATE: &'static str = "home/index";
    const NAV: &'static str = "home";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "nav-home")
    }
}

async fn index(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    let call = &visitor.call;
    let filter = pairing::wire::PairingFilter::default();
    let pairings = pairing::ops::list(&app, call, &filter, PageRequest::first(20)).await?.items;
    let recent = activity::wire::ActivityFilter {
        status: Some(twinning_api::activity_words::ActivityStatus::Confirmed),
        ..Default::default()
    };
    let classes = training::ops::list(&app, call, &Default::default(), PageRequest::first(1)).await?.items;
    let held = activity::ops::list(&app, call, &recent, PageRequest::first(4)).await?.items;
    let page = Home {
        lead: pairings.iter().find(|one| one.unveiled_on.is_some()).cloned(),
        notices: notice::ops::list(&app, call, PageRequest::first(7)).await?.items,
        headlines: held.iter().take(3).cloned().collect(),
        activities: held,
        class: classes.into_iter().next(),
        documents: library::ops::list(&app, call, &Default::default(), PageRequest::first(4)).await?.items,
        activity_count: activity::ops::confirmed_count(&app).await?,
        trainee_count: training::ops::enrolled_count(&app).await?,
        document_count: library::ops::public_count(&app).await?,
        pairing_count: pairings.len(),
        today: app.today().to_string(),
        pairings,
    };
    visitor.page(&page)
}

/// A page of plain text: help, accessibility, privacy, site map.
#[derive(Serialize)]
pub struct Text {
    name: String,
}

impl Page for Text {
    const TEMPLATE: &'static str = "home/text";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, &format!("text-{}", self.name))
    }
}

async fn text(visitor: Visitor, request: actix_web::HttpRequest) -> Result<HttpResponse, PageFault> {
    let name = request.path().rsplit('/').next().unwrap_or("help").to_owned();
    visitor.page(&Text { name })
}
