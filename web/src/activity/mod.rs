//! Joint activities: the list, the record, and the forms of both sides.

mod confirm;
mod forms;
mod log;
mod pages;

pub use pages::Shot;

use actix_web::web::{ServiceConfig, get, post};

pub use pages::first_page;

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/activities", get().to(pages::index))
        .route("/activities/new", get().to(log::new))
        .route("/activities/new", post().to(log::create))
        .route("/activities/{no}", get().to(pages::show))
        .route("/activities/{no}/edit", get().to(log::edit_form))
        .route("/activities/{no}/edit", post().to(log::edit))
        .route("/activities/{no}/confirm", get().to(confirm::confirm_form))
        .route("/activities/{no}/confirm", post().to(confirm::confirm))
        .route("/activities/{no}/return", post().to(confirm::return_record));
}
