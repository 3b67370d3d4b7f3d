//! Searching.

use std::sync::Arc;

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
    let mut items = Vec::with_capacity(hits.items.len());
    for hit in &hits.items {
        // The few hits that are shown are read, and so checked, once more in the database.
        if let Some(body) = shown(app, call, *hit, &params.q).await? {
            items.push(body);
        }
    }
    let next_cursor = if hits.more {
        let next = Page::cut(vec![(), ()], &PageRequest::first(1), None, |()| offset + limit);
        next.next_cursor
    } else {
        None
    };
    Ok(SearchBody { items, next_cursor, total: hits.total as u64 })
}

async fn shown(app: &App, call: &Call, hit: Hit, asked: &str) -> Result<Option<HitBody>> {
    let found = match hit.kind {
        Kind::Organisation => organisation::ops::show(app, call, hit.id.into())
            .await
            .map(|one| (one.line.name_full.clone(), organisation_text(&one), format!("/orgs/{}", one.line.code))),
        Kind::Activity => activity::ops::show(app, call, hit.id.into()).await.map(|one| {
            let text = [one.line.place.clone(), one.record.summary.clone(), one.record.decisions.clone()];
            let sides = format!("{} {}", one.line.side_a.name, one.line.side_b.name);
            let text = text.into_iter().flatten().chain([sides]).collect::<Vec<_>>().join("  ");
            (one.line.title, text, format!("/activities/{}", one.line.no))
        }),
        Kind::Class => training::ops::index_text(app, call, hit.id.into()).await,
        Kind::Document => library::ops::index_text(app, call, hit.id.into()).await,
        Kind::Practice => Err(Error::NotFound("practice")),
    };
    match found {
        Ok((title, text, url)) => {
            let snippet = snippet::make(&text, asked, SNIPPET).unwrap_or_else(|| snippet::opening(&text, SNIPPET));
            Ok(Some(HitBody {
                kind: hit.kind,
                id: hit.id,
                title,
                snippet,
                score: hit.score,
                url,
                related: hit.related,
            }))
        }
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn organisation_text(one: &organisation::wire::OrganisationDetail) -> String {
    let above: Vec<&str> = one.ancestors.iter().map(|above| above.name.as_str()).collect();
    let mut text = above.join(" › ");
    for part in [&one.line.kind_text, &one.profile, &one.address].into_iter().flatten() {
        text.push_str("  ");
        text.push_str(part);
    }
    text
}
