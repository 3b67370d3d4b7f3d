//! What is not kept longer than it is needed (`domain.md` 5.2 PI-03, `reliability.md` P-06), and keys that were replaced.

use serde_json::json;
use twinning_entity::ids::PersonId;
use twinning_entity::person as row;

use super::acts::put_phone;
use super::{erasure, record};
use crate::account::ops as accounts;
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::person::policy::PersonAct;
use crate::person::store;
use crate::person::wire::RetentionBody;

/// What the next run would do.
struct Plan {
    idle: accounts::Idle,
    phones: Vec<PersonId>,
}

async fn plan(app: &App) -> Result<Plan> {
    let years = i32::try_from(app.settings.class_data_years).unwrap_or(5);
    let today = app.today();
    let before = chrono::Datelike::with_year(&today, chrono::Datelike::year(&today) - years)
        .unwrap_or_else(|| today - chrono::Duration::days(365 * i64::from(years)));
    Ok(Plan { idle: accounts::idle(app).await?, phones: store::stale_phones(app.reader(), before).await? })
}

/// What the next run would do, without doing it.
///
/// # Errors
/// [`crate::Error::Denied`].
pub async fn preview(app: &App, call: &Call) -> Result<RetentionBody> {
    call.actor.may_ever(PersonAct::Retention.who())?;
    let plan = plan(app).await?;
    Ok(RetentionBody {
        accounts_to_disable: plan.idle.disable,
        accounts_to_anonymise: plan.idle.anonymise,
        phones_to_forget: plan.phones,
    })
}

/// Disables idle accounts, anonymises those long disabled, and forgets phones of rosters long past; each on record.
///
/// # Errors
/// The engine's error; what is done by then stays done.
pub async fn run(app: &App) -> Result<()> {
    if let Err(error) = erasure::apply_journal(app).await {
        tracing::error!(%error, "somebody of the journal of erasures still has a name");
    }
    let plan = plan(app).await?;
    let call = Call::system("retention");
    accounts::warn_of_idle(app).await?;
    for account in plan.idle.disable {
        accounts::disable_idle(app, account).await?;
    }
    for account in plan.idle.anonymise {
        app.write(&call, async |tx| {
            let person = accounts::person_of(tx, account).await?;
            erasure::erase_in(tx, app, &call, person, "retention", None).await
        })
        .await?;
    }
    for id in plan.phones {
        app.write(&call, async |tx| {
            let found = store::by_id(tx, id).await?;
            let mut next = row::Model { version: found.version + 1, updated_at: app.now(), ..found };
            put_phone(app, &mut next, None)?;
            store::replace(tx, next).await?;
            audit::note(tx, app, &call, "person.forget_phone", About::new("person", id), json!({})).await
        })
        .await?;
    }
    Ok(())
}

/// Seals phones anew that a former key sealed, a batch at a time; stopped in the middle it goes on with the next run
/// (`reliability.md` P-02). Gives how many were sealed.
///
/// # Errors
/// The engine's error.
pub async fn reseal(app: &App) -> Result<u64> {
    if app.settings.former_keys.is_empty() {
        return Ok(0);
    }
    let mut done = accounts::factor::reseal(app).await? + crate::webhook::ops::reseal(app).await?;
    let mut after = None;
    loop {
        let batch = store::sealed_after(app.reader(), after, 200).await?;
        let Some(last) = batch.last() else { return Ok(done) };
        after = Some(last.id);
        let tx = app.db().begin().await?;
        for one in &batch {
            let Some(sealed) = one.phone_sealed.as_deref().filter(|sealed| !app.keys.is_current(sealed)) else {
                continue;
            };
            let phone = app.keys.open(&record(one.id), sealed)?;
            let fresh = app.keys.seal(&record(one.id), &phone)?;
            store::put_sealed(&tx, one.id, sealed, fresh, app.keys.indexed(&phone)).await?;
            done += 1;
        }
        tx.commit().await?;
    }
}

/// How many values still need a former key: phones, second factors, secrets of webhooks.
///
/// # Errors
/// The engine's error.
pub async fn sealed_with_former(app: &App) -> Result<u64> {
    let (mut after, mut left) = (None, 0);
    loop {
        let batch = store::sealed_after(app.reader(), after, 500).await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id);
        let old = |sealed: &&[u8]| !app.keys.is_current(sealed);
        left += batch.iter().filter_map(|one| one.phone_sealed.as_deref()).filter(old).count() as u64;
    }
    left += accounts::factor::sealed_with_former(app).await?;
    left += crate::webhook::ops::sealed_with_former(app).await?;
    Ok(left + crate::letter::ops::outbox::sealed_with_former(app).await?)
}
