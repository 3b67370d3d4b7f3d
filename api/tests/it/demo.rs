//! The demo holds what the example's own numbers say.

use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{nobody, signed_in};

on_each_engine! {
    async fn the_example_has_its_numbers(bench: &Bench, empty) {
        assert!(twinning_api::demo::seed(&bench.app).await.unwrap());
        assert!(!twinning_api::demo::seed(&bench.app).await.unwrap(), "a second run changes nothing");
        let expected: serde_json::Value =
            serde_json::from_str(include_str!("../../fixtures/example_2019/expected.json")).unwrap();
        let count = async |path: &str| {
            let answer = nobody().get(bench, &format!("{path}count=true&limit=1")).await;
            answer.body["total"].as_u64().unwrap_or_else(|| panic!("{path}: {}", answer.body))
        };
        assert_eq!(count("/organisations?").await, expected["organisations"]["total"].as_u64().unwrap());
        assert_eq!(count("/pairings?").await, expected["pairings"]["total"].as_u64().unwrap());
        assert_eq!(count("/activities?").await, expected["activities"]["confirmed"].as_u64().unwrap());

        let pairings = nobody().get(bench, "/pairings").await;
        let names: Vec<&str> =
            pairings.body["items"].as_array().unwrap().iter().map(|one| one["side_a"]["organisation"]["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["新华区", "卫东区", "湛河区", "市城乡一体化示范区", "高新区"], "the order of the report");
        assert!(pairings.body["items"].as_array().unwrap().iter().all(|one| one["unveiled_on"] == "2019-12-27"));

        let staff = signed_in(bench, "pds.staff").await;
        let all = staff.get(bench, "/activities?count=true").await;
        assert_eq!(all.body["total"], expected["activities"]["total"]);

        let classes = nobody().get(bench, "/classes").await;
        let class = classes.body["items"][0]["id"].as_str().unwrap().to_owned();
        let roster = staff.get(bench, &format!("/classes/{class}/enrolments?count=true")).await;
        assert_eq!(roster.body["total"], expected["roster"]["accepted"]);
        let lessons = nobody().get(bench, &format!("/classes/{class}/lessons")).await;
        assert_eq!(lessons.body["items"].as_array().unwrap().len() as u64, expected["timetable"]["sessions"].as_u64().unwrap());
        let shown = nobody().get(bench, &format!("/classes/{class}")).await;
        assert_eq!(shown.body["credit_hours"].as_f64(), expected["timetable"]["credit_hours"].as_f64());
        let quotas = staff.get(bench, &format!("/classes/{class}/quotas")).await;
        for one in quotas.body["items"].as_array().unwrap() {
            let name = one["organisation"]["name"].as_str().unwrap();
            assert_eq!(one["enrolled"], expected["roster"]["by_district"][name], "{name}");
        }
        assert!(twinning_api::audit::ops::verify(&bench.app).await.unwrap().problems.is_empty());
    }

    async fn a_demo_that_was_broken_off_is_finished_by_the_next(bench: &Bench, empty) {
        // Ever longer runs are broken off wherever they are; the last one is left alone.
        let mut broken_off = 0;
        let mut wait = std::time::Duration::from_millis(40);
        while actix_web::rt::time::timeout(wait, twinning_api::demo::seed(&bench.app)).await.is_err() {
            broken_off += 1;
            wait = wait * 3 / 2;
        }
        assert!(broken_off >= 5, "the demo was loaded before it was broken off often enough: {broken_off}");
        assert!(!twinning_api::demo::seed(&bench.app).await.unwrap());
        let expected: serde_json::Value =
            serde_json::from_str(include_str!("../../fixtures/example_2019/expected.json")).unwrap();
        let staff = signed_in(bench, "pds.staff").await;
        let count = async |path: &str| staff.get(bench, &format!("{path}count=true&limit=1")).await.body["total"].clone();
        let class = nobody().get(bench, "/classes").await.body["items"].clone();
        assert_eq!(class.as_array().unwrap().len(), 1);
        let class = class[0]["id"].as_str().unwrap();
        assert_eq!(count("/organisations?").await, expected["organisations"]["total"]);
        assert_eq!(count("/pairings?").await, expected["pairings"]["total"]);
        assert_eq!(count("/activities?").await, expected["activities"]["total"]);
        assert_eq!(count(&format!("/classes/{class}/enrolments?")).await, expected["roster"]["accepted"]);
        assert_eq!(count("/programmes?").await, 1);
        let materials = staff.get(bench, &format!("/classes/{class}/materials")).await.body["items"].clone();
        let whole = Bench::demo(twinning_api::testkit::Engine::Sqlite).await;
        let other = signed_in(&whole, "pds.staff").await;
        for path in ["/documents?limit=100", "/notices?limit=100", "/activities?kind=unveiling_ceremony"] {
            let told = async |caller: &crate::caller::Caller, bench: &Bench| {
                let items = caller.get(bench, path).await.body["items"].clone();
                let mut out: Vec<String> =
                    items.as_array().unwrap().iter().map(|one| format!("{} {}", one["title"], one["photos"])).collect();
                out.sort();
                out
            };
            assert_eq!(told(&staff, bench).await, told(&other, &whole).await, "{path}");
        }
        let class = nobody().get(&whole, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let wanted = other.get(&whole, &format!("/classes/{class}/materials")).await.body["items"].clone();
        assert_eq!(materials.as_array().unwrap().len(), wanted.as_array().unwrap().len());
    }

    async fn every_query_of_the_example_finds_its_document(bench: &Bench, demo) {
        let staff = signed_in(bench, "trainee001").await;
        let text = include_str!("../../fixtures/example_2019/documents/queries.csv");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let index = include_str!("../../fixtures/example_2019/documents/index.csv");
        let mut titles = std::collections::HashMap::new();
        for row in csv::Reader::from_reader(index.trim_start_matches('\u{feff}').as_bytes()).records() {
            let row = row.unwrap();
            titles.insert(row[0].to_owned(), row[1].to_owned());
        }
        let mut missed = Vec::new();
        for row in reader.records() {
            let row = row.unwrap();
            let path = format!("/search?limit=3&kind=document&q={}", encoded(&row[0]));
            let answer = staff.get(bench, &path).await;
            assert_eq!(answer.status, 200, "{path}");
            if row[1].is_empty() {
                continue;
            }
            let wanted = &titles[&row[1]];
            let found: Vec<&str> =
                answer.body["items"].as_array().unwrap().iter().filter_map(|hit| hit["title"].as_str()).collect();
            if !found.contains(&wanted.as_str()) {
                missed.push(format!("{} -> {found:?}", &row[0]));
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }
}

/// Percent-encoding of a query value.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
