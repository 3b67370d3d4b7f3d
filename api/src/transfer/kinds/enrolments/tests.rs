//! Every messy roster gives exactly what is expected of it.

use std::collections::BTreeMap;

use super::*;
use crate::transfer::header::Columns;
use crate::transfer::kinds::organisations::{self, Organised};
use crate::transfer::kinds::{Checked, Verdict};
use crate::transfer::sheet::{self, Limits};
use serde_json::Value;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The example's organisations as they would stand in the database.
fn directory() -> Directory {
    let bytes = fixture("example_2019/organisations.csv");
    let sheets = sheet::read(&bytes, "organisations.csv", &Limits::BULK, &|_| true).unwrap();
    let empty = Directory::new(Vec::new());
    let context = organisations::Context { directory: &empty, cities: &[], home: None, may: &|_| true };
    let report = organisations::check(&sheets, &context).unwrap();
    let mut models: Vec<Model> = Vec::new();
    for row in report.rows {
        let Verdict::Accepted(_, value) = row.verdict else { continue };
        let read: Organised = serde_json::from_value(value).unwrap();
        let parent = read.parent_code.as_ref().map(|code| {
            models.iter().find(|one| one.code == *code).unwrap_or_else(|| panic!("{code} comes later")).clone()
        });
        let seq = models.len() as i64 + 1;
        let at = "2021-01-01T00:00:00Z".parse().unwrap();
        models.push(Model {
            id: OrganisationId(uuid::Uuid::from_u128(seq as u128)),
            seq,
            code: read.code.clone(),
            city_id: twinning_entity::ids::CityId(uuid::Uuid::nil()),
            parent_id: parent.as_ref().map(|parent| parent.id),
            path: crate::organisation::model::path_below(parent.as_ref().map(|parent| parent.path.as_str()), seq),
            depth: parent.map_or(0, |parent| parent.depth + 1),
            name_full: read.name_full.clone(),
            name_short: read.name_short.clone(),
            name_display: read.name_short.clone(),
            form: read.form,
            kind_text: read.kind_text,
            level: read.level,
            sector: None,
            functional_zone: read.functional_zone,
            division_code: read.division_code,
            code_system: None,
            display_order: 0,
            status: twinning_entity::organisation::OrgStatus::Active,
            successor_id: None,
            address: None,
            phone: None,
            profile: None,
            pinyin_key: String::new(),
            stroke_key: String::new(),
            offers: None,
            needs: None,
            field_access: serde_json::json!({}),
            ended_on: None,
            initials: String::new(),
            provenance: read.provenance,
            provenance_note: None,
            import_id: None,
            version: 1,
            created_at: at,
            updated_at: at,
        });
    }
    assert_eq!(models.len(), 195);
    Directory::new(models)
}

fn summary(rows: &[Checked], with_sheet: bool) -> BTreeMap<(String, u64), String> {
    rows.iter()
        .map(|row| {
            let place = (if with_sheet { row.sheet.clone() } else { String::new() }, u64::from(row.row));
            let text = match &row.verdict {
                Verdict::Accepted(_, value) => format!(
                    "{} {} {} {}",
                    value["name"].as_str().unwrap_or_default(),
                    value["phone"].as_str().unwrap_or_default(),
                    value["unit_code"].as_str().unwrap_or("-"),
                    value["arrival"].as_str().unwrap_or("-")
                ),
                Verdict::Rejected => format!("rejected {}", row.faults[0].code),
                Verdict::Ignored(reason) => format!("ignored {reason}"),
            };
            (place, text)
        })
        .collect()
}

fn expected(case: &Value, with_sheet: bool) -> BTreeMap<(String, u64), String> {
    let mut out = BTreeMap::new();
    let text = |row: &Value, name: &str| row[name].as_str().map_or("-", |text| text).to_owned();
    for (group, rows) in
        [("accepted", &case["accepted"]), ("rejected", &case["rejected"]), ("ignored", &case["ignored"])]
    {
        for row in rows.as_array().unwrap() {
            let sheet = if with_sheet { row["sheet"].as_str().unwrap_or_default().to_owned() } else { String::new() };
            let told = match group {
                "accepted" => format!(
                    "{} {} {} {}",
                    text(row, "name"),
                    text(row, "phone"),
                    text(row, "unit_code"),
                    text(row, "arrival")
                ),
                group => format!("{group} {}", text(row, "reason")),
            };
            out.insert((sheet, row["row"].as_u64().unwrap()), told);
        }
    }
    out
}

#[test]
fn every_messy_roster_gives_exactly_what_is_expected() {
    let directory = directory();
    let folder = format!("{}/fixtures/messy", env!("CARGO_MANIFEST_DIR"));
    let mut cases: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    assert_eq!(cases.len(), 18);
    let mut wrong = Vec::new();
    for path in cases {
        let case: Value = serde_json::from_slice(&std::fs::read(path.join("expected.json")).unwrap()).unwrap();
        let file = case["file"].as_str().unwrap();
        let bytes = std::fs::read(path.join(file)).unwrap();
        let read = sheet::read(&bytes, file, &Limits::ROSTER, &|sheet| Columns::new(COLUMNS).are_in(sheet));
        if case["settings"]["or_clear_refusal"] == true {
            assert_eq!(read.unwrap_err().code, "import.save_as_xlsx");
            continue;
        }
        let quotas = case["settings"]["quota"].as_object().map(|quotas| {
            quotas
                .iter()
                .map(|(name, places)| (directory.district(name, None).unwrap().id, places.as_i64().unwrap() as i32))
                .collect()
        });
        let context = Context {
            directory: &directory,
            may: &|_| true,
            own: None,
            elsewhere: &|_, _| None,
            near: None,
            year: Some(2019),
            quotas,
            enrolled: &|_, _| false,
            taken: HashMap::new(),
        };
        let report = check(&read.unwrap(), &context).unwrap();
        let with_sheet = case["accepted"][0]["sheet"].is_string();
        let (got, wanted) = (summary(&report.rows, with_sheet), expected(&case, with_sheet));
        for (place, told) in &wanted {
            let found = got.get(place).map_or("nothing", String::as_str);
            // A day of arrival that the case does not name is not compared.
            let same = found == told
                || (told.ends_with(" -")
                    && found.rsplit_once(' ').map(|one| one.0) == told.rsplit_once(' ').map(|one| one.0));
            if !same {
                wrong.push(format!("{} {place:?}: wanted {told}, got {found}", case["case"]));
            }
        }
        for place in got.keys().filter(|place| !wanted.contains_key(*place)) {
            wrong.push(format!("{} {place:?}: not expected, got {}", case["case"], got[place]));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
