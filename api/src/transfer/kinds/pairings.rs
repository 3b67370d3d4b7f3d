//! Pairings from before the portal.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{CityId, OrganisationId, ProgrammeId};
use twinning_entity::organisation::{Model, OrgForm};
use twinning_entity::pairing::PairingStatus;
use twinning_entity::pairing_milestone::DayPart;
use twinning_entity::provenance::Provenance;

use super::directory::{Directory, Unfound};
use super::{Action, Line, Report, values, walk, words};
use crate::pairing::ops::PairingSides;
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column, either, plain};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    either("side_a_code", &["side_a"], &["甲方编码", "甲方组织编码", "甲方代码", "side_a_org_code", "side_a_id"]),
    either("side_b_code", &["side_b"], &["乙方编码", "乙方组织编码", "乙方代码", "side_b_org_code", "side_b_id"]),
    column(
        "side_a",
        false,
        &[
            "甲方",
            "甲方组织",
            "甲方名称",
            "甲方组织名称",
            "甲方单位",
            "甲方党组织",
            "甲方全称",
            "结对甲方",
            "A方",
            "A方组织",
            "我方",
            "我方组织",
            "我方单位",
            "我方党组织",
            "side_a_org",
            "side_a_name",
            "side_a_organisation",
            "side_a_organization",
            "party_a",
        ],
    ),
    column(
        "side_b",
        false,
        &[
            "乙方",
            "乙方组织",
            "乙方名称",
            "乙方组织名称",
            "乙方单位",
            "乙方党组织",
            "乙方全称",
            "结对乙方",
            "B方",
            "B方组织",
            "对方",
            "对方组织",
            "对方单位",
            "对方党组织",
            "side_b_org",
            "side_b_name",
            "side_b_organisation",
            "side_b_organization",
            "party_b",
        ],
    ),
    column("seq", false, &["序号", "次序", "编号", "no", "number", "order"]),
    column("name", false, &["结对名称", "名称", "结对关系", "pairing", "pairing_name", "title"]),
    column(
        "programme",
        false,
        &["结对项目", "项目", "项目名称", "项目编码", "programme_code", "programme_id", "program"],
    ),
    column("unveiled_on", false, &["揭牌日期", "揭牌时间", "揭牌日", "unveiling_date", "unveiled"]),
    column("unveiled_part", false, &["揭牌时段", "时段", "day_part"]),
    column("place", false, &["揭牌地点", "地点", "unveiling_place", "venue"]),
    column(
        "areas",
        false,
        &["共建领域", "合作领域", "共建内容", "合作内容", "cooperation_areas", "areas_of_cooperation"],
    ),
    column("goals", false, &["共建目标", "目标", "goal"]),
    column("status", false, &["状态", "结对状态", "state"]),
    column("agreement_no", false, &["协议编号", "协议号", "agreement_number"]),
    column("signed_on", false, &["签约日期", "签订日期", "签约时间", "签订时间", "signing_date", "signed"]),
    column("term_start", false, &["开始日期", "起始日期", "期限起", "结对开始", "start_date", "starts_on", "start"]),
    column(
        "term_end",
        false,
        &["结束日期", "截止日期", "到期日期", "期限止", "结对结束", "end_date", "ends_on", "end"],
    ),
    column(
        "liaison_a",
        false,
        &["甲方联系人", "甲方联络员", "我方联络员", "我方联系人", "side_a_liaison", "contact_a"],
    ),
    column(
        "liaison_b",
        false,
        &["乙方联系人", "乙方联络员", "对方联络员", "对方联系人", "side_b_liaison", "contact_b"],
    ),
    column("basis", false, &["依据", "说明", "备注", "provenance_note", "note", "notes"]),
    column("inferred", false, &["推定列"]),
    column("provenance", false, &["来源", "数据性质", "source"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Paired {
    /// Programme; none where the two cities have none yet and one is made.
    pub programme: Option<ProgrammeId>,
    /// Place in the programme, if the file gives one.
    pub seq: Option<i32>,
    /// Name.
    pub name: String,
    /// Side A.
    pub side_a: OrganisationId,
    /// Side B.
    pub side_b: OrganisationId,
    /// Cities of the two sides.
    pub cities: (CityId, CityId),
    /// State.
    pub status: PairingStatus,
    /// Cooperation areas.
    pub areas: Vec<String>,
    /// Goals.
    pub goals: Option<String>,
    /// Number of the agreement.
    pub agreement_no: Option<String>,
    /// Day of the signing.
    pub signed_on: Option<NaiveDate>,
    /// First day of the term.
    pub term_start: Option<NaiveDate>,
    /// Last day of the term.
    pub term_end: Option<NaiveDate>,
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

/// A programme that pairings may belong to.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Identifier.
    pub id: ProgrammeId,
    /// Human code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Its two cities.
    pub cities: (CityId, CityId),
}

impl Frame {
    fn joins(&self, (a, b): (CityId, CityId)) -> bool {
        self.cities == (a, b) || self.cities == (b, a)
    }
}

/// What a file of pairings is checked against.
pub struct Context<'a> {
    /// Known organisations.
    pub directory: &'a Directory,
    /// Known programmes.
    pub programmes: &'a [Frame],
    /// The programme that was chosen.
    pub chosen: Option<ProgrammeId>,
    /// Known pairings.
    pub known: &'a [PairingSides],
    /// Whether pairings of these two cities may be brought in.
    pub may: &'a dyn Fn((CityId, CityId)) -> bool,
    /// Today, which nothing of the past lies behind.
    pub today: NaiveDate,
}

/// Checks a file of pairings.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(sheets: &[Sheet], context: &Context<'_>) -> Result<Report, FileFault> {
    let mut pairs = HashSet::new();
    let mut places = HashSet::new();
    walk(sheets, COLUMNS, |line| {
        let near = context.programmes.iter().find(|one| Some(one.id) == context.chosen).map(|one| one.cities);
        let a = side(line, context.directory, ["side_a_code", "side_a"], near.map(|(a, _)| a));
        let b = side(line, context.directory, ["side_b_code", "side_b"], near.map(|(_, b)| b));
        let row = read(line, context);
        let (a, b) = (a?, b?);
        let cities = (a.city_id, b.city_id);
        let shown =
            |field: &'static str, line: &Line<'_>| if line.header.place(field).is_some() { field } else { "side_b" };
        let at_b = shown("side_b_code", line);
        if cities.0 == cities.1 {
            line.fault("same_city", at_b, &b.name_short);
        } else if !(context.may)(cities) {
            line.fault("not_yours", at_b, &b.name_short);
        }
        let programme = programme(line, context, cities);
        let pair = crate::pairing::ops::pair_key(a.id, b.id);
        if !pairs.insert((pair.clone(), row.status.is_live())) {
            line.fault("duplicate_in_file", at_b, &b.name_short);
        }
        let same = context.known.iter().find(|one| {
            let same_pair = crate::pairing::ops::pair_key(one.side_a, one.side_b) == pair;
            same_pair && (one.status == row.status || (one.status.is_live() && row.status.is_live()))
        });
        if let (Some(seq), None) = (row.seq, same) {
            let taken = context.known.iter().any(|one| Some(one.programme) == programme && one.seq == seq);
            if taken || !places.insert((programme, seq)) {
                line.fault("seq_taken", "seq", &seq.to_string());
            }
        }
        let names = (a.name_short.clone(), b.name_short.clone());
        let row = Paired {
            programme,
            name: line.some("name").unwrap_or_else(|| format!("{}—{}", names.0, names.1)),
            side_a: a.id,
            side_b: b.id,
            cities,
            ..row
        };
        if row.name.chars().count() > 120 {
            line.fault("too_long", "name", &row.name);
        }
        let action = if same.is_some() { Action::Same } else { Action::Add };
        let label = row.name.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })
}

