//! What can be done with documents.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::document::{self as row, DocumentKind, DocumentStatus, Visibility};
use twinning_entity::document_version::{self as version, TextState};
use twinning_entity::ids::{ClassId, DocumentId, DocumentVersionId, FileId, ImportId, OrganisationId, ProgrammeId};
use twinning_entity::provenance::Provenance;
use uuid::Uuid;

use super::extract::{self, Extracted};
use super::policy::{self, DocumentAct};
use super::store;
use super::wire::{DocumentDetail, DocumentFilter, DocumentLine, VersionBody};
use crate::app::App;
use crate::file;
use crate::file::wire::FileBody;
use crate::infra::jobs;
use crate::kernel::actor::Actor;
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};
use crate::organisation::ops::{self as organisations, OrgName};
use crate::organisation::wire::OrganisationRef;
use crate::pairing;
use crate::programme::ops::strings;
use crate::search;
use crate::search::engine::{IndexDoc, Kind};
use crate::search::ops::HitText;
use crate::training;

/// Name of the job that reads the text of a version.
pub const READ_TEXT: &str = "library.read_text";
/// Largest file whose text is read.
const TEXT_FILE_MAX: u64 = 60 * 1024 * 1024;

async fn scope(app: &App, actor: &Actor) -> Result<policy::Scope> {
    let programmes = pairing::ops::programmes_of(app, actor).await?;
    Ok(policy::scope(actor, programmes, training::ops::material_scope(app, actor).await?))
}

/// Documents the caller may read, the newest first.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(app: &App, call: &Call, filter: &DocumentFilter, at: PageRequest) -> Result<Page<DocumentLine>> {
    call.actor.may_ever(DocumentAct::Read.who())?;
    let below = match filter.organisation_id {
        Some(id) if filter.subtree == Some(true) => Some(organisations::name_of(app.reader(), id).await?.path),
        _ => None,
    };
    let scope = scope(app, &call.actor).await?;
    let (rows, total) = store::page(app.reader(), &scope, filter, below.as_deref(), &at).await?;
    let page = Page::cut(rows, &at, total, |one| (one.created_at, one.id));
    let items = lines(app, &page.items).await?;
    Ok(Page { items, next_cursor: page.next_cursor, total: page.total })
}

