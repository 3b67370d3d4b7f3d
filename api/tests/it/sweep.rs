//! What is kept for a time only goes when its time is over, and what is in force stays.

use actix_web::http::Method;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;
use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{nobody, signed_in};

async fn sweep(bench: &Bench) {
    for kind in twinning_api::HOURLY {
        (kind.work)(bench.app.clone(), serde_json::Value::Null).await.unwrap();
    }
}

on_each_engine! {
    async fn keys_tries_and_ended_tokens_are_forgotten_in_time(bench: &Bench, demo) {
        // REQ P-06 I-05
        let conn = bench.app.db().writer();
        let weidong = signed_in(bench, "weidong").await;
        let id = nobody().get(bench, "/pairings").await.body["items"][1]["id"].as_str().unwrap().to_owned();
        let record = json!({ "pairing_id": id, "kind": "symposium", "title": "座谈", "held_on": "2020-05-20", "place": "x" });
        let key = [("idempotency-key", "one")];
        let first = weidong.send(bench, Method::POST, "/activities", Some(record), &key).await;
        assert_eq!(first.status, 201, "{}", first.body);
        let kept = async || {
            (
                twinning_entity::idempotency_key::Entity::find().count(conn).await.unwrap(),
                twinning_entity::sign_in_attempt::Entity::find().count(conn).await.unwrap(),
                twinning_entity::refresh_token::Entity::find().count(conn).await.unwrap(),
            )
        };
        let before = kept().await;
        assert!(before.0 >= 1 && before.1 >= 1 && before.2 >= 1, "{before:?}");
        sweep(bench).await;
        assert_eq!(kept().await, before, "nothing is over yet");
        bench.app.clock().advance(chrono::Duration::hours(25));
        sweep(bench).await;
        let day = kept().await;
        assert_eq!((day.0, day.1, day.2), (0, 0, before.2), "a sign-in lasts longer than a day");
        bench.app.clock().advance(chrono::Duration::days(40));
        sweep(bench).await;
        assert_eq!(kept().await.2, 0);
    }
}
