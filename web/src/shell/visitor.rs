//! Who looks at a page: language from the address, person from the session's cookie.

use std::future::Future;
use std::pin::Pin;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use twinning_api::App;
use twinning_api::RoleCode;
use twinning_api::account::ops::{self as accounts, LiveSession};
use twinning_api::infra::secrets;
use twinning_api::infra::settings::Env;
use twinning_api::kernel::actor::Actor;
use twinning_api::kernel::call::{Call, Lang};
use twinning_api::rest::request;

use super::error_page::PageFault;
use super::render::{Page, Renderer, Shell};
use super::{assets, csrf};

/// Somebody looking at a page.
pub struct Visitor {
    /// The call their acts make.
    pub call: Call,
    /// Their session, if signed in.
    pub session: Option<LiveSession>,
    app: Data<App>,
    renderer: Data<Renderer>,
    path: String,
    query: String,
    visit: String,
    fresh_visit: bool,
    size: String,
    theme: String,
    wechat: bool,
    flash: Option<String>,
    once: Option<String>,
}

/// Name of the cookie that carries what is shown once.
const ONCE: &str = "twinning_once";

/// Name of the session's cookie; the strict name needs TLS (`reliability.md` C-04).
#[must_use]
pub fn session_cookie(app: &App) -> &'static str {
    if app.settings.is_https() || app.settings.env == Env::Production {
        "__Host-twinning_session"
    } else {
        "twinning_session"
    }
}

impl FromRequest for Visitor {
    type Error = PageFault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageFault>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// Language of an address: English below `/en`.
#[must_use]
pub fn language_of(request: &HttpRequest) -> Lang {
    let path = request.path();
    if path == "/en" || path.starts_with("/en/") { Lang::En } else { Lang::Zh }
}

impl Visitor {
    /// The visitor of a request.
    ///
    /// # Errors
    /// The engine's error.
    pub async fn of(request: &HttpRequest) -> Result<Self, PageFault> {
        let missing = || twinning_api::Error::broken("the app is not mounted");
        let app = request.app_data::<Data<App>>().cloned().ok_or_else(missing)?;
        let renderer = request.app_data::<Data<Renderer>>().cloned().ok_or_else(missing)?;
        let lang = language_of(request);
        let cookie = |name: &str| request.cookie(name).map(|cookie| cookie.value().to_owned());
        let address = request::address_of(request, &app);
        let session = match cookie(session_cookie(&app)) {
            Some(token) => accounts::live_session(&app, &token, address.as_deref()).await?,
            None => None,
        };
        let actor =
            session.as_ref().map_or(Actor::Anonymous, |session| Actor::Account(Box::new(session.member.clone())));
        let mut call = Call::new(actor, lang, request::id_of(request));
        call.address = address;
        call.sign_in = session.as_ref().map(|session| session.id.0);
        call.what = format!("{} {}", request.method(), request.match_pattern().unwrap_or_default());
        let known = cookie("twinning_visit").filter(|visit| visit.len() == 43);
        let fresh_visit = known.is_none();
        let visit = match known {
            Some(visit) => visit,
            None => secrets::token()?,
        };
        let path = request.path().to_owned();
        let path = if lang == Lang::En { path.strip_prefix("/en").unwrap_or(&path).to_owned() } else { path };
        // Two slashes at the beginning of a link would name a host.
        let path = format!("/{}", path.trim_start_matches('/'));
        Ok(Self {
            call,
            session,
            app,
            renderer,
            path,
            query: request.query_string().to_owned(),
            visit,
            fresh_visit,
            size: cookie("twinning_size").filter(|size| size == "large").unwrap_or_else(|| "normal".to_owned()),
            theme: cookie("twinning_theme")
                .filter(|theme| matches!(theme.as_str(), "dark" | "auto"))
                .unwrap_or_else(|| "light".to_owned()),
            wechat: request
                .headers()
                .get(header::USER_AGENT)
                .and_then(|agent| agent.to_str().ok())
                .is_some_and(|agent| agent.contains("MicroMessenger")),
            flash: cookie("twinning_flash"),
            once: cookie(ONCE),
        })
    }

    /// `/en` for English pages, else nothing.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        if self.call.lang == Lang::En { "/en" } else { "" }
    }

    /// The token that forms of this visitor carry.
    #[must_use]
    pub fn csrf_token(&self) -> String {
        match &self.session {
            Some(session) => session.csrf.clone(),
            None => csrf::visit_token(&self.app, &self.visit),
        }
    }

    /// The page, in its frame.
    ///
    /// # Errors
    /// A template's fault is ours.
    pub fn page<P: Page>(&self, page: &P) -> Result<HttpResponse, PageFault> {
        self.page_with(HttpResponse::Ok(), page)
    }

