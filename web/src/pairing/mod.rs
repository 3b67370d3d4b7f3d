//! Pairings: the list, and the page where both sides stand face to face.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query, ServiceConfig, get};
use serde::{Deserialize, Serialize};
use twinning_api::App;
use twinning_api::activity::{self, wire::ActivityLine};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::pairing::ops;
use twinning_api::pairing::wire::{PairingDetail, PairingFilter, PairingLine};
use twinning_api::pairing_words::PairingStatus;

use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config.route("/pairings", get().to(index)).route("/pairings/{code}", get().to(show));
}

/// The list.
#[derive(Serialize)]
pub struct Index {
    pairings: Vec<PairingLine>,
    statuses: Vec<Choice>,
    status: String,
    total: u64,
    next: Option<String>,
}

/// A state to choose.
#[derive(Serialize)]
pub struct Choice {
    value: &'static str,
    chosen: bool,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    status: String,
    cursor: Option<String>,
}

impl Page for Index {
    const TEMPLATE: &'static str = "pairing/index";
    const NAV: &'static str = "pairings";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "title-pairings")
    }
}

/// States that the public list can be narrowed to.
const STATUSES: &[PairingStatus] = &[
    PairingStatus::Proposed,
    PairingStatus::Signed,
    PairingStatus::Active,
    PairingStatus::Suspended,
    PairingStatus::Expired,
    PairingStatus::Terminated,
];

async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    let status = PairingStatus::from_word(&asked.status);
    let filter = PairingFilter { status, ..Default::default() };
    let at = PageRequest::asked(Some(50), asked.cursor.clone(), Some(true))?;
    let found = ops::list(&app, &visitor.call, &filter, at).await?;
    let chosen = |one: &PairingStatus| Choice { value: one.word(), chosen: Some(*one) == status };
    visitor.page(&Index {
        pairings: found.items,
        statuses: STATUSES.iter().map(chosen).collect(),
        status: asked.status.clone(),
        total: found.total.unwrap_or(0),
        next: found.next_cursor,
    })
}

/// A stage of the line: done, current or still ahead (`design` 8.1).
#[derive(Serialize)]
struct Stage {
    key: &'static str,
    state: &'static str,
    date: Option<String>,
    /// Whether it is a stage of the past without evidence.
    unpublished: bool,
}

/// One pairing.
#[derive(Serialize)]
pub struct Show {
    pairing: PairingDetail,
    stages: Vec<Stage>,
    activities: Vec<ActivityLine>,
    attended: i64,
    can_log: bool,
}

impl Page for Show {
    const TEMPLATE: &'static str = "pairing/show";
    const NAV: &'static str = "pairings";

    fn title(&self, _: Lang) -> String {
        self.pairing.line.name.clone()
    }
}

async fn show(app: Data<App>, visitor: Visitor, code: Path<String>) -> Result<HttpResponse, PageFault> {
    let pairing = ops::show_by_code(&app, &visitor.call, &code).await?;
    let filter = activity::wire::ActivityFilter { pairing_id: Some(pairing.line.id), ..Default::default() };
    let activities = activity::ops::list(&app, &visitor.call, &filter, PageRequest::first(20)).await?.items;
    let attended = activities.iter().filter_map(|one| one.attended).map(i64::from).sum();
    let can_log = pairing.allowed_actions.iter().any(|act| act == "log");
    visitor.page(&Show { stages: stages(&pairing), pairing, activities, attended, can_log })
}

/// The seven stages; an imported pairing shows those without evidence hollow, with 未公布.
fn stages(pairing: &PairingDetail) -> Vec<Stage> {
    let reached = match pairing.line.status {
        PairingStatus::Draft => 0,
        PairingStatus::Proposed | PairingStatus::Declined | PairingStatus::Withdrawn => 1,
        PairingStatus::Confirmed | PairingStatus::Approved => 2,
        PairingStatus::Signed => 3,
        PairingStatus::Active | PairingStatus::Suspended => 4,
        PairingStatus::Expired | PairingStatus::Renewed | PairingStatus::Terminated => 6,
    };
    let signed = pairing.signed_on.map(|day| day.to_string());
    let unveiled = pairing.line.unveiled_on.map(|day| day.to_string());
    let dates = [None, None, signed, unveiled, None, None, None];
    ["propose", "confirm", "sign", "unveil", "active", "review", "end"]
        .into_iter()
        .zip(dates)
        .enumerate()
        .map(|(at, (key, date))| {
            let unpublished = at < reached && pairing.imported && date.is_none();
            let state = match at.cmp(&reached) {
                std::cmp::Ordering::Less if unpublished => "next",
                std::cmp::Ordering::Less => "ok",
                std::cmp::Ordering::Equal => "now",
                std::cmp::Ordering::Greater => "next",
            };
            Stage { key, state, date, unpublished }
        })
        .collect()
}
