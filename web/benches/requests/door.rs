//! The door: what a sign-in costs beside its hash, what a crowd of wrong ones does to everybody else, and what the
//! record of acts adds to a write.

use std::time::{Duration, Instant};

use twinning_api::App;
use twinning_api::infra::settings::Settings;
use twinning_api::kernel::clock::Clock;

use super::client::{self, Paced};
use super::process::{Server, free_port, run};
use super::{median, settings};

const SIGN_INS: usize = 30;
const WRONG_A_SECOND: usize = 200;
const WATCHED: Duration = Duration::from_secs(5);

/// Everything about the door, on the example.
pub async fn measured() {
    // Without hashing it shows what the rest of a refused sign-in takes from the others.
    for (limit, env) in [("on", "development"), ("off", "development"), ("off", "test")] {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut environment = settings(folder.path(), port);
        for (name, value) in &mut environment {
            match name.as_str() {
                // Tests hash cheaply; development hashes as production does.
                "TWINNING_ENV" => *value = env.to_owned(),
                "TWINNING_RATE_LIMIT" => *value = limit.to_owned(),
                _ => {}
            }
        }
        run(env!("CARGO_BIN_EXE_twinning"), &["seed", "demo"], &environment);
        let server = Server::start(env!("CARGO_BIN_EXE_twinning"), &["serve"], &environment, port).await;
        crowd(&server, &format!("throttling {limit}, {env}")).await;
        if (limit, env) == ("off", "development") {
            let read = Settings::read(&figment::Figment::new(), &environment.into_iter().collect()).unwrap();
            let app = App::open(read, Clock::System).await.unwrap();
            sign_in(&server, &app).await;
            write(&server, &app).await;
        }
    }
}

/// One sign-in after the other, each beside a bare hash.
async fn sign_in(server: &Server, app: &App) {
    let (mut whole, mut hashed) = (Vec::new(), Vec::new());
    for number in 0..SIGN_INS {
        let began = Instant::now();
        assert!(client::sign_in(server.port, &format!("trainee{:03}", number + 1)).await.is_some());
        whole.push(began.elapsed().as_secs_f64() * 1_000.0);
        let began = Instant::now();
        twinning_api::account::passwords::hash(app, "a password that is hashed".to_owned()).await.unwrap();
        hashed.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    let (whole, hashed) = (median(whole), median(hashed));
    println!("sign-in {whole:.1} ms, its hash {hashed:.1} ms, the rest {:.1} ms (at most 20)", whole - hashed);
}

/// The 95th hundredth of a page's time, when nobody else asks and when many try passwords.
async fn crowd(server: &Server, how: &str) {
    let page = "/api/v1/activities?limit=20";
    client::paced(server.port, page, 100, Duration::from_secs(1)).await;
    let (mut idle, mut busy, mut wrong) = (Vec::new(), Vec::new(), Paced::default());
    for _ in 0..3 {
        idle.push(client::paced(server.port, page, 100, WATCHED).await.p95_ms);
        let (watched, tried) = futures_util::join!(
            client::paced(server.port, page, 100, WATCHED),
            client::wrong_sign_ins(server.port, WRONG_A_SECOND, WATCHED),
        );
        busy.push(watched.p95_ms);
        wrong = tried;
    }
    let (idle, busy) = (median(idle), median(busy));
    println!(
        "{WRONG_A_SECOND} wrong sign-ins a second, {how}: p95 of a list {busy:.2} ms against {idle:.2} ms \
         idle, ratio {:.2} (at most 2); answers {:?}",
        busy / idle,
        wrong.statuses,
    );
}

/// A record written over the API, and what the entry of the audit log takes of it.
async fn write(server: &Server, app: &App) {
    let token = client::sign_in(server.port, "weidong").await.expect("a token");
    let whole = client::log_activities(server.port, &token, 200).await;
    let entry = twinning_api::testkit::bare::audit_entry_ms(app, 200).await.unwrap();
    println!(
        "an activity logged {whole:.2} ms, its entry in the audit log {entry:.2} ms, {:.0} % (at most 15)",
        entry / (whole - entry) * 100.0
    );
}
