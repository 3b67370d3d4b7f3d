//! Errors as RFC 9457 problems: status, stable code, and a sentence in the caller's language.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::gate::Known;
use super::request;
use crate::app::App;
use crate::infra::i18n;
use crate::kernel::actor::Actor;
use crate::kernel::call::{Call, Lang};
use crate::kernel::error::{Error, RefusalKind};

/// An error on its way to a caller of the API.
#[derive(Debug)]
pub struct Problem(pub Arc<Error>);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(Arc::new(error))
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status_of(&self.0)
    }

    /// Leaves a note that the middleware [`written`] turns into a body, for only there the language is known.
    fn error_response(&self) -> HttpResponse {
        let response = HttpResponse::new(self.status_code());
        let mut response = response;
        response.extensions_mut().insert(Note(Arc::clone(&self.0)));
        response
    }
}

/// The error a response stands for.
#[derive(Clone)]
pub struct Note(pub Arc<Error>);

/// Body of a problem (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// Address of the description of this kind of problem.
    #[schema(example = "/docs/errors#pairing.not_proposed")]
    pub r#type: String,
    /// Short name of the problem.
    pub title: String,
    /// HTTP status.
    #[schema(example = 409)]
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// Address that was called.
    pub instance: String,
    /// Number to quote when asking for help.
    pub request_id: String,
    /// Stable code.
    #[schema(example = "pairing.not_proposed")]
    pub code: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FaultBody>,
    /// State the object is in, for a refusal by state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_state: Option<String>,
    /// What the caller may do instead, for a refusal by state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_actions: Option<Vec<String>>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FaultBody {
    /// JSON pointer of the field.
    #[schema(example = "/title")]
    pub pointer: String,
    /// Stable code.
    #[schema(example = "field.required")]
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// HTTP status of an error.
#[must_use]
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Anonymous => StatusCode::UNAUTHORIZED,
        Error::Denied => StatusCode::FORBIDDEN,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Stale => StatusCode::PRECONDITION_FAILED,
        Error::Raced | Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Error::Refused(rule) => match rule.kind() {
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RefusalKind::Unreadable => StatusCode::BAD_REQUEST,
            RefusalKind::Gone => StatusCode::GONE,
            RefusalKind::Unauthorised => StatusCode::UNAUTHORIZED,
            RefusalKind::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            RefusalKind::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            RefusalKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            RefusalKind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            RefusalKind::Range => StatusCode::RANGE_NOT_SATISFIABLE,
            RefusalKind::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            RefusalKind::TooLong { headers: false } => StatusCode::URI_TOO_LONG,
            RefusalKind::TooLong { headers: true } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            RefusalKind::Misdirected => StatusCode::MISDIRECTED_REQUEST,
        },
    }
}

/// Stable code of an error.
#[must_use]
pub fn code_of(error: &Error) -> &'static str {
    match error {
        Error::NotFound(_) => "object.not_found",
        Error::Anonymous => "auth.required",
        Error::Denied => "auth.denied",
        Error::Invalid(_) => "input.invalid",
        Error::Refused(rule) => rule.code(),
        Error::Stale => "object.stale",
        Error::Raced | Error::Unavailable(_) => "service.unavailable",
        Error::Internal(_) => "service.fault",
    }
}

/// The sentence of an error in a language.
#[must_use]
pub fn sentence(error: &Error, lang: Lang) -> String {
    match error {
        Error::Refused(rule) => i18n::message(lang, rule.code(), &rule.args()),
        other => i18n::message::<&str, &str>(lang, code_of(other), &[]),
    }
}

/// Short name of a status in a language.
#[must_use]
pub fn title(status: StatusCode, lang: Lang) -> String {
    i18n::text::<&str, &str>(lang, &format!("status-{}", status.as_u16()), &[])
}

fn body_of(error: &Error, lang: Lang, request: &HttpRequest) -> ProblemBody {
    let status = status_of(error);
    let code = code_of(error);
    let errors = match error {
        Error::Invalid(faults) => faults
            .iter()
            .map(|fault| FaultBody {
                pointer: fault.pointer.clone(),
                code: fault.code.to_owned(),
                message: i18n::message(lang, fault.code, &fault.args),
            })
            .collect(),
        _ => Vec::new(),
    };
    // One wrong field is named by its own code, so that a program need not look further.
    let code = match error {
        Error::Invalid(faults) => match faults.as_slice() {
            [only] => only.code,
            _ => code,
        },
        _ => code,
    };
    let state = match error {
        Error::Refused(rule) => rule.state(),
        _ => None,
    };
    let (current_state, allowed_actions) = state.map_or((None, None), |(state, acts)| (Some(state), Some(acts)));
    ProblemBody {
        r#type: format!("/docs/errors#{code}"),
        title: title(status, lang),
        status: status.as_u16(),
        detail: sentence(error, lang),
        instance: request.path().to_owned(),
        request_id: request::id_of(request),
        code: code.to_owned(),
        errors,
        current_state,
        allowed_actions,
    }
}

