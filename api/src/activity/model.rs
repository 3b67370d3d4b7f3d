//! Rules of an activity: which state may follow which, and what a record needs.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone as _, Utc};
use twinning_entity::activity::{ActivityKind, ActivityStatus};
use twinning_entity::ids::{FileId, PairingId};

use super::wire::{ActivityInput, PhotoInput};
use crate::kernel::clock::{day_of, shanghai};
use crate::kernel::error::{RefusalKind, Result, Rule};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::text;

/// Photos of one activity (`domain.md` 3.2, record form).
pub const PHOTOS_MAX: usize = 9;
/// How long after the end of a term a late entry is taken (A3).
#[must_use]
pub fn late_entry() -> Duration {
    Duration::days(30)
}

/// Refusals of work on activities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivityRule {
    /// The act does not fit the state.
    WrongState(ActivityStatus, Vec<String>),
    /// The pairing is not active on that date (A3).
    PairingNotActive,
    /// A record needs minutes, a photo or a sign-in sheet.
    NoEvidence,
    /// A photo that is not the caller's fresh upload.
    PhotoUnknown,
    /// The side that submitted cannot confirm for the other.
    OwnRecord,
}

impl Rule for ActivityRule {
    fn code(&self) -> &'static str {
        match self {
            Self::WrongState(..) => "activity.wrong_state",
            Self::PairingNotActive => "activity.pairing_not_active",
            Self::NoEvidence => "activity.no_evidence",
            Self::PhotoUnknown => "activity.photo_unknown",
            Self::OwnRecord => "activity.own_record",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::WrongState(..) | Self::PairingNotActive => RefusalKind::Conflict,
            _ => RefusalKind::Unprocessable,
        }
    }

    fn state(&self) -> Option<(String, Vec<String>)> {
        match self {
            Self::WrongState(state, acts) => Some((state.word().to_owned(), acts.clone())),
            _ => None,
        }
    }
}

/// A record as checked: what was held, when, where, with whom.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Pairing it serves.
    pub pairing: PairingId,
    /// Kind.
    pub kind: ActivityKind,
    /// Title.
    pub title: String,
    /// Day it was held.
    pub held_on: NaiveDate,
    /// Start, if the clock time is known.
    pub starts_at: Option<DateTime<Utc>>,
    /// End, if stated.
    pub ends_at: Option<DateTime<Utc>>,
    /// Place; none for an activity online.
    pub place: Option<String>,
    /// Whether it was held online.
    pub online: bool,
    /// People of side A who attended.
    pub attended_a: Option<i32>,
    /// People of side B who attended.
    pub attended_b: Option<i32>,
    /// Guests.
    pub guests: Option<i32>,
    /// People served, in person-times.
    pub served_people: Option<i32>,
    /// Volunteers.
    pub volunteers: Option<i32>,
    /// Minutes each volunteer gave.
    pub volunteer_minutes: Option<i32>,
    /// Summary of what was said and done.
    pub summary: Option<String>,
    /// What was agreed.
    pub decisions: Option<String>,
    /// Consent to the photos.
    pub photo_consent: bool,
    /// Photos in order.
    pub photos: Vec<Photo>,
}

/// A photo of a draft.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Uploaded file.
    pub file: FileId,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Caption.
    pub caption: Option<String>,
}

impl Draft {
    /// Checks an input; all faults are told at once.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`].
    pub fn parse(input: ActivityInput, now: DateTime<Utc>) -> Result<Self> {
        let mut faults = Faults::default();
        let title = faults.take(text::line("title", &input.title, 60));
        let place = faults.take(text::optional_line("place", input.place.as_deref(), 100)).flatten();
        let summary = faults.take(text::optional_block("summary", input.summary.as_deref(), 2_000)).flatten();
        let decisions = faults.take(text::optional_block("decisions", input.decisions.as_deref(), 1_000)).flatten();
        if place.is_none() && !input.online {
            faults.add(FieldFault::new("place", "field.required"));
        }
        let held_on = faults.take(sensible_day("held_on", input.held_on));
        let starts_at = held_on.zip(input.start_time).and_then(|(day, time)| instant(day, time));
        let ends_at = held_on.zip(input.end_time).and_then(|(day, time)| instant(day, time));
        check_times(&mut faults, held_on, starts_at, ends_at, now);
        for (field, count) in [
            ("attended_a", input.attended_a),
            ("attended_b", input.attended_b),
            ("guests", input.guests),
            ("served_people", input.served_people),
            ("volunteers", input.volunteers),
            ("volunteer_minutes", input.volunteer_minutes),
        ] {
            if count.is_some_and(|count| !(0..=100_000).contains(&count)) {
                faults.add(FieldFault::new(field, "field.range"));
            }
        }
        let photos = photos(&mut faults, &title.clone().unwrap_or_default(), input.photos);
        if !photos.is_empty() && !input.photo_consent {
            faults.add(FieldFault::new("photo_consent", "activity.consent_required"));
        }
        faults.finish()?;
        Ok(Self {
            pairing: input.pairing_id,
            kind: input.kind,
            title: title.unwrap_or_default(),
            held_on: held_on.unwrap_or_default(),
            starts_at,
            ends_at,
            place,
            online: input.online,
            attended_a: input.attended_a,
            attended_b: input.attended_b,
            guests: input.guests,
            served_people: input.served_people,
            volunteers: input.volunteers,
            volunteer_minutes: input.volunteer_minutes,
            summary,
            decisions,
            photo_consent: input.photo_consent,
            photos,
        })
    }

