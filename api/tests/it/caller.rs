//! Callers with names: they sign in once and then call paths.

use std::cell::Cell;
use std::rc::Rc;

use actix_http::Request;
use actix_web::App as Web;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use twinning_api::app::Inner;
use twinning_api::testkit::Bench;
use utoipa_actix_web::AppExt as _;

/// An answer with what tests look at.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON body, or null.
    pub body: Value,
    /// Bytes of the body.
    pub bytes: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The problem's stable code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// Who calls.
#[derive(Clone)]
pub struct Caller {
    token: Option<String>,
}

/// Nobody we know.
pub fn nobody() -> Caller {
    Caller { token: None }
}

/// A person with a broken token.
pub fn with_token(token: &str) -> Caller {
    Caller { token: Some(token.to_owned()) }
}

/// A demo account, signed in.
pub async fn signed_in(bench: &Bench, login: &str) -> Caller {
    let body = json!({ "login": format!("{login}@example.org"), "password": twinning_api::demo::PASSWORD });
    let answer = nobody().send(bench, Method::POST, "/auth/login", Some(body), &[]).await;
    assert_eq!(answer.status, 200, "{login}: {}", answer.body);
    Caller { token: Some(answer.body["access_token"].as_str().unwrap().to_owned()) }
}

impl Caller {
    /// Reads a path.
    pub async fn get(&self, bench: &Bench, path: &str) -> Answer {
        self.send(bench, Method::GET, path, None, &[]).await
    }

    /// Posts JSON.
    pub async fn post(&self, bench: &Bench, path: &str, body: Value) -> Answer {
        self.send(bench, Method::POST, path, Some(body), &[]).await
    }

    /// Posts an act on the version seen.
    pub async fn act(&self, bench: &Bench, path: &str, seen: i64, body: Option<Value>) -> Answer {
        self.send(bench, Method::POST, path, body, &[("if-match", &format!("\"{seen}\""))]).await
    }

    /// Sends anything.
    pub async fn send(
        &self,
        bench: &Bench,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = TestRequest::default().method(method).uri(&format!("/api/v1{path}"));
        if let Some(body) = body {
            request = request.set_json(body);
        }
        self.run(bench, request, headers).await
    }

    /// Sends a multipart form of text fields and one file.
    pub async fn upload(&self, bench: &Bench, path: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
        self.upload_with(bench, path, fields, name, bytes, &[]).await
    }

    /// As [`Caller::upload`], with headers.
    pub async fn upload_with(
        &self,
        bench: &Bench,
        path: &str,
        fields: &[(&str, &str)],
        name: &str,
        bytes: &[u8],
        headers: &[(&str, &str)],
    ) -> Answer {
        let edge = "edge-of-the-form";
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend_from_slice(
                format!("--{edge}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        body.extend_from_slice(
            format!("--{edge}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{edge}--\r\n").as_bytes());
        let request = TestRequest::post()
            .uri(&format!("/api/v1{path}"))
            .insert_header(("content-type", format!("multipart/form-data; boundary={edge}")))
            .set_payload(body);
        self.run(bench, request, headers).await
    }

    async fn run(&self, bench: &Bench, mut request: TestRequest, headers: &[(&str, &str)]) -> Answer {
        if let Some(token) = &self.token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        door(bench).await(request.to_request()).await
    }
}

type Answering = &'static dyn Fn(Request) -> LocalBoxFuture<'static, Answer>;

thread_local! {
    /// The service of the app that this test called last; making it anew for every call would take most of the time.
    static DOOR: Cell<Option<(*const Inner, Answering)>> = const { Cell::new(None) };
}

async fn door(bench: &Bench) -> Answering {
    let app: *const Inner = &raw const *bench.app;
    if let Some((_, known)) = DOOR.get().filter(|known| known.0 == app) {
        return known;
    }
    let (web, _) = Web::new()
        .app_data(Data::new(bench.app.clone()))
        .into_utoipa_app()
        .configure(twinning_api::rest::mount)
        .split_for_parts();
    let service = Rc::new(init_service(web).await);
    // Given up to the end of the process: a service cannot be dropped with its thread.
    let answering: Answering = Box::leak(Box::new(move |request| -> LocalBoxFuture<'static, Answer> {
        let service = Rc::clone(&service);
        Box::pin(async move { answered(call_service(&*service, request).await).await })
    }));
    DOOR.set(Some((app, answering)));
    answering
}

async fn answered(response: ServiceResponse<impl MessageBody>) -> Answer {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let bytes = read_body(response).await.to_vec();
    Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), bytes, headers }
}
