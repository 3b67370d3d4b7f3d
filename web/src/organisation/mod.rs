//! The directory of organisations and their profiles.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query, ServiceConfig, get};
use serde::{Deserialize, Serialize};
use twinning_api::App;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::organisation::ops;
use twinning_api::organisation::wire::{OrganisationDetail, OrganisationFilter, OrganisationLine};
use twinning_api::pairing::{self, wire::PairingLine};

use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config.route("/orgs", get().to(index)).route("/orgs/{code}", get().to(show));
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

/// The directory: roots, or what was searched.
#[derive(Serialize)]
pub struct Index {
    asked: String,
    total: u64,
    lines: Vec<OrganisationLine>,
}

impl Page for Index {
    const TEMPLATE: &'static str = "organisation/index";
    const NAV: &'static str = "orgs";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "nav-orgs")
    }
}

async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    let searched = !asked.q.trim().is_empty();
    let filter = OrganisationFilter {
        q: Some(asked.q.chars().take(64).collect()).filter(|_| searched),
        roots: (!searched).then_some(true),
        ..Default::default()
    };
    let found = ops::list(&app, &visitor.call, &filter, PageRequest { count: true, ..PageRequest::first(100) }).await?;
    visitor.page(&Index { asked: asked.q.clone(), total: found.total.unwrap_or(0), lines: found.items })
}

/// One organisation.
#[derive(Serialize)]
pub struct Show {
    one: OrganisationDetail,
    below: Vec<OrganisationLine>,
    pairings: Vec<PairingLine>,
}

impl Page for Show {
    const TEMPLATE: &'static str = "organisation/show";
    const NAV: &'static str = "orgs";

    fn title(&self, _: Lang) -> String {
        self.one.line.name_full.clone()
    }
}

async fn show(app: Data<App>, visitor: Visitor, code: Path<String>) -> Result<HttpResponse, PageFault> {
    let one = ops::show_by_code(&app, &visitor.call, &code).await?;
    let filter = OrganisationFilter { parent_id: Some(one.line.id), ..Default::default() };
    let below = ops::list(&app, &visitor.call, &filter, PageRequest::first(100)).await?.items;
    let filter = pairing::wire::PairingFilter { organisation_id: Some(one.line.id), ..Default::default() };
    let pairings = pairing::ops::list(&app, &visitor.call, &filter, PageRequest::first(20)).await?.items;
    visitor.page(&Show { one, below, pairings })
}
