//! The demo: the 2019 example, brought in through the product's own importers (`contract.md` 7).

use std::path::Path;

use chrono::NaiveDate;
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::json;
use twinning_entity::activity::ActivityKind;
use twinning_entity::appointment::RoleCode;
use twinning_entity::class::ClassStatus;
use twinning_entity::document::{DocumentKind, Visibility};
use twinning_entity::file::FileKind;
use twinning_entity::ids::{AccountId, ClassId, OrganisationId, PersonId, ProgrammeId};
use twinning_entity::import::{ImportKind, ImportState};
use twinning_entity::notice::NoticeKind;
use twinning_entity::provenance::Provenance;

use crate::account::{ops as accounts, passwords};
use crate::activity::model::Photo;
use crate::app::App;
use crate::infra::settings::Env;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, RefusalKind, Result, Rule};
use crate::kernel::page::PageRequest;
use crate::transfer::kinds::directory::Directory;
use crate::transfer::kinds::enrolments;
use crate::transfer::ops::{self as imports, Beside, NewImport};
use crate::transfer::sheet::{self, Limits};
use crate::transfer::wire::ImportOptions;
use crate::{activity, city, file, library, notice, organisation, person, programme, training};

/// Password of every demo account; none of them can exist in production.
pub const PASSWORD: &str = "Twinning-Demo-2019";
/// Code of the demo's programme.
const PROGRAMME: &str = "PDS-WH-2019";
/// Number of the demo's class.
const CLASS: &str = "PDS-2019-001";

#[derive(RustEmbed)]
#[folder = "fixtures/example_2019/"]
struct Example;

/// Refusals of the demo.
#[derive(Clone, Copy, Debug)]
pub enum DemoRule {
    /// The demo never enters a production system.
    Production,
    /// A file of the example was not taken whole.
    Incomplete,
}

impl Rule for DemoRule {
    fn code(&self) -> &'static str {
        match self {
            Self::Production => "demo.production",
            Self::Incomplete => "demo.incomplete",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Unprocessable
    }
}

#[derive(Deserialize)]
struct ClassFile {
    #[serde(rename = "名称")]
    title: String,
    #[serde(rename = "主办")]
    organiser: String,
    #[serde(rename = "承接地")]
    host: String,
    #[serde(rename = "开始")]
    starts_on: NaiveDate,
    #[serde(rename = "结束")]
    ends_on: NaiveDate,
    #[serde(rename = "总名额")]
    places: i32,
    #[serde(rename = "教学形式")]
    modes: Vec<String>,
    #[serde(rename = "结业规则")]
    rule: serde_json::Value,
    #[serde(rename = "推定")]
    inferred: Vec<String>,
}

/// Loads the demo once; a second run changes nothing. Every step finds what an earlier run has done, so that a run that
/// was broken off is finished by the next; the accounts come last and tell that all is there. Says whether it loaded
/// anything.
///
/// # Errors
/// [`DemoRule`]; whatever the importers refuse.
pub async fn seed(app: &App) -> Result<bool> {
    if app.settings.env == Env::Production {
        return Err(DemoRule::Production.into());
    }
    if is_there(app).await? {
        return Ok(false);
    }
    let folder = app.settings.data_dir.join("staging").join("example_2019");
    unpack(&folder)?;
    let call = Call::system("seed demo");
    bring(app, &call, ImportKind::Organisations, &folder, "organisations.csv", ImportOptions::default()).await?;
    let programme_id = programme(app, &call).await?;
    let options = ImportOptions { programme_id: Some(programme_id), class_id: None };
    bring(app, &call, ImportKind::Pairings, &folder, "pairings.xlsx", options.clone()).await?;
    bring(app, &call, ImportKind::Activities, &folder, "activities.xlsx", options).await?;
    let class_id = class(app, &call, programme_id).await?;
    let options = ImportOptions { programme_id: Some(programme_id), class_id: Some(class_id) };
    bring(app, &call, ImportKind::Enrolments, &folder, "roster.xlsx", options.clone()).await?;
    bring(app, &call, ImportKind::Lessons, &folder, "timetable.xlsx", options.clone()).await?;
    bring(app, &call, ImportKind::Documents, &folder.join("documents"), "index.csv", options).await?;
    materials(app, &call, class_id).await?;
    photos(app, &call).await?;
    notices(app, &call).await?;
    people(app, &call, class_id).await?;
    std::fs::remove_dir_all(&folder)?;
    crate::infra::jobs::run_until_idle(app, crate::JOBS).await?;
    crate::search::catch_up(app).await;
    Ok(true)
}

