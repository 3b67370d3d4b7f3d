//! Errors as pages: what happened, what to do, and the number to quote.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use twinning_api::Error;
use twinning_api::kernel::call::Lang;
use twinning_api::rest::{problem, request};

use super::render::Page;
use super::visitor::Visitor;
use super::words;

/// An error on its way to a person.
#[derive(Debug)]
pub struct PageFault(pub Arc<Error>);

impl From<Error> for PageFault {
    fn from(error: Error) -> Self {
        Self(Arc::new(error))
    }
}

impl std::fmt::Display for PageFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for PageFault {
    fn status_code(&self) -> StatusCode {
        problem::status_of(&self.0)
    }

    /// Leaves a note that the middleware turns into a page, for only there the visitor is known.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(Note(Arc::clone(&self.0)));
        response
    }
}

#[derive(Clone)]
struct Note(Arc<Error>);

/// The page of an error.
#[derive(Serialize)]
pub struct ErrorPage {
    status: u16,
    heading: String,
    sentence: String,
    request_id: String,
    /// What can be done, beyond what the sentence says: a key of words, or nothing.
    help: Option<&'static str>,
    sign_in: Option<String>,
}

/// Words that say whom to ask or what to try, by status (`design` 7.4).
fn help(status: StatusCode) -> Option<&'static str> {
    match status.as_u16() {
        403 => Some("error-help-403"),
        404 | 410 => Some("error-help-404"),
        405 => Some("error-help-405"),
        409 | 412 => Some("error-help-409"),
        413 => Some("error-help-413"),
        429 => Some("error-help-429"),
        503 => Some("error-help-503"),
        500..=599 => Some("error-help-500"),
        _ => None,
    }
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "error/page";
    const NAV: &'static str = "";

    fn title(&self, _: Lang) -> String {
        self.heading.clone()
    }
}

/// Middleware: writes the page of every error that is not the API's.
///
/// # Errors
/// None of its own.
pub async fn written(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_api = request.path().starts_with("/api/");
    // The request must not be held on to while it is routed; errors of handlers are answers by then.
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if is_api || !(status.is_client_error() || status.is_server_error()) {
        return Ok(response);
    }
    if response.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return Ok(response);
    }
    let error = response.response().extensions().get::<Note>().map(|note| Arc::clone(&note.0));
    let allow = response.headers().get("allow").cloned();
    let (outer, _) = response.into_parts();
    let mut page = rendered(&outer, status, error.as_deref()).await;
    if let Some(allow) = allow {
        page.headers_mut().insert(ALLOW, allow);
    }
    Ok(ServiceResponse::new(outer, page))
}

/// Middleware: what no page need look at is refused here; the API has its own door.
///
/// # Errors
/// What the inner service answers as an error.
pub async fn checked(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if !request.path().starts_with("/api/v1/")
        && let Err(rule) = request::check(&request)
    {
        let refusal = PageFault::from(Error::from(rule)).error_response();
        return Ok(request.into_response(refusal));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn rendered(request: &HttpRequest, status: StatusCode, error: Option<&Error>) -> HttpResponse {
    let lang = super::visitor::language_of(request);
    let request_id = request::id_of(request);
    let sentence = match error {
        Some(error) => {
            problem::log_fault(error, &request_id);
            problem::sentence(error, lang)
        }
        None if status == StatusCode::NOT_FOUND => problem::sentence(&Error::NotFound("page"), lang),
        None => problem::title(status, lang),
    };
    let Ok(visitor) = Visitor::of(request).await else {
        return HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(sentence);
    };
    let sent = *request.method() == Method::POST;
    let form_ended = matches!(error, Some(Error::Refused(rule)) if rule.code() == "form.foreign");
    let page = ErrorPage {
        status: status.as_u16(),
        heading: if form_ended { words::plain(lang, "form-outdated") } else { problem::title(status, lang) },
        sentence: match status {
            // A form that was filled for long deserves to know that it is not lost.
            StatusCode::UNAUTHORIZED if sent => words::plain(lang, "signed-out-draft"),
            _ if form_ended => words::plain(lang, "form-outdated-sentence"),
            _ => sentence.clone(),
        },
        request_id,
        help: help(status),
        sign_in: (status == StatusCode::UNAUTHORIZED).then(|| visitor.login_url()),
    };
    match visitor.page_with(HttpResponse::build(status), &page) {
        Ok(mut response) => {
            if let Some(wait) = error.and_then(problem::retry_after) {
                response.headers_mut().insert(RETRY_AFTER, wait.into());
            }
            response
        }
        Err(fault) => {
            tracing::error!(%fault, "the error page does not render");
            HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(sentence)
        }
    }
}

/// Handler of addresses that do not exist, or not with this method (`reliability.md` B-07).
///
/// # Errors
/// [`Error::NotFound`].
pub async fn no_such_page(request: HttpRequest) -> Result<HttpResponse, PageFault> {
    let method = request.method();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let ordinary = reads || matches!(*method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    if !ordinary || request.match_pattern().is_some() {
        let allow = if reads { "POST" } else { "GET, HEAD" };
        return Ok(HttpResponse::MethodNotAllowed().insert_header((ALLOW, allow)).finish());
    }
    Err(Error::NotFound("page").into())
}
