//! Letters: written with their cause, handed over to a real mail server that fails in every way, never lost.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use twinning_api::kernel::call::{Call, Lang};
use twinning_api::kernel::error::Error;
use twinning_api::letter::model::{RECORD_AWAITING, RESET};
use twinning_api::letter::ops::{self, Message, SecretLetter, outbox};
use twinning_api::on_each_engine;
use twinning_api::testkit::{Bench, Engine};

use crate::caller::{nobody, signed_in};
use crate::mailbox::letters;

/// A mail server of its own for one test.
struct MailServer {
    process: Child,
    port: u16,
    taken: PathBuf,
    _folder: tempfile::TempDir,
}

impl MailServer {
    fn start() -> Self {
        let root = format!("{}/..", env!("CARGO_MANIFEST_DIR"));
        let python = format!("{root}/target/smtp/bin/python");
        assert!(std::path::Path::new(&python).exists(), "no mail server for tests: run `make smtp`");
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken.jsonl");
        let mut process = Command::new(python)
            .args([format!("{root}/api/tests/smtp.py"), taken.display().to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, port: line.trim().parse().unwrap(), taken, _folder: folder }
    }

    /// Message ids of what was taken over, by reader.
    fn taken(&self) -> HashMap<String, Vec<String>> {
        let mut all: HashMap<String, Vec<String>> = HashMap::new();
        for line in std::fs::read_to_string(&self.taken).unwrap_or_default().lines() {
            let one: Value = serde_json::from_str(line).unwrap();
            let text = one["text"].as_str().unwrap();
            let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim().to_owned();
            all.entry(one["to"][0].as_str().unwrap().to_owned()).or_default().push(id);
        }
        all
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Faults with how many letters meet each.
const FAULTS: &[(&str, usize)] = &[
    ("ok", 200),
    ("refused", 200),
    ("later", 200),
    ("dropped", 200),
    ("lost", 200),
    ("garbled", 200),
    ("closed", 200),
    ("slow", 4),
];

#[actix_web::test]
async fn no_letter_is_lost_and_none_is_sent_for_what_was_rolled_back_on_sqlite() {
    no_letter_is_lost(Engine::Sqlite).await;
}

#[actix_web::test]
async fn no_letter_is_lost_and_none_is_sent_for_what_was_rolled_back_on_postgres() {
    no_letter_is_lost(Engine::Postgres).await;
}

/// REQ O-01 O-02
async fn no_letter_is_lost(engine: Engine) {
    let server = MailServer::start();
    let url = format!("smtp://127.0.0.1:{}?tls=none", server.port);
    let bench = Bench::demo_with(engine, &[("TWINNING_SMTP_URL", &url)]).await;
    let account = signed_in(&bench, "weidong").await.get(&bench, "/me").await.body["account_id"].clone();
    let account = serde_json::from_value(account).unwrap();
    let call = Call::system("test");
    let letter = |address: String| SecretLetter {
        to_account: account,
        lang: Lang::Zh,
        kind: RESET,
        values: Vec::new(),
        url: "/password/x".to_owned(),
        dedupe: address.clone(),
        address,
        organisation: None,
    };
    for (fault, number) in FAULTS {
        for at in 0..*number {
            let address = format!("r{at}-{fault}@example.com");
            let written = letter(address);
            bench.app.write(&call, async |tx| ops::send_secret(tx, &bench.app, written.clone()).await).await.unwrap();
            let never = letter(format!("never{at}-{fault}-ok@example.com"));
            let rolled: Result<(), Error> = bench
                .app
                .write(&call, async |tx| {
                    ops::send_secret(tx, &bench.app, never.clone()).await?;
                    Err(Error::Denied)
                })
                .await;
            assert!(rolled.is_err());
        }
    }
    // Each pass an hour later, so that every pause is over.
    for _ in 0..12 {
        outbox::send_due(&bench.app).await.unwrap();
        bench.app.clock().advance(chrono::Duration::hours(2));
    }
    let taken = server.taken();
    for (fault, number) in FAULTS {
        for at in 0..*number {
            let ids = taken.get(&format!("r{at}-{fault}@example.com")).cloned().unwrap_or_default();
            let first = ids.first().cloned().unwrap_or_default();
            assert!(ids.iter().all(|id| *id == first), "a repeat has the same id");
            match *fault {
                "refused" => assert!(ids.is_empty()),
                "lost" => assert_eq!(ids.len(), 2, "{fault} {at}: repeated, for the answer was lost"),
                // A server that answers too late may have taken the letter over.
                "slow" => assert!((1..=2).contains(&ids.len()), "{fault} {at}: {}", ids.len()),
                _ => assert_eq!(ids.len(), 1, "{fault} {at}"),
            }
        }
    }
    assert!(!taken.keys().any(|address| address.starts_with("never")));
    // Dead letters are seen with their reason and can be sent again.
    let admin = signed_in(&bench, "admin").await;
    let dead = admin.get(&bench, "/outbox-mails?state=dead&count=true").await.body;
    assert_eq!(dead["total"], 200);
    assert!(dead["items"][0]["last_error"].as_str().unwrap().contains("550"), "{}", dead["items"][0]);
    assert!(dead["items"][0]["to"].as_str().unwrap().starts_with("r***@"));
    let path = format!("/outbox-mails/{}/actions/resend", dead["items"][0]["id"].as_str().unwrap());
    assert_eq!(admin.post(&bench, &path, json!({})).await.body["state"], "queued");
    assert_eq!(admin.post(&bench, &path, json!({})).await.code(), "letter.not_dead");
    // Nothing secret is left of what was sent.
    let left = admin.get(&bench, "/outbox-mails?state=sent&count=true").await.body;
    assert_eq!(left["total"], FAULTS.iter().map(|(_, number)| number).sum::<usize>() - 200);
}

#[actix_web::test]
async fn a_server_that_is_away_costs_nothing_but_time() {
    // REQ O-02 O-05
    let bench = Bench::demo_with(Engine::Sqlite, &[("TWINNING_SMTP_URL", "smtp://127.0.0.1:9?tls=none")]).await;
    assert_eq!(
        nobody().post(&bench, "/auth/password/forgot", json!({ "email": "weidong@example.org" })).await.status,
        202
    );
    twinning_api::infra::jobs::run_until_idle(&bench.app, twinning_api::JOBS).await.unwrap();
    assert_eq!(outbox::send_due(&bench.app).await.unwrap(), 1);
    assert_eq!(outbox::send_due(&bench.app).await.unwrap(), 0, "not again at once");
    bench.app.clock().advance(chrono::Duration::days(4));
    outbox::send_due(&bench.app).await.unwrap();
    let dead = signed_in(&bench, "admin").await.get(&bench, "/outbox-mails?state=dead").await.body;
    assert_eq!(dead["items"].as_array().unwrap().len(), 1, "given up after three days");
}

on_each_engine! {
    async fn one_digest_stands_for_many_letters_on_working_days(bench: &Bench, demo) {
        // REQ AF-06
        let account = signed_in(bench, "weidong").await.get(bench, "/me").await.body["account_id"].clone();
        let account = serde_json::from_value(account).unwrap();
        let call = Call::system("test");
        let tell = async |key: &str| {
            let message = Message {
                to: account,
                kind: RECORD_AWAITING,
                values: vec![("title", format!("活动{key}")), ("side", "康和苑党总支".to_owned())],
                url: Some("/activities/x".to_owned()),
                dedupe: key.to_owned(),
                organisation: None,
            };
            bench.app.write(&call, async |tx| ops::tell(tx, &bench.app, message.clone()).await).await.unwrap();
        };
        // The bench stands on Monday 1 March 2021, ten in the morning.
        for key in ["a", "b", "c", "c"] {
            tell(key).await;
        }
        assert!(letters(bench).await.is_empty(), "not one by one");
        assert_eq!(outbox::write_digests(&bench.app).await.unwrap(), 1);
        assert_eq!(outbox::write_digests(&bench.app).await.unwrap(), 0, "once a day");
        assert_eq!(letters(bench).await.len(), 1);
        tell("d").await;
        bench.app.clock().advance(chrono::Duration::days(5));
        assert_eq!(outbox::write_digests(&bench.app).await.unwrap(), 0, "Saturday");
        // The calendar makes it a working day.
        let admin = signed_in(bench, "admin").await;
        let day = json!({ "days": [{ "day": "2021-03-06", "working": true, "name": "调休" }] });
        assert_eq!(admin.send(bench, actix_web::http::Method::PUT, "/calendar-days", Some(day), &[]).await.status, 204);
        assert_eq!(admin.get(bench, "/calendar-days?year=2021").await.body["items"][0]["name"], "调休");
        assert_eq!(outbox::write_digests(&bench.app).await.unwrap(), 1);
        tell("e").await;
        let weidong = signed_in(bench, "weidong").await;
        assert_eq!(weidong.post(bench, "/me/messages/actions/read_all", Value::Null).await.status, 204);
        bench.app.clock().advance(chrono::Duration::days(2));
        assert_eq!(outbox::write_digests(&bench.app).await.unwrap(), 0, "what was read is not mailed");
        let inbox = signed_in(bench, "weidong").await.get(bench, "/me/messages?count=true").await.body;
        assert_eq!(inbox["total"], 5, "the inbox has all of them, each once");
    }

    async fn a_record_that_waits_is_reminded_of_once_a_week(bench: &Bench, demo) {
        // REQ AF-06
        let weidong = signed_in(bench, "weidong").await;
        let pairings = nobody().get(bench, "/pairings").await.body;
        let pairing = pairings["items"].as_array().unwrap().iter().find(|one| one["code"] == "PDS-WH-2019-02").unwrap()["id"].clone();
        let record = json!({ "pairing_id": pairing, "kind": "symposium", "title": "座谈", "held_on": "2020-05-20",
            "start_time": "14:30:00", "place": "卫东区", "attended_a": 12, "attended_b": 8, "summary": "双方交流经验" });
        let made = weidong.post(bench, "/activities", record).await.body;
        let path = format!("/activities/{}/actions/submit_record", made["id"].as_str().unwrap());
        assert_eq!(weidong.act(bench, &path, 1, None).await.status, 200);
        let kinds = async || {
            let inbox = signed_in(bench, "kangheyuan").await.get(bench, "/me/messages").await.body;
            inbox["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(kinds().await, ["activity.awaiting"]);
        twinning_api::activity::ops::remind(&bench.app).await.unwrap();
        assert_eq!(kinds().await.len(), 1, "not yet");
        bench.app.clock().advance(chrono::Duration::days(8));
        for _ in 0..3 {
            twinning_api::activity::ops::remind(&bench.app).await.unwrap();
        }
        assert_eq!(kinds().await, ["activity.reminder", "activity.awaiting"]);
        bench.app.clock().advance(chrono::Duration::days(7));
        twinning_api::activity::ops::remind(&bench.app).await.unwrap();
        assert_eq!(kinds().await.len(), 3, "once more the week after");
    }
}
