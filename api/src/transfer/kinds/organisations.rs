//! Organisations with their superiors; a superior may stand anywhere in the file.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use twinning_entity::organisation::{OrgForm, OrgLevel};
use twinning_entity::provenance::Provenance;

use super::directory::Directory;
use super::{Action, Report, Verdict, values, walk};
use crate::transfer::fault::{FileFault, RowFault};
use crate::transfer::header::{Column, column};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    column("code", true, &["组织编码", "编码", "组织代码", "单位编码"]),
    column("name_full", true, &["组织名称", "全称", "名称", "组织全称", "单位名称"]),
    column("name_short", false, &["简称", "组织简称"]),
    column("level", true, &["层级", "级别"]),
    column("kind", false, &["组织类型", "类型", "form"]),
    column("parent_code", true, &["上级组织编码", "上级编码", "上级"]),
    column("city", true, &["城市", "所在城市", "市"]),
    column("division_code", false, &["行政区划代码", "区划代码"]),
    column("code_note", false, &["代码依据"]),
    column("provenance", false, &["来源", "数据性质"]),
    column("note", false, &["说明", "备注"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Organised {
    /// Code.
    pub code: String,
    /// Full name.
    pub name_full: String,
    /// Short name.
    pub name_short: String,
    /// Form.
    pub form: OrgForm,
    /// Kind as its own city calls it.
    pub kind_text: Option<String>,
    /// Level.
    pub level: OrgLevel,
    /// Functional zone.
    pub functional_zone: bool,
    /// Code of the superior.
    pub parent_code: Option<String>,
    /// City.
    pub city: String,
    /// Division code.
    pub division_code: Option<String>,
    /// Where the row comes from.
    pub provenance: Provenance,
    /// Note on it.
    pub note: Option<String>,
}

/// Checks a file of organisations against those that are known.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(sheets: &[Sheet], directory: &Directory) -> Result<Report, FileFault> {
    let levels = levels_of(sheets);
    let mut seen = HashSet::new();
    let mut report = walk(sheets, COLUMNS, |line| {
        let code = line.need("code", "missing_code", 40).to_uppercase();
        let name_full = line.need("name_full", "missing_name", 120);
        let name_short = line.some("name_short").unwrap_or_else(|| name_full.clone());
        let city = line.need("city", "missing_city", 40);
        if !code.is_empty() && !seen.insert(code.clone()) {
            line.fault("duplicate_in_file", "code", &code);
        }
        if !code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            line.fault("bad_code", "code", &code);
        }
        let parent_code = line.some("parent_code").map(|code| code.to_uppercase());
        let written = line.text("level");
        let level = level(&written).or_else(|| inherited(&written, parent_code.as_deref(), &levels, directory));
        if level.is_none() {
            line.fault("bad_level", "level", &written);
        }
        let kind_text = line.some("kind");
        let form = form(kind_text.as_deref().unwrap_or_default(), &name_full, level);
        let division_code = line.some("division_code");
        if division_code
            .as_deref()
            .is_some_and(|code| !matches!(code.len(), 6 | 9 | 12) || !code.bytes().all(|b| b.is_ascii_digit()))
        {
            line.fault("bad_division", "division_code", division_code.as_deref().unwrap_or_default());
        }
        let row = Organised {
            functional_zone: line.text("code_note").contains("功能区")
                || kind_text.as_deref().is_some_and(|kind| kind.contains("功能区")),
            provenance: values::provenance(&line.text("provenance")),
            note: line.some("note"),
            form,
            kind_text,
            level: level.unwrap_or(OrgLevel::Community),
            code,
            name_full,
            name_short,
            parent_code,
            city,
            division_code,
        };
        let action = match directory.code(&row.code) {
            None => Action::Add,
            Some(known) if entry(&row).says_the_same(known) => Action::Same,
            Some(_) => Action::Update,
        };
        let label = row.name_full.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })?;
    check_parents(&mut report, directory);
    Ok(report)
}

/// A row as the feature takes it.
#[must_use]
pub fn entry(row: &Organised) -> crate::organisation::ops::Entry {
    crate::organisation::ops::Entry {
        code: row.code.clone(),
        name_full: row.name_full.clone(),
        name_short: row.name_short.clone(),
        form: row.form,
        kind_text: row.kind_text.clone(),
        level: row.level,
        functional_zone: row.functional_zone,
        division_code: row.division_code.clone(),
        provenance: row.provenance,
        provenance_note: row.note.clone(),
    }
}

/// Levels that the file gives in words, by code, for sections that follow their superior.
fn levels_of(sheets: &[Sheet]) -> HashMap<String, (Option<OrgLevel>, Option<String>)> {
    let mut out = HashMap::new();
    let _ = walk(sheets, COLUMNS, |line| {
        let parent = line.some("parent_code").map(|code| code.to_uppercase());
        out.insert(line.text("code").to_uppercase(), (level(&line.text("level")), parent));
        None
    });
    out
}

