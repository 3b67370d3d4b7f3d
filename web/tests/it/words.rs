//! Words: both languages say everything, and nothing is kept that no page says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn root() -> String {
    env!("CARGO_MANIFEST_DIR").to_owned()
}

fn keys(lang: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for entry in fs::read_dir(format!("{}/locales/{lang}", root())).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        keys.extend(
            text.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key.to_owned()).filter(|key| {
                !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            }),
        );
    }
    keys
}

fn sources(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else {
            out.push_str(&fs::read_to_string(path).unwrap_or_default());
        }
    }
}

#[test]
fn both_languages_have_the_same_words() {
    assert_eq!(keys("zh-CN"), keys("en"));
}

#[test]
fn every_word_is_said_somewhere() {
    let mut text = String::new();
    for folder in ["templates", "src"] {
        sources(Path::new(&format!("{}/{folder}", root())), &mut text);
    }
    let unused: Vec<String> = keys("zh-CN")
        .into_iter()
        .filter(|key| !text.contains(&format!("\"{key}\"")))
        // Labels of vocabularies are put together from a prefix and the value.
        .filter(|key| {
            let cuts = key.match_indices('-').map(|(at, _)| &key[..at]);
            !cuts
                .into_iter()
                .any(|prefix| text.contains(&format!("\"{prefix}\"")) || text.contains(&format!("\"{prefix}-{{")))
        })
        .collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn every_setting_scope_and_event_has_words() {
    let known = keys("zh-CN");
    let settings = twinning_api::infra::settings::CATALOGUE.iter().map(|one| format!("setting-{}", one.name));
    let scopes = twinning_api::api_token::model::SCOPES.iter().map(|one| format!("scope-{}", one.replace(':', "_")));
    let events = twinning_api::webhook::model::EVENTS.iter().map(|(one, _)| format!("done-{}", one.replace('.', "_")));
    let missing: Vec<String> = settings.chain(scopes).chain(events).filter(|key| !known.contains(key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
