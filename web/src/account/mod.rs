//! Sign-in, the workspace with what waits, and the own account.

mod links;
mod messages;
mod own;

pub use links::{Address, Dead, Forgot, Invited, Reset};
pub use messages::Messages;
pub use own::{Data_, Me, Security, Tokens};

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Query, ServiceConfig, get, post};
use serde::{Deserialize, Serialize};
use twinning_api::account::ops::{self, SignInFrom};
use twinning_api::account::wire::{Credentials, MeBody};
use twinning_api::ids::ClassId;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::pairing::{self, wire::PairingLine};
use twinning_api::rest::problem::{self, sentence};
use twinning_api::training::{self, wire::ClassLine};
use twinning_api::transfer::{self, wire::ImportBody, wire::ImportListParams};
use twinning_api::{App, Error, RoleCode};

use crate::shell::csrf::Protected;
use crate::shell::desk::{Menu, menu};
use crate::shell::visitor::session_cookie;
use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/login", get().to(login_form))
        .route("/login", post().to(login))
        .route("/logout", post().to(logout))
        .route("/w", get().to(workspace))
        .route("/w/todo", get().to(workspace))
        .route("/invitation/{token}", get().to(links::invitation))
        .route("/invitation/{token}", post().to(links::accept))
        .route("/password", get().to(links::forgot))
        .route("/password", post().to(links::ask))
        .route("/password/{token}", get().to(links::reset_form))
        .route("/password/{token}", post().to(links::reset))
        .route("/address/{token}", get().to(links::address_form))
        .route("/address/{token}", post().to(links::address))
        .route("/me", get().to(own::me))
        .route("/me/language", post().to(own::language))
        .route("/me/password", post().to(own::change_password))
        .route("/me/address", post().to(own::change_address))
        .route("/me/security", get().to(own::security))
        .route("/me/factor/{act}", post().to(own::factor_act))
        .route("/me/sessions/{id}/end", post().to(own::end_session))
        .route("/me/messages", get().to(messages::messages))
        .route("/w/messages", get().to(messages::messages))
        .route("/me/messages/read", post().to(messages::read_all))
        .route("/me/messages/mail", post().to(messages::subscribe))
        .route("/me/messages/{id}/open", post().to(messages::open_message))
        .route("/me/data", get().to(own::data))
        .route("/me/data/erase", post().to(own::erase))
        .route("/me/data/{form}", get().to(own::download))
        .route("/me/tokens", get().to(own::tokens))
        .route("/me/tokens", post().to(own::make_token))
        .route("/me/tokens/{id}/end", post().to(own::end_token))
        .route("/size", get().to(size))
        .route("/theme", get().to(theme));
}

/// The form to sign in.
#[derive(Serialize)]
pub struct Login {
    login: String,
    next: String,
    fault: Option<String>,
    /// Whether a code of the second factor is asked for.
    code: bool,
    /// Whether nobody has an account yet.
    set_up: bool,
}

impl Page for Login {
    const TEMPLATE: &'static str = "account/login";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        let title = words::plain(lang, "login");
        if self.fault.is_none() { title } else { format!("{}{title}", words::plain(lang, "error-prefix")) }
    }
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn login_form(app: Data<App>, visitor: Visitor, asked: Query<Next>) -> Result<HttpResponse, PageFault> {
    visitor.page(&Login {
        login: String::new(),
        next: local(&asked.next).unwrap_or_default(),
        fault: None,
        code: false,
        set_up: ops::is_set_up(&app).await?,
    })
}

/// Cookie of a browser that signed in before: strangers cannot lock its owner out.
const DEVICE: &str = "twinning_device";

/// A local path with one slash and a letter, else nothing (`reliability.md` B-05).
fn local(next: &str) -> Option<String> {
    let rest = next.strip_prefix('/')?;
    let good = rest.starts_with(|c: char| c.is_ascii_alphabetic())
        && rest.len() < 512
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/.?=&%".contains(&byte));
    good.then(|| next.to_owned())
}

