//! `serve` and `work`.

use std::time::Duration;

use actix_web::HttpServer;
use actix_web::web::Data;
use twinning_api::infra::jobs;
use twinning_api::infra::settings::{Env, Settings};
use twinning_api::{App, HOURLY, JOBS, letter, webhook};

use super::{Outcome, opened};
use crate::shell::render::Renderer;

/// How long running requests may take after the port was closed, in seconds (`reliability.md` H-03).
const SHUTDOWN_SECONDS: u64 = 25;

pub(super) async fn run(settings: Settings, with_jobs: bool) -> Outcome {
    let app = opened(settings).await?;
    let _alone = alone(&app)?;
    twinning_api::search::catch_up(&app).await;
    actix_web::rt::spawn(twinning_api::search::follow(app.clone()));
    let renderer = Data::new(Renderer::new()?);
    let data = Data::new(app.clone());
    let demo = app.settings.env != Env::Production;
    let server = HttpServer::new(move || crate::build(data.clone(), renderer.clone()))
        .workers(2)
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(75))
        .max_connections(2_000)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .bind(&app.settings.listen)
        .map_err(|error| format!("{} cannot be bound: {error}", app.settings.listen))?
        .run();
    if with_jobs {
        jobs::spawn(app.clone(), JOBS, HOURLY);
        letter::jobs::spawn(app.clone());
        webhook::jobs::spawn(app.clone());
    }
    println!("Serving {}", app.settings.public_url);
    if demo {
        println!("Demo accounts: pds.staff@example.org, weidong@example.org, trainee001@example.org …");
        println!("Password of all of them: {}", twinning_api::demo::PASSWORD);
    }
    let handle = server.handle();
    let stopping = app.clone();
    actix_web::rt::spawn(async move {
        signalled().await;
        stopping.drain();
        actix_web::rt::time::sleep(Duration::from_millis(stopping.settings.drain_ms)).await;
        handle.stop(true).await;
    });
    server.await.map_err(|error| error.to_string())?;
    twinning_api::file::ops::flush_downloads(&app).await;
    app.db().clone().close().await;
    Ok(())
}

/// Holds the data folder, so that no second server opens it; the lock ends with the process (`reliability.md` D-07).
fn alone(app: &App) -> Result<std::fs::File, String> {
    let path = app.settings.data_dir.join("serve.lock");
    let file =
        std::fs::File::create(&path).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(format!(
            "Another twinning serves from {}. Stop it first, or choose another TWINNING_DATA_DIR.",
            app.settings.data_dir.display()
        )),
    }
}

pub(super) async fn work(settings: Settings) -> Outcome {
    let app: App = opened(settings).await?;
    let stopping = app.clone();
    actix_web::rt::spawn(async move {
        signalled().await;
        stopping.drain();
    });
    letter::jobs::spawn(app.clone());
    webhook::jobs::spawn(app.clone());
    jobs::spawn(app.clone(), JOBS, HOURLY).await.map_err(|error| error.to_string())?;
    app.db().clone().close().await;
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C.
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
