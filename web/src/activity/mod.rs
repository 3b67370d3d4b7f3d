//! Joint activities: the list, the record, and the forms of both sides.

mod forms;
mod pages;

pub use pages::Shot;

use actix_web::web::{ServiceConfig, get, post};

pub use pages::first_page;

/// Mounts the handlers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/activities", get().to(pages::index))
        .route("/activities/new", get().to(pages::new))
        .route("/activities/new", post().to(pages::create))
        .route("/activities/{no}", get().to(pages::show))
        .route("/activities/{no}/edit", get().to(pages::edit_form))
        .route("/activities/{no}/edit", post().to(pages::edit))
        .route("/activities/{no}/confirm", get().to(pages::confirm_form))
        .route("/activities/{no}/confirm", post().to(pages::confirm))
        .route("/activities/{no}/return", post().to(pages::return_record));
}
