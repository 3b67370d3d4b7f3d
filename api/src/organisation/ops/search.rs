//! What search keeps and shows of organisations.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use twinning_entity::ids::OrganisationId;
use twinning_entity::organisation as row;

use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::organisation::policy::OrganisationAct;
use crate::organisation::store;
use crate::organisation::wire::{Audience, FieldAccess};
use crate::search::engine::{IndexDoc, Kind};
use crate::search::ops::HitText;

/// Names of organisations and of those above them, for showing hits.
///
/// # Errors
/// The engine's error.
pub async fn hit_texts(app: &App, call: &Call, ids: &[uuid::Uuid]) -> Result<HashMap<uuid::Uuid, HitText>> {
    call.actor.may_ever(OrganisationAct::Read.who())?;
    let ids: Vec<OrganisationId> = ids.iter().map(|id| OrganisationId(*id)).collect();
    let rows = store::by_ids(app.reader(), &ids).await?;
    let paths: Vec<String> = rows.iter().map(|one| one.path.clone()).collect();
    let above: Vec<row::Model> = store::above_all(app.reader(), &paths).await?;
    Ok(rows
        .into_iter()
        .map(|one| {
            let upwards = above.iter().filter(|other| one.path != other.path && one.path.starts_with(&other.path));
            let upwards: Vec<&str> = upwards.map(|other| other.name_display.as_str()).collect();
            let mut text = upwards.join(" › ");
            for part in public_texts(&one) {
                text.push_str("  ");
                text.push_str(&part);
            }
            (one.id.0, HitText { title: one.name_full, text, url: format!("/orgs/{}", one.code) })
        })
        .collect())
}

/// Texts of a profile that everybody may read; search shows no others to anybody.
fn public_texts(one: &row::Model) -> Vec<String> {
    let access: FieldAccess = serde_json::from_value(one.field_access.clone()).unwrap_or_default();
    let open = |value: &Option<String>, audience: Audience| value.clone().filter(|_| audience == Audience::Public);
    [
        one.kind_text.clone(),
        open(&one.profile, access.profile),
        open(&one.address, access.address),
        open(&one.offers, access.offers),
        open(&one.needs, access.needs),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What search keeps of an organisation; none when it is gone.
///
/// # Errors
/// The engine's error.
pub async fn index_doc(conn: &impl ConnectionTrait, id: OrganisationId) -> Result<Option<IndexDoc>> {
    let found = match store::find(conn, id).await {
        Ok(found) => found,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let former = store::names_of(conn, id).await?;
    let mut body = vec![found.name_full.clone(), found.name_short.clone(), found.name_display.clone()];
    body.extend(former.iter().flat_map(|one| [one.name_full.clone(), one.name_short.clone()]));
    body.extend(public_texts(&found));
    body.dedup();
    Ok(Some(IndexDoc {
        kind: Kind::Organisation,
        id: id.0,
        title: found.name_full.clone(),
        body: body.join("\n\n"),
        names: vec![found.name_short.clone(), found.name_full.clone(), found.code.clone()],
        tags: Vec::new(),
        areas: Vec::new(),
        doc_kind: Some(found.form.word().to_owned()),
        org_path: Some(found.path.clone()),
        cities: vec![found.city_id.to_string()],
        year: None,
        vis: vec!["public".to_owned()],
        sort_key: u64::try_from(found.seq).unwrap_or(0),
    }))
}

/// Identifiers of all organisations, for rebuilding the index.
///
/// # Errors
/// The engine's error.
pub async fn every_id(conn: &impl ConnectionTrait) -> Result<Vec<uuid::Uuid>> {
    Ok(store::all(conn).await?.into_iter().map(|found| found.id.0).collect())
}
