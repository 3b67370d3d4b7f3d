//! Repeated creating calls: the same key and body give the same answer for a day (`reliability.md` I-05).

use std::future::Future;
use std::pin::Pin;

use chrono::Duration;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Set};
use serde::Serialize;
use twinning_entity::idempotency_key as row;

use crate::app::App;
use crate::infra::db;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, RefusalKind, Result, Rule};

/// How long an answer is kept, in hours.
const KEPT_HOURS: i64 = 24;

/// Refusals of a repeat key.
#[derive(Clone, Copy, Debug)]
pub enum RepeatRule {
    /// The key came before with another body or for another call.
    Mismatch,
    /// The key is not 1–128 visible ASCII characters.
    Malformed,
}

impl Rule for RepeatRule {
    fn code(&self) -> &'static str {
        match self {
            Self::Mismatch => "idempotency.mismatch",
            Self::Malformed => "idempotency.malformed",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Unprocessable
    }
}

/// The answer given to this call before, if it is a repeat.
pub(crate) async fn first_answer(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
) -> Result<Option<serde_json::Value>> {
    let (Some(repeat), Some(account)) = (&call.repeat, call.actor.account()) else { return Ok(None) };
    let found = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::Key.eq(&repeat.key))
        .one(tx)
        .await?;
    let Some(kept) = found else { return Ok(None) };
    if kept.created_at < app.now() - Duration::hours(KEPT_HOURS) {
        row::Entity::delete_by_id(kept.id).exec(tx).await?;
        return Ok(None);
    }
    if kept.route != repeat.route || kept.body_hash != repeat.body_hash {
        return Err(RepeatRule::Mismatch.into());
    }
    Ok(kept.answer)
}

/// Keeps the answer in the transaction of the effect.
pub(crate) async fn remember<T: Serialize>(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    answer: &T,
) -> Result<()> {
    let (Some(repeat), Some(account)) = (&call.repeat, call.actor.account()) else { return Ok(()) };
    let kept = row::ActiveModel {
        id: Set(app.new_id()),
        account_id: Set(account.0),
        key: Set(repeat.key.clone()),
        route: Set(repeat.route.clone()),
        body_hash: Set(repeat.body_hash.clone()),
        answer: Set(Some(serde_json::to_value(answer)?)),
        created_at: Set(app.now()),
    };
    match kept.insert(tx).await {
        Ok(_) => Ok(()),
        Err(error) if db::is_unique(&error, "idempotency_keys_account_id_key_key", "idempotency_keys.account_id") => {
            Err(Error::Raced)
        }
        Err(error) => Err(error.into()),
    }
}

/// Forgets the answers that are older than they are promised.
pub fn sweep(app: App, _: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move {
        let tx = app.db().begin().await?;
        let before = app.now() - Duration::hours(KEPT_HOURS);
        row::Entity::delete_many().filter(row::Column::CreatedAt.lt(before)).exec(&tx).await?;
        tx.commit().await.map_err(Error::from)
    })
}
