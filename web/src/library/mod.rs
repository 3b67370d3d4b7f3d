//! The library: documents, their versions and files.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query, ServiceConfig, get};
use serde::{Deserialize, Serialize};
use twinning_api::document_words::DocumentKind;
use twinning_api::file::wire::FileBody;
use twinning_api::ids::DocumentId;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::library::ops;
use twinning_api::library::wire::{DocumentDetail, DocumentFilter, DocumentLine};
use twinning_api::search::{self, engine::Kind};
use twinning_api::{App, Error};

use crate::shell::pieces::Pager;
use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/library", get().to(index))
        .route("/library/{id}", get().to(show))
        .route("/library/{id}/versions", get().to(versions));
}

/// Documents on a page of the list.
const ROWS: u64 = 10;
/// Paragraphs of a preview and of a whole page.
const PREVIEW: usize = 8;
const WHOLE: usize = 400;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    page: Option<u64>,
}

/// The list, or what was searched.
#[derive(Serialize)]
pub struct Index {
    results: Vec<Found>,
    asked: String,
    kind: String,
    kinds: Vec<Choice>,
    total: u64,
    pager: Pager,
    preview: Option<Preview>,
}

/// A document of the list.
#[derive(Serialize)]
pub struct Found {
    line: DocumentLine,
    title: String,
    snippet: Option<String>,
    related: bool,
    chosen: bool,
}

/// The first document of the list, looked into.
#[derive(Serialize)]
pub struct Preview {
    document: DocumentDetail,
    paragraphs: Vec<Paragraph>,
    file: Option<FileBody>,
    version_no: i32,
}

/// A kind to choose, with how many there are.
#[derive(Serialize)]
pub struct Choice {
    value: &'static str,
    chosen: bool,
    count: Option<u64>,
}

impl Page for Index {
    const TEMPLATE: &'static str = "library/index";
    const NAV: &'static str = "library";
    const OWN_SEARCH: bool = true;

    fn title(&self, lang: Lang) -> String {
        self.pager.titled(lang, &words::plain(lang, "title-library"))
    }
}

async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    let kind = DocumentKind::from_word(&asked.kind);
    let page_no = asked.page.unwrap_or(1).clamp(1, 1000);
    let searched = !asked.q.trim().is_empty();
    let (mut results, total) = if searched {
        searched_for(&app, &visitor, &asked.q, kind, page_no).await?
    } else {
        listed(&app, &visitor, kind, page_no).await?
    };
    let kinds = ops::kinds(&app, &visitor.call).await?;
    let preview = match results.first_mut() {
        Some(first) => {
            first.chosen = true;
            Some(previewed(ops::show(&app, &visitor.call, first.line.id).await?))
        }
        None => None,
    };
    visitor.page(&Index {
        kinds: kinds
            .into_iter()
            .map(|(one, count)| Choice {
                value: one.word(),
                chosen: Some(one) == kind,
                // Counts are of the whole library; beside a search they would mislead.
                count: (!searched).then_some(count),
            })
            .collect(),
        asked: asked.q.clone(),
        pager: Pager::new(page_no, ROWS, total, &[("q", &asked.q), ("kind", kind.map_or("", DocumentKind::word))]),
        kind: kind.map(|kind| kind.word().to_owned()).unwrap_or_default(),
        results,
        total,
        preview,
    })
}

async fn listed(
    app: &App,
    visitor: &Visitor,
    kind: Option<DocumentKind>,
    page_no: u64,
) -> Result<(Vec<Found>, u64), PageFault> {
    let filter = DocumentFilter { kind, ..Default::default() };
    let found = ops::list(app, &visitor.call, &filter, PageRequest::numbered(page_no, ROWS)).await?;
    let plain = |line: DocumentLine| Found {
        title: words::escaped(&line.title),
        snippet: line.summary.as_deref().map(words::escaped),
        related: false,
        chosen: false,
        line,
    };
    Ok((found.items.into_iter().map(plain).collect(), found.total.unwrap_or(0)))
}