/// Whether the last step of the demo is done: it makes all accounts at once.
async fn is_there(app: &App) -> Result<bool> {
    let Some((login, ..)) = STAFF.first() else { return Ok(false) };
    Ok(accounts::find_by_login(app.reader(), &format!("{login}@example.org")).await?.is_some())
}

/// Writes the embedded files where the importers can read them.
fn unpack(folder: &Path) -> Result<()> {
    for name in Example::iter() {
        let Some(file) = Example::get(&name) else { continue };
        let target = folder.join(name.as_ref());
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(target, file.data)?;
    }
    Ok(())
}

async fn bring(
    app: &App,
    call: &Call,
    kind: ImportKind,
    folder: &Path,
    name: &str,
    options: ImportOptions,
) -> Result<()> {
    let new = NewImport {
        kind,
        file_name: name.to_owned(),
        bytes: std::fs::read(folder.join(name))?,
        options,
        beside: Beside::Folder(folder.to_owned()),
        provenance: Some(Provenance::Synthetic),
        on_row: None,
    };
    let checked = imports::check(app, call, new).await?;
    if checked.state != ImportState::Checked || checked.counts.rejected > 0 {
        tracing::error!(name, problem = ?checked.problem, rows = ?checked.rows, "the example was not taken whole");
        return Err(DemoRule::Incomplete.into());
    }
    imports::confirm(app, call, checked.id, checked.version, false).await?;
    Ok(())
}

/// The programme as the report tells it; what it does not publish stays empty (`domain.md` 1.3).
async fn programme(app: &App, call: &Call) -> Result<ProgrammeId> {
    if let Some(known) = programme::ops::by_code(app.reader(), PROGRAMME).await? {
        return Ok(known.id);
    }
    let cities = city::ops::all(app).await?;
    let city = |name: &str| cities.iter().find(|one| one.name == name).map(|one| one.id).ok_or(Error::NotFound("city"));
    let (city_a, city_b) = (city("平顶山市")?, city("武汉市")?);
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    app.write(call, async |tx| {
        let new = programme::ops::NewProgramme {
            code: PROGRAMME.to_owned(),
            name: "平顶山市与百步亭社区党建共建".to_owned(),
            city_a,
            city_b,
            areas: texts(&["基层党建", "社区治理", "社区服务", "文化活动", "志愿服务", "健全机制"]),
            principles: texts(&["资源共享", "优势互补", "共赢发展"]),
            aims: texts(&[
                "提升党建水平",
                "形成合力推动各项工作",
                "创出特色",
                "取得实效",
                "打造自己的品牌",
                "更好地服务人民群众",
            ]),
            starts_on: None,
            provenance: Provenance::Stated,
            provenance_note: None,
        };
        programme::ops::create_in(tx, app, call, new).await
    })
    .await
}

async fn class(app: &App, call: &Call, programme: ProgrammeId) -> Result<ClassId> {
    if let Some(known) = training::ops::by_no(app.reader(), CLASS).await? {
        return Ok(known);
    }
    let file = Example::get("training_class.json").ok_or(DemoRule::Incomplete)?;
    let read: ClassFile = serde_json::from_slice(&file.data)?;
    let organiser = by_code(app, &read.organiser).await?;
    let host = by_code(app, &read.host).await?;
    let roster = Example::get("roster.xlsx").ok_or(DemoRule::Incomplete)?;
    let sheets =
        sheet::read(&roster.data, "roster.xlsx", &Limits::BULK, &|_| true).map_err(|_| DemoRule::Incomplete)?;
    let directory = Directory::new(organisation::ops::directory(app.reader()).await?);
    let quotas = enrolments::quotas(&sheets, &directory, None);
    app.write(call, async |tx| {
        let new = training::ops::NewClass {
            class_no: CLASS.to_owned(),
            title: read.title.clone(),
            theme: Some(
                "学习贯彻党的十九届四中全会精神和省委十届十次全会精神，推进社区治理体系和治理能力现代化".to_owned(),
            ),
            target_group: Some("街道、社区党组织负责人和组织、民政、人社部门负责人".to_owned()),
            status: ClassStatus::Completed,
            starts_on: read.starts_on,
            ends_on: read.ends_on,
            place: Some("武汉市百步亭社区".to_owned()),
            organiser,
            host: Some(host),
            programme: Some(programme),
            planned_size: read.places,
            modes: read.modes.clone(),
            completion_rule: read.rule.clone(),
            provenance: Provenance::Stated,
            provenance_note: None,
            inferred: read.inferred.clone(),
        };
        let class = training::ops::create_in(tx, app, call, new).await?;
        for (organisation, places) in &quotas {
            training::ops::add_quota_in(tx, app, class, *organisation, *places, Provenance::Inferred).await?;
        }
        Ok(class)
    })
    .await
}

