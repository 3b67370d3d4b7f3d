//! What can be done with cities and divisions.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, Set};
use twinning_entity::city as row;
use twinning_entity::division::{self, CodeSystem};
use twinning_entity::ids::{CityId, DivisionId};
use twinning_entity::organisation::OrgLevel;

use super::policy::CityAct;
use super::store;
use super::wire::{CityBody, DivisionBody};
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::kernel::page::{ListParams, Page, PageRequest};

/// Cities in official order.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list(app: &App, call: &Call, params: ListParams) -> Result<Page<CityBody>> {
    call.actor.may_ever(CityAct::Read.who())?;
    let at = PageRequest::asked(params.limit, params.cursor, params.count)?;
    let (rows, total) = store::page(app.reader(), at.after()?, &at).await?;
    Ok(Page::cut(rows, &at, total, |city| (city.display_order, city.id)).map(body))
}

/// All cities, for choosing one.
///
/// # Errors
/// The engine's error.
pub async fn all(app: &App) -> Result<Vec<CityBody>> {
    Ok(store::all(app.reader()).await?.into_iter().map(body).collect())
}

/// One city with its version.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn show(app: &App, call: &Call, id: CityId) -> Result<(CityBody, i32)> {
    call.actor.may_ever(CityAct::Read.who())?;
    let city = store::find(app.reader(), id).await?;
    let version = city.version;
    Ok((body(city), version))
}

/// Names of all cities by id.
///
/// # Errors
/// The engine's error.
pub async fn names(conn: &impl ConnectionTrait) -> Result<HashMap<CityId, CityBody>> {
    Ok(store::all(conn).await?.into_iter().map(|city| (city.id, body(city))).collect())
}

/// The city of a name, made when it is new; the import of organisations calls it.
///
/// # Errors
/// The engine's error.
pub async fn ensure_in(
    tx: &impl ConnectionTrait,
    app: &App,
    name: &str,
    code: &str,
    division_code: Option<&str>,
) -> Result<CityId> {
    let known = store::all(tx).await?;
    if let Some(city) = known.iter().find(|city| city.name == name) {
        return Ok(city.id);
    }
    let id: CityId = app.new_id();
    let display_order = known.iter().map(|city| city.display_order).max().unwrap_or(0) + 1;
    store::add(
        tx,
        row::Model {
            id,
            code: code.to_owned(),
            name: name.to_owned(),
            name_en: None,
            division_code: division_code.map(ToOwned::to_owned),
            display_order,
            version: 1,
            created_at: app.now(),
        },
    )
    .await?;
    Ok(id)
}

/// Takes back those of these cities and divisions that nothing stands on any more.
///
/// # Errors
/// The engine's error.
pub async fn take_back_free(tx: &impl ConnectionTrait, cities: &[CityId], divisions: &[String]) -> Result<()> {
    store::remove_free(tx, cities, divisions).await
}

/// Notes a division code with its name when it is new.
///
/// # Errors
/// The engine's error.
pub async fn ensure_division_in(
    tx: &impl ConnectionTrait,
    app: &App,
    code: &str,
    name: &str,
    level: OrgLevel,
) -> Result<()> {
    if store::division(tx, code).await?.is_some() {
        return Ok(());
    }
    // Third level 00 is the prefecture itself (GB/T 2260, `domain.md` 2.2).
    let parent_code = match (code.get(..4), code.get(4..)) {
        (Some(prefecture), Some(county)) if county != "00" => Some(format!("{prefecture}00")),
        _ => None,
    };
    let code_system = if code.starts_with("88") { CodeSystem::Synthetic } else { CodeSystem::Gbt2260 };
    store::add_division(
        tx,
        division::ActiveModel {
            id: Set(app.new_id::<DivisionId>()),
            code: Set(code.to_owned()),
            code_system: Set(code_system),
            name: Set(name.to_owned()),
            level: Set(level),
            parent_code: Set(parent_code),
            valid_from: Set(None),
            valid_to: Set(None),
            successor_code: Set(None),
        },
    )
    .await
}

/// Divisions in code order.
///
/// # Errors
/// Refusals of the input; the engine's error.
pub async fn list_divisions(app: &App, call: &Call, params: ListParams) -> Result<Page<DivisionBody>> {
    call.actor.may_ever(CityAct::Read.who())?;
    let at = PageRequest::asked(params.limit, params.cursor, params.count)?;
    let after: Option<String> = at.after()?;
    let (rows, total) = store::divisions(app.reader(), after.as_deref(), &at).await?;
    Ok(Page::cut(rows, &at, total, |division| division.code.clone()).map(|division| DivisionBody {
        id: division.id,
        code: division.code,
        code_system: division.code_system,
        name: division.name,
        level: division.level,
        parent_code: division.parent_code,
        valid_from: division.valid_from,
        valid_to: division.valid_to,
        successor_code: division.successor_code,
    }))
}

fn body(city: row::Model) -> CityBody {
    CityBody { id: city.id, code: city.code, name: city.name, name_en: city.name_en, division_code: city.division_code }
}
