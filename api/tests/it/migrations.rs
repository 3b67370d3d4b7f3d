//! The schema goes down and up again, and what is written afterwards reads as before (`reliability.md` K-05).

use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;
use twinning_api::testkit::synthetic::{self, Size};

use crate::caller::nobody;

/// Migrations there are.
const STEPS: usize = 13;

const SMALL: Size =
    Size { districts: 1, streets: 1, communities: 2, pairings: 2, activities: 6, documents: 3, trainees: 2 };

on_each_engine! {
    async fn down_and_up_again(bench: &Bench, empty) {
        let db = bench.app.db();
        synthetic::load(&bench.app, SMALL, 1, 100).await.unwrap();
        let before = nobody().get(bench, "/activities?limit=100").await.body["items"].clone();
        assert!(!before.as_array().unwrap().is_empty());
        let mut steps = 0;
        // The append-only audit and every other table go, one step after the other.
        while db.unmigrate().await.is_ok() {
            steps += 1;
            let pending = db.pending().await.unwrap().len();
            assert_eq!(pending, steps);
            if pending == STEPS {
                break;
            }
        }
        assert_eq!(steps, STEPS, "every step has a way back");
        db.migrate().await.unwrap();
        assert!(db.pending().await.unwrap().is_empty());
        synthetic::load(&bench.app, SMALL, 1, 100).await.unwrap();
        assert_eq!(nobody().get(bench, "/activities?limit=100").await.body["items"], before);
    }
}
