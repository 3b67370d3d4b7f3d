//! Notices.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, get};
use serde::Serialize;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::notice::ops;
use twinning_api::notice::wire::NoticeBody;
use twinning_api::{App, Error};

use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config.route("/notices", get().to(index)).route("/notices/{id}", get().to(show));
}

/// The list.
#[derive(Serialize)]
pub struct Index {
    notices: Vec<NoticeBody>,
}

impl Page for Index {
    const TEMPLATE: &'static str = "notice/index";
    const NAV: &'static str = "notices";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "title-notices")
    }
}

async fn index(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    let found = ops::list(&app, &visitor.call, PageRequest::first(50)).await?;
    visitor.page(&Index { notices: found.items })
}

/// One notice.
#[derive(Serialize)]
pub struct Show {
    notice: NoticeBody,
    paragraphs: Vec<String>,
}

impl Page for Show {
    const TEMPLATE: &'static str = "notice/show";
    const NAV: &'static str = "notices";

    fn title(&self, _: Lang) -> String {
        self.notice.title.clone()
    }
}

async fn show(app: Data<App>, visitor: Visitor, id: Path<String>) -> Result<HttpResponse, PageFault> {
    let id = uuid::Uuid::try_parse(&id).map_err(|_| Error::NotFound("notice"))?;
    let (notice, _) = ops::show(&app, &visitor.call, id.into()).await?;
    let lines = notice.body.lines().map(str::trim).filter(|line| !line.is_empty());
    visitor.page(&Show { paragraphs: lines.map(ToOwned::to_owned).collect(), notice })
}
