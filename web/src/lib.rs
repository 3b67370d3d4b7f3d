//! The process and how it looks: a server with the API, the portal and the jobs, and pages for people.

pub mod account;
pub mod activity;
pub mod admin;
pub mod command;
pub mod file;
pub mod home;
pub mod library;
pub mod notice;
pub mod organisation;
pub mod pairing;
pub mod search;
pub mod shell;
pub mod training;
pub mod transfer;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data};
use twinning_api::App;
use twinning_api::rest::request;
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::SwaggerUi;

use crate::shell::render::Renderer;

/// The whole web application; the server and the tests build it with the same function.
pub fn build(
    app: Data<App>,
    renderer: Data<Renderer>,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let document = twinning_api::rest::openapi::document();
    let (built, _) = actix_web::App::new()
        .app_data(app)
        .app_data(renderer)
        .into_utoipa_app()
        .configure(twinning_api::rest::mount)
        .split_for_parts();
    built
        .service(SwaggerUi::new("/api/docs/{_:.*}").url("/api/openapi.json", document))
        .route("/api/docs", web::get().to(|| async { web::Redirect::to("/api/docs/").see_other() }))
        .configure(shell::health::mount)
        .configure(shell::assets::mount)
        .service(web::scope("/en").configure(portal))
        .service(web::scope("").configure(portal))
        .default_service(web::to(shell::error_page::no_such_page))
        .wrap(from_fn(request::caught))
        .wrap(Compress::default())
        .wrap(from_fn(shell::error_page::checked))
        .wrap(from_fn(shell::error_page::written))
        .wrap(from_fn(shell::headers::guarded))
        .wrap(from_fn(request::identified))
        .wrap(from_fn(request::head_as_get))
}

/// Pages, the same in both languages.
fn portal(config: &mut web::ServiceConfig) {
    account::mount(config);
    activity::mount(config);
    transfer::mount(config);
    admin::mount(config);
    file::mount(config);
    home::mount(config);
    library::mount(config);
    notice::mount(config);
    organisation::mount(config);
    pairing::mount(config);
    search::mount(config);
    training::mount(config);
}
