//! What can be done with the audit log: write an entry, read entries, check the chain.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use sha2::Digest as _;
use twinning_entity::audit_entry as row;
use uuid::Uuid;

use super::policy::AuditAct;
use super::store;
use super::wire::{AuditEntryBody, AuditFilter};
use crate::app::App;
use crate::infra::secrets;
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::Result;
use crate::kernel::page::{Page, PageRequest};

/// Hash before the first entry.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What an entry is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Kind of the object, such as `activity`.
    pub kind: &'a str,
    /// The object.
    pub id: Uuid,
}

impl<'a> About<'a> {
    /// An object of a kind.
    pub fn new(kind: &'a str, id: impl Into<AnyId>) -> Self {
        Self { kind, id: id.into().0 }
    }
}

/// Any of the identifier types.
#[derive(Clone, Copy, Debug)]
pub struct AnyId(pub Uuid);

macro_rules! any_id {
    ($($name:ident),+) => {$(
        impl From<twinning_entity::ids::$name> for AnyId {
            fn from(id: twinning_entity::ids::$name) -> Self {
                Self(id.0)
            }
        }
    )+};
}
any_id!(
    AccountId,
    ActivityId,
    CityId,
    ClassId,
    DocumentId,
    DocumentVersionId,
    EnrolmentId,
    FileId,
    ImportId,
    LessonId,
    MaterialId,
    NoticeId,
    OrganisationId,
    PairingId,
    PersonId,
    ProgrammeId,
    SessionId
);

impl From<Uuid> for AnyId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

/// Writes an entry for an act that happened, in its transaction (`reliability.md` G-01).
///
/// # Errors
/// The engine's error; the act is then undone with it (`reliability.md` G-03).
pub async fn note(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    operation: &str,
    about: About<'_>,
    detail: Value,
) -> Result<()> {
    write(tx, app, call, operation, Some(about), "done", detail).await
}

/// Writes an entry for something refused or without an object, such as a failed sign-in.
///
/// # Errors
/// As [`note`].
pub async fn write(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    operation: &str,
    about: Option<About<'_>>,
    result: &str,
    detail: Value,
) -> Result<()> {
    let last = store::last(tx).await?;
    let (seq, prev_hash) = last.map_or((1, GENESIS.to_owned()), |last| (last.seq + 1, last.hash));
    let acting = call.actor.appointments().first();
    let mut entry = row::Model {
        seq,
        at: app.now(),
        account_id: call.actor.account().map(|id| id.0),
        role: acting.map(|held| held.role.word().to_owned()),
        organisation_id: acting.map(|held| held.organisation.0),
        address: call.address.clone(),
        request_id: Some(call.request_id.clone()),
        operation: operation.to_owned(),
        object_kind: about.map(|about| about.kind.to_owned()),
        object_id: about.map(|about| about.id),
        result: result.to_owned(),
        detail,
        prev_hash,
        hash: String::new(),
    };
    entry.hash = hash_of(&entry);
    store::append(tx, entry).await
}

/// Hash of an entry: over the hash before it and every field in a fixed order.
fn hash_of(entry: &row::Model) -> String {
    let canonical = json!([
        entry.prev_hash,
        entry.seq,
        entry.at.timestamp_micros(),
        entry.account_id,
        entry.role,
        entry.organisation_id,
        entry.address,
        entry.request_id,
        entry.operation,
        entry.object_kind,
        entry.object_id,
        entry.result,
        in_order(&entry.detail),
    ]);
    secrets::hex(&sha2::Sha256::digest(canonical.to_string().as_bytes()))
}

/// The same value with the members of every object in alphabetical order, as PostgreSQL may give them back in another.
fn in_order(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let sorted: std::collections::BTreeMap<&String, Value> =
                members.iter().map(|(name, member)| (name, in_order(member))).collect();
            Value::Array(sorted.into_iter().map(|(name, member)| json!([name, member])).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(in_order).collect()),
        plain => plain.clone(),
    }
}

/// Entries, the newest first.
///
/// # Errors
/// Refusals of the policy.
pub async fn list(app: &App, call: &Call, filter: AuditFilter) -> Result<Page<AuditEntryBody>> {
    call.actor.may_ever(AuditAct::List.who())?;
    let at = PageRequest::asked(filter.limit, filter.cursor, filter.count)?;
    let before = at.after::<i64>()?;
    let (rows, total) = store::list(app.reader(), filter.operation.as_deref(), filter.object_id, before, &at).await?;
    Ok(Page::cut(rows, &at, total, |entry| entry.seq).map(body))
}

fn body(entry: row::Model) -> AuditEntryBody {
    AuditEntryBody {
        seq: entry.seq,
        at: entry.at.with_timezone(&shanghai()),
        account_id: entry.account_id,
        role: entry.role,
        organisation_id: entry.organisation_id,
        address: entry.address,
        request_id: entry.request_id,
        operation: entry.operation,
        object_kind: entry.object_kind,
        object_id: entry.object_id,
        result: entry.result,
        detail: entry.detail,
        hash: entry.hash,
    }
}

/// Walks the chain and gives the number of the first entry that does not fit, if any (`reliability.md` G-02).
///
/// # Errors
/// The engine's error.
pub async fn first_break(app: &App) -> Result<Option<i64>> {
    let mut expected = (1, GENESIS.to_owned());
    loop {
        let entries = store::from(app.reader(), expected.0, 1_000).await?;
        let Some(last) = entries.last() else { return Ok(None) };
        let next = (last.seq + 1, last.hash.clone());
        for entry in &entries {
            let fits = entry.seq == expected.0 && entry.prev_hash == expected.1 && entry.hash == hash_of(entry);
            if !fits {
                return Ok(Some(expected.0));
            }
            expected = (entry.seq + 1, entry.hash.clone());
        }
        expected = next;
    }
}
