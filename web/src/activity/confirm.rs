//! Confirming or returning a record of the other side.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use twinning_api::activity::ops;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::reason::ReasonInput;
use twinning_api::{App, Error};

use super::pages::{Show, shown};
use crate::shell::csrf::Protected;
use crate::shell::{Page, PageFault, Visitor, words};

/// The page on which the other side confirms or returns a record.
#[derive(Serialize)]
pub struct Confirm {
    show: Show,
    fault: Option<String>,
    /// The reason as typed, so that it need not be typed again.
    reason: String,
}

impl Page for Confirm {
    const TEMPLATE: &'static str = "activity/confirm";
    const NAV: &'static str = "activities";
    const OWN_BAR: bool = true;

    fn title(&self, lang: Lang) -> String {
        let title = words::plain(lang, "activity-confirm-title");
        if self.fault.is_none() { title } else { format!("{}{title}", words::plain(lang, "error-prefix")) }
    }
}

pub(super) async fn confirm_form(
    app: Data<App>,
    visitor: Visitor,
    no: Path<String>,
) -> Result<HttpResponse, PageFault> {
    let show = shown(ops::show_by_no(&app, &visitor.call, &no).await?);
    if !show.can_confirm {
        return Ok(crate::shell::see_other(&format!("{}/activities/{no}", visitor.prefix())));
    }
    visitor.page(&Confirm { show, fault: None, reason: String::new() })
}

#[derive(Deserialize)]
pub(super) struct Seen {
    seen: i32,
    #[serde(default)]
    reason: String,
}

pub(super) async fn confirm(
    app: Data<App>,
    no: Path<String>,
    form: Protected<Seen>,
) -> Result<HttpResponse, PageFault> {
    let found = ops::show_by_no(&app, &form.visitor.call, &no).await?;
    ops::confirm(&app, &form.visitor.call, found.line.id, form.form.seen).await?;
    Ok(form.visitor.done(&format!("/activities/{no}"), "activity-confirmed"))
}

pub(super) async fn return_record(
    app: Data<App>,
    no: Path<String>,
    form: Protected<Seen>,
) -> Result<HttpResponse, PageFault> {
    let visitor = &form.visitor;
    let found = ops::show_by_no(&app, &visitor.call, &no).await?;
    let input = ReasonInput { reason: form.form.reason.clone() };
    match ops::return_record(&app, &visitor.call, found.line.id, form.form.seen, input).await {
        Ok(_) => Ok(visitor.done(&format!("/activities/{no}"), "activity-returned")),
        Err(Error::Invalid(faults)) => {
            let fault = faults
                .first()
                .map(|fault| twinning_api::infra::i18n::message(visitor.call.lang, fault.code, &fault.args));
            visitor.page_with(
                HttpResponse::UnprocessableEntity(),
                &Confirm { show: shown(found), fault, reason: form.form.reason },
            )
        }
        Err(error) => Err(error.into()),
    }
}
