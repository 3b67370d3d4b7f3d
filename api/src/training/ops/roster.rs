//! Who is enrolled, and the roster as a workbook.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use twinning_entity::ids::{ClassId, EnrolmentId, OrganisationId, PersonId};

use super::reads::{enrolments, facts};
use crate::app::App;
use crate::infra::workbook::{self, Sheet};
use crate::kernel::call::{Call, Lang};
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::person;
use crate::training::policy::{self, RosterScope};
use crate::training::store;

/// Whether a person is enrolled in a class and has not left it.
///
/// # Errors
/// The engine's error.
pub async fn is_enrolled(conn: &impl ConnectionTrait, class: ClassId, person: PersonId) -> Result<bool> {
    store::is_enrolled(conn, class, person).await
}

/// The organisation that holds a class; none for a class that does not exist.
///
/// # Errors
/// The engine's error.
pub async fn organiser(conn: &impl ConnectionTrait, class: ClassId) -> Result<Option<OrganisationId>> {
    store::organiser(conn, class).await
}

/// Whether the caller may ask for the roster of a class with full phone numbers: who runs the class. Gives the organiser.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn may_export_roster(app: &App, call: &Call, class: ClassId) -> Result<OrganisationId> {
    let (found, facts) = facts(app.reader(), class, app.today()).await?;
    if policy::runs(&call.actor, &facts) { Ok(found.organiser_id) } else { Err(Error::Denied) }
}

/// The whole roster of a class with full phone numbers as a workbook; who may have it was decided by two persons.
///
/// # Errors
/// The engine's error.
pub(crate) async fn roster_workbook(app: &App, call: &Call, class: ClassId) -> Result<Vec<u8>> {
    let at = PageRequest { limit: 20_000, ..PageRequest::default() };
    let (rows, _) = store::roster(app.reader(), class, &RosterScope::All { phones: true }, &at).await?;
    let ids = rows.iter().map(|one| one.person_id).collect();
    let phones = person::ops::phones(app, ids).await?;
    let people: HashMap<EnrolmentId, PersonId> = rows.iter().map(|one| (one.id, one.person_id)).collect();
    let lines = enrolments(app, rows, true).await?.into_iter().map(|one| {
        let phone = people.get(&one.id).and_then(|id| phones.get(id)).cloned().unwrap_or_default();
        let unit = one.unit.map(|unit| unit.name).or(one.unit_text).unwrap_or_default();
        vec![one.name, unit, one.post.unwrap_or_default(), phone]
    });
    let headings = match call.lang {
        Lang::Zh => ["姓名", "单位", "职务", "手机号"],
        Lang::En => ["Name", "Unit", "Post", "Mobile"],
    };
    let name = if call.lang == Lang::Zh { "花名册" } else { "Roster" };
    workbook::write(vec![Sheet {
        name: name.to_owned(),
        headings: headings.map(ToOwned::to_owned).to_vec(),
        rows: lines.collect(),
    }])
    .await
}

/// The classes a person is or was in, for the person.
///
/// # Errors
/// The engine's error.
pub(crate) async fn enrolments_of(app: &App, person: PersonId) -> Result<Vec<serde_json::Value>> {
    let found = store::enrolments_of(app.reader(), person).await?;
    Ok(found
        .into_iter()
        .map(|(enrolment, title)| {
            serde_json::json!({ "class": title, "status": enrolment.status, "post": enrolment.post,
                "unit": enrolment.unit_text, "since": enrolment.created_at })
        })
        .collect())
}
