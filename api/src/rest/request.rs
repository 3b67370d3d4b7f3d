//! What every request gets: an id, a line in the log, and its caller's address.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest};
use uuid::Uuid;

use crate::app::App;

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

/// Address of the caller: the peer, or what a trusted proxy says of it (`reliability.md` L-01).
#[must_use]
pub fn address_of(request: &HttpRequest, app: &App) -> Option<String> {
    let peer = request.peer_addr()?.ip().to_string();
    let trusted = app.settings.trusted_proxies.contains(&peer);
    if !trusted {
        return Some(peer);
    }
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let claimed = forwarded.and_then(|list| list.split(',').next_back()).map(str::trim);
    Some(claimed.filter(|address| address.parse::<std::net::IpAddr>().is_ok()).map_or(peer, ToOwned::to_owned))
}
