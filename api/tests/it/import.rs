//! Imports over the API: preview, confirm, undo, and files that cannot be used.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
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
            ("照片.csv", b"\xFF\xD8\xFF\xE0 JFIF".as_slice()),
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

    async fn what_is_left_to_mend_comes_back_sheet_by_sheet(bench: &Bench, demo) {
        // REQ P-02 P-06 U-09
        let staff = signed_in(bench, "pds.staff").await;
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let mut book = rust_xlsxwriter::Workbook::new();
        for (name, heading, unit) in [("卫东区", "所在单位", "没有这个单位"), ("新华区", "单位", "=也没有")] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            sheet.write_string(0, 0, format!("{name}名册")).unwrap();
            for (column, text) in ["姓名", "手机号", heading].iter().enumerate() {
                sheet.write_string(1, column as u16, *text).unwrap();
            }
            for (column, text) in ["待改的人", "19900007001", unit].iter().enumerate() {
                sheet.write_string(2, column as u16, *text).unwrap();
            }
        }
        let bytes = book.save_to_buffer().unwrap();
        let options = json!({ "class_id": class }).to_string();
        let fields = [("kind", "enrolments"), ("options", options.as_str())];
        let checked = staff.upload(bench, "/imports", &fields, "册.xlsx", &bytes).await;
        assert_eq!(checked.body["counts"]["rejected"], 2, "{}", checked.body);
        assert!(checked.body.to_string().contains("19900007001"), "whoever imports sees what is read");
        let id = checked.body["id"].as_str().unwrap();
        let kept = async || {
            let rows = twinning_entity::import_row::Entity::find().all(bench.app.db().writer()).await.unwrap();
            rows.into_iter().map(|row| format!("{:?} {} {}", row.value, row.cells, row.faults)).collect::<String>()
        };
        assert!(!kept().await.contains("19900007001"), "nobody reads it in a copy of the database");

        let mended = staff.get(bench, &format!("/imports/{id}/bad-rows")).await;
        assert_eq!(mended.status, 200);
        let again = staff.upload(bench, "/imports", &fields, "改.xlsx", &mended.bytes).await;
        assert_eq!(again.body["counts"]["rejected"], 2, "{}", again.body);
        let rows = again.body["rows"].as_array().unwrap();
        let told: Vec<(&str, &str)> =
            rows.iter().map(|row| (row["sheet"].as_str().unwrap(), row["faults"][0]["column"].as_str().unwrap())).collect();
        assert_eq!(told, [("卫东区", "所在单位"), ("新华区", "单位")]);

        // Nobody confirms: in time both are dropped, and nothing of them is kept.
        let sweep = async || {
            for kind in twinning_api::HOURLY {
                (kind.work)(bench.app.clone(), serde_json::Value::Null).await.unwrap();
            }
        };
        sweep().await;
        assert!(kept().await.len() > 500);
        bench.app.clock().advance(chrono::Duration::days(31));
        sweep().await;
        let rows = twinning_entity::import_row::Entity::find()
            .filter(twinning_entity::import_row::Column::State.eq(twinning_entity::import_row::RowState::Rejected))
            .all(bench.app.db().writer())
            .await
            .unwrap();
        assert!(rows.iter().all(|row| row.cells == json!([]) && row.value.is_none()), "{rows:?}");
    }

    async fn an_import_sent_again_is_the_same_only_when_all_of_it_is(bench: &Bench, demo) {
        // REQ I-05
        let staff = signed_in(bench, "pds.staff").await;
        let sheet = "组织名称,上级组织编码,层级,组织类型\n示例街道党工委,PDS-WD,街道,街道党工委\n".as_bytes();
        let send = async |kind: &str, name: &str| {
            staff.upload_with(bench, "/imports", &[("kind", kind)], name, sheet, &[("idempotency-key", "k1")]).await
        };
        let first = send("organisations", "甲.csv").await;
        assert_eq!(first.status, 202, "{}", first.body);
        assert_eq!(send("organisations", "甲.csv").await.body["id"], first.body["id"]);
        let other = send("activities", "甲.csv").await;
        assert_eq!((other.status, other.code()), (422, "idempotency.mismatch"));
        let other = send("organisations", "乙.csv").await;
        assert_eq!((other.status, other.code()), (422, "idempotency.mismatch"));
    }

    async fn an_empty_table_is_a_table_of_its_kind(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let options = json!({ "class_id": class }).to_string();
        for kind in ["organisations", "pairings", "activities", "enrolments", "lessons", "documents"] {
            for lang in ["zh-CN", "en"] {
                let path = format!("/imports/templates/{kind}");
                let given =
                    staff.send(bench, actix_web::http::Method::GET, &path, None, &[("accept-language", lang)]).await;
                assert_eq!(given.status, 200, "{kind}");
                let fields = [("kind", kind), ("options", options.as_str())];
                let checked = staff.upload(bench, "/imports", &fields, "空.xlsx", &given.bytes).await;
                assert_eq!(checked.body["state"], "checked", "{kind} {lang}: {}", checked.body);
                assert_eq!(checked.body["counts"]["rejected"], 0, "{kind} {lang}: {}", checked.body);
            }
        }
        assert_eq!(staff.get(bench, "/imports/templates/nonsense").await.status, 404);
        assert_eq!(signed_in(bench, "weidong").await.get(bench, "/imports/templates/pairings").await.status, 403);
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
