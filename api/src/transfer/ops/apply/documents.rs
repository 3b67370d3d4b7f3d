//! Documents with their files.

use sea_orm::ConnectionTrait;
use twinning_entity::document::Visibility;
use twinning_entity::file::FileKind;
use twinning_entity::import_row as line;
use twinning_entity::provenance::Provenance;

use super::{Work, value};
use crate::kernel::error::{Error, Result};
use crate::transfer::kinds::documents::Listed;
use crate::transfer::model::ImportRule;
use crate::transfer::ops::Plan;
use crate::transfer::ops::check::within;
use crate::transfer::policy;
use crate::{file, library, organisation, programme, training};

pub(super) async fn all(
    work: &Work<'_>,
    tx: &impl ConnectionTrait,
    plan: &Plan,
    lines: Vec<line::Model>,
) -> Result<()> {
    let (app, call) = (work.app, work.call);
    if let Some(class) = plan.class_id {
        let (_, facts) = training::ops::facts(tx, class, app.today()).await?;
        if !training::policy::runs(&call.actor, &facts) {
            return Err(Error::Denied);
        }
    }
    let programme = match plan.programme_id {
        Some(programme) => Some(programme::ops::find(tx, programme).await?),
        None => None,
    };
    for one in lines {
        let read: Listed = value(&one)?;
        let source = organisation::ops::name_of(tx, read.organisation).await?;
        if !policy::may_file(&call.actor, source.city, &source.path) {
            return Err(Error::Denied);
        }
        // Shared in a programme is what comes from one of its two cities.
        let shared = programme.as_ref().filter(|one| [one.city_a_id, one.city_b_id].contains(&source.city));
        let shared = shared.map(|one| one.id);
        match read.visibility {
            Visibility::Programme if shared.is_none() => return Err(ImportRule::ProgrammeNeeded.into()),
            Visibility::Class if plan.class_id.is_none() => return Err(ImportRule::ClassNeeded.into()),
            _ => {}
        }
        let entry = library::ops::Entry {
            content: content(work, tx, read.file.as_deref(), read.body_markdown).await?,
            title: read.title,
            kind: read.kind,
            organisation: read.organisation,
            tags: read.tags,
            visibility: read.visibility,
            class: plan.class_id,
            programme: shared,
            // What a branch or a district brings in goes through the three reviews first (`domain.md` 3.4).
            published: call.actor.is_system() || call.actor.is_city_staff_of(source.city),
            summary: read.summary,
            provenance: match read.provenance {
                Provenance::Entered => plan.provenance.unwrap_or(Provenance::Entered),
                said => said,
            },
            provenance_note: read.note,
        };
        let id = library::ops::bring_in(tx, app, call, entry, Some(work.import)).await?;
        work.made(tx, one.id, "document", id.0).await?;
    }
    Ok(())
}

async fn content(
    work: &Work<'_>,
    tx: &impl ConnectionTrait,
    file: Option<&str>,
    body: Option<String>,
) -> Result<library::ops::Content> {
    let Some(named) = file else {
        let text = body.ok_or_else(|| Error::broken("a checked document has no content"))?;
        return Ok(library::ops::Content::Markdown(text));
    };
    let folder = work.app.import_aid(work.import).folder.ok_or(Error::NotFound("file"))?;
    let path = within(&folder, named).ok_or(Error::NotFound("file"))?;
    let name = path.file_name().map_or_else(|| named.into(), std::ffi::OsStr::to_string_lossy).into_owned();
    let bytes = tokio::fs::read(path).await?;
    let stored = file::ops::store_in(tx, work.app, work.call, FileKind::Document, &name, bytes).await?;
    Ok(library::ops::Content::File(stored.id, stored.sha256))
}
