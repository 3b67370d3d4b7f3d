//! Every operation of the document, tried by everybody on what is theirs, their pair's, another's and nobody's.
//!
//! The answers are kept in `tests/golden/refusals.txt` and reviewed as a diff; after a change on purpose the test is
//! run with `TWINNING_TEST_WRITE=1`, which writes the file anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use actix_web::http::Method;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::{Value, json};
use twinning_api::on_each_engine;
use twinning_api::rest::{openapi, operations};
use twinning_api::testkit::Bench;

use crate::caller::{Caller, nobody, signed_in};

/// Who tries, in the order of the columns.
const CALLERS: &[&str] = &[
    "nobody",
    "trainee001",
    "weidong",
    "kangheyuan",
    "xinhua",
    "pds.staff",
    "wuhan.staff",
    "teacher",
    "reviewer1",
    "admin",
    "security",
    "audit",
    "former",
];

const NOBODYS: &str = "019abcde-0000-7000-8000-000000000000";

struct Operation {
    id: String,
    method: Method,
    path: String,
}

fn documented() -> Vec<Operation> {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let method = method.to_ascii_uppercase().parse().unwrap();
            all.push(Operation { id: id.to_owned(), method, path: path.trim_start_matches("/api/v1").to_owned() });
        }
    }
    all
}

/// Ends the appointments of an account.
async fn dismiss(bench: &Bench, login: &str) {
    use twinning_entity::{account, appointment};
    let conn = bench.app.db().writer();
    let found =
        account::Entity::find().filter(account::Column::Login.eq(format!("{login}@example.org"))).one(conn).await;
    appointment::Entity::update_many()
        .col_expr(appointment::Column::StartsOn, Expr::value(chrono::NaiveDate::from_ymd_opt(2019, 12, 1)))
        .col_expr(appointment::Column::EndsOn, Expr::value(chrono::NaiveDate::from_ymd_opt(2020, 1, 1)))
        .filter(appointment::Column::AccountId.eq(found.unwrap().unwrap().id))
        .exec(conn)
        .await
        .unwrap();
}

async fn callers(bench: &Bench) -> Vec<(&'static str, Caller)> {
    let mut all = Vec::new();
    for name in CALLERS {
        let caller = match *name {
            "nobody" => nobody(),
            "former" => signed_in(bench, "trainee170").await,
            login => signed_in(bench, login).await,
        };
        all.push((*name, caller));
    }
    dismiss(bench, "trainee170").await;
    all
}

fn record(pairing: &str) -> Value {
    json!({
        "pairing_id": pairing, "kind": "symposium", "title": "座谈", "held_on": "2020-05-20", "start_time": "14:30:00",
        "place": "卫东区", "attended_a": 12, "attended_b": 8, "summary": "双方交流经验"
    })
}

