//! Timetables of classes.

use std::collections::HashSet;

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use twinning_entity::lesson::TeachingMode;
use twinning_entity::provenance::Provenance;

use super::pairings::day;
use super::{Action, Line, Report, values, walk, words};
use crate::training::wire::LecturerBody;
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column, either};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    column("on_date", true, &["日期", "上课日期", "授课日期", "date", "day"]),
    either("starts", &["span"], &["开始", "开始时间", "上课时间", "start", "start_time", "begins", "from"]),
    either("ends", &["span"], &["结束", "结束时间", "下课时间", "end", "end_time", "to"]),
    column("span", false, &["时间", "起止时间", "时段", "时间段", "授课时间", "time", "hours_of_day"]),
    column(
        "title",
        true,
        &[
            "课程或活动",
            "课程",
            "课程名称",
            "内容",
            "课程内容",
            "授课内容",
            "教学内容",
            "主题",
            "题目",
            "安排",
            "course",
            "course_title",
            "lesson",
            "subject",
            "topic",
            "activity",
        ],
    ),
    column("no", false, &["课次", "序号", "节次", "编号", "number", "lesson_no"]),
    column(
        "mode",
        false,
        &["教学形式", "授课形式", "形式", "教学方式", "授课方式", "teaching_mode", "form", "type", "kind"],
    ),
    column(
        "lecturers",
        false,
        &["授课人", "讲师", "主讲人", "授课教师", "主讲", "师资", "教师", "lecturer", "teacher", "speaker", "speakers"],
    ),
    column("lecturer_posts", false, &["授课人职务", "讲师职务", "职务", "授课人单位及职务", "lecturer_post", "post"]),
    column("place", false, &["地点", "上课地点", "授课地点", "教室", "location", "venue", "room"]),
    column("roll_call", false, &["签到", "考勤", "是否签到", "attendance"]),
    column("credit_hours", false, &["学时", "课时", "学时数", "hours", "credits"]),
    column("basis", false, &["依据", "来源", "备注", "说明", "provenance_note", "note", "notes"]),
    column("inferred", false, &["推定列"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Slot {
    /// Number.
    pub no: i32,
    /// Day.
    pub on_date: NaiveDate,
    /// Begin.
    pub starts: NaiveTime,
    /// End.
    pub ends: NaiveTime,
    /// Way of teaching.
    pub mode: TeachingMode,
    /// Title.
    pub title: String,
    /// Who teaches.
    pub lecturers: Vec<LecturerBody>,
    /// Place.
    pub place: Option<String>,
    /// Whether a roll-call is held.
    pub roll_call: bool,
    /// Class hours in tenths.
    pub credit_tenths: i32,
    /// Where the row comes from.
    pub provenance: Provenance,
    /// What it rests on.
    pub basis: Option<String>,
    /// What is inferred.
    pub inferred: Option<String>,
}

/// Checks a timetable against the days of the class and the lessons it has.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(sheets: &[Sheet], (first, last): (NaiveDate, NaiveDate), known: &[Lesson]) -> Result<Report, FileFault> {
    let mut seen = HashSet::new();
    let mut slots: Vec<(NaiveDate, NaiveTime, NaiveTime)> = Vec::new();
    // Rows without a number go on behind the lessons that stand.
    let mut highest = known.iter().map(|one| one.no).max().unwrap_or(0);
    walk(sheets, COLUMNS, |line| {
        let on_date = day(line, "on_date", Some(first.year()));
        match on_date {
            None if line.faults.iter().all(|fault| fault.code != "bad_date") => {
                line.fault("missing_date", "on_date", "")
            }
            Some(day) if day < first || day > last => line.fault("outside_class", "on_date", &day.to_string()),
            _ => {}
        }
        let times = times(line);
        let mode = mode(line);
        let title = line.need("title", "missing_title", 200);
        for field in ["place", "lecturers", "lecturer_posts"] {
            let text = line.text(field);
            if text.chars().count() > 300 {
                line.fault("too_long", field, &text);
            }
        }
        let credit_tenths = credit(line);
        let written = number(line)?;
        let (on_date, (starts, ends)) = (on_date?, times?);
        let slot = (on_date, starts, ends);
        let same = match written {
            Some(no) => known.iter().find(|one| one.no == no),
            None => known.iter().find(|one| one.slot == slot && one.title == title),
        };
        let no = written.or(same.map(|one| one.no)).unwrap_or(highest + 1);
        highest = highest.max(no);
        if !seen.insert(no) {
            let field = if written.is_some() { "no" } else { "title" };
            let text = line.text(field);
            line.fault("duplicate_in_file", field, &text);
        }
        // T1: lessons of one class do not overlap, neither in the file nor with those that stand.
        let meets =
            |(day, from, to): &(NaiveDate, NaiveTime, NaiveTime)| *day == on_date && starts < *to && *from < ends;
        let others = known.iter().filter(|one| one.no != no).map(|one| one.slot);
        if slots.iter().any(meets) || (same.is_none() && others.into_iter().any(|one| meets(&one))) {
            let field = if line.text("starts").is_empty() { "span" } else { "starts" };
            let written = line.text(field);
            line.fault("overlap", field, &written);
        }
        if same.is_some_and(|one| one.slot != slot || one.title != title) {
            line.fault("no_taken", "no", &no.to_string());
        }
        slots.push(slot);
        let basis = line.some("basis");
        let row = Slot {
            no,
            on_date,
            starts,
            ends,
            mode: mode.unwrap_or(TeachingMode::Lecture),
            title,
            lecturers: lecturers(&line.text("lecturers"), &line.text("lecturer_posts")),
            place: line.some("place"),
            roll_call: values::yes(&line.text("roll_call")),
            credit_tenths: credit_tenths.unwrap_or(0),
            provenance: values::provenance(basis.as_deref().unwrap_or_default()),
            basis,
            inferred: line.some("inferred"),
        };
        let action = if same.is_some() { Action::Same } else { Action::Add };
        let label = row.title.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })
}

/// A lesson that the class has.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Number.
    pub no: i32,
    /// Day, begin and end.
    pub slot: (NaiveDate, NaiveTime, NaiveTime),
    /// Title.
    pub title: String,
}

