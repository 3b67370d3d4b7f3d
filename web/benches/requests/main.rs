//! Requests a second, and what they cost, against the least that answers the same (`make bench`).
//!
//! The program prepares a folder with synthetic data, starts the product's own binary and a bare server beside it, and
//! asks both in turn, so that the ratio holds when the machine's speed drifts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a bench")]

mod bare;
mod client;
mod door;
mod process;

use std::path::Path;
use std::time::{Duration, Instant};

use client::Asked;
use process::{Server, free_port};
use twinning_api::App;
use twinning_api::infra::settings::Settings;
use twinning_api::kernel::clock::Clock;
use twinning_api::testkit::synthetic::{self, Made, Size};

const FILE_BYTES: usize = 5 << 20;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(1_500);
const CLIENTS: usize = 8;

fn main() {
    if let Some(folder) = std::env::var_os("TWINNING_BENCH_KEEP") {
        // Only makes the data, for a server that is looked at by hand.
        return actix_web::rt::System::new().block_on(async {
            prepared(Path::new(&folder)).await;
        });
    }
    if std::env::var_os("TWINNING_BENCH_BARE").is_some() {
        return bare::serve();
    }
    // `cargo test --benches` and the like only want to see that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    if std::env::var_os("TWINNING_BENCH_DOOR").is_some() {
        // Only the door, which needs no large data.
        return actix_web::rt::System::new().block_on(door::measured());
    }
    actix_web::rt::System::new().block_on(run());
}

