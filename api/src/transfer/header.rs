//! Finding the header row and telling rows of data from titles, sums and notes.

use super::sheet::{Row, Sheet, folded};

/// A column that is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name of the field.
    pub field: &'static str,
    /// Headings it goes by, without spaces and notes.
    pub names: &'static [&'static str],
    /// Whether a sheet without it is no sheet of this kind.
    pub required: bool,
}

/// Shorthand for a column.
#[must_use]
pub const fn column(field: &'static str, required: bool, names: &'static [&'static str]) -> Column {
    Column { field, names, required }
}

/// A header that was found.
#[derive(Clone, Debug)]
pub struct Header {
    /// Where it stands among the rows.
    pub at: usize,
    /// Column of each field that was recognised.
    places: Vec<(&'static str, usize)>,
    /// Headings as written.
    pub headings: Vec<String>,
}

/// Rows in which a header is looked for.
const HEAD: usize = 10;

impl Header {
    /// The header of a sheet; none when it lacks a required column.
    #[must_use]
    pub fn find(sheet: &Sheet, columns: &[Column]) -> Option<Self> {
        sheet.rows.iter().take(HEAD).enumerate().find_map(|(at, row)| Self::of(at, row, columns))
    }

    fn of(at: usize, row: &Row, columns: &[Column]) -> Option<Self> {
        let places = recognised(row, columns);
        let whole =
            columns.iter().filter(|one| one.required).all(|one| places.iter().any(|(field, _)| *field == one.field));
        whole.then(|| Self { at, places, headings: row.cells.iter().map(super::sheet::Cell::text).collect() })
    }

    /// Column of a field.
    #[must_use]
    pub fn place(&self, field: &str) -> Option<usize> {
        self.places.iter().find(|(known, _)| *known == field).map(|(_, place)| *place)
    }

    /// Heading of a field as written.
    #[must_use]
    pub fn heading(&self, field: &str) -> Option<&str> {
        self.headings.get(self.place(field)?).map(String::as_str)
    }

    /// Text of a field in a row; empty when the column is not there.
    #[must_use]
    pub fn text(&self, row: &Row, field: &str) -> String {
        self.place(field).map(|place| row.text(place)).unwrap_or_default()
    }

    /// What a row is, other than data; none for a row of data.
    #[must_use]
    pub fn ignored(&self, at: usize, row: &Row, columns: &[Column]) -> Option<&'static str> {
        if row.is_blank() {
            return Some("blank");
        }
        if at == self.at {
            return Some("header");
        }
        if at < self.at {
            let some = recognised(row, columns).len();
            return Some(if some > 0 && at + 1 == self.at && !row.merged { "header" } else { "title" });
        }
        if Self::of(at, row, columns).is_some() {
            return Some("header");
        }
        let first: String = row
            .cells
            .iter()
            .map(super::sheet::Cell::text)
            .find(|text| !text.is_empty())
            .map(|text| text.split_whitespace().collect())
            .unwrap_or_default();
        if ["合计", "小计", "总计", "共计"].iter().any(|word| first.starts_with(word)) {
            return Some("summary");
        }
        if ["备注", "说明", "注:", "注：", "填表人"].iter().any(|word| first.starts_with(word)) || first == "注"
        {
            return Some("note");
        }
        row.merged.then_some("group")
    }
}

fn recognised(row: &Row, columns: &[Column]) -> Vec<(&'static str, usize)> {
    let mut out: Vec<(&'static str, usize)> = Vec::new();
    for (place, cell) in row.cells.iter().enumerate() {
        let heading = plain(&cell.text());
        if heading.is_empty() {
            continue;
        }
        let known = columns.iter().find(|one| one.field == heading || one.names.contains(&heading.as_str()));
        if let Some(known) = known
            && !out.iter().any(|(field, _)| *field == known.field)
        {
            out.push((known.field, place));
        }
    }
    out
}

/// A heading without spaces, asterisks and bracketed notes.
#[must_use]
pub fn plain(heading: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_u32;
    for c in folded(heading).chars() {
        match c {
            '(' | '（' | '[' | '【' | '〔' => depth += 1,
            ')' | '）' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            _ if depth > 0 || c.is_whitespace() || matches!(c, '*' | '＊' | ':' | '：') => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_stripped_to_what_they_say() {
        assert_eq!(plain("* 姓 名（必填）"), "姓名");
        assert_eq!(plain("Ｐｈｏｎｅ [11 digits]"), "phone");
    }
}
