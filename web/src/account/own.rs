//! The own account: profile, password, second factor, sign-ins, data, tokens of programs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use twinning_api::account::ops::{self, factor, password};
use twinning_api::account::wire::{
    AddressChange, FactorCode, FactorSetup, FactorStart, MeBody, PasswordChange, PasswordProof, SignInBody,
};
use twinning_api::api_token::{self, model::SCOPES, wire::ApiTokenBody, wire::NewApiToken};
use twinning_api::kernel::call::Lang;
use twinning_api::person::ops::{erasure, own};
use twinning_api::{App, Error};

use crate::shell::csrf::Protected;
use crate::shell::desk::{Choice, Menu, menu, refused};
use crate::shell::visitor::session_cookie;
use crate::shell::{Page, PageFault, Visitor, words};

/// Profile, password and address.
#[derive(Serialize)]
pub struct Me {
    menu: Menu,
    me: MeBody,
    /// The address that was typed.
    email: String,
    fault: Option<String>,
}

impl Page for Me {
    const TEMPLATE: &'static str = "me/index";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        wrong(lang, "menu-me", self.fault.is_some())
    }
}

fn wrong(lang: Lang, key: &str, wrong: bool) -> String {
    let title = words::plain(lang, key);
    if wrong { format!("{}{title}", words::plain(lang, "error-prefix")) } else { title }
}

fn answer(fault: &Option<String>) -> actix_web::HttpResponseBuilder {
    HttpResponse::build(if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK })
}

async fn me_page(
    app: &App,
    visitor: &Visitor,
    email: String,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    let menu = menu(app, visitor, "/me").await?;
    let me = ops::me(app, &visitor.call).await?;
    visitor.page_with(answer(&fault), &Me { menu, me, email, fault })
}

pub(super) async fn me(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    if visitor.session.is_none() {
        return Ok(crate::shell::see_other(&visitor.login_url()));
    }
    me_page(&app, &visitor, String::new(), None).await
}

#[derive(Deserialize)]
pub(super) struct LanguageForm {
    language: String,
}

pub(super) async fn language(app: Data<App>, form: Protected<LanguageForm>) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    ops::choose_language(&app, &visitor.call, &form.language).await?;
    Ok(visitor.done("/me", "saved"))
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    current: String,
    password: String,
    again: String,
}

pub(super) async fn change_password(app: Data<App>, form: Protected<PasswordForm>) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    if form.password != form.again {
        let fault = words::plain(visitor.call.lang, "passwords-differ");
        return me_page(&app, &visitor, String::new(), Some(fault)).await;
    }
    let input = PasswordChange { current_password: form.current, new_password: form.password };
    match password::change(&app, &visitor.call, input).await {
        Ok(()) => Ok(visitor.done("/me", "password-set")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            me_page(&app, &visitor, String::new(), Some(fault)).await
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AddressForm {
    current: String,
    email: String,
}

pub(super) async fn change_address(app: Data<App>, form: Protected<AddressForm>) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let input = AddressChange { current_password: form.current, email: form.email.clone() };
    match password::ask_new_address(&app, &visitor.call, input).await {
        Ok(()) => Ok(visitor.done("/me", "address-asked")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            me_page(&app, &visitor, form.email, Some(fault)).await
        }
    }
}

/// Second factor and sign-ins.
#[derive(Serialize)]
pub struct Security {
    menu: Menu,
    me: MeBody,
    sessions: Vec<SignInBody>,
    /// A set-up that was begun.
    setup: Option<FactorSetup>,
    /// Recovery codes, shown this once.
    codes: Vec<String>,
    fault: Option<String>,
}

impl Page for Security {
    const TEMPLATE: &'static str = "me/security";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        wrong(lang, "menu-security", self.fault.is_some())
    }
}

async fn security_page(app: &App, visitor: &Visitor, fault: Option<String>) -> Result<HttpResponse, PageFault> {
    let codes: Vec<String> = visitor.shown_once().iter().flat_map(|all| all.lines()).map(ToOwned::to_owned).collect();
    let menu = menu(app, visitor, "/me/security").await?;
    let me = ops::me(app, &visitor.call).await?;
    let setup = match factor::begun(app, &visitor.call).await {
        Ok(setup) if codes.is_empty() => Some(setup),
        _ => None,
    };
    let sessions = ops::sign_ins(app, &visitor.call).await?;
    visitor.page_with(answer(&fault), &Security { menu, me, sessions, setup, codes, fault })
}

pub(super) async fn security(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    if visitor.session.is_none() {
        return Ok(crate::shell::see_other(&visitor.login_url()));
    }
    security_page(&app, &visitor, None).await
}

#[derive(Deserialize)]
pub(super) struct FactorForm {
    #[serde(default)]
    current: String,
    #[serde(default)]
    code: String,
}

