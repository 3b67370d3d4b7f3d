//! The record of who did what: every tampering is found, exports prove themselves, reading is the audit administrator's.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::Value;
use twinning_api::audit::ops;
use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::signed_in;

async fn run(bench: &Bench, sql: &str) {
    let conn = bench.app.db().writer();
    conn.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn unlock(bench: &Bench) {
    if bench.app.db().backend() == DbBackend::Sqlite {
        run(bench, "DROP TRIGGER audit_entries_keep").await;
        run(bench, "DROP TRIGGER audit_entries_stay").await;
    } else {
        run(bench, "ALTER TABLE audit_entries DISABLE TRIGGER ALL").await;
    }
}

async fn number(bench: &Bench, sql: &str) -> i64 {
    let conn = bench.app.db().writer();
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql.to_owned())).await;
    row.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// A small generator, the same numbers every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % u64::try_from(end).unwrap()).unwrap()
    }
}

/// Tampers in one of many ways and gives the statements that put it right again.
async fn tamper(bench: &Bench, chance: &mut Chance, last: i64) -> Vec<String> {
    let seq = 1 + chance.below(last);
    run(bench, "DELETE FROM spare").await;
    let keep = "INSERT INTO spare SELECT * FROM audit_entries";
    let column = ["operation", "result", "role", "address", "request_id", "object_kind", "hash", "prev_hash"];
    match chance.below(6) {
        0 | 1 => {
            let name = column[usize::try_from(chance.below(8)).unwrap()];
            run(bench, &format!("{keep} WHERE seq = {seq}")).await;
            run(bench, &format!("UPDATE audit_entries SET {name} = COALESCE({name}, '') || 'x' WHERE seq = {seq}"))
                .await;
            vec![
                format!("DELETE FROM audit_entries WHERE seq = {seq}"),
                "INSERT INTO audit_entries SELECT * FROM spare".into(),
            ]
        }
        2 => {
            run(bench, &format!("{keep} WHERE seq = {seq}")).await;
            run(bench, &format!("DELETE FROM audit_entries WHERE seq = {seq}")).await;
            vec!["INSERT INTO audit_entries SELECT * FROM spare".into()]
        }
        3 => {
            // The tail is cut off from somewhere near the end.
            let from = last - chance.below(last.min(20));
            run(bench, &format!("{keep} WHERE seq >= {from}")).await;
            run(bench, &format!("DELETE FROM audit_entries WHERE seq >= {from}")).await;
            vec!["INSERT INTO audit_entries SELECT * FROM spare".into()]
        }
        4 => {
            // An entry is put in at the end, following the last one as well as nobody without the key can. Its hash begins
            // with a letter that no real one has, so that it never happens to be one that is there.
            run(bench, &format!("{keep} WHERE seq = {last}")).await;
            run(
                bench,
                &format!(
                    "UPDATE spare SET seq = {}, prev_hash = hash, hash = 'g' || SUBSTR(hash, 2, 62) || '{}'",
                    last + 1,
                    chance.below(10)
                ),
            )
            .await;
            run(bench, "INSERT INTO audit_entries SELECT * FROM spare").await;
            vec![format!("DELETE FROM audit_entries WHERE seq = {}", last + 1)]
        }
        _ => {
            let other = 1 + (seq % last);
            let swap =
                |a: i64, b: i64, by: i64| format!("UPDATE audit_entries SET seq = {b} WHERE seq = {a} AND {by} > 0");
            let swapped = vec![swap(seq, -1, 1), swap(other, seq, 1), swap(-1, other, 1)];
            for one in &swapped {
                run(bench, one).await;
            }
            swapped
        }
    }
}

