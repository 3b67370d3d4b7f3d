//! What is kept about oneself, as JSON or as a workbook (`domain.md` 5.2 PI-05).

use serde_json::{Map, Value, json};

use super::{acts, record};
use crate::account::ops as accounts;
use crate::app::App;
use crate::appointment::{self, wire::HeldFilter};
use crate::audit::{self, ops::About};
use crate::infra::i18n;
use crate::infra::workbook::{self, Sheet};
use crate::kernel::actor::Actor;
use crate::kernel::call::{Call, Lang};
use crate::kernel::clock::shanghai;
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
    let sheets = data.as_object().into_iter().flatten().map(|(name, part)| sheet(call.lang, name, part)).collect();
    workbook::write(sheets).await
}

/// What a machine needs and a reader does not.
const UNSAID: &[&str] = &["allowed_actions", "version"];

fn word(lang: Lang, key: &str) -> String {
    let key = format!("own-{}", i18n::key_of(key));
    i18n::text::<&str, &str>(lang, &key, &[])
}

/// The heading of a member; one without words keeps its name, for kinds of letters are codes in JSON as well.
fn heading(lang: Lang, member: &str) -> String {
    let key = format!("own-{}", i18n::key_of(member));
    let said = i18n::text::<&str, &str>(lang, &key, &[]);
    if said == key { member.to_owned() } else { said }
}

/// A part as a table: lists row by row, an object with one row for each member.
fn sheet(lang: Lang, name: &str, part: &Value) -> Sheet {
    let name = word(lang, &format!("part_{name}"));
    match part {
        Value::Array(rows) => {
            let mut members: Vec<String> = Vec::new();
            for member in rows.iter().filter_map(Value::as_object).flat_map(Map::keys) {
                if !members.contains(member) && !UNSAID.contains(&member.as_str()) {
                    members.push(member.clone());
                }
            }
            let cell =
                |row: &Value, member: &String| row.get(member).map(|value| plain(lang, value)).unwrap_or_default();
            let rows = rows.iter().map(|row| members.iter().map(|member| cell(row, member)).collect()).collect();
            Sheet { name, headings: members.iter().map(|member| heading(lang, member)).collect(), rows }
        }
        other => {
            let members = other.as_object().cloned().unwrap_or_default();
            let rows = members.iter().map(|(member, value)| vec![heading(lang, member), plain(lang, value)]).collect();
            Sheet { name, headings: vec![word(lang, "field"), word(lang, "value")], rows }
        }
    }
}

/// A value as people read it: instants to the minute, in the time of Shanghai.
fn plain(lang: Lang, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => word(lang, if *yes { "yes" } else { "no" }),
        Value::String(text) => match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(at) => at.with_timezone(&shanghai()).format("%Y-%m-%d %H:%M").to_string(),
            Err(_) => text.clone(),
        },
        other => other.to_string(),
    }
}
