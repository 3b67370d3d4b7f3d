//! Sign-in, refresh, sign-out.

use serde_json::json;
use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{nobody, with_token};

on_each_engine! {
    async fn tokens_rotate_and_a_second_use_ends_them_all(bench: &Bench, demo) {
        // REQ S-04
        let login = json!({ "login": "weidong@example.org", "password": twinning_api::demo::PASSWORD });
        let first = nobody().post(bench, "/auth/login", login).await;
        assert_eq!(first.status, 200);
        let old = first.body["refresh_token"].as_str().unwrap();
        let second = nobody().post(bench, "/auth/refresh", json!({ "refresh_token": old })).await;
        assert_eq!(second.status, 200);
        let access = second.body["access_token"].as_str().unwrap();
        assert_eq!(with_token(access).get(bench, "/me").await.status, 200);
        let again = nobody().post(bench, "/auth/refresh", json!({ "refresh_token": old })).await;
        assert_eq!((again.status, again.code()), (401, "auth.refresh_invalid"));
        let ended = with_token(access).get(bench, "/me").await;
        assert_eq!((ended.status, ended.code()), (401, "auth.token_invalid"));
    }

    async fn five_failures_lock_and_every_failure_reads_the_same(bench: &Bench, demo) {
        // REQ A-03 A-04
        let attempt = |login: &str, password: &str| json!({ "login": login, "password": password });
        let unknown = nobody().post(bench, "/auth/login", attempt("nobody@example.org", "x")).await;
        for _ in 0..5 {
            let wrong = nobody().post(bench, "/auth/login", attempt("weidong@example.org", "wrong")).await;
            assert_eq!((wrong.status, wrong.code()), (401, "auth.failed"));
            assert_eq!(wrong.body["detail"], unknown.body["detail"]);
        }
        let right = attempt("weidong@example.org", twinning_api::demo::PASSWORD);
        assert_eq!(nobody().post(bench, "/auth/login", right.clone()).await.status, 401, "locked");
        bench.app.clock().advance(chrono::Duration::minutes(31));
        assert_eq!(nobody().post(bench, "/auth/login", right).await.status, 200);
    }

    async fn broken_tokens_and_bodies_have_their_codes(bench: &Bench, empty) {
        for token in ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
            let answer = with_token(token).get(bench, "/me").await;
            assert_eq!((answer.status, answer.code()), (401, "auth.token_invalid"), "{token}");
        }
        assert_eq!(nobody().get(bench, "/me").await.code(), "auth.required");
        let unknown = nobody().post(bench, "/auth/login", json!({ "login": "a", "password": "b", "role": "x" })).await;
        assert_eq!((unknown.status, unknown.code()), (422, "field.unknown"));
        assert_eq!(nobody().get(bench, "/nothing").await.status, 404);
        assert_eq!(nobody().get(bench, "/pairings?nonsense=1").await.code(), "field.unknown");
        assert_eq!(nobody().get(bench, "/pairings?limit=1000").await.status, 422);
        assert_eq!(nobody().get(bench, "/pairings?cursor=%25%25").await.code(), "field.cursor");
    }
}