/// Hits of a search as documents; with a kind, the first hundred hits are narrowed to it.
async fn searched_for(
    app: &App,
    visitor: &Visitor,
    text: &str,
    kind: Option<DocumentKind>,
    page_no: u64,
) -> Result<(Vec<Found>, u64), PageFault> {
    let params = search::wire::SearchParams {
        q: text.chars().take(256).collect(),
        kind: Some(Kind::Document),
        limit: Some(100),
        cursor: None,
    };
    let found = search::ops::search(app, &visitor.call, params).await?;
    let ids: Vec<DocumentId> = found.items.iter().map(|hit| hit.id.into()).collect();
    let lines = ops::lines_of(app, &visitor.call, &ids).await?;
    let total = match kind {
        Some(kind) => lines.iter().filter(|line| line.kind == kind).count() as u64,
        None => found.total.max(lines.len() as u64),
    };
    let skip = usize::try_from((page_no - 1) * ROWS).unwrap_or(usize::MAX);
    let results = lines
        .into_iter()
        .filter(|line| kind.is_none_or(|kind| line.kind == kind))
        .skip(skip)
        .take(usize::try_from(ROWS).unwrap_or(10))
        .map(|line| {
            let hit = found.items.iter().find(|hit| line.id == hit.id.into());
            Found {
                title: words::escaped(&line.title),
                snippet: hit.map(|hit| hit.snippet.clone()),
                related: hit.is_some_and(|hit| hit.related),
                chosen: false,
                line,
            }
        })
        .collect();
    Ok((results, total))
}

fn previewed(document: DocumentDetail) -> Preview {
    let current = document.versions.first();
    Preview {
        paragraphs: paragraphs(&document, PREVIEW),
        file: current.and_then(|one| one.file.clone()),
        version_no: current.map_or(1, |one| one.no),
        document,
    }
}

/// A paragraph of a text as it was read from a file.
#[derive(Serialize)]
pub struct Paragraph {
    text: String,
    /// Whether it looks like a heading: a short line that begins with a number such as 一、 or 3.1.
    heading: bool,
}

fn is_heading(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| "一二三四五六七八九十0123456789.".contains(c));
    let numbered = number.len() < line.len() && number.starts_with(['、', ' ']);
    numbered && line.chars().count() <= 30 && !line.ends_with(['。', '；'])
}

fn paragraphs(document: &DocumentDetail, most: usize) -> Vec<Paragraph> {
    let text = document.text.as_deref().unwrap_or_default();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    // The title stands above the text already.
    lines
        .skip_while(|line| *line == document.line.title)
        .take(most)
        .map(|line| Paragraph { text: line.to_owned(), heading: is_heading(line) })
        .collect()
}

/// One document.
#[derive(Serialize)]
pub struct Show {
    document: DocumentDetail,
    paragraphs: Vec<Paragraph>,
    /// File of the newest version.
    file: Option<FileBody>,
    /// Number of the newest version.
    version_no: i32,
    /// Whether the versions are the page, and not its text.
    versions_only: bool,
}

impl Page for Show {
    const TEMPLATE: &'static str = "library/show";
    const NAV: &'static str = "library";

    fn title(&self, lang: Lang) -> String {
        let title = &self.document.line.title;
        if self.versions_only { format!("{title} {}", words::plain(lang, "all-versions")) } else { title.clone() }
    }
}

async fn show(app: Data<App>, visitor: Visitor, id: Path<String>) -> Result<HttpResponse, PageFault> {
    opened(&app, &visitor, &id, false).await
}

async fn versions(app: Data<App>, visitor: Visitor, id: Path<String>) -> Result<HttpResponse, PageFault> {
    opened(&app, &visitor, &id, true).await
}

async fn opened(app: &App, visitor: &Visitor, id: &str, versions_only: bool) -> Result<HttpResponse, PageFault> {
    let id = uuid::Uuid::try_parse(id).map_err(|_| Error::NotFound("document"))?;
    let document = ops::show(app, &visitor.call, id.into()).await?;
    let newest = document.versions.first();
    let (file, version_no) = (newest.and_then(|one| one.file.clone()), newest.map_or(1, |one| one.no));
    visitor.page(&Show { paragraphs: paragraphs(&document, WHOLE), file, version_no, versions_only, document })
}
