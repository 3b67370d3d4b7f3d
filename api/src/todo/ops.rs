//! Collecting what waits for the caller.

use twinning_entity::activity::ActivityStatus;

use super::policy::TodoAct;
use super::wire::TodoBody;
use crate::activity::{self, ops::Waiting};
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
        .map(|Waiting { line: one, since, returned }| {
            let to_confirm = one.status == ActivityStatus::AwaitingConfirmation;
            let (organiser, other) = match one.organiser_side.as_str() {
                "a" => (&one.side_a, &one.side_b),
                _ => (&one.side_b, &one.side_a),
            };
            // What was sent back comes from whoever sent it back.
            let from = if returned && !to_confirm { other } else { organiser };
            TodoBody {
                kind: if to_confirm { "activity.confirm" } else { "activity.record" }.to_owned(),
                object_id: one.id.0,
                title: one.title.clone(),
                from: from.name.clone(),
                since,
                url: if to_confirm {
                    format!("/activities/{}/confirm", one.no)
                } else {
                    format!("/activities/{}/edit", one.no)
                },
            }
        })
        .collect())
}
