//! HTTP of imports.

use actix_multipart::Multipart;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use futures_util::StreamExt as _;
use twinning_entity::ids::ImportId;
use twinning_entity::import::ImportKind;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops::{self, Beside, NewImport};
use super::policy::ImportAct;
use super::wire::{ConfirmInput, ImportBody, ImportForm, ImportListParams, ImportOptions};
use crate::app::App;
use crate::file::model::FileRule;
use crate::file::rest::{sent_name, short_text};
use crate::kernel::error::{Error, Result};
use crate::kernel::page::Page;
use crate::rest::{Caller, IfMatch, MaybeBody, Operation, Params, PathId, Problem, Tagged, op};

/// Most bytes of an upload.
const UPLOAD_MAX: usize = 20 << 20;

/// Operations of this feature with the callers that may ever use them.
pub const OPERATIONS: &[Operation] = &[
    op("create_import", ImportAct::Import.who()),
    op("list_imports", ImportAct::Import.who()),
    op("show_import", ImportAct::Import.who()),
    op("download_bad_rows", ImportAct::Import.who()),
    op("download_import_template", ImportAct::Import.who()),
    op("confirm_import", ImportAct::Import.who()),
    op("cancel_import", ImportAct::Import.who()),
    op("undo_import", ImportAct::Import.who()),
];

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(create_import)
        .service(list_imports)
        .service(show_import)
        .service(download_bad_rows)
        .service(download_import_template)
        .service(confirm_import)
        .service(cancel_import)
        .service(undo_import);
}

fn tagged(found: ImportBody) -> Tagged<ImportBody> {
    let version = found.version;
    Tagged::new(found, version)
}

/// Check a file; nothing is written before it is confirmed.
#[utoipa::path(tag = "imports", request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 202, body = ImportBody)))]
#[post("/imports")]
async fn create_import(app: Data<App>, call: Caller, form: Multipart) -> Result<HttpResponse, Problem> {
    call.actor.may_ever(ImportAct::Import.who())?;
    let new = received(form).await?;
    let mut call = call.0;
    if let Some(repeat) = &mut call.repeat {
        repeat.body_hash = body_hash(&new)?;
    }
    let made = ops::check(&app, &call, new).await?;
    Ok(HttpResponse::Accepted()
        .insert_header(("location", format!("/api/v1/imports/{}", made.id)))
        .insert_header(("etag", format!("\"{}\"", made.version)))
        .json(made))
}

/// What makes two uploads the same: everything that was asked, not the bytes alone. The border between the parts of a
/// form differs with each sending.
fn body_hash(new: &NewImport) -> Result<String> {
    use sha2::Digest as _;
    let asked = serde_json::json!({ "kind": new.kind, "name": new.file_name, "options": new.options });
    let hash = sha2::Sha256::new().chain_update(serde_json::to_vec(&asked)?).chain_update([0]).chain_update(&new.bytes);
    Ok(crate::infra::secrets::hex(&hash.finalize()))
}

/// The fields of an import's form, in any order.
///
/// # Errors
/// [`FileRule`]; [`Error::Invalid`].
pub async fn received(mut form: Multipart) -> Result<NewImport> {
    let mut kind = None;
    let mut options = ImportOptions::default();
    let mut file = None;
    let mut class = None;
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| FileRule::BadForm)?;
        match field.name().unwrap_or_default() {
            "kind" => {
                let word = short_text(&mut field).await?;
                kind = Some(ImportKind::from_word(&word).ok_or_else(|| Error::field("kind", "field.type"))?);
            }
            "options" => {
                let text = short_text(&mut field).await?;
                options = serde_json::from_str(&text).map_err(|_| Error::field("options", "field.type"))?;
            }
            // The class of a roster may also stand in a field of its own.
            "class_id" => class = Some(short_text(&mut field).await?).filter(|text| !text.trim().is_empty()),
            "file" => {
                let name = sent_name(&field);
                let mut bytes = Vec::new();
                while let Some(part) = field.next().await {
                    let part = part.map_err(|_| FileRule::Interrupted)?;
                    if bytes.len() + part.len() > UPLOAD_MAX {
                        return Err(FileRule::TooLarge((UPLOAD_MAX >> 20) as u64).into());
                    }
                    bytes.extend_from_slice(&part);
                }
                file = Some((name, bytes));
            }
            _ => return Err(FileRule::BadForm.into()),
        }
    }
    if let Some(class) = class {
        let id = uuid::Uuid::try_parse(class.trim()).map_err(|_| Error::field("class_id", "field.type"))?;
        options.class_id = Some(id.into());
    }
    let kind = kind.ok_or_else(|| Error::field("kind", "field.required"))?;
    let (file_name, bytes) = file.ok_or_else(|| Error::field("file", "field.required"))?;
    Ok(NewImport { kind, file_name, bytes, options, beside: Beside::Nowhere, provenance: None, on_row: None })
}

