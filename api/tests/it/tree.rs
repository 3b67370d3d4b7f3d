//! The official tree: moving, naming, ordering, merging, splitting, ending, and who may.

use actix_web::http::Method;
use serde_json::{Value, json};
use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{Answer, Caller, nobody, signed_in};

async fn org(bench: &Bench, caller: &Caller, code: &str) -> Value {
    let list = caller.get(bench, &format!("/organisations?q={code}&limit=100")).await.body["items"].clone();
    let id = list.as_array().unwrap().iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("{code}"))["id"]
        .as_str()
        .unwrap()
        .to_owned();
    caller.get(bench, &format!("/organisations/{id}")).await.body
}

fn id(one: &Value) -> &str {
    one["id"].as_str().unwrap()
}

async fn act(bench: &Bench, caller: &Caller, one: &Value, action: &str, body: Value) -> Answer {
    let path = format!("/organisations/{}/actions/{action}", id(one));
    caller.act(bench, &path, one["version"].as_i64().unwrap(), Some(body)).await
}

async fn total(bench: &Bench, query: &str) -> u64 {
    nobody().get(bench, &format!("/organisations?count=true&limit=1&{query}")).await.body["total"].as_u64().unwrap()
}

const WHY: &str = "示例：区划调整";

on_each_engine! {
    async fn a_part_of_the_tree_moves_whole_and_never_below_itself(bench: &Bench, demo) {
        // REQ Z-07
        let staff = signed_in(bench, "pds.staff").await;
        let street = org(bench, &staff, "PDS-XH-ZBL").await;
        let weidong = org(bench, &staff, "PDS-WD").await;
        let below = total(bench, &format!("organisation_id={}&subtree=true", id(&street))).await;
        let before = total(bench, &format!("organisation_id={}&subtree=true", id(&weidong))).await;
        let xinhua = org(bench, &staff, "PDS-XH").await;
        let cycle = act(bench, &staff, &xinhua, "move", json!({ "parent_id": id(&street), "reason": WHY })).await;
        assert_eq!((cycle.status, cycle.code()), (422, "organisation.cycle"));
        let hankou = org(bench, &staff, "WH-JA").await;
        let abroad = act(bench, &staff, &street, "move", json!({ "parent_id": id(&hankou), "reason": WHY })).await;
        assert_eq!((abroad.status, abroad.code()), (422, "organisation.bad_parent"));
        let foreign = act(bench, &signed_in(bench, "wuhan.staff").await, &street, "move", json!({ "parent_id": id(&weidong), "reason": WHY })).await;
        assert_eq!(foreign.status, 403);
        let short = act(bench, &staff, &street, "move", json!({ "parent_id": id(&weidong), "reason": "短" })).await;
        assert_eq!((short.status, short.body["errors"][0]["code"].as_str()), (422, Some("field.reason_short")));
        let branch = act(bench, &signed_in(bench, "xinhua").await, &street, "move", json!({ "parent_id": id(&weidong), "reason": WHY })).await;
        assert_eq!(branch.status, 403);

        let done = act(bench, &staff, &street, "move", json!({ "parent_id": id(&weidong), "reason": WHY })).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(done.body["history"][0]["action"], "move");
        assert_eq!(total(bench, &format!("organisation_id={}&subtree=true", id(&weidong))).await, before + below);
        let stale = act(bench, &staff, &street, "move", json!({ "parent_id": id(&xinhua), "reason": WHY })).await;
        assert_eq!(stale.status, 412);
        let shown = org(bench, &nobody(), "PDS-XH-ZBL").await;
        assert_eq!(shown["ancestors"][1]["code"], "PDS-WD");
        assert!(shown["history"].as_array().unwrap().is_empty(), "history is for those who build");
        let search = nobody().get(bench, &format!("/search?kind=organisation&q={}", crate::demo::encoded("湛北路街道"))).await;
        assert!(search.body["items"].to_string().contains("卫东区"), "search tells the new place: {}", search.body);
    }

    async fn five_thousand_move_within_two_seconds(bench: &Bench, demo) {
        use sea_orm::{ActiveModelTrait as _, EntityTrait as _};
        use twinning_entity::organisation::{ActiveModel, Entity, Model};
        let staff = signed_in(bench, "pds.staff").await;
        let (street, to) = (org(bench, &staff, "PDS-XH-ZBL").await, org(bench, &staff, "PDS-WD").await);
        let before = total(bench, &format!("organisation_id={}&subtree=true", id(&to))).await;
        let moved = total(bench, &format!("organisation_id={}&subtree=true", id(&street))).await;
        let above: twinning_api::ids::OrganisationId = serde_json::from_value(street["id"].clone()).unwrap();
        let conn = bench.app.db().writer();
        let above = Entity::find_by_id(above).one(conn).await.unwrap().unwrap();
        let rows: Vec<Model> = (0..5_000)
            .map(|at| Model {
                id: bench.app.new_id(),
                seq: 10_000 + at,
                code: format!("C{at}"),
                parent_id: Some(above.id),
                path: format!("{}{}.", above.path, 10_000 + at),
                depth: above.depth + 1,
                ..above.clone()
            })
            .collect();
        for part in rows.chunks(500) {
            let models = part.iter().cloned().map(|one| ActiveModel::from(one).reset_all());
            Entity::insert_many(models).exec_without_returning(conn).await.unwrap();
        }
        let began = std::time::Instant::now();
        let done = act(bench, &staff, &street, "move", json!({ "parent_id": id(&to), "reason": WHY })).await;
        let took = began.elapsed();
        assert_eq!(done.status, 200, "{}", done.body);
        assert!(took.as_millis() < 2_000, "{took:?}");
        assert_eq!(total(bench, &format!("organisation_id={}&subtree=true", id(&to))).await, before + moved + 5_000);
    }

    async fn names_are_kept_with_their_days(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let street = org(bench, &staff, "PDS-XH-ZBL").await;
        let name = |from: &str| json!({ "name_full": "新华区湛河北路街道党工委", "name_short": "湛河北路街道", "valid_from": from, "reason": WHY });
        let future = act(bench, &staff, &street, "rename", name("2099-01-01")).await;
        assert_eq!((future.status, future.body["errors"][0]["code"].as_str()), (422, Some("field.future")));
        let done = act(bench, &staff, &street, "rename", name("2020-03-01")).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let names = done.body["names"].as_array().unwrap();
        assert_eq!((names.len(), names[0]["valid_to"].as_str(), names[1]["valid_from"].as_str()), (2, Some("2020-02-29"), Some("2020-03-01")));
        let early = act(bench, &staff, &done.body, "rename", name("2020-02-01")).await;
        assert_eq!((early.status, early.body["errors"][0]["code"].as_str()), (422, Some("field.too_early")));
        for word in ["湛北路街道", "湛河北路街道"] {
            let found = nobody().get(bench, &format!("/search?kind=organisation&q={}", crate::demo::encoded(word))).await;
            assert!(found.body["items"].to_string().contains("湛河北路街道"), "{word}: {}", found.body);
        }
    }

    async fn the_official_order_is_changed_and_the_stroke_order_counts(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let root = org(bench, &staff, "PDS").await;
        let names = async |sort: &str| {
            let list = nobody().get(bench, &format!("/organisations?parent_id={}&level=county&sort={sort}&limit=100", id(&root))).await;
            let list = list.body["items"].clone();
            list.as_array().unwrap().iter().map(|one| one["name_short"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("official").await, ["新华区", "卫东区", "湛河区", "市城乡一体化示范区", "高新区"]);
        assert_eq!(names("stroke").await, ["卫东区", "市城乡一体化示范区", "高新区", "湛河区", "新华区"]);
        assert_eq!(names("pinyin").await, ["高新区", "市城乡一体化示范区", "卫东区", "新华区", "湛河区"]);
        let zone = org(bench, &staff, "PDS-GX").await;
        let first = org(bench, &staff, "PDS-XH").await;
        let done = act(bench, &staff, &zone, "reorder", json!({ "before_id": id(&first) })).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(names("official").await, ["高新区", "新华区", "卫东区", "湛河区", "市城乡一体化示范区"]);
        let other = org(bench, &staff, "PDS-XH-ZBL").await;
        let wrong = act(bench, &staff, &done.body, "reorder", json!({ "before_id": id(&other) })).await;
        assert_eq!((wrong.status, wrong.code()), (422, "organisation.bad_other"));
    }

    async fn a_merged_organisation_goes_on_in_another_and_its_rights_end(bench: &Bench, demo) {
        // REQ P8 Z-08
        let staff = signed_in(bench, "pds.staff").await;
        let xinhua_admin = signed_in(bench, "xinhua").await;
        let xinhua = org(bench, &staff, "PDS-XH").await;
        let weidong = org(bench, &staff, "PDS-WD").await;
        let pairings = async || nobody().get(bench, "/pairings").await.body["items"].clone();
        let blocked = act(bench, &staff, &xinhua, "abolish", json!({ "on": "2020-06-01", "reason": WHY })).await;
        assert_eq!((blocked.status, blocked.code()), (409, "organisation.has_children"));
        let below = total(bench, &format!("organisation_id={}&subtree=true", id(&xinhua))).await;
        let at_weidong = total(bench, &format!("organisation_id={}&subtree=true", id(&weidong))).await;
        let merge = json!({ "successor_id": id(&weidong), "on": "2020-06-01", "reason": WHY });
        let mut district = xinhua.clone();
        district["version"] = json!(99);
        assert_eq!(act(bench, &staff, &district, "merge", merge.clone()).await.status, 412);
        let done = act(bench, &staff, &xinhua, "merge", merge.clone()).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!((done.body["status"].as_str(), done.body["successor"]["code"].as_str()), (Some("merged"), Some("PDS-WD")));
        assert_eq!(total(bench, &format!("organisation_id={}&subtree=true", id(&weidong))).await, at_weidong + below - 1);
        let sides: Vec<String> = pairings().await.as_array().unwrap().iter().map(|one| one["side_a"]["organisation"]["code"].as_str().unwrap().to_owned()).collect();
        assert_eq!(sides.iter().filter(|code| *code == "PDS-WD").count(), 2, "{sides:?}");
        let me = xinhua_admin.get(bench, "/me").await;
        assert_eq!(me.body["appointments"].as_array().unwrap().len(), 0, "{}", me.body);
        let sheet = "标题,正文,类别,单位\n旧单位的材料,正文,经验材料,新华区\n";
        let named = staff.upload(bench, "/imports", &[("kind", "documents")], "文.csv", sheet.as_bytes()).await;
        assert!(named.body["rows"].to_string().contains("unknown_org"), "its name means nobody now: {}", named.body);
        let again = act(bench, &staff, &done.body, "merge", merge).await;
        assert_eq!((again.status, again.code()), (409, "organisation.ended"));
    }

    async fn one_is_split_and_one_is_ended(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let one = org(bench, &staff, "PDS-XH-S01-C01").await;
        let into = json!([
            { "code": "pds-xh-s01-c91", "name_full": "春晖街道示例甲社区党总支", "name_short": "示例甲社区" },
            { "code": "pds-xh-s01-c92", "name_full": "春晖街道示例乙社区党总支", "name_short": "示例乙社区" },
        ]);
        let none = act(bench, &staff, &one, "split", json!({ "into": [], "keep": false, "on": "2020-06-01", "reason": WHY })).await;
        assert_eq!((none.status, none.body["errors"][0]["code"].as_str()), (422, Some("field.count")));
        let taken = json!([{ "code": "PDS-XH", "name_full": "某社区党总支", "name_short": "某社区" }]);
        let taken = act(bench, &staff, &one, "split", json!({ "into": taken, "keep": false, "on": "2020-06-01", "reason": WHY })).await;
        assert_eq!((taken.status, taken.code()), (409, "organisation.code_taken"));
        let done = act(bench, &staff, &one, "split", json!({ "into": into, "keep": false, "on": "2020-06-01", "reason": WHY })).await;
        assert_eq!((done.status, done.body["status"].as_str()), (200, Some("abolished")), "{}", done.body);
        let new = org(bench, &staff, "PDS-XH-S01-C91").await;
        assert_eq!((new["parent_id"].clone(), new["level"].as_str()), (one["parent_id"].clone(), Some("community")));
        assert_eq!((new["history"][0]["action"].as_str(), new["history"][0]["from_state"].as_str()), (Some("split"), Some("PDS-XH-S01-C01")));
        let wenxin = org(bench, &staff, "WH-BBT-WXY").await;
        let wuhan = signed_in(bench, "wuhan.staff").await;
        let paired = act(bench, &wuhan, &wenxin, "abolish", json!({ "on": "2020-06-01", "reason": WHY })).await;
        assert_eq!((paired.status, paired.code()), (409, "organisation.has_pairings"));
        let kanghe = org(bench, &staff, "WH-BBT-KHY").await;
        let followed = act(bench, &wuhan, &wenxin, "abolish", json!({ "on": "2020-06-01", "reason": WHY, "successor_id": id(&kanghe) })).await;
        assert_eq!((followed.status, followed.body["successor"]["code"].as_str()), (200, Some("WH-BBT-KHY")), "{}", followed.body);
    }

    async fn an_exported_tree_imported_again_changes_nothing(bench: &Bench, demo) {
        // REQ U-09
        let staff = signed_in(bench, "pds.staff").await;
        let root = org(bench, &staff, "PDS").await;
        for lang in ["zh-CN", "en"] {
            let path = format!("/organisations/{}/export", id(&root));
            let book = staff.send(bench, Method::GET, &path, None, &[("accept-language", lang)]).await;
            assert_eq!(book.status, 200);
            let checked = staff.upload(bench, "/imports", &[("kind", "organisations")], "树.xlsx", &book.bytes).await;
            let counts = &checked.body["counts"];
            assert_eq!((counts["same"].as_u64(), counts["rejected"].as_u64()), (Some(180), Some(0)), "{lang}: {}", checked.body);
        }
        let foreign = org(bench, &staff, "WH").await;
        assert_eq!(staff.get(bench, &format!("/organisations/{}/export", id(&foreign))).await.status, 403);
        assert_eq!(signed_in(bench, "weidong").await.get(bench, &format!("/organisations/{}/export", id(&root))).await.status, 403);
    }

    async fn fields_of_a_profile_are_seen_by_those_they_are_for(bench: &Bench, demo) {
        // REQ Z-11
        let weidong = signed_in(bench, "weidong").await;
        let own = org(bench, &weidong, "PDS-WD").await;
        let change = json!({
            "offers": "可以提供观摩点", "needs": "希望学习六步议事", "phone": "0375-0000000", "address": "示例路1号",
            "access": { "phone": "own", "address": "members", "needs": "public" },
        });
        let tag = format!("\"{}\"", own["version"]);
        let done = weidong.send(bench, Method::PATCH, &format!("/organisations/{}", id(&own)), Some(change), &[("if-match", &tag)]).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!((done.body["phone"].as_str(), done.body["access"]["phone"].as_str()), (Some("0375-0000000"), Some("own")));
        let public = org(bench, &nobody(), "PDS-WD").await;
        assert_eq!((public["needs"].as_str(), public["offers"].as_str()), (Some("希望学习六步议事"), Some("可以提供观摩点")));
        assert!(public["phone"].is_null() && public["address"].is_null() && public["access"].is_null(), "{public}");
        let other = org(bench, &signed_in(bench, "kangheyuan").await, "PDS-WD").await;
        assert_eq!((other["address"].as_str(), other["phone"].as_str()), (Some("示例路1号"), None));
        let staff = org(bench, &signed_in(bench, "pds.staff").await, "PDS-WD").await;
        assert_eq!(staff["phone"], "0375-0000000");
        let found = weidong.get(bench, &format!("/search?kind=organisation&q={}", crate::demo::encoded("示例路1号"))).await;
        assert!(found.body["total"] == 0 && !found.body.to_string().contains("示例路"), "what is not public is not searched: {}", found.body);
    }
}
