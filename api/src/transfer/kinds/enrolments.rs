//! Rosters, as they really arrive (rules and codes: `docs/guides/imports.md`).

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{CityId, OrganisationId};
use twinning_entity::organisation::Model;
use twinning_entity::provenance::Provenance;

use super::directory::{Directory, Unfound};
use super::{Action, Line, Report, values, walk};
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column};
use crate::transfer::sheet::{Cell, Sheet};

pub(super) const COLUMNS: &[Column] = &[
    column(
        "name",
        true,
        &[
            "姓名",
            "名字",
            "学员姓名",
            "参训人员",
            "人员姓名",
            "参训人员姓名",
            "学员",
            "参训学员",
            "full_name",
            "trainee",
            "trainee_name",
            "person",
        ],
    ),
    column(
        "phone",
        true,
        &[
            "手机",
            "手机号",
            "手机号码",
            "电话",
            "联系电话",
            "联系方式",
            "移动电话",
            "电话号码",
            "本人电话",
            "本人手机号",
            "联系手机",
            "手机电话",
            "mobile",
            "mobile_phone",
            "mobile_number",
            "cell_phone",
            "phone_number",
            "telephone",
            "tel",
        ],
    ),
    column(
        "unit_code",
        false,
        &["单位编码", "组织编码", "单位代码", "organisation_code", "organization_code", "org_code"],
    ),
    column(
        "unit",
        false,
        &[
            "单位",
            "所在单位",
            "工作单位",
            "单位名称",
            "推荐单位",
            "街道社区",
            "选派单位",
            "所属单位",
            "单位全称",
            "所在街道社区",
            "所在社区",
            "所在党组织",
            "所属党组织",
            "党组织",
            "报送单位",
            "派出单位",
            "街道",
            "社区",
            "organisation",
            "organization",
            "work_unit",
            "employer",
        ],
    ),
    column("district", false, &["区", "所在区", "所属区", "区县", "县区", "所属区县", "所在区县", "county"]),
    column(
        "post",
        false,
        &["职务", "现任职务", "职务/职级", "职务职级", "岗位", "职位", "position", "job_title", "title"],
    ),
    column("category", false, &["人员类别", "类别", "人员类型", "type"]),
    column("study_group", false, &["分组", "学习小组", "小组", "组别", "group"]),
    column("gender", false, &["性别", "sex"]),
    column("diet", false, &["用餐", "饮食", "饮食需求", "用餐需求", "饮食禁忌", "dietary_needs"]),
    column(
        "arrival",
        false,
        &["报到日期", "报到时间", "报到", "arrival_on", "arrival_date", "check_in", "check_in_date"],
    ),
    column("remark", false, &["备注", "remarks", "note", "notes"]),
    column("provenance", false, &["数据性质", "来源", "source"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrolled {
    /// Name.
    pub name: String,
    /// Mobile number.
    pub phone: String,
    /// Unit in the directory.
    pub unit: Option<OrganisationId>,
    /// Its code.
    pub unit_code: Option<String>,
    /// Unit as written.
    pub unit_text: Option<String>,
    /// District.
    pub district: Option<OrganisationId>,
    /// Post.
    pub post: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Study group.
    pub study_group: Option<String>,
    /// Gender as written.
    pub gender: Option<String>,
    /// Diet.
    pub diet: Option<String>,
    /// Day of arrival.
    pub arrival: Option<NaiveDate>,
    /// Remark.
    pub remark: Option<String>,
    /// Where the row comes from.
    pub provenance: Provenance,
}

/// What a roster is checked against.
pub struct Context<'a> {
    /// Known organisations.
    pub directory: &'a Directory,
    /// Whether people of an organisation may be enrolled.
    pub may: &'a dyn Fn(&Model) -> bool,
    /// Organisation whose people a branch puts forward where the file names no unit.
    pub own: Option<OrganisationId>,
    /// Another class that a person of this name and phone is in at the same time.
    pub elsewhere: &'a dyn Fn(&str, &str) -> Option<String>,
    /// City of the class's organiser, whose organisations go first.
    pub near: Option<CityId>,
    /// Year of the class, for dates without one.
    pub year: Option<i32>,
    /// Places of each district; none when the class has no quotas.
    pub quotas: Option<HashMap<OrganisationId, i32>>,
    /// Whether a person of this name and phone is in the class already.
    pub enrolled: &'a dyn Fn(&str, &str) -> bool,
    /// People of each district already in the class.
    pub taken: HashMap<OrganisationId, i32>,
}

/// Checks a roster.
///
/// # Errors
/// [`FileFault`] when no sheet has a column of names and one of phones.
pub fn check(sheets: &[Sheet], context: &Context<'_>) -> Result<Report, FileFault> {
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut at_unit: HashMap<(String, Option<OrganisationId>), String> = HashMap::new();
    let mut taken = context.taken.clone();
    walk(sheets, COLUMNS, |line| {
        let row = read(line, context);
        let known_phone = !row.phone.is_empty() && !row.name.is_empty();
        if known_phone {
            match seen.get(&row.phone) {
                Some(name) if *name == row.name => line.fault("duplicate_in_file", "phone", &row.phone),
                Some(_) => line.fault("phone_conflict", "phone", &row.phone),
                None => {}
            }
        }
        if !line.faults.is_empty() {
            // A person that was refused for something else still counts as seen by whoever repeats it.
            return Some((Action::Add, row.name.clone(), serde_json::Value::Null));
        }
        let there = (context.enrolled)(&row.name, &row.phone);
        if let Some(other) = (context.elsewhere)(&row.name, &row.phone).filter(|_| !there) {
            line.fault("other_class", "name", &other);
            return None;
        }
        if let (Some(quotas), Some(district), false) = (&context.quotas, row.district, there)
            && let Some(places) = quotas.get(&district)
        {
            let used = taken.entry(district).or_default();
            if *used >= *places {
                line.fault("over_quota", "unit", &places.to_string());
                return None;
            }
            *used += 1;
        }
        seen.insert(row.phone.clone(), row.name.clone());
        let place = (row.name.clone(), row.unit);
        if row.unit.is_some() && at_unit.get(&place).is_some_and(|phone| *phone != row.phone) {
            line.warn("possible_duplicate", "name", &row.name);
        }
        at_unit.insert(place, row.phone.clone());
        let action = if there { Action::Same } else { Action::Add };
        let label = row.name.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })
}

fn read(line: &mut Line<'_>, context: &Context<'_>) -> Enrolled {
    let name = values::name(line.cell("name"));
    if name.is_empty() || matches!(line.cell("name"), Some(Cell::Error)) {
        line.fault("missing_name", "name", "");
    } else if name.chars().count() > 60 {
        line.fault("too_long", "name", &name);
    }
    let phone = match values::phone(line.cell("phone")) {
        Ok(phone) => phone,
        Err(code) => {
            let written = line.text("phone");
            line.fault(code, "phone", &written);
            String::new()
        }
    };
    let (unit, district) = unit(line, context);
    let arrival = arrival(line, context.year);
    let (unit_id, unit_code) = unit.map_or((None, None), |one| (Some(one.0), Some(one.1)));
    Enrolled {
        name,
        phone,
        unit: unit_id,
        unit_code,
        unit_text: line.some("unit"),
        district,
        post: line.some("post"),
        category: line.some("category"),
        study_group: line.some("study_group"),
        gender: line.some("gender"),
        diet: line.some("diet"),
        arrival,
        remark: line.some("remark"),
        provenance: values::provenance(&line.text("provenance")),
    }
}

type Unit = Option<(OrganisationId, String)>;

/// The unit by code or name, completed by the district's column or the sheet's name.
fn unit(line: &mut Line<'_>, context: &Context<'_>) -> (Unit, Option<OrganisationId>) {
    let (directory, near) = (context.directory, context.near);
    let named = line.text("district");
    let district = directory.district(&named, near).or_else(|| directory.district(&line.sheet.name, near));
    let code = line.text("unit_code").to_uppercase();
    if let Some(found) = directory.active(&code).filter(|_| !code.is_empty()) {
        check_care(line, context, "unit_code", found);
        let district = directory.district_of(found).map(|one| one.id);
        return (Some((found.id, found.code.clone())), district);
    }
    if line.header.place("unit").is_none() {
        return match context.own.and_then(|own| directory.id(own)) {
            Some(own) => (Some((own.id, own.code.clone())), directory.district_of(own).map(|one| one.id)),
            None => (None, district.map(|one| one.id)),
        };
    }
    let written = line.text("unit");
    if written.is_empty() {
        line.fault("missing_unit", "unit", "");
        return (None, None);
    }
    match directory.name(&written, district, near) {
        Ok(found) => {
            check_care(line, context, "unit", found);
            (Some((found.id, found.code.clone())), directory.district_of(found).map(|one| one.id))
        }
        Err(Unfound::Unknown) => {
            line.fault("unknown_org", "unit", &written);
            (None, None)
        }
        Err(Unfound::Ambiguous) => {
            line.fault("ambiguous_org", "unit", &written);
            (None, None)
        }
    }
}

/// People of organisations outside one's care are not enrolled by one.
fn check_care(line: &mut Line<'_>, context: &Context<'_>, field: &str, unit: &Model) {
    if !(context.may)(unit) {
        line.fault("not_yours", field, &unit.name_short);
    }
}

fn arrival(line: &mut Line<'_>, year: Option<i32>) -> Option<NaiveDate> {
    let cell = line.cell("arrival").cloned().unwrap_or_default();
    match values::date(&cell, year) {
        Ok(Some((day, assumed))) => {
            if assumed {
                line.warn("year_assumed", "arrival", &cell.text());
            }
            Some(day)
        }
        Ok(None) => None,
        Err(values::NoDate) => {
            line.fault("bad_date", "arrival", &cell.text());
            None
        }
    }
}

/// Places of each district, from the sheet 名额分配 of a roster's workbook: code or name, and the number.
#[must_use]
pub fn quotas(sheets: &[Sheet], directory: &Directory, near: Option<CityId>) -> Vec<(OrganisationId, i32)> {
    const QUOTA: &[Column] = &[
        column("district", true, &["所在区", "区", "单位", "所属区", "区县", "单位名称", "unit", "organisation"]),
        column("places", true, &["名额", "分配名额", "人数", "名额数", "分配人数", "quota", "seats"]),
        column("code", false, &["区编码", "单位编码", "组织编码", "organisation_code"]),
    ];
    let mut out: Vec<(OrganisationId, i32)> = Vec::new();
    let read = walk(sheets, QUOTA, |line| {
        // A sheet of people is no sheet of quotas, whatever else it has.
        if line.header.headings.iter().any(|heading| heading.contains("姓名")) {
            return None;
        }
        let by_code = directory.code(&line.text("code").to_uppercase());
        let found = by_code
            .or_else(|| directory.district(&line.text("district"), near))
            .or_else(|| directory.name(&line.text("district"), None, near).ok())?;
        let places = values::count(&line.text("places"))?;
        if out.iter().all(|(known, _)| *known != found.id) {
            out.push((found.id, places));
        }
        None
    });
    if read.is_ok() { out } else { Vec::new() }
}

#[cfg(test)]
mod tests;