/// Language of a request to the API.
#[must_use]
pub fn language_of(request: &HttpRequest) -> Lang {
    let header = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::accepted(header.unwrap_or_default())
}

/// Logs a fault of ours with its whole chain, once.
pub fn log_fault(error: &Error, request_id: &str) {
    let Error::Internal(source) = error else { return };
    let mut chain = source.to_string();
    let mut next = source.source();
    while let Some(cause) = next {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        next = cause.source();
    }
    tracing::error!(request_id, chain, "internal fault");
}

/// Middleware: writes the body of every error answer.
///
/// # Errors
/// None of its own; errors of the inner service become answers here.
pub async fn written(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let lang = language_of(request.request());
    // The request must not be held on to while it is routed; errors of handlers are answers by then.
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        let mut response = response;
        guard_cache(&mut response);
        return Ok(response);
    }
    let noted = response.response().extensions().get::<Note>().cloned();
    let error = noted.map_or_else(|| Arc::new(plain(status)), |note| note.0);
    log_fault(&error, &request::id_of(response.request()));
    note_refusal(response.request(), &error).await;
    let body = body_of(&error, lang, response.request());
    // A framework answer keeps its own status: 405 has no error of ours.
    let status = if response.response().extensions().get::<Note>().is_some() { status_of(&error) } else { status };
    let mut answer = HttpResponse::build(status);
    if let Some(allow) = response.headers().get(header::ALLOW) {
        answer.insert_header((header::ALLOW, allow.clone()));
    }
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    if let Some(wait) = retry_after(&error) {
        answer.insert_header((header::RETRY_AFTER, wait.to_string()));
    }
    answer.insert_header((header::CONTENT_LANGUAGE, lang.tag()));
    let body = ProblemBody { status: status.as_u16(), title: title(status, lang), ..body };
    let text = serde_json::to_string(&body).unwrap_or_default();
    let answer = answer.content_type("application/problem+json").body(text);
    let (request, _) = response.into_parts();
    let mut response = ServiceResponse::new(request, answer);
    guard_cache(&mut response);
    Ok(response)
}

/// Writes a refused change to the audit log, whoever refused it: the door, or the operation (`reliability.md` G-01).
async fn note_refusal(request: &HttpRequest, error: &Error) {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return;
    }
    let Some(app) = request.app_data::<Data<App>>() else { return };
    let actor = request.extensions().get::<Known>().map_or(Actor::Anonymous, |known| known.0.clone());
    let mut call = Call::new(actor, Lang::default(), request::id_of(request));
    call.address = request::address_of(request, app);
    let what = format!("{} {}", request.method(), request.match_pattern().unwrap_or_default());
    crate::audit::ops::refused(app, &call, &what, error).await;
}

/// Answers that depend on who asks are never kept by a cache (`reliability.md` B-06).
fn guard_cache<B>(response: &mut ServiceResponse<B>) {
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(header::VARY, HeaderValue::from_static("Authorization, Cookie, Accept-Language"));
}

/// Seconds after which a try may do better; none where another try answers alike.
#[must_use]
pub fn retry_after(error: &Error) -> Option<u64> {
    match error {
        Error::Unavailable(_) | Error::Raced => Some(5),
        Error::Refused(rule) => match rule.kind() {
            RefusalKind::TooMany(seconds) => Some(seconds),
            RefusalKind::Unavailable => Some(5),
            _ => None,
        },
        _ => None,
    }
}

/// A refusal of the framework, which has no error of ours behind it.
#[derive(Debug)]
struct Plain(StatusCode);

impl crate::kernel::error::Rule for Plain {
    fn code(&self) -> &'static str {
        match self.0.as_u16() {
            405 => "request.method",
            406 => "request.not_acceptable",
            413 => "request.too_large",
            415 => "request.media_type",
            414 | 431 => "request.too_long",
            _ => "request.unreadable",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Unreadable
    }
}

fn plain(status: StatusCode) -> Error {
    match status {
        StatusCode::NOT_FOUND => Error::NotFound("address"),
        StatusCode::UNAUTHORIZED => Error::Anonymous,
        StatusCode::FORBIDDEN => Error::Denied,
        status if status.is_server_error() => Error::broken("the framework answered with an error"),
        status => Plain(status).into(),
    }
}

/// Handler of addresses that do not exist.
///
/// # Errors
/// Always [`Error::NotFound`].
pub async fn no_such_address() -> Result<HttpResponse, Problem> {
    Err(Error::NotFound("address").into())
}
