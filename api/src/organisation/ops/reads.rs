//! Reading the directory.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use twinning_entity::ids::OrganisationId;
use twinning_entity::organisation::{self as row, OrgStatus};

use super::OrgName;
use crate::app::App;
use crate::city;
use crate::history;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::FieldFault;
use crate::kernel::page::{Page, PageRequest};
use crate::organisation::policy::{self, OrganisationAct};
use crate::organisation::store::{self, Mark};
use crate::organisation::wire::{
    Audience, FieldAccess, NameBody, OrganisationDetail, OrganisationFilter, OrganisationLine, OrganisationRef,
};

/// The directory.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(
    app: &App,
    call: &Call,
    filter: &OrganisationFilter,
    at: PageRequest,
) -> Result<Page<OrganisationLine>> {
    call.actor.may_ever(OrganisationAct::Read.who())?;
    if filter.q.as_deref().is_some_and(|text| text.chars().count() > 64) {
        return Err(Error::Invalid(vec![FieldFault::new("q", "field.too_long").with("max", 64)]));
    }
    let below = match filter.organisation_id {
        Some(id) if filter.subtree == Some(true) => Some(store::find(app.reader(), id).await?.path),
        _ => None,
    };
    let (rows, total) = store::page(app.reader(), filter, below.as_deref(), &at).await?;
    let page = Page::cut(rows, &at, total, |one| Mark::of(one, filter.sort.unwrap_or_default()));
    let ids: Vec<OrganisationId> = page.items.iter().map(|found| found.id).collect();
    let children = store::child_counts(app.reader(), &ids).await?;
    Ok(page.map(|found| line(found, &children)))
}

/// One organisation.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: OrganisationId) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Read.who())?;
    let found = store::find(app.reader(), id).await?;
    detail(app.reader(), call, found).await
}

/// One organisation by its human code, for the portal's addresses.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show_by_code(app: &App, call: &Call, code: &str) -> Result<OrganisationDetail> {
    call.actor.may_ever(OrganisationAct::Read.who())?;
    let found = store::by_code(app.reader(), code).await?.ok_or(Error::NotFound("organisation"))?;
    detail(app.reader(), call, found).await
}

pub(super) async fn detail(conn: &impl ConnectionTrait, call: &Call, found: row::Model) -> Result<OrganisationDetail> {
    let above = store::above(conn, &found.path).await?;
    let children = store::child_counts(conn, &[found.id]).await?;
    let names = store::names_of(conn, found.id).await?;
    let cities = city::ops::names(conn).await?;
    let successor = match found.successor_id {
        Some(successor) => Some(OrganisationRef::from(&OrgName::from(store::find(conn, successor).await?))),
        None => None,
    };
    let may = |act: OrganisationAct| {
        call.actor.may_ever(act.who()).is_ok() && policy::allows(&call.actor, act, &found.path, found.city_id)
    };
    let (may_edit, may_build) = (may(OrganisationAct::Edit), may(OrganisationAct::Build));
    let history = if may_build { history::of(conn, "organisation", found.id.0).await? } else { Vec::new() };
    let access: FieldAccess = serde_json::from_value(found.field_access.clone()).unwrap_or_default();
    let shown = |value: &Option<String>, audience: Audience| {
        value.clone().filter(|_| policy::sees(&call.actor, audience, &found.path, found.city_id))
    };
    let mut acts = Vec::new();
    if may_edit {
        acts.push("edit");
    }
    if found.status == OrgStatus::Active && may_build {
        acts.extend(["move", "rename", "reorder", "split", "abolish"]);
        acts.extend(may(OrganisationAct::Merge).then_some("merge"));
    }
    Ok(OrganisationDetail {
        city_name: cities.get(&found.city_id).map(|city| city.name.clone()).unwrap_or_default(),
        ancestors: above.into_iter().map(|one| OrganisationRef::from(&OrgName::from(one))).collect(),
        sector: found.sector,
        division_code: found.division_code.clone(),
        address: shown(&found.address, access.address),
        phone: shown(&found.phone, access.phone),
        profile: shown(&found.profile, access.profile),
        offers: shown(&found.offers, access.offers),
        needs: shown(&found.needs, access.needs),
        access: may_edit.then_some(access),
        ended_on: found.ended_on,
        successor,
        history,
        provenance_note: found.provenance_note.clone(),
        names: names
            .into_iter()
            .map(|name| NameBody {
                name_full: name.name_full,
                name_short: name.name_short,
                valid_from: name.valid_from,
                valid_to: name.valid_to,
            })
            .collect(),
        allowed_actions: acts.into_iter().map(ToOwned::to_owned).collect(),
        version: found.version,
        line: line(found, &children),
    })
}

fn line(found: row::Model, children: &HashMap<OrganisationId, u64>) -> OrganisationLine {
    OrganisationLine {
        children: children.get(&found.id).copied().unwrap_or(0),
        id: found.id,
        code: found.code,
        name_full: found.name_full,
        name_short: found.name_short,
        name_display: found.name_display,
        form: found.form,
        kind_text: found.kind_text,
        level: found.level,
        functional_zone: found.functional_zone,
        city_id: found.city_id,
        parent_id: found.parent_id,
        depth: found.depth,
        status: found.status,
        provenance: found.provenance,
    }
}