/// The number of a lesson, if it has one: 4, 第4课. None where something else stands there.
#[expect(clippy::option_option, reason = "no number is not a wrong one")]
fn number(line: &mut Line<'_>) -> Option<Option<i32>> {
    let written = line.text("no");
    if written.is_empty() {
        return Some(None);
    }
    let bare = written.trim_start_matches('第').trim_end_matches(['课', '次', '讲', '节']);
    let no = bare.parse::<i32>().ok().filter(|no| (1..=9_999).contains(no));
    if no.is_none() {
        line.fault("bad_number", "no", &written);
        return None;
    }
    Some(no)
}

/// Begin and end, from a column each or from one that holds both.
fn times(line: &mut Line<'_>) -> Option<(NaiveTime, NaiveTime)> {
    let apart = line.header.place("starts").is_some() && line.header.place("ends").is_some();
    let found = if apart {
        let read = ["starts", "ends"].map(|field| {
            let time = line.cell(field).and_then(values::time);
            if time.is_none() {
                let text = line.text(field);
                line.fault("bad_time", field, &text);
            }
            time
        });
        let [starts, ends] = read;
        (starts?, ends?)
    } else {
        let field = if line.header.place("span").is_some() { "span" } else { "starts" };
        let text = line.text(field);
        let Some(span) = values::span(&text) else {
            line.fault("bad_span", field, &text);
            return None;
        };
        span
    };
    if found.0 >= found.1 {
        let field = if apart { "ends" } else { "span" };
        let text = line.text(field);
        line.fault("end_before_start", field, &text);
        return None;
    }
    Some(found)
}

fn mode(line: &mut Line<'_>) -> Option<TeachingMode> {
    let written = line.text("mode");
    if written.is_empty() {
        line.warn("mode_assumed", "mode", "");
        return Some(TeachingMode::Lecture);
    }
    let mode = words::MODES.read(&written);
    if mode.is_none() {
        line.fault("bad_mode", "mode", &written);
    }
    mode
}

/// Class hours in tenths.
fn credit(line: &mut Line<'_>) -> Option<i32> {
    let written = line.text("credit_hours");
    let bare = ["学时", "课时", "小时"].iter().find_map(|unit| written.strip_suffix(unit)).unwrap_or(&written).trim();
    let hours = if bare.is_empty() { Some(0.0) } else { bare.parse::<f64>().ok() };
    let tenths = hours.filter(|hours| (0.0..=100.0).contains(hours)).map(|hours| (hours * 10.0).round() as i32);
    if tenths.is_none() {
        line.fault("bad_number", "credit_hours", &written);
    }
    tenths
}

/// People who teach, each with the post at the same place; posts of one person may hold 、 so ； parts people.
fn lecturers(names: &str, posts: &str) -> Vec<LecturerBody> {
    let names = values::list(names);
    let posts: Vec<String> = if names.len() > 1 {
        posts.split(['；', ';']).map(|post| post.trim().to_owned()).collect()
    } else {
        vec![posts.trim().to_owned()]
    };
    if names.is_empty() && posts.iter().any(|post| !post.is_empty()) {
        return vec![LecturerBody { name: String::new(), post: posts.into_iter().next() }];
    }
    names
        .into_iter()
        .enumerate()
        .map(|(at, name)| LecturerBody { name, post: posts.get(at).cloned().filter(|post| !post.is_empty()) })
        .collect()
}
