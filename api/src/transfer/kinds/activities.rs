//! Joint activities from before the portal.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::activity::{ActivityKind, ActivityStatus};
use twinning_entity::ids::{CityId, OrganisationId, PairingId};
use twinning_entity::provenance::Provenance;

use super::directory::Directory;
use super::pairings::day;
use super::{Action, Line, Report, values, walk, words};
use crate::activity::ops::HeldBefore;
use crate::pairing::ops::PairingSides;
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column, either, plain};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    either(
        "pairing",
        &["side_a", "side_b"],
        &[
            "结对名称",
            "结对",
            "结对编号",
            "结对编码",
            "结对关系",
            "结对双方",
            "所属结对",
            "pairing_code",
            "pairing_name",
            "pairing_id",
            "pairing_ids",
        ],
    ),
    column(
        "held_on",
        true,
        &["日期", "活动日期", "时间", "活动时间", "举办日期", "开展日期", "开展时间", "date", "held"],
    ),
    column(
        "title",
        true,
        &["主题", "活动名称", "名称", "活动主题", "标题", "活动", "name", "activity", "activity_title", "topic"],
    ),
    column("code", false, &["编号", "活动编号", "活动编码", "activity_code", "no"]),
    column("side_a", false, &["甲方", "甲方组织", "我方", "我方单位", "甲方单位", "side_a_org", "party_a"]),
    column("side_b", false, &["乙方", "乙方组织", "对方", "对方单位", "乙方单位", "side_b_org", "party_b"]),
    column("kind", false, &["类型", "活动类型", "活动形式", "类别", "活动类别", "type", "activity_kind"]),
    column("place", false, &["地点", "活动地点", "举办地点", "location", "venue"]),
    column(
        "organiser_code",
        false,
        &[
            "发起方编码",
            "主办方编码",
            "组织方编码",
            "发起方",
            "主办方",
            "主办单位",
            "组织方",
            "牵头方",
            "organiser",
            "organizer",
            "organiser_id",
            "organised_by",
            "host",
        ],
    ),
    column(
        "participants",
        false,
        &[
            "参加人数",
            "人数",
            "参与人次",
            "参与人数",
            "参加人次",
            "实到",
            "实到人数",
            "参会人数",
            "出席人数",
            "attended",
            "attended_total",
            "attendance",
        ],
    ),
    column("participants_a", false, &["甲方人数", "甲方实到", "我方人数", "我方实到", "attended_a"]),
    column("participants_b", false, &["乙方人数", "乙方实到", "对方人数", "对方实到", "attended_b"]),
    column("summary", false, &["内容", "主要内容", "活动内容", "摘要", "活动情况", "情况", "content", "description"]),
    column("status", false, &["状态", "确认状态", "活动状态", "确认情况", "是否确认", "对方是否确认", "进展", "state"]),
    column("provenance", false, &["数据性质", "来源", "source"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    /// Code in the file; for a file without codes what makes the activity what it is.
    pub code: String,
    /// Pairing.
    pub pairing: PairingId,
    /// Whether side A organised it.
    pub by_side_a: bool,
    /// Kind.
    pub kind: ActivityKind,
    /// Title.
    pub title: String,
    /// Day.
    pub held_on: NaiveDate,
    /// Place.
    pub place: Option<String>,
    /// Whether it was online.
    pub online: bool,
    /// Everybody who attended.
    pub attended: Option<i32>,
    /// Who attended of either side.
    pub attended_of: (Option<i32>, Option<i32>),
    /// What was done.
    pub summary: Option<String>,
    /// State.
    pub status: ActivityStatus,
    /// Where the row comes from.
    pub provenance: Provenance,
    /// The words of the file on that.
    pub note: Option<String>,
}

/// What a file of activities is checked against.
pub struct Context<'a> {
    /// Known organisations.
    pub directory: &'a Directory,
    /// Known pairings.
    pub pairings: &'a [PairingSides],
    /// Today, which no held activity lies behind.
    pub today: NaiveDate,
    /// Activities that are there.
    pub known: &'a [HeldBefore],
    /// Whether activities of pairings between these cities may be brought in.
    pub may: &'a dyn Fn((CityId, CityId)) -> bool,
}