#[derive(Deserialize)]
struct LoginForm {
    login: String,
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

async fn login(app: Data<App>, request: HttpRequest, form: Protected<LoginForm>) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    let code = Some(form.code).filter(|code| !code.trim().is_empty());
    let credentials = Credentials { login: form.login.clone(), password: form.password, totp: code };
    let call = visitor.call.once();
    let from = SignInFrom { user_agent: agent, device: request.cookie(DEVICE).map(|cookie| cookie.value().to_owned()) };
    match ops::open_session(&app, &call, credentials, from).await {
        Ok(opened) => {
            let landing = match () {
                () if opened.must_enrol => "/me/security".to_owned(),
                () if opened.password_due => "/me".to_owned(),
                () => landing(&app, &visitor, opened.class).await?,
            };
            let next = local(&form.next).filter(|_| !opened.must_enrol);
            let to = next.unwrap_or_else(|| format!("{}{landing}", visitor.prefix()));
            let mut device = visitor.cookie(DEVICE, opened.device);
            device.set_max_age(actix_web::cookie::time::Duration::days(180));
            Ok(HttpResponse::SeeOther()
                .insert_header((header::LOCATION, to))
                .cookie(visitor.cookie(session_cookie(&app), opened.token))
                .cookie(device)
                .finish())
        }
        Err(Error::Refused(rule)) => {
            let error = Error::Refused(rule);
            let status = twinning_api::rest::problem::status_of(&error);
            let fault = Some(sentence(&error, visitor.call.lang));
            let code = ["auth.totp_required", "auth.totp_wrong"].contains(&problem::code_of(&error));
            let next = local(&form.next).unwrap_or_default();
            let page = Login { login: form.login, next, fault, code, set_up: true };
            visitor.page_with(HttpResponse::build(status), &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// Where somebody lands after signing in: a trainee at the class while it runs, everybody else at the workspace.
async fn landing(app: &App, visitor: &Visitor, class: Option<ClassId>) -> Result<String, PageFault> {
    let Some(class) = class else { return Ok("/w".to_owned()) };
    let found = training::ops::show(app, &visitor.call, class).await?.line;
    let runs = (found.starts_on..=found.ends_on).contains(&app.today());
    Ok(if runs { format!("/training/{class}") } else { "/w".to_owned() })
}

#[derive(Deserialize)]
struct Empty {}

async fn logout(app: Data<App>, form: Protected<Empty>) -> Result<HttpResponse, PageFault> {
    let visitor = form.visitor;
    if let Some(session) = &visitor.session {
        let call = visitor.call.once();
        ops::close_session(&app, &call, session.id).await?;
    }
    let mut gone = visitor.cookie(session_cookie(&app), String::new());
    gone.make_removal();
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, format!("{}/", visitor.prefix())))
        .insert_header(("clear-site-data", "\"cache\", \"storage\""))
        .cookie(gone)
        .finish())
}

/// The workspace: what waits, and where to begin.
#[derive(Serialize)]
pub struct Workspace {
    me: MeBody,
    pairings: Vec<PairingLine>,
    class_url: Option<String>,
    can_log: bool,
    can_import: bool,
    /// The last imports, for those who may import.
    imports: Vec<ImportBody>,
    /// The classes, for those who look after rosters.
    classes: Vec<ClassLine>,
    menu: Menu,
}

impl Page for Workspace {
    const TEMPLATE: &'static str = "account/workspace";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "workspace")
    }
}

async fn workspace(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    if visitor.session.is_none() {
        return Ok(crate::shell::see_other(&visitor.login_url()));
    }
    let me = ops::me(&app, &visitor.call).await?;
    let pairings = pairing::ops::of_caller(&app, &visitor.call).await?;
    let class = me.appointments.iter().find_map(|held| held.class_id);
    let importers = [RoleCode::OrgDeptCity, RoleCode::OrgDeptDistrict, RoleCode::ClassTeacher];
    let can_import = me.scopes.iter().any(|role| importers.contains(role));
    let (mut imports, mut classes) = (Vec::new(), Vec::new());
    if can_import {
        let last = ImportListParams { limit: Some(5), cursor: None };
        imports = transfer::ops::list(&app, &visitor.call, last).await?.items;
        classes = training::ops::list(&app, &visitor.call, &Default::default(), PageRequest::first(5)).await?.items;
    }
    let menu = menu(&app, &visitor, "/w").await?;
    visitor.page(&Workspace {
        menu,
        can_log: !pairings.is_empty(),
        can_import,
        imports,
        classes,
        class_url: class.map(|id| format!("/training/{id}")),
        pairings,
        me,
    })
}

#[derive(Deserialize)]
struct Size {
    #[serde(default)]
    size: String,
    #[serde(default)]
    back: String,
}

/// Larger text on or off; only a taste is kept, in a cookie.
async fn size(visitor: Visitor, asked: Query<Size>) -> HttpResponse {
    let size = if asked.size == "large" { "large" } else { "normal" };
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, local(&asked.back).unwrap_or_else(|| "/".to_owned())))
        .cookie(visitor.cookie("twinning_size", size.to_owned()))
        .finish()
}

#[derive(Deserialize)]
struct Theme {
    #[serde(default)]
    theme: String,
    #[serde(default)]
    back: String,
}

/// Light, dark or as the device says; only a taste is kept, in a cookie.
async fn theme(visitor: Visitor, asked: Query<Theme>) -> HttpResponse {
    let theme = if matches!(asked.theme.as_str(), "dark" | "auto") { asked.theme.clone() } else { "light".to_owned() };
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, local(&asked.back).unwrap_or_else(|| "/".to_owned())))
        .cookie(visitor.cookie("twinning_theme", theme))
        .finish()
}
