//! Style sheet, script and icons, embedded and served under their hash.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::web::{Path, ServiceConfig, get};
use actix_web::{HttpResponse, Responder};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "dist/"]
struct Assets;

static MANIFEST: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Assets::get("manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
});

/// The hashed name of an asset.
#[must_use]
pub fn hashed(name: &str) -> &str {
    MANIFEST.get(name).map_or("", String::as_str)
}

/// Mounts the handler.
pub fn mount(config: &mut ServiceConfig) {
    config.route("/assets/{name}", get().to(asset));
}

/// Only names of the manifest are served.
async fn asset(name: Path<String>) -> impl Responder {
    let known = MANIFEST.values().any(|hashed| *hashed == *name);
    match Assets::get(&name).filter(|_| known) {
        Some(file) => HttpResponse::Ok()
            .insert_header(("cache-control", super::headers::IMMUTABLE))
            .content_type(file.metadata.mimetype())
            .body(file.data.into_owned()),
        None => HttpResponse::NotFound().finish(),
    }
}
