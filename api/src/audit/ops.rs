//! What can be done with the audit log: write an entry, read entries, check the chain.

mod chain;
mod export;

pub use chain::{Verdict, keep_head, sign_anew, verify};
pub use export::{export, of_account};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use sha2::Digest as _;
use twinning_entity::audit_entry as row;
use twinning_entity::audit_head as head;
use uuid::Uuid;

use super::policy::AuditAct;
use super::store;
use super::wire::{AuditEntryBody, AuditFilter};
use crate::app::App;
use crate::infra::secrets;
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};

/// Hash before the first entry.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Operation of the entry that says that the signed end of the chain was gone.
const HEAD_LOST: &str = "audit.head_lost";

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
    ApiTokenId,
    AppointmentId,
    ApprovalId,
    CityId,
    ClassId,
    DeliveryId,
    DocumentId,
    DocumentVersionId,
    EnrolmentId,
    FileId,
    ImportId,
    InvitationId,
    LessonId,
    MaterialId,
    NoticeId,
    OrganisationId,
    PairingId,
    PersonId,
    PositionId,
    ProgrammeId,
    SessionId,
    WebhookId
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
    let before = match store::head(tx).await? {
        Some(head) => Some(End { seq: head.seq, hash: head.hash, is_first: false }),
        None => match store::last(tx).await? {
            // Entries without a signed end: whoever took it away may have exchanged what stands before. The work goes on,
            // and the record says for ever that nobody can vouch for it up to here.
            Some(last) => {
                let end = End { seq: last.seq, hash: last.hash, is_first: true };
                let lost = Happened { operation: HEAD_LOST, about: None, result: "refused", detail: json!({}) };
                Some(append(tx, app, &Call::system("audit"), end, lost).await?)
            }
            None => None,
        },
    };
    let end = before.unwrap_or_else(|| End { seq: 0, hash: GENESIS.to_owned(), is_first: true });
    append(tx, app, call, end, Happened { operation, about, result, detail }).await.map(|_| ())
}

/// Where the chain ends before an entry.
struct End {
    seq: i64,
    hash: String,
    /// Whether no head stands for it yet.
    is_first: bool,
}

/// What an entry says.
struct Happened<'a> {
    operation: &'a str,
    about: Option<About<'a>>,
    result: &'a str,
    detail: Value,
}

/// Appends an entry behind the end of the chain, and signs the new end.
async fn append(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    end: End,
    Happened { operation, about, result, detail }: Happened<'_>,
) -> Result<End> {
    let (seq, prev_hash) = (end.seq + 1, end.hash);
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
    let next = End { seq, hash: entry.hash.clone(), is_first: false };
    let head = signed(app, store::CURRENT, entry.seq, entry.hash.clone());
    store::append(tx, entry).await?;
    store::put_head(tx, head, end.is_first).await?;
    Ok(next)
}

/// A head of the chain with its signature.
fn signed(app: &App, id: i64, seq: i64, hash: String) -> head::Model {
    let signature = secrets::signature(&app.keys.audit, &head_text(seq, &hash));
    head::Model { id, seq, hash, signature, at: app.now() }
}

/// What the signature of a head covers.
fn head_text(seq: i64, hash: &str) -> String {
    format!("twinning-audit-head/1 {seq} {hash}")
}

/// Codes of refusals that are kept: what concerns people, rights and the tree.
const KEPT: &[&str] =
    &["auth.", "account.", "factor.", "invitation.", "appointment.", "approval.", "organisation.", "person."];

/// Requests whose refusal was written last, so that the door and the operation do not both write it.
static WRITTEN: std::sync::Mutex<std::collections::VecDeque<String>> =
    std::sync::Mutex::new(std::collections::VecDeque::new());

/// Writes that an act was refused, in a transaction of its own (`reliability.md` G-01); refusals of ordinary input are
/// not kept.
pub async fn refused(app: &App, call: &Call, operation: &str, error: &Error) {
    let code = crate::rest::problem::code_of(error);
    let kept = match error {
        Error::Anonymous | Error::Denied => true,
        Error::Refused(rule) => KEPT.iter().any(|prefix| rule.code().starts_with(prefix)),
        _ => false,
    };
    // Failed sign-ins are counted and kept where they happen.
    if !kept || code == "auth.failed" || code == "auth.too_many" || call.actor.is_system() {
        return;
    }
    if !call.request_id.is_empty() {
        let mut written = WRITTEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if written.contains(&call.request_id) {
            return;
        }
        written.push_back(call.request_id.clone());
        if written.len() > 256 {
            written.pop_front();
        }
    }
    let wrote = async {
        let tx = app.db().begin().await?;
        write(&tx, app, call, operation, None, "refused", json!({ "code": code })).await?;
        tx.commit().await.map_err(Error::from)
    };
    if let Err(error) = wrote.await {
        tracing::error!(%error, "a refusal was not recorded");
    }
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
    let at = PageRequest::asked(filter.limit, filter.cursor.clone(), filter.count)?;
    list_at(app, call, &filter, at).await
}

/// As [`list`], for pages that count by number.
///
/// # Errors
/// As [`list`].
pub async fn list_at(app: &App, call: &Call, filter: &AuditFilter, at: PageRequest) -> Result<Page<AuditEntryBody>> {
    call.actor.may_ever(AuditAct::List.who())?;
    let (rows, total) = store::list(app.reader(), filter, &at).await?;
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
        prev_hash: entry.prev_hash,
        hash: entry.hash,
    }
}

/// Writes that entries were exported.
async fn note_export(app: &App, call: &Call) -> Result<()> {
    app.write(&call.once(), async |tx| write(tx, app, call, "audit.export", None, "done", json!({})).await).await
}
