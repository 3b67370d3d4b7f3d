//! Two cities with their districts, streets and communities.

use chrono::{DateTime, Utc};
use twinning_entity::city;
use twinning_entity::division::CodeSystem;
use twinning_entity::ids::CityId;
use twinning_entity::organisation::{self, HostSector, OrgForm, OrgLevel, OrgStatus};
use twinning_entity::provenance::Provenance;

use super::chance::Chance;
use super::{Size, millis, words};
use crate::organisation::model::path_below;
use crate::search::pinyin;

/// The tree, in official order.
pub(super) struct Tree {
    pub(super) cities: Vec<city::Model>,
    pub(super) organisations: Vec<organisation::Model>,
}

impl Tree {
    /// Organisations of a city at a level.
    pub(super) fn of(&self, city: CityId, level: OrgLevel) -> Vec<&organisation::Model> {
        self.organisations.iter().filter(|one| one.city_id == city && one.level == level).collect()
    }
}

pub(super) fn tree(chance: &mut Chance, size: Size, at: DateTime<Utc>) -> Tree {
    let mut tree = Tree { cities: Vec::new(), organisations: Vec::new() };
    for (order, (name, code)) in (1..).zip(words::CITIES) {
        let city = city::Model {
            id: chance.id(millis(at)),
            code: (*code).to_owned(),
            name: (*name).to_owned(),
            name_en: None,
            division_code: Some((*code).to_owned()),
            display_order: order,
            version: 1,
            created_at: at,
        };
        let root = add(&mut tree, chance, at, city.id, None, name, OrgLevel::Prefectural, code);
        for (number, district) in (1..).zip(words::DISTRICTS.iter().take(size.districts)) {
            let district = format!("{}{district}", name.trim_end_matches('市'));
            let code = format!("{code}{number:02}");
            let above = add(&mut tree, chance, at, city.id, Some(&root), &district, OrgLevel::County, &code);
            for (number, street) in (1..).zip(words::STREETS.iter().take(size.streets)) {
                let code = format!("{code}{number:03}");
                let street = add(
                    &mut tree,
                    chance,
                    at,
                    city.id,
                    Some(&above),
                    &format!("{street}街道"),
                    OrgLevel::Township,
                    &code,
                );
                for number in 1..=size.communities {
                    let name = format!("{}{}{number}社区", chance.one(words::FIRST), chance.one(words::LAST));
                    let code = format!("{code}{number:03}");
                    add(&mut tree, chance, at, city.id, Some(&street), &name, OrgLevel::Community, &code);
                }
            }
        }
        tree.cities.push(city);
    }
    tree
}

#[expect(clippy::too_many_arguments, reason = "a row has many columns")]
fn add(
    tree: &mut Tree,
    chance: &mut Chance,
    at: DateTime<Utc>,
    city: CityId,
    parent: Option<&organisation::Model>,
    name: &str,
    level: OrgLevel,
    code: &str,
) -> organisation::Model {
    let seq = tree.organisations.len() as i64 + 1;
    let made = organisation::Model {
        id: chance.id(millis(at)),
        seq,
        code: format!("SYN-{code}"),
        city_id: city,
        parent_id: parent.map(|parent| parent.id),
        path: path_below(parent.map(|parent| parent.path.as_str()), seq),
        depth: parent.map_or(0, |parent| parent.depth + 1),
        name_full: format!("中共{name}委员会"),
        name_short: name.to_owned(),
        name_display: name.to_owned(),
        form: if level == OrgLevel::Community { OrgForm::GrassrootsCommittee } else { OrgForm::LocalCommittee },
        kind_text: None,
        level,
        sector: Some(HostSector::StreetCommunity),
        functional_zone: false,
        division_code: None,
        code_system: Some(CodeSystem::Synthetic),
        display_order: i32::try_from(seq).unwrap_or(i32::MAX),
        status: OrgStatus::Active,
        successor_id: None,
        address: None,
        phone: None,
        profile: None,
        pinyin_key: pinyin::sort_key(name),
        stroke_key: crate::search::stroke::sort_key(name),
        offers: None,
        needs: None,
        field_access: serde_json::json!({}),
        ended_on: None,
        initials: pinyin::initials(name),
        provenance: Provenance::Synthetic,
        provenance_note: None,
        import_id: None,
        version: 1,
        created_at: at,
        updated_at: at,
    };
    tree.organisations.push(made.clone());
    made
}
