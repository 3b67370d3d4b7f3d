//! Training classes: the list, and a class with timetable, materials and roster.

mod week;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query, ServiceConfig, get};
use serde::{Deserialize, Serialize};
use twinning_api::ids::ClassId;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::clock::shanghai;
use twinning_api::kernel::page::PageRequest;
use twinning_api::training::ops;
use twinning_api::training::wire::{ClassDetail, ClassLine, EnrolmentBody, MaterialBody, QuotaBody, RosterParams};
use twinning_api::{App, Error};

use self::week::Week;
use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/training", get().to(index))
        .route("/training/{id}", get().to(timetable))
        .route("/training/{id}/timetable", get().to(timetable))
        .route("/training/{id}/materials", get().to(materials))
        .route("/training/{id}/roster", get().to(roster));
}

/// The list.
#[derive(Serialize)]
pub struct Index {
    classes: Vec<ClassLine>,
}

impl Page for Index {
    const TEMPLATE: &'static str = "training/index";
    const NAV: &'static str = "training";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "title-training")
    }
}

async fn index(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    let found = ops::list(&app, &visitor.call, &Default::default(), PageRequest::first(50)).await?;
    visitor.page(&Index { classes: found.items })
}

/// One class.
#[derive(Serialize)]
pub struct Show {
    class: ClassDetail,
    tab: &'static str,
    week: Week,
    materials: Vec<MaterialBody>,
    /// Materials in all, and their bytes.
    count: usize,
    bytes: i64,
    roster: Vec<EnrolmentBody>,
    quotas: Vec<QuotaBody>,
    total: u64,
    next: Option<String>,
    /// Whether this is not the first page of the roster.
    later: bool,
    /// Whether the visitor is shown phone numbers at all.
    phones: bool,
}

impl Page for Show {
    const TEMPLATE: &'static str = "training/show";
    const NAV: &'static str = "training";

    fn title(&self, lang: Lang) -> String {
        let title = self.class.line.title.clone();
        match self.tab {
            "materials" | "roster" => format!("{} - {title}", words::plain(lang, &format!("class-{}", self.tab))),
            _ => title,
        }
    }
}

fn class_id(text: &str) -> Result<ClassId, PageFault> {
    uuid::Uuid::try_parse(text).map(ClassId).map_err(|_| Error::NotFound("class").into())
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    day: String,
}

async fn timetable(
    app: Data<App>,
    visitor: Visitor,
    id: Path<String>,
    chosen: Query<Chosen>,
) -> Result<HttpResponse, PageFault> {
    let page = opened(&app, &visitor, &id, "timetable").await?;
    let lessons = ops::lessons(&app, &visitor.call, page.class.line.id).await?;
    let now = app.now().with_timezone(&shanghai());
    let week = Week::of(lessons, &page.materials, now, chosen.day.parse().ok(), visitor.call.lang);
    visitor.page(&Show { week, ..page })
}

/// A class with its materials, as far as the visitor may take them.
async fn opened(app: &App, visitor: &Visitor, id: &str, tab: &'static str) -> Result<Show, PageFault> {
    let class = ops::show(app, &visitor.call, class_id(id)?).await?;
    let materials =
        if class.may_take_materials { ops::materials(app, &visitor.call, class.line.id).await? } else { Vec::new() };
    Ok(Show {
        class,
        tab,
        week: Week::default(),
        count: materials.len(),
        bytes: materials.iter().map(|one| one.file.size).sum(),
        materials,
        roster: Vec::new(),
        quotas: Vec::new(),
        total: 0,
        next: None,
        later: false,
        phones: false,
    })
}

async fn materials(app: Data<App>, visitor: Visitor, id: Path<String>) -> Result<HttpResponse, PageFault> {
    visitor.page(&opened(&app, &visitor, &id, "materials").await?)
}

#[derive(Deserialize)]
struct Asked {
    cursor: Option<String>,
}

async fn roster(
    app: Data<App>,
    visitor: Visitor,
    id: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, PageFault> {
    let page = opened(&app, &visitor, &id, "roster").await?;
    let class = &page.class;
    let params = RosterParams { limit: Some(50), cursor: asked.cursor.clone(), count: Some(true) };
    let found = ops::roster(&app, &visitor.call, class.line.id, params).await?;
    let quotas = ops::quotas(&app, &visitor.call, class.line.id).await?;
    visitor.page(&Show {
        later: asked.cursor.is_some(),
        phones: found.items.iter().any(|one| one.phone_masked.is_some()),
        roster: found.items,
        total: found.total.unwrap_or(0),
        next: found.next_cursor,
        quotas,
        ..page
    })
}
