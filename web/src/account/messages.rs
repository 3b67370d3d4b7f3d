//! What one was told, and what of it is mailed.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::letter::{self, model::CHOOSABLE, model::Frequency, wire::MessageBody, wire::SubscriptionsBody};
use twinning_api::{App, Error};

use super::own::Empty;
use crate::shell::csrf::Protected;
use crate::shell::desk::{Menu, menu};
use crate::shell::pieces::Pager;
use crate::shell::{Page, PageFault, Visitor, words};

/// A name and what is chosen of it.
#[derive(Serialize)]
struct Choice {
    name: String,
    value: String,
}

/// Messages, and what is mailed.
#[derive(Serialize)]
pub struct Messages {
    menu: Menu,
    messages: Vec<MessageBody>,
    pager: Pager,
    unread: u64,
    kinds: Vec<Choice>,
    frequencies: Vec<&'static str>,
}

impl Page for Messages {
    const TEMPLATE: &'static str = "me/messages";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        self.pager.titled(lang, &words::plain(lang, "menu-messages"))
    }
}

#[derive(Deserialize)]
pub(super) struct Numbered {
    page: Option<u64>,
}

pub(super) async fn messages(
    app: Data<App>,
    visitor: Visitor,
    asked: Query<Numbered>,
) -> Result<HttpResponse, PageFault> {
    if visitor.session.is_none() {
        return Ok(crate::shell::see_other(&visitor.login_url()));
    }
    let page = asked.page.unwrap_or(1).clamp(1, 500);
    let found = letter::ops::inbox_at(&app, &visitor.call, false, PageRequest::numbered(page, 20)).await?;
    let chosen = letter::ops::subscriptions(&app, &visitor.call).await?;
    let kinds = CHOOSABLE
        .iter()
        .map(|kind| Choice {
            name: kind.name.to_owned(),
            value: chosen.mail.get(kind.name).map_or("now", |chosen| chosen.word()).to_owned(),
        })
        .collect();
    visitor.page(&Messages {
        menu: menu(&app, &visitor, "/me/messages").await?,
        pager: Pager::new(page, 20, found.total.unwrap_or(0), &[]),
        messages: found.items,
        unread: letter::ops::unread(&app, &visitor.call).await?,
        kinds,
        frequencies: Frequency::ALL.iter().map(|one| one.word()).collect(),
    })
}

/// Opens what a message is about; it counts as read from then on.
pub(super) async fn open_message(
    app: Data<App>,
    id: Path<String>,
    form: Protected<Empty>,
) -> Result<HttpResponse, PageFault> {
    let visitor = form.visitor;
    let id = uuid::Uuid::try_parse(&id).map_err(|_| Error::NotFound("message"))?;
    let read = letter::ops::read(&app, &visitor.call.once(), id.into()).await?;
    let to = read.url.unwrap_or_else(|| "/me/messages".to_owned());
    Ok(crate::shell::see_other(&format!("{}{to}", visitor.prefix())))
}

pub(super) async fn read_all(app: Data<App>, form: Protected<Empty>) -> Result<HttpResponse, PageFault> {
    let visitor = form.visitor;
    letter::ops::read_all(&app, &visitor.call).await?;
    Ok(visitor.done("/me/messages", "saved"))
}

pub(super) async fn subscribe(
    app: Data<App>,
    form: Protected<std::collections::BTreeMap<String, String>>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let mail = form
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("mail-")?.to_owned(), Frequency::from_word(value)?)))
        .collect();
    letter::ops::subscribe(&app, &visitor.call, SubscriptionsBody { mail }).await?;
    Ok(visitor.done("/me/messages", "saved"))
}
