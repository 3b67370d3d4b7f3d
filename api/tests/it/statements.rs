//! Lists ask the database as often for three rows as for one.

use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{nobody, signed_in};

on_each_engine! {
    async fn one_row_or_twenty_the_same_number_of_statements(bench: &Bench, demo) {
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let staff = signed_in(bench, "pds.staff").await;
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
            ("/invitations".to_owned(), 6),
            ("/approvals".to_owned(), 6),
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
