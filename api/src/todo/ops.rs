//! Collecting what waits for the caller.

use twinning_entity::activity::ActivityStatus;

use super::policy::TodoAct;
use super::wire::TodoBody;
use crate::activity;
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::Result;

/// What waits for the caller, the oldest first.
///
/// # Errors
/// [`crate::Error::Anonymous`]; the engine's error.
pub async fn list(app: &App, call: &Call) -> Result<Vec<TodoBody>> {
    call.actor.may_ever(TodoAct::List.who())?;
    let waiting = activity::ops::waiting(app, call).await?;
    Ok(waiting
        .into_iter()
        .map(|one| {
            let to_confirm = one.status == ActivityStatus::AwaitingConfirmation;
            let organiser = if one.organiser_side == "a" { &one.side_a } else { &one.side_b };
            TodoBody {
                kind: if to_confirm { "activity.confirm" } else { "activity.record" }.to_owned(),
                object_id: one.id.0,
                title: one.title.clone(),
                from: organiser.name.clone(),
                since: one.held_on,
                url: if to_confirm {
                    format!("/activities/{}/confirm", one.no)
                } else {
                    format!("/activities/{}/edit", one.no)
                },
            }
        })
        .collect())
}
