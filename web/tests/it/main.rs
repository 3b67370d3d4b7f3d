//! Tests of the portal: pages in process, with cookies, as people use them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod commands;
mod words;

use actix_web::cookie::Cookie;
use actix_web::dev::ServiceResponse;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use scraper::{Html, Selector};
use twinning_api::testkit::{Bench, Engine};
use twinning_web::shell::Renderer;

/// Somebody with a browser: cookies are kept, scripts are off.
struct Visitor<'a> {
    bench: &'a Bench,
    cookies: Vec<Cookie<'static>>,
}

/// A page that came back.
struct Seen {
    status: u16,
    location: Option<String>,
    headers: Vec<(String, String)>,
    text: String,
}

impl Seen {
    fn value(&self, name: &str) -> String {
        let html = Html::parse_document(&self.text);
        let selector = Selector::parse(&format!("input[name=\"{name}\"], select[name=\"{name}\"] option")).unwrap();
        html.select(&selector).next().and_then(|one| one.value().attr("value")).unwrap_or_default().to_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl<'a> Visitor<'a> {
    fn new(bench: &'a Bench) -> Self {
        Self { bench, cookies: Vec::new() }
    }

    async fn signed_in(bench: &'a Bench, login: &str) -> Self {
        let mut visitor = Self::new(bench);
        let form = visitor.get("/login").await;
        let token = form.value("csrf_token");
        let body = format!("csrf_token={token}&login={login}%40example.org&password={}", twinning_api::demo::PASSWORD);
        let answer = visitor.post("/login", body).await;
        assert_eq!((answer.status, answer.location.as_deref()), (303, Some("/w")), "{}", answer.text);
        visitor
    }

    async fn get(&mut self, path: &str) -> Seen {
        self.send(TestRequest::get().uri(path)).await
    }

    async fn post(&mut self, path: &str, body: String) -> Seen {
        let request = TestRequest::post()
            .uri(path)
            .insert_header(("content-type", "application/x-www-form-urlencoded"))
            .set_payload(body);
        self.send(request).await
    }

    async fn multipart(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, Vec<u8>)]) -> Seen {
        let edge = "edge-of-the-form";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--{edge}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        for (field, name, bytes) in files {
            body.extend_from_slice(
                format!("--{edge}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n").as_bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{edge}--\r\n").as_bytes());
        let request = TestRequest::post()
            .uri(path)
            .insert_header(("content-type", format!("multipart/form-data; boundary={edge}")))
            .set_payload(body);
        self.send(request).await
    }

    async fn send(&mut self, mut request: TestRequest) -> Seen {
        for cookie in &self.cookies {
            request = request.cookie(cookie.clone());
        }
        let renderer = Data::new(Renderer::new().unwrap());
        let service = init_service(twinning_web::build(Data::new(self.bench.app.clone()), renderer)).await;
        let response: ServiceResponse<_> = call_service(&service, request.to_request()).await;
        for cookie in response.response().cookies() {
            let cookie = cookie.into_owned();
            self.cookies.retain(|known| known.name() != cookie.name());
            if !cookie.value().is_empty() {
                self.cookies.push(cookie);
            }
        }
        let text =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let (status, location) = (response.status().as_u16(), text("location"));
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let bytes = read_body(response).await;
        Seen { status, location, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

async fn demo() -> Bench {
    Bench::demo(Engine::Sqlite).await
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../api/fixtures/example_2019/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[actix_web::test]
async fn everybody_reads_the_public_pages_in_both_languages() {
    let bench = demo().await;
    let mut visitor = Visitor::new(&bench);
    let class = visitor.get("/training").await;
    let start = class.text.find("/training/01").unwrap();
    let class = class.text[start..].split('"').next().unwrap().to_owned();
    for prefix in ["", "/en"] {
        for path in [
            "/",
            "/pairings",
            "/pairings/PDS-WH-2019-01",
            "/activities",
            "/activities?kind=symposium",
            "/activities/2019-0001",
            "/training",
            &class,
            &format!("{class}/materials"),
            "/library",
            "/library?q=%E8%AE%AE%E4%BA%8B",
            "/orgs",
            "/orgs?q=pds",
            "/orgs/PDS-XH",
            "/notices",
            "/search?q=%E8%AE%AE%E4%BA%8B",
            "/search?q=%26%23%22",
            "/login",
            "/help",
            "/accessibility",
            "/privacy",
            "/sitemap",
        ] {
            let seen = visitor.get(&format!("{prefix}{path}")).await;
            assert_eq!(seen.status, 200, "{prefix}{path}: {}", seen.text);
            assert!(seen.text.contains("<main id=\"main\""), "{prefix}{path}");
            assert!(!seen.text.contains("style=\""), "{prefix}{path}: inline style");
            assert_eq!(
                Html::parse_document(&seen.text).select(&Selector::parse("h1").unwrap()).count(),
                1,
                "{prefix}{path}"
            );
            // REQ B-01
            assert!(seen.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{path}");
            assert_eq!(seen.header("x-content-type-options"), Some("nosniff"));
        }
    }
    let missing = visitor.get("/pairings/NOPE").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text.contains("没有找到"));
    assert_eq!(visitor.get("/activities/2020-0004").await.status, 404, "not confirmed by both");
    assert_eq!(visitor.get("/w").await.location.as_deref(), Some("/login?next=/w"));
}

#[actix_web::test]
async fn the_home_page_shows_the_five_pairings_in_the_order_of_the_report() {
    let bench = demo().await;
    let home = Visitor::new(&bench).get("/").await;
    let places: Vec<usize> = ["新华区", "卫东区", "湛河区", "市城乡一体化示范区", "高新区"]
        .iter()
        .map(|name| home.text.find(&format!("<b>{name}</b>")).unwrap_or_else(|| panic!("{name}")))
        .collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
    let pairing = Visitor::new(&bench).get("/pairings/PDS-WH-2019-01").await;
    assert!(pairing.text.contains("2019-12-27") && pairing.text.contains("揭牌") && pairing.text.contains("未公布"));
}

#[actix_web::test]
async fn a_branch_logs_an_activity_with_photos_and_the_other_side_confirms() {
    let bench = demo().await;
    let mut weidong = Visitor::signed_in(&bench, "weidong").await;
    let form = weidong.get("/activities/new").await;
    assert_eq!(form.status, 200, "{}", form.text);
    let (token, pairing) = (form.value("csrf_token"), form.value("pairing_id"));
    let fields = |token: &str, title: &str| {
        [
            ("csrf_token", token.to_owned()),
            ("pairing_id", pairing.clone()),
            ("kind", "site_observation".to_owned()),
            ("title", title.to_owned()),
            ("held_on", "2020-06-01".to_owned()),
            ("start_time", "09:00".to_owned()),
            ("place", "袁家社区".to_owned()),
            ("attended_a", "6".to_owned()),
            ("attended_b", "4".to_owned()),
            ("photo_consent", "yes".to_owned()),
            ("secrecy", "yes".to_owned()),
        ]
    };
    let photos = [
        ("photo", "一.jpg", fixture("photos/05_老年食堂.jpg")),
        ("photo", "二.jpg", fixture("photos/06_垃圾分类设施.jpg")),
    ];
    let send = |given: &[(&'static str, String)]| given.to_vec();
    let foreign = send(&fields("another token", "现场观摩"));
    let foreign: Vec<(&str, &str)> = foreign.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(weidong.multipart("/activities/new", &foreign, &[]).await.status, 400, "REQ B-04");
    let empty = send(&fields(&token, ""));
    let empty: Vec<(&str, &str)> = empty.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = weidong.multipart("/activities/new", &empty, &photos).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("errsum") && refused.text.contains("kept_photo") && refused.text.contains("袁家社区")
    );
    let good = send(&fields(&token, "现场观摩"));
    let good: Vec<(&str, &str)> = good.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sent = weidong.multipart("/activities/new", &good, &photos).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let page = sent.location.unwrap();
    let shown = weidong.get(&page).await;
    assert!(shown.text.contains("待对方确认"), "{}", shown.text);
    let start = shown.text.find("src=\"/files/").unwrap() + 5;
    let picture = shown.text[start..].split('"').next().unwrap().to_owned();
    assert_eq!(weidong.get(&picture).await.status, 200);
    assert_eq!(Visitor::new(&bench).get(&picture).await.status, 404, "not public yet");

    let mut kangheyuan = Visitor::signed_in(&bench, "kangheyuan").await;
    assert!(kangheyuan.get("/w").await.text.contains("现场观摩"));
    let check = kangheyuan.get(&format!("{page}/confirm")).await;
    assert_eq!(check.status, 200, "{}", check.text);
    let body = format!("csrf_token={}&seen={}&reason=%E5%B0%91", check.value("csrf_token"), check.value("seen"));
    assert_eq!(kangheyuan.post(&format!("{page}/return"), body).await.status, 422);
    let body = format!("csrf_token={}&seen={}", check.value("csrf_token"), check.value("seen"));
    assert_eq!(kangheyuan.post(&format!("{page}/confirm"), body).await.status, 303);
    assert_eq!(Visitor::new(&bench).get(&page).await.status, 200, "public now");
    assert_eq!(Visitor::new(&bench).get(&picture).await.status, 200);
}

#[actix_web::test]
async fn a_trainee_downloads_and_staff_import() {
    let bench = demo().await;
    let mut trainee = Visitor::signed_in(&bench, "trainee001").await;
    let work = trainee.get("/w").await;
    let start = work.text.find("/training/01").unwrap();
    let class = work.text[start..].split('"').next().unwrap().to_owned();
    let materials = trainee.get(&format!("{class}/materials")).await;
    let link = materials.text.find("href=\"/files/").unwrap() + 6;
    let file = materials.text[link..].split('"').next().unwrap().to_owned();
    let got = trainee.get(&file).await;
    assert_eq!(got.status, 200);
    assert!(got.header("content-disposition").unwrap().starts_with("attachment"));
    assert_eq!(trainee.get(&format!("{class}/roster")).await.status, 200);
    assert_eq!(trainee.get("/admin/import").await.status, 403);

    let mut staff = Visitor::signed_in(&bench, "pds.staff").await;
    let form = staff.get("/admin/import").await;
    assert_eq!(form.status, 200, "{}", form.text);
    let id = class.trim_start_matches("/training/");
    let token = form.value("csrf_token");
    let fields = [("csrf_token", token.as_str()), ("kind", "enrolments"), ("class_id", id), ("secrecy", "yes")];
    let sent = staff.multipart("/admin/import", &fields, &[("file", "roster.xlsx", fixture("roster.xlsx"))]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let page = sent.location.unwrap();
    let checked = staff.get(&page).await;
    assert!(checked.text.contains("170"), "{}", checked.text);
    let body = format!("csrf_token={}&seen={}", checked.value("csrf_token"), checked.value("seen"));
    assert_eq!(staff.post(&format!("{page}/confirm"), body).await.status, 303);
    let roster = staff.get(&format!("{class}/roster")).await;
    assert!(roster.text.contains("共 170 人"));
    assert!(roster.text.contains("199****"), "phones are masked");
    assert!(!roster.text.contains("19900000001"));
    let out = staff.get("/w").await;
    let logout = staff.post("/logout", format!("csrf_token={}", out.value("csrf_token"))).await;
    assert_eq!(logout.status, 303);
    assert_eq!(staff.get("/w").await.status, 303, "signed out on the server");
}
