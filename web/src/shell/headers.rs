//! Headers that every answer carries (`reliability.md` B-01).

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue, VARY};
use actix_web::middleware::Next;
use actix_web::web::Data;
use twinning_api::App;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";
/// Swagger UI writes styles and small pictures into the page; this is the only place with a policy of its own.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// What static files say, for they are the same for everybody.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Middleware: adds the headers that are not there yet.
///
/// # Errors
/// What the inner service answers as an error.
pub async fn guarded<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let docs = request.path().starts_with("/api/docs");
    let https = request.app_data::<Data<App>>().is_some_and(|app| app.settings.is_https());
    let mut response = next.call(request).await?;
    let mut put = |name: &'static str, value: &'static str| {
        let name = HeaderName::from_static(name);
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    };
    put("content-security-policy", if docs { DOCS_POLICY } else { POLICY });
    put("x-content-type-options", "nosniff");
    put("referrer-policy", "same-origin");
    put("cross-origin-opener-policy", "same-origin");
    put(
        "permissions-policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    );
    // Whatever does not say otherwise depends on who asks (`reliability.md` B-06).
    put("cache-control", "no-store");
    if https {
        put("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    if response.headers().get("cache-control").is_none_or(|how| how != IMMUTABLE) {
        response.headers_mut().append(VARY, HeaderValue::from_static("Cookie, Authorization"));
    }
    Ok(response)
}
