//! Files as the portal serves them: the same bytes and headers as the API, by the session's rights.

use actix_web::web::{Data, Path, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use twinning_api::file::{ops, serve};
use twinning_api::{App, Error};

use crate::shell::{PageFault, Visitor};

/// Mounts the handler.
pub fn mount(config: &mut ServiceConfig) {
    config.route("/files/{id}", get().to(download));
}

async fn download(
    app: Data<App>,
    visitor: Visitor,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageFault> {
    let id = uuid::Uuid::try_parse(&id).map_err(|_| Error::NotFound("file"))?;
    let opened = ops::open(&app, &visitor.call, id.into()).await?;
    Ok(serve::answer(&app, &visitor.call, &request, opened).await?)
}