/// What a row says of itself, without its sides.
fn read(line: &mut Line<'_>, context: &Context<'_>) -> Paired {
    let areas = values::list(&line.text("areas"));
    if areas.is_empty() && line.header.place("areas").is_some() {
        line.fault("missing_areas", "areas", "");
    }
    let written = line.text("status");
    let status = if written.is_empty() { Some(PairingStatus::Active) } else { words::PAIRING_STATES.read(&written) };
    if status.is_none() {
        line.fault("bad_status", "status", &written);
    }
    let number = line.text("seq");
    let seq = number.parse::<i32>().ok().filter(|seq| (1..=9_999).contains(seq));
    if seq.is_none() && !number.is_empty() {
        line.fault("bad_number", "seq", &number);
    }
    let [unveiled_on, signed_on] = ["unveiled_on", "signed_on"].map(|field| {
        let found = day(line, field, None);
        if let Some(day) = found.filter(|day| *day > context.today) {
            line.fault("future_date", field, &day.to_string());
        }
        found
    });
    let (term_start, term_end) = (day(line, "term_start", None), day(line, "term_end", None));
    if let (Some(from), Some(to)) = (term_start, term_end)
        && from >= to
    {
        line.fault("end_before_start", "term_end", &to.to_string());
    }
    for field in ["liaison_a", "liaison_b", "agreement_no", "place"] {
        let text = line.text(field);
        if text.chars().count() > 200 {
            line.fault("too_long", field, &text);
        }
    }
    let nobody = uuid::Uuid::nil();
    Paired {
        programme: None,
        seq,
        name: String::new(),
        side_a: OrganisationId(nobody),
        side_b: OrganisationId(nobody),
        cities: (CityId(nobody), CityId(nobody)),
        status: status.unwrap_or(PairingStatus::Active),
        areas,
        goals: line.some("goals"),
        agreement_no: line.some("agreement_no"),
        signed_on,
        term_start,
        term_end,
        liaison_a: line.some("liaison_a"),
        liaison_b: line.some("liaison_b"),
        unveiled_on,
        unveiled_part: part(&line.text("unveiled_part")),
        place: line.some("place"),
        provenance: match values::provenance(&line.text("provenance")) {
            Provenance::Entered if line.text("basis").contains("报道") => Provenance::Stated,
            other => other,
        },
        basis: line.some("basis"),
        inferred: values::list(&line.text("inferred")),
    }
}

