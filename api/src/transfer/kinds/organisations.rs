//! Organisations with their superiors; a superior may stand anywhere in the file, and be called by code or by name.

mod tree;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use twinning_entity::ids::CityId;
use twinning_entity::organisation::{Model, OrgForm, OrgLevel, OrgStatus};
use twinning_entity::provenance::Provenance;

use self::tree::{Draft, Tree, Unplaced};
use super::directory::Directory;
use super::{Action, Checked, Line, Report, Verdict, values, walk, words};
use crate::transfer::fault::{FileFault, RowFault};
use crate::transfer::header::{Column, column, either};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    column(
        "name_full",
        true,
        &[
            "组织名称",
            "全称",
            "名称",
            "组织全称",
            "单位名称",
            "单位全称",
            "党组织名称",
            "党组织全称",
            "机构名称",
            "full_name",
            "name",
            "organisation_name",
            "organization_name",
            "organisation",
            "organization",
        ],
    ),
    either(
        "parent_code",
        &["parent", "level"],
        &["上级组织编码", "上级编码", "上级组织代码", "上级单位编码", "parent_org_code", "superior_code"],
    ),
    column(
        "parent",
        false,
        &[
            "上级组织",
            "上级组织名称",
            "上级党组织",
            "上级党组织名称",
            "上级单位",
            "上级单位名称",
            "上级名称",
            "上级",
            "隶属",
            "隶属关系",
            "所属上级",
            "主管单位",
            "parent_org",
            "parent_name",
            "parent_organisation",
            "parent_organization",
            "superior",
            "reports_to",
        ],
    ),
    column(
        "code",
        false,
        &[
            "组织编码",
            "编码",
            "组织代码",
            "单位编码",
            "单位代码",
            "机构编码",
            "代码",
            "org_code",
            "organisation_code",
            "organization_code",
        ],
    ),
    column(
        "name_short",
        false,
        &["简称", "组织简称", "单位简称", "党组织简称", "机构简称", "short_name", "abbreviation"],
    ),
    column("level", false, &["层级", "级别", "组织层级", "单位层级", "组织级别", "行政层级", "行政级别", "org_level"]),
    column(
        "kind",
        false,
        &[
            "组织类型",
            "类型",
            "组织形式",
            "党组织类型",
            "组织类别",
            "党组织类别",
            "单位类型",
            "类别",
            "形式",
            "form",
            "org_form",
            "type",
        ],
    ),
    column("city", false, &["城市", "所在城市", "所属城市", "市", "所在市", "地市", "city_name"]),
    column("division_code", false, &["行政区划代码", "区划代码", "行政区划", "division"]),
    column("functional_zone", false, &["功能区", "是否功能区"]),
    column("code_note", false, &["代码依据"]),
    column("provenance", false, &["来源", "数据性质", "source"]),
    column("note", false, &["说明", "备注", "provenance_note", "remarks", "remark", "notes"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Organised {
    /// Code, as written or as given by the check.
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

/// What a file of organisations is checked against.
pub struct Context<'a> {
    /// Known organisations.
    pub directory: &'a Directory,
    /// Known cities with their names.
    pub cities: &'a [(CityId, String)],
    /// City of whoever imports, for files that name none.
    pub home: Option<CityId>,
    /// Whether organisations of a city may be brought in; none asks for a city that is not there yet.
    pub may: &'a dyn Fn(Option<CityId>) -> bool,
}

/// Checks a file of organisations against those that are known.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(sheets: &[Sheet], context: &Context<'_>) -> Result<Report, FileFault> {
    let tree = Tree::new(drafts(sheets)?, context);
    let mut seen = HashSet::new();
    let mut placed: Vec<(String, Option<String>)> = Vec::new();
    let mut report = walk(sheets, COLUMNS, |line| {
        let row = read(line, &tree, placed.len(), context)?;
        placed.push((row.code.clone(), row.parent_code.clone()));
        let known = context.directory.code(&row.code);
        judge(line, context, &row, known);
        if let Some(known) = known {
            tell_changes(line, &row, known);
        }
        if !row.code.is_empty() && !seen.insert(row.code.clone()) {
            let field = if line.text("code").is_empty() { "name_full" } else { "code" };
            let written = line.text(field);
            line.fault("duplicate_in_file", field, &written);
        }
        let action = match known {
            None => Action::Add,
            Some(known) if entry(&row).says_the_same(known) => Action::Same,
            Some(_) => Action::Update,
        };
        let label = row.name_full.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })?;
    check_parents(&mut report, &placed);
    Ok(report)
}

/// What the rows say of their place, before anything is made of it.
fn drafts(sheets: &[Sheet]) -> Result<Vec<Draft>, FileFault> {
    let mut out = Vec::new();
    walk(sheets, COLUMNS, |line| {
        let name_full = line.text("name_full");
        let parent = ["parent_code", "parent"].into_iter().find_map(|field| line.some(field));
        out.push(Draft {
            code: line.some("code").map(|code| code.to_uppercase()),
            name_short: line.some("name_short").unwrap_or_else(|| name_full.clone()),
            name_full,
            city: line.some("city"),
            parent,
            level: level(&line.text("level"), &line.text("kind")),
        });
        None
    })?;
    Ok(out)
}

fn read(line: &mut Line<'_>, tree: &Tree, at: usize, context: &Context<'_>) -> Option<Organised> {
    let draft = tree.draft(at)?;
    // What a file does not say of an organisation that is there stays as it is.
    let known = context.directory.code(draft.code());
    let name_full = line.need("name_full", "missing_name", 120);
    let code = draft.code().to_owned();
    if line.some("code").is_some() && !is_code(&code) {
        line.fault("bad_code", "code", &code);
    }
    let city = draft.city.clone().unwrap_or_default();
    if city.is_empty() && tree.parent(at).is_ok() {
        line.fault("missing_city", "city", "");
    } else if city.chars().count() > 40 {
        line.fault("too_long", "city", &city);
    }
    let field = if line.some("parent_code").is_some() { "parent_code" } else { "parent" };
    let parent_code = match tree.parent(at) {
        Ok(found) => found,
        Err(why) => {
            let code = match why {
                Unplaced::Unknown => "unknown_parent",
                Unplaced::Ambiguous => "ambiguous_parent",
                Unplaced::OtherCity => "other_city",
                Unplaced::Cycle => "cycle",
            };
            let written = line.text(field);
            line.fault(code, field, &written);
            None
        }
    };
    let written = line.text("level");
    let kind_text = line.some("kind");
    let level = level_of(line, tree, at, known, parent_code.as_deref(), context);
    if kind_text.as_deref().is_some_and(|kind| kind.chars().count() > 60) {
        line.fault("too_long", "kind", kind_text.as_deref().unwrap_or_default());
    }
    let division_code = line.some("division_code").or_else(|| known.and_then(|known| known.division_code.clone()));
    let is_division = |code: &str| matches!(code.len(), 6 | 9 | 12) && code.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(code) = division_code.as_deref().filter(|code| !is_division(code)) {
        line.fault("bad_division", "division_code", code);
    }
    let says_zone = |text: &str| text.contains("功能区");
    let is_zone = values::yes(&line.text("functional_zone"))
        || words::is_zone(&written)
        || says_zone(&line.text("code_note"))
        || kind_text.as_deref().is_some_and(says_zone);
    let tells_zone = ["functional_zone", "code_note", "level"].iter().any(|field| line.some(field).is_some());
    let said = line.some("provenance");
    Some(Organised {
        functional_zone: if tells_zone { is_zone } else { is_zone || known.is_some_and(|known| known.functional_zone) },
        provenance: match (&said, known) {
            (None, Some(known)) => known.provenance,
            _ => values::provenance(said.as_deref().unwrap_or_default()),
        },
        note: line.some("note").or_else(|| known.and_then(|known| known.provenance_note.clone())),
        form: match (&kind_text, known) {
            (None, Some(known)) => known.form,
            _ => form(kind_text.as_deref().unwrap_or_default(), &name_full, level),
        },
        kind_text: kind_text.or_else(|| known.and_then(|known| known.kind_text.clone())),
        level: level.unwrap_or(OrgLevel::Community),
        code,
        name_full,
        name_short: match known {
            Some(known) if line.some("name_short").is_none() => known.name_short.clone(),
            _ => draft.name_short.clone(),
        },
        parent_code,
        city,
        division_code,
    })
}

/// The level of a row: its own words, those of its kind, what is there already, or what its superior tells: a general
/// branch below a community is an estate's, bodies without a level of their own stand at that of their superior.
fn level_of(
    line: &mut Line<'_>,
    tree: &Tree,
    at: usize,
    known: Option<&Model>,
    parent: Option<&str>,
    context: &Context<'_>,
) -> Option<OrgLevel> {
    let written = line.text("level");
    let own = tree.draft(at).and_then(|draft| draft.level).or_else(|| tree.inherited(at, &written));
    let stands = || known.map(|known| known.level).filter(|_| written.is_empty());
    if let Some(level) = own.or_else(stands) {
        return Some(level);
    }
    if !written.is_empty() {
        line.fault("bad_level", "level", &written);
        return None;
    }
    let above = tree.level_above(at).or_else(|| context.directory.code(parent?).map(|above| above.level));
    let Some(above) = above else {
        line.fault("missing_level", "level", "");
        return None;
    };
    let is_general_branch = line.text("kind") == "党总支" && above == OrgLevel::Community;
    let level = if is_general_branch { OrgLevel::Estate } else { above };
    line.warn("level_assumed", "kind", level.word());
    Some(level)
}

/// Says field by field what an import would change.
fn tell_changes(line: &mut Line<'_>, row: &Organised, known: &Model) {
    let none = || "–".to_owned();
    let changes = [
        ("name_full", known.name_full.clone(), row.name_full.clone()),
        ("name_short", known.name_short.clone(), row.name_short.clone()),
        ("level", known.level.word().to_owned(), row.level.word().to_owned()),
        (
            "kind",
            known.kind_text.clone().unwrap_or_else(|| known.form.word().to_owned()),
            row.kind_text.clone().unwrap_or_else(|| row.form.word().to_owned()),
        ),
        (
            "division_code",
            known.division_code.clone().unwrap_or_else(none),
            row.division_code.clone().unwrap_or_else(none),
        ),
    ];
    for (field, before, after) in changes.into_iter().filter(|(_, before, after)| before != after) {
        line.warn("changed", field, &format!("{before} → {after}"));
    }
}

/// Holds a row to what is there: the city it may be brought into, and the place it has already.
fn judge(line: &mut Line<'_>, context: &Context<'_>, row: &Organised, known: Option<&Model>) {
    if row.name_short.chars().count() > 60 {
        line.fault("too_long", "name_short", &row.name_short);
    }
    let city = context.cities.iter().find(|(_, name)| *name == row.city).map(|(id, _)| *id);
    // A superior that cannot be found is a fault of its own, and makes no root.
    let lost = line.faults.iter().any(|fault| fault.code.ends_with("_parent"));
    let roots_a_city = row.parent_code.is_none() && known.is_none() && !lost;
    let may =
        (context.may)(city.filter(|_| !roots_a_city)) && known.is_none_or(|known| (context.may)(Some(known.city_id)));
    if !may {
        line.fault("not_yours", "name_full", &row.name_full);
    }
    if let Some(known) = known {
        if known.status != OrgStatus::Active {
            line.fault("org_ended", "code", &known.name_short);
        }
        if city.is_some_and(|city| city != known.city_id) {
            line.fault("other_city", "city", &row.city);
        }
        // Moving belongs to the tree's own work, where what moves along is shown.
        let above = known.parent_id.and_then(|id| context.directory.id(id)).map(|above| above.code.clone());
        if above != row.parent_code {
            line.warn("parent_kept", "parent_code", above.as_deref().unwrap_or_default());
        }
    }
}

fn is_code(code: &str) -> bool {
    let chars = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    chars && !code.is_empty() && code.len() <= 40 && !code.starts_with('-')
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

/// The level by its own words, or else by those of the kind (街道党工委, 社区党委); never by the name, which deceives
/// (`domain.md` 1.1: a street whose name contains 镇). Sections have none of their own.
fn level(written: &str, kind: &str) -> Option<OrgLevel> {
    if tree::is_section(written) {
        return None;
    }
    if !written.is_empty() {
        return words::LEVELS.read(written);
    }
    const KINDS: &[(&str, OrgLevel)] = &[
        ("社区", OrgLevel::Community),
        ("村", OrgLevel::Community),
        ("街道", OrgLevel::Township),
        ("乡", OrgLevel::Township),
        ("镇", OrgLevel::Township),
        ("苑区", OrgLevel::Estate),
        ("楼栋", OrgLevel::Building),
    ];
    const BEGIN: &[(&str, OrgLevel)] = &[
        ("省", OrgLevel::Provincial),
        ("市", OrgLevel::Prefectural),
        ("地市", OrgLevel::Prefectural),
        ("区", OrgLevel::County),
        ("县", OrgLevel::County),
        ("功能区", OrgLevel::County),
    ];
    let inside = KINDS.iter().find(|(word, _)| kind.contains(word));
    inside.or_else(|| BEGIN.iter().find(|(word, _)| kind.starts_with(word))).map(|(_, level)| *level)
}

/// The form by the words of the kind; the name decides only where a kind covers several forms.
fn form(kind: &str, name: &str, level: Option<OrgLevel>) -> OrgForm {
    if let Some(form) = words::FORMS.read(kind) {
        return form;
    }
    if ["省级党组织", "市级党组织", "区级党组织", "县级党组织", "区县级党组织"].contains(&kind)
    {
        return if name.ends_with("工委") { OrgForm::WorkingCommittee } else { OrgForm::LocalCommittee };
    }
    if name.ends_with("党总支") {
        return OrgForm::GeneralBranch;
    }
    if name.ends_with("党支部") {
        return OrgForm::Branch;
    }
    let of_community = level == Some(OrgLevel::Community) && name.ends_with("党委");
    if of_community || ["社区党组织", "村党组织"].contains(&kind) {
        return OrgForm::GrassrootsCommittee;
    }
    OrgForm::Other
}

/// A superior that is refused takes those below it along, so this goes on until nothing more is refused. `placed` holds
/// the code of each row of data and that of its superior.
fn check_parents(report: &mut Report, placed: &[(String, Option<String>)]) {
    let is_data = |row: &&mut Checked| !matches!(row.verdict, Verdict::Ignored(_));
    let mut rows: Vec<(&mut Checked, &(String, Option<String>))> =
        report.rows.iter_mut().filter(is_data).zip(placed).collect();
    let is_accepted = |row: &Checked| matches!(row.verdict, Verdict::Accepted(..));
    let accepted: HashSet<&str> =
        rows.iter().filter(|(row, _)| is_accepted(row)).map(|(_, (code, _))| code.as_str()).collect();
    let mut refused: HashSet<&str> =
        placed.iter().map(|(code, _)| code.as_str()).filter(|code| !accepted.contains(code)).collect();
    loop {
        let mut more = false;
        for (row, (code, parent)) in &mut rows {
            let Some(parent) = parent.as_deref().filter(|parent| is_accepted(row) && refused.contains(parent)) else {
                continue;
            };
            row.verdict = Verdict::Rejected;
            row.faults = vec![RowFault::new("parent_refused", None, Some(parent))];
            refused.insert(code);
            more = true;
        }
        if !more {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_tells_the_level_where_no_column_does() {
        assert_eq!(level("", "街道党工委"), Some(OrgLevel::Township));
        assert_eq!(level("", "社区党委"), Some(OrgLevel::Community));
        assert_eq!(level("", "区级党组织"), Some(OrgLevel::County));
        assert_eq!(level("", "党总支"), None, "a general branch may stand at several levels");
        assert_eq!(level("不知道", "社区党委"), None, "what is written and unknown is not guessed");
    }
}
