//! A bare server: actix, one statement or one index query, the same template, nothing else.

use actix_web::test::TestRequest;
use actix_web::web::{self, Data, Json};
use actix_web::{App as Web, HttpResponse, HttpServer};
use twinning_api::App;
use twinning_api::infra::settings::Settings;
use twinning_api::kernel::clock::Clock;
use twinning_api::testkit::bare;
use twinning_web::shell::{Renderer, Visitor};

struct Bare {
    app: App,
    renderer: Data<Renderer>,
    frame: serde_json::Value,
    pairing: uuid::Uuid,
}

/// Serves until it is ended; the settings come as for the product.
pub fn serve() {
    actix_web::rt::System::new().block_on(run()).unwrap();
}

async fn run() -> std::io::Result<()> {
    let settings = Settings::load(None).unwrap();
    let listen = settings.listen.clone();
    let app = App::open(settings, Clock::System).await.unwrap();
    let renderer = Data::new(Renderer::new().unwrap());
    let request = TestRequest::get()
        .uri("/activities?kind=symposium")
        .app_data(Data::new(app.clone()))
        .app_data(renderer.clone())
        .to_http_request();
    let visitor = Visitor::of(&request).await.unwrap();
    let frame = twinning_web::activity::first_page(&app, &visitor).await.unwrap();
    let pairing = std::env::var("TWINNING_BENCH_BARE").unwrap().parse().unwrap();
    let bare = Data::new(Bare { app, renderer, frame, pairing });
    HttpServer::new(move || {
        Web::new()
            .app_data(bare.clone())
            .route("/readyz", web::get().to(HttpResponse::Ok))
            .route("/activities", web::get().to(activities))
            .route("/pairing", web::get().to(pairing_data))
            .route("/search", web::get().to(search))
            .route("/page", web::get().to(page))
    })
    .workers(2)
    .bind(listen)?
    .run()
    .await
}

async fn activities(bare: Data<Bare>) -> Json<Vec<bare::ActivityRow>> {
    Json(bare::activities(&bare.app).await.unwrap())
}

async fn pairing_data(bare: Data<Bare>) -> Json<Option<bare::PairingRow>> {
    Json(bare::pairing(&bare.app, bare.pairing).await.unwrap())
}

async fn search(bare: Data<Bare>) -> Json<Vec<uuid::Uuid>> {
    Json(bare::search(&bare.app, "议事").await.unwrap())
}

async fn page(bare: Data<Bare>) -> HttpResponse {
    bare::activities(&bare.app).await.unwrap();
    let html = bare.renderer.render_value("activity/index", &bare.frame).unwrap();
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
}