/// 内设机构 stand at the level of their superior.
fn inherited(
    written: &str,
    parent: Option<&str>,
    levels: &HashMap<String, (Option<OrgLevel>, Option<String>)>,
    directory: &Directory,
) -> Option<OrgLevel> {
    if !["内设机构", "科室", "section"].contains(&written) {
        return None;
    }
    let mut at = parent?.to_owned();
    for _ in 0..32 {
        match levels.get(&at) {
            Some((Some(level), _)) => return Some(*level),
            Some((None, Some(above))) => at = above.clone(),
            _ => return directory.code(&at).map(|known| known.level),
        }
    }
    None
}

fn level(written: &str) -> Option<OrgLevel> {
    Some(match written {
        "省" | "省级" => OrgLevel::Provincial,
        "市" | "市级" | "地市" => OrgLevel::Prefectural,
        "区" | "县" | "区县" | "县区" | "县级市" | "功能区" | "区级" => OrgLevel::County,
        "街道" | "乡镇" | "镇" | "乡" => OrgLevel::Township,
        "社区" | "村" | "阵地" => OrgLevel::Community,
        "党总支" | "苑区" | "片区" | "小区" => OrgLevel::Estate,
        "楼栋" => OrgLevel::Building,
        other => return OrgLevel::from_word(other),
    })
}

/// The form by the words of the kind; the name decides only where a kind covers several forms.
fn form(kind: &str, name: &str, level: Option<OrgLevel>) -> OrgForm {
    if let Some(form) = OrgForm::from_word(kind) {
        return form;
    }
    match kind {
        "市级党组织" | "区级党组织" | "县级党组织" | "省级党组织" => {
            if name.ends_with("工委") {
                OrgForm::WorkingCommittee
            } else {
                OrgForm::LocalCommittee
            }
        }
        "市委工作部门" | "区级部门" | "区委工作部门" | "工作部门" => OrgForm::Department,
        "内设机构" | "科室" => OrgForm::Section,
        "街道党工委" | "党工委" => OrgForm::WorkingCommittee,
        "党组" => OrgForm::LeadingGroup,
        "党总支" => OrgForm::GeneralBranch,
        "党支部" => OrgForm::Branch,
        "党小组" => OrgForm::PartyGroup,
        "居民委员会" | "居委会" => OrgForm::ResidentsCommittee,
        "业委会" => OrgForm::OwnersCommittee,
        "社区管理机构" | "管委会" => OrgForm::ManagementCommittee,
        "党群服务阵地" | "党群服务中心" => OrgForm::PartyMassServiceCentre,
        "志愿服务组织" => OrgForm::VolunteerOrganisation,
        _ if name.ends_with("党总支") => OrgForm::GeneralBranch,
        _ if name.ends_with("党支部") => OrgForm::Branch,
        "社区党组织" | "基层党委" => OrgForm::GrassrootsCommittee,
        _ if level == Some(OrgLevel::Community) && name.ends_with("党委") => OrgForm::GrassrootsCommittee,
        _ => OrgForm::Other,
    }
}

/// Superiors must be in the file or known, of the same city, and never below themselves.
fn check_parents(report: &mut Report, directory: &Directory) {
    // A superior that is refused takes those below it along, so this goes on until nothing more is refused.
    while refuse_orphans(report, directory) {}
}

/// Refuses the rows whose superior cannot be; says whether there were any.
fn refuse_orphans(report: &mut Report, directory: &Directory) -> bool {
    let mut refused = false;
    let mut parents: HashMap<String, (Option<String>, String)> = HashMap::new();
    for row in &report.rows {
        if let Verdict::Accepted(_, value) = &row.verdict
            && let Ok(row) = serde_json::from_value::<Organised>(value.clone())
        {
            parents.insert(row.code, (row.parent_code, row.city));
        }
    }
    for row in &mut report.rows {
        let Verdict::Accepted(_, value) = &row.verdict else { continue };
        let Ok(read) = serde_json::from_value::<Organised>(value.clone()) else { continue };
        let Some(parent) = &read.parent_code else { continue };
        let fault = match parents.get(parent) {
            None if directory.code(parent).is_none() => Some("unknown_parent"),
            Some((_, city)) if *city != read.city => Some("other_city"),
            _ if is_cycle(&read.code, &parents) => Some("cycle"),
            _ => None,
        };
        if let Some(code) = fault {
            row.verdict = Verdict::Rejected;
            row.faults = vec![RowFault::new(code, Some("上级组织编码"), Some(parent))];
            refused = true;
        }
    }
    refused
}

fn is_cycle(code: &str, parents: &HashMap<String, (Option<String>, String)>) -> bool {
    let mut at = code;
    for _ in 0..=parents.len() {
        match parents.get(at) {
            Some((Some(above), _)) if above == code => return true,
            Some((Some(above), _)) => at = above,
            _ => return false,
        }
    }
    true
}