async fn by_code(app: &App, code: &str) -> Result<OrganisationId> {
    Ok(organisation::ops::by_code(app.reader(), code).await?.ok_or(Error::NotFound("organisation"))?.id)
}

/// Photos of the ceremony, for its five records; the pictures are drawn and say so.
async fn photos(app: &App, call: &Call) -> Result<()> {
    let filter = activity::wire::ActivityFilter {
        kind: Some(ActivityKind::UnveilingCeremony),
        ..activity::wire::ActivityFilter::default()
    };
    for held in activity::ops::list(app, call, &filter, PageRequest::first(100)).await?.items {
        if held.photos > 0 {
            continue;
        }
        let mut taken = Vec::new();
        for (name, shows) in [("01_揭牌仪式.jpg", "党建共建结对揭牌"), ("02_结对双方合影.jpg", "结对双方代表合影")]
        {
            let file = Example::get(&format!("photos/{name}")).ok_or(DemoRule::Incomplete)?;
            let bytes = bytes::Bytes::from(file.data.into_owned());
            let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes)]);
            let stored = file::ops::upload(app, &call.once(), FileKind::Photo, name, stream).await?;
            let caption = Some(format!("{shows}（示意图，合成）"));
            taken.push(Photo { file: stored.id, alt: shows.to_owned(), caption });
        }
        app.write(call, async |tx| activity::ops::attach_photos(tx, app, call, held.id, &taken).await).await?;
    }
    Ok(())
}

/// Documents for the class are also its materials; the file stays the document's.
async fn materials(app: &App, call: &Call, class: ClassId) -> Result<()> {
    if !training::ops::materials(app, call, class).await?.is_empty() {
        return Ok(());
    }
    let filter = library::wire::DocumentFilter {
        class_id: Some(class),
        visibility: Some(Visibility::Class),
        ..library::wire::DocumentFilter::default()
    };
    let documents = library::ops::list(app, call, &filter, PageRequest::first(100)).await?;
    let mut files = Vec::new();
    for one in documents.items.iter().rev() {
        let found = library::ops::show(app, call, one.id).await?;
        files.extend(found.versions.into_iter().filter_map(|one| one.file).map(|file| (one.title.clone(), file.id)));
    }
    app.write(call, async |tx| {
        for (position, (title, file)) in (1_i32..).zip(&files) {
            let new = training::ops::NewMaterial {
                class,
                title: title.clone(),
                kind: DocumentKind::Handout,
                file: *file,
                position,
            };
            training::ops::add_material_in(tx, app, call, new).await?;
        }
        Ok(())
    })
    .await
}

async fn notices(app: &App, call: &Call) -> Result<()> {
    if !notice::ops::list(app, call, PageRequest::first(1)).await?.items.is_empty() {
        return Ok(());
    }
    let organisation = by_code(app, "PDS-ZZB").await?;
    let published_on = NaiveDate::from_ymd_opt(2019, 12, 16).ok_or(DemoRule::Incomplete)?;
    app.write(call, async |tx| {
        for (title, body) in [
            (
                "关于举办全市基层党建暨社区治理培训班的通知",
                "培训班于2019年12月23日至27日在武汉市百步亭社区举办，参加人员为市区五个区的街道、社区党组织负责人和组织、民政、人社部门负责人，共170人。\n请各区按名额报送名册。",
            ),
            (
                "示例数据说明",
                "本站现有内容是依据公开报道整理的示例。标注“报道载明”的来自报道，标注“推定”“合成”的是为使示例完整而补充，与真实单位和个人无关。",
            ),
        ] {
            let new = notice::ops::NewNotice {
                title: title.to_owned(),
                body: body.to_owned(),
                kind: NoticeKind::Notice,
                organisation,
                published_on,
                provenance: Provenance::Synthetic,
            };
            notice::ops::create_in(tx, app, new).await?;
        }
        Ok(())
    })
    .await
}

