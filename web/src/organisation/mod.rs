//! The directory of organisations and their profiles.

mod named;
mod tend;

pub use named::{named, own};
pub use tend::Tend;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query, ServiceConfig, get, post};
use serde::{Deserialize, Serialize};
use twinning_api::App;
use twinning_api::activity::{self, wire::ActivityFilter, wire::ActivityLine};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::library::{self, wire::DocumentFilter, wire::DocumentLine};
use twinning_api::organisation::ops;
use twinning_api::organisation::wire::{OrganisationDetail, OrganisationFilter, OrganisationLine, OrganisationSort};
use twinning_api::organisation_words::OrgForm;
use twinning_api::pairing::{self, wire::PairingFilter, wire::PairingLine};

use crate::shell::pieces::Pager;
use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/orgs", get().to(index))
        .route("/orgs/{code}", get().to(show))
        .route("/orgs/{code}/edit", get().to(tend::form))
        .route("/orgs/{code}/export", get().to(tend::export))
        .route("/orgs/{code}/{act}", post().to(tend::act));
}

/// Rows of a page of what was searched.
const ROWS: u64 = 20;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    form: String,
    #[serde(default)]
    sort: String,
    page: Option<u64>,
}

/// The directory: the trees of the cities, or what was searched.
#[derive(Serialize)]
pub struct Index {
    asked: String,
    forms: Vec<Choice>,
    sorts: Vec<Choice>,
    searched: bool,
    total: u64,
    trees: Vec<Tree>,
    lines: Vec<OrganisationLine>,
    pager: Pager,
}

/// A city's organisation with those directly below, and so on for one more level.
#[derive(Serialize)]
struct Tree {
    #[serde(flatten)]
    line: OrganisationLine,
    below: Vec<Tree>,
}

/// A form or an order to choose.
#[derive(Serialize)]
struct Choice {
    value: &'static str,
    chosen: bool,
}

impl Page for Index {
    const TEMPLATE: &'static str = "organisation/index";
    const NAV: &'static str = "orgs";
    const OWN_SEARCH: bool = true;

    fn title(&self, lang: Lang) -> String {
        self.pager.titled(lang, &words::plain(lang, "nav-orgs"))
    }
}

async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    let form = OrgForm::from_word(&asked.form);
    let words_given = !asked.q.trim().is_empty();
    let sort = match asked.sort.as_str() {
        "pinyin" => OrganisationSort::Pinyin,
        "stroke" => OrganisationSort::Stroke,
        _ => OrganisationSort::Official,
    };
    // Only the official order is a tree; the others are lists.
    let searched = words_given || form.is_some() || sort != OrganisationSort::Official;
    let page_no = asked.page.unwrap_or(1).clamp(1, 500);
    let filter = OrganisationFilter {
        q: Some(asked.q.chars().take(64).collect()).filter(|_| words_given),
        form,
        sort: Some(sort),
        roots: (!searched).then_some(true),
        ..Default::default()
    };
    let found = ops::list(&app, &visitor.call, &filter, PageRequest::numbered(page_no, ROWS)).await?;
    let total = found.total.unwrap_or(0);
    let (mut trees, mut lines) = (Vec::new(), Vec::new());
    if searched {
        lines = found.items;
    } else {
        for root in found.items {
            trees.push(tree(&app, &visitor, root).await?);
        }
    }
    visitor.page(&Index {
        asked: asked.q.clone(),
        forms: OrgForm::ALL.iter().map(|one| Choice { value: one.word(), chosen: Some(*one) == form }).collect(),
        sorts: [
            ("official", OrganisationSort::Official),
            ("pinyin", OrganisationSort::Pinyin),
            ("stroke", OrganisationSort::Stroke),
        ]
        .map(|(value, one)| Choice { value, chosen: one == sort })
        .into(),
        searched,
        total,
        trees,
        lines,
        pager: Pager::new(page_no, ROWS, total, &[("q", &asked.q), ("form", &asked.form), ("sort", &asked.sort)]),
    })
}

/// A root with two levels below it; the rest is reached over the profiles.
async fn tree(app: &App, visitor: &Visitor, root: OrganisationLine) -> Result<Tree, PageFault> {
    let below = |line: &OrganisationLine| OrganisationFilter { parent_id: Some(line.id), ..Default::default() };
    let mut children = Vec::new();
    for child in ops::list(app, &visitor.call, &below(&root), PageRequest::first(100)).await?.items {
        let leaves = ops::list(app, &visitor.call, &below(&child), PageRequest::first(100)).await?.items;
        let leaves = leaves.into_iter().map(|line| Tree { line, below: Vec::new() }).collect();
        children.push(Tree { line: child, below: leaves });
    }
    Ok(Tree { line: root, below: children })
}

/// One organisation.
#[derive(Serialize)]
pub struct Show {
    /// Whether the visitor may change anything.
    tended: bool,
    one: OrganisationDetail,
    below: Vec<OrganisationLine>,
    pairings: Vec<PairingLine>,
    activities: Vec<ActivityLine>,
    documents: Vec<DocumentLine>,
}

impl Page for Show {
    const TEMPLATE: &'static str = "organisation/show";
    const NAV: &'static str = "orgs";

    fn title(&self, _: Lang) -> String {
        self.one.line.name_full.clone()
    }
}

async fn show(app: Data<App>, visitor: Visitor, code: Path<String>) -> Result<HttpResponse, PageFault> {
    let call = &visitor.call;
    let one = ops::show_by_code(&app, call, &code).await?;
    let id = Some(one.line.id);
    let filter = OrganisationFilter { parent_id: id, ..Default::default() };
    let below = ops::list(&app, call, &filter, PageRequest::first(100)).await?.items;
    let filter = PairingFilter { organisation_id: id, ..Default::default() };
    let pairings = pairing::ops::list(&app, call, &filter, PageRequest::first(20)).await?.items;
    let filter = ActivityFilter { organisation_id: id, ..Default::default() };
    let activities = activity::ops::list(&app, call, &filter, PageRequest::first(5)).await?.items;
    let filter = DocumentFilter { organisation_id: id, ..Default::default() };
    let documents = library::ops::list(&app, call, &filter, PageRequest::first(5)).await?.items;
    let tended = !one.allowed_actions.is_empty();
    visitor.page(&Show { tended, one, below, pairings, activities, documents })
}
