//! Append-only history of state changes, shared by every object that has states (`domain.md` 3, common rules).

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set,
};
use twinning_entity::ids::{AccountId, OrganisationId, TransitionId};
use twinning_entity::transition as row;
use uuid::Uuid;

use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::Result;
use crate::pairing::wire::TransitionBody;

/// One change of state.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// Kind of the object, such as `activity`.
    pub kind: &'a str,
    /// The object.
    pub id: Uuid,
    /// What was done.
    pub action: &'a str,
    /// State before.
    pub from: Option<&'a str>,
    /// State after.
    pub to: &'a str,
    /// Organisation the actor acted for.
    pub organisation: Option<OrganisationId>,
    /// Reason or comment.
    pub comment: Option<&'a str>,
}

/// Writes a step in the transaction of the change, with person, organisation and post.
///
/// # Errors
/// The engine's error.
pub async fn record(tx: &impl ConnectionTrait, app: &App, call: &Call, step: Step<'_>) -> Result<()> {
    let acting = call.actor.appointments().iter().find(|held| Some(held.organisation) == step.organisation);
    let acting = acting.or_else(|| call.actor.appointments().first());
    row::ActiveModel {
        id: Set(app.new_id::<TransitionId>()),
        object_kind: Set(step.kind.to_owned()),
        object_id: Set(step.id),
        action: Set(step.action.to_owned()),
        from_state: Set(step.from.map(ToOwned::to_owned)),
        to_state: Set(step.to.to_owned()),
        account_id: Set(call.actor.account().map(|id: AccountId| id)),
        organisation_id: Set(step.organisation.or(acting.map(|held| held.organisation))),
        post: Set(acting.and_then(|held| held.post.clone())),
        comment: Set(step.comment.map(ToOwned::to_owned)),
        at: Set(app.now()),
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// Writes the first step of many objects at once, each with the state it stands in and the organisation it belongs to.
///
/// # Errors
/// The engine's error.
pub async fn record_all(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    kind: &str,
    action: &str,
    objects: &[(Uuid, &str, OrganisationId)],
) -> Result<()> {
    if objects.is_empty() {
        return Ok(());
    }
    let post = call.actor.appointments().first().and_then(|held| held.post.clone());
    let rows = objects.iter().map(|(id, state, organisation)| row::ActiveModel {
        id: Set(app.new_id::<TransitionId>()),
        object_kind: Set(kind.to_owned()),
        object_id: Set(*id),
        action: Set(action.to_owned()),
        from_state: Set(None),
        to_state: Set((*state).to_owned()),
        account_id: Set(call.actor.account()),
        organisation_id: Set(Some(*organisation)),
        post: Set(post.clone()),
        comment: Set(None),
        at: Set(app.now()),
    });
    row::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// The history of an object, the oldest first.
///
/// # Errors
/// The engine's error.
pub async fn of(conn: &impl ConnectionTrait, kind: &str, id: Uuid) -> Result<Vec<TransitionBody>> {
    let steps = row::Entity::find()
        .filter(row::Column::ObjectKind.eq(kind))
        .filter(row::Column::ObjectId.eq(id))
        .order_by_asc(row::Column::At)
        .order_by_asc(row::Column::Id)
        .all(conn)
        .await?;
    Ok(steps
        .into_iter()
        .map(|step| TransitionBody {
            action: step.action,
            from_state: step.from_state,
            to_state: step.to_state,
            organisation_id: step.organisation_id,
            post: step.post,
            comment: step.comment,
            at: step.at.with_timezone(&shanghai()),
        })
        .collect())
}

/// Forgets the history of an object that an undone import made.
///
/// # Errors
/// The engine's error.
pub async fn forget(tx: &impl ConnectionTrait, kind: &str, id: Uuid) -> Result<()> {
    row::Entity::delete_many()
        .filter(row::Column::ObjectKind.eq(kind))
        .filter(row::Column::ObjectId.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}
