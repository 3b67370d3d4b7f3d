//! Pairings with their activities, documents with their texts, one class with its material.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use serde_json::json;
use twinning_entity::activity::{self, ActivityStatus};
use twinning_entity::appointment::RoleCode;
use twinning_entity::class::ClassStatus;
use twinning_entity::document::{self, DocumentKind, DocumentStatus, Visibility};
use twinning_entity::document_version::{self, TextState};
use twinning_entity::file::FileKind;
use twinning_entity::ids::{ClassId, FileId};
use twinning_entity::organisation::OrgLevel;
use twinning_entity::pairing::{self, PairingStatus};
use twinning_entity::programme::{self, ProgrammeStatus};
use twinning_entity::provenance::Provenance;
use twinning_entity::{activity_pairing, activity_record};

use super::chance::Chance;
use super::places::Tree;
use super::{Size, millis, words};
use crate::account::{ops as accounts, passwords};
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::{file, person, training};

/// Rows of twinning.
pub(super) struct Twinning {
    pub(super) programmes: Vec<programme::Model>,
    pub(super) pairings: Vec<pairing::Model>,
    pub(super) activities: Vec<activity::Model>,
    pub(super) links: Vec<activity_pairing::Model>,
    pub(super) records: Vec<activity_record::Model>,
}

fn texts(chance: &mut Chance, sentences: usize) -> String {
    (0..sentences)
        .map(|_| {
            let topic = *chance.one(words::TOPICS);
            chance.one(words::SENTENCES).replace("{}", topic)
        })
        .collect()
}

pub(super) fn twinning(chance: &mut Chance, size: Size, tree: &Tree, at: DateTime<Utc>) -> Twinning {
    let mut made = Twinning {
        programmes: Vec::new(),
        pairings: Vec::new(),
        activities: Vec::new(),
        links: Vec::new(),
        records: Vec::new(),
    };
    let [a, b] = tree.cities.as_slice() else { return made };
    let programme = programme::Model {
        id: chance.id(millis(at)),
        code: "SYN".to_owned(),
        name: format!("{}与{}党建共建", a.name, b.name),
        city_a_id: a.id,
        city_b_id: b.id,
        status: ProgrammeStatus::Active,
        areas: json!(["基层党建", "社区治理", "志愿服务"]),
        principles: json!([]),
        aims: json!([]),
        starts_on: None,
        ends_on: None,
        provenance: Provenance::Synthetic,
        provenance_note: None,
        version: 1,
        created_at: at,
        updated_at: at,
    };
    let sides = (tree.of(a.id, OrgLevel::Community), tree.of(b.id, OrgLevel::Community));
    for (seq, (one, other)) in (1..).zip(sides.0.into_iter().zip(sides.1)).take(size.pairings) {
        made.pairings.push(pairing::Model {
            id: chance.id(millis(at)),
            code: format!("SYN-{seq:03}"),
            programme_id: programme.id,
            seq,
            name: format!("{}—{}", one.name_display, other.name_display),
            side_a_id: one.id,
            side_b_id: other.id,
            pair_key: crate::pairing::ops::pair_key(one.id, other.id),
            status: PairingStatus::Active,
            areas: json!(["基层党建", "社区治理"]),
            goals: None,
            agreement_no: None,
            term_start: None,
            term_end: None,
            signed_on: None,
            liaison_a: None,
            liaison_a_phone: None,
            liaison_b: None,
            liaison_b_phone: None,
            proposed_by: None,
            predecessor_id: None,
            imported: true,
            import_id: None,
            provenance: Provenance::Synthetic,
            provenance_note: None,
            inferred: json!([]),
            version: 1,
            created_at: at,
            updated_at: at,
        });
    }
    for number in 0..size.activities {
        held(chance, &mut made, &programme, number, at);
    }
    made.programmes.push(programme);
    made
}

fn held(chance: &mut Chance, made: &mut Twinning, programme: &programme::Model, number: usize, at: DateTime<Utc>) {
    let day = at.date_naive() - Duration::days(i64::try_from(chance.below(3 * 365)).unwrap_or(0) + 1);
    let pairing = chance.one(&made.pairings).clone();
    let kind = *chance.weighted(words::KINDS);
    let topic = chance.one(words::TOPICS);
    let confirmed = chance.below(100) < 92;
    let by_a = chance.below(2) == 0;
    let id = chance.id(millis(day.and_time(chrono::NaiveTime::MIN).and_utc()));
    made.activities.push(activity::Model {
        id,
        no: format!("{}-{:05}", day.year(), number + 1),
        programme_id: programme.id,
        kind,
        title: format!("“{topic}”{}", pairing.name),
        status: if confirmed { ActivityStatus::Confirmed } else { ActivityStatus::AwaitingConfirmation },
        held_on: day,
        starts_at: None,
        ends_at: None,
        place: Some(format!("{topic}活动室")),
        online: false,
        organiser_id: if by_a { pairing.side_a_id } else { pairing.side_b_id },
        counterpart_id: if by_a { pairing.side_b_id } else { pairing.side_a_id },
        organiser_side: if by_a { "a" } else { "b" }.to_owned(),
        source_code: None,
        imported: true,
        import_id: None,
        provenance: Provenance::Synthetic,
        provenance_note: None,
        created_by: None,
        submitted_at: Some(at),
        confirmed_at: confirmed.then_some(at),
        confirmed_by: None,
        return_reason: None,
        version: 1,
        created_at: at,
        updated_at: at,
    });
    made.links.push(activity_pairing::Model { activity_id: id, pairing_id: pairing.id });
    let sentences = 5 + chance.below(10);
    made.records.push(activity_record::Model {
        activity_id: id,
        attended_total: None,
        attended_a: i32::try_from(4 + chance.below(40)).ok(),
        attended_b: i32::try_from(4 + chance.below(40)).ok(),
        expected_a: None,
        expected_b: None,
        guests: None,
        served_people: None,
        volunteers: None,
        volunteer_minutes: None,
        host_name: None,
        recorder_name: None,
        summary: Some(texts(chance, sentences)),
        decisions: None,
        photo_consent: false,
        updated_at: at,
    });
}

