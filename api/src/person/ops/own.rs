//! What is kept about oneself, as JSON or as a workbook (`domain.md` 5.2 PI-05).

use serde_json::{Map, Value, json};

use super::{acts, record};
use crate::account::ops as accounts;
use crate::app::App;
use crate::appointment::{self, wire::HeldFilter};
use crate::audit::{self, ops::About};
use crate::infra::workbook::{self, Sheet};
use crate::kernel::actor::Actor;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::letter;
use crate::person::policy::PersonAct;
use crate::person::store;
use crate::training;

/// Everything that is kept about the caller.
///
/// # Errors
/// [`Error::Anonymous`]; the engine's error.
pub async fn export(app: &App, call: &Call) -> Result<Value> {
    call.actor.may_ever(PersonAct::Own.who())?;
    let member = call.actor.member().ok_or(Error::Anonymous)?;
    let found = store::by_id(app.reader(), member.person).await?;
    let phone = match &found.phone_sealed {
        Some(sealed) => Some(app.keys.open(&record(found.id), sealed)?),
        None => None,
    };
    let mut system = call.once();
    system.actor = Actor::System("own data");
    let held = HeldFilter { account_id: Some(member.account), ..HeldFilter::default() };
    let held = appointment::ops::list_at(app, &system, &held, PageRequest::first(1_000)).await?.items;
    let mail = letter::ops::subscriptions(app, call).await?;
    let data = json!({
        "account": accounts::me_plain(app, member.account).await?,
        "person": { "id": found.id, "name": found.name, "gender": found.gender, "phone": phone,
                    "organisation_id": found.organisation_id, "created_at": found.created_at },
        "posts": acts::posts_of(app, found.id).await?,
        "appointments": held,
        "sign_ins": accounts::sign_ins(app, call).await?,
        "classes": training::ops::enrolments_of(app, found.id).await?,
        "messages": letter::ops::inbox_at(app, call, false, PageRequest::first(1_000)).await?.items,
        "mail": mail.mail,
        "record": audit::ops::of_account(app, member.account).await?,
    });
    app.write(&call.once(), async |tx| {
        audit::note(tx, app, call, "person.export_own", About::new("person", found.id), json!({})).await
    })
    .await?;
    Ok(data)
}

/// The same as a workbook: a sheet for each part.
///
/// # Errors
/// As [`export`].
pub async fn workbook(app: &App, call: &Call) -> Result<Vec<u8>> {
    let data = export(app, call).await?;
    let sheets = data.as_object().into_iter().flatten().map(|(name, part)| sheet(name, part)).collect();
    workbook::write(sheets).await
}

/// A part as a table: lists row by row, an object with one row for each member.
fn sheet(name: &str, part: &Value) -> Sheet {
    let name = name.to_owned();
    match part {
        Value::Array(rows) => {
            let mut headings: Vec<String> = Vec::new();
            for member in rows.iter().filter_map(Value::as_object).flat_map(Map::keys) {
                if !headings.contains(member) {
                    headings.push(member.clone());
                }
            }
            let cell = |row: &Value, heading: &String| row.get(heading).map(plain).unwrap_or_default();
            let rows = rows.iter().map(|row| headings.iter().map(|heading| cell(row, heading)).collect()).collect();
            Sheet { name, headings, rows }
        }
        other => {
            let members = other.as_object().cloned().unwrap_or_default();
            let rows = members.iter().map(|(member, value)| vec![member.clone(), plain(value)]).collect();
            Sheet { name, headings: vec!["field".to_owned(), "value".to_owned()], rows }
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