    /// What a submitted record still lacks (`domain.md` 3.2: both counts, and one piece of evidence).
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for a count, [`ActivityRule::NoEvidence`].
    pub fn complete(&self) -> Result<()> {
        let mut faults = Faults::default();
        for (field, count) in [("attended_a", self.attended_a), ("attended_b", self.attended_b)] {
            if count.is_none() {
                faults.add(FieldFault::new(field, "field.required"));
            }
        }
        if self.starts_at.is_none() {
            faults.add(FieldFault::new("start_time", "field.required"));
        }
        faults.finish()?;
        if self.photos.is_empty() && self.summary.is_none() {
            return Err(ActivityRule::NoEvidence.into());
        }
        Ok(())
    }
}

fn photos(faults: &mut Faults, title: &str, input: Vec<PhotoInput>) -> Vec<Photo> {
    if input.len() > PHOTOS_MAX {
        faults.add(FieldFault::new("photos", "activity.too_many_photos").with("max", PHOTOS_MAX));
        return Vec::new();
    }
    let mut out = Vec::new();
    for (at, photo) in input.into_iter().enumerate() {
        let alt = faults.take(text::optional_line(&format!("photos/{at}/alt"), photo.alt.as_deref(), 120)).flatten();
        let caption =
            faults.take(text::optional_line(&format!("photos/{at}/caption"), photo.caption.as_deref(), 120)).flatten();
        let alt = alt.or_else(|| caption.clone()).unwrap_or_else(|| format!("{title}（{}）", at + 1));
        out.push(Photo { file: photo.file_id, alt, caption });
    }
    out
}

/// Dates lie between 1900 and 2200 (`reliability.md` I-03).
fn sensible_day(field: &str, day: NaiveDate) -> Result<NaiveDate, FieldFault> {
    use chrono::Datelike as _;
    if (1900..=2200).contains(&day.year()) { Ok(day) } else { Err(FieldFault::new(field, "field.range")) }
}

fn instant(day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
    shanghai().from_local_datetime(&day.and_time(time)).single().map(|at| at.with_timezone(&Utc))
}

/// An activity that is logged was held already, and ended after it began (A2).
fn check_times(
    faults: &mut Faults,
    held_on: Option<NaiveDate>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) {
    if held_on.is_some_and(|day| day > day_of(now)) || starts_at.is_some_and(|start| start > now) {
        faults.add(FieldFault::new("held_on", "activity.not_yet_held"));
    }
    if ends_at.is_some_and(|end| end > now) {
        faults.add(FieldFault::new("end_time", "activity.not_yet_held"));
    }
    if let (Some(start), Some(end)) = (starts_at, ends_at)
        && start >= end
    {
        faults.add(FieldFault::new("end_time", "activity.end_before_start"));
    }
}

/// What a side may do with an activity in a state, by its relation to it.
#[must_use]
pub fn acts(status: ActivityStatus, is_organiser: bool, is_counterpart: bool) -> Vec<&'static str> {
    match status {
        ActivityStatus::RecordDue if is_organiser => vec!["edit", "submit_record"],
        ActivityStatus::AwaitingConfirmation if is_counterpart => vec!["confirm", "return"],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> ActivityInput {
        ActivityInput {
            pairing_id: PairingId(uuid::Uuid::nil()),
            kind: ActivityKind::Symposium,
            title: "红色物业座谈".into(),
            held_on: "2020-05-10".parse().unwrap(),
            start_time: Some("14:30:00".parse().unwrap()),
            end_time: None,
            place: Some("新华区".into()),
            online: false,
            attended_a: Some(12),
            attended_b: Some(9),
            guests: None,
            served_people: None,
            volunteers: None,
            volunteer_minutes: None,
            summary: Some("交流".into()),
            decisions: None,
            photo_consent: false,
            photos: Vec::new(),
        }
    }

    fn now() -> DateTime<Utc> {
        "2020-05-11T00:00:00Z".parse().unwrap()
    }

    fn codes(input: ActivityInput) -> Vec<&'static str> {
        match Draft::parse(input, now()) {
            Err(crate::Error::Invalid(faults)) => faults.iter().map(|fault| fault.code).collect(),
            Ok(_) => Vec::new(),
            Err(other) => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn a_good_record_is_complete() {
        let draft = Draft::parse(input(), now()).unwrap();
        assert_eq!(draft.starts_at.unwrap().to_rfc3339(), "2020-05-10T06:30:00+00:00");
        draft.complete().unwrap();
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let bad = ActivityInput {
            title: " ".into(),
            place: None,
            attended_a: Some(-1),
            end_time: Some("14:00:00".parse().unwrap()),
            ..input()
        };
        assert_eq!(codes(bad), ["field.required", "field.required", "activity.end_before_start", "field.range"]);
        assert_eq!(
            codes(ActivityInput { held_on: "2020-05-12".parse().unwrap(), ..input() }),
            ["activity.not_yet_held"]
        );
    }

    #[test]
    fn a_record_needs_counts_and_one_piece_of_evidence() {
        let draft = Draft::parse(ActivityInput { summary: None, ..input() }, now()).unwrap();
        assert!(matches!(draft.complete(), Err(crate::Error::Refused(rule)) if rule.code() == "activity.no_evidence"));
        let draft = Draft::parse(ActivityInput { attended_b: None, ..input() }, now()).unwrap();
        assert!(matches!(draft.complete(), Err(crate::Error::Invalid(_))));
    }
}
