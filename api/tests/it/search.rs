//! Search over texts as people write them.

use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{Answer, Caller, nobody, signed_in};
use crate::demo::encoded;

async fn asked(bench: &Bench, caller: &Caller, text: &str) -> Answer {
    let answer = caller.get(bench, &format!("/search?kind=document&limit=100&q={}", encoded(text))).await;
    assert_eq!(answer.status, 200, "{text}: {}", answer.body);
    answer
}

fn ids(answer: &Answer) -> Vec<String> {
    answer.body["items"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
}

fn is_chinese(c: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&c)
}

/// Stretches of Chinese characters that nothing interrupts.
fn stretches(text: &str) -> Vec<Vec<char>> {
    text.split(|c| !is_chinese(c))
        .map(|part| part.chars().collect())
        .filter(|part: &Vec<char>| part.len() >= 2)
        .collect()
}

on_each_engine! {
    async fn every_short_piece_of_a_readable_text_is_found(bench: &Bench, demo) {
        let teacher = signed_in(bench, "teacher").await;
        let documents = teacher.get(bench, "/documents?limit=100").await;
        let (mut tried, mut state) = (0, 41_u64);
        for document in documents.body["items"].as_array().unwrap() {
            let id = document["id"].as_str().unwrap();
            let shown = teacher.get(bench, &format!("/documents/{id}")).await;
            let text = format!("{}\n\n{}", shown.body["title"].as_str().unwrap(), shown.body["text"].as_str().unwrap_or_default());
            let parts = stretches(&text);
            for _ in 0..15 {
                let mut next = |below: usize| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    usize::try_from(state >> 33).unwrap() % below
                };
                let part = &parts[next(parts.len())];
                let length = 2 + next(5.min(part.len() - 1));
                let length = length.min(part.len());
                let from = next(part.len() - length + 1);
                let piece: String = part[from..from + length].iter().collect();
                let found = asked(bench, &teacher, &piece).await;
                assert!(ids(&found).iter().any(|hit| hit == id), "{piece} of {}", shown.body["title"]);
                let total = found.body["total"].as_u64().unwrap();
                assert!(total >= 1, "{piece}");
                tried += 1;
            }
        }
        assert!(tried >= 200, "{tried}");
    }

    async fn quotes_exclusions_and_both_scripts_work(bench: &Bench, demo) {
        let trainee = signed_in(bench, "trainee001").await;
        let total = async |text: &str| asked(bench, &trainee, text).await.body["total"].as_u64().unwrap();
        let manual = asked(bench, &trainee, "六步议事法操作手册").await;
        assert_eq!(manual.body["items"][0]["title"], "六步议事法操作手册", "the exact title comes first");
        assert_eq!(asked(bench, &trainee, "六步議事法操作手冊").await.body["items"][0]["title"], "六步议事法操作手册");
        assert!(total("议事").await > total("议事 -宠物").await);
        assert_eq!(total("\"议事").await, total("议事").await, "an open quote is no trap");
        assert_eq!(total("\"\"").await, 0);
        assert_eq!(total("，。").await, 0);
        assert!(total("事").await >= total("议事").await, "one character");
        let phrase = "\"事要解决、人要见面、理要说清\"";
        assert!(total(phrase).await >= 1, "a quoted phrase keeps its punctuation");
        assert!(total("\"事要解决、理要说清\"").await < total(phrase).await, "and its order");
        let marked = asked(bench, &trainee, "议事").await;
        let snippet = marked.body["items"][0]["snippet"].as_str().unwrap();
        assert!(snippet.contains("<mark>议事</mark>"), "{snippet}");
    }

    async fn organisations_are_found_by_every_name(bench: &Bench, demo) {
        let found = async |text: &str| {
            let path = format!("/search?kind=organisation&q={}", encoded(text));
            nobody().get(bench, &path).await.body["items"].as_array().unwrap().clone()
        };
        for one in nobody().get(bench, "/organisations?limit=100").await.body["items"].as_array().unwrap() {
            for field in ["name_full", "name_short", "name"] {
                let Some(name) = one[field].as_str() else { continue };
                assert!(found(name).await.iter().any(|hit| hit["id"] == one["id"]), "{name}");
            }
        }
        assert!(!found("pds").await.is_empty(), "initials");
        assert!(!found("东工人镇街道").await.is_empty());
    }

    async fn a_rebuilt_index_answers_the_same(bench: &Bench, demo) {
        let trainee = signed_in(bench, "trainee001").await;
        let before = asked(bench, &trainee, "社区").await;
        assert!(twinning_api::search::rebuild(&bench.app).await.unwrap() > 200);
        let after = asked(bench, &trainee, "社区").await;
        assert_eq!(before.body["total"], after.body["total"]);
        // Scores move a little with what is deleted and not yet merged away, so neighbours may change places.
        let sorted = |answer: &Answer| {
            let mut ids = ids(answer);
            ids.sort();
            ids
        };
        assert_eq!(sorted(&before), sorted(&after));
    }
}
