//! Files of other cities, laid out otherwise: English headings, no codes, other names for the same things.

use serde_json::json;
use twinning_api::import_words::{ImportKind, ImportState};
use twinning_api::kernel::call::{Call, Lang};
use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;
use twinning_api::transfer::ops::{self, Beside, NewImport};
use twinning_api::transfer::wire::{ImportBody, ImportOptions};

use crate::caller::{Caller, nobody, signed_in};

/// Codes of everything that was found in the rows, warnings included.
fn codes(body: &ImportBody) -> Vec<&str> {
    body.rows.iter().flat_map(|row| &row.faults).map(|fault| fault.code.as_str()).collect()
}

fn system() -> Call {
    let mut call = Call::system("import command");
    call.lang = Lang::En;
    call
}

async fn checked(bench: &Bench, kind: ImportKind, text: &str) -> ImportBody {
    checked_beside(bench, kind, text, Beside::Nowhere).await
}

async fn checked_beside(bench: &Bench, kind: ImportKind, text: &str, beside: Beside) -> ImportBody {
    let new = NewImport {
        kind,
        file_name: "list.csv".to_owned(),
        bytes: text.as_bytes().to_vec(),
        options: ImportOptions::default(),
        beside,
        provenance: None,
        on_row: None,
    };
    ops::check(&bench.app, &system(), new).await.unwrap()
}

async fn brought(bench: &Bench, kind: ImportKind, text: &str) -> ImportBody {
    let body = checked(bench, kind, text).await;
    assert_eq!(body.counts.rejected, 0, "{:?} {:?}", body.problem, body.rows);
    assert_eq!(body.state, ImportState::Checked, "{:?}", body.problem);
    ops::confirm(&bench.app, &system(), body.id, body.version, false).await.unwrap()
}

async fn undone(bench: &Bench, body: &ImportBody) -> Result<ImportBody, String> {
    ops::undo(&bench.app, &system(), body.id, body.version).await.map_err(|error| format!("{error:?}"))
}

async fn total(bench: &Bench, path: &str) -> u64 {
    nobody().get(bench, &format!("{path}?count=true&limit=1")).await.body["total"].as_u64().unwrap()
}

/// Two cities without codes; superiors by name, and below them.
const TREE: &str = "\
序号,单位全称,上级党组织,所属城市,级别,党组织类型,单位简称
1,云岚市东屏区桂苑路街道春和苑社区党委,桂苑路街道,云岚,社区级,社区党委,春和苑社区
2,中共云岚市委,无,云岚市,地级市,市委,云岚市
3,中共云岚市东屏区委,中共云岚市委,云岚市,区县级,区委,东屏区
4,东屏区桂苑路街道党工委,东屏区,云岚市,街道级,街道党工委,桂苑路街道
5,云岚高新区党工委,云岚市,云岚市,功能区,党工委,高新区
6,中共江澜市委,,江澜市,市级,市委,江澜市
7,江澜市安和里社区党委,江澜市,江澜市,社区,社区党委,安和里社区
8,安和里社区一苑党总支,安和里社区,江澜市,苑区,党总支,一苑
";

