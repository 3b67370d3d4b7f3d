//! Webhooks: signed, in order, again until they are answered, replayed, and never to a private address.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};
use twinning_api::testkit::{Bench, Engine};
use twinning_api::webhook::ops::deliver_due;

use crate::caller::{nobody, signed_in};

type Heard = Rc<RefCell<Vec<(String, String, String)>>>;

/// A system that hears events: it answers 500 as often as it is told to, then 200.
async fn receiver(refusals: usize) -> (u16, Heard) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let heard: Heard = Rc::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let kept = Rc::clone(&heard);
    actix_web::rt::spawn(async move {
        let mut left = refusals;
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let (head, body) = loop {
                let mut part = [0; 4096];
                let read = stream.read(&mut part).await.unwrap_or(0);
                bytes.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head.lines().find_map(|line| {
                        line.to_lowercase().strip_prefix("content-length: ").map(|one| one.parse::<usize>().unwrap())
                    });
                    if body.len() >= length.unwrap_or(0) {
                        break (head.to_owned(), body.to_owned());
                    }
                }
                if read == 0 {
                    break (text, String::new());
                }
            };
            let header = |name: &str| {
                head.lines()
                    .find_map(|line| {
                        line.to_lowercase().starts_with(&format!("{name}: ")).then(|| line[name.len() + 2..].to_owned())
                    })
                    .unwrap_or_default()
            };
            let status =
                if left > 0 { "500 Internal Server Error" } else { "302 Found\r\nlocation: http://127.0.0.1:1/" };
            let status = if left == 0 { "200 OK" } else { status };
            left = left.saturating_sub(1);
            if status.starts_with("200") {
                kept.borrow_mut().push((header("twinning-event"), header("twinning-signature"), body));
            }
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, heard)
}

async fn hook(bench: &Bench, port: u16) -> Value {
    let cities = nobody().get(bench, "/cities").await.body;
    let city = cities["items"].as_array().unwrap().iter().find(|one| one["name"] == "平顶山市").unwrap()["id"].clone();
    let events = ["activity.log", "activity.submit_record", "activity.confirm"];
    let body = json!({ "city_id": city, "url": format!("http://127.0.0.1:{port}/hook"), "events": events });
    let made = signed_in(bench, "pds.staff").await.post(bench, "/webhooks", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body
}

/// Logs, submits and confirms an activity: three events.
async fn three_events(bench: &Bench) {
    let weidong = signed_in(bench, "weidong").await;
    let pairings = nobody().get(bench, "/pairings").await.body;
    let pairing =
        pairings["items"].as_array().unwrap().iter().find(|one| one["code"] == "PDS-WH-2019-02").unwrap()["id"].clone();
    let record = json!({ "pairing_id": pairing, "kind": "symposium", "title": "座谈", "held_on": "2020-05-20",
        "start_time": "14:30:00", "place": "卫东区", "attended_a": 12, "attended_b": 8, "summary": "双方交流经验" });
    let made = weidong.post(bench, "/activities", record).await.body;
    let path = |act: &str| format!("/activities/{}/actions/{act}", made["id"].as_str().unwrap());
    assert_eq!(weidong.act(bench, &path("submit_record"), 1, None).await.status, 200);
    assert_eq!(signed_in(bench, "kangheyuan").await.act(bench, &path("confirm"), 2, None).await.status, 200);
}

#[actix_web::test]
async fn events_come_signed_in_order_and_again_until_answered() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = Bench::demo_with(engine, &[("TWINNING_WEBHOOK_NETWORKS", "127.0.0.0/8")]).await;
        let (port, heard) = receiver(2).await;
        let made = hook(&bench, port).await;
        three_events(&bench).await;
        // Two refusals hold the later events back, an hour later they come in order.
        for _ in 0..6 {
            deliver_due(&bench.app).await.unwrap();
            bench.app.clock().advance(chrono::Duration::hours(1));
        }
        let events: Vec<String> = heard.borrow().iter().map(|one| one.0.clone()).collect();
        assert_eq!(events, ["activity.log", "activity.submit_record", "activity.confirm"]);
        let (_, signature, body) = heard.borrow()[0].clone();
        let (at, mac) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, made["secret"].as_str().unwrap().as_bytes());
        let tag = aws_lc_rs::hmac::sign(&key, format!("{at}.{body}").as_bytes());
        assert_eq!(twinning_api::infra::secrets::hex(tag.as_ref()), mac);
        assert!(!body.contains("座谈"), "no content");
        let staff = signed_in(&bench, "pds.staff").await;
        let id = made["id"].as_str().unwrap();
        let list = staff.get(&bench, &format!("/webhooks/{id}/deliveries")).await.body;
        assert_eq!(list["items"].as_array().unwrap().len(), 3);
        assert!(list["items"].as_array().unwrap().iter().all(|one| one["state"] == "done"));
        let replay = format!("/webhooks/{id}/deliveries/{}/actions/replay", list["items"][2]["id"].as_str().unwrap());
        assert_eq!(staff.post(&bench, &replay, json!({})).await.status, 200);
        deliver_due(&bench.app).await.unwrap();
        assert_eq!(heard.borrow().last().unwrap().0, "activity.log");
        // Paused, nothing is written.
        let pause = json!({ "state": "paused" });
        let path = format!("/webhooks/{id}");
        let answer =
            staff.send(&bench, actix_web::http::Method::PATCH, &path, Some(pause), &[("if-match", "\"1\"")]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        three_events(&bench).await;
        assert_eq!(deliver_due(&bench.app).await.unwrap(), 0);
    }
}

#[actix_web::test]
async fn private_addresses_are_never_called() {
    // REQ O-04
    let bench = Bench::demo(Engine::Sqlite).await;
    let staff = signed_in(&bench, "pds.staff").await;
    let cities = nobody().get(&bench, "/cities").await.body;
    let city =
        |name: &str| cities["items"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["id"].clone();
    let body = |city: Value, url: &str| json!({ "city_id": city, "url": url, "events": ["activity.log"] });
    for (url, code) in [
        ("https://127.0.0.1/", "field.url_private"),
        ("https://[::ffff:10.0.0.1]/", "field.url_private"),
        ("https://2130706433/", "field.url_private"),
        ("https://169.254.169.254/latest", "field.url_private"),
        ("https://user:pass@example.org/", "field.url"),
        ("file:///etc/passwd", "field.url"),
        ("nonsense", "field.url"),
        ("https://localhost/x", "field.url_private"),
        ("https://printer.local/", "field.url_private"),
        ("https://example.org:22/", "field.url"),
    ] {
        let answer = staff.post(&bench, "/webhooks", body(city("平顶山市"), url)).await;
        assert_eq!((answer.status, answer.code()), (422, code), "{url}");
    }
    let other = staff.post(&bench, "/webhooks", body(city("武汉市"), "https://example.org/")).await;
    assert_eq!(other.status, 403);
    // A name that leads inside is found out when it is called: here one that was kept from before.
    let made = staff.post(&bench, "/webhooks", body(city("平顶山市"), "https://example.org/x")).await;
    assert_eq!(made.status, 201);
    use sea_orm::ConnectionTrait as _;
    let inside = "UPDATE webhooks SET url = 'https://localhost/x'";
    bench.app.db().writer().execute_unprepared(inside).await.unwrap();
    three_events(&bench).await;
    assert_eq!(deliver_due(&bench.app).await.unwrap(), 1);
    let path = format!("/webhooks/{}/deliveries", made.body["id"].as_str().unwrap());
    let list = staff.get(&bench, &path).await.body;
    assert_eq!(list["items"][0]["last_error"], "the address is not a public one");
}
