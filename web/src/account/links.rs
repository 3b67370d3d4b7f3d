//! Pages that a mailed link opens: an invitation, a new password, another address; and asking for a password's link.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use twinning_api::account::ops::password;
use twinning_api::account::wire::PasswordReset;
use twinning_api::invitation::wire::{Acceptance, Welcome};
use twinning_api::kernel::call::Lang;
use twinning_api::rest::problem::status_of;
use twinning_api::{App, Error, invitation};

use crate::shell::csrf::Protected;
use crate::shell::desk::refused;
use crate::shell::{Page, PageFault, Visitor, words};

/// The page of an invitation.
#[derive(Serialize)]
pub struct Invited {
    welcome: Welcome,
    token: String,
    fault: Option<String>,
}

impl Page for Invited {
    const TEMPLATE: &'static str = "account/invitation";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        titled(lang, "invitation-title", self.fault.is_some())
    }
}

fn titled(lang: Lang, key: &str, wrong: bool) -> String {
    let title = words::plain(lang, key);
    if wrong { format!("{}{title}", words::plain(lang, "error-prefix")) } else { title }
}

/// A link that does not work: what to do instead.
#[derive(Serialize)]
pub struct Dead {
    fault: String,
}

impl Page for Dead {
    const TEMPLATE: &'static str = "account/dead-link";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "link-dead")
    }
}

async fn dead(app: &App, visitor: &Visitor, error: Error) -> Result<HttpResponse, PageFault> {
    let fault = refused(app, visitor, error).await?;
    visitor.page_with(HttpResponse::build(StatusCode::GONE), &Dead { fault })
}

pub(super) async fn invitation(
    app: Data<App>,
    visitor: Visitor,
    token: Path<String>,
) -> Result<HttpResponse, PageFault> {
    match invitation::ops::welcome(&app, &token).await {
        Ok(welcome) => visitor.page(&Invited { welcome, token: token.into_inner(), fault: None }),
        Err(error) => dead(&app, &visitor, error).await,
    }
}

#[derive(Deserialize)]
pub(super) struct AcceptForm {
    password: String,
    again: String,
    #[serde(default)]
    notice: String,
}

pub(super) async fn accept(
    app: Data<App>,
    token: Path<String>,
    form: Protected<AcceptForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let welcome = match invitation::ops::welcome(&app, &token).await {
        Ok(welcome) => welcome,
        Err(error) => return dead(&app, &visitor, error).await,
    };
    let again = |fault: String, status: StatusCode| {
        let page = Invited { welcome: welcome.clone(), token: token.to_string(), fault: Some(fault) };
        visitor.page_with(HttpResponse::build(status), &page)
    };
    if form.password != form.again {
        return again(words::plain(visitor.call.lang, "passwords-differ"), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let input =
        Acceptance { token: token.to_string(), password: form.password.clone(), accept_notice: form.notice == "yes" };
    match invitation::ops::accept(&app, &visitor.call, input).await {
        Ok(_) => Ok(visitor.done("/login", "account-opened")),
        Err(error) => {
            let status = status_of(&error);
            let fault = refused(&app, &visitor, error).await?;
            again(fault, status)
        }
    }
}

/// Asking for a link to a new password.
#[derive(Serialize)]
pub struct Forgot {
    sent: bool,
}

impl Page for Forgot {
    const TEMPLATE: &'static str = "account/forgot";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "password-forgot")
    }
}

pub(super) async fn forgot(visitor: Visitor) -> Result<HttpResponse, PageFault> {
    visitor.page(&Forgot { sent: false })
}

#[derive(Deserialize)]
pub(super) struct ForgotForm {
    email: String,
}

pub(super) async fn ask(app: Data<App>, form: Protected<ForgotForm>) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    password::forgot(&app, &visitor.call, &form.email).await?;
    visitor.page(&Forgot { sent: true })
}

/// Setting a new password.
#[derive(Serialize)]
pub struct Reset {
    email: String,
    token: String,
    fault: Option<String>,
}

impl Page for Reset {
    const TEMPLATE: &'static str = "account/reset";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        titled(lang, "password-new", self.fault.is_some())
    }
}

pub(super) async fn reset_form(
    app: Data<App>,
    visitor: Visitor,
    token: Path<String>,
) -> Result<HttpResponse, PageFault> {
    match password::reset_for(&app, &token).await {
        Ok(email) => visitor.page(&Reset { email, token: token.into_inner(), fault: None }),
        Err(error) => dead(&app, &visitor, error).await,
    }
}

#[derive(Deserialize)]
pub(super) struct ResetForm {
    password: String,
    again: String,
}

pub(super) async fn reset(
    app: Data<App>,
    token: Path<String>,
    form: Protected<ResetForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let email = match password::reset_for(&app, &token).await {
        Ok(email) => email,
        Err(error) => return dead(&app, &visitor, error).await,
    };
    let again = |fault: String| {
        let page = Reset { email: email.clone(), token: token.to_string(), fault: Some(fault) };
        visitor.page_with(HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page)
    };
    if form.password != form.again {
        return again(words::plain(visitor.call.lang, "passwords-differ"));
    }
    let input = PasswordReset { token: token.to_string(), password: form.password.clone() };
    match password::reset(&app, &visitor.call, input).await {
        Ok(()) => Ok(visitor.done("/login", "password-set")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            again(fault)
        }
    }
}

/// Confirming another address.
#[derive(Serialize)]
pub struct Address {
    token: String,
}

impl Page for Address {
    const TEMPLATE: &'static str = "account/address";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "address-confirm")
    }
}

/// A program that looks through letters must not confirm anything, so the link asks for a press of a button.
pub(super) async fn address_form(
    app: Data<App>,
    visitor: Visitor,
    token: Path<String>,
) -> Result<HttpResponse, PageFault> {
    match password::address_for(&app, &token).await {
        Ok(()) => visitor.page(&Address { token: token.into_inner() }),
        Err(error) => dead(&app, &visitor, error).await,
    }
}

#[derive(Deserialize)]
pub(super) struct Empty {}

pub(super) async fn address(
    app: Data<App>,
    token: Path<String>,
    form: Protected<Empty>,
) -> Result<HttpResponse, PageFault> {
    let visitor = form.visitor;
    match password::confirm_address(&app, &visitor.call, &token).await {
        Ok(()) => Ok(visitor.done("/login", "address-changed")),
        Err(error) => dead(&app, &visitor, error).await,
    }
}