on_each_engine! {
    async fn two_cities_come_in_without_codes(bench: &Bench, empty) {
        let made = brought(bench, ImportKind::Organisations, TREE).await;
        assert_eq!((made.counts.add, total(bench, "/organisations").await, total(bench, "/cities").await), (8, 8, 2));
        let all = nobody().get(bench, "/organisations?limit=100").await.body["items"].clone();
        let find = |short: &str| all.as_array().unwrap().iter().find(|one| one["name_short"] == short).unwrap().clone();
        assert_eq!(find("春和苑社区")["parent_id"], find("桂苑路街道")["id"]);
        assert_eq!(find("东屏区")["code"], "YL-DPQ");
        assert_eq!((find("高新区")["level"].as_str(), find("高新区")["functional_zone"].as_bool()), (Some("county"), Some(true)));
        assert_eq!(find("一苑")["form"], "general_branch");
        let again = checked(bench, ImportKind::Organisations, TREE).await;
        assert_eq!((again.counts.same, again.counts.add), (8, 0), "{:?}", again.rows);

        // Undone, the superiors after those below them, and the cities with them.
        undone(bench, &made).await.unwrap();
        assert_eq!((total(bench, "/organisations").await, total(bench, "/cities").await), (0, 0));
        assert_eq!(total(bench, "/divisions").await, 0);
    }

    async fn english_files_make_a_pairing_with_its_programme(bench: &Bench, empty) {
        let tree = "\
Code,Full name,Short name,Level,Form,Parent,City,Division code
YL,Yunlan City Committee,Yunlan,Prefecture,Local party committee,,Yunlan,880100
YL-E,Dongping District Committee,Dongping,District,Local party committee,YL,Yunlan,880101
JL,Jianglan City Committee,Jianglan,Prefecture,Local party committee,,Jianglan,880200
JL-A,Anhe Community,Anhe,Community,Grassroots party committee,Jianglan City Committee,Jianglan,880201
";
        brought(bench, ImportKind::Organisations, tree).await;
        let pairs = "\
No,Side A,Side B,Status,Unveiling date,Cooperation areas,Term start,Term end,Signing date
1,Dongping,JL-A,Active,2020-06-01,governance; volunteering,2020-06-01,2023-05-31,2020-05-20
";
        let made = brought(bench, ImportKind::Pairings, pairs).await;
        assert!(codes(&made).contains(&"programme_made"), "{:?}", made.rows);
        let pairing = nobody().get(bench, "/pairings").await.body["items"][0].clone();
        assert_eq!((pairing["name"].as_str(), pairing["status"].as_str()), (Some("Dongping—Anhe"), Some("active")));
        let shown = nobody().get(bench, &format!("/pairings/{}", pairing["id"].as_str().unwrap())).await.body;
        assert_eq!((shown["term_end"].as_str(), shown["signed_on"].as_str()), (Some("2023-05-31"), Some("2020-05-20")));
        assert_eq!(shown["milestones"].as_array().unwrap().len(), 2);
        let again = checked(bench, ImportKind::Pairings, pairs).await;
        assert_eq!((again.counts.same, again.counts.add), (1, 0), "{:?}", again.rows);

        let held = "\
Date,Activity,Side A,Side B,Type,Organiser,Attended,Status
2020-07-01,Theme day,Dongping,Anhe,Theme party day,Side B,42 people,Confirmed
2020-07-02,Round table,Dongping,Anhe,Symposium,Dongping District Committee,30,Confirmed
2020-07-03,Nobody's,Dongping,Anhe,Symposium,Jianglan City Committee,30,Confirmed
";
        let activities = checked(bench, ImportKind::Activities, held).await;
        assert_eq!((activities.counts.accepted, activities.counts.rejected), (2, 1), "{:?}", activities.rows);
        assert!(codes(&activities).contains(&"not_a_side"), "{:?}", activities.rows);
        let activities = ops::confirm(&bench.app, &system(), activities.id, activities.version, true).await.unwrap();
        let list = nobody().get(bench, "/activities").await.body["items"].clone();
        assert_eq!((list.as_array().unwrap().len(), list[1]["kind"].as_str()), (2, Some("theme_party_day")), "{list}");
        let again = checked(bench, ImportKind::Activities, held).await;
        assert_eq!((again.counts.same, again.counts.add), (2, 0), "{:?}", again.rows);

        // What something stands on is not undone; from the top down everything is, the programme too.
        assert!(undone(bench, &made).await.unwrap_err().contains("BuiltUpon"));
        assert_eq!(total(bench, "/pairings").await, 1);
        undone(bench, &activities).await.unwrap();
        undone(bench, &made).await.unwrap();
        assert_eq!((total(bench, "/pairings").await, total(bench, "/programmes").await), (0, 0));
    }

    async fn what_a_file_does_not_say_stays_as_it_is(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let find = async |code: &str| {
            let list = nobody().get(bench, &format!("/organisations?q={code}&limit=100")).await.body["items"].clone();
            list.as_array().unwrap().iter().find(|one| one["code"] == code).unwrap().clone()
        };
        let (before, zone) = (find("PDS-XH").await, find("PDS-SF").await);
        let sheet = "编码,名称,上级编码,层级,简称,组织类型\nPDS-XH,中共平顶山市新华区委,PDS,区,,\nPDS-SF,平顶山市城乡一体化示范区党工委,PDS,,,\nPDS-XH-N1,新华区新设街道党工委,PDS-XH,,,街道党工委\n";
        let body = staged(bench, &staff, sheet).await;
        assert_eq!((body["counts"]["same"].as_u64(), body["counts"]["add"].as_u64()), (Some(2), Some(1)), "{body}");
        let renamed = "编码,名称,上级编码,层级\nPDS-XH,中共平顶山市新华区委员会,PDS,区\n";
        let body = staged(bench, &staff, renamed).await;
        assert!(body["rows"].to_string().contains("中共平顶山市新华区委 → 中共平顶山市新华区委员会"), "{body}");
        let path = format!("/imports/{}/actions/confirm", body["id"].as_str().unwrap());
        assert_eq!(staff.act(bench, &path, 1, Some(json!({}))).await.status, 200);
        let after = find("PDS-XH").await;
        for field in ["name_short", "name_display", "form", "kind_text", "level", "provenance"] {
            assert_eq!(after[field], before[field], "{field}");
        }
        assert_eq!(find("PDS-SF").await, zone);
    }

    async fn numbers_of_one_ledger_are_not_those_of_another(bench: &Bench, demo) {
        let first = "编号,结对名称,日期,主题\n1,新华区—温馨苑,2020-01-05,一月活动\n2,新华区—温馨苑,2020-02-05,二月活动\n";
        let made = brought(bench, ImportKind::Activities, first).await;
        assert_eq!(made.counts.add, 2);
        let second = "编号,结对名称,日期,主题\n1,卫东区—康和苑,2020-04-05,四月活动\n2,卫东区—康和苑,2020-05-05,五月活动\n";
        assert_eq!(brought(bench, ImportKind::Activities, second).await.counts.add, 2);
        let other = "编号,结对名称,日期,主题\n1,新华区—温馨苑,2020-11-05,另一次活动\n";
        let other = checked(bench, ImportKind::Activities, other).await;
        assert_eq!((other.counts.rejected, codes(&other).contains(&"code_taken")), (1, true), "{:?}", other.rows);
        let bare = "结对名称,日期,主题,参加人数\n新华区—温馨苑,2020-01-05,一月活动,20\n市城乡一体化示范区—龙华庭,2020-01-06,楼栋党小组互访,99\n";
        let bare = checked(bench, ImportKind::Activities, bare).await;
        assert_eq!((bare.counts.same, bare.counts.add), (2, 0), "{:?}", bare.rows);
        assert!(codes(&bare).contains(&"kept_as_is"), "{:?}", bare.rows);
    }

    async fn sums_and_notes_below_a_table_are_no_data(bench: &Bench, demo) {
        for (kind, text) in [
            (ImportKind::Pairings, "序号,甲方,乙方,领域\n1,新华区,温馨苑,治理\n合计：1对,,,\n备注：无,,,\n总计,,,1\n"),
            (ImportKind::Organisations, "名称,上级,组织类型,层级\n中共平顶山市新华区委,PDS,区级党组织,区\n合计,3,,\n备注：以上,,,\n填表人：张三,,审核人：,\n制表单位：某部,,,\n"),
            (ImportKind::Activities, "日期,主题,结对名称\n2020-01-05,某活动,新华区—温馨苑\n合计,1,\n"),
        ] {
            let body = checked(bench, kind, text).await;
            assert_eq!((body.counts.accepted, body.counts.rejected), (1, 0), "{kind:?}: {:?}", body.rows);
        }
    }

    async fn nobody_is_enrolled_from_outside_or_twice_at_a_time(bench: &Bench, demo) {
        // REQ Z-07
        let staff = signed_in(bench, "pds.staff").await;
        let class = empty_class(bench).await;
        let options = json!({ "class_id": class }).to_string();
        let fields = [("kind", "enrolments"), ("options", options.as_str())];
        let sheet = "姓名,手机,单位编码,住宿\n外来的人,19900008101,WH-BBT-KHY,是\n本市的人,19900008102,PDS-WD,否\n";
        let body = staff.upload(bench, "/imports", &fields, "册.csv", sheet.as_bytes()).await.body;
        assert_eq!((body["counts"]["accepted"].as_u64(), body["counts"]["rejected"].as_u64()), (Some(1), Some(1)), "{body}");
        assert!(body["rows"].to_string().contains("not_yours"), "{body}");
        assert_eq!(body["unused_columns"], json!(["住宿"]));
        let path = format!("/imports/{}/actions/confirm", body["id"].as_str().unwrap());
        assert_eq!(staff.act(bench, &path, 1, Some(json!({ "skip_bad_rows": true }))).await.status, 200);

        // The class takes enrolments: a branch puts its own people forward, and they wait to be reviewed.
        let weidong = signed_in(bench, "weidong").await;
        let sheet = "姓名,手机,单位\n卫东的人,19900008103,卫东区\n新华的人,19900008104,新华区\n";
        let body = weidong.upload(bench, "/imports", &fields, "报名.csv", sheet.as_bytes()).await.body;
        assert_eq!((body["counts"]["accepted"].as_u64(), body["counts"]["rejected"].as_u64()), (Some(1), Some(1)), "{body}");
        let path = format!("/imports/{}/actions/confirm", body["id"].as_str().unwrap());
        assert_eq!(weidong.act(bench, &path, 1, Some(json!({ "skip_bad_rows": true }))).await.status, 200);
        let roster = staff.get(bench, &format!("/classes/{class}/enrolments?limit=100")).await.body["items"].clone();
        let states: Vec<&str> = roster.as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
        assert_eq!(states, ["approved", "submitted"]);
        // Without a column of units they are its own, and nobody else's.
        let sheet = "姓名,手机\n没写单位的人,19900008105\n";
        let body = weidong.upload(bench, "/imports", &fields, "报名2.csv", sheet.as_bytes()).await.body;
        let path = format!("/imports/{}/actions/confirm", body["id"].as_str().unwrap());
        assert_eq!(weidong.act(bench, &path, 1, Some(json!({}))).await.status, 200, "{body}");
        let roster = staff.get(bench, &format!("/classes/{class}/enrolments?limit=100")).await.body["items"].clone();
        assert_eq!(roster[2]["unit"]["code"], "PDS-WD", "{roster}");
        let done = nobody().get(bench, "/classes").await.body["items"].clone();
        let done = done.as_array().unwrap().iter().find(|one| one["status"] == "completed").unwrap()["id"].clone();
        let options = json!({ "class_id": done }).to_string();
        let fields = [("kind", "enrolments"), ("options", options.as_str())];
        assert_eq!(weidong.upload(bench, "/imports", &fields, "报名.csv", sheet.as_bytes()).await.status, 403);
    }

    async fn what_a_tree_gets_wrong_is_said_row_by_row(bench: &Bench, empty) {
        let tree = "\
名称,上级,城市,层级,类型
中共云岚市委,,云岚市,市,市委
甲街道党工委,没有这个区,云岚市,街道,街道党工委
乙社区党委,甲街道党工委,云岚市,社区,社区党委
丙区委,丁区委,云岚市,区,区委
丁区委,丙区委,云岚市,区,区委
戊社区党委,中共云岚市委,江澜市,社区,社区党委
己社区党委,中共云岚市委,云岚市,星级,社区党委
庚街道党工委,中共云岚市委,云岚市,,街道党工委
庚街道党工委,中共云岚市委,云岚市,,街道党工委
,中共云岚市委,云岚市,社区,社区党委
";
        let body = checked(bench, ImportKind::Organisations, tree).await;
        let found: Vec<(i32, Vec<&str>)> = body
            .rows
            .iter()
            .filter(|row| row.state == "rejected")
            .map(|row| (row.row, row.faults.iter().map(|fault| fault.code.as_str()).collect()))
            .collect();
        let wanted = [
            (3, vec!["unknown_parent"]),
            (4, vec!["parent_refused"]),
            (5, vec!["cycle"]),
            (6, vec!["cycle"]),
            (7, vec!["other_city"]),
            (8, vec!["bad_level"]),
            (10, vec!["duplicate_in_file"]),
            (11, vec!["missing_name"]),
        ];
        assert_eq!(found, wanted, "{:?}", body.rows);
        for message in body.rows.iter().flat_map(|row| &row.faults).map(|fault| &fault.message) {
            assert!(message.ends_with('.') || message.ends_with('”') || message.ends_with('。'), "{message}");
        }
    }

    async fn an_update_is_undone_unless_somebody_changed_it_since(bench: &Bench, demo) {
        let sheet = "编码,名称,简称,层级,类型,上级编码,城市\nPDS-XH,中共平顶山市新华区委员会,新华区,区,区级党组织,PDS,平顶山市\n";
        let staff = signed_in(bench, "pds.staff").await;
        let name = async || {
            let found = nobody().get(bench, "/organisations?q=PDS-XH&limit=100").await.body["items"].clone();
            let one = found.as_array().unwrap().iter().find(|one| one["code"] == "PDS-XH").unwrap().clone();
            (one["name_full"].as_str().unwrap().to_owned(), one["id"].as_str().unwrap().to_owned())
        };
        let (before, id) = name().await;
        let first = staged(bench, &staff, sheet).await;
        assert_eq!(first["counts"]["update"], 1, "{first}");
        let path = format!("/imports/{}/actions", first["id"].as_str().unwrap());
        assert_eq!(staff.act(bench, &format!("{path}/confirm"), 1, Some(json!({}))).await.status, 200);
        assert_eq!(name().await.0, "中共平顶山市新华区委员会");
        let undone = staff.act(bench, &format!("{path}/undo"), 2, None).await;
        assert_eq!(undone.status, 200, "{}", undone.body);
        assert_eq!(name().await.0, before);

        let second = staged(bench, &staff, sheet).await;
        let path = format!("/imports/{}/actions", second["id"].as_str().unwrap());
        assert_eq!(staff.act(bench, &format!("{path}/confirm"), 1, Some(json!({}))).await.status, 200);
        let seen = nobody().get(bench, &format!("/organisations/{id}")).await;
        let version = seen.body["version"].as_i64().unwrap();
        let change = Some(json!({ "address": "示例路1号" }));
        let tag = format!("\"{version}\"");
        let path_of_one = format!("/organisations/{id}");
        let edited = staff.send(bench, actix_web::http::Method::PATCH, &path_of_one, change, &[("if-match", &tag)]).await;
        assert_eq!(edited.status, 200, "{}", edited.body);
        let refused = staff.act(bench, &format!("{path}/undo"), 2, None).await;
        assert_eq!((refused.status, refused.code()), (409, "import.built_upon"));
    }

    async fn rows_outside_ones_care_are_refused_in_the_preview(bench: &Bench, demo) {
        // REQ Z-07
        let staff = signed_in(bench, "pds.staff").await;
        let foreign = "组织名称,上级组织,城市,层级,类型\n江岸区某街道党工委,WH-JA,武汉市,街道,街道党工委\n某市委,,某市,市,市委\n";
        let body = staged(bench, &staff, foreign).await;
        assert_eq!((body["counts"]["accepted"].as_u64(), body["counts"]["rejected"].as_u64()), (Some(0), Some(2)), "{body}");
        assert!(body["rows"].to_string().contains("not_yours"), "{body}");
        let weidong = signed_in(bench, "weidong").await;
        let texts = "标题,正文,类别,单位\n别家的材料,正文,经验材料,PDS-XH\n自家的材料,正文,经验材料,\n";
        let answer = weidong.upload(bench, "/imports", &[("kind", "documents")], "文.csv", texts.as_bytes()).await;
        assert_eq!(answer.body["counts"]["accepted"], 1, "{}", answer.body);
        assert!(answer.body["rows"].to_string().contains("not_yours"), "{}", answer.body);
        let named = "标题,文件,类别,单位\n带文件的,a.docx,经验材料,PDS-WD\n";
        let answer = weidong.upload(bench, "/imports", &[("kind", "documents")], "文.csv", named.as_bytes()).await;
        assert!(answer.body["rows"].to_string().contains("file_needs_command"), "{}", answer.body);
    }

    async fn a_timetable_of_another_layout_is_read(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let options = json!({ "class_id": class }).to_string();
        let fields = [("kind", "lessons"), ("options", options.as_str())];
        let sheet = "序号,日期,时间,课程名称,主讲,教室,学时\n91,12月25日,19:00-20:30,夜谈,示例讲师,一号教室,2学时\n92,12月25日,晚上9点至8点,倒着的,,,\n";
        let answer = staff.upload(bench, "/imports", &fields, "课.csv", sheet.as_bytes()).await;
        assert_eq!(answer.body["counts"]["accepted"], 1, "{}", answer.body);
        let found = answer.body["rows"].to_string();
        for code in ["year_assumed", "mode_assumed", "end_before_start"] {
            assert!(found.contains(code), "{code}: {found}");
        }
    }

    async fn files_below_the_list_are_found_and_those_outside_are_not(bench: &Bench, demo) {
        // REQ U-09
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("材料/二")).unwrap();
        std::fs::write(folder.path().join("材料/二/说明书.txt"), "桂苑路的做法").unwrap();
        std::fs::write(folder.path().join("空.txt"), "").unwrap();
        std::fs::write(folder.path().join("假.pdf"), "不是 PDF").unwrap();
        let outside = tempfile::NamedTempFile::new().unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("链接.txt")).unwrap();
        let text = "\
标题,文件路径,类型,单位,可见范围,来源
说明书,材料\\二\\说明书.txt,经验材料,卫东区,公开,报道载明
空文件,空.txt,经验材料,卫东区,公开,
假文件,假.pdf,经验材料,卫东区,公开,
出去的,../外.txt,经验材料,卫东区,公开,
链接的,链接.txt,经验材料,卫东区,公开,
";
        let beside = Beside::Folder(folder.path().to_owned());
        let body = checked_beside(bench, ImportKind::Documents, text, beside).await;
        let of_row = |row: i32| {
            let one = body.rows.iter().find(|one| one.row == row).unwrap();
            one.faults.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of_row(3), ["file.empty"], "{:?}", body.rows);
        assert!(of_row(4)[0].starts_with("file."), "{:?}", body.rows);
        assert_eq!((of_row(5), of_row(6)), (vec!["file_not_found"], vec!["file_not_found"]));
        let done = ops::confirm(&bench.app, &system(), body.id, body.version, true).await.unwrap();
        let find = async || {
            let all = nobody().get(bench, "/documents?limit=100").await.body["items"].clone();
            all.as_array().unwrap().iter().find(|one| one["title"] == "说明书").cloned()
        };
        assert_eq!(find().await.unwrap()["provenance"], "stated");
        undone(bench, &done).await.unwrap();
        assert!(find().await.is_none());
    }

    async fn quotas_come_with_the_roster_and_are_counted_again(bench: &Bench, demo) {
        let class = empty_class(bench).await;
        let mut book = rust_xlsxwriter::Workbook::new();
        let people = book.add_worksheet().set_name("名册").unwrap();
        for (row, cells) in [["姓名", "手机", "单位"], ["甲", "19900008001", "卫东区"], ["乙", "19900008002", "卫东区"], ["丙", "19900008003", "卫东区"]].iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                people.write_string(row as u32, column as u16, *cell).unwrap();
            }
        }
        let quotas = book.add_worksheet().set_name("名额分配").unwrap();
        for (row, cells) in [["所在区", "名额"], ["卫东区", "2"], ["新华区", "1"], ["合计", "3"]].iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                quotas.write_string(row as u32, column as u16, *cell).unwrap();
            }
        }
        let bytes = book.save_to_buffer().unwrap();
        let staff = signed_in(bench, "pds.staff").await;
        let options = json!({ "class_id": class }).to_string();
        let fields = [("kind", "enrolments"), ("options", options.as_str())];
        let body = staff.upload(bench, "/imports", &fields, "册.xlsx", &bytes).await.body;
        assert_eq!((body["counts"]["accepted"].as_u64(), body["counts"]["rejected"].as_u64()), (Some(2), Some(1)), "{body}");
        // Another roster checked before the first is confirmed: the places are gone then.
        let other = staff.upload(bench, "/imports", &fields, "册2.csv", "姓名,手机,单位\n丁,19900008004,卫东区\n".as_bytes()).await.body;
        assert_eq!(other["counts"]["accepted"], 1, "{other}");
        let path = format!("/imports/{}/actions", body["id"].as_str().unwrap());
        let done = staff.act(bench, &format!("{path}/confirm"), 1, Some(json!({ "skip_bad_rows": true }))).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let given = staff.get(bench, &format!("/classes/{class}/quotas")).await.body["items"].clone();
        assert_eq!(given.as_array().unwrap().len(), 2, "{given}");
        let late = staff.act(bench, &format!("/imports/{}/actions/confirm", other["id"].as_str().unwrap()), 1, Some(json!({}))).await;
        assert_eq!((late.status, late.code()), (409, "import.outdated"));
        let undone = staff.act(bench, &format!("{path}/undo"), 2, None).await;
        assert_eq!(undone.status, 200, "{}", undone.body);
        assert_eq!(staff.get(bench, &format!("/classes/{class}/quotas")).await.body["items"].as_array().unwrap().len(), 0);
        assert_eq!(staff.get(bench, &format!("/classes/{class}/enrolments?count=true")).await.body["total"], 0);
    }
}

