//! Timetables of classes.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use twinning_entity::lesson::TeachingMode;
use twinning_entity::provenance::Provenance;

use super::pairings::day;
use super::{Action, Report, values, walk};
use crate::training::wire::LecturerBody;
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    column("no", true, &["课次", "序号"]),
    column("on_date", true, &["日期", "上课日期"]),
    column("starts", true, &["开始", "开始时间"]),
    column("ends", true, &["结束", "结束时间"]),
    column("mode", true, &["教学形式", "授课形式", "形式"]),
    column("title", true, &["课程或活动", "课程", "课程名称", "内容"]),
    column("lecturers", false, &["授课人", "讲师", "主讲人"]),
    column("lecturer_posts", false, &["授课人职务", "讲师职务"]),
    column("place", false, &["地点", "上课地点"]),
    column("roll_call", false, &["签到", "考勤"]),
    column("credit_hours", false, &["学时", "课时"]),
    column("basis", false, &["依据"]),
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
pub fn check(
    sheets: &[Sheet],
    (first, last): (NaiveDate, NaiveDate),
    known: &HashSet<i32>,
) -> Result<Report, FileFault> {
    let mut seen = HashSet::new();
    let mut slots: Vec<(NaiveDate, NaiveTime, NaiveTime)> = Vec::new();
    walk(sheets, COLUMNS, |line| {
        let number = line.text("no");
        let no = number.parse::<i32>().ok().filter(|no| *no > 0);
        match no {
            None => line.fault("bad_number", "no", &number),
            Some(no) if !seen.insert(no) => line.fault("duplicate_in_file", "no", &number),
            Some(_) => {}
        }
        let on_date = day(line, "on_date");
        match on_date {
            None if line.faults.iter().all(|fault| fault.code != "bad_date") => {
                line.fault("missing_date", "on_date", "")
            }
            Some(day) if day < first || day > last => line.fault("outside_class", "on_date", &day.to_string()),
            _ => {}
        }
        let starts = line.cell("starts").and_then(values::time);
        let ends = line.cell("ends").and_then(values::time);
        for (field, read) in [("starts", starts), ("ends", ends)] {
            if read.is_none() {
                let text = line.text(field);
                line.fault("bad_time", field, &text);
            }
        }
        if let (Some(starts), Some(ends)) = (starts, ends)
            && starts >= ends
        {
            let text = line.text("ends");
            line.fault("end_before_start", "ends", &text);
        }
        let written = line.text("mode");
        let mode = mode(&written);
        if mode.is_none() {
            line.fault("bad_mode", "mode", &written);
        }
        let title = line.need("title", "missing_title", 200);
        let hours = line.some("credit_hours");
        let credit = hours.as_deref().map_or(Ok(0.0), str::parse::<f64>);
        let credit_tenths =
            credit.ok().filter(|hours| (0.0..=100.0).contains(hours)).map(|hours| (hours * 10.0).round() as i32);
        if credit_tenths.is_none() {
            line.fault("bad_number", "credit_hours", hours.as_deref().unwrap_or_default());
        }
        let (on_date, starts, ends) = (on_date?, starts?, ends?);
        // T1: lessons of one class do not overlap.
        if slots.iter().any(|(day, from, to)| *day == on_date && starts < *to && *from < ends) {
            line.fault("overlap", "starts", &number);
        }
        slots.push((on_date, starts, ends));
        let basis = line.some("basis");
        let row = Slot {
            no: no?,
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
        let action = if known.contains(&row.no) { Action::Same } else { Action::Add };
        let label = row.title.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })
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

fn mode(written: &str) -> Option<TeachingMode> {
    Some(match written {
        "理论授课" | "授课" | "讲座" => TeachingMode::Lecture,
        "体验教学" => TeachingMode::Experiential,
        "视频教学" => TeachingMode::Video,
        "座谈交流" | "座谈" | "讨论" | "分组讨论" => TeachingMode::Discussion,
        "现场观摩" | "现场教学" => TeachingMode::OnSite,
        "报到" | "仪式" | "报到与仪式" => TeachingMode::Event,
        other => return TeachingMode::from_word(other),
    })
}
