//! The home page: who is paired with whom, what was done, what came of it.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, get};
use serde::Serialize;
use twinning_api::App;
use twinning_api::activity::{
    self,
    wire::{ActivityFilter, ActivityLine},
};
use twinning_api::activity_words::{ActivityKind, ActivityStatus};
use twinning_api::kernel::call::{Call, Lang};
use twinning_api::kernel::page::PageRequest;
use twinning_api::library::{self, wire::DocumentLine};
use twinning_api::notice::{self, wire::NoticeBody};
use twinning_api::pairing::{self, wire::PairingLine};
use twinning_api::search::pinyin;
use twinning_api::training::{self, wire::ClassDetail};

use crate::activity::Shot;
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
    lead: Option<Lead>,
    pairings: Vec<PairingLine>,
    notices: Vec<NoticeBody>,
    activities: Vec<ActivityLine>,
    headlines: Vec<ActivityLine>,
    class: Option<ClassDetail>,
    documents: Vec<DocumentLine>,
    activity_count: u64,
    trainee_count: u64,
    document_count: u64,
    pairing_count: usize,
    today: String,
}

/// The story on top: the pairings were unveiled.
#[derive(Serialize)]
struct Lead {
    #[serde(flatten)]
    line: PairingLine,
    /// The two cities, in letters on English pages.
    cities: (String, String),
    /// Cooperation areas, as a sentence names them.
    areas: String,
    photo: Option<Shot>,
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
    let recent = ActivityFilter { status: Some(ActivityStatus::Confirmed), ..Default::default() };
    let classes = training::ops::list(&app, call, &Default::default(), PageRequest::first(1)).await?.items;
    let held = activity::ops::list(&app, call, &recent, PageRequest::first(4)).await?.items;
    let page = Home {
        lead: match pairings.iter().find(|one| one.unveiled_on.is_some()) {
            Some(line) => Some(lead(&app, call, line).await?),
            None => None,
        },
        notices: notice::ops::list(&app, call, PageRequest::first(7)).await?.items,
        headlines: held.iter().take(3).cloned().collect(),
        activities: held,
        class: match classes.first() {
            Some(line) => Some(training::ops::show(&app, call, line.id).await?),
            None => None,
        },
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

/// The story of an unveiling, with its picture if there is one.
async fn lead(app: &App, call: &Call, line: &PairingLine) -> Result<Lead, PageFault> {
    let detail = pairing::ops::show(app, call, line.id).await?;
    let filter = ActivityFilter {
        pairing_id: Some(line.id),
        kind: Some(ActivityKind::UnveilingCeremony),
        status: Some(ActivityStatus::Confirmed),
        ..Default::default()
    };
    let held = activity::ops::list(app, call, &filter, PageRequest::first(1)).await?.items;
    let photo = match held.first() {
        Some(one) if one.photos > 0 => activity::ops::show(app, call, one.id).await?.photo_list.first().map(Shot::of),
        _ => None,
    };
    let city = |name: &str| if call.lang == Lang::En { pinyin::place(name) } else { name.to_owned() };
    let areas: Vec<String> = detail.areas.iter().map(|area| words::area(call.lang, area)).collect();
    Ok(Lead {
        cities: (city(&line.side_a.city_name), city(&line.side_b.city_name)),
        line: line.clone(),
        areas: words::listed(call.lang, &areas),
        photo,
    })
}

/// A page of plain text: help, accessibility, privacy, site map.
#[derive(Serialize)]
pub struct Text {
    name: String,
    sections: Vec<Section>,
}

/// A heading with its paragraphs.
#[derive(Serialize)]
struct Section {
    id: String,
    heading: String,
    paragraphs: Vec<String>,
}

/// The sections of a text: `help-1` is a heading and the lines of `help-1-text` are its paragraphs, and so on.
fn sections(lang: Lang, name: &str) -> Vec<Section> {
    let said = |key: &str| words::find(lang, key, &std::collections::HashMap::new());
    (1..20)
        .map_while(|at| {
            let id = format!("{name}-{at}");
            let text = said(&format!("{id}-text"))?;
            Some(Section {
                heading: said(&id)?,
                paragraphs: text.lines().filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect(),
                id,
            })
        })
        .collect()
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
    visitor.page(&Text { sections: sections(visitor.call.lang, &name), name })
}
