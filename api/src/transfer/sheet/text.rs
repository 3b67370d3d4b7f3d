//! Text files: comma, semicolon or tab; UTF-8, UTF-16 with a mark, GB18030; and one JSON object a line.

use super::super::fault::FileFault;
use super::{Cell, Limits, Row, Sheet};

pub(super) fn read(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Vec<Sheet>, FileFault> {
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
        "csv" | "tsv" | "txt" => csv(&text, limits),
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

fn csv(text: &str, limits: &Limits) -> Result<Vec<Sheet>, FileFault> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut number = 0_u32;
    for record in reader.records() {
        let record = record.map_err(|_| FileFault::new("import.broken"))?;
        // The reader skips empty lines; people count them.
        let begin = record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        for _ in 0..empty_lines(text.as_bytes(), begin) {
            number += 1;
            rows.push(Row { number, ..Row::default() });
        }
        number += 1;
        let cells = record.iter().map(|field| Cell::Text(field.to_owned())).collect();
        rows.push(Row { number, cells, ..Row::default() });
        if rows.len() > limits.rows {
            return Err(FileFault::new("import.too_many_rows").with("max", limits.rows));
        }
    }
    Ok(vec![Sheet { name: String::new(), rows }])
}

/// Empty lines between the end of the last record, where the reader's position stands, and the next record.
fn empty_lines(bytes: &[u8], begin: usize) -> usize {
    let mut rest = bytes.get(begin..).unwrap_or_default();
    // The second half of the line end of the record before.
    if begin > 0 && bytes.get(begin - 1) == Some(&b'\r') {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut count = 0;
    while let Some(after) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) {
        count += 1;
        rest = after;
    }
    count
}

/// The delimiter that parts the first lines into the most fields.
fn delimiter(text: &str) -> u8 {
    let head: Vec<&str> = text.lines().take(10).collect();
    let count = |c: char| head.iter().map(|line| line.matches(c).count()).sum::<usize>();
    [(b',', count(',')), (b';', count(';')), (b'\t', count('\t'))]
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(delimiter, _)| delimiter)
}

fn jsonl(text: &str, limits: &Limits) -> Result<Vec<Sheet>, FileFault> {
    let broken = |line: usize| FileFault::new("import.bad_json_line").with("row", line);
    let mut header: Vec<String> = Vec::new();
    let mut objects = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).map_err(|_| broken(at + 1))?;
        for name in object.keys() {
            if !header.contains(name) {
                header.push(name.clone());
            }
        }
        if header.len() > limits.columns {
            return Err(FileFault::new("import.too_many_columns").with("max", limits.columns));
        }
        if objects.len() > limits.rows {
            return Err(FileFault::new("import.too_many_rows").with("max", limits.rows));
        }
        objects.push((at + 1, object));
    }
    let mut rows = vec![Row { number: 0, cells: header.iter().cloned().map(Cell::Text).collect(), ..Row::default() }];
    for (line, object) in objects {
        let cells = header.iter().map(|name| object.get(name).map_or(Cell::Empty, json_cell)).collect();
        rows.push(Row { number: u32::try_from(line).unwrap_or(u32::MAX), cells, ..Row::default() });
    }
    Ok(vec![Sheet { name: String::new(), rows }])
}

fn json_cell(value: &serde_json::Value) -> Cell {
    match value {
        serde_json::Value::Null => Cell::Empty,
        serde_json::Value::Bool(yes) => Cell::Bool(*yes),
        serde_json::Value::Number(number) => number.as_f64().map_or(Cell::Empty, Cell::Number),
        serde_json::Value::String(text) => Cell::Text(text.clone()),
        serde_json::Value::Array(items) => {
            Cell::Text(items.iter().filter_map(|item| item.as_str()).collect::<Vec<_>>().join("、"))
        }
        object @ serde_json::Value::Object(_) => Cell::Text(object.to_string()),
    }
}