/// The caller's imports, the latest first.
#[utoipa::path(tag = "imports", params(ImportListParams), responses((status = 200, body = Page<ImportBody>)))]
#[get("/imports")]
async fn list_imports(
    app: Data<App>,
    call: Caller,
    params: Params<ImportListParams>,
) -> Result<Json<Page<ImportBody>>, Problem> {
    Ok(Json(ops::list(&app, &call, params.0).await?))
}

/// One import with what was found in the file.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path)), responses((status = 200, body = ImportBody)))]
#[get("/imports/{id}")]
async fn show_import(app: Data<App>, call: Caller, id: PathId<ImportId>) -> Result<Tagged<ImportBody>, Problem> {
    Ok(tagged(ops::show(&app, &call, id.0).await?))
}

/// The bad rows as a workbook to mend.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path)), responses((status = 200, description = "A workbook",
    body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
#[get("/imports/{id}/bad-rows")]
async fn download_bad_rows(app: Data<App>, call: Caller, id: PathId<ImportId>) -> Result<HttpResponse, Problem> {
    let bytes = ops::bad_rows(&app, &call, id.0).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(("content-disposition", "attachment; filename=\"bad-rows.xlsx\""))
        .body(bytes))
}

/// An empty table with the headings of a kind, to be filled in.
#[utoipa::path(tag = "imports", params(("kind" = ImportKind, Path)), responses((status = 200,
    description = "A workbook", body = Vec<u8>,
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
#[get("/imports/templates/{kind}")]
async fn download_import_template(call: Caller, kind: Path<String>) -> Result<HttpResponse, Problem> {
    let kind = ImportKind::from_word(&kind).ok_or(Error::NotFound("import"))?;
    let bytes = ops::template(&call, kind)?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(("content-disposition", format!("attachment; filename=\"{}.xlsx\"", kind.word())))
        .body(bytes))
}

/// Do what the check promised.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path)), request_body = ConfirmInput,
    responses((status = 200, body = ImportBody)))]
#[post("/imports/{id}/actions/confirm")]
async fn confirm_import(
    app: Data<App>,
    call: Caller,
    id: PathId<ImportId>,
    seen: IfMatch,
    body: MaybeBody<ConfirmInput>,
) -> Result<Tagged<ImportBody>, Problem> {
    let (input, call) = body.with(call);
    Ok(tagged(ops::confirm(&app, &call, id.0, seen.0, input.skip_bad_rows).await?))
}

/// Drop a checked import.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path)),
    responses((status = 200, body = ImportBody)))]
#[post("/imports/{id}/actions/cancel")]
async fn cancel_import(
    app: Data<App>,
    call: Caller,
    id: PathId<ImportId>,
    seen: IfMatch,
) -> Result<Tagged<ImportBody>, Problem> {
    Ok(tagged(ops::cancel(&app, &call, id.0, seen.0).await?))
}

/// Take back what an import made, while nothing was built on it.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path)),
    responses((status = 200, body = ImportBody)))]
#[post("/imports/{id}/actions/undo")]
async fn undo_import(
    app: Data<App>,
    call: Caller,
    id: PathId<ImportId>,
    seen: IfMatch,
) -> Result<Tagged<ImportBody>, Problem> {
    Ok(tagged(ops::undo(&app, &call, id.0, seen.0).await?))
}
