//! Whatever is sent, the answer is one of the document's: no input gives a 5xx (`reliability.md` I-01).

use actix_web::http::Method;
use serde_json::{Value, json};
use twinning_api::kernel::actor::RoleCode;
use twinning_api::on_each_engine;
use twinning_api::rest::{openapi, operations};
use twinning_api::testkit::Bench;

use crate::caller::signed_in;

/// Values no parameter expects.
const JUNK: &[&str] = &[
    "",
    "0",
    "-1",
    "99999999999999999999",
    "1e309",
    "NaN",
    "true",
    "null",
    "%00",
    "a%00b",
    "%FF%FE",
    "'--",
    "%25",
    "_",
    "\u{202E}x",
    "𠮷",
    "-9999-01-01",
    "%2B262142-12-31",
    "9999-12-31",
    "2020-02-30",
    "[]",
    "{}",
    "../..",
    "019abcde-0000-7000-8000-000000000000",
    "bnVsbA",
    "WyIyMDIwLTAxLTAxIiwieCJd",
    "WyItOTk5OS0wMS0wMSIsIjAxOWFiY2RlLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMCJd",
];

fn encoded(junk: &str) -> String {
    junk.bytes()
        .map(|byte| if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect::<String>()
        .replace(['[', ']', '{', '}'], "%5B")
}

/// Bodies no operation expects, and some that nearly fit.
fn bodies() -> Vec<Value> {
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let wide: serde_json::Map<String, Value> = (0..2_000).map(|at| (format!("k{at}"), json!(at))).collect();
    vec![
        json!(null),
        json!([]),
        json!("x"),
        json!(1e300),
        deep,
        Value::Object(wide),
        json!({ "login": "a\u{0}", "password": "b" }),
        json!({ "refresh_token": "a\u{0}" }),
        json!({ "reason": "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}" }),
        json!({ "skip_bad_rows": 7 }),
        json!({ "address": "a\u{0}b" }),
        json!({ "code": "X\u{0}", "name_full": "\u{202E}", "parent_id": "019abcde-0000-7000-8000-000000000000" }),
        json!({ "pairing_id": "019abcde-0000-7000-8000-000000000000", "kind": "symposium", "title": "t\u{0}",
            "held_on": "-9999-01-01", "start_time": "23:59:60", "place": "p" }),
        json!({ "pairing_id": "019abcde-0000-7000-8000-000000000000", "kind": "symposium", "title": "t",
            "held_on": "+262142-12-31", "place": "p", "attended_a": 2_147_483_648_i64 }),
    ]
}

on_each_engine! {
    async fn no_parameter_and_no_body_gives_a_fault(bench: &Bench, demo) {
        // REQ I-01 I-03 I-04
        let document = serde_json::to_value(openapi::document()).unwrap();
        let callers = [signed_in(bench, "pds.staff").await, signed_in(bench, "weidong").await, signed_in(bench, "audit").await,
            signed_in(bench, "admin").await, signed_in(bench, "security").await];
        let roles = [RoleCode::OrgDeptCity, RoleCode::BranchAdmin, RoleCode::AuditAdmin, RoleCode::SysAdmin,
            RoleCode::SecAdmin];
        let mut tried = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            let path = path.trim_start_matches("/api/v1");
            // Objects below an object are tried with the one above as well.
            let path = path.replace("{position_id}", "{id}").replace("{delivery_id}", "{id}");
            for (method, operation) in item.as_object().unwrap() {
                let Some(id) = operation["operationId"].as_str() else { continue };
                let method: Method = method.to_ascii_uppercase().parse().unwrap();
                let statuses = operation["responses"].as_object().unwrap();
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let queries: Vec<&str> =
                    parameters.iter().filter(|one| one["in"] == "query").filter_map(|one| one["name"].as_str()).collect();
                let mut addresses = Vec::new();
                for junk in JUNK {
                    let junk = encoded(junk);
                    addresses.push(path.replace("{id}", &junk));
                    let known = path.replace("{id}", "019abcde-0000-7000-8000-000000000000");
                    addresses.extend(queries.iter().map(|name| format!("{known}?{name}={junk}")));
                    addresses.push(format!("{known}?{junk}={junk}"));
                }
                let mut sent: Vec<(String, Option<Value>)> = addresses.into_iter().map(|one| (one, None)).collect();
                if method != Method::GET {
                    let known = path.replace("{id}", "019abcde-0000-7000-8000-000000000000");
                    sent.extend(bodies().into_iter().map(|body| (known.clone(), Some(body))));
                }
                // Who may never use an operation is turned away before anything is read, so somebody who may sends it.
                let who = operations().iter().find(|one| one.id == id).unwrap().who;
                let caller = callers.iter().zip(roles).find(|(_, role)| who.has(*role)).unwrap().0;
                for (address, body) in sent {
                        let answer = caller.send(bench, method.clone(), &address, body.clone(), &[("if-match", "junk")]).await;
                        assert!(answer.status < 500, "{id} {address} {body:?}: {} {}", answer.status, answer.body);
                        // An address without its id may be another operation's, or none.
                        let known = statuses.contains_key(&answer.status.to_string()) || matches!(answer.status, 404 | 405);
                        assert!(known, "{id} {address} {body:?}: {} is not in the document", answer.status);
                        tried += 1;
                }
            }
        }
        assert!(tried > 2_000, "{tried}");
    }

    async fn long_heads_and_odd_headers_are_refused(bench: &Bench, empty) {
        // REQ I-02
        let caller = crate::caller::nobody();
        let long = format!("/pairings?cursor={}", "x".repeat(5_000));
        assert_eq!(caller.get(bench, &long).await.status, 414);
        let heavy = "x".repeat(20_000);
        let answer = caller.send(bench, Method::GET, "/pairings", None, &[("x-heavy", &heavy)]).await;
        assert_eq!((answer.status, answer.code()), (431, "request.too_long"));
        assert_eq!(caller.get(bench, "/organisations?q=%00").await.code(), "request.unreadable");
        let zipped = [("content-encoding", "gzip")];
        let answer = caller.send(bench, Method::POST, "/auth/login", Some(json!({})), &zipped).await;
        assert_eq!(answer.status, 415);
    }
}
