//! What handlers take from a request; whatever cannot be taken becomes a problem.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, Responder};
use futures_util::StreamExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Digest as _;
use uuid::Uuid;

use super::gate::Admitted;
use super::problem::{Problem, language_of};
use super::request;
use crate::app::App;
use crate::infra::secrets;
use crate::kernel::actor::Actor;
use crate::kernel::call::{Call, RepeatKey};
use crate::kernel::error::{Error, RefusalKind, Result, Rule};
use crate::kernel::fault::FieldFault;
use crate::repeat::RepeatRule;

/// Largest JSON body, in bytes (`reliability.md` I-02).
const BODY_MAX: usize = 1024 * 1024;

type Later<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// Refusals of a request before any operation sees it.
#[derive(Clone, Copy, Debug)]
pub enum RequestRule {
    /// The body is no JSON.
    Unreadable,
    /// The body is larger than allowed.
    TooLarge,
    /// The body is of another type, or compressed.
    MediaType,
    /// `If-Match` is missing.
    IfMatchRequired,
    /// Address or headers are longer than taken.
    TooLong {
        /// The headers, not the address.
        headers: bool,
    },
    /// The request names another host.
    Misdirected,
}

impl Rule for RequestRule {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "request.unreadable",
            Self::TooLarge => "request.too_large",
            Self::MediaType => "request.media_type",
            Self::IfMatchRequired => "request.if_match_required",
            Self::TooLong { .. } => "request.too_long",
            Self::Misdirected => "request.misdirected",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Unreadable => RefusalKind::Unreadable,
            Self::TooLarge => RefusalKind::TooLarge,
            Self::MediaType => RefusalKind::UnsupportedType,
            Self::IfMatchRequired => RefusalKind::PreconditionRequired,
            Self::TooLong { headers } => RefusalKind::TooLong { headers: *headers },
            Self::Misdirected => RefusalKind::Misdirected,
        }
    }
}

/// The call as REST makes it: from the `Authorization` header alone (`reliability.md` S-06).
#[derive(Debug)]
pub struct Caller(pub Call);

impl Deref for Caller {
    type Target = Call;

    fn deref(&self) -> &Call {
        &self.0
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(called(&request).await?)) })
    }
}

async fn called(request: &HttpRequest) -> Result<Call> {
    let app = app_of(request)?;
    let admitted = request.extensions().get::<Admitted>().cloned();
    let (actor, sign_in) = match admitted {
        Some(admitted) => (admitted.actor, admitted.sign_in),
        None => actor_of(request).await?,
    };
    let mut call = Call::new(actor, language_of(request), request::id_of(request));
    call.address = request::address_of(request, &app);
    call.sign_in = sign_in;
    call.what = format!("{} {}", request.method(), request.match_pattern().unwrap_or_default());
    call.repeat = repeat_key(request)?;
    Ok(call)
}

/// Who asks, from the token of the request, and the sign-in it belongs to.
///
/// # Errors
/// [`crate::account::model::AuthRule::TokenInvalid`]; the engine's error.
pub async fn actor_of(request: &HttpRequest) -> Result<(Actor, Option<Uuid>)> {
    let app = app_of(request)?;
    let Some(token) = bearer(request.headers())? else { return Ok((Actor::Anonymous, None)) };
    let address = request::address_of(request, &app);
    let (actor, sign_in) = crate::account::ops::authenticated(&app, &token, address.as_deref()).await?;
    Ok((actor, Some(sign_in)))
}

fn app_of(request: &HttpRequest) -> Result<Data<App>> {
    request.app_data::<Data<App>>().cloned().ok_or_else(|| Error::broken("the app is not mounted"))
}

fn bearer(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let broken = || Error::from(crate::account::model::AuthRule::TokenInvalid);
    let text = value.to_str().map_err(|_| broken())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(broken)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token.trim().to_owned())) } else { Err(broken()) }
}

