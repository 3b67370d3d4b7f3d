//! The import wizard: upload, look at the errors, confirm, undo.

use actix_multipart::Multipart;
use actix_web::web::{Data, Path, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use twinning_api::file::model::FileRule;
use twinning_api::file::rest::{sent_name, short_text};
use twinning_api::import_words::{ImportKind, ImportState};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::programme::{self, wire::ProgrammeBody};
use twinning_api::rest::problem::sentence;
use twinning_api::training::{self, wire::ClassLine};
use twinning_api::transfer::ops::{self, Beside, NewImport};
use twinning_api::transfer::policy;
use twinning_api::transfer::wire::{ImportBody, ImportListParams, ImportOptions, ImportRowBody};
use twinning_api::{App, Error};

use crate::shell::csrf::{self, Protected};
use crate::shell::{Page, PageFault, Visitor, words};

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/admin/import", get().to(form))
        .route("/admin/import", post().to(upload))
        .route("/admin/import/template", get().to(template))
        .route("/admin/import/{id}", get().to(show))
        .route("/admin/import/{id}/bad-rows", get().to(bad_rows))
        .route("/admin/import/{id}/{act}", post().to(act));
}

/// Step 1: choose a kind and a file.
#[derive(Serialize)]
pub struct Upload {
    kinds: Vec<&'static str>,
    classes: Vec<ClassLine>,
    programmes: Vec<ProgrammeBody>,
    past: Vec<ImportBody>,
    fault: Option<String>,
    /// What was chosen, so that it need not be chosen again.
    kind: String,
    class_id: String,
    programme_id: String,
}

impl Page for Upload {
    const TEMPLATE: &'static str = "transfer/upload";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        words::plain(lang, "import-title")
    }
}

async fn upload_page(app: &App, visitor: &Visitor, fault: Option<String>) -> Result<Upload, PageFault> {
    if visitor.session.is_none() {
        return Err(Error::Anonymous.into());
    }
    let past = ops::list(app, &visitor.call, ImportListParams { limit: Some(10), cursor: None }).await?.items;
    let kinds = [
        ImportKind::Enrolments,
        ImportKind::Lessons,
        ImportKind::Activities,
        ImportKind::Pairings,
        ImportKind::Organisations,
        ImportKind::People,
        ImportKind::Documents,
    ];
    let kinds =
        kinds.into_iter().filter(|kind| policy::allows(&visitor.call.actor, *kind)).map(ImportKind::word).collect();
    let classes = training::ops::list(app, &visitor.call, &Default::default(), PageRequest::first(50)).await?.items;
    let programmes = programme::ops::every(app.reader()).await?;
    let (kind, class_id, programme_id) = Default::default();
    Ok(Upload { kinds, classes, programmes, past, fault, kind, class_id, programme_id })
}

async fn form(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    visitor.page(&upload_page(&app, &visitor, None).await?)
}