/// Documents among `ids` that the caller may read, in that order.
///
/// # Errors
/// The engine's error.
pub async fn lines_of(app: &App, call: &Call, ids: &[DocumentId]) -> Result<Vec<DocumentLine>> {
    call.actor.may_ever(DocumentAct::Read.who())?;
    let rows = store::among(app.reader(), &scope(app, &call.actor).await?, ids).await?;
    let mut found: HashMap<DocumentId, DocumentLine> =
        lines(app, &rows).await?.into_iter().map(|line| (line.id, line)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// How many documents of each kind the caller may read, kinds in the order of the vocabulary.
///
/// # Errors
/// The engine's error.
pub async fn kinds(app: &App, call: &Call) -> Result<Vec<(DocumentKind, u64)>> {
    call.actor.may_ever(DocumentAct::Read.who())?;
    let counts = store::kinds(app.reader(), &scope(app, &call.actor).await?).await?;
    Ok(DocumentKind::ALL.iter().filter_map(|kind| counts.get(kind).map(|count| (*kind, *count))).collect())
}

/// One document.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: DocumentId) -> Result<DocumentDetail> {
    call.actor.may_ever(DocumentAct::Read.who())?;
    let scope = scope(app, &call.actor).await?;
    let found = store::find(app.reader(), &scope, id).await?;
    let versions = store::versions(app.reader(), id).await?;
    let files = file::ops::by_ids(app.reader(), versions.iter().filter_map(|one| one.file_id).collect()).await?;
    let line = lines(app, std::slice::from_ref(&found)).await?.into_iter().next();
    let line = line.ok_or(Error::NotFound("document"))?;
    let current = versions.iter().find(|one| Some(one.no) == found.current_version);
    Ok(DocumentDetail {
        text: current.and_then(|one| one.text.clone().or_else(|| one.body_markdown.clone())),
        text_state: current.map(|one| one.text_state),
        line,
        authors: strings(&found.authors),
        areas: strings(&found.areas),
        class_id: found.class_id,
        programme_id: found.programme_id,
        provenance_note: found.provenance_note,
        versions: versions.into_iter().map(|one| version_body(one, &files)).collect(),
        allowed_actions: Vec::new(),
        version: found.version,
    })
}

fn version_body(found: version::Model, files: &HashMap<FileId, FileBody>) -> VersionBody {
    VersionBody {
        id: found.id,
        no: found.no,
        change_note: found.change_note,
        sha256: found.sha256,
        pages: found.pages,
        text_state: found.text_state,
        file: found.file_id.and_then(|id| files.get(&id).cloned()),
        created_at: found.created_at.with_timezone(&shanghai()),
        published_at: found.published_at.map(|at| at.with_timezone(&shanghai())),
    }
}

async fn lines(app: &App, rows: &[row::Model]) -> Result<Vec<DocumentLine>> {
    let names = organisations::names(app, rows.iter().map(|one| one.organisation_id).collect()).await?;
    let current = store::current_files(app.reader(), rows).await?;
    let files = file::ops::by_ids(app.reader(), current.values().copied().flatten().collect()).await?;
    Ok(rows
        .iter()
        .map(|one| {
            let file = current.get(&one.id).copied().flatten().and_then(|id| files.get(&id));
            line(one, &names, file, current.contains_key(&one.id))
        })
        .collect())
}

fn line(
    found: &row::Model,
    names: &HashMap<OrganisationId, OrgName>,
    file: Option<&FileBody>,
    has_version: bool,
) -> DocumentLine {
    let written = has_version.then(|| "md".to_owned());
    DocumentLine {
        id: found.id,
        title: found.title.clone(),
        kind: found.kind,
        organisation: names.get(&found.organisation_id).map_or_else(
            || OrganisationRef { id: found.organisation_id, code: String::new(), name: String::new() },
            OrganisationRef::from,
        ),
        summary: found.summary.clone(),
        tags: strings(&found.tags),
        visibility: found.visibility,
        status: found.status,
        published_at: found.published_at.map(|at| at.with_timezone(&shanghai())),
        format: file.and_then(|file| file.name.rsplit_once('.').map(|(_, tail)| tail.to_owned())).or(written),
        size: file.map(|file| file.size),
        provenance: found.provenance,
    }
}

/// Whether the actor may read a document, for its files.
///
/// # Errors
/// The engine's error.
pub async fn may_read(app: &App, actor: &Actor, id: DocumentId) -> Result<bool> {
    match store::find(app.reader(), &scope(app, actor).await?, id).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Number of documents that everybody may read.
///
/// # Errors
/// The engine's error.
pub async fn public_count(app: &App) -> Result<u64> {
    store::public_count(app.reader()).await
}

/// What an import says of one document.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: DocumentKind,
    /// Organisation it comes from.
    pub organisation: OrganisationId,
    /// Tags.
    pub tags: Vec<String>,
    /// Who may read.
    pub visibility: Visibility,
    /// Class, for material of a class.
    pub class: Option<ClassId>,
    /// Programme it is shared in.
    pub programme: Option<ProgrammeId>,
    /// Whether it is open at once; else it enters as a draft.
    pub published: bool,
    /// Summary.
    pub summary: Option<String>,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// Note on it.
    pub provenance_note: Option<String>,
    /// Its content: a stored file, or text written in place.
    pub content: Content,
}

/// Content of a version.
#[derive(Clone, Debug)]
pub enum Content {
    /// A stored file with its SHA-256.
    File(FileId, String),
    /// Markdown.
    Markdown(String),
}

impl Content {
    /// SHA-256 of the content.
    #[must_use]
    pub fn sha256(&self) -> String {
        match self {
            Self::File(_, sha256) => sha256.clone(),
            Self::Markdown(text) => crate::infra::secrets::fingerprint(text),
        }
    }
}

/// The document that an earlier import brought in with the same content.
///
/// # Errors
/// The engine's error.
pub async fn find_same(
    conn: &impl ConnectionTrait,
    organisation: OrganisationId,
    title: &str,
    sha256: &str,
) -> Result<Option<DocumentId>> {
    store::same(conn, organisation, title, sha256).await
}

/// Brings in a document with its first version, in a write that is under way.
///
/// # Errors
/// The engine's error.
pub async fn bring_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    entry: Entry,
    import: Option<ImportId>,
) -> Result<DocumentId> {
    let id: DocumentId = app.new_id();
    let now = app.now();
    let sha256 = entry.content.sha256();
    let (file_id, body_markdown) = match entry.content {
        Content::File(file, _) => (Some(file), None),
        Content::Markdown(text) => (None, Some(text)),
    };
    store::add(
        tx,
        row::Model {
            id,
            title: entry.title,
            kind: entry.kind,
            organisation_id: entry.organisation,
            class_id: entry.class,
            programme_id: entry.programme,
            authors: json!([]),
            summary: entry.summary,
            visibility: entry.visibility,
            status: if entry.published { DocumentStatus::Published } else { DocumentStatus::Draft },
            tags: json!(entry.tags),
            areas: json!([]),
            current_version: Some(1),
            withdrawn_reason: None,
            source_name: None,
            imported: true,
            import_id: import.map(|id| id.0),
            provenance: entry.provenance,
            provenance_note: entry.provenance_note,
            created_by: call.actor.account(),
            published_at: entry.published.then_some(now),
            version: 1,
            created_at: now,
            updated_at: now,
        },
    )
    .await?;
    let version_id: DocumentVersionId = app.new_id();
    let text_state = if file_id.is_some() { TextState::Pending } else { TextState::Done };
    store::add_version(
        tx,
        version::Model {
            id: version_id,
            document_id: id,
            no: 1,
            file_id,
            text: body_markdown.clone(),
            body_markdown,
            change_note: None,
            sha256,
            text_state,
            pages: None,
            created_by: call.actor.account(),
            created_at: now,
            published_at: entry.published.then_some(now),
        },
    )
    .await?;
    if let Some(file) = file_id {
        file::ops::give(tx, call, file, "document", id.0).await?;
        jobs::enqueue(tx, app, READ_TEXT, json!({ "version_id": version_id }), None).await?;
    }
    search::note(tx, app, call, Kind::Document, id.0).await?;
    Ok(id)
}