fn repeat_key(request: &HttpRequest) -> Result<Option<RepeatKey>> {
    // Answers with tokens are never kept, so sign-in takes no key (`reliability.md` I-05).
    if request.path().starts_with("/api/v1/auth/") {
        return Ok(None);
    }
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().map_err(|_| RepeatRule::Malformed)?;
    if key.is_empty() || key.len() > 128 || !key.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
        return Err(RepeatRule::Malformed.into());
    }
    Ok(Some(RepeatKey {
        key: key.to_owned(),
        route: format!("{} {}", request.method(), request.path()),
        body_hash: String::new(),
    }))
}

/// A JSON body of a known shape; unknown fields are refused (`contract.md` 4).
#[derive(Debug)]
pub struct Body<T> {
    value: T,
    hash: String,
}

impl<T> Body<T> {
    /// The value, and the call with the body's hash, so that a repeated call is known by its body.
    pub fn with(self, call: Caller) -> (T, Call) {
        let mut call = call.0;
        if let Some(repeat) = &mut call.repeat {
            repeat.body_hash = self.hash;
        }
        (self.value, call)
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let bytes = collected(&request, payload).await?;
            let hash = secrets::hex(&sha2::Sha256::digest(&bytes));
            Ok(Self { value: parsed(&bytes)?, hash })
        })
    }
}

/// A JSON body that may be left out, for acts whose every field has a default.
#[derive(Debug)]
pub struct MaybeBody<T>(Body<T>);

impl<T> MaybeBody<T> {
    /// As [`Body::with`].
    pub fn with(self, call: Caller) -> (T, Call) {
        self.0.with(call)
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for MaybeBody<T> {
    type Error = Problem;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if request.headers().contains_key(header::CONTENT_TYPE) {
            let body = Body::<T>::from_request(request, payload);
            return Box::pin(async move { Ok(Self(body.await?)) });
        }
        let mut payload = payload.take();
        Box::pin(async move {
            match payload.next().await {
                None => Ok(Self(Body { value: T::default(), hash: secrets::hex(&sha2::Sha256::digest(b"")) })),
                Some(_) => Err(RequestRule::MediaType.into()),
            }
        })
    }
}

async fn collected(request: &HttpRequest, mut payload: Payload) -> Result<Vec<u8>> {
    let headers = request.headers();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(RequestRule::MediaType.into());
    }
    let mut bytes = Vec::new();
    while let Some(part) = payload.next().await {
        let part = part.map_err(|_| RequestRule::Unreadable)?;
        if bytes.len() + part.len() > BODY_MAX {
            return Err(RequestRule::TooLarge.into());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| json_fault(&pointer(error.path()), error.inner()))?;
    reader.end().map_err(|_| RequestRule::Unreadable)?;
    Ok(value)
}

/// A path as a JSON pointer (RFC 6901): `/photos/0/file_id`.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |mut pointer, step| {
        match step {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
        pointer
    })
}

fn json_fault(pointer: &str, error: &serde_json::Error) -> Error {
    if !error.is_data() {
        return RequestRule::Unreadable.into();
    }
    let text = error.to_string();
    if text.starts_with("duplicate field") {
        return RequestRule::Unreadable.into();
    }
    Error::Invalid(vec![shape_fault(pointer, &text)])
}

/// What a deserialiser says, as a fault of a field.
fn shape_fault(pointer: &str, text: &str) -> FieldFault {
    let named = text.split('`').nth(1).unwrap_or_default();
    if text.starts_with("unknown field") {
        let parent = pointer.strip_suffix(&format!("/{named}")).unwrap_or(pointer);
        return FieldFault::new(&format!("{parent}/{named}"), "field.unknown").with("field", named);
    }
    if text.starts_with("missing field") {
        return FieldFault::new(&format!("{pointer}/{named}"), "field.required");
    }
    FieldFault::new(pointer, "field.type")
}

/// Query parameters of a known shape; unknown ones are refused.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Params<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(params(request.query_string()).map(Self).map_err(Problem::from))
    }
}

fn params<T: DeserializeOwned>(query: &str) -> Result<T> {
    let reader = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let path = error.path().to_string();
        let pointer = if path == "." { String::new() } else { format!("/{path}") };
        let text = error.inner().to_string();
        let text = if text.starts_with("duplicate field") { "invalid".to_owned() } else { text };
        Error::Invalid(vec![shape_fault(&pointer, &text)])
    })
}

