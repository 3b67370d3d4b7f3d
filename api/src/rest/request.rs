//! What every request gets: an id, a line in the log, and its caller's address.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use futures_util::FutureExt as _;
use uuid::Uuid;

use super::extract::RequestRule;
use crate::app::App;
use crate::infra::settings::Env;

/// Id of one request, shown to people and written to the log.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Header that carries the request id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Middleware: gives the request an id and writes one line about it.
///
/// # Errors
/// What the inner service answers as an error.
pub async fn identified<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let began = Instant::now();
    let id = request.app_data::<Data<App>>().map_or_else(Uuid::now_v7, |app| app.new_id::<Uuid>()).to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.path().to_owned();
    let mut response = next.call(request).await?;
    let status = response.status().as_u16();
    tracing::info!(target: "twinning::request", request_id = %id, %method, path, status, ms = began.elapsed().as_millis());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

/// Mark of a request that wants the head of the answer alone.
#[derive(Clone, Copy, Debug)]
struct HeadOnly;

/// Middleware: whatever can be got can be asked for its head (RFC 9110, 9.3.2); the server leaves the body out.
///
/// # Errors
/// What the inner service answers as an error.
pub async fn head_as_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.method() == Method::HEAD {
        request.extensions_mut().insert(HeadOnly);
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// Whether only the head of the answer is wanted.
#[must_use]
pub fn is_head(request: &HttpRequest) -> bool {
    request.extensions().get::<HeadOnly>().is_some()
}

/// Id of a request; empty where the middleware is not mounted.
#[must_use]
pub fn id_of(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// Longest path with query, longest query, and most headers with their bytes (`reliability.md` I-02).
const ADDRESS_MAX: usize = 8 * 1024;
const QUERY_MAX: usize = 4 * 1024;
const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// Looks at what every request has before anybody reads it: lengths, spelling, host.
///
/// # Errors
/// [`RequestRule`]: too long, control characters in the address, or in production another host than ours.
pub fn check(request: &ServiceRequest) -> Result<(), RequestRule> {
    let uri = request.uri();
    let query = uri.query().unwrap_or_default();
    if uri.path().len() + query.len() > ADDRESS_MAX || query.len() > QUERY_MAX {
        return Err(RequestRule::TooLong { headers: false });
    }
    let bytes: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if request.headers().len() > HEADERS_MAX || bytes > HEADER_BYTES_MAX {
        return Err(RequestRule::TooLong { headers: true });
    }
    if has_controls(uri.path()) || has_controls(query) {
        return Err(RequestRule::Unreadable);
    }
    match request.app_data::<Data<App>>() {
        Some(app) if !is_for_us(request, app) => Err(RequestRule::Misdirected),
        _ => Ok(()),
    }
}

/// Whether percent codes stand for control characters, which no address of ours has (`reliability.md` I-03).
fn has_controls(text: &str) -> bool {
    text.as_bytes().windows(3).any(|window| match window {
        [b'%', b'0' | b'1', _] => true,
        [b'%', b'7', last] => last.eq_ignore_ascii_case(&b'f'),
        _ => false,
    })
}

/// In production the request must name the host of the public address; probes may use any (`reliability.md` B-05).
fn is_for_us(request: &ServiceRequest, app: &App) -> bool {
    if app.settings.env != Env::Production || matches!(request.path(), "/healthz" | "/readyz") {
        return true;
    }
    let asked = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let ours = app.settings.public_url.split_once("://").map_or("", |(_, rest)| rest);
    let ours = ours.split('/').next().unwrap_or_default();
    asked.is_some_and(|host| host.eq_ignore_ascii_case(ours))
}

/// Middleware: a handler that panics is logged once and answered, and the connection goes on (`reliability.md` G-04).
///
/// # Errors
/// [`Panicked`]; what the inner service answers as an error.
pub async fn caught<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => Err(Panicked.into()),
    }
}

/// A handler that panicked; the runtime has printed where.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a handler panicked")]
pub struct Panicked;

impl ResponseError for Panicked {
    fn error_response(&self) -> HttpResponse {
        tracing::error!("a handler panicked");
        HttpResponse::InternalServerError()
            .insert_header((header::CONTENT_TYPE, "application/problem+json"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
            .body(r#"{"type":"/docs/errors#service.fault","title":"Internal Server Error","status":500,"code":"service.fault"}"#)
    }
}

/// Address of the caller: the peer, or what a trusted proxy says of it (`reliability.md` L-01).
#[must_use]
pub fn address_of(request: &HttpRequest, app: &App) -> Option<String> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let trusted = |address: &IpAddr| app.settings.trusted_proxies.iter().any(|network| network.contains(address));
    if !trusted(&peer) {
        return Some(peer.to_string());
    }
    // Each proxy appends whom it saw, so the last one that is no proxy of ours is the caller.
    let claimed = forwarded(request.headers());
    let caller = claimed.iter().rev().find(|address| !trusted(address)).or(claimed.first());
    Some(caller.unwrap_or(&peer).to_string())
}

/// Addresses that proxies noted, in their order: `Forwarded` (RFC 7239), else `X-Forwarded-For`.
fn forwarded(headers: &header::HeaderMap) -> Vec<IpAddr> {
    let texts =
        |name: &str| headers.get_all(name).filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
    let standard = texts("forwarded");
    if !standard.is_empty() {
        return standard
            .split(',')
            .filter_map(|hop| hop.split(';').find_map(|part| part.trim().strip_prefix("for=")))
            .filter_map(address)
            .collect();
    }
    texts("x-forwarded-for").split(',').filter_map(address).collect()
}

/// An address as proxies write it: plain, in quotes, in brackets, with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(socket) = text.parse::<std::net::SocketAddr>() {
        return Some(socket.ip().to_canonical());
    }
    text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_write_addresses_in_many_ways() {
        let plain: IpAddr = "192.0.2.7".parse().unwrap();
        for text in ["192.0.2.7", " 192.0.2.7 ", "\"192.0.2.7\"", "192.0.2.7:4711", "::ffff:192.0.2.7"] {
            assert_eq!(address(text), Some(plain), "{text}");
        }
        assert_eq!(address("\"[2001:db8::1]:4711\""), Some("2001:db8::1".parse().unwrap()));
        assert_eq!(address("[2001:db8::1]"), Some("2001:db8::1".parse().unwrap()));
        assert_eq!(address("unknown"), None);
    }

    #[test]
    fn control_characters_are_seen_in_their_codes() {
        for text in ["%00", "/orgs/%1f", "a%0Ab", "%7F"] {
            assert!(has_controls(text), "{text}");
        }
        for text in ["/orgs/PDS-XH", "q=%E8%AE%AE%20%2F", "%", "%2"] {
            assert!(!has_controls(text), "{text}");
        }
    }
}
