//! HTTP of files.

use actix_multipart::Multipart;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post};
use futures_util::{StreamExt as _, TryStreamExt as _};
use twinning_entity::file::FileKind;
use twinning_entity::ids::FileId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::FileRule;
use super::policy::FileAct;
use super::wire::{FileBody, UploadForm};
use super::{ops, serve};
use crate::app::App;
use crate::kernel::error::{Error, Result};
use crate::rest::{Caller, Operation, PathId, Problem, op};

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("upload_file", FileAct::Upload.who()),
    op("show_file", FileAct::Read.who()),
    op("download_file", FileAct::Read.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(upload_file).service(show_file).service(download_file);
}

/// Upload a file; `kind` stands before `file`.
#[utoipa::path(tag = "files", request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = FileBody)))]
#[post("/files")]
async fn upload_file(app: Data<App>, call: Caller, mut form: Multipart) -> Result<HttpResponse, Problem> {
    call.actor.may_ever(FileAct::Upload.who())?;
    let mut kind = None;
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| Error::from(FileRule::BadForm))?;
        match field.name().unwrap_or_default() {
            "kind" => {
                let word = short_text(&mut field).await?;
                kind = Some(FileKind::from_word(&word).ok_or_else(|| Error::field("kind", "field.type"))?);
            }
            "file" => {
                let kind = kind.ok_or_else(|| Error::field("kind", "field.required"))?;
                let name = sent_name(&field);
                let bytes = field.map_err(|error| std::io::Error::other(error.to_string()));
                let made = ops::upload(&app, &call, kind, &name, bytes).await?;
                let location = format!("/api/v1/files/{}", made.id);
                return Ok(HttpResponse::Created().insert_header(("location", location)).json(made));
            }
            _ => return Err(Error::from(FileRule::BadForm).into()),
        }
    }
    Err(Error::field("file", "field.required").into())
}

/// Name of the file of a field as the sender knows it; the extended form (RFC 5987) is the more exact one.
#[must_use]
pub fn sent_name(field: &actix_multipart::Field) -> String {
    let Some(disposition) = field.content_disposition() else { return String::new() };
    if let Some(name) = disposition.get_filename_ext() {
        return match name.charset {
            actix_web::http::header::Charset::Ext(ref charset) if charset.eq_ignore_ascii_case("utf-8") => {
                String::from_utf8_lossy(&name.value).into_owned()
            }
            _ => encoding_rs::GB18030.decode(&name.value).0.into_owned(),
        };
    }
    // Browsers write these two as percent codes inside the quotes.
    disposition.get_filename().unwrap_or_default().replace("%22", "\"").replace("%0D", "").replace("%0A", "")
}

/// A short text field of a form (`reliability.md` I-02).
///
/// # Errors
/// [`FileRule::BadForm`] for a broken or long one.
pub async fn short_text(field: &mut actix_multipart::Field) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(part) = field.next().await {
        let part = part.map_err(|_| FileRule::BadForm)?;
        if bytes.len() + part.len() > 64 * 1024 {
            return Err(FileRule::BadForm.into());
        }
        bytes.extend_from_slice(&part);
    }
    String::from_utf8(bytes).map_err(|_| FileRule::BadForm.into())
}

/// What is known of a file.
#[utoipa::path(tag = "files", params(("id" = Uuid, Path)), responses((status = 200, body = FileBody)))]
#[get("/files/{id}")]
async fn show_file(app: Data<App>, call: Caller, id: PathId<FileId>) -> Result<Json<FileBody>, Problem> {
    Ok(Json(ops::show(&app, &call, id.0).await?))
}

/// The bytes of a file, or a range of them.
#[utoipa::path(tag = "files", params(("id" = Uuid, Path), ("Range" = Option<String>, Header), ("If-None-Match" = Option<String>, Header)),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "*/*"),
        (status = 206, description = "The wanted part", body = Vec<u8>, content_type = "*/*"),
        (status = 304, description = "Known already"),
        (status = 416, description = "No such range", body = crate::rest::ProblemBody, content_type = "application/problem+json")))]
#[get("/files/{id}/content")]
async fn download_file(
    app: Data<App>,
    call: Caller,
    id: PathId<FileId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let opened = ops::open(&app, &call, id.0).await?;
    Ok(serve::answer(&app, &call, &request, opened).await?)
}