pub(super) async fn factor_act(
    app: Data<App>,
    act: Path<String>,
    form: Protected<FactorForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let call = &visitor.call;
    let proof = PasswordProof { current_password: form.current.clone() };
    let done = match act.as_str() {
        "start" => factor::start(&app, call, proof).await.map(|_| Vec::new()),
        "confirm" => factor::confirm(&app, call, FactorCode { code: form.code }).await.map(|made| made.codes),
        "codes" => factor::renew_codes(&app, call, proof).await.map(|made| made.codes),
        "remove" => {
            let proof = FactorStart { current_password: form.current, code: form.code };
            factor::remove(&app, call, proof).await.map(|()| Vec::new())
        }
        _ => Err(Error::NotFound("page")),
    };
    match done {
        Ok(codes) if codes.is_empty() => Ok(visitor.done("/me/security", "saved")),
        Ok(codes) => {
            let mut page = visitor.done_once("/me/security", &codes.join("\n"))?;
            // With the factor the rights of staff begin, and with them a new session id (`reliability.md` S-01).
            if let Some(session) = &visitor.session {
                let token = ops::renew_session(&app, &visitor.call, session.id).await?;
                page.add_cookie(&visitor.cookie(session_cookie(&app), token)).map_err(Error::internal)?;
            }
            Ok(page)
        }
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            security_page(&app, &visitor, Some(fault)).await
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Empty {}

pub(super) async fn end_session(
    app: Data<App>,
    id: Path<String>,
    form: Protected<Empty>,
) -> Result<HttpResponse, PageFault> {
    let visitor = form.visitor;
    let id = uuid::Uuid::try_parse(&id).map_err(|_| Error::NotFound("session"))?;
    ops::end_sign_in(&app, &visitor.call, id).await?;
    Ok(visitor.done("/me/security", "session-ended"))
}

/// One's own data.
#[derive(Serialize)]
pub struct Data_ {
    menu: Menu,
    /// The reason that was typed.
    reason: String,
    fault: Option<String>,
}

impl Page for Data_ {
    const TEMPLATE: &'static str = "me/data";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        wrong(lang, "menu-data", self.fault.is_some())
    }
}

async fn data_page(
    app: &App,
    visitor: &Visitor,
    reason: String,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    let menu = menu(app, visitor, "/me/data").await?;
    visitor.page_with(answer(&fault), &Data_ { menu, reason, fault })
}

pub(super) async fn data(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    data_page(&app, &visitor, String::new(), None).await
}

/// Everything that is kept about oneself, as a file.
pub(super) async fn download(app: Data<App>, visitor: Visitor, form: Path<String>) -> Result<HttpResponse, PageFault> {
    let (kind, bytes) = match form.as_str() {
        "json" => {
            let data = own::export(&app, &visitor.call).await?;
            ("application/json", serde_json::to_vec_pretty(&data).map_err(Error::internal)?)
        }
        "xlsx" => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            own::workbook(&app, &visitor.call).await?,
        ),
        _ => return Err(Error::NotFound("page").into()),
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("content-disposition", format!("attachment; filename=\"my-data.{form}\"")))
        .insert_header(("cache-control", "no-store"))
        .body(bytes))
}

#[derive(Deserialize)]
pub(super) struct ReasonForm {
    reason: String,
}

pub(super) async fn erase(app: Data<App>, form: Protected<ReasonForm>) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    match erasure::ask_for_oneself(&app, &visitor.call, &form.reason).await {
        Ok(_) => Ok(visitor.done("/me/data", "erasure-asked")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            data_page(&app, &visitor, form.reason, Some(fault)).await
        }
    }
}

/// Tokens of programs.
#[derive(Serialize)]
pub struct Tokens {
    menu: Menu,
    tokens: Vec<ApiTokenBody>,
    scopes: Vec<Choice>,
    /// A token that was just made.
    made: Option<String>,
    /// What was typed.
    form: TokenForm,
    fault: Option<String>,
}

impl Page for Tokens {
    const TEMPLATE: &'static str = "me/tokens";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        wrong(lang, "menu-tokens", self.fault.is_some())
    }
}

/// The form of a token as it was filled in.
#[derive(Serialize)]
struct TokenForm {
    name: String,
    days: String,
}

async fn tokens_page(
    app: &App,
    visitor: &Visitor,
    typed: &[(String, String)],
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    let value = |name: &str| typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let page = Tokens {
        menu: menu(app, visitor, "/me/tokens").await?,
        tokens: api_token::ops::list(app, &visitor.call).await?,
        scopes: Choice::of(SCOPES.iter().copied(), typed, "scope"),
        made: visitor.shown_once(),
        form: TokenForm {
            name: value("name").unwrap_or_default(),
            days: value("days").unwrap_or_else(|| "90".to_owned()),
        },
        fault,
    };
    visitor.page_with(answer(&page.fault), &page)
}

pub(super) async fn tokens(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    tokens_page(&app, &visitor, &[], None).await
}

pub(super) async fn make_token(
    app: Data<App>,
    form: Protected<Vec<(String, String)>>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let new = NewApiToken {
        name: value("name").unwrap_or_default(),
        scopes: form.iter().filter(|(key, _)| key == "scope").map(|(_, value)| value.clone()).collect(),
        days: value("days").and_then(|days| days.parse().ok()).unwrap_or(0),
    };
    match api_token::ops::make(&app, &visitor.call, new).await {
        Ok(made) => visitor.done_once("/me/tokens", &made.token),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            tokens_page(&app, &visitor, &form, Some(fault)).await
        }
    }
}

pub(super) async fn end_token(
    app: Data<App>,
    id: Path<String>,
    form: Protected<Empty>,
) -> Result<HttpResponse, PageFault> {
    let visitor = form.visitor;
    let id = uuid::Uuid::try_parse(&id).map_err(|_| Error::NotFound("api_token"))?;
    match api_token::ops::end(&app, &visitor.call, id.into()).await {
        // One that another page ended before is as it should be.
        Ok(()) | Err(Error::NotFound(_)) => Ok(visitor.done("/me/tokens", "saved")),
        Err(error) => Err(error.into()),
    }
}
