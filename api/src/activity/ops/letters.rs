//! Who is told what about a record: the other side that it waits, the organiser what became of it.

use chrono::{DateTime, Datelike as _, Duration, Utc};
use sea_orm::ConnectionTrait;
use twinning_entity::activity::{self as row, ActivityStatus};
use twinning_entity::appointment::RoleCode;
use twinning_entity::ids::OrganisationId;

use crate::account::ops as accounts;
use crate::activity::store;
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::letter::{self, model as letters};
use crate::organisation;

/// Days after which a record that waits is worth a reminder.
const PATIENCE_DAYS: i64 = 7;

/// Tells those who log for the other side what was done.
pub(super) async fn tell_other_side(
    tx: &impl ConnectionTrait,
    app: &App,
    activity: &row::Model,
    action: &str,
) -> Result<()> {
    let (kind, from, to) = match action {
        "submit_record" => (letters::RECORD_AWAITING, activity.organiser_id, activity.counterpart_id),
        "return" => (letters::RECORD_RETURNED, activity.counterpart_id, activity.organiser_id),
        "confirm" => (letters::RECORD_CONFIRMED, activity.counterpart_id, activity.organiser_id),
        _ => return Ok(()),
    };
    tell(tx, app, activity, kind, from, to, &activity.version.to_string()).await
}

async fn tell(
    tx: &impl ConnectionTrait,
    app: &App,
    activity: &row::Model,
    kind: letters::Kind,
    from: OrganisationId,
    to: OrganisationId,
    about: &str,
) -> Result<()> {
    let side = organisation::ops::name_of(tx, from).await?.display;
    for account in accounts::holders(tx, RoleCode::BranchAdmin, to, app.today()).await? {
        let message = letter::ops::Message {
            to: account,
            kind,
            values: vec![("title", activity.title.clone()), ("side", side.clone())],
            url: Some(format!("/activities/{}", activity.no)),
            dedupe: format!("{}:{}:{about}", kind.name, activity.id),
            organisation: Some(to),
        };
        letter::ops::tell(tx, app, message).await?;
    }
    Ok(())
}

/// Reminds of records that wait for the other side for a week or more, each at most once a week (`domain.md` 5.4 AF-06).
///
/// # Errors
/// The engine's error.
pub async fn remind(app: &App) -> Result<()> {
    let call = Call::system("reminders");
    let now: DateTime<Utc> = app.now();
    let week = app.today().iso_week();
    for waiting in store::waiting_since(app.reader(), now - Duration::days(PATIENCE_DAYS)).await? {
        app.write(&call, async |tx| {
            // Looked at again: it may have been confirmed since the list was read.
            let Some(activity) = store::by_id(tx, waiting).await? else { return Ok(()) };
            if activity.status != ActivityStatus::AwaitingConfirmation {
                return Ok(());
            }
            let about = format!("{}-{:02}", week.year(), week.week());
            let (from, to) = (activity.organiser_id, activity.counterpart_id);
            tell(tx, app, &activity, letters::RECORD_REMINDER, from, to, &about).await
        })
        .await?;
    }
    Ok(())
}