/// Checks a file of activities.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(sheets: &[Sheet], context: &Context<'_>) -> Result<Report, FileFault> {
    let names = Names::new(context);
    let stored = Stored::new(context.known);
    let mut codes = HashSet::new();
    let mut meetings = HashSet::new();
    walk(sheets, COLUMNS, |line| {
        let title = line.need("title", "missing_title", 60);
        let kind_text = line.text("kind");
        let kind =
            if kind_text.is_empty() { Some(ActivityKind::JointActivity) } else { words::ACTIVITIES.read(&kind_text) };
        if kind.is_none() {
            line.fault("bad_kind", "kind", &kind_text);
        }
        let status_text = line.text("status");
        let status = if status_text.is_empty() {
            Some(ActivityStatus::Confirmed)
        } else {
            words::ACTIVITY_STATES.read(&status_text)
        };
        if status.is_none() {
            line.fault("bad_status", "status", &status_text);
        }
        let held_on = day(line, "held_on", None);
        let to_come = matches!(status, Some(ActivityStatus::Planned | ActivityStatus::Published));
        match held_on {
            None if line.faults.iter().all(|fault| fault.code != "bad_date") => {
                line.fault("missing_date", "held_on", "")
            }
            Some(day) if day > context.today && !to_come => line.fault("future_date", "held_on", &day.to_string()),
            _ => {}
        }
        let [attended, attended_a, attended_b] =
            ["participants", "participants_a", "participants_b"].map(|field| count(line, field));
        let pairing = names.pairing(line, context)?;
        if !(context.may)(cities(pairing, context.directory)) {
            line.fault("not_yours", "pairing", &pairing.name);
        }
        let by_side_a = organised_by_a(line, context.directory, pairing);
        let written = line.some("code");
        if let Some(code) = written.as_deref().filter(|code| code.chars().count() > 40) {
            line.fault("too_long", "code", code);
        }
        let held_on = held_on?;
        // A number counts within its pairing: every ledger begins with 1.
        let code = match &written {
            Some(code) => format!("{}/{code}", pairing.code),
            None => format!("{}/{held_on}/{title}", pairing.code),
        };
        let meeting = (pairing.id, held_on, plain(&title));
        let again = match &written {
            Some(_) => !codes.insert(code.clone()),
            None => meetings.contains(&meeting),
        };
        meetings.insert(meeting);
        if again {
            let field = if written.is_some() { "code" } else { "title" };
            let text = line.text(field);
            line.fault("duplicate_in_file", field, &text);
        }
        let same = stored.same(pairing, &code, written.is_some(), held_on, &title);
        if let Some(other) = same.filter(|other| other.held_on != held_on || plain(&other.title) != plain(&title)) {
            let text = line.text("code");
            line.fault("code_taken", "code", &format!("{text}：{} {}", other.held_on, other.title));
        }
        let place = line.some("place");
        let summary = line.some("summary");
        for (field, text, most) in [("place", &place, 200), ("summary", &summary, 4_000)] {
            if let Some(text) = text.as_deref().filter(|text| text.chars().count() > most) {
                line.fault("too_long", field, text);
            }
        }
        let note = line.text("provenance");
        let row = Held {
            by_side_a,
            pairing: pairing.id,
            kind: kind.unwrap_or(ActivityKind::JointActivity),
            title,
            held_on,
            online: place.as_deref().is_some_and(|place| ["线上", "online"].contains(&place.to_lowercase().as_str())),
            place,
            attended: attended.or_else(|| Some(attended_a? + attended_b?)),
            attended_of: (attended_a, attended_b),
            summary,
            status: status.unwrap_or(ActivityStatus::Confirmed),
            provenance: values::provenance(&note),
            note: Some(note).filter(|text| !text.is_empty()),
            code,
        };
        if let Some(other) = same {
            tell_differences(line, &row, other);
        }
        let action = if same.is_some() { Action::Same } else { Action::Add };
        let label = row.title.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })
}

/// What is there that a file may mean.
struct Stored<'a> {
    by_code: HashMap<(PairingId, &'a str), &'a HeldBefore>,
    by_meeting: HashMap<(PairingId, NaiveDate, String), &'a HeldBefore>,
}

impl<'a> Stored<'a> {
    fn new(known: &'a [HeldBefore]) -> Self {
        let mut by_code = HashMap::new();
        let mut by_meeting = HashMap::new();
        for one in known {
            if let Some(code) = &one.source_code {
                by_code.insert((one.pairing, code.as_str()), one);
            }
            by_meeting.insert((one.pairing, one.held_on, plain(&one.title)), one);
        }
        Self { by_code, by_meeting }
    }

    /// The activity that a row means: that of its number, or else that of its pairing, date and title. Two numbers of
    /// one ledger are two activities even where they are called alike on one day.
    fn same(
        &self,
        pairing: &PairingSides,
        code: &str,
        numbered: bool,
        held_on: NaiveDate,
        title: &str,
    ) -> Option<&'a HeldBefore> {
        if let Some(found) = self.by_code.get(&(pairing.id, code)) {
            return Some(found);
        }
        let found = self.by_meeting.get(&(pairing.id, held_on, plain(title)))?;
        let meeting = format!("{}/{held_on}/", pairing.code);
        let has_number = found.source_code.as_deref().is_some_and(|other| !other.starts_with(&meeting));
        Some(*found).filter(|_| !(numbered && has_number))
    }
}

