//! Activities: one side logs, the other confirms, a stranger learns nothing.

use actix_web::http::Method;
use serde_json::{Value, json};
use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{Caller, nobody, signed_in};

async fn pairing(bench: &Bench, code: &str) -> String {
    let all = nobody().get(bench, "/pairings").await;
    let found = all.body["items"].as_array().unwrap().iter().find(|one| one["code"] == code).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

fn record(pairing: &str) -> Value {
    json!({
        "pairing_id": pairing, "kind": "symposium", "title": "红色物业座谈", "held_on": "2020-05-20",
        "start_time": "14:30:00", "place": "卫东区", "attended_a": 12, "attended_b": 8, "summary": "双方交流红色物业经验"
    })
}

async fn logged(bench: &Bench, caller: &Caller) -> Value {
    let id = pairing(bench, "PDS-WH-2019-02").await;
    let made = caller.post(bench, "/activities", record(&id)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body
}

on_each_engine! {
    async fn one_side_logs_and_the_other_confirms(bench: &Bench, demo) {
        let weidong = signed_in(bench, "weidong").await;
        let kangheyuan = signed_in(bench, "kangheyuan").await;
        let xinhua = signed_in(bench, "xinhua").await;
        let made = logged(bench, &weidong).await;
        let path = format!("/activities/{}", made["id"].as_str().unwrap());
        assert_eq!(made["status"], "record_due");
        assert_eq!(nobody().get(bench, &path).await.status, 404, "not public yet");
        assert_eq!(xinhua.get(bench, &path).await.status, 404, "another pairing's side");
        assert_eq!(kangheyuan.act(bench, &format!("{path}/actions/submit_record"), 1, None).await.status, 403);
        let sent = weidong.act(bench, &format!("{path}/actions/submit_record"), 1, None).await;
        assert_eq!((sent.status, sent.body["status"].as_str()), (200, Some("awaiting_confirmation")));
        let todo = kangheyuan.get(bench, "/todo").await;
        let todo = todo.body["items"].as_array().unwrap().iter().find(|one| one["object_id"] == made["id"]).unwrap().clone();
        let today = bench.app.today().to_string();
        assert_eq!((todo["from"].as_str(), todo["since"].as_str()), (Some("卫东区"), Some(today.as_str())), "{todo}");
        let own = weidong.act(bench, &format!("{path}/actions/confirm"), 2, None).await;
        assert_eq!(own.code(), "activity.own_record");
        let short = kangheyuan.act(bench, &format!("{path}/actions/return"), 2, Some(json!({ "reason": "少" }))).await;
        assert_eq!(short.code(), "field.reason_short");
        let no_version = kangheyuan.send(bench, Method::POST, &format!("{path}/actions/confirm"), None, &[]).await;
        assert_eq!(no_version.status, 428);
        assert_eq!(kangheyuan.act(bench, &format!("{path}/actions/confirm"), 1, None).await.status, 412, "stale");
        let done = kangheyuan.act(bench, &format!("{path}/actions/confirm"), 2, None).await;
        assert_eq!((done.status, done.body["status"].as_str()), (200, Some("confirmed")));
        let again = kangheyuan.act(bench, &format!("{path}/actions/confirm"), 2, None).await;
        assert_eq!((again.status, again.body["current_state"].as_str()), (409, Some("confirmed")));
        let public = nobody().get(bench, &path).await;
        assert_eq!((public.status, public.body["attended"].as_i64()), (200, Some(20)));
        let found = nobody().get(bench, &format!("/search?q={}", crate::demo::encoded("红色物业经验"))).await;
        assert!(found.body["items"].as_array().unwrap().iter().any(|hit| hit["id"] == made["id"]), "{}", found.body);
    }

    async fn a_repeated_call_has_one_effect(bench: &Bench, demo) {
        // REQ I-05
        let weidong = signed_in(bench, "weidong").await;
        let id = pairing(bench, "PDS-WH-2019-02").await;
        let key = [("idempotency-key", "one")];
        let first = weidong.send(bench, Method::POST, "/activities", Some(record(&id)), &key).await;
        let second = weidong.send(bench, Method::POST, "/activities", Some(record(&id)), &key).await;
        assert_eq!((first.status, second.status), (201, 201));
        assert_eq!(first.body["id"], second.body["id"]);
        let other = json!({ "title": "另一个", "pairing_id": id, "kind": "symposium", "held_on": "2020-05-20", "place": "x" });
        let clash = weidong.send(bench, Method::POST, "/activities", Some(other), &key).await;
        assert_eq!((clash.status, clash.code()), (422, "idempotency.mismatch"));
    }

    async fn bad_records_are_refused_and_leave_nothing(bench: &Bench, demo) {
        let weidong = signed_in(bench, "weidong").await;
        let own = pairing(bench, "PDS-WH-2019-02").await;
        let other = pairing(bench, "PDS-WH-2019-01").await;
        let before = weidong.get(bench, "/activities?count=true").await.body["total"].clone();
        assert_eq!(weidong.post(bench, "/activities", record(&other)).await.status, 403, "not my pairing");
        assert_eq!(nobody().post(bench, "/activities", record(&own)).await.status, 401);
        let trainee = signed_in(bench, "trainee001").await;
        assert_eq!(trainee.post(bench, "/activities", record(&own)).await.status, 403);
        let mut late = record(&own);
        late["held_on"] = json!("2031-01-01");
        let refused = weidong.post(bench, "/activities", late).await;
        assert_eq!((refused.status, refused.code()), (422, "activity.not_yet_held"));
        let empty = weidong.post(bench, "/activities", json!({ "pairing_id": own })).await;
        assert_eq!((empty.status, empty.code()), (422, "field.required"));
        let english = weidong
            .send(bench, Method::POST, "/activities", Some(json!({})), &[("accept-language", "en")])
            .await;
        assert_eq!(english.body["errors"][0]["message"], "Fill this in.");
        assert_eq!(weidong.get(bench, "/activities?count=true").await.body["total"], before);
    }

    async fn one_row_or_three_the_pages_join(bench: &Bench, demo) {
        // REQ I-08
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = nobody().get(bench, &format!("/activities?limit=3{cursor}")).await;
            assert_eq!(page.status, 200);
            seen.extend(page.body["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            match page.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (14, 14));
    }
}
