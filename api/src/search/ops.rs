//! Searching.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::engine::{Ask, Hit, Kind};
use super::policy::SearchAct;
use super::snippet;
use super::wire::{HitBody, SearchBody, SearchParams};
use crate::app::App;
use crate::kernel::actor::{Actor, RoleCode};
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::FieldFault;
use crate::kernel::page::{Page, PageRequest};
use crate::organisation::ops::OrgName;
use crate::{activity, library, organisation, pairing, training};

/// Characters of a snippet.
const SNIPPET: usize = 120;

/// Terms of those inside a side: its city's staff, and everybody who looks after its part of the tree.
#[must_use]
pub fn insider_terms(side: &OrgName) -> Vec<String> {
    let mut terms = vec![format!("staff:{}", side.city)];
    let mut walked = String::new();
    for step in side.path.split_inclusive('.') {
        walked.push_str(step);
        terms.push(format!("path:{walked}"));
    }
    terms
}

/// Terms of a caller; they mirror the scopes of the features.
///
/// # Errors
/// The engine's error.
pub async fn terms(app: &App, actor: &Actor) -> Result<Vec<String>> {
    let mut terms = vec!["public".to_owned()];
    for held in actor.appointments() {
        match held.role {
            RoleCode::OrgDeptCity => terms.push(format!("staff:{}", held.city)),
            RoleCode::OrgDeptDistrict | RoleCode::BranchAdmin | RoleCode::StreetReviewer => {
                terms.push(format!("path:{}", held.path));
            }
            RoleCode::SysAdmin | RoleCode::SecAdmin | RoleCode::AuditAdmin => continue,
            _ => {}
        }
        terms.push(format!("city:{}", held.city));
    }
    let materials = training::ops::material_scope(app, actor).await?;
    terms.extend(materials.classes.iter().map(|class| format!("class:{class}")));
    terms.extend(materials.cities.iter().map(|city| format!("classes_of:{city}")));
    for programme in pairing::ops::programmes_of(app, actor).await? {
        terms.push(format!("programme:{programme}"));
    }
    terms.sort();
    terms.dedup();
    Ok(terms)
}

/// Searches what the caller may read.
///
/// # Errors
/// Refusals of the input; the index's.
pub async fn search(app: &App, call: &Call, params: SearchParams) -> Result<SearchBody> {
    call.actor.may_ever(SearchAct::Search.who())?;
    if params.q.chars().count() > 256 {
        return Err(Error::Invalid(vec![FieldFault::new("q", "field.too_long").with("max", 256)]));
    }
    let at = PageRequest::asked(params.limit, params.cursor, None)?;
    let offset: usize = at.after()?.unwrap_or(0);
    if offset > 10_000 {
        return Err(Error::field("cursor", "field.cursor"));
    }
    let limit = usize::try_from(at.limit).unwrap_or(20);
    let ask = Ask {
        text: params.q.clone(),
        vis: terms(app, &call.actor).await?,
        kinds: params.kind.into_iter().collect(),
        limit,
        offset,
    };
    let engine = Arc::clone(&app.engine);
    let hits = actix_web::rt::task::spawn_blocking(move || engine.search(&ask))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let texts = texts(app, call, &hits.items).await?;
    // The few hits that are shown were read, and so checked, once more in the database.
    let items = hits
        .items
        .iter()
        .filter_map(|hit| texts.get(&(hit.kind, hit.id)).map(|text| hit_body(*hit, text, &params.q)))
        .collect();
    let next_cursor = if hits.more {
        let next = Page::cut(vec![(), ()], &PageRequest::first(1), None, |()| offset + limit);
        next.next_cursor
    } else {
        None
    };
    Ok(SearchBody { items, next_cursor, total: hits.total as u64 })
}

/// What is shown of an object that was found.
#[derive(Clone, Debug)]
pub struct HitText {
    /// Title.
    pub title: String,
    /// Text that snippets are cut from.
    pub text: String,
    /// Page of the portal.
    pub url: String,
}

/// Titles and texts of the hits that the caller may read, a few statements for each kind.
async fn texts(app: &App, call: &Call, hits: &[Hit]) -> Result<HashMap<(Kind, Uuid), HitText>> {
    let mut out = HashMap::new();
    for kind in [Kind::Document, Kind::Activity, Kind::Class, Kind::Organisation] {
        let ids: Vec<Uuid> = hits.iter().filter(|hit| hit.kind == kind).map(|hit| hit.id).collect();
        if ids.is_empty() {
            continue;
        }
        let found = match kind {
            Kind::Document => library::ops::hit_texts(app, call, &ids).await?,
            Kind::Activity => activity::ops::hit_texts(app, call, &ids).await?,
            Kind::Class => training::ops::hit_texts(app, call, &ids).await?,
            _ => organisation::ops::hit_texts(app, call, &ids).await?,
        };
        out.extend(found.into_iter().map(|(id, text)| ((kind, id), text)));
    }
    Ok(out)
}

fn hit_body(hit: Hit, found: &HitText, asked: &str) -> HitBody {
    let snippet = snippet::make(&found.text, asked, SNIPPET).unwrap_or_else(|| snippet::opening(&found.text, SNIPPET));
    HitBody {
        kind: hit.kind,
        id: hit.id,
        title: found.title.clone(),
        snippet,
        score: hit.score,
        url: found.url.clone(),
        related: hit.related,
    }
}
