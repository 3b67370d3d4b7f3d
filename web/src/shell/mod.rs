//! Everything around a page: who looks at it, in which language, with which frame and headers.

pub mod assets;
pub mod csrf;
pub mod desk;
pub mod error_page;
pub mod headers;
pub mod health;
pub mod pieces;
pub mod render;
pub mod visitor;
pub mod words;

pub use error_page::PageFault;
pub use render::{Page, Renderer};
pub use visitor::Visitor;

use actix_web::HttpResponse;

/// After a post: look at the result.
#[must_use]
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("location", path)).finish()
}
