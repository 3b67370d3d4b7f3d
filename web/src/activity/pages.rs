//! Pages of activities.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use twinning_api::App;
use twinning_api::activity::ops;
use twinning_api::activity::wire::{ActivityDetail, ActivityFilter, ActivityLine, PhotoBody};
use twinning_api::activity_words::{ActivityKind, ActivityStatus};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::pairing;
use twinning_api::pairing::ops::PairingName;

use crate::shell::pieces::{Pager, encoded};
use crate::shell::{Page, PageFault, Visitor, words};

/// Rows of a page of the list.
const ROWS: u64 = 20;

#[derive(Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    pairing: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    page: Option<u64>,
}

/// The list.
#[derive(Serialize)]
pub struct Index {
    activities: Vec<ActivityLine>,
    kinds: Vec<Choice>,
    total: u64,
    pager: Pager,
    pairing: String,
    pairings: Vec<PairingName>,
    month: String,
    filtered: bool,
    /// The last month that has some, where the chosen one has none.
    last_month: Option<Month>,
    can_log: bool,
}

/// A month that has activities, with the address of its list.
#[derive(Serialize)]
struct Month {
    month: String,
    query: String,
}

/// A kind to choose.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    chosen: bool,
    /// Whether it is among the few that most records are of.
    common: bool,
}

/// Kinds that most records are of (`domain.md` 7.3); the form shows these first.
pub(super) const COMMON: &[ActivityKind] = &[
    ActivityKind::ThemePartyDay,
    ActivityKind::ExchangeVisit,
    ActivityKind::Symposium,
    ActivityKind::VolunteerService,
    ActivityKind::OnlineExchange,
    ActivityKind::CulturalActivity,
    ActivityKind::JointActivity,
];

impl Page for Index {
    const TEMPLATE: &'static str = "activity/index";
    const NAV: &'static str = "activities";

    fn title(&self, lang: Lang) -> String {
        self.pager.titled(lang, &words::plain(lang, "title-activities"))
    }
}

pub(super) async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    visitor.page(&listed(&app, &visitor, &asked).await?)
}

/// The first page of the list as its template sees it, frame and all; benches render it again and again.
///
/// # Errors
/// The engine's error.
pub async fn first_page(app: &App, visitor: &Visitor) -> Result<serde_json::Value, PageFault> {
    let page = listed(app, visitor, &Asked { kind: "symposium".to_owned(), ..Asked::default() }).await?;
    Ok(visitor.frame(&page)?)
}

async fn listed(app: &App, visitor: &Visitor, asked: &Asked) -> Result<Index, PageFault> {
    let kind = ActivityKind::from_word(&asked.kind);
    let page_no = asked.page.unwrap_or(1).clamp(1, 500);
    let pairings = pairing::ops::choices(app, &visitor.call, 100).await?;
    let chosen = pairings.iter().find(|one| one.code == asked.pairing);
    let first: Option<NaiveDate> =
        format!("{}-01", asked.month).parse().ok().filter(|day: &NaiveDate| (1900..=2200).contains(&day.year()));
    let filter = ActivityFilter {
        kind,
        pairing_id: chosen.map(|one| one.id),
        from: first,
        to: first.and_then(|day| day.checked_add_months(Months::new(1))).and_then(|day| day.pred_opt()),
        ..Default::default()
    };
    let found = ops::list(app, &visitor.call, &filter, PageRequest::numbered(page_no, ROWS)).await?;
    let total = found.total.unwrap_or(0);
    let last_month = match filter.to {
        Some(_) if total == 0 => last_month(app, visitor, &filter, asked).await?,
        _ => None,
    };
    let can_log = !pairing::ops::of_caller(app, &visitor.call).await?.is_empty();
    let kept = [("pairing", asked.pairing.as_str()), ("kind", &asked.kind), ("month", &asked.month)];
    Ok(Index {
        activities: found.items,
        kinds: kinds(&asked.kind),
        total,
        pager: Pager::new(page_no, ROWS, total, &kept),
        last_month,
        filtered: kind.is_some() || chosen.is_some() || first.is_some(),
        pairing: asked.pairing.clone(),
        pairings,
        month: first.map(|_| asked.month.clone()).unwrap_or_default(),
        can_log,
    })
}

