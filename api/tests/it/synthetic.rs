//! The generator gives the same rows for the same seed, and rows that the product can show.

use twinning_api::on_each_engine;
use twinning_api::testkit::synthetic::{self, Size};
use twinning_api::testkit::{Bench, Engine};

use crate::caller::nobody;

const SMALL: Size =
    Size { districts: 2, streets: 2, communities: 3, pairings: 10, activities: 60, documents: 40, trainees: 5 };

async fn shown(bench: &Bench, path: &str) -> Vec<String> {
    let answer = nobody().get(bench, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body["items"].as_array().unwrap().iter().map(ToString::to_string).collect()
}

on_each_engine! {
    async fn one_seed_gives_one_world(bench: &Bench, empty) {
        synthetic::load(&bench.app, SMALL, 7, 1_000).await.unwrap();
        let again = Bench::empty(Engine::Sqlite).await;
        synthetic::load(&again.app, SMALL, 7, 1_000).await.unwrap();
        for path in ["/organisations?limit=100", "/pairings?limit=100", "/activities?limit=100", "/documents?limit=100"] {
            let rows = shown(bench, path).await;
            assert!(!rows.is_empty(), "{path}");
            assert_eq!(rows, shown(&again, path).await, "{path}");
        }
        let other = Bench::empty(Engine::Sqlite).await;
        synthetic::load(&other.app, SMALL, 8, 1_000).await.unwrap();
        assert_ne!(shown(bench, "/activities").await, shown(&other, "/activities").await);
        assert_eq!(shown(bench, "/pairings?limit=100").await.len(), 10);
        assert!(!shown(bench, &format!("/search?q={}", crate::demo::encoded("议事"))).await.is_empty());
    }
}