/// Accounts of the contract: staff, branches, a teacher, reviewers, administrators.
const STAFF: &[(&str, &str, &str, RoleCode, &str)] = &[
    ("admin", "示例系统管理员", "PDS-ZZB", RoleCode::SysAdmin, "系统管理员"),
    ("security", "示例安全管理员", "PDS-ZZB", RoleCode::SecAdmin, "安全管理员"),
    ("audit", "示例审计管理员", "PDS-ZZB", RoleCode::AuditAdmin, "审计管理员"),
    ("pds.staff", "示例组织干部甲", "PDS-ZZB", RoleCode::OrgDeptCity, "组织部工作人员"),
    ("wuhan.staff", "示例组织干部乙", "WH", RoleCode::OrgDeptCity, "组织部工作人员"),
    ("weidong", "示例联络员甲", "PDS-WD", RoleCode::BranchAdmin, "联络员"),
    ("xinhua", "示例联络员乙", "PDS-XH", RoleCode::BranchAdmin, "联络员"),
    ("kangheyuan", "示例联络员丙", "WH-BBT-KHY", RoleCode::BranchAdmin, "联络员"),
    ("wenxinyuan", "示例联络员丁", "WH-BBT-WXY", RoleCode::BranchAdmin, "联络员"),
    ("teacher", "示例班主任", "PDS-ZZB", RoleCode::ClassTeacher, "班主任"),
    ("reviewer1", "示例初审员", "PDS-ZZB", RoleCode::ReviewerFirst, "初审"),
    ("reviewer2", "示例复审员", "PDS-ZZB", RoleCode::ReviewerSecond, "复审"),
    ("reviewer3", "示例终审员", "PDS-ZZB", RoleCode::ReviewerFinal, "终审"),
];

async fn people(app: &App, call: &Call, class: ClassId) -> Result<()> {
    let hash = passwords::hash(app, PASSWORD.to_owned()).await?;
    let members = training::ops::members(app.reader(), class).await?;
    let home = by_code(app, "PDS").await?;
    app.write(call, async |tx| {
        for (login, name, code, role, post) in STAFF {
            let organisation = organisation::ops::by_code(tx, code).await?.ok_or(Error::NotFound("organisation"))?.id;
            let new = person::ops::NewPerson {
                name: (*name).to_owned(),
                phone: None,
                gender: None,
                organisation: Some(organisation),
                is_synthetic: true,
                provenance: Provenance::Synthetic,
                import: None,
            };
            let (person, _) = person::ops::ensure_in(tx, app, &new).await?;
            let account = account(tx, app, person, login, &hash).await?;
            let class = (*role == RoleCode::ClassTeacher).then_some(class);
            appoint(tx, app, account, organisation, *role, post, class).await?;
        }
        for (number, member) in (1..).zip(&members) {
            let account = account(tx, app, member.person, &format!("trainee{number:03}"), &hash).await?;
            let organisation = member.unit.unwrap_or(home);
            appoint(tx, app, account, organisation, RoleCode::Trainee, "学员", Some(class)).await?;
        }
        crate::audit::note(
            tx,
            app,
            call,
            "demo.seed",
            crate::audit::ops::About::new("class", class),
            json!({ "accounts": STAFF.len() + members.len() }),
        )
        .await
    })
    .await
}

async fn account(
    tx: &impl sea_orm::ConnectionTrait,
    app: &App,
    person: PersonId,
    login: &str,
    hash: &str,
) -> Result<AccountId> {
    let new = accounts::NewAccount {
        person,
        login: format!("{login}@example.org"),
        password_hash: Some(hash.to_owned()),
        language: "zh-CN".to_owned(),
        is_demo: true,
    };
    accounts::create_in(tx, app, new).await
}

async fn appoint(
    tx: &impl sea_orm::ConnectionTrait,
    app: &App,
    account: AccountId,
    organisation: OrganisationId,
    role: RoleCode,
    post: &str,
    class: Option<ClassId>,
) -> Result<()> {
    let new = accounts::NewAppointment {
        account,
        organisation,
        role,
        post: Some(post.to_owned()),
        class,
        starts_on: None,
        ends_on: None,
    };
    accounts::appoint_in(tx, app, new).await.map(|_| ())
}
