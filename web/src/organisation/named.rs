//! Organisations that somebody writes into a form.

use twinning_api::ids::OrganisationId;
use twinning_api::kernel::page::PageRequest;
use twinning_api::organisation::{ops, wire::OrganisationFilter};
use twinning_api::{App, Result};

use crate::shell::Visitor;

/// The organisation that was written: its code, "code name" of a choice, or a full or short name that no other bears.
///
/// # Errors
/// The engine's error.
pub async fn named(app: &App, visitor: &Visitor, written: &str) -> Result<Option<OrganisationId>> {
    let written = written.trim();
    let code = written.split_whitespace().next().unwrap_or_default().to_uppercase();
    if code.is_empty() {
        return Ok(None);
    }
    if let Some(found) = ops::by_code(app.reader(), &code).await? {
        return Ok(Some(found.id));
    }
    let filter = OrganisationFilter { q: Some(written.chars().take(64).collect()), ..OrganisationFilter::default() };
    let found = ops::list(app, &visitor.call, &filter, PageRequest::first(100)).await?.items;
    let mut same = found.iter().filter(|one| [&one.name_full, &one.name_short].contains(&&written.to_owned()));
    Ok(match (same.next(), same.next()) {
        (Some(only), None) => Some(only.id),
        _ => None,
    })
}

/// Organisations to offer below a field: those the visitor acts for, as "code name".
///
/// # Errors
/// The engine's error.
pub async fn own(app: &App, visitor: &Visitor) -> Result<Vec<String>> {
    let ids = visitor.call.actor.appointments().iter().map(|held| held.organisation).collect();
    let names = ops::names(app, ids).await?;
    let mut offered: Vec<String> = names.values().map(|one| format!("{} {}", one.code, one.display)).collect();
    offered.sort();
    Ok(offered)
}
