//! Text files: comma, semicolon or tab; UTF-8, UTF-16 with a mark, GB18030; and one JSON object a line.

use super::super::fault::FileFault;
use super::{Cell, Limits, Row, Sheet};

/// Records in which a header is looked for under each delimiter.
const HEAD: usize = 15;

pub(super) fn read(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
    known: &dyn Fn(&Sheet) -> bool,
) -> Result<Vec<Sheet>, FileFault> {
    let text = decoded(bytes)?;
    let head: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    if head.starts_with('<') {
        return Err(FileFault::new("import.save_as_xlsx"));
    }
    if text.contains('\0') {
        return Err(FileFault::new("import.broken"));
    }
    match crate::file::name::extension(file_name).as_str() {
        "jsonl" => jsonl(&text, limits),
        "csv" | "tsv" | "txt" => {
            let delimiter = delimiter(&text, known);
            Ok(vec![records(&text, delimiter, limits)?])
        }
        _ if head.starts_with('{') => Err(FileFault::new("import.wrong_extension").with("real", "jsonl")),
        _ => Err(FileFault::new("import.broken")),
    }
}

/// Text in whichever encoding it is; anything that does not decode is refused, never replaced.
fn decoded(bytes: &[u8]) -> Result<String, FileFault> {
    let wrong = || FileFault::new("roster.encoding");
    if let Some(rest) = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        return std::str::from_utf8(rest).map(ToOwned::to_owned).map_err(|_| wrong());
    }
    for (mark, encoding) in [([0xFF, 0xFE], encoding_rs::UTF_16LE), ([0xFE, 0xFF], encoding_rs::UTF_16BE)] {
        if let Some(rest) = bytes.strip_prefix(&mark) {
            let (text, broken) = encoding.decode_without_bom_handling(rest);
            return if broken { Err(wrong()) } else { Ok(text.into_owned()) };
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, broken) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    if broken || text.contains('\u{FFFD}') { Err(wrong()) } else { Ok(text.into_owned()) }
}

/// The records of a text; row numbers count records and empty lines, as people do (`data/messy`, rule 12).
fn records(text: &str, delimiter: u8, limits: &Limits) -> Result<Sheet, FileFault> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows: Vec<Row> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| FileFault::new("import.broken"))?;
        // The reader skips empty lines; people count them.
        let begin = record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        for _ in 0..empty_lines(text.as_bytes(), begin, limits.rows) {
            limits.check_row(rows.len())?;
            rows.push(Row { number: number(rows.len()), ..Row::default() });
        }
        limits.check_row(rows.len())?;
        limits.check_column(record.len().saturating_sub(1))?;
        let cells = record.iter().map(|field| Cell::Text(field.to_owned())).collect();
        rows.push(Row { number: number(rows.len()), cells, ..Row::default() });
    }
    Ok(Sheet { name: String::new(), rows })
}

fn number(before: usize) -> u32 {
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

/// Empty lines, at most `most` + 1, between the end of the last record, where the reader's position stands, and the
/// next record.
fn empty_lines(bytes: &[u8], begin: usize, most: usize) -> usize {
    let mut rest = bytes.get(begin..).unwrap_or_default();
    // The second half of the line end of the record before.
    if begin.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\r') {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut count = 0;
    while count <= most
        && let Some(after) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))
    {
        count += 1;
        rest = after;
    }
    count
}

/// The delimiter under which a header is found; else the one that stands most often outside quotes in the first lines.
fn delimiter(text: &str, known: &dyn Fn(&Sheet) -> bool) -> u8 {
    let head = beginning(text);
    let few = Limits { rows: HEAD * 4, ..Limits::ROSTER };
    let candidates = [b',', b';', b'\t', b'|'];
    let found = candidates.into_iter().find(|one| records(head, *one, &few).is_ok_and(|sheet| known(&sheet)));
    found.unwrap_or_else(|| {
        let mut counts = [0_usize; 4];
        let mut quoted = false;
        for byte in head.bytes() {
            quoted ^= byte == b'"';
            let at = candidates.iter().position(|one| *one == byte).filter(|_| !quoted);
            if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
                *count += 1;
            }
        }
        let most = counts.into_iter().max().unwrap_or(0);
        let best = candidates.into_iter().zip(counts).find(|(_, count)| *count == most);
        best.map_or(b',', |(delimiter, _)| delimiter)
    })
}