async fn upload(
    app: Data<App>,
    visitor: Visitor,
    request: HttpRequest,
    mut form: Multipart,
) -> Result<HttpResponse, PageFault> {
    visitor.call.actor.may_ever(policy::ImportAct::Import.who())?;
    let bad = || PageFault::from(Error::from(FileRule::BadForm));
    let (mut token, mut kind, mut class, mut programme) = <(String, String, String, String)>::default();
    let (mut secrecy, mut file) = (false, None);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| bad())?;
        match field.name().unwrap_or_default() {
            "csrf_token" => {
                token = short_text(&mut field).await?;
                csrf::check(&request, &visitor, &token)?;
            }
            "file" if token.is_empty() => return Err(bad()),
            "kind" => kind = short_text(&mut field).await?,
            "class_id" => class = short_text(&mut field).await?,
            "programme_id" => programme = short_text(&mut field).await?,
            "secrecy" => secrecy = short_text(&mut field).await? == "yes",
            "file" => {
                let name = sent_name(&field);
                let mut bytes = Vec::new();
                while let Some(part) = field.next().await {
                    bytes.extend_from_slice(&part.map_err(|_| bad())?);
                    if bytes.len() > 20 << 20 {
                        return Err(Error::from(FileRule::TooLarge(20)).into());
                    }
                }
                file = Some((name, bytes));
            }
            _ => {
                short_text(&mut field).await?;
            }
        }
    }
    if token.is_empty() {
        return Err(bad());
    }
    let lang = visitor.call.lang;
    let again = |fault: String| async {
        let page = upload_page(&app, &visitor, Some(fault)).await?;
        let (kind, class_id, programme_id) = (kind.clone(), class.clone(), programme.clone());
        Ok::<_, PageFault>(Upload { kind, class_id, programme_id, ..page })
    };
    let (Some(chosen), Some((file_name, bytes)), true) =
        (ImportKind::from_word(&kind), file.filter(|(name, _)| !name.is_empty()), secrecy)
    else {
        let page = again(words::plain(lang, "import-fill")).await?;
        return visitor.page_with(HttpResponse::UnprocessableEntity(), &page);
    };
    let options = ImportOptions {
        class_id: uuid::Uuid::try_parse(&class).ok().map(Into::into),
        programme_id: uuid::Uuid::try_parse(&programme).ok().map(Into::into),
    };
    let call = visitor.call.once();
    match ops::check(
        &app,
        &call,
        NewImport { kind: chosen, file_name, bytes, options, beside: Beside::Nowhere, on_row: None, provenance: None },
    )
    .await
    {
        Ok(made) => Ok(crate::shell::see_other(&format!("{}/admin/import/{}", visitor.prefix(), made.id))),
        Err(Error::Refused(rule)) => {
            let page = again(sentence(&Error::Refused(rule), lang)).await?;
            visitor.page_with(HttpResponse::UnprocessableEntity(), &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// Steps 2 to 4: what was found, and what came of it.
#[derive(Serialize)]
pub struct Show {
    import: ImportBody,
    can_confirm: bool,
    can_undo: bool,
    has_bad: bool,
    fault: Option<String>,
    result_url: Option<String>,
    /// Step of the wizard, from 1.
    step: u8,
    /// Whether it is over, done or not.
    over: bool,
    rows: Vec<ImportRowBody>,
    /// The first rows with errors, for the summary.
    worst: Vec<ImportRowBody>,
    only_bad: bool,
    /// Rows with errors beyond those that the summary names.
    more_bad: u32,
    /// Rows of data in the file, and those that were written.
    all: u32,
    done: u32,
    /// Whether every good row is there already.
    nothing_new: bool,
    /// Whether rows of more than one sheet are shown, so that each names its own.
    sheets: bool,
    /// Whether there is anything to say of a row.
    notes: bool,
}

/// Rows with errors that the summary names.
const WORST: usize = 8;

impl Page for Show {
    const TEMPLATE: &'static str = "transfer/show";
    const NAV: &'static str = "";

    fn title(&self, lang: Lang) -> String {
        let title = format!("{} {}", words::plain(lang, "import-title"), self.import.file_name);
        let wrong = self.fault.is_some() || (self.can_confirm && self.has_bad);
        if wrong { format!("{}{title}", words::plain(lang, "error-prefix")) } else { title }
    }
}

fn shown(mut import: ImportBody, fault: Option<String>, only_bad: bool) -> Show {
    for fault in import.rows.iter_mut().flat_map(|row| &mut row.faults) {
        // What the sentence quotes already need not stand beside it.
        fault.value = fault.value.take().filter(|value| !value.is_empty() && !fault.message.contains(value.as_str()));
    }
    let can = |act: &str| import.allowed_actions.iter().any(|one| one == act);
    let result_url = match import.kind {
        ImportKind::Enrolments => import.class_id.map(|id| format!("/training/{id}/roster")),
        ImportKind::Lessons => import.class_id.map(|id| format!("/training/{id}")),
        ImportKind::Activities => Some("/activities".to_owned()),
        ImportKind::Pairings => Some("/pairings".to_owned()),
        ImportKind::Organisations => Some("/orgs".to_owned()),
        ImportKind::People => Some("/admin/people".to_owned()),
        ImportKind::Documents => Some("/library".to_owned()),
        _ => None,
    };
    let has_bad = import.counts.rejected > 0;
    let is_bad = |row: &&ImportRowBody| row.state == "rejected";
    let over = matches!(import.state, ImportState::Done | ImportState::Undone | ImportState::Cancelled);
    let step = match import.state {
        _ if over => 4,
        _ if has_bad || import.problem.is_some() => 2,
        _ => 3,
    };
    let counts = import.counts;
    let changes = counts.add + counts.update;
    Show {
        more_bad: counts.rejected.saturating_sub(u32::try_from(WORST).unwrap_or(u32::MAX)),
        all: counts.accepted + counts.rejected,
        done: changes,
        nothing_new: can("confirm") && counts.accepted > 0 && changes == 0,
        can_confirm: can("confirm") && counts.accepted > 0,
        can_undo: can("undo"),
        has_bad,
        step,
        over,
        only_bad,
        worst: import.rows.iter().filter(is_bad).take(WORST).cloned().collect(),
        rows: import.rows.iter().filter(|row| !only_bad || is_bad(row)).cloned().collect(),
        notes: import.rows.iter().any(|row| !row.faults.is_empty()),
        sheets: import.rows.iter().any(|row| import.rows.first().is_some_and(|first| first.sheet != row.sheet)),
        import,
        fault,
        result_url,
    }
}

fn import_id(text: &str) -> Result<twinning_api::ids::ImportId, PageFault> {
    uuid::Uuid::try_parse(text).map(Into::into).map_err(|_| Error::NotFound("import").into())
}

#[derive(Deserialize)]
struct Only {
    #[serde(default)]
    only: String,
}

async fn show(
    app: Data<App>,
    visitor: Visitor,
    id: Path<String>,
    asked: Query<Only>,
) -> Result<HttpResponse, PageFault> {
    let import = ops::show(&app, &visitor.call, import_id(&id)?).await?;
    visitor.page(&shown(import, None, asked.only == "bad"))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    kind: String,
}

/// An empty table to fill in, named as the kind is called.
async fn template(visitor: Visitor, asked: Query<Wanted>) -> Result<HttpResponse, PageFault> {
    let kind = ImportKind::from_word(&asked.kind).ok_or(Error::NotFound("import"))?;
    let bytes = ops::template(&visitor.call, kind)?;
    let lang = visitor.call.lang;
    let word = words::plain(lang, &format!("import-kind-{}", kind.word()));
    let name = format!("{word} {}.xlsx", words::plain(lang, "import-template-name"));
    Ok(workbook(bytes, &name))
}

fn workbook(bytes: Vec<u8>, name: &str) -> HttpResponse {
    use actix_web::http::header::{Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue};
    let name = ExtendedValue { charset: Charset::Ext("UTF-8".into()), language_tag: None, value: name.into() };
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(name)],
    };
    HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(disposition)
        .body(bytes)
}

async fn bad_rows(app: Data<App>, visitor: Visitor, id: Path<String>) -> Result<HttpResponse, PageFault> {
    let id = import_id(&id)?;
    let bytes = ops::bad_rows(&app, &visitor.call, id).await?;
    let import = ops::show(&app, &visitor.call, id).await?;
    let stem = import.file_name.rsplit_once('.').map_or(import.file_name.as_str(), |(stem, _)| stem);
    let name = format!("{stem} {}.xlsx", words::plain(visitor.call.lang, "import-mend-name"));
    Ok(workbook(bytes, &name))
}

#[derive(Deserialize)]
struct ActForm {
    seen: i32,
    #[serde(default)]
    skip: String,
}

async fn act(
    app: Data<App>,
    path: Path<(String, String)>,
    form: Protected<ActForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let (id, act) = path.into_inner();
    let id = import_id(&id)?;
    let call = &visitor.call;
    let outcome = match act.as_str() {
        "confirm" => ops::confirm(&app, call, id, form.seen, form.skip == "yes").await,
        "cancel" => ops::cancel(&app, call, id, form.seen).await,
        "undo" => ops::undo(&app, call, id, form.seen).await,
        _ => return Err(Error::NotFound("page").into()),
    };
    match outcome {
        Ok(_) => {
            let flash = match act.as_str() {
                "confirm" => "import-done",
                "undo" => "import-undone",
                _ => "import-cancelled",
            };
            Ok(visitor.done(&format!("/admin/import/{id}"), flash))
        }
        Err(Error::Refused(rule)) => {
            let error = Error::Refused(rule);
            let status = twinning_api::rest::problem::status_of(&error);
            let fault = Some(sentence(&error, call.lang));
            let page = shown(ops::show(&app, call, id).await?, fault, false);
            visitor.page_with(HttpResponse::build(status), &page)
        }
        Err(error) => Err(error.into()),
    }
}