/// An identifier in the address; what is none names nothing.
#[derive(Debug)]
pub struct PathId<T>(pub T);

impl<T: From<Uuid> + 'static> FromRequest for PathId<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().iter().last().and_then(|(_, text)| canonical(text));
        std::future::ready(id.map(|id| Self(T::from(id))).ok_or_else(|| Error::NotFound("object").into()))
    }
}

/// Only the usual spelling with dashes counts, so that one object has one address (`reliability.md` Z-13).
fn canonical(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

/// Two identifiers in the address, the parent's first.
#[derive(Debug)]
pub struct PathIds<A, B>(pub A, pub B);

impl<A: From<Uuid> + 'static, B: From<Uuid> + 'static> FromRequest for PathIds<A, B> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut ids = request.match_info().iter().map(|(_, text)| canonical(text));
        let pair = match (ids.next().flatten(), ids.next().flatten()) {
            (Some(first), Some(second)) => Ok(Self(A::from(first), B::from(second))),
            _ => Err(Error::NotFound("object").into()),
        };
        std::future::ready(pair)
    }
}

/// The version the caller saw, from `If-Match` (`reliability.md` I-06).
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub i32);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let seen = match request.headers().get(header::IF_MATCH).map(|value| value.to_str()) {
            None => Err(RequestRule::IfMatchRequired.into()),
            // What is no tag of ours matches no version; the operation still looks at the state first.
            Some(text) => Ok(Self(text.ok().and_then(version_of).unwrap_or(-1))),
        };
        std::future::ready(seen)
    }
}

impl From<RequestRule> for Problem {
    fn from(rule: RequestRule) -> Self {
        Error::from(rule).into()
    }
}

fn version_of(tag: &str) -> Option<i32> {
    tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

/// An object with its version as a strong `ETag`; a created one with `201` and `Location`.
#[derive(Debug)]
pub struct Tagged<T> {
    body: T,
    version: i32,
    location: Option<String>,
}

impl<T> Tagged<T> {
    /// The object as it is now.
    pub fn new(body: T, version: i32) -> Self {
        Self { body, version, location: None }
    }

    /// The object that was just made, with its address.
    pub fn created(body: T, version: i32, location: String) -> Self {
        Self { body, version, location: Some(location) }
    }
}

impl<T: Serialize> Responder for Tagged<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let tag = format!("\"{}\"", self.version);
        let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if self.location.is_none() && known == Some(tag.as_str()) {
            return HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish();
        }
        let mut response = if self.location.is_some() { HttpResponse::Created() } else { HttpResponse::Ok() };
        response.insert_header((header::ETAG, tag));
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        response.json(self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape is tried")]
    struct Shape {
        title: String,
        #[serde(default)]
        count: Option<u32>,
    }

    fn fault(body: &str) -> (String, &'static str) {
        match parsed::<Shape>(body.as_bytes()).unwrap_err() {
            Error::Invalid(faults) => {
                let first = faults.first().unwrap();
                (first.pointer.clone(), first.code)
            }
            Error::Refused(rule) => (String::new(), rule.code()),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn every_wrong_shape_has_its_code() {
        assert_eq!(fault(r#"{"title":"a","x":1}"#), ("/x".into(), "field.unknown"));
        assert_eq!(fault(r#"{"count":1}"#), ("/title".into(), "field.required"));
        assert_eq!(fault(r#"{"title":"a","count":"b"}"#), ("/count".into(), "field.type"));
        assert_eq!(fault(r#"{"title":"a","title":"b"}"#), (String::new(), "request.unreadable"));
        assert_eq!(fault(r#"{"title":"#), (String::new(), "request.unreadable"));
        assert_eq!(fault(r#"{"title":"a"} x"#), (String::new(), "request.unreadable"));
    }

    #[test]
    fn only_a_strong_tag_of_ours_names_a_version() {
        assert_eq!(version_of("\"3\""), Some(3));
        assert_eq!(version_of("W/\"3\""), None);
        assert_eq!(version_of("*"), None);
    }
}