/// Says where the file differs from what is there, for an import changes no activity.
fn tell_differences(line: &mut Line<'_>, row: &Held, other: &HeldBefore) {
    if let (Some(now), Some(before)) = (row.attended, other.attended)
        && now != before
    {
        line.warn("kept_as_is", "participants", &format!("{before} → {now}"));
    }
    if let (Some(now), Some(before)) = (&row.place, &other.place)
        && now != before
    {
        line.warn("kept_as_is", "place", &format!("{before} → {now}"));
    }
}

fn count(line: &mut Line<'_>, field: &str) -> Option<i32> {
    let written = line.some(field).filter(|text| !values::is_blank(text))?;
    let found = values::count(&written);
    if found.is_none() {
        line.fault("bad_number", field, &written);
    }
    found
}

/// Pairings by everything a file may call them.
struct Names<'a> {
    by_name: Vec<(Vec<String>, &'a PairingSides)>,
}

impl<'a> Names<'a> {
    fn new(context: &Context<'a>) -> Self {
        let by_name = context.pairings.iter().map(|one| (names_of(one, context.directory), one)).collect();
        Self { by_name }
    }

    /// The pairing of a row, by its name or code or by its two sides; a pairing that goes on before one that ended.
    fn pairing(&self, line: &mut Line<'_>, context: &Context<'_>) -> Option<&'a PairingSides> {
        let field = if line.header.place("pairing").is_some() { "pairing" } else { "side_a" };
        let written = match line.some("pairing") {
            Some(written) => written,
            None => format!("{}{}", line.text("side_a"), line.text("side_b")),
        };
        let called = joined(&written);
        let by_name = || self.by_name.iter().filter(|(names, _)| names.contains(&called)).map(|(_, one)| *one);
        let mut found: Vec<&PairingSides> = by_name().collect();
        if found.is_empty() && line.header.place("pairing").is_none() {
            let side = |field: &str| context.directory.called(&line.text(field), None).ok().map(|one| one.id);
            let sides = [side("side_a"), side("side_b")];
            found = self
                .by_name
                .iter()
                .map(|(_, one)| *one)
                .filter(|one| sides.contains(&Some(one.side_a)) && sides.contains(&Some(one.side_b)))
                .collect();
        }
        if found.len() > 1 && found.iter().any(|one| one.status.is_live()) {
            found.retain(|one| one.status.is_live());
        }
        match found.as_slice() {
            [only] => Some(only),
            [] => {
                line.fault("unknown_pairing", field, &written);
                None
            }
            _ => {
                line.fault("ambiguous_pairing", field, &written);
                None
            }
        }
    }
}

fn names_of(pairing: &PairingSides, directory: &Directory) -> Vec<String> {
    let mut out = vec![joined(&pairing.name), joined(&pairing.code), joined(&pairing.id.to_string())];
    let own = |id: OrganisationId| {
        directory.id(id).map(|one| [one.name_short.clone(), one.name_display.clone(), one.name_full.clone()])
    };
    if let (Some(ours), Some(theirs)) = (own(pairing.side_a), own(pairing.side_b)) {
        for a in &ours {
            for b in &theirs {
                out.push(joined(&format!("{a}{b}")));
                out.push(joined(&format!("{b}{a}")));
            }
        }
    }
    out
}

/// A name without the words and marks that join two sides.
fn joined(name: &str) -> String {
    plain(name).chars().filter(|c| !matches!(c, '与' | '和' | '至' | '~' | '→' | '↔' | '–' | '·' | '+' | '&')).collect()
}

fn cities(pairing: &PairingSides, directory: &Directory) -> (CityId, CityId) {
    let city = |id: OrganisationId| directory.id(id).map_or(CityId(uuid::Uuid::nil()), |one| one.city_id);
    (city(pairing.side_a), city(pairing.side_b))
}

/// Whether side A organised the activity; a side may be named by letter, by code or name, or by somebody below it.
fn organised_by_a(line: &mut Line<'_>, directory: &Directory, pairing: &PairingSides) -> bool {
    let written = line.text("organiser_code");
    match plain(&written).as_str() {
        "" => {
            line.warn("organiser_assumed", "organiser_code", "");
            return true;
        }
        "甲方" | "我方" | "a" | "a方" | "sidea" | "partya" => return true,
        "乙方" | "对方" | "b" | "b方" | "sideb" | "partyb" => return false,
        _ => {}
    }
    let sides = [pairing.side_a, pairing.side_b].map(|id| directory.id(id));
    let below = |side: Option<&twinning_entity::organisation::Model>| {
        let side = side?;
        let own = [&side.name_short, &side.name_display, &side.name_full, &side.code];
        if own.into_iter().any(|name| plain(name) == plain(&written)) {
            return Some(true);
        }
        let found = directory.name(&written, Some(side), Some(side.city_id)).ok();
        found
            .or_else(|| directory.called(&written, Some(side.city_id)).ok())
            .map(|one| one.path.starts_with(&side.path))
    };
    match sides.map(below) {
        [Some(true), _] => true,
        [_, Some(true)] => false,
        _ => {
            line.fault("not_a_side", "organiser_code", &written);
            true
        }
    }
}