/// Takes back a document that an undone import brought; the engine refuses while anything stands on it.
///
/// # Errors
/// The engine's error.
pub async fn take_back(tx: &impl ConnectionTrait, app: &App, call: &Call, id: DocumentId) -> Result<bool> {
    search::note(tx, app, call, Kind::Document, id.0).await?;
    file::ops::release(tx, "document", id.0).await?;
    store::remove(tx, id).await
}

/// Reads the text of a version's file and gives it to search; a file without readable text says so.
///
/// # Errors
/// The engine's or the storage's; then the job is tried again.
pub async fn read_text(app: &App, call: &Call, id: DocumentVersionId) -> Result<()> {
    let found = match store::version_by_id(app.reader(), id).await {
        Ok(found) => found,
        // An import may have been undone in between.
        Err(Error::NotFound(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let Some(file_id) = found.file_id else { return Ok(()) };
    let (stored, bytes) = file::ops::bytes(app, file_id, TEXT_FILE_MAX).await?;
    let extracted = extract::guarded(bytes, stored.name.clone()).await;
    let (text, state, pages) = match extracted {
        Extracted::Text { text, pages } => (Some(text), TextState::Done, pages),
        Extracted::NoText => (None, TextState::NoText, None),
        Extracted::Unsupported => (None, TextState::Unsupported, None),
        Extracted::Failed => (None, TextState::Failed, None),
    };
    app.write(call, async |tx| {
        store::put_text(tx, id, text.clone(), state, pages).await?;
        search::note(tx, app, call, Kind::Document, found.document_id.0).await
    })
    .await
}

/// Titles and texts of documents the caller may read, for showing hits.
///
/// # Errors
/// The engine's error.
pub async fn hit_texts(app: &App, call: &Call, ids: &[Uuid]) -> Result<HashMap<Uuid, HitText>> {
    let ids: Vec<DocumentId> = ids.iter().map(|id| DocumentId(*id)).collect();
    let rows = store::among(app.reader(), &scope(app, &call.actor).await?, &ids).await?;
    let mut texts = store::current_texts(app.reader(), &rows).await?;
    Ok(rows
        .into_iter()
        .map(|one| {
            let mut text = texts.remove(&one.id).flatten().unwrap_or_default();
            let tags = strings(&one.tags);
            if !tags.is_empty() {
                text.push_str("\n\n");
                text.push_str(&tags.join("  "));
            }
            (one.id.0, HitText { title: one.title, text, url: format!("/library/{}", one.id) })
        })
        .collect())
}

/// What search keeps of a document; none when it is gone or not open.
///
/// # Errors
/// The engine's error.
pub async fn index_doc(conn: &impl ConnectionTrait, id: DocumentId) -> Result<Option<IndexDoc>> {
    use chrono::Datelike as _;
    let everything = policy::Scope { all: true, ..policy::Scope::default() };
    let found = match store::find(conn, &everything, id).await {
        Ok(found) => found,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let versions = store::versions(conn, id).await?;
    let current = versions.into_iter().find(|one| Some(one.no) == found.current_version);
    let source = organisations::name_of(conn, found.organisation_id).await?;
    let open = matches!(found.status, DocumentStatus::Published | DocumentStatus::Archived);
    let mut vis = search::ops::insider_terms(&source);
    if open {
        vis.extend(match found.visibility {
            Visibility::Public => Some("public".to_owned()),
            Visibility::Programme => found.programme_id.map(|id| format!("programme:{id}")),
            Visibility::City => Some(format!("city:{}", source.city)),
            Visibility::Class => found.class_id.map(|id| format!("class:{id}")),
        });
        if let (Visibility::Class, Some(class)) = (found.visibility, found.class_id) {
            vis.push(format!("classes_of:{}", training::ops::city_of(conn, class).await?));
        }
    }
    let mut body = current.and_then(|one| one.text).unwrap_or_default();
    for part in [&found.summary, &Some(source.full.clone())].into_iter().flatten() {
        body.push_str("\n\n");
        body.push_str(part);
    }
    Ok(Some(IndexDoc {
        kind: Kind::Document,
        id: id.0,
        title: found.title,
        body,
        names: Vec::new(),
        tags: strings(&found.tags),
        areas: strings(&found.areas),
        doc_kind: Some(found.kind.word().to_owned()),
        org_path: Some(source.path.clone()),
        cities: vec![source.city.to_string()],
        year: found.published_at.map(|at| at.year()),
        vis,
        sort_key: u64::try_from(found.created_at.timestamp_micros()).unwrap_or(0),
    }))
}

/// Identifiers of all documents, for rebuilding the index.
///
/// # Errors
/// The engine's error.
pub async fn every_id(conn: &impl ConnectionTrait) -> Result<Vec<uuid::Uuid>> {
    Ok(store::every_id(conn).await?.into_iter().map(|id| id.0).collect())
}
