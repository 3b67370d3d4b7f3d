//! Search over the whole portal.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query, ServiceConfig, get};
use serde::{Deserialize, Serialize};
use twinning_api::App;
use twinning_api::kernel::call::Lang;
use twinning_api::search::engine::Kind;
use twinning_api::search::ops;
use twinning_api::search::wire::{HitBody, SearchParams};

use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config.route("/search", get().to(index));
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    cursor: Option<String>,
}

/// What was found.
#[derive(Serialize)]
pub struct Found {
    asked: String,
    kind: String,
    kinds: Vec<Choice>,
    hits: Vec<HitBody>,
    total: u64,
    next: Option<String>,
}

/// A kind to choose, with how many of it contain the text.
#[derive(Serialize)]
struct Choice {
    value: &'static str,
    count: u64,
}

/// Kinds that are searched.
const KINDS: &[Kind] = &[Kind::Document, Kind::Activity, Kind::Class, Kind::Organisation];

impl Page for Found {
    const TEMPLATE: &'static str = "search/index";
    const NAV: &'static str = "";
    const OWN_SEARCH: bool = true;

    fn title(&self, lang: Lang) -> String {
        let title = words::plain(lang, "title-search");
        if self.asked.is_empty() { title } else { format!("{} - {title}", self.asked) }
    }
}

async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    let params = |kind: Option<Kind>, limit: u64, cursor: Option<String>| SearchParams {
        q: asked.q.chars().take(256).collect(),
        kind,
        limit: Some(limit),
        cursor,
    };
    let kind = Kind::from_word(&asked.kind);
    let found = ops::search(&app, &visitor.call, params(kind, 10, asked.cursor.clone())).await?;
    let mut kinds = Vec::new();
    for one in KINDS {
        let count = match kind {
            _ if asked.q.trim().is_empty() => 0,
            Some(kind) if kind == *one => found.total,
            _ => ops::search(&app, &visitor.call, params(Some(*one), 1, None)).await?.total,
        };
        kinds.push(Choice { value: one.word(), count });
    }
    visitor.page(&Found {
        asked: asked.q.trim().to_owned(),
        kind: kind.map(|kind| kind.word().to_owned()).unwrap_or_default(),
        kinds,
        hits: found.items,
        total: found.total,
        next: found.next_cursor,
    })
}