fn part(written: &str) -> Option<DayPart> {
    match written.to_lowercase().as_str() {
        "上午" | "早上" | "morning" | "am" => Some(DayPart::Morning),
        "下午" | "afternoon" | "pm" => Some(DayPart::Afternoon),
        "晚上" | "晚间" | "evening" => Some(DayPart::Evening),
        _ => None,
    }
}

/// The programme of a row: the one it names, the one that was chosen, or the only one of the two cities. None where
/// they have none yet.
fn programme(line: &mut Line<'_>, context: &Context<'_>, cities: (CityId, CityId)) -> Option<ProgrammeId> {
    let written = line.text("programme");
    let found: Vec<&Frame> = if !written.is_empty() {
        let called = plain(&written);
        context
            .programmes
            .iter()
            .filter(|one| plain(&one.code) == called || plain(&one.name) == called || one.id.to_string() == written)
            .collect()
    } else if context.chosen.is_some() {
        context.programmes.iter().filter(|one| Some(one.id) == context.chosen).collect()
    } else {
        context.programmes.iter().filter(|one| one.joins(cities)).collect()
    };
    match found.as_slice() {
        [only] if only.joins(cities) => Some(only.id),
        [only] => {
            line.fault("not_of_programme", "programme", &only.name);
            None
        }
        [] if written.is_empty() => {
            line.warn("programme_made", "programme", "");
            None
        }
        [] => {
            line.fault("unknown_programme", "programme", &written);
            None
        }
        _ => {
            line.fault("choose_programme", "programme", &written);
            None
        }
    }
}

/// The organisation of a side, by its code or else by its name.
fn side(line: &mut Line<'_>, directory: &Directory, fields: [&'static str; 2], near: Option<CityId>) -> Option<Model> {
    let field = fields.into_iter().find(|field| !line.text(field).is_empty());
    let Some(field) = field else {
        let field = fields.into_iter().find(|field| line.header.place(field).is_some()).unwrap_or("side_a");
        line.fault("missing_side", field, "");
        return None;
    };
    let written = line.text(field);
    let found = match directory.called(&written, near) {
        Ok(found) => found.clone(),
        Err(why) => {
            line.fault(if why == Unfound::Unknown { "unknown_org" } else { "ambiguous_org" }, field, &written);
            return None;
        }
    };
    // P7: party groups and leading groups cannot be a side.
    if matches!(found.form, OrgForm::PartyGroup | OrgForm::LeadingGroup) {
        line.fault("cannot_pair", field, &written);
    }
    Some(found)
}

/// A day of a field, completed by `year`; a fault when something else stands there.
pub(super) fn day(line: &mut Line<'_>, field: &str, year: Option<i32>) -> Option<NaiveDate> {
    let cell = line.cell(field).cloned().unwrap_or_default();
    match values::date(&cell, year) {
        Ok(found) => {
            let (day, assumed) = found?;
            if assumed {
                line.warn("year_assumed", field, &cell.text());
            }
            Some(day)
        }
        Err(values::NoDate) => {
            line.fault("bad_date", field, &cell.text());
            None
        }
    }
}
