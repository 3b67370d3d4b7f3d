//! Entries for a file: line by line, each with the hashes that prove its place, and the signed end of the chain.

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::{Value, json};
use twinning_entity::ids::AccountId;

use super::{body, note_export};
use crate::app::App;
use crate::audit::policy::AuditAct;
use crate::audit::store;
use crate::audit::wire::AuditFilter;
use crate::kernel::call::Call;
use crate::kernel::error::Result;

/// Entries that are read at a time.
const BATCH: u64 = 500;

/// Entries of a filter as lines of JSON, the oldest first; the last line is the signed end of the chain. That it was
/// exported is on record before the first line.
///
/// # Errors
/// [`crate::Error::Denied`].
pub async fn export(
    app: &App,
    call: &Call,
    filter: AuditFilter,
) -> Result<impl Stream<Item = std::io::Result<Bytes>> + use<>> {
    call.actor.may_ever(AuditAct::List.who())?;
    note_export(app, call).await?;
    let head = store::heads(app.reader()).await?.into_iter().find(|one| one.id == store::CURRENT);
    let last =
        json!({ "head": head.map(|one| json!({ "seq": one.seq, "hash": one.hash, "signature": one.signature })) });
    let state = (app.clone(), filter, 0_i64);
    let lines = stream::unfold(Some(state), |state| async move {
        let (app, filter, after) = state?;
        match store::batch(app.reader(), &filter, after, BATCH).await {
            Ok(rows) => {
                let end = rows.last().map(|one| one.seq);
                let text: String = rows.into_iter().map(|one| line(&json!(body(one)))).collect();
                let next = end.map(|end| (app, filter, end));
                Some((Ok(Bytes::from(text)), next))
            }
            Err(error) => {
                tracing::error!(%error, "an export of the audit log broke off");
                Some((Err(std::io::Error::other("broken off")), None))
            }
        }
    });
    Ok(lines.chain(stream::once(async move { Ok(Bytes::from(line(&last))) })))
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

/// What an account did, for its owner: the last thousand entries, the newest first, without hashes.
///
/// # Errors
/// The engine's error.
pub async fn of_account(app: &App, account: AccountId) -> Result<Vec<Value>> {
    let filter = AuditFilter { account_id: Some(account.0), ..AuditFilter::default() };
    let rows = store::newest(app.reader(), &filter, 1_000).await?;
    Ok(rows
        .into_iter()
        .map(|one| json!({ "at": one.at, "operation": one.operation, "result": one.result, "address": one.address }))
        .collect())
}