/// Rows of the library.
pub(super) struct Library {
    pub(super) documents: Vec<document::Model>,
    pub(super) versions: Vec<document_version::Model>,
}

pub(super) fn library(chance: &mut Chance, size: Size, tree: &Tree, at: DateTime<Utc>) -> Library {
    let mut made = Library { documents: Vec::new(), versions: Vec::new() };
    let kinds = [
        (DocumentKind::ExperienceReport, 35),
        (DocumentKind::TypicalCase, 20),
        (DocumentKind::Slides, 25),
        (DocumentKind::Convention, 8),
        (DocumentKind::Bulletin, 12),
    ];
    for number in 0..size.documents {
        let source = chance.one(&tree.organisations).clone();
        let (topic, other) = (chance.one(words::TOPICS), chance.one(words::TOPICS));
        let sentences = 20 + chance.below(60);
        let text = texts(chance, sentences);
        let id = chance.id(millis(at) + number as u64);
        made.documents.push(document::Model {
            id,
            title: format!("{}{topic}与{other}的做法（{}）", source.name_short, number + 1),
            kind: *chance.weighted(&kinds),
            organisation_id: source.id,
            class_id: None,
            programme_id: None,
            authors: json!([]),
            summary: Some(text.chars().take(100).collect()),
            visibility: Visibility::Public,
            status: DocumentStatus::Published,
            tags: json!([topic]),
            areas: json!([]),
            current_version: Some(1),
            withdrawn_reason: None,
            source_name: None,
            imported: true,
            import_id: None,
            provenance: Provenance::Synthetic,
            provenance_note: None,
            created_by: None,
            published_at: Some(at),
            version: 1,
            created_at: at,
            updated_at: at,
        });
        made.versions.push(document_version::Model {
            id: chance.id(millis(at)),
            document_id: id,
            no: 1,
            file_id: None,
            body_markdown: Some(text.clone()),
            change_note: None,
            sha256: crate::infra::secrets::fingerprint(&text),
            text: Some(text),
            text_state: TextState::Done,
            pages: None,
            created_by: None,
            created_at: at,
            published_at: Some(at),
        });
    }
    made
}

/// The class with its trainees, each with an account `trainee001@example.org` …, and one material.
pub(super) async fn class(
    app: &App,
    chance: &mut Chance,
    size: Size,
    tree: &Tree,
    at: DateTime<Utc>,
    file_bytes: usize,
) -> Result<(ClassId, FileId)> {
    let call = Call::system("synthetic data");
    let organiser = tree.organisations.first().ok_or(Error::NotFound("organisation"))?;
    let hash = passwords::hash(app, crate::demo::PASSWORD.to_owned()).await?;
    let mut bytes = b"%PDF-1.4\n".to_vec();
    while bytes.len() < file_bytes {
        bytes.extend_from_slice(&chance.draw().to_be_bytes());
    }
    bytes.truncate(file_bytes);
    let names: Vec<String> = (0..size.trainees)
        .map(|_| {
            format!("{}{}{}", chance.weighted(words::SURNAMES), chance.one(words::GIVEN), chance.one(words::GIVEN))
        })
        .collect();
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(bytes))]);
    let stored = file::ops::upload(app, &call.once(), FileKind::Document, "课件.pdf", stream).await?;
    let day = |days: i64| -> NaiveDate { at.date_naive() + Duration::days(days) };
    let class = app
        .write(&call, async |tx| {
            let new = training::ops::NewClass {
                class_no: "SYN-001".to_owned(),
                title: "基层治理培训班".to_owned(),
                theme: None,
                target_group: None,
                status: ClassStatus::InClass,
                starts_on: day(0),
                ends_on: day(4),
                place: None,
                organiser: organiser.id,
                host: None,
                programme: None,
                planned_size: i32::try_from(size.trainees).unwrap_or(i32::MAX),
                modes: Vec::new(),
                completion_rule: json!({}),
                provenance: Provenance::Synthetic,
                provenance_note: None,
                inferred: Vec::new(),
            };
            let class = training::ops::create_in(tx, app, &call, new).await?;
            let material = training::ops::NewMaterial {
                class,
                title: "课件".to_owned(),
                kind: DocumentKind::Handout,
                file: stored.id,
                position: 1,
            };
            training::ops::add_material_in(tx, app, &call, material).await?;
            for (number, name) in (1..).zip(&names) {
                let new = person::ops::NewPerson {
                    name: name.clone(),
                    phone: None,
                    gender: None,
                    organisation: Some(organiser.id),
                    is_synthetic: true,
                    provenance: Provenance::Synthetic,
                    import: None,
                };
                let (person, _) = person::ops::ensure_in(tx, app, &new).await?;
                let account = accounts::NewAccount {
                    person,
                    login: format!("trainee{number:03}@example.org"),
                    password_hash: Some(hash.clone()),
                    language: "zh-CN".to_owned(),
                    is_demo: true,
                };
                let account = accounts::create_in(tx, app, account).await?;
                let held = accounts::NewAppointment {
                    account,
                    organisation: organiser.id,
                    role: RoleCode::Trainee,
                    post: None,
                    class: Some(class),
                    starts_on: None,
                    ends_on: None,
                };
                accounts::appoint_in(tx, app, held).await?;
            }
            Ok(class)
        })
        .await?;
    Ok((class, stored.id))
}
