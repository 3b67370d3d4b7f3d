//! Joint activities from before the portal.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::activity::{ActivityKind, ActivityStatus};
use twinning_entity::ids::PairingId;
use twinning_entity::provenance::Provenance;

use super::directory::Directory;
use super::pairings::day;
use super::{Action, Report, values, walk};
use crate::pairing::ops::PairingSides;
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    column("code", true, &["编号", "活动编号"]),
    column("pairing", true, &["结对名称", "结对", "结对编号", "结对编码", "pairing_code"]),
    column("held_on", true, &["日期", "活动日期", "时间"]),
    column("kind", true, &["类型", "活动类型"]),
    column("title", true, &["主题", "活动名称", "名称"]),
    column("place", false, &["地点", "活动地点"]),
    column("organiser_code", false, &["发起方编码", "主办方编码", "组织方编码"]),
    column("participants", false, &["参加人数", "人数", "参与人次"]),
    column("status", false, &["状态", "确认状态"]),
    column("provenance", false, &["数据性质", "来源"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    /// Code in the file.
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
    /// State.
    pub status: ActivityStatus,
    /// Where the row comes from.
    pub provenance: Provenance,
    /// The words of the file on that.
    pub note: Option<String>,
}

/// Checks a file of activities against the known pairings; `known` tells what is stored under a code.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(
    sheets: &[Sheet],
    directory: &Directory,
    pairings: &[PairingSides],
    today: NaiveDate,
    known: &dyn Fn(&PairingSides, &str) -> bool,
) -> Result<Report, FileFault> {
    let mut seen = HashSet::new();
    walk(sheets, COLUMNS, |line| {
        let code = line.need("code", "missing_code", 40);
        let title = line.need("title", "missing_title", 60);
        let written = line.text("pairing");
        let found: Vec<&PairingSides> = pairings
            .iter()
            .filter(|one| one.name == written || one.code == written || one.id.to_string() == written)
            .collect();
        let pairing = match found.as_slice() {
            [only] => Some(*only),
            [] => {
                line.fault("unknown_pairing", "pairing", &written);
                None
            }
            _ => {
                line.fault("ambiguous_pairing", "pairing", &written);
                None
            }
        };
        if !code.is_empty() && !seen.insert((pairing.map(|one| one.programme), code.clone())) {
            line.fault("duplicate_in_file", "code", &code);
        }
        let kind_text = line.text("kind");
        let kind = kind(&kind_text);
        if kind.is_none() {
            line.fault("bad_kind", "kind", &kind_text);
        }
        let status_text = line.text("status");
        let status = status(&status_text);
        if status.is_none() {
            line.fault("bad_status", "status", &status_text);
        }
        let held_on = day(line, "held_on");
        match held_on {
            None if line.faults.iter().all(|fault| fault.code != "bad_date") => {
                line.fault("missing_date", "held_on", "")
            }
            Some(day) if day > today => line.fault("future_date", "held_on", &day.to_string()),
            _ => {}
        }
        let count = line.some("participants");
        let attended = count.as_deref().map(str::parse::<i32>);
        if attended.as_ref().is_some_and(|read| !matches!(read, Ok(0..=1_000_000))) {
            line.fault("bad_number", "participants", count.as_deref().unwrap_or_default());
        }
        let pairing = pairing?;
        let organiser = line.some("organiser_code").map(|code| code.to_uppercase());
        let by_side_a = match organiser.as_deref().map(|code| directory.code(code).map(|one| one.id)) {
            None => true,
            Some(Some(id)) if id == pairing.side_a => true,
            Some(Some(id)) if id == pairing.side_b => false,
            _ => {
                line.fault("not_a_side", "organiser_code", organiser.as_deref().unwrap_or_default());
                true
            }
        };
        let place = line.some("place");
        let note = line.text("provenance");
        let row = Held {
            by_side_a,
            pairing: pairing.id,
            kind: kind.unwrap_or(ActivityKind::JointActivity),
            title,
            held_on: held_on?,
            online: place.as_deref() == Some("线上"),
            place,
            attended: attended.and_then(Result::ok),
            status: status.unwrap_or(ActivityStatus::Confirmed),
            provenance: values::provenance(&note),
            note: Some(note).filter(|text| !text.is_empty()),
            code,
        };
        let action = if known(pairing, &row.code) { Action::Same } else { Action::Add };
        let label = row.title.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })
}

fn kind(written: &str) -> Option<ActivityKind> {
    Some(match written {
        "揭牌仪式" => ActivityKind::UnveilingCeremony,
        "签约仪式" => ActivityKind::SigningCeremony,
        "互访交流" | "互访" => ActivityKind::MutualVisit,
        "志愿服务" => ActivityKind::VolunteerService,
        "文化活动" | "文体联谊" => ActivityKind::CulturalActivity,
        "经验座谈" | "座谈会" | "座谈交流" | "座谈" => ActivityKind::Symposium,
        "资源共享" | "联建活动" | "共建活动" | "其他" => ActivityKind::JointActivity,
        "线上党课" | "联合党课" => ActivityKind::JointPartyLecture,
        "主题党日" => ActivityKind::ThemePartyDay,
        "三会一课" => ActivityKind::ThreeMeetingsOneLecture,
        "观摩交流" => ActivityKind::ExchangeVisit,
        "现场观摩" => ActivityKind::SiteObservation,
        "学习考察" => ActivityKind::StudyTour,
        "走访慰问" => ActivityKind::CondolenceVisit,
        "挂职" => ActivityKind::Secondment,
        "跟班学习" => ActivityKind::Shadowing,
        "线上交流" => ActivityKind::OnlineExchange,
        "联席会议" => ActivityKind::JointMeeting,
        "议事协商" => ActivityKind::Deliberation,
        other => return ActivityKind::from_word(other),
    })
}

fn status(written: &str) -> Option<ActivityStatus> {
    Some(match written {
        "" | "双方已确认" | "已确认" => ActivityStatus::Confirmed,
        "待对方确认" => ActivityStatus::AwaitingConfirmation,
        "待记录" => ActivityStatus::RecordDue,
        "已取消" => ActivityStatus::Cancelled,
        "已归档" => ActivityStatus::Archived,
        other => return ActivityStatus::from_word(other),
    })
}
