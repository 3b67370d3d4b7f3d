//! Whether the program lives, and whether it is ready (`contract.md` 3).

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpResponse, Responder};
use serde_json::json;
use twinning_api::App;

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config.route("/healthz", get().to(alive)).route("/readyz", get().to(ready));
}

async fn alive() -> impl Responder {
    HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(json!({ "status": "ok" }))
}

/// Ready is who can be asked: database, storage and schema are there, and the program is not about to stop.
async fn ready(app: Data<App>) -> HttpResponse {
    let code = if app.is_draining() {
        Some("draining")
    } else if app.db().ping().await.is_err() {
        Some("database")
    } else if app.files.reachable().await.is_err() {
        Some("storage")
    } else if app.db().pending().await.map_or(true, |pending| !pending.is_empty()) {
        Some("schema")
    } else {
        None
    };
    match code {
        None => HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(json!({ "status": "ready" })),
        Some(code) => HttpResponse::ServiceUnavailable()
            .insert_header(("cache-control", "no-store"))
            .insert_header(("retry-after", "5"))
            .json(json!({ "status": "unavailable", "code": code })),
    }
}
