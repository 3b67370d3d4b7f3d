//! Pairings from before the portal.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::ids::OrganisationId;
use twinning_entity::organisation::OrgForm;
use twinning_entity::pairing::PairingStatus;
use twinning_entity::pairing_milestone::DayPart;
use twinning_entity::provenance::Provenance;

use super::directory::Directory;
use super::{Action, Line, Report, values, walk};
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    column("seq", false, &["序号"]),
    column("name", false, &["结对名称", "名称"]),
    column("side_a_code", true, &["甲方编码", "甲方组织编码"]),
    column("side_b_code", true, &["乙方编码", "乙方组织编码"]),
    column("unveiled_on", false, &["揭牌日期", "揭牌时间"]),
    column("unveiled_part", false, &["揭牌时段", "时段"]),
    column("place", false, &["揭牌地点", "地点"]),
    column("areas", true, &["共建领域", "合作领域", "共建内容"]),
    column("status", false, &["状态"]),
    column("agreement_no", false, &["协议编号"]),
    column("liaison_a", false, &["甲方联系人", "甲方联络员"]),
    column("liaison_b", false, &["乙方联系人", "乙方联络员"]),
    column("basis", false, &["依据"]),
    column("inferred", false, &["推定列"]),
    column("provenance", false, &["来源", "数据性质"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Paired {
    /// Place in the programme, if the file gives one.
    pub seq: Option<i32>,
    /// Name.
    pub name: String,
    /// Side A.
    pub side_a: OrganisationId,
    /// Side B.
    pub side_b: OrganisationId,
    /// State.
    pub status: PairingStatus,
    /// Cooperation areas.
    pub areas: Vec<String>,
    /// Number of the agreement.
    pub agreement_no: Option<String>,
    /// Contact of side A.
    pub liaison_a: Option<String>,
    /// Contact of side B.
    pub liaison_b: Option<String>,
    /// Day of the unveiling.
    pub unveiled_on: Option<NaiveDate>,
    /// Part of that day.
    pub unveiled_part: Option<DayPart>,
    /// Place of the unveiling.
    pub place: Option<String>,
    /// Where the row comes from.
    pub provenance: Provenance,
    /// What it rests on.
    pub basis: Option<String>,
    /// Columns that are inferred.
    pub inferred: Vec<String>,
}

/// Checks a file of pairings; `live` tells whether two organisations are paired already.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(
    sheets: &[Sheet],
    directory: &Directory,
    live: &dyn Fn(OrganisationId, OrganisationId) -> bool,
) -> Result<Report, FileFault> {
    let mut seen = HashSet::new();
    walk(sheets, COLUMNS, |line| {
        let a = side(line, directory, "side_a_code");
        let b = side(line, directory, "side_b_code");
        let areas = values::list(&line.text("areas"));
        if areas.is_empty() {
            line.fault("missing_areas", "areas", "");
        }
        let written = line.text("status");
        let status = status(&written);
        if status.is_none() {
            line.fault("bad_status", "status", &written);
        }
        let seq = line.some("seq").map(|text| text.parse::<i32>());
        if matches!(seq, Some(Err(_))) {
            let text = line.text("seq");
            line.fault("bad_number", "seq", &text);
        }
        let unveiled_on = day(line, "unveiled_on");
        let ((side_a, name_a, city_a), (side_b, name_b, city_b)) = (a?, b?);
        if city_a == city_b {
            line.fault("same_city", "side_b_code", &name_b);
        }
        let pair = crate::pairing::ops::pair_key(side_a, side_b);
        if !seen.insert(pair) {
            line.fault("duplicate_in_file", "side_b_code", &name_b);
        }
        let row = Paired {
            seq: seq.and_then(Result::ok),
            name: line.some("name").unwrap_or_else(|| format!("{name_a}—{name_b}")),
            side_a,
            side_b,
            status: status.unwrap_or(PairingStatus::Active),
            areas,
            agreement_no: line.some("agreement_no"),
            liaison_a: line.some("liaison_a"),
            liaison_b: line.some("liaison_b"),
            unveiled_on,
            unveiled_part: match line.text("unveiled_part").as_str() {
                "上午" | "morning" => Some(DayPart::Morning),
                "下午" | "afternoon" => Some(DayPart::Afternoon),
                "晚上" | "晚间" | "evening" => Some(DayPart::Evening),
                _ => None,
            },
            place: line.some("place"),
            provenance: match values::provenance(&line.text("provenance")) {
                Provenance::Entered if line.text("basis").contains("报道") => Provenance::Stated,
                other => other,
            },
            basis: line.some("basis"),
            inferred: values::list(&line.text("inferred")),
        };
        let action = if live(side_a, side_b) { Action::Same } else { Action::Add };
        let label = row.name.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })
}

type Side = (OrganisationId, String, twinning_entity::ids::CityId);

fn side(line: &mut Line<'_>, directory: &Directory, field: &str) -> Option<Side> {
    let code = line.text(field).to_uppercase();
    let Some(found) = directory.code(&code) else {
        line.fault("unknown_org", field, &code);
        return None;
    };
    // P7: party groups and leading groups cannot be a side.
    if matches!(found.form, OrgForm::PartyGroup | OrgForm::LeadingGroup) {
        line.fault("cannot_pair", field, &code);
    }
    Some((found.id, found.name_short.clone(), found.city_id))
}

/// A pairing that was unveiled is under way (`domain.md` 1.3).
fn status(written: &str) -> Option<PairingStatus> {
    Some(match written {
        "" | "已揭牌" | "实施中" | "共建中" => PairingStatus::Active,
        "已签约" => PairingStatus::Signed,
        "暂停" => PairingStatus::Suspended,
        "已到期" => PairingStatus::Expired,
        "已终止" | "终止" => PairingStatus::Terminated,
        other => return PairingStatus::from_word(other),
    })
}

/// A day of a field; a fault when something else stands there.
pub(super) fn day(line: &mut Line<'_>, field: &str) -> Option<NaiveDate> {
    let cell = line.cell(field).cloned().unwrap_or_default();
    match values::date(&cell, None) {
        Ok(found) => found.map(|(day, _)| day),
        Err(values::NoDate) => {
            line.fault("bad_date", field, &cell.text());
            None
        }
    }
}
