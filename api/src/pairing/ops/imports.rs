//! Bringing pairings in, taking back what was brought, and letting another organisation follow as a side.

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use serde_json::json;
use twinning_entity::ids::{ImportId, MilestoneId, OrganisationId, PairingId, ProgrammeId};
use twinning_entity::pairing::{self as row, PairingStatus};
use twinning_entity::pairing_milestone::{self as milestone, DayPart, MilestoneKind};
use twinning_entity::provenance::Provenance;

use crate::app::App;
use crate::history::{self, Step};
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::pairing::store;

/// What an import says of one pairing.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Programme.
    pub programme: ProgrammeId,
    /// Code of the programme, the beginning of the pairing's own.
    pub programme_code: String,
    /// Place in the programme.
    pub seq: i32,
    /// Name.
    pub name: String,
    /// Side A.
    pub side_a: OrganisationId,
    /// Side B.
    pub side_b: OrganisationId,
    /// State it stands in.
    pub status: PairingStatus,
    /// Cooperation areas.
    pub areas: Vec<String>,
    /// Goals.
    pub goals: Option<String>,
    /// Number of the agreement.
    pub agreement_no: Option<String>,
    /// Day of the signing.
    pub signed_on: Option<NaiveDate>,
    /// First and last day of the term.
    pub term: (Option<NaiveDate>, Option<NaiveDate>),
    /// Contacts of both sides.
    pub liaisons: (Option<String>, Option<String>),
    /// Day, part and place of the unveiling.
    pub unveiled: Option<(NaiveDate, Option<DayPart>, Option<String>)>,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// What it rests on.
    pub provenance_note: Option<String>,
    /// Fields that are inferred.
    pub inferred: Vec<String>,
}

/// Key of two organisations in whichever order (P2).
#[must_use]
pub fn pair_key(one: OrganisationId, other: OrganisationId) -> String {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    format!("{low}:{high}")
}

/// Brings in a pairing from before the portal, in a write that is under way (`domain.md` 3, common rules).
///
/// # Errors
/// [`PairingRule::AlreadyPaired`]; the engine's error.
pub async fn bring_in(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    entry: Entry,
    import: ImportId,
) -> Result<PairingId> {
    let id: PairingId = app.new_id();
    let now = app.now();
    let Entry { liaisons: (liaison_a, liaison_b), .. } = entry;
    store::add(
        tx,
        row::Model {
            id,
            code: format!("{}-{:02}", entry.programme_code, entry.seq),
            programme_id: entry.programme,
            seq: entry.seq,
            name: entry.name,
            side_a_id: entry.side_a,
            side_b_id: entry.side_b,
            pair_key: pair_key(entry.side_a, entry.side_b),
            status: entry.status,
            areas: json!(entry.areas),
            goals: entry.goals,
            agreement_no: entry.agreement_no,
            term_start: entry.term.0,
            term_end: entry.term.1,
            signed_on: entry.signed_on,
            liaison_a,
            liaison_a_phone: None,
            liaison_b,
            liaison_b_phone: None,
            proposed_by: None,
            predecessor_id: None,
            imported: true,
            import_id: Some(import.0),
            provenance: entry.provenance,
            provenance_note: entry.provenance_note,
            inferred: json!(entry.inferred),
            version: 1,
            created_at: now,
            updated_at: now,
        },
    )
    .await?;
    let signed = entry.signed_on.map(|day| (MilestoneKind::Signed, day, None, None));
    let unveiled = entry.unveiled.map(|(day, part, place)| (MilestoneKind::Unveiled, day, part, place));
    for (kind, on_date, day_part, place) in signed.into_iter().chain(unveiled) {
        store::add_milestone(
            tx,
            milestone::Model {
                id: app.new_id::<MilestoneId>(),
                pairing_id: id,
                kind,
                on_date,
                day_part,
                place,
                note: None,
                provenance: entry.provenance,
                created_at: now,
            },
        )
        .await?;
    }
    let step = Step {
        kind: "pairing",
        id: id.0,
        action: "import",
        from: None,
        to: entry.status.word(),
        organisation: None,
        comment: None,
    };
    history::record(tx, app, call, step).await?;
    Ok(id)
}

/// Whether an organisation is a side of a pairing that goes on.
///
/// # Errors
/// The engine's error.
pub async fn has_live(conn: &impl ConnectionTrait, side: OrganisationId) -> Result<bool> {
    Ok(!store::live_of(conn, side).await?.is_empty())
}

/// Lets an organisation take the place of another that ends, in every pairing that goes on (`domain.md` 3.1 P8); the
/// history keeps who it was before.
///
/// # Errors
/// [`crate::organisation::model::OrganisationRule::SuccessorPaired`] where the two are paired already (P2).
pub async fn succeed(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    ends: OrganisationId,
    follows: OrganisationId,
) -> Result<()> {
    for found in store::live_of(tx, ends).await? {
        let other = if found.side_a_id == ends { found.side_b_id } else { found.side_a_id };
        let key = pair_key(follows, other);
        if store::live(tx, &key).await?.is_some() {
            return Err(crate::organisation::model::OrganisationRule::SuccessorPaired.into());
        }
        let mut next = row::Model { pair_key: key, version: found.version + 1, updated_at: app.now(), ..found };
        if next.side_a_id == ends {
            next.side_a_id = follows;
        } else {
            next.side_b_id = follows;
        }
        store::replace(tx, next.clone()).await?;
        let (from, to) = (ends.to_string(), follows.to_string());
        let step = Step {
            kind: "pairing",
            id: next.id.0,
            action: "succeed",
            from: Some(&from),
            to: &to,
            organisation: None,
            comment: None,
        };
        history::record(tx, app, call, step).await?;
    }
    Ok(())
}

/// Takes back a pairing that an undone import made, unless it was changed since; says whether it did. The engine
/// refuses while anything stands on it.
///
/// # Errors
/// The engine's error.
pub async fn take_back(tx: &impl ConnectionTrait, id: PairingId) -> Result<bool> {
    history::forget(tx, "pairing", id.0).await?;
    store::remove(tx, id).await
}
