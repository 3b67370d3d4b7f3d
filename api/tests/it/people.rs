//! Personal data: sealed, masked, shown with a reason, exported to their owner, erased by two persons, forgotten in time.

use serde_json::{Value, json};
use twinning_api::on_each_engine;
use twinning_api::person::ops::{erasure, retention};
use twinning_api::testkit::Bench;

use crate::accounts::{PASSWORD, invited, organisation, sign_in};
use crate::caller::{nobody, signed_in};
use crate::demo::encoded;

async fn trainee(bench: &Bench) -> Value {
    let found = signed_in(bench, "pds.staff").await.get(bench, "/people?limit=100").await.body;
    found["items"].as_array().unwrap().iter().find(|one| one["phone_masked"].is_string()).unwrap().clone()
}

on_each_engine! {
    async fn a_full_number_is_shown_with_a_reason_that_stays_on_record(bench: &Bench, demo) {
        // REQ P-03 P-04 G-01
        let staff = signed_in(bench, "pds.staff").await;
        let person = trainee(bench).await;
        let path = format!("/people/{}/actions/reveal", person["id"].as_str().unwrap());
        assert_eq!(staff.post(bench, &path, json!({ "reason": "x" })).await.code(), "field.reason_short");
        let shown = staff.post(bench, &path, json!({ "reason": "示例：通知改期" })).await;
        let phone = shown.body["phone"].as_str().unwrap();
        assert_eq!((phone.len(), phone.starts_with("1")), (11, true));
        assert_eq!(person["phone_masked"], format!("{}****{}", &phone[..3], &phone[7..]));
        for stranger in ["wuhan.staff", "kangheyuan"] {
            let answer = signed_in(bench, stranger).await.post(bench, &path, json!({ "reason": "示例：想看看" })).await;
            assert_eq!(answer.status, 404, "{stranger}");
        }
        let audit = signed_in(bench, "audit").await;
        let record = audit.get(bench, "/audit-entries?operation=person.reveal").await.body;
        assert_eq!(record["items"][0]["detail"]["reason"], "示例：通知改期");
        assert!(!record.to_string().contains(phone));
        for _ in 0..59 {
            assert_eq!(staff.post(bench, &path, json!({ "reason": "示例：再看一次" })).await.status, 200);
        }
        let over = staff.post(bench, &path, json!({ "reason": "示例：再看一次" })).await;
        assert_eq!((over.status, over.code()), (429, "person.too_many"));
    }

    async fn people_and_posts_are_the_organisation_s_own(bench: &Bench, demo) {
        // REQ Z-02 Z-07
        let weidong = signed_in(bench, "weidong").await;
        let (own, other) = (organisation(bench, "PDS-WD").await, organisation(bench, "PDS-XH").await);
        let made = weidong.post(bench, "/people", json!({ "name": "示例新人", "organisation_id": own, "phone": "+86 199 0000 9999" })).await;
        assert_eq!((made.status, made.body["phone_masked"].as_str()), (201, Some("199****9999")), "{}", made.body);
        assert_eq!(weidong.post(bench, "/people", json!({ "name": "示例", "organisation_id": other })).await.status, 403);
        assert_eq!(weidong.post(bench, "/people", json!({ "name": "示例", "organisation_id": own, "phone": "12345" })).await.code(), "field.mobile");
        let path = format!("/people/{}", made.body["id"].as_str().unwrap());
        let patch = async |caller: &crate::caller::Caller, seen: i64, body: Value| {
            caller.send(bench, actix_web::http::Method::PATCH, &path, Some(body), &[("if-match", &format!("\"{seen}\""))]).await
        };
        assert_eq!(patch(&signed_in(bench, "xinhua").await, 1, json!({ "name": "改" })).await.status, 404);
        assert_eq!(patch(&weidong, 1, json!({ "organisation_id": other })).await.status, 403, "both sides are asked");
        assert_eq!(patch(&weidong, 1, json!({ "phone": null, "name": "示例改名" })).await.body["phone_masked"], Value::Null);
        let post = json!({ "organisation_id": own, "kind": "liaison", "title": "联络员", "from_on": "2020-01-01" });
        let given = weidong.post(bench, &format!("{path}/positions"), post.clone()).await;
        assert_eq!(given.status, 201, "{}", given.body);
        assert_eq!(weidong.post(bench, &format!("{path}/positions"), post).await.code(), "appointment.held");
        let end = format!("{path}/positions/{}/actions/end", given.body["id"].as_str().unwrap());
        assert_eq!(weidong.act(bench, &end, 1, Some(json!({ "to_on": "2019-01-01" }))).await.code(), "field.range");
        assert_eq!(weidong.act(bench, &end, 1, Some(json!({ "to_on": "2020-12-31" }))).await.status, 200);
        assert_eq!(weidong.act(bench, &end, 2, Some(json!({ "to_on": "2020-12-31" }))).await.code(), "person.post_ended");
        // A post of another person is not there (REQ Z-06).
        let other = trainee(bench).await;
        let wrong = end.replace(made.body["id"].as_str().unwrap(), other["id"].as_str().unwrap());
        assert_eq!(signed_in(bench, "pds.staff").await.act(bench, &wrong, 2, Some(json!({ "to_on": "2020-12-31" }))).await.status, 404);
    }

    async fn one_s_own_data_come_as_json_and_as_a_workbook(bench: &Bench, demo) {
        // REQ P-05
        let me = signed_in(bench, "trainee001").await;
        let data = me.get(bench, "/me/data").await;
        assert_eq!(data.status, 200, "{}", data.body);
        assert_eq!(data.body["account"]["login"], "trainee001@example.org");
        assert_eq!(data.body["person"]["phone"].as_str().unwrap().len(), 11, "one's own is not masked");
        assert_eq!(data.body["classes"].as_array().unwrap().len(), 1);
        assert!(!data.body["record"].as_array().unwrap().is_empty());
        assert!(!data.body.to_string().contains("$argon2"));
        let book = me.get(bench, "/me/data?format=xlsx").await;
        let sheets = twinning_api::transfer::sheet::read(
            &book.bytes, "data.xlsx", &twinning_api::transfer::sheet::Limits::BULK, &|_| true).unwrap();
        assert!(sheets.iter().any(|sheet| sheet.name == "角色"), "{:?}", sheets.iter().map(|one| &one.name).collect::<Vec<_>>());
        for sheet in sheets.iter().filter(|sheet| sheet.name != "邮件提醒") {
            for heading in sheet.rows.first().into_iter().flat_map(|row| &row.cells) {
                let heading = format!("{heading:?}");
                assert!(!heading.is_ascii(), "{}: {heading}", sheet.name);
            }
        }
    }

    async fn erasing_takes_two_persons_and_leaves_nothing_that_identifies(bench: &Bench, demo) {
        // REQ P-05 P-06 Z-15
        let member = invited(bench, "pds.staff", "PDS-WD", "erase@example.com", "branch_admin").await;
        let person = member.get(bench, "/me").await.body["person_id"].as_str().unwrap().to_owned();
        let staff = signed_in(bench, "pds.staff").await;
        let path = format!("/people/{person}/actions/erase");
        let asked = staff.post(bench, &path, json!({ "reason": "示例：本人申请删除" })).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        let approve = format!("/approvals/{}/actions/approve", asked.body["id"].as_str().unwrap());
        assert_eq!(staff.act(bench, &approve, 1, None).await.code(), "approval.own_request");
        assert_eq!(signed_in(bench, "security").await.act(bench, &approve, 1, None).await.status, 200);
        assert_eq!(member.get(bench, "/me").await.status, 401);
        assert!(sign_in(bench, "erase@example.com", PASSWORD, None).await.is_err());
        assert_eq!(staff.get(bench, &format!("/people/{person}")).await.status, 404);
        let q = encoded("示例受邀人");
        assert_eq!(staff.get(bench, &format!("/people?q={q}&count=true")).await.body["total"], 0);
        assert_eq!(staff.get(bench, "/accounts?q=erase@&count=true").await.body["total"], 0);
        twinning_api::infra::jobs::run_until_idle(&bench.app, twinning_api::JOBS).await.unwrap();
        let said = "SELECT COUNT(*) FROM invitations WHERE identity_check <> '' AND person_id IN (SELECT id FROM people WHERE erased_at IS NOT NULL)";
        {
            use sea_orm::{ConnectionTrait as _, Statement};
            let conn = bench.app.db().writer();
            let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), said.to_owned())).await.unwrap();
            assert_eq!(row.unwrap().try_get_by_index::<i64>(0).unwrap(), 0, "how identity was checked is forgotten");
        }
        // A restore brings the row back and knows nothing of the erasure; the journal beside the database takes it away.
        use sea_orm::{ConnectionTrait as _, Statement};
        let conn = bench.app.db().writer();
        conn.execute_raw(Statement::from_string(conn.get_database_backend(),
            "UPDATE people SET erased_at = NULL, name = '示例受邀人' WHERE name = '已匿名'".to_owned())).await.unwrap();
        conn.execute_unprepared("DELETE FROM erasures").await.unwrap();
        assert_eq!(erasure::apply_journal(&bench.app).await.unwrap(), 1);
        assert_eq!(erasure::apply_journal(&bench.app).await.unwrap(), 0);
        assert_eq!(staff.get(bench, &format!("/people?q={q}&count=true")).await.body["total"], 0);
        assert!(twinning_api::audit::ops::verify(&bench.app).await.unwrap().problems.is_empty());
    }

    async fn a_roster_with_full_numbers_takes_two_persons_and_a_day(bench: &Bench, demo) {
        // REQ P-03 Z-15
        let teacher = signed_in(bench, "teacher").await;
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].clone();
        let asked = teacher.post(bench, "/approvals", json!({ "class_id": class, "reason": "示例：打印通讯录" })).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        let id = asked.body["id"].as_str().unwrap();
        let content = format!("/approvals/{id}/content");
        assert_eq!(teacher.get(bench, &content).await.status, 410);
        let approve = format!("/approvals/{id}/actions/approve");
        assert_eq!(signed_in(bench, "wuhan.staff").await.act(bench, &approve, 1, None).await.status, 404);
        let staff = signed_in(bench, "pds.staff").await;
        assert_eq!(staff.act(bench, &approve, 1, None).await.status, 200);
        assert_eq!(staff.get(bench, &content).await.status, 403, "only who asked fetches it");
        let book = teacher.get(bench, &content).await;
        let sheets = twinning_api::transfer::sheet::read(
            &book.bytes, "roster.xlsx", &twinning_api::transfer::sheet::Limits::BULK, &|_| true).unwrap();
        assert_eq!(sheets[0].rows.len(), 171);
        assert!(sheets[0].rows[1].cells.iter().any(|cell| cell.text().len() == 11 && cell.text().starts_with("199")));
        bench.app.clock().advance(chrono::Duration::hours(25));
        assert_eq!(signed_in(bench, "teacher").await.get(bench, &content).await.status, 410);
    }

    async fn what_is_not_needed_any_more_is_forgotten_and_told_before(bench: &Bench, demo) {
        // REQ A-08 P-06
        let admin = signed_in(bench, "admin").await;
        let before = admin.get(bench, "/retention").await.body;
        assert_eq!(before["accounts_to_disable"].as_array().unwrap().len(), 0);
        // Two weeks before, those who look after an organisation are told, once a month.
        bench.app.clock().advance(chrono::Duration::days(355));
        let staff = signed_in(bench, "pds.staff").await;
        for _ in 0..2 {
            retention::run(&bench.app).await.unwrap();
        }
        let inbox = staff.get(bench, "/me/messages").await.body;
        let told: Vec<_> = inbox["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "account.idle").collect();
        assert_eq!(told.len(), 1, "{inbox}");
        assert!(told[0]["text"].as_str().unwrap().contains("长期未使用"), "{inbox}");
        bench.app.clock().advance(chrono::Duration::days(45));
        let admin = signed_in(bench, "admin").await;
        let planned = admin.get(bench, "/retention").await.body;
        let disable = planned["accounts_to_disable"].as_array().unwrap().len();
        assert!(disable > 170, "{disable}");
        retention::run(&bench.app).await.unwrap();
        assert_eq!(sign_in(bench, "trainee001@example.org", twinning_api::demo::PASSWORD, None).await.err().unwrap(), "auth.failed");
        // The last of each kind of administrator stays.
        assert!(sign_in(bench, "security@example.org", twinning_api::demo::PASSWORD, None).await.is_ok());
        bench.app.clock().advance(chrono::Duration::days(800));
        retention::run(&bench.app).await.unwrap();
        let staff = signed_in(bench, "admin").await;
        let left = staff.get(bench, "/retention").await.body;
        assert_eq!(left["accounts_to_anonymise"].as_array().unwrap().len(), 0, "{left}");
        let accounts = staff.get(bench, "/accounts?q=trainee&count=true").await.body;
        assert_eq!(accounts["total"], 0);
    }

    async fn people_come_in_bulk_and_those_with_an_address_are_invited(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let file = "平顶山市组织人员名单,,,,,\n姓名,单位,职务,手机号,邮箱,角色\n示例甲,卫东区,党委书记,19900001111,,\n\
                    示例乙,PDS-XH,联络员,19900002222,bulk@example.com,党组织管理员\n示例丙,康和苑党总支,书记,,,\n\
                    示例丁,卫东区,委员,123,,\n示例戊,卫东区,,,weidong@example.org,\n示例己,卫东区,,,new@example.com,系统管理员\n";
        let import = staff.upload(bench, "/imports", &[("kind", "people")], "人员.csv", file.as_bytes()).await.body;
        assert_eq!((import["counts"]["accepted"].clone(), import["counts"]["rejected"].clone()), (json!(2), json!(4)), "{import}");
        let id = import["id"].as_str().unwrap();
        let confirm = format!("/imports/{id}/actions/confirm");
        let answer = staff.act(bench, &confirm, import["version"].as_i64().unwrap(), Some(json!({ "skip_bad_rows": true }))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let invited = staff.get(bench, "/invitations").await.body;
        assert_eq!((invited["items"][0]["email"].as_str(), invited["items"][0]["role"].as_str()), (Some("bulk@example.com"), Some("branch_admin")));
        assert_eq!(crate::mailbox::letters(bench).await.len(), 1);
        let again = staff.upload(bench, "/imports", &[("kind", "people")], "人员2.csv", file.as_bytes()).await.body;
        assert_eq!(again["counts"]["same"], 1, "{again}");
        // A letter cannot be taken back, so the import is not undone.
        let undo = format!("/imports/{id}/actions/undo");
        assert_eq!(staff.act(bench, &undo, answer.body["version"].as_i64().unwrap(), None).await.code(), "import.built_upon");
    }
}