/// The first lines of a text, not cutting a quoted field in two.
fn beginning(text: &str) -> &str {
    let mut quoted = false;
    let mut lines = 0;
    for (at, byte) in text.bytes().enumerate().take(256 << 10) {
        quoted ^= byte == b'"';
        if byte == b'\n' && !quoted {
            lines += 1;
            if lines == HEAD {
                return text.get(..at).unwrap_or(text);
            }
        }
    }
    text.get(..256 << 10).unwrap_or(text)
}

fn jsonl(text: &str, limits: &Limits) -> Result<Vec<Sheet>, FileFault> {
    let broken = |line: usize| FileFault::new("import.bad_json_line").with("row", line);
    let mut header: Vec<String> = Vec::new();
    // Row 0 is the header; its keys are known once all lines were read.
    let mut rows = vec![Row::default()];
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        limits.check_row(rows.len() - 1)?;
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).map_err(|_| broken(at + 1))?;
        let mut cells = vec![Cell::Empty; header.len()];
        for (name, value) in object {
            match header.iter().position(|known| *known == name).and_then(|place| cells.get_mut(place)) {
                Some(cell) => *cell = json_cell(&value),
                None => {
                    limits.check_column(header.len())?;
                    header.push(name);
                    cells.push(json_cell(&value));
                }
            }
        }
        rows.push(Row { number: number(at), cells, ..Row::default() });
    }
    if let Some(first) = rows.first_mut() {
        first.cells = header.into_iter().map(Cell::Text).collect();
    }
    Ok(vec![Sheet { name: String::new(), rows }])
}

fn json_cell(value: &serde_json::Value) -> Cell {
    match value {
        serde_json::Value::Null => Cell::Empty,
        serde_json::Value::Bool(yes) => Cell::Bool(*yes),
        serde_json::Value::Number(number) => {
            number.as_f64().filter(|number| number.is_finite()).map_or(Cell::Empty, Cell::Number)
        }
        serde_json::Value::String(text) => Cell::Text(text.clone()),
        serde_json::Value::Array(items) => Cell::Text(items.iter().map(item).collect::<Vec<_>>().join("；")),
        // An object of the API, such as `{"id": …, "code": …, "name": …}`, is called by what it is known by.
        serde_json::Value::Object(fields) => {
            let called = ["code", "id", "name"].iter().find_map(|name| fields.get(*name)?.as_str());
            Cell::Text(called.map_or_else(|| value.to_string(), ToOwned::to_owned))
        }
    }
}

/// One of several: a text as it is, a person or other object by its name.
fn item(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Object(fields) => {
            let called = ["name", "code", "id"].iter().find_map(|name| fields.get(*name)?.as_str());
            called.map_or_else(|| value.to_string(), ToOwned::to_owned)
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(text: &str, name: &str) -> Result<Vec<Sheet>, FileFault> {
        read(text.as_bytes(), name, &Limits::ROSTER, &|sheet| {
            sheet.rows.iter().any(|row| row.text(0) == "姓名" && row.text(1) == "电话")
        })
    }

    #[test]
    fn rows_are_numbered_by_records_and_empty_lines() {
        let sheets = read_as("姓名,电话\r\n\r\n\"甲\n乙\",1\n丙,2\n", "a.csv").unwrap();
        let numbers: Vec<(u32, String)> = sheets[0].rows.iter().map(|row| (row.number, row.text(0))).collect();
        let wanted = [(1, "姓名"), (2, ""), (3, "甲\n乙"), (4, "丙")];
        assert_eq!(numbers, wanted.map(|(number, text)| (number, text.to_owned())));
    }

    #[test]
    fn the_delimiter_is_the_one_under_which_there_is_a_header() {
        for text in ["填报单位：甲,乙,丙,丁\n姓名;电话;备注\n子;1;a,b,c,d,e\n", "\"a,b,c,d;;;\"\n姓名\t电话\n子\t1\n"]
        {
            let sheets = read_as(text, "a.txt").unwrap();
            assert!(sheets[0].rows.iter().any(|row| row.text(0) == "子" && row.text(1) == "1"), "{text}");
        }
    }

    #[test]
    fn many_keys_and_many_lines_are_refused_while_reading() {
        let keys: String = (0..300).map(|at| format!("{{\"k{at}\":1}}\n")).collect();
        assert_eq!(read_as(&keys, "a.jsonl").unwrap_err().code, "import.too_many_columns");
        assert_eq!(read_as(&"\n".repeat(1_000_000), "a.csv").unwrap()[0].rows.len(), 0);
        assert_eq!(read_as(&format!("{}a", "\n".repeat(30_000)), "a.csv").unwrap_err().code, "import.too_many_rows");
        assert_eq!(read_as(&"a\n".repeat(30_000), "a.csv").unwrap_err().code, "import.too_many_rows");
    }
}
