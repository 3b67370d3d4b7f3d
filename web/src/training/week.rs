//! The timetable as a page draws it: days side by side, each cut into morning, afternoon and evening.

use chrono::{DateTime, FixedOffset, NaiveDate, Timelike as _};
use serde::Serialize;
use twinning_api::kernel::call::Lang;
use twinning_api::training::wire::{LessonBody, MaterialBody};

use crate::shell::pieces;

/// A lesson with what a card shows of it.
#[derive(Clone, Debug, Serialize)]
struct Card {
    #[serde(flatten)]
    lesson: LessonBody,
    /// Names of the lecturers, or nothing.
    lecturer: String,
    /// Whether it is running.
    now: bool,
    /// What is handed out in it.
    materials: Vec<MaterialBody>,
}

/// A day of the week's head.
#[derive(Clone, Debug, Serialize)]
struct Day {
    date: String,
    weekday: String,
    month_day: String,
    day: String,
    today: bool,
    chosen: bool,
}

/// What one day holds in one part of it.
#[derive(Clone, Debug, Default, Serialize)]
struct Cell {
    today: bool,
    lessons: Vec<Card>,
}

/// Morning, afternoon or evening, with a cell for each day.
#[derive(Clone, Debug, Serialize)]
struct Part {
    key: &'static str,
    cells: Vec<Cell>,
}

/// The whole timetable.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Week {
    days: Vec<Day>,
    parts: Vec<Part>,
    /// Lessons of the chosen day, for phones.
    chosen: Vec<Card>,
    count: usize,
}

const PARTS: &[(&str, u32)] = &[("morning", 12), ("afternoon", 18), ("evening", 24)];

impl Week {
    /// Lays the lessons out; `asked` is the day chosen on a phone, else today, else the first.
    pub(super) fn of(
        lessons: Vec<LessonBody>,
        materials: &[MaterialBody],
        now: DateTime<FixedOffset>,
        asked: Option<NaiveDate>,
        lang: Lang,
    ) -> Self {
        let today = now.date_naive();
        let mut dates: Vec<NaiveDate> = lessons.iter().map(|lesson| lesson.on_date).collect();
        dates.sort();
        dates.dedup();
        let in_it = |day: &NaiveDate| dates.contains(day);
        let chosen = asked.filter(in_it).or(Some(today).filter(in_it)).or(dates.first().copied());
        let cards: Vec<Card> = lessons
            .into_iter()
            .map(|lesson| Card {
                lecturer: lesson.lecturers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("、"),
                now: lesson.on_date == today && lesson.starts <= now.time() && now.time() < lesson.ends,
                materials: materials.iter().filter(|one| one.lesson_id == Some(lesson.id)).cloned().collect(),
                lesson,
            })
            .collect();
        let mut from = 0;
        let mut parts = Vec::new();
        for (key, until) in PARTS {
            let here = |card: &&Card| (from..*until).contains(&card.lesson.starts.hour());
            if cards.iter().any(|card| here(&card)) {
                let cells = dates.iter().map(|day| Cell {
                    today: *day == today,
                    lessons: cards.iter().filter(|card| card.lesson.on_date == *day).filter(here).cloned().collect(),
                });
                parts.push(Part { key, cells: cells.collect() });
            }
            from = *until;
        }
        Self {
            count: dates.len(),
            days: dates
                .iter()
                .map(|day| Day {
                    date: day.to_string(),
                    weekday: pieces::weekday(lang, *day),
                    month_day: pieces::month_day(lang, *day),
                    day: day.format("%-d").to_string(),
                    today: *day == today,
                    chosen: Some(*day) == chosen,
                })
                .collect(),
            parts,
            chosen: cards.into_iter().filter(|card| Some(card.lesson.on_date) == chosen).collect(),
        }
    }
}
