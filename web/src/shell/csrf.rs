//! Forms that only this portal's pages can send (`reliability.md` B-04).

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use twinning_api::App;
use twinning_api::infra::secrets;
use twinning_api::kernel::call::RepeatKey;
use twinning_api::kernel::error::{RefusalKind, Rule};

use super::error_page::PageFault;
use super::visitor::Visitor;

/// A form that did not come from a page of this portal.
#[derive(Clone, Copy, Debug)]
pub struct ForeignForm;

impl Rule for ForeignForm {
    fn code(&self) -> &'static str {
        "form.foreign"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Unreadable
    }
}

/// The token of a visitor without a session, bound to their cookie.
#[must_use]
pub fn visit_token(app: &App, visit: &str) -> String {
    secrets::signature(&app.keys.csrf, visit)
}

/// Whether a post comes from our own pages, by what the browser says of it.
#[must_use]
pub fn is_own(request: &HttpRequest, app: &App) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN.as_str()) {
        Some(origin) => {
            origin == app.settings.public_url || text("host").is_some_and(|host| origin.ends_with(&format!("//{host}")))
        }
        None => true,
    }
}

/// A form of our own with the visitor who sent it.
pub struct Protected<T> {
    /// What was typed.
    pub form: T,
    /// Who sent it; its call carries the form's repeat key.
    pub visitor: Visitor,
}

#[derive(serde::Deserialize)]
struct Tokens {
    csrf_token: String,
    #[serde(default)]
    repeat_key: Option<String>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Protected<T> {
    type Error = PageFault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageFault>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let bytes = actix_web::web::Bytes::from_request(&request, payload);
        Box::pin(async move {
            let foreign = || PageFault::from(twinning_api::Error::from(ForeignForm));
            let bytes = bytes.await.map_err(|_| foreign())?;
            let text = std::str::from_utf8(&bytes).map_err(|_| foreign())?;
            let mut visitor = Visitor::of(&request).await?;
            let tokens = actix_web::web::Query::<Tokens>::from_query(text).map_err(|_| foreign())?.into_inner();
            check(&request, &visitor, &tokens.csrf_token)?;
            let form = actix_web::web::Query::<T>::from_query(text).map_err(|_| foreign())?.into_inner();
            visitor.call.repeat = tokens.repeat_key.filter(|key| key.len() <= 128).map(|key| RepeatKey {
                key,
                route: format!("POST {}", request.path()),
                body_hash: secrets::fingerprint(text),
            });
            Ok(Self { form, visitor })
        })
    }
}

/// Checks the token of a form against the visitor's.
///
/// # Errors
/// [`ForeignForm`].
pub fn check(request: &HttpRequest, visitor: &Visitor, token: &str) -> Result<(), PageFault> {
    let app = request
        .app_data::<actix_web::web::Data<App>>()
        .ok_or_else(|| twinning_api::Error::broken("the app is not mounted"))?;
    if is_own(request, app) && secrets::same(token, &visitor.csrf_token()) {
        return Ok(());
    }
    Err(twinning_api::Error::from(ForeignForm).into())
}
