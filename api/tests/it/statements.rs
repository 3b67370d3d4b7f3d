//! Lists ask the database as often for three rows as for one.

use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{nobody, signed_in};

on_each_engine! {
    async fn one_row_or_twenty_the_same_number_of_statements(bench: &Bench, demo) {
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let staff = signed_in(bench, "pds.staff").await;
        // Rows of what the demo has none of.
        for turn in 0..4 {
            let email = format!("row{turn}@example.com");
            let body = crate::accounts::invitation(bench, "PDS-WD", &email, "branch_admin").await;
            assert_eq!(staff.post(bench, "/invitations", body).await.status, 201);
            let body = serde_json::json!({ "class_id": class, "reason": format!("示例：打印通讯录之{turn}") });
            let asker = signed_in(bench, ["teacher", "pds.staff", "weidong", "teacher"][turn]).await;
            let _ = asker.post(bench, "/approvals", body).await;
        }
        for path in ["/invitations", "/approvals"] {
            let rows = staff.get(bench, &format!("{path}?limit=20")).await.body["items"].as_array().unwrap().len();
            assert!(rows >= 2, "{path}: {rows}");
        }
        for (path, most) in [
            ("/activities".to_owned(), 7),
            ("/pairings".to_owned(), 8),
            ("/organisations".to_owned(), 6),
            ("/documents".to_owned(), 10),
            ("/people".to_owned(), 6),
            ("/programmes".to_owned(), 5),
            ("/notices".to_owned(), 5),
            ("/classes".to_owned(), 6),
            (format!("/classes/{class}/enrolments"), 8),
            ("/imports".to_owned(), 5),
            ("/accounts".to_owned(), 6),
            ("/appointments".to_owned(), 6),
            ("/invitations".to_owned(), 7),
            ("/approvals".to_owned(), 7),
            ("/me/messages".to_owned(), 5),
        ] {
            let mut counts = Vec::new();
            for limit in [1, 20] {
                let before = bench.statements();
                let answer = staff.get(bench, &format!("{path}?limit={limit}")).await;
                assert_eq!(answer.status, 200, "{path}: {}", answer.body);
                counts.push(bench.statements() - before);
            }
            assert_eq!(counts[0], counts[1], "{path}: {counts:?}");
            assert!(counts[0] <= most && counts[0] > 0, "{path}: {} statements", counts[0]);
        }
    }

    async fn what_a_caller_may_is_one_statement_beside_the_two_that_know_the_caller(bench: &Bench, demo) {
        // Whether the sign-in still holds, whose it is, and what for: the operation filters with these and asks no more.
        let staff = signed_in(bench, "pds.staff").await;
        for path in ["/programmes", "/organisations?limit=5", "/pairings?limit=5"] {
            let before = bench.statements();
            assert_eq!(nobody().get(bench, path).await.status, 200);
            let between = bench.statements();
            assert_eq!(staff.get(bench, path).await.status, 200);
            let (anonymous, known) = (between - before, bench.statements() - between);
            assert!(known <= anonymous + 3, "{path}: {known} against {anonymous}");
        }
    }
}
