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
    kinds: Vec<&'static str>,
    hits: Vec<HitBody>,
    total: u64,
    next: Option<String>,
}

impl Page for Found {
    const TEMPLATE: &'static str = "search/index";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "title-search")
    }
}

async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    let params = SearchParams {
        q: asked.q.chars().take(256).collect(),
        kind: Kind::from_word(&asked.kind),
        limit: Some(10),
        cursor: asked.cursor.clone(),
    };
    let found = ops::search(&app, &visitor.call, params).await?;
    visitor.page(&Found {
        asked: asked.q.clone(),
        kind: asked.kind.clone(),
        kinds: vec!["document", "activity", "class", "organisation"],
        hits: found.items,
        total: found.total,
        next: found.next_cursor,
    })
}
