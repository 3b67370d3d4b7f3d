//! The library: documents, their versions and files.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query, ServiceConfig, get};
use serde::{Deserialize, Serialize};
use twinning_api::document_words::DocumentKind;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::library::ops;
use twinning_api::library::wire::{DocumentDetail, DocumentFilter, DocumentLine};
use twinning_api::search::{self, engine::Kind, wire::HitBody};
use twinning_api::{App, Error};

use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/library", get().to(index))
        .route("/library/{id}", get().to(show))
        .route("/library/{id}/versions", get().to(show));
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
}

/// The list, or what was searched.
#[derive(Serialize)]
pub struct Index {
    documents: Vec<DocumentLine>,
    hits: Vec<HitBody>,
    asked: String,
    kind: String,
    kinds: Vec<Choice>,
    total: u64,
}

/// A kind to choose.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    chosen: bool,
}

impl Page for Index {
    const TEMPLATE: &'static str = "library/index";
    const NAV: &'static str = "library";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "title-library")
    }
}

async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    let kinds = ["experience_report", "typical_case", "handout", "slides", "agreement", "convention", "notice"]
        .iter()
        .map(|value| Choice { value: (*value).to_owned(), chosen: *value == asked.kind })
        .collect();
    let mut page = Index {
        documents: Vec::new(),
        hits: Vec::new(),
        asked: asked.q.clone(),
        kind: asked.kind.clone(),
        kinds,
        total: 0,
    };
    if asked.q.trim().is_empty() {
        let filter = DocumentFilter { kind: DocumentKind::from_word(&asked.kind), ..Default::default() };
        let at = PageRequest { count: true, ..PageRequest::first(50) };
        let found = ops::list(&app, &visitor.call, &filter, at).await?;
        page.total = found.total.unwrap_or(0);
        page.documents = found.items;
    } else {
        let params = search::wire::SearchParams {
            q: asked.q.chars().take(256).collect(),
            kind: Some(Kind::Document),
            limit: Some(20),
            cursor: None,
        };
        let found = search::ops::search(&app, &visitor.call, params).await?;
        page.total = found.total;
        page.hits = found.items;
    }
    visitor.page(&page)
}

/// One document.
#[derive(Serialize)]
pub struct Show {
    document: DocumentDetail,
    paragraphs: Vec<String>,
}

impl Page for Show {
    const TEMPLATE: &'static str = "library/show";
    const NAV: &'static str = "library";

    fn title(&self, _: Lang) -> String {
        self.document.line.title.clone()
    }
}

async fn show(app: Data<App>, visitor: Visitor, id: Path<String>) -> Result<HttpResponse, PageFault> {
    let id = uuid::Uuid::try_parse(&id).map_err(|_| Error::NotFound("document"))?;
    let document = ops::show(&app, &visitor.call, id.into()).await?;
    let paragraphs = document
        .text
        .as_deref()
        .unwrap_or_default()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(400)
        .map(ToOwned::to_owned)
        .collect();
    visitor.page(&Show { document, paragraphs })
}