/// Objects to try the operations on, by the resource of their addresses.
async fn objects(bench: &Bench, by: &BTreeMap<&str, Caller>) -> BTreeMap<String, Vec<(&'static str, String)>> {
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let list = async |who: &str, path: &str| by[who].get(bench, path).await.body["items"].as_array().unwrap().clone();
    let pairing = id(list("nobody", "/pairings").await.iter().find(|one| one["code"] == "PDS-WH-2019-02").unwrap());
    let due = by["weidong"].post(bench, "/activities", record(&pairing)).await.body;
    let waiting = by["weidong"].post(bench, "/activities", record(&pairing)).await.body;
    let path = format!("/activities/{}/actions/submit_record", id(&waiting));
    assert_eq!(by["weidong"].act(bench, &path, 1, None).await.status, 200);
    let class = id(&list("nobody", "/classes").await[0]);
    let everything = list("teacher", "/documents?limit=100").await;
    let document = |visibility: &str| id(everything.iter().find(|one| one["visibility"] == visibility).unwrap());
    let file = async |document: &str| {
        let versions = list("teacher", &format!("/documents/{document}/versions")).await;
        versions[0]["file"]["id"].as_str().unwrap().to_owned()
    };
    let shared = list("weidong", "/documents?limit=100").await;
    let shared = id(shared.iter().find(|one| one["visibility"] == "programme").unwrap());
    let upload = by["weidong"].upload(bench, "/files", &[("kind", "document")], "新.pdf", b"%PDF-1.4 x").await.body;
    let import = by["pds.staff"].upload(bench, "/imports", &[("kind", "organisations")], "空.csv", b"x").await.body;
    let organisations = list("nobody", "/organisations?limit=100").await;
    let organisation = |code: &str| id(organisations.iter().find(|one| one["code"] == code).unwrap());
    let people = list("pds.staff", &format!("/people?limit=1&q={}", crate::demo::encoded("联络员甲"))).await;
    let public = list("nobody", "/activities?limit=1").await;
    let mut all: BTreeMap<String, Vec<(&'static str, String)>> = BTreeMap::new();
    let mut put =
        |resource: &str, name: &'static str, id: String| all.entry(resource.to_owned()).or_default().push((name, id));
    put("activities", "confirmed", id(&public[0]));
    put("activities", "weidong's, waiting", id(&waiting));
    put("activities", "weidong's, due", id(&due));
    put("classes", "of 平顶山", class);
    put("cities", "any", id(&list("nobody", "/cities").await[0]));
    for (name, visibility) in [("public", "public"), ("class", "class")] {
        let found = document(visibility);
        put("files", if name == "public" { "of a public document" } else { "of a class document" }, file(&found).await);
        put("documents", name, found);
    }
    put("documents", "programme", shared);
    put("files", "weidong's upload", id(&upload));
    put("imports", "pds.staff's", id(&import));
    put("notices", "any", id(&list("nobody", "/notices").await[0]));
    put("organisations", "新华区", organisation("PDS-XH"));
    put("organisations", "武汉市", organisation("WH"));
    put("pairings", "卫东区", pairing);
    put("people", "of 卫东区", id(&people[0]));
    put("programmes", "any", id(&list("nobody", "/programmes").await[0]));
    let organisation_wd = organisation("PDS-WD");
    let account = async |login: &str| id(&list("admin", &format!("/accounts?q={login}")).await[0]);
    let weidongs = account("weidong").await;
    put("accounts", "weidong's", weidongs.clone());
    put("accounts", "kangheyuan's", account("kangheyuan").await);
    put("accounts", "audit's", account("audit@").await);
    let held = async |login: &str| {
        let path = format!("/appointments?account_id={}", account(login).await);
        id(&list("admin", &path).await[0])
    };
    put("appointments", "weidong's", held("weidong").await);
    put("appointments", "kangheyuan's", held("kangheyuan").await);
    let invitation = json!({ "email": "first@example.com", "name": "示例受邀人", "organisation_id": organisation_wd,
        "role": "branch_admin", "identity_check": "当面核验工作证" });
    put("invitations", "to 卫东区", id(&by["pds.staff"].post(bench, "/invitations", invitation).await.body));
    let asked = json!({ "account_id": weidongs, "organisation_id": organisation_wd, "role": "street_reviewer",
        "reason": "示例：兼任审核" });
    put("approvals", "pds.staff's, weidong's", id(&by["pds.staff"].post(bench, "/appointments", asked).await.body));
    put("me/messages", "kangheyuan's", id(&list("kangheyuan", "/me/messages").await[0]));
    let token = json!({ "name": "示例", "scopes": ["activities"], "days": 30 });
    put("me/api-tokens", "weidong's", id(&by["weidong"].post(bench, "/me/api-tokens", token).await.body));
    put("outbox-mails", "the invitation", id(&list("admin", "/outbox-mails").await[0]));
    put("jobs", "any", id(&list("admin", "/jobs").await[0]));
    let pds = id(list("nobody", "/cities").await.iter().find(|one| one["name"] == "平顶山市").unwrap());
    let hook = json!({ "city_id": pds, "url": "https://hooks.example.org/x", "events": ["activity.confirm"] });
    put("webhooks", "of 平顶山", id(&by["pds.staff"].post(bench, "/webhooks", hook).await.body));
    put("me/sessions", "nobody's", NOBODYS.to_owned());
    for found in all.values_mut() {
        found.push(("nobody's", NOBODYS.to_owned()));
    }
    all.get_mut("me/sessions").unwrap().truncate(1);
    all
}

/// A body that an operation could take, so that rights and not the form decide.
fn takeable(operation: &str, pairing: &str) -> Option<Value> {
    match operation {
        "log_activity" => Some(json!({ "title": "只有名称" })),
        "edit_activity" => Some(record(pairing)),
        "return_activity" => Some(json!({ "reason": "请补充会议形成的意见" })),
        "confirm_import" => Some(json!({})),
        "create_organisation" => Some(json!({ "code": "X" })),
        "edit_organisation" => Some(json!({ "address": "某路 1 号" })),
        "move_organisation" => Some(json!({ "parent_id": NOBODYS, "reason": "示例：区划调整" })),
        "rename_organisation" => {
            Some(json!({ "name_full": "某委", "name_short": "某", "valid_from": "2020-01-01", "reason": "示例：更名" }))
        }
        "reorder_organisation" => Some(json!({})),
        "split_organisation" => {
            let into = json!([{ "code": "X-1", "name_full": "某委", "name_short": "某" }]);
            Some(json!({ "into": into, "keep": true, "on": "2020-01-01", "reason": "示例：拆分" }))
        }
        "abolish_organisation" => Some(json!({ "on": "2020-01-01", "reason": "示例：撤销" })),
        "merge_organisation" => Some(json!({ "successor_id": NOBODYS, "on": "2020-01-01", "reason": "示例：合并" })),
        "ask_appointment" => Some(json!({ "account_id": NOBODYS, "organisation_id": NOBODYS, "role": "branch_admin",
            "reason": "示例：任职" })),
        "approve_approval" => Some(json!({})),
        "decline_approval"
        | "disable_account"
        | "end_appointment"
        | "reset_account_factor"
        | "ask_erasure"
        | "reveal_phone"
        | "ask_own_erasure" => Some(json!({ "reason": "示例：说明原因" })),
        "ask_roster_export" => Some(json!({ "class_id": NOBODYS, "reason": "示例：联系学员" })),
        "send_invitation" => Some(json!({ "email": "second@example.com", "name": "示例", "organisation_id": NOBODYS,
            "role": "branch_admin", "identity_check": "当面核验工作证" })),
        "accept_invitation" => Some(json!({ "token": "x", "password": "y", "accept_notice": true })),
        "forgot_password" => Some(json!({ "email": "nobody@example.com" })),
        "reset_password" => Some(json!({ "token": "x", "password": "y" })),
        "confirm_address" => Some(json!({ "token": "x" })),
        "edit_me" => Some(json!({ "language": "xx" })),
        "create_person" => Some(json!({ "name": "示例", "organisation_id": NOBODYS })),
        "edit_person" => Some(json!({ "name": "示例" })),
        "give_post" => Some(json!({ "organisation_id": NOBODYS, "kind": "liaison" })),
        "end_post" => Some(json!({ "to_on": "2020-01-01" })),
        "choose_subscriptions" => Some(json!({ "mail": { "no.such": "now" } })),
        "set_calendar_days" => Some(json!({ "days": [] })),
        "make_api_token" => Some(json!({ "name": "示例", "scopes": ["none"], "days": 1 })),
        "make_webhook" => {
            Some(json!({ "city_id": NOBODYS, "url": "https://hooks.example.org/x", "events": ["activity.confirm"] }))
        }
        "edit_webhook" => Some(json!({ "state": "paused" })),
        "login" => Some(json!({ "login": "x", "password": "y" })),
        "refresh_tokens" | "logout" => Some(json!({ "refresh_token": "x" })),
        _ => None,
    }
}

on_each_engine! {
    async fn the_answers_are_the_ones_that_were_reviewed(bench: &Bench, demo) {
        // REQ Z-01 Z-02 Z-03 Z-04 Z-08 Z-09
        let callers = callers(bench).await;
        let by: BTreeMap<&str, Caller> = callers.iter().cloned().collect();
        let objects = objects(bench, &by).await;
        let pairing = objects["pairings"][0].1.clone();
        let mut table = format!("{:<28}{:<22}", "operation", "object");
        for (name, _) in &callers {
            let _ = write!(table, "{name:<12}");
        }
        table.push('\n');
        for operation in documented() {
            // The year of the calendar is asked for, so the address alone is none.
            if ["login", "search", "list_calendar_days"].contains(&operation.id.as_str()) {
                continue;
            }
            let resource = operation.path.split("/{").next().unwrap().trim_start_matches('/');
            let tried = match operation.path.contains('{') {
                true => objects.get(resource).or_else(|| objects.get(resource.split('/').next().unwrap())).unwrap_or_else(|| panic!("nothing to try {} on", operation.id)).clone(),
                false => vec![("–", String::new())],
            };
            for (name, id) in tried {
                let path = operation.path.replace("{id}", &id);
                let path = path.replace("{position_id}", NOBODYS).replace("{delivery_id}", NOBODYS);
                let _ = write!(table, "{:<28}{name:<22}", operation.id);
                for (who, caller) in &callers {
                    // An old version: whoever may do it is told so, and nothing changes.
                    let old = [("if-match", "\"0\"")];
                    let sent = takeable(&operation.id, &pairing);
                    let answer = caller.send(bench, operation.method.clone(), &path, sent, &old).await;
                    assert!(answer.status < 500, "{who} {} {path}: {}", operation.id, answer.body);
                    let may = operations().iter().find(|one| one.id == operation.id).unwrap().who;
                    if id == NOBODYS && !matches!(answer.status, 401 | 403) {
                        assert!(matches!(answer.status, 404 | 422), "{who} {}: {}", operation.id, answer.body);
                    }
                    if *who == "nobody" && !may.has_anonymous() {
                        assert_eq!(answer.status, 401, "{} {path}", operation.id);
                    }
                    let _ = write!(table, "{:<12}", answer.status);
                }
                table.push('\n');
            }
        }
        let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        let golden = format!("{}/tests/golden/refusals.txt", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("TWINNING_TEST_WRITE").is_some() {
            std::fs::write(&golden, &table).unwrap();
        }
        let reviewed = std::fs::read_to_string(golden).unwrap();
        for (now, before) in table.lines().zip(reviewed.lines()) {
            assert_eq!(now, before);
        }
        assert_eq!(table, reviewed);
    }

    async fn what_is_hidden_answers_like_what_is_not_there(bench: &Bench, demo) {
        // REQ Z-03
        let weidong = signed_in(bench, "weidong").await;
        let pairings = nobody().get(bench, "/pairings").await;
        let pairing = pairings.body["items"][1]["id"].as_str().unwrap().to_owned();
        let made = weidong.post(bench, "/activities", record(&pairing)).await;
        let hidden = nobody().get(bench, &format!("/activities/{}", made.body["id"].as_str().unwrap())).await;
        let absent = nobody().get(bench, &format!("/activities/{NOBODYS}")).await;
        let without = |mut body: Value| {
            body.as_object_mut().unwrap().remove("request_id");
            body.as_object_mut().unwrap().remove("instance");
            body
        };
        assert_eq!((hidden.status, without(hidden.body)), (absent.status, without(absent.body)));
    }
}
