//! Checking a list of documents against its files and against what is there.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use twinning_entity::document::Visibility;
use twinning_entity::organisation::Model;

use super::Outcome;
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::transfer::kinds::directory::Directory;
use crate::transfer::kinds::documents::{self as kind, Listed};
use crate::transfer::kinds::{Report, Verdict};
use crate::transfer::ops::{Beside, NewImport, Plan};
use crate::transfer::policy;
use crate::transfer::sheet::Sheet;
use crate::{file, library, programme};

/// What is known of a named file: why it cannot be used, or the SHA-256 of its content.
type Looked = Result<String, &'static str>;

pub(super) async fn check(
    app: &App,
    call: &Call,
    new: &NewImport,
    sheets: &[Sheet],
    directory: &Directory,
    plan: &Plan,
) -> Outcome {
    let shared = match plan.programme_id {
        Some(programme) => Some(programme::ops::find(app.reader(), programme).await?),
        None => None,
    };
    let files: RefCell<HashMap<String, Looked>> = RefCell::default();
    let file = |name: &str| {
        let mut files = files.borrow_mut();
        files.entry(name.to_owned()).or_insert_with(|| looked(&new.beside, name)).as_ref().err().copied()
    };
    let lacks = |visibility: Visibility, source: &Model| match visibility {
        Visibility::Class if plan.class_id.is_none() => Some("class_needed"),
        Visibility::Programme => {
            // Shared in a programme is what comes from one of its two cities.
            let of_it = |one: &programme::wire::ProgrammeBody| [one.city_a_id, one.city_b_id].contains(&source.city_id);
            if shared.as_ref().is_some_and(of_it) { None } else { Some("programme_needed") }
        }
        _ => None,
    };
    let may = |source: &Model| policy::may_file(&call.actor, source.city_id, &source.path);
    let with = |known: &dyn Fn(&Listed) -> bool| {
        let context = kind::Context {
            directory,
            home: policy::home(&call.actor),
            own: call.actor.appointments().first().map(|held| held.organisation),
            may: &may,
            file: &file,
            known,
            lacks: &lacks,
        };
        kind::check(sheets, &context)
    };
    // First without asking what is stored, to learn which contents are meant at all.
    let first = match with(&|_| false) {
        Ok(report) => report,
        Err(fault) => return Ok(Err(fault)),
    };
    let seen = files.borrow().clone();
    let known = stored(app, &first, &seen).await?;
    Ok(with(&|one| known.contains(&key(one))))
}

type Key = (String, twinning_entity::ids::OrganisationId, Option<String>);

fn key(one: &Listed) -> Key {
    (one.title.clone(), one.organisation, one.file.clone())
}

/// Rows whose document is there already with the same content.
async fn stored(app: &App, report: &Report, files: &HashMap<String, Looked>) -> Result<HashSet<Key>> {
    let mut known = HashSet::new();
    for row in &report.rows {
        let Verdict::Accepted(_, value) = &row.verdict else { continue };
        let listed: Listed = serde_json::from_value(value.clone())?;
        let sha256 = match (&listed.file, &listed.body_markdown) {
            (Some(name), _) => match files.get(name) {
                Some(Ok(sha256)) => sha256.clone(),
                _ => continue,
            },
            (None, Some(text)) => file::ops::sha256_of(text.as_bytes()),
            (None, None) => continue,
        };
        if library::ops::find_same(app.reader(), listed.organisation, &listed.title, &sha256).await?.is_some() {
            known.insert(key(&listed));
        }
    }
    Ok(known)
}

/// Looks into a named file as an upload would be, so that the preview says what the import would refuse.
fn looked(beside: &Beside, name: &str) -> Looked {
    if matches!(beside, Beside::Nowhere) {
        return Err("file_needs_command");
    }
    let path = beside.path(name).ok_or("file_not_found")?;
    file::ops::looked_at(&path, name).map_err(|error| match error {
        Error::Refused(rule) if rule.code() == "file.too_large" => "file_too_large",
        Error::Refused(rule) => rule.code(),
        _ => "file_not_found",
    })
}