/// The last month, up to the one asked for or else of all, in which such activities were held.
async fn last_month(
    app: &App,
    visitor: &Visitor,
    filter: &ActivityFilter,
    asked: &Asked,
) -> Result<Option<Month>, PageFault> {
    for to in [filter.to, None] {
        let earlier = ActivityFilter { from: None, to, ..filter.clone() };
        let found = ops::list(app, &visitor.call, &earlier, PageRequest::first(1)).await?.items;
        if let Some(last) = found.first() {
            let month = last.held_on.format("%Y-%m").to_string();
            let (pairing, kind) = (encoded(&asked.pairing), encoded(&asked.kind));
            return Ok(Some(Month { query: format!("?pairing={pairing}&kind={kind}&month={month}"), month }));
        }
    }
    Ok(None)
}

pub(super) fn kinds(chosen: &str) -> Vec<Choice> {
    ActivityKind::ALL
        .iter()
        .map(|kind| Choice {
            value: kind.word().to_owned(),
            chosen: kind.word() == chosen,
            common: COMMON.contains(kind),
        })
        .collect()
}

/// One activity.
#[derive(Serialize)]
pub struct Show {
    activity: ActivityDetail,
    photos: Vec<Shot>,
    pub(super) can_confirm: bool,
    can_edit: bool,
    /// Name of the side that logged it, and of the side that confirms it.
    organiser: String,
    other: String,
    /// For those who see the way to the public: what comes next.
    road: bool,
    /// Whether the visitor logs activities of this pairing.
    can_log: bool,
}

/// A photo under the portal's own addresses.
#[derive(Serialize)]
pub struct Shot {
    url: String,
    thumb: String,
    alt: String,
    caption: Option<String>,
    width: i32,
    height: i32,
}

impl Shot {
    /// The photo, under the portal's addresses and not the API's.
    #[must_use]
    pub fn of(photo: &PhotoBody) -> Self {
        let portal = |url: &str| url.trim_start_matches("/api/v1").trim_end_matches("/content").to_owned();
        Self {
            url: portal(&photo.url),
            thumb: portal(&photo.thumb_url),
            alt: photo.alt.clone(),
            caption: photo.caption.clone(),
            width: photo.width,
            height: photo.height,
        }
    }
}

impl Page for Show {
    const TEMPLATE: &'static str = "activity/show";
    const NAV: &'static str = "activities";

    fn title(&self, _: Lang) -> String {
        self.activity.line.title.clone()
    }
}

pub(super) fn shown(activity: ActivityDetail) -> Show {
    let photos = activity.photo_list.iter().map(Shot::of).collect();
    let may = |wanted: &str| activity.allowed_actions.iter().any(|act| act == wanted);
    let (can_confirm, can_edit) = (may("confirm"), may("edit"));
    let (a, b) = (activity.line.side_a.name.clone(), activity.line.side_b.name.clone());
    let (organiser, other) = if activity.line.organiser_side == "b" { (b, a) } else { (a, b) };
    let waits = matches!(activity.line.status, ActivityStatus::AwaitingConfirmation | ActivityStatus::RecordDue);
    let road = waits && !activity.history.is_empty();
    Show { activity, photos, can_confirm, can_edit, organiser, other, road, can_log: false }
}

pub(super) async fn show(app: Data<App>, visitor: Visitor, no: Path<String>) -> Result<HttpResponse, PageFault> {
    let show = shown(ops::show_by_no(&app, &visitor.call, &no).await?);
    let own = pairing::ops::of_caller(&app, &visitor.call).await?;
    let can_log = show.activity.pairings.iter().any(|one| own.iter().any(|mine| mine.id == one.id));
    visitor.page(&Show { can_log, ..show })
}
