//! Finding the header row and telling rows of data from titles, sums and notes.

use std::collections::HashMap;

use super::sheet::{Cell, Row, Sheet, folded};

/// A column that is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name of the field.
    pub field: &'static str,
    /// Headings it goes by, the first in Chinese for people to read; spaces, marks and notes do not count.
    pub names: &'static [&'static str],
    /// Whether a sheet without it is no sheet of this kind.
    pub required: bool,
    /// Fields that do instead of a required one.
    pub or: &'static [&'static str],
}

/// Shorthand for a column.
#[must_use]
pub const fn column(field: &'static str, required: bool, names: &'static [&'static str]) -> Column {
    Column { field, names, required, or: &[] }
}

/// Shorthand for a required column instead of which others do.
#[must_use]
pub const fn either(field: &'static str, or: &'static [&'static str], names: &'static [&'static str]) -> Column {
    Column { field, names, required: true, or }
}

/// The columns of a kind, ready to be recognised in many rows.
pub struct Columns {
    all: &'static [Column],
    by_heading: HashMap<String, &'static str>,
}

impl Columns {
    /// The columns of a kind.
    #[must_use]
    pub fn new(all: &'static [Column]) -> Self {
        let mut by_heading = HashMap::new();
        for column in all {
            for name in std::iter::once(&column.field).chain(column.names) {
                by_heading.entry(plain(name)).or_insert(column.field);
            }
        }
        Self { all, by_heading }
    }

    /// Whether a sheet has a header of this kind.
    #[must_use]
    pub fn are_in(&self, sheet: &Sheet) -> bool {
        Header::find(sheet, self).is_some()
    }

    /// What people call the required columns, for saying which are missing: in Chinese the first name, in English the
    /// field.
    #[must_use]
    pub fn wanted(&self) -> (String, String) {
        let required: Vec<&Column> = self.all.iter().filter(|one| one.required).collect();
        let chinese: Vec<&str> = required.iter().map(|one| one.names.first().copied().unwrap_or(one.field)).collect();
        let english: Vec<String> = required.iter().map(|one| one.field.replace('_', " ")).collect();
        (chinese.join("、"), english.join(", "))
    }

    fn field_of(&self, cell: &Cell) -> Option<&'static str> {
        let Cell::Text(text) = cell else { return None };
        // No heading is that long, and folding every cell of every row takes time.
        if text.len() > 120 {
            return None;
        }
        self.by_heading.get(&plain(text)).copied()
    }

    fn places(&self, row: &Row) -> Vec<(&'static str, usize)> {
        let mut out: Vec<(&'static str, usize)> = Vec::new();
        for (place, cell) in row.cells.iter().enumerate() {
            if let Some(field) = self.field_of(cell)
                && !out.iter().any(|(known, _)| *known == field)
            {
                out.push((field, place));
            }
        }
        out
    }

    fn has_required(&self, places: &[(&'static str, usize)]) -> bool {
        let there = |field: &str| places.iter().any(|(known, _)| *known == field);
        self.all
            .iter()
            .filter(|one| one.required)
            .all(|one| there(one.field) || one.or.iter().any(|other| there(other)))
    }
}

/// A header that was found.
#[derive(Clone, Debug)]
pub struct Header {
    /// Where it begins among the rows.
    first: usize,
    /// Where it ends: a header may take two rows.
    last: usize,
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
    pub fn find(sheet: &Sheet, columns: &Columns) -> Option<Self> {
        (0..sheet.rows.len().min(HEAD)).find_map(|at| Self::at(sheet, at, columns))
    }

    /// The header that begins at a row. Where the next row names parts of it (联系方式 over 座机 and 手机), its places
    /// are the better ones.
    #[must_use]
    pub fn at(sheet: &Sheet, at: usize, columns: &Columns) -> Option<Self> {
        let row = sheet.rows.get(at)?;
        let mut places = columns.places(row);
        if !columns.has_required(&places) {
            return None;
        }
        let mut headings: Vec<String> = row.cells.iter().map(Cell::text).collect();
        let mut last = at;
        if let Some(below) = sheet.rows.get(at + 1).filter(|below| is_second_row(row, below, columns)) {
            last = at + 1;
            for (field, place) in columns.places(below) {
                places.retain(|(known, _)| *known != field);
                places.push((field, place));
            }
            for (place, cell) in below.cells.iter().enumerate() {
                let text = cell.text();
                match headings.get_mut(place) {
                    Some(heading) if !text.is_empty() => *heading = text,
                    Some(_) => {}
                    None => headings.push(text),
                }
            }
        }
        Some(Self { first: at, last, places, headings })
    }

    /// Whether a row stands below the header.
    #[must_use]
    pub fn is_before(&self, at: usize) -> bool {
        at > self.last
    }

    /// Column of a field.
    #[must_use]
    pub fn place(&self, field: &str) -> Option<usize> {
        self.places.iter().find(|(known, _)| *known == field).map(|(_, place)| *place)
    }

    /// Headings that no field was recognised under; numbers of rows say nothing and are left out.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        let used = |place: usize| self.places.iter().any(|(_, known)| *known == place);
        let says =
            |heading: &&String| !heading.is_empty() && !["序号", "no", "编号"].contains(&plain(heading).as_str());
        let open = self.headings.iter().enumerate().filter(|(place, _)| !used(*place)).map(|(_, heading)| heading);
        open.filter(says).map(|heading| heading.chars().take(40).collect()).take(30).collect()
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
    pub fn ignored(&self, at: usize, row: &Row, columns: &Columns) -> Option<&'static str> {
        if row.is_blank() {
            return Some("blank");
        }
        if (self.first..=self.last).contains(&at) {
            return Some("header");
        }
        if at < self.first {
            let some = columns.places(row).len();
            return Some(if some > 0 && at + 1 == self.first && !row.merged { "header" } else { "title" });
        }
        let (place, first) = row
            .cells
            .iter()
            .enumerate()
            .map(|(place, cell)| (place, cell.text()))
            .find(|(_, text)| !text.is_empty())
            .map(|(place, text)| (place, folded(&text).split_whitespace().collect::<String>()))
            .unwrap_or_default();
        if is_sum(&first) {
            return Some("summary");
        }
        // 说明书.docx in a list of documents begins like a note; what else the row needs tells that it is none.
        let said = |field: &str| self.place(field).map(|other| other == place || !row.text(other).is_empty());
        let is_data = !row.merged
            && columns.all.iter().filter(|one| one.required).all(|one| {
                let ways: Vec<bool> =
                    std::iter::once(one.field).chain(one.or.iter().copied()).filter_map(said).collect();
                ways.is_empty() || ways.contains(&true)
            });
        if !is_data && SUMS.iter().any(|word| first.starts_with(word)) {
            return Some("summary");
        }
        if !is_data && is_note(&first) {
            return Some("note");
        }
        row.merged.then_some("group")
    }
}

/// Words that a row of sums begins with.
const SUMS: [&str; 4] = ["合计", "小计", "总计", "共计"];

/// Whether a cell is the word of a sum, with its number or a colon at most: nothing else is called so.
fn is_sum(first: &str) -> bool {
    let rest = SUMS.iter().find_map(|word| first.strip_prefix(word));
    rest.is_some_and(|rest| {
        let rest = rest.trim_start_matches([':', '：']);
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        ["", "人", "名", "个", "对", "项", "次", "条", "家"].contains(&rest)
    })
}

fn is_note(first: &str) -> bool {
    let numbered = first.strip_prefix('注').is_some_and(|rest| {
        rest.is_empty()
            || rest.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with([':', '：', '.', '、', '意'])
    });
    let signed = ["制表人", "制表单位", "审核人", "填报单位", "填表单位", "填表日期", "填报日期", "制表日期", "联系人"]
        .iter()
        .any(|word| first.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '：'])));
    let begins =
        ["备注", "说明", "填表人", "填报人", "填表说明", "填报说明"].iter().any(|word| first.starts_with(word));
    numbered || signed || begins
}

/// Whether `below` goes on with a header: it names columns, and holds nothing but headings, those of the row above
/// among them where cells are merged.
fn is_second_row(above: &Row, below: &Row, columns: &Columns) -> bool {
    let named = columns.places(below).len();
    if named == 0 || below.merged {
        return false;
    }
    let mut new = 0;
    for (place, cell) in below.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        if above.cells.get(place).is_some_and(|over| over.text() == cell.text()) {
            continue;
        }
        match cell {
            // Data would hold numbers, dates or other people's names.
            Cell::Text(text) if columns.field_of(cell).is_some() || is_like_a_heading(text) => new += 1,
            _ => return false,
        }
    }
    new > 0
}

