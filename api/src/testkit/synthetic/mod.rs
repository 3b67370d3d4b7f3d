//! A synthetic pair of cities at real scale, for benches and load: the same seed gives the same rows (`domain.md` 7).

pub mod chance;
mod content;
mod places;
mod words;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use twinning_entity::ids::{ClassId, FileId, PairingId};

use self::chance::Chance;
use crate::app::App;
use crate::kernel::error::Result;

/// Rows written in one statement: below the parameters an engine takes.
const CHUNK: usize = 400;

/// How much is made.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Districts of each city.
    pub districts: usize,
    /// Streets of each district.
    pub streets: usize,
    /// Communities of each street.
    pub communities: usize,
    /// Pairings.
    pub pairings: usize,
    /// Activities of all pairings.
    pub activities: usize,
    /// Published documents with their text.
    pub documents: usize,
    /// Trainees of the one class, each with an account.
    pub trainees: usize,
}

impl Size {
    /// A pair of cities with some years of history, as the benches use it.
    pub const BENCH: Self = Self {
        districts: 13,
        streets: 12,
        communities: 6,
        pairings: 400,
        activities: 10_000,
        documents: 5_000,
        trainees: 170,
    };
}

/// What a bench asks for by name.
#[derive(Clone, Debug)]
pub struct Made {
    /// A pairing with activities.
    pub pairing: PairingId,
    /// The class.
    pub class: ClassId,
    /// Its material, of the size that was asked for.
    pub file: FileId,
}

/// Writes everything and builds the index.
///
/// # Errors
/// The engine's, the storage's or the index's.
pub async fn load(app: &App, size: Size, seed: u64, file_bytes: usize) -> Result<Made> {
    let mut chance = Chance::new(seed);
    let at = super::instant();
    let tx = app.db().begin().await?;
    let tree = places::tree(&mut chance, size, at);
    put(&tx, tree.cities.clone()).await?;
    put(&tx, tree.organisations.clone()).await?;
    let twinning = content::twinning(&mut chance, size, &tree, at);
    put(&tx, twinning.programmes).await?;
    put(&tx, twinning.pairings.clone()).await?;
    put(&tx, twinning.activities).await?;
    put(&tx, twinning.links).await?;
    put(&tx, twinning.records).await?;
    let library = content::library(&mut chance, size, &tree, at);
    put(&tx, library.documents).await?;
    put(&tx, library.versions).await?;
    tx.commit().await?;
    let made = content::class(app, &mut chance, size, &tree, at, file_bytes).await?;
    crate::search::rebuild(app).await?;
    let pairing = twinning.pairings.first().map_or_else(|| chance.id(0), |one| one.id);
    Ok(Made { pairing, class: made.0, file: made.1 })
}

/// Inserts rows as they are.
async fn put<M, A>(tx: &impl ConnectionTrait, rows: Vec<M>) -> Result<()>
where
    M: IntoActiveModel<A> + sea_orm::ModelTrait,
    A: ActiveModelTrait<Entity = <M as sea_orm::ModelTrait>::Entity> + ActiveModelBehavior + Send,
{
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let part: Vec<A> = rows.by_ref().take(CHUNK).collect();
        <<M as sea_orm::ModelTrait>::Entity as EntityTrait>::insert_many(part).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Milliseconds of a moment, for identifiers in the order of time.
fn millis(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp_millis()).unwrap_or(0)
}
