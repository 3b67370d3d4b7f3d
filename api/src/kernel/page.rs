//! Paging by cursor: stable under writes, at most 100 rows, a total only when asked for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use super::error::{Error, Result};

/// Rows of a page when the caller names no number.
pub const DEFAULT_LIMIT: u64 = 20;
/// Most rows of a page (`contract.md` 4).
pub const MAX_LIMIT: u64 = 100;

/// Which part of a list is wanted.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// Rows wanted, 1–100.
    pub limit: u64,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// Rows to skip, for the page numbers of the portal (`reliability.md` I-02: up to row 10 000).
    pub skip: u64,
    /// Whether the total is wanted.
    pub count: bool,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, skip: 0, count: false }
    }
}

impl PageRequest {
    /// The first `limit` rows.
    #[must_use]
    pub fn first(limit: u64) -> Self {
        Self { limit, ..Self::default() }
    }

    /// A page as asked for over the API.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit outside 1–100.
    pub fn asked(limit: Option<u64>, cursor: Option<String>, count: Option<bool>) -> Result<Self> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if limit == 0 || limit > MAX_LIMIT {
            return Err(Error::field("limit", "field.range"));
        }
        Ok(Self { limit, cursor, skip: 0, count: count.unwrap_or(false) })
    }

    /// Page `number` (from 1) of the portal.
    #[must_use]
    pub fn numbered(number: u64, limit: u64) -> Self {
        let number = number.clamp(1, 10_000 / limit.max(1));
        Self { limit, cursor: None, skip: (number - 1) * limit, count: true }
    }

    /// The values at which the last page ended.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor that this list did not make.
    pub fn after<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let broken = || Error::field("cursor", "field.cursor");
        if cursor.len() > 512 {
            return Err(broken());
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| broken())?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| broken())
    }
}

/// Which part of a list without filters is wanted, as query parameters.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}

impl ListParams {
    /// The part of the list that is wanted.
    ///
    /// # Errors
    /// As [`PageRequest::asked`].
    pub fn request(self) -> Result<PageRequest> {
        PageRequest::asked(self.limit, self.cursor, self.count)
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last page.
    pub next_cursor: Option<String>,
    /// Number of all rows, only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// A page from `limit + 1` rows: the surplus row only tells that there is more.
    pub fn cut<C: Serialize>(mut rows: Vec<T>, at: &PageRequest, total: Option<u64>, end: impl Fn(&T) -> C) -> Self {
        let limit = usize::try_from(at.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().and_then(|last| encoded(&end(last))) } else { None };
        Self { items: rows, next_cursor, total }
    }

    /// A page of a list that is short by nature and at hand as a whole: milestones, versions, a timetable.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor that this list did not make.
    pub fn part(all: Vec<T>, at: &PageRequest) -> Result<Self> {
        let total = at.count.then_some(all.len() as u64);
        let skip: usize = at.after()?.unwrap_or(0);
        let limit = usize::try_from(at.limit).unwrap_or(usize::MAX);
        let rows: Vec<T> = all.into_iter().skip(skip).take(limit.saturating_add(1)).collect();
        Ok(Self::cut(rows, at, total, |_| skip.saturating_add(limit)))
    }

    /// The same page with each row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(turn).collect(), next_cursor: self.next_cursor, total: self.total }
    }
}

fn encoded<C: Serialize>(end: &C) -> Option<String> {
    serde_json::to_vec(end).ok().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

/// Tells an absent field (`None`) from one that is named and empty (`Some(None)`), for changes of objects.
///
/// # Errors
/// The deserialiser's.
pub fn named<'de, T, D>(reader: D) -> std::result::Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::<T>::deserialize(reader).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_list_is_cut_into_pages_too() {
        let at = PageRequest { count: true, ..PageRequest::first(2) };
        let first = Page::part(vec![1, 2, 3], &at).unwrap();
        assert_eq!((first.items.as_slice(), first.total), ([1, 2].as_slice(), Some(3)));
        let second = Page::part(vec![1, 2, 3], &PageRequest { cursor: first.next_cursor, ..at }).unwrap();
        assert_eq!((second.items.as_slice(), second.next_cursor), ([3].as_slice(), None));
    }

    #[test]
    fn a_cursor_brings_back_its_values() {
        let page = Page::cut(vec![1, 2, 3], &PageRequest::first(2), None, |n| *n);
        assert_eq!(page.items, [1, 2]);
        let next = PageRequest { cursor: page.next_cursor, ..PageRequest::first(2) };
        assert_eq!(next.after::<i32>().unwrap(), Some(2));
        assert!(PageRequest { cursor: Some("%%".into()), ..PageRequest::first(2) }.after::<i32>().is_err());
    }
}