/// Parts of a heading that no field is named by.
fn is_like_a_heading(text: &str) -> bool {
    ["座机", "办公电话", "固定电话", "宅电", "邮箱", "传真", "微信", "民族", "年龄", "学历", "籍贯"]
        .contains(&plain(text).as_str())
}

/// A heading without case, spaces, marks and bracketed notes.
#[must_use]
pub fn plain(heading: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_u32;
    for c in folded(heading).chars() {
        match c {
            '(' | '（' | '[' | '【' | '〔' => depth += 1,
            ')' | '）' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            _ if depth > 0 || c.is_whitespace() => {}
            '*' | '＊' | ':' | '：' | '_' | '-' | '—' | '/' | '.' | '、' | '\'' | '“' | '”' | '"' => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: &[Column] = &[column("name", true, &["姓名"]), column("phone", true, &["电话", "手机", "联系方式"])];

    fn row(number: u32, cells: &[&str]) -> Row {
        let cells = cells.iter().map(|text| Cell::Text((*text).to_owned())).collect();
        Row { number, cells, ..Row::default() }
    }

    #[test]
    fn headings_are_stripped_to_what_they_say() {
        assert_eq!(plain("* 姓 名（必填）"), "姓名");
        assert_eq!(plain("Ｐｈｏｎｅ [11 digits]"), "phone");
        assert_eq!(plain("Start_Time"), plain("start time"));
        assert_eq!(plain("职务/职级"), "职务职级");
    }

    #[test]
    fn the_second_row_of_a_header_says_where_the_mobile_number_is() {
        let columns = Columns::new(PEOPLE);
        let rows = vec![
            row(1, &["姓名", "联系方式", "联系方式"]),
            row(2, &["姓名", "座机", "手机"]),
            row(3, &["甲", "0375-1", "19900000001"]),
        ];
        let sheet = Sheet { name: String::new(), rows };
        let header = Header::find(&sheet, &columns).unwrap();
        assert_eq!(header.place("phone"), Some(2));
        assert_eq!(header.ignored(1, &sheet.rows[1], &columns), Some("header"));
        assert_eq!(header.ignored(2, &sheet.rows[2], &columns), None);
    }

    #[test]
    fn notes_are_told_from_data_that_begins_like_them() {
        let columns = Columns::new(PEOPLE);
        let rows = vec![row(1, &["备注", "姓名", "电话"])];
        let sheet = Sheet { name: String::new(), rows };
        let header = Header::find(&sheet, &columns).unwrap();
        for (cells, wanted) in [
            (["注1：甲", "", ""], Some("note")),
            (["注意事项", "", ""], Some("note")),
            (["合计", "", ""], Some("summary")),
            (["合计：2人", "3人", ""], Some("summary")),
            (["制表人：甲", "", ""], Some("note")),
            (["说明书", "甲", "1"], None),
            (["注册员", "", ""], None),
        ] {
            assert_eq!(header.ignored(5, &row(6, &cells), &columns), wanted, "{cells:?}");
        }
    }
}