    /// The page with a status of its own.
    ///
    /// # Errors
    /// A template's fault is ours.
    pub fn page_with<P: Page>(&self, mut response: HttpResponseBuilder, page: &P) -> Result<HttpResponse, PageFault> {
        let shell = self.shell(page);
        let html = self.renderer.render(&shell, page).map_err(twinning_api::Error::internal)?;
        if self.fresh_visit {
            response.cookie(self.cookie("twinning_visit", self.visit.clone()));
        }
        for (name, value) in [("twinning_flash", &self.flash), (ONCE, &self.once)] {
            if value.is_some() {
                let mut gone = self.cookie(name, String::new());
                gone.make_removal();
                response.cookie(gone);
            }
        }
        response.insert_header((header::CONTENT_LANGUAGE, self.call.lang.tag()));
        Ok(response.content_type("text/html; charset=utf-8").body(html))
    }

    /// A page with its frame as the template sees it.
    ///
    /// # Errors
    /// A page that cannot be written as JSON, which is a fault of ours.
    pub fn frame<P: Page>(&self, page: &P) -> Result<serde_json::Value, twinning_api::Error> {
        Ok(serde_json::json!({ "shell": self.shell(page), "page": serde_json::to_value(page)? }))
    }

    fn shell<P: Page>(&self, page: &P) -> Shell {
        let other = if self.call.lang == Lang::En { self.path.clone() } else { format!("/en{}", self.path) };
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        let asset = |name: &str| format!("/assets/{}", assets::hashed(name));
        let asked = url_query(&self.query, "q");
        let may_log = self.call.actor.holding(&[RoleCode::BranchAdmin]).any(|held| !held.read_only);
        Shell {
            lang: self.call.lang.tag().to_owned(),
            prefix: self.prefix().to_owned(),
            other_url: format!("{other}{query}"),
            title: page.title(self.call.lang),
            nav: P::NAV.to_owned(),
            account: self.call.actor.member().map(|member| member.name.clone()),
            csrf_token: self.csrf_token(),
            repeat_key: self.app.new_id::<uuid::Uuid>().to_string(),
            size: self.size.clone(),
            theme: self.theme.clone(),
            wechat: self.wechat,
            here: format!("{}{}", self.prefix(), self.path),
            demo: self.app.settings.env != Env::Production,
            flash: self.flash.as_deref().map(|key| super::words::plain(self.call.lang, &format!("flash-{key}"))),
            query: asked,
            css: asset("app.css"),
            js: asset("app.js"),
            sprite: asset("sprite.svg"),
            mark: asset("mark.svg"),
            own_search: P::OWN_SEARCH,
            logs: !P::OWN_BAR && may_log,
            may_log,
        }
    }

    /// After a good act: a page with a message.
    #[must_use]
    pub fn done(&self, path: &str, flash: &'static str) -> HttpResponse {
        debug_assert!(
            super::words::find(self.call.lang, &format!("flash-{flash}"), &std::collections::HashMap::new()).is_some(),
            "no words for {flash}"
        );
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("{}{path}", self.prefix())))
            .cookie(self.cookie("twinning_flash", flash.to_owned()))
            .finish()
    }

    /// After an act whose outcome is shown this once, such as a token: the page, which shows it with
    /// [`Visitor::shown_once`]. Sealed in the browser, for the reload of an answer to a form would do the act again.
    ///
    /// # Errors
    /// [`twinning_api::Error::Anonymous`] without a session; a cipher that fails.
    pub fn done_once(&self, path: &str, secret: &str) -> Result<HttpResponse, PageFault> {
        let sealed = self.app.keys.seal(&self.once_record(path)?, secret)?;
        Ok(HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("{}{path}", self.prefix())))
            .cookie(self.cookie(ONCE, secrets::hex(&sealed)))
            .finish())
    }

    /// What an act left for this page to show once.
    #[must_use]
    pub fn shown_once(&self) -> Option<String> {
        let sealed = secrets::unhex(self.once.as_deref().filter(|text| text.len() < 4_000)?)?;
        self.app.keys.open(&self.once_record(&self.path).ok()?, &sealed).ok()
    }

    /// The session and the page that a secret is for.
    fn once_record(&self, path: &str) -> Result<String, twinning_api::Error> {
        let session = self.session.as_ref().ok_or(twinning_api::Error::Anonymous)?;
        Ok(format!("portal/once/{}{path}", session.id))
    }

    /// A cookie of the portal.
    #[must_use]
    pub fn cookie(&self, name: &str, value: String) -> Cookie<'static> {
        Cookie::build(name.to_owned(), value)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.app.settings.is_https() || name.starts_with("__Host-"))
            .finish()
    }

    /// The value of the visitor's cookie, for checking forms of visitors without a session.
    #[must_use]
    pub fn visit(&self) -> &str {
        &self.visit
    }

    /// Where a visitor signs in and then comes back to this page.
    #[must_use]
    pub fn login_url(&self) -> String {
        format!("{}/login?next={}{}", self.prefix(), self.prefix(), self.path)
    }
}

/// One parameter of a query string.
#[must_use]
pub fn url_query(query: &str, name: &str) -> String {
    serde_urlencoded_pairs(query).into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
}

fn serde_urlencoded_pairs(query: &str) -> Vec<(String, String)> {
    actix_web::web::Query::<Vec<(String, String)>>::from_query(query)
        .map(actix_web::web::Query::into_inner)
        .unwrap_or_default()
}