on_each_engine! {
    async fn every_tampering_with_the_record_is_found(bench: &Bench, demo) {
        // REQ G-02: 1 000 of 1 000, half of them on each engine.
        for login in ["weidong", "xinhua", "audit"] {
            let caller = signed_in(bench, login).await;
            for _ in 0..40 {
                caller.post(bench, "/me/messages/actions/read_all", Value::Null).await;
            }
            signed_in(bench, login).await;
        }
        ops::keep_head(&bench.app).await.unwrap();
        signed_in(bench, "weidong").await;
        let sound = ops::verify(&bench.app).await.unwrap();
        assert!(sound.problems.is_empty(), "{:?}", sound.problems);
        unlock(bench).await;
        run(bench, "CREATE TABLE spare AS SELECT * FROM audit_entries WHERE seq < 0").await;
        let last = number(bench, "SELECT MAX(seq) FROM audit_entries").await;
        assert!(last > 10 && sound.entries == last, "{last}");
        let mut chance = Chance(20_261_127);
        for turn in 0..500 {
            let undo = tamper(bench, &mut chance, last).await;
            let found = ops::verify(&bench.app).await.unwrap();
            assert!(!found.problems.is_empty(), "tampering {turn} was not found; to undo: {undo:?}");
            for statement in undo {
                run(bench, &statement).await;
            }
        }
        assert!(ops::verify(&bench.app).await.unwrap().problems.is_empty());
    }

    async fn a_chain_written_anew_does_not_fit_the_heads_that_were_signed(bench: &Bench, demo) {
        // REQ G-02: whoever has the database alone cannot sign.
        ops::keep_head(&bench.app).await.unwrap();
        unlock(bench).await;
        let last = number(bench, "SELECT MAX(seq) FROM audit_entries").await;
        run(bench, &format!("DELETE FROM audit_entries WHERE seq = {last}")).await;
        run(bench, &format!("UPDATE audit_heads SET seq = {}, hash = (SELECT hash FROM audit_entries WHERE seq = {})", last - 1, last - 1)).await;
        let found = ops::verify(&bench.app).await.unwrap();
        assert!(found.problems.iter().any(|one| one.contains("not signed")), "{:?}", found.problems);
        // With the heads of the database gone as well, the file still tells.
        run(bench, "DELETE FROM audit_heads").await;
        let found = ops::verify(&bench.app).await.unwrap();
        assert!(found.problems.iter().any(|one| one.contains("was signed")), "{:?}", found.problems);
    }

    async fn a_chain_without_its_signed_end_is_never_vouched_for_again(bench: &Bench, demo) {
        // REQ G-02: whoever takes every head away gains nothing by the next act.
        unlock(bench).await;
        run(bench, "UPDATE audit_entries SET role = 'trainee' WHERE seq = 2").await;
        run(bench, "DELETE FROM audit_heads").await;
        let _ = std::fs::remove_file(bench.app.settings.data_dir.join("audit-heads.log"));
        let found = ops::verify(&bench.app).await.unwrap();
        assert!(found.problems.iter().any(|one| one.contains("signed end")), "{:?}", found.problems);
        run(bench, "UPDATE audit_entries SET role = NULL WHERE seq = 2").await;
        // The work goes on, and the record keeps saying it.
        signed_in(bench, "weidong").await;
        let found = ops::verify(&bench.app).await.unwrap();
        assert!(found.problems.iter().any(|one| one.contains("was gone before entry")), "{:?}", found.problems);
        signed_in(bench, "weidong").await;
        assert!(!ops::verify(&bench.app).await.unwrap().problems.is_empty());
    }

    async fn entries_younger_than_the_file_of_heads_are_guarded_by_the_head_in_the_database(bench: &Bench, demo) {
        // REQ G-02: the file is written by the hour, the signed end with every entry.
        ops::keep_head(&bench.app).await.unwrap();
        signed_in(bench, "weidong").await;
        unlock(bench).await;
        let last = number(bench, "SELECT MAX(seq) FROM audit_entries").await;
        run(bench, &format!("DELETE FROM audit_entries WHERE seq = {last}")).await;
        let found = ops::verify(&bench.app).await.unwrap();
        assert!(found.problems.iter().any(|one| one.contains("the chain ends at entry")), "{:?}", found.problems);
    }

    async fn the_engine_itself_refuses_to_change_the_record(bench: &Bench, demo) {
        let conn = bench.app.db().writer();
        for sql in ["UPDATE audit_entries SET result = 'done'", "DELETE FROM audit_entries"] {
            assert!(conn.execute_unprepared(sql).await.is_err(), "{sql}");
        }
        // On PostgreSQL the rights are gone as well, where a role is bound by rights at all.
        if conn.get_database_backend() == sea_orm::DbBackend::Postgres {
            run(bench, "CREATE ROLE service LOGIN").await;
            run(bench, "ALTER TABLE audit_entries OWNER TO service").await;
            let may = |right: &str| format!("SELECT has_table_privilege('service', 'audit_entries', '{right}')::int::bigint");
            assert_eq!(number(bench, &may("INSERT")).await, 1);
            for right in ["UPDATE", "DELETE", "TRUNCATE"] {
                assert_eq!(number(bench, &may(right)).await, 0, "{right}");
            }
            run(bench, "DROP OWNED BY service CASCADE").await;
            run(bench, "DROP ROLE service").await;
        }
    }

    async fn an_export_holds_every_entry_and_the_signed_end(bench: &Bench, demo) {
        // REQ G-03
        let audit = signed_in(bench, "audit").await;
        let answer = audit.get(bench, "/audit-entries/export").await;
        assert_eq!(answer.status, 200);
        let text = String::from_utf8(answer.bytes).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (head, entries) = lines.split_last().unwrap();
        for pair in entries.windows(2) {
            assert_eq!(pair[0]["hash"], pair[1]["prev_hash"]);
        }
        assert!(head["head"]["signature"].as_str().unwrap().len() == 64);
        assert_eq!(entries.last().unwrap()["operation"], "audit.export", "the export itself is on record first");
        let own = audit.get(bench, "/audit-entries?operation=audit&result=done&count=true").await.body;
        assert_eq!(own["total"], 1);
    }
}
