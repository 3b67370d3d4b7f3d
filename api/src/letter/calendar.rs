//! Working days: Monday to Friday, save the days that the calendar names (`domain.md` 3: holidays shift working days).

use chrono::{Datelike as _, Duration, NaiveDate, Weekday};
use sea_orm::ConnectionTrait;

use super::store;
use crate::kernel::error::Result;

/// Whether a day is a working day.
///
/// # Errors
/// The engine's error.
pub async fn is_working(conn: &impl ConnectionTrait, day: NaiveDate) -> Result<bool> {
    let named = store::calendar_day(conn, day).await?.map(|found| found.working);
    Ok(named.unwrap_or(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun)))
}

/// Whether a day is the first working day of its week.
///
/// # Errors
/// The engine's error.
pub async fn begins_week(conn: &impl ConnectionTrait, day: NaiveDate) -> Result<bool> {
    if !is_working(conn, day).await? {
        return Ok(false);
    }
    let monday = day - Duration::days(i64::from(day.weekday().num_days_from_monday()));
    let mut before = monday;
    while before < day {
        if is_working(conn, before).await? {
            return Ok(false);
        }
        before += Duration::days(1);
    }
    Ok(true)
}
