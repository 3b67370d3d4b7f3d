//! What holds over the whole tree: the document of the API, its operations, the rooms of the code.

use std::collections::BTreeSet;

use twinning_api::rest::{openapi, operations};

fn document() -> serde_json::Value {
    serde_json::to_value(openapi::document()).unwrap()
}

#[test]
fn the_printed_document_is_the_one_that_is_served() {
    // REQ C-02
    let path = format!("{}/../docs/reference/openapi.json", env!("CARGO_MANIFEST_DIR"));
    let printed: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(printed, document(), "run `make reference`");
}

#[test]
fn every_operation_has_its_roles_from_the_policy() {
    // REQ Z-01
    let document = document();
    let mut served = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values().filter(|one| one["operationId"].is_string()) {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(operation["x-roles"].as_array().is_some_and(|roles| !roles.is_empty()), "{id}");
            assert!(operation["security"].is_array(), "{id}");
            served.insert(id);
        }
    }
    let known: BTreeSet<String> = operations().iter().map(|operation| operation.id.to_owned()).collect();
    assert_eq!(served, known);
}

#[test]
fn each_line_is_in_its_room() {
    let root = format!("{}/src", env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(&root)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let uses =
                |word: &str| text.lines().any(|line| line.trim_start().starts_with("use ") && line.contains(word));
            if ["policy.rs", "model.rs", "store.rs"].contains(&name.as_str()) && uses("actix_web") {
                wrong.push(format!("{}: actix_web", path.display()));
            }
            if ["policy.rs", "model.rs", "wire.rs", "rest.rs"].contains(&name.as_str()) && uses("sea_orm") {
                wrong.push(format!("{}: sea_orm", path.display()));
            }
            if name == "policy.rs" && text.contains("async fn") {
                wrong.push(format!("{}: async", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn both_languages_have_every_message() {
    for file in ["faults.ftl", "files.ftl", "import.ftl", "mail.ftl"] {
        let keys = |lang: &str| -> BTreeSet<String> {
            let path = format!("{}/locales/{lang}/{file}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).unwrap();
            text.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key.to_owned()).collect()
        };
        assert_eq!(keys("zh-CN"), keys("en"), "{file}");
    }
}
