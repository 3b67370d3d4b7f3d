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

    async fn nobody_changes_organisations_of_another_city(bench: &Bench, demo) {
        // REQ Z-07
        let staff = signed_in(bench, "pds.staff").await;
        let sheet = "编码,名称,简称,层级,类型,上级编码,城市\nWH-BBT-KHY,改了名的党总支,改名,苑区,党总支,PDS,平顶山市\n";
        let checked = staff.upload(bench, "/imports", &[("kind", "organisations")], "改.csv", sheet.as_bytes()).await;
        assert_eq!(checked.status, 202, "{}", checked.body);
        let path = format!("/imports/{}/actions/confirm", checked.body["id"].as_str().unwrap());
        let done = staff.act(bench, &path, 1, Some(json!({ "skip_bad_rows": true }))).await;
        assert!(matches!(done.status, 403 | 422), "{} {}", done.status, done.body);
        let found = nobody().get(bench, "/organisations?limit=100&q=WH-BBT-KHY").await;
        let names = found.body["items"].to_string();
        assert!(names.contains("康和苑") && !names.contains("改名"), "{names}");
    }

    async fn what_a_branch_brings_in_is_a_draft(bench: &Bench, demo) {
        // REQ Z-14
        let weidong = signed_in(bench, "weidong").await;
        let sheet = "标题,正文,类别,单位,公开范围\n未经审核的材料,正文内容若干字,经验材料,PDS-WD,公开\n";
        let checked = weidong.upload(bench, "/imports", &[("kind", "documents")], "文.csv", sheet.as_bytes()).await;
        assert_eq!((checked.status, checked.body["counts"]["accepted"].as_u64()), (202, Some(1)), "{}", checked.body);
        let path = format!("/imports/{}/actions/confirm", checked.body["id"].as_str().unwrap());
        assert_eq!(weidong.act(bench, &path, 1, Some(json!({}))).await.status, 200);
        let public = nobody().get(bench, "/documents?limit=100").await;
        assert!(!public.body["items"].to_string().contains("未经审核的材料"), "nobody reads a draft");
        let own = weidong.get(bench, "/documents?limit=100").await;
        let own = own.body["items"].as_array().unwrap().clone();
        assert!(own.iter().any(|one| one["title"] == "未经审核的材料" && one["status"] == "draft"));
    }

    async fn a_class_or_programme_that_is_not_there_is_said(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        for key in ["class_id", "programme_id"] {
            let mut options = json!({});
            options[key] = json!("019abcde-0000-7000-8000-000000000000");
            let options = options.to_string();
            let fields = [("kind", "organisations"), ("options", options.as_str())];
            let answer = staff.upload(bench, "/imports", &fields, "a.csv", "编码,名称\nX,某组织\n".as_bytes()).await;
            assert_eq!(answer.status, 404, "{key}: {}", answer.body);
        }
    }

    async fn a_roster_confirmed_twice_is_a_conflict_and_its_paper_is_emptied(bench: &Bench, demo) {
        // REQ I-09 P-02
        let staff = signed_in(bench, "pds.staff").await;
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let options = json!({ "class_id": class }).to_string();
        let fields = [("kind", "enrolments"), ("options", options.as_str())];
        let sheet = "姓名,电话,单位\n新来的人,19900009999,卫东区\n";
        let mut paths = Vec::new();
        for name in ["一.csv", "二.csv"] {
            let checked = staff.upload(bench, "/imports", &fields, name, sheet.as_bytes()).await;
            assert_eq!(checked.status, 202, "{}", checked.body);
            paths.push((format!("/imports/{}", checked.body["id"].as_str().unwrap()), checked.body));
        }
        if paths[0].1["counts"]["add"] == 0 {
            // The example's quotas are full; then nothing can be added twice either.
            assert!(paths[0].1.to_string().contains("over_quota"), "{}", paths[0].1);
            return;
        }
        let confirm = async |at: usize| staff.act(bench, &format!("{}/actions/confirm", paths[at].0), 1, Some(json!({}))).await;
        let first = confirm(0).await;
        assert_eq!(first.status, 200, "{}", first.body);
        let second = confirm(1).await;
        assert_eq!((second.status, second.code()), (409, "object.duplicate"));
        let shown = staff.get(bench, &paths[0].0).await;
        assert!(!shown.body.to_string().contains("19900009999"), "{}", shown.body);
    }

    async fn small_files_that_unfold_without_end_are_refused(bench: &Bench, demo) {
        // REQ U-05 U-08
        let staff = signed_in(bench, "pds.staff").await;
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "编码").unwrap();
        sheet.write_string(1_048_575, 16_383, "x").unwrap();
        let corners = book.save_to_buffer().unwrap();
        let lines = "a\n".repeat(2_000_000);
        let keys = format!("{{{}}}\n", (0..5_000).map(|at| format!("\"k{at}\":1")).collect::<Vec<_>>().join(","));
        let nul = "{\"code\":\"a\\u0000b\",\"name_full\":\"某组织\"}\n".to_owned();
        let began = std::time::Instant::now();
        for (name, bytes) in
            [("角.xlsx", corners), ("行.csv", lines.into_bytes()), ("键.jsonl", keys.into_bytes()), ("零.jsonl", nul.into_bytes())]
        {
            let answer = staff.upload(bench, "/imports", &[("kind", "organisations")], name, &bytes).await;
            assert!(answer.status < 500, "{name}: {}", answer.body);
            assert!(matches!(answer.body["state"].as_str(), Some("failed" | "checked")), "{name}: {}", answer.body);
        }
        assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
    }
}
