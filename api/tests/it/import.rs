//! Imports over the API: preview, confirm, undo, and files that cannot be used.

use serde_json::json;
use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{nobody, signed_in};

fn roster(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

on_each_engine! {
    async fn a_roster_is_previewed_confirmed_and_known_again(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let options = json!({ "class_id": class }).to_string();
        let fields = [("kind", "enrolments"), ("options", options.as_str())];
        let checked = staff.upload(bench, "/imports", &fields, "roster.xlsx", &roster("example_2019/roster.xlsx")).await;
        assert_eq!(checked.status, 202, "{}", checked.body);
        assert_eq!(checked.body["counts"]["same"], 170, "everybody is in the class already");
        assert_eq!(checked.body["counts"]["add"], 0);
        let path = format!("/imports/{}", checked.body["id"].as_str().unwrap());
        assert_eq!(signed_in(bench, "wuhan.staff").await.get(bench, &path).await.status, 404);
        let done = staff.act(bench, &format!("{path}/actions/confirm"), 1, Some(json!({}))).await;
        assert_eq!((done.status, done.body["state"].as_str()), (200, Some("done")));
        let again = staff.act(bench, &format!("{path}/actions/confirm"), 2, Some(json!({}))).await;
        assert_eq!((again.status, again.code()), (409, "import.wrong_state"));
        let undone = staff.act(bench, &format!("{path}/actions/undo"), 2, None).await;
        assert_eq!((undone.status, undone.body["state"].as_str()), (200, Some("undone")));
        let size = staff.get(bench, &format!("/classes/{class}/enrolments?count=true")).await;
        assert_eq!(size.body["total"], 170);
    }

    async fn files_that_cannot_be_used_say_why_and_leave_nothing(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let weidong = signed_in(bench, "weidong").await;
        let bad = "名称,电话号\n甲,1\n".as_bytes();
        for (name, bytes) in [
            ("空.csv", b"".as_slice()),
            ("坏.xlsx", b"PK\x03\x04 rubbish".as_slice()),
            ("无表头.csv", bad),
            ("乱码.csv", b"\xFF\xFF\xFF\x80".as_slice()),
            ("网页.xls", b"<html><table></table></html>".as_slice()),
        ] {
            let answer = staff.upload(bench, "/imports", &[("kind", "organisations")], name, bytes).await;
            assert_eq!((answer.status, answer.body["state"].as_str()), (202, Some("failed")), "{name}: {}", answer.body);
            let problem = answer.body["problem"].as_str().unwrap();
            assert!(!problem.is_empty() && !problem.starts_with("import"), "{name}: {problem}");
        }
        assert_eq!(weidong.upload(bench, "/imports", &[("kind", "organisations")], "a.csv", bad).await.status, 403);
        assert_eq!(nobody().upload(bench, "/imports", &[("kind", "organisations")], "a.csv", bad).await.status, 401);
        let unknown = staff.upload(bench, "/imports", &[("kind", "nonsense")], "a.csv", bad).await;
        assert_eq!(unknown.status, 422);
        let missing = staff.upload(bench, "/imports", &[("kind", "enrolments")], "a.csv", bad).await;
        assert_eq!(missing.code(), "import.class_needed");
        let total = nobody().get(bench, "/organisations?count=true&limit=1").await.body["total"].clone();
        assert_eq!(total, 195);
    }
}