async fn staged(bench: &Bench, staff: &Caller, sheet: &str) -> serde_json::Value {
    let answer = staff.upload(bench, "/imports", &[("kind", "organisations")], "组织.csv", sheet.as_bytes()).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.body
}

/// A class without quotas and without people.
async fn empty_class(bench: &Bench) -> String {
    use twinning_api::training::ops::NewClass;
    let app = &bench.app;
    let call = system();
    let organiser = twinning_api::organisation::ops::by_code(app.reader(), "PDS-ZZB").await.unwrap().unwrap().id;
    let day = |day| chrono::NaiveDate::from_ymd_opt(2021, 3, day).unwrap();
    let made = app
        .write(&call, async |tx| {
            let new = NewClass {
                class_no: "PDS-2021-001".to_owned(),
                title: "示例培训班".to_owned(),
                theme: None,
                target_group: None,
                status: twinning_api::class_words::ClassStatus::Enrolling,
                starts_on: day(1),
                ends_on: day(3),
                place: None,
                organiser,
                host: None,
                programme: None,
                planned_size: 3,
                modes: Vec::new(),
                completion_rule: json!({}),
                provenance: twinning_api::Provenance::Entered,
                provenance_note: None,
                inferred: Vec::new(),
            };
            twinning_api::training::ops::create_in(tx, app, &call, new).await
        })
        .await
        .unwrap();
    made.to_string()
}
