//! Pairings: the list, and the page where both sides stand face to face.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query, ServiceConfig, get};
use serde::{Deserialize, Serialize};
use twinning_api::App;
use twinning_api::activity::{self, wire::ActivityLine};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::organisation_words::OrgForm;
use twinning_api::pairing::ops;
use twinning_api::pairing::wire::{PairingDetail, PairingFilter, PairingLine, SideBody};
use twinning_api::pairing_words::PairingStatus;
use twinning_api::{city, organisation};

use crate::activity::Shot;
use crate::shell::pieces::Pager;
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
    cities: Vec<City>,
    total: u64,
    /// Confirmed activities of the pairings shown.
    activities: u64,
    filtered: bool,
    pager: Pager,
}

/// A city to choose.
#[derive(Serialize)]
struct City {
    code: String,
    name: String,
    chosen: bool,
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
    #[serde(default)]
    city: String,
    page: Option<u64>,
}

impl Page for Index {
    const TEMPLATE: &'static str = "pairing/index";
    const NAV: &'static str = "pairings";

    fn title(&self, lang: Lang) -> String {
        self.pager.titled(lang, &words::plain(lang, "title-pairings"))
    }
}

/// Pairings of a page of the list.
const ROWS: u64 = 50;

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
    let cities = city::ops::all(&app).await?;
    let city_id = cities.iter().find(|one| one.code == asked.city).map(|one| one.id);
    let page_no = asked.page.unwrap_or(1).clamp(1, 500);
    let filter = PairingFilter { status, city_id, ..Default::default() };
    let found = ops::list(&app, &visitor.call, &filter, PageRequest::numbered(page_no, ROWS)).await?;
    let total = found.total.unwrap_or(0);
    let chosen = |one: &PairingStatus| Choice { value: one.word(), chosen: Some(*one) == status };
    visitor.page(&Index {
        activities: found.items.iter().map(|one| one.activities_confirmed).sum(),
        pairings: found.items,
        cities: cities
            .into_iter()
            .map(|one| City { chosen: one.code == asked.city, code: one.code, name: one.name })
            .collect(),
        filtered: status.is_some() || city_id.is_some(),
        statuses: STATUSES.iter().map(chosen).collect(),
        pager: Pager::new(page_no, ROWS, total, &[("city", &asked.city), ("status", &asked.status)]),
        total,
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
    activities: Vec<Held>,
    attended: i64,
    can_log: bool,
    facts_a: Facts,
    facts_b: Facts,
}

/// An activity with a small picture of it.
#[derive(Serialize)]
struct Held {
    #[serde(flatten)]
    line: ActivityLine,
    photo: Option<Shot>,
}

/// What stands below the name of a side.
#[derive(Serialize)]
struct Facts {
    form: OrgForm,
    superior: Option<String>,
    below: u64,
}

/// Small pictures on the page (`design` 12).
const PICTURES: usize = 3;

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
    let lines = activity::ops::list(&app, &visitor.call, &filter, PageRequest::first(20)).await?.items;
    let attended = lines.iter().filter_map(|one| one.attended).map(i64::from).sum();
    let mut activities = Vec::with_capacity(lines.len());
    let mut pictures = 0;
    for line in lines {
        let mut photo = None;
        if line.photos > 0 && pictures < PICTURES {
            let detail = activity::ops::show(&app, &visitor.call, line.id).await?;
            photo = detail.photo_list.first().map(Shot::of);
            pictures += 1;
        }
        activities.push(Held { line, photo });
    }
    let can_log = pairing.allowed_actions.iter().any(|act| act == "log");
    let facts_a = facts(&app, &visitor, &pairing.line.side_a).await?;
    let facts_b = facts(&app, &visitor, &pairing.line.side_b).await?;
    visitor.page(&Show { stages: stages(&pairing), pairing, activities, attended, can_log, facts_a, facts_b })
}

async fn facts(app: &App, visitor: &Visitor, side: &SideBody) -> Result<Facts, PageFault> {
    let one = organisation::ops::show(app, &visitor.call, side.organisation.id).await?;
    let superior = one.ancestors.last().map(|above| above.name.clone());
    Ok(Facts { form: one.line.form, superior, below: one.line.children })
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
