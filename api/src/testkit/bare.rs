//! The least that answers the same questions: one statement, one index query. Benches hold the product against it.

use chrono::NaiveDate;
use sea_orm::{DbBackend, FromQueryResult, Statement};
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::kernel::error::{Error, Result};
use crate::search::engine::{Ask, Kind};

/// A row of the list of activities with all that the product shows of it.
#[derive(Debug, FromQueryResult, Serialize)]
pub struct ActivityRow {
    id: Uuid,
    no: String,
    kind: String,
    title: String,
    status: String,
    held_on: NaiveDate,
    place: Option<String>,
    online: bool,
    programme_id: Uuid,
    organiser_side: String,
    provenance: String,
    organiser_id: Uuid,
    organiser_code: String,
    organiser_name: String,
    counterpart_id: Uuid,
    counterpart_code: String,
    counterpart_name: String,
    attended_total: Option<i32>,
    attended_a: Option<i32>,
    attended_b: Option<i32>,
    guests: Option<i32>,
    photos: i64,
}

const ACTIVITIES: &str = "SELECT a.id, a.no, a.kind, a.title, a.status, a.held_on, a.place, a.online, a.programme_id, \
    a.organiser_side, a.provenance, o.id AS organiser_id, o.code AS organiser_code, o.name_display AS organiser_name, \
    c.id AS counterpart_id, c.code AS counterpart_code, c.name_display AS counterpart_name, r.attended_total, \
    r.attended_a, r.attended_b, r.guests, \
    (SELECT COUNT(*) FROM activity_photos p WHERE p.activity_id = a.id) AS photos \
    FROM (SELECT * FROM activities WHERE status IN ('confirmed', 'archived') AND kind = 'symposium' \
          ORDER BY held_on DESC, id DESC LIMIT 21) a JOIN organisations o ON o.id = a.organiser_id JOIN organisations c ON c.id = a.counterpart_id \
    LEFT JOIN activity_records r ON r.activity_id = a.id \
    ORDER BY a.held_on DESC, a.id DESC";

/// The public activities of one kind, the latest 21, in one statement.
///
/// # Errors
/// The engine's error.
pub async fn activities(app: &App) -> Result<Vec<ActivityRow>> {
    let statement = Statement::from_string(DbBackend::Sqlite, ACTIVITIES);
    Ok(ActivityRow::find_by_statement(statement).all(app.reader()).await?)
}

/// A pairing with both sides and its confirmed activities counted.
#[derive(Debug, FromQueryResult, Serialize)]
pub struct PairingRow {
    id: Uuid,
    code: String,
    name: String,
    status: String,
    areas: serde_json::Value,
    programme: String,
    a_name: String,
    a_full: String,
    a_city: String,
    b_name: String,
    b_full: String,
    b_city: String,
    confirmed: i64,
}

const PAIRING: &str = "SELECT p.id, p.code, p.name, p.status, p.areas, g.name AS programme, a.name_display AS a_name, \
    a.name_full AS a_full, ca.name AS a_city, b.name_display AS b_name, b.name_full AS b_full, cb.name AS b_city, \
    (SELECT COUNT(*) FROM activity_pairings l JOIN activities h ON h.id = l.activity_id \
     WHERE l.pairing_id = p.id AND h.status IN ('confirmed', 'archived')) AS confirmed \
    FROM pairings p JOIN programmes g ON g.id = p.programme_id JOIN organisations a ON a.id = p.side_a_id \
    JOIN cities ca ON ca.id = a.city_id JOIN organisations b ON b.id = p.side_b_id JOIN cities cb ON cb.id = b.city_id \
    WHERE p.id = ?";

/// The data of one pairing's page in one statement.
///
/// # Errors
/// The engine's error.
pub async fn pairing(app: &App, id: Uuid) -> Result<Option<PairingRow>> {
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, PAIRING, [id.into()]);
    Ok(PairingRow::find_by_statement(statement).one(app.reader()).await?)
}

/// Identifiers of the first ten public documents that the index gives for a text.
///
/// # Errors
/// The index's.
pub async fn search(app: &App, text: &str) -> Result<Vec<Uuid>> {
    let ask = Ask {
        text: text.to_owned(),
        vis: vec!["public".to_owned()],
        kinds: vec![Kind::Document],
        limit: 10,
        offset: 0,
    };
    let engine = std::sync::Arc::clone(&app.engine);
    let hits = actix_web::rt::task::spawn_blocking(move || engine.search(&ask))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    Ok(hits.items.into_iter().map(|hit| hit.id).collect())
}

/// What an entry of the audit log takes inside a transaction, in milliseconds: the median of some.
///
/// # Errors
/// The engine's error.
pub async fn audit_entry_ms(app: &App, count: usize) -> Result<f64> {
    let call = crate::kernel::call::Call::system("bench");
    let mut times = Vec::with_capacity(count);
    for _ in 0..count.max(1) {
        let tx = app.db().begin().await?;
        let began = std::time::Instant::now();
        let about = crate::audit::ops::About::new("activity", app.new_id::<Uuid>());
        crate::audit::ops::note(&tx, app, &call, "activity.log", about, serde_json::json!({ "title": "座谈" })).await?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        tx.commit().await?;
    }
    times.sort_by(f64::total_cmp);
    times.get(count / 2).copied().ok_or_else(|| Error::broken("nothing was measured"))
}