/// The settings that both servers are started with.
fn settings(folder: &Path, port: u16) -> Vec<(String, String)> {
    let address = format!("127.0.0.1:{port}");
    [
        ("TWINNING_ENV", "test".to_owned()),
        ("TWINNING_DATA_DIR", folder.display().to_string()),
        ("TWINNING_LISTEN", address.clone()),
        ("TWINNING_PUBLIC_URL", format!("http://{address}")),
        ("TWINNING_METRICS_LISTEN", String::new()),
        ("TWINNING_RATE_LIMIT", "off".to_owned()),
        ("TWINNING_SECRET_KEY", "a key for benches that protects nothing".to_owned()),
        ("TWINNING_LOG", "warn".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

async fn run() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let made = prepared(folder.path()).await;
    println!("prepared in {:.1} s: {:?}", began.elapsed().as_secs_f64(), Size::BENCH);

    let port = free_port();
    let began = Instant::now();
    let product = Server::start(env!("CARGO_BIN_EXE_twinning"), &["serve"], &settings(folder.path(), port), port).await;
    println!("start {:.2} s, idle memory {:.0} MiB", began.elapsed().as_secs_f64(), product.memory_mib());

    let bare_port = free_port();
    let mut bare_settings = settings(folder.path(), bare_port);
    bare_settings.push(("TWINNING_BENCH_BARE".to_owned(), made.pairing.to_string()));
    let this = std::env::current_exe().unwrap();
    let bare = Server::start(&this.display().to_string(), &[], &bare_settings, bare_port).await;

    println!("\n| request | product req/s | p50 ms | p99 ms | CPU ms/req | bare CPU ms/req | CPU ratio | at most |");
    println!("|---|---|---|---|---|---|---|---|");
    for (name, ours, theirs, most) in [
        (
            "API list of activities, 20 of 10,000",
            "/api/v1/activities?kind=symposium".to_owned(),
            "/activities",
            Some(1.8),
        ),
        ("API pairing page data", format!("/api/v1/pairings/{}", made.pairing), "/pairing", None),
        (
            "API search over 5,000 documents",
            "/api/v1/search?kind=document&limit=10&q=%E8%AE%AE%E4%BA%8B".to_owned(),
            "/search",
            Some(3.0),
        ),
        ("portal list page of activities", "/activities?kind=symposium".to_owned(), "/page", Some(1.8)),
    ] {
        compared(name, &product, &ours, &bare, theirs, most).await;
    }
    downloads(&product, &made, folder.path()).await;
    drop(product);
    example().await;
    door::measured().await;
}

async fn prepared(folder: &Path) -> Made {
    let settings =
        Settings::read(&figment::Figment::new(), &settings(folder, free_port()).into_iter().collect()).unwrap();
    let app = App::open(settings, Clock::System).await.unwrap();
    app.db().migrate().await.unwrap();
    let made = synthetic::load(&app, Size::BENCH, 2019, FILE_BYTES).await.unwrap();
    app.db().clone().close().await;
    made
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn compared(name: &str, product: &Server, ours: &str, bare: &Server, theirs: &str, most: Option<f64>) {
    // Once before anything is counted, to warm caches on both sides.
    client::load(product, ours, None, CLIENTS, Duration::from_millis(300)).await;
    client::load(bare, theirs, None, CLIENTS, Duration::from_millis(300)).await;
    let (mut ratios, mut best): (Vec<f64>, Vec<(Asked, f64, f64)>) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (asked, cpu) = measured(product, ours).await;
        let (_, bare_cpu) = measured(bare, theirs).await;
        ratios.push(cpu / bare_cpu);
        best.push((asked, cpu, bare_cpu));
    }
    let of = |pick: &dyn Fn(&(Asked, f64, f64)) -> f64| median(best.iter().map(pick).collect());
    println!(
        "| {name} | {:.0} | {:.2} | {:.2} | {:.3} | {:.3} | {:.2} | {} |",
        of(&|one| one.0.per_second),
        of(&|one| one.0.p50_ms),
        of(&|one| one.0.p99_ms),
        of(&|one| one.1),
        of(&|one| one.2),
        median(ratios),
        most.map_or("–".to_owned(), |most| most.to_string()),
    );
}

/// A round of requests and the processor time each took, in milliseconds.
async fn measured(server: &Server, path: &str) -> (Asked, f64) {
    let before = server.cpu_seconds();
    let asked = client::load(server, path, None, CLIENTS, ROUND).await;
    let cpu = (server.cpu_seconds() - before) * 1_000.0 / asked.count as f64;
    (asked, cpu)
}

/// A whole class fetches the same 5 MiB at once, from the product and from nginx if it is installed.
async fn downloads(product: &Server, made: &Made, folder: &Path) {
    let token = client::sign_in(product.port, "trainee001").await.expect("a token");
    let path = format!("/api/v1/files/{}/content", made.file);
    let nginx = process::nginx(folder, FILE_BYTES).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        ours.push(client::all_at_once(product.port, &path, Some(&token), 170, FILE_BYTES).await);
        if let Some(nginx) = &nginx {
            theirs.push(client::all_at_once(nginx.port, "/file.bin", None, 170, FILE_BYTES).await);
        }
    }
    let ours = median(ours);
    println!("\n170 downloads of 5 MiB: {:.0} MB/s", ours / 1e6);
    if !theirs.is_empty() {
        let theirs = median(theirs);
        println!("nginx with sendfile: {:.0} MB/s, ratio {:.2} (at least 0.7)", theirs / 1e6, ours / theirs);
    }
}

/// What is measured on the example: start, memory, sign-ins with hashing as in production, the roster of 170.
async fn example() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut environment = settings(folder.path(), port);
    for (name, value) in &mut environment {
        if name == "TWINNING_ENV" {
            // Tests hash cheaply; development hashes as production does.
            *value = "development".to_owned();
        }
    }
    process::run(env!("CARGO_BIN_EXE_twinning"), &["seed", "demo"], &environment);
    let began = Instant::now();
    let server = Server::start(env!("CARGO_BIN_EXE_twinning"), &["serve"], &environment, port).await;
    let start = began.elapsed().as_secs_f64();
    // Idle is what it is some seconds after the start, when nobody asks.
    actix_web::rt::time::sleep(Duration::from_secs(3)).await;
    let idle = server.memory_mib();
    println!("\nthe example: start {start:.2} s (at most 0.5), idle memory {idle:.0} MiB (at most 80)");
    let began = Instant::now();
    client::sign_ins(port, 200, 8).await;
    let took = began.elapsed().as_secs_f64();
    println!("200 sign-ins, 8 at once, in {took:.1} s; memory {:.0} MiB after them (at most 120)", server.memory_mib());
    let token = client::sign_in(port, "pds.staff").await.expect("a token");
    let bytes =
        std::fs::read(format!("{}/../api/fixtures/example_2019/roster.xlsx", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let began = Instant::now();
    client::import_roster(server.port, &token, &bytes).await;
    println!("roster of 170 checked and confirmed in {:.2} s (at most 1)", began.elapsed().as_secs_f64());
}
