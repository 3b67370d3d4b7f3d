//! Reading values as people write them: dates, phones, lists, provenance.

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use twinning_entity::provenance::Provenance;

use crate::kernel::text;
use crate::transfer::sheet::{Cell, folded};

/// What stands there is no date between 1900 and 2200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDate;

/// A date read from a cell; `year` completes one without a year, and whether it did is told.
///
/// # Errors
/// When the text is no date between 1900 and 2200.
pub fn date(cell: &Cell, year: Option<i32>) -> Result<Option<(NaiveDate, bool)>, NoDate> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Date(at) => sensible(at.date()).map(|day| Some((day, false))),
        Cell::Number(number) => serial(*number).map(|day| Some((day, false))),
        Cell::Text(text) => written(&folded(text), year),
        Cell::Time(_) | Cell::Bool(_) | Cell::Error => Err(NoDate),
    }
}

fn sensible(day: NaiveDate) -> Result<NaiveDate, NoDate> {
    if (1900..=2200).contains(&day.year()) { Ok(day) } else { Err(NoDate) }
}

/// A serial number of a spreadsheet, or eight digits of a date.
fn serial(number: f64) -> Result<NaiveDate, NoDate> {
    if number.fract() != 0.0 && !(1.0..80_000.0).contains(&number) {
        return Err(NoDate);
    }
    if (19_000_101.0..=22_001_231.0).contains(&number) {
        return digits(&format!("{number:.0}"));
    }
    if !(20_000.0..80_000.0).contains(&number) {
        return Err(NoDate);
    }
    let base = NaiveDate::from_ymd_opt(1899, 12, 30).ok_or(NoDate)?;
    base.checked_add_days(chrono::Days::new(number.floor() as u64)).ok_or(NoDate).and_then(sensible)
}

fn digits(text: &str) -> Result<NaiveDate, NoDate> {
    NaiveDate::parse_from_str(text, "%Y%m%d").map_err(|_| NoDate).and_then(sensible)
}

fn written(text: &str, year: Option<i32>) -> Result<Option<(NaiveDate, bool)>, NoDate> {
    if text.is_empty() {
        return Ok(None);
    }
    let text = in_digits(text);
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.len() {
            8 => digits(&text).map(|day| Some((day, false))),
            5 => serial(text.parse().map_err(|_| NoDate)?).map(|day| Some((day, false))),
            _ => Err(NoDate),
        };
    }
    let (parts, rest) = numbers(&text);
    if !says_nothing_new(rest) {
        return Err(NoDate);
    }
    match parts.as_slice() {
        [y, m, d] => {
            let y = i32::try_from(*y).map_err(|_| NoDate)?;
            let y = if (0..100).contains(&y) { 2_000 + y } else { y };
            let day = NaiveDate::from_ymd_opt(y, *m, *d).ok_or(NoDate)?;
            sensible(day).map(|day| Some((day, false)))
        }
        [m, d] => {
            let day = NaiveDate::from_ymd_opt(year.ok_or(NoDate)?, *m, *d).ok_or(NoDate)?;
            Ok(Some((day, true)))
        }
        _ => Err(NoDate),
    }
}

/// The first numbers of a text, at most three, parted by the marks of a date with or without spaces; and the rest.
fn numbers(text: &str) -> (Vec<u32>, &str) {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while parts.len() < 3 {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let Some(number) = rest.get(..end).and_then(|digits| digits.parse().ok()) else { break };
        parts.push(number);
        rest = rest.get(end..).unwrap_or_default().trim_start();
        let Some(after) = rest.strip_prefix(['年', '月', '-', '/', '.', '。']) else { break };
        rest = after.trim_start();
    }
    (parts, rest.strip_prefix(['日', '号']).unwrap_or(rest).trim_start())
}

/// A weekday, a part of the day or a time behind a date.
fn says_nothing_new(rest: &str) -> bool {
    let is_time = rest.strip_prefix('T').unwrap_or(rest).starts_with(|c: char| c.is_ascii_digit())
        && rest.chars().all(|c| {
            c.is_ascii_digit() || matches!(c, ':' | '.' | '+' | '-' | 'T' | 'Z' | '时' | '点' | '分' | '秒' | '~' | ' ')
        });
    rest.is_empty()
        || is_time
        || ["星期", "周", "礼拜", "上午", "下午", "中午", "早", "晚", "全天", "(", "（", ",", "，"]
            .iter()
            .any(|word| rest.starts_with(word))
}

/// A date in Chinese numerals (二〇一九年十二月二十三日) in digits; anything else as it is.
fn in_digits(text: &str) -> String {
    const NUMERALS: &str = "〇一二三四五六七八九";
    let numeral = |c: char| match c {
        '零' | '○' => Some(0),
        c => NUMERALS.chars().position(|known| known == c),
    };
    if !text.chars().any(|c| numeral(c).is_some() || c == '十') {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut run: Vec<char> = Vec::new();
    for c in text.chars().chain(std::iter::once('\n')) {
        if numeral(c).is_some() || c == '十' {
            run.push(c);
            continue;
        }
        let number = match run.iter().position(|c| *c == '十') {
            // 十二 is 12, 二十 is 20, 二十三 is 23.
            Some(ten) => {
                let tens = if ten == 0 { Some(1) } else { run.first().copied().and_then(numeral) };
                let ones = run.get(ten + 1).copied().map_or(Some(0), numeral);
                tens.zip(ones).map(|(tens, ones)| (tens * 10 + ones).to_string()).unwrap_or_default()
            }
            None => run.iter().filter_map(|c| numeral(*c)).map(|digit| digit.to_string()).collect(),
        };
        out.push_str(&number);
        run.clear();
        if c != '\n' {
            out.push(c);
        }
    }
    out
}

/// A time of day.
#[must_use]
pub fn time(cell: &Cell) -> Option<NaiveTime> {
    match cell {
        Cell::Time(time) => Some(*time),
        Cell::Date(at) => Some(at.time()),
        Cell::Number(number) if (0.0..1.0).contains(number) => {
            NaiveTime::from_num_seconds_from_midnight_opt((number * 86_400.0).round() as u32, 0)
        }
        Cell::Text(text) => clock(&folded(text)),
        _ => None,
    }
}

/// A time as people write it: 8:30, 8时30分, 下午2:30, 14：00:00.
fn clock(text: &str) -> Option<NaiveTime> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let (bare, half) = match (bare.strip_suffix("am"), bare.strip_suffix("pm")) {
        (Some(rest), _) => (rest.to_owned(), ""),
        (_, Some(rest)) => (rest.to_owned(), "下午"),
        _ => (bare, ""),
    };
    let bare = format!("{half}{bare}");
    let (bare, afternoon) = match ["下午", "晚上", "晚"].iter().find_map(|word| bare.strip_prefix(word)) {
        Some(rest) => (rest.to_owned(), true),
        None => {
            let rest = ["上午", "早上", "中午"].iter().find_map(|word| bare.strip_prefix(word));
            (rest.unwrap_or(&bare).to_owned(), false)
        }
    };
    let bare = bare.replace('半', "30").replace(['：', '时', '点', '.'], ":").replace('分', "");
    let bare = bare.trim_end_matches(':');
    let bare = match (bare.contains(':'), bare.len()) {
        (true, _) => bare.to_owned(),
        // 830 and 1430 as clocks are read aloud.
        (false, 3 | 4) => {
            let (hours, minutes) = bare.split_at_checked(bare.len() - 2)?;
            format!("{hours}:{minutes}")
        }
        _ => format!("{bare}:00"),
    };
    let read = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(&bare, form).ok())?;
    if afternoon && chrono::Timelike::hour(&read) < 12 {
        return Some(read.overflowing_add_signed(chrono::TimeDelta::hours(12)).0);
    }
    Some(read)
}

/// A mobile number.
///
/// # Errors
/// `missing_phone`, `phone_precision_lost` or `bad_phone`, as `data/messy` names them.
pub fn phone(cell: Option<&Cell>) -> Result<String, &'static str> {
    let text = match cell {
        None | Some(Cell::Empty | Cell::Error) => return Err("missing_phone"),
        Some(Cell::Number(number)) if (0.0..1e15).contains(number) => format!("{number:.0}"),
        Some(Cell::Number(_)) => return Err("bad_phone"),
        Some(other) => folded(&other.text()),
    };
    if ["", "无", "暂无", "-", "/", "—", "#n/a", "#ref!"].contains(&text.to_lowercase().as_str()) {
        return Err("missing_phone");
    }
    let bare: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–' | '—' | '－')).collect();
    // A number written with an exponent can be restored only when all its eleven digits are there.
    let bare = match bare.to_ascii_lowercase().split_once('e') {
        Some((mantissa, exponent)) if mantissa.parse::<f64>().is_ok() => restored(mantissa, exponent)?,
        _ => bare,
    };
    let bare = bare.strip_suffix(".0").unwrap_or(&bare);
    text::mobile(bare).ok_or("bad_phone")
}

fn restored(mantissa: &str, exponent: &str) -> Result<String, &'static str> {
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let power: i32 = exponent.trim_start_matches('+').parse().map_err(|_| "bad_phone")?;
    if power != 10 {
        return Err("bad_phone");
    }
    if digits.len() >= 11 { Ok(digits.get(..11).unwrap_or_default().to_owned()) } else { Err("phone_precision_lost") }
}

/// A person's name: folded (NFKC), no white space inside, one kind of separator (`domain.md` 5.7; `data/messy` rule 3).
#[must_use]
pub fn name(cell: Option<&Cell>) -> String {
    let Some(cell) = cell else { return String::new() };
    folded(&cell.text())
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if matches!(c, '•' | '・' | '‧' | '･' | '∙' | '.' | '．') { '·' } else { c })
        .collect()
}

/// Texts parted by the usual marks.
#[must_use]
pub fn list(text: &str) -> Vec<String> {
    text.split(['、', '；', ';', '，', ',', '|', '｜'])
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// Where a row comes from, by the words of the file.
#[must_use]
pub fn provenance(text: &str) -> Provenance {
    match text.to_lowercase().as_str() {
        "" => Provenance::Entered,
        "stated" | "stated in the report" => Provenance::Stated,
        "general" => Provenance::General,
        "inferred" | "assumed" => Provenance::Inferred,
        "synthetic" => Provenance::Synthetic,
        text if text.contains("合成") => Provenance::Synthetic,
        text if text.contains("概称") => Provenance::General,
        text if text.contains("载明") => Provenance::Stated,
        text if text.contains("推定") => Provenance::Inferred,
        _ => Provenance::Entered,
    }
}

/// A number of people: bare, or with 人, 名, 人次 behind it; in cells of spreadsheets also as 12.0.
#[must_use]
pub fn count(text: &str) -> Option<i32> {
    let bare = folded(text);
    let bare = ["人次", "人", "名", "个", "people", "persons"]
        .iter()
        .find_map(|unit| bare.strip_suffix(unit))
        .unwrap_or(&bare)
        .trim();
    let bare = bare.strip_prefix('约').unwrap_or(bare).trim();
    let bare = bare.strip_suffix(".0").unwrap_or(bare).replace(',', "");
    bare.parse().ok().filter(|number| (0..=1_000_000).contains(number))
}

/// Whether a text only says that there is nothing to say.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    ["", "无", "暂无", "不详", "未知", "-", "—", "——", "/", "n/a", "none"]
        .contains(&folded(text).to_lowercase().as_str())
}

/// Two times with something between them, as 08:30—10:00 or 下午2:30至5:00.
#[must_use]
pub fn span(text: &str) -> Option<(NaiveTime, NaiveTime)> {
    let text = folded(text);
    let (from, to) = text.split_once(['-', '—', '–', '~', '～', '至', '到', '－'])?;
    let to = to.trim_start_matches(['-', '—', '–', '~', '～']);
    let starts = clock(from)?;
    let ends = clock(to)?;
    // 下午2:30至5:00 says the part of the day once.
    let noon = NaiveTime::from_hms_opt(12, 0, 0)?;
    let later = ends.overflowing_add_signed(chrono::TimeDelta::hours(12)).0;
    let part = ["下午", "晚上", "晚"].iter().any(|word| from.trim_start().starts_with(word));
    let said_once = part && ends < starts && starts >= noon && ends < noon;
    Some((starts, if said_once { later } else { ends }))
}

/// Whether a text says yes.
#[must_use]
pub fn yes(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "是" | "有" | "需" | "需要" | "√" | "✓" | "y" | "yes" | "true" | "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn phones_are_read_as_people_write_them() {
        for written in
            ["199 0000 0001", "199-0000-0001", "+8619900000001", "008619900000001", "19900000001.0", "1.9900000001E+10"]
        {
            assert_eq!(phone(Some(&text(written))).as_deref(), Ok("19900000001"), "{written}");
        }
        assert_eq!(phone(Some(&Cell::Number(19_900_000_001.0))).as_deref(), Ok("19900000001"));
        assert_eq!(phone(Some(&text("1.99E+10"))), Err("phone_precision_lost"));
        assert_eq!(phone(Some(&text("0375-1234567"))), Err("bad_phone"));
        assert_eq!(phone(Some(&text("暂无"))), Err("missing_phone"));
        assert_eq!(phone(None), Err("missing_phone"));
        assert_eq!(phone(Some(&Cell::Number(-19_900_000_001.0))), Err("bad_phone"));
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        let day = NaiveDate::from_ymd_opt(2019, 12, 23).unwrap();
        for written in [
            "2019年12月23日",
            "2019.12.23",
            "2019/12/23",
            "20191223",
            "2019-12-23",
            "43822",
            "二〇一九年十二月二十三日",
            "2019 年 12 月 23 日",
            "2019. 12. 23",
            "2019年12月23日上午",
            "2019年12月23日（星期一）",
            "2019-12-23 星期一",
            "2019-12-23T08:30:00+08:00",
            "2019-12-23 08:30",
        ] {
            assert_eq!(date(&text(written), None), Ok(Some((day, false))), "{written}");
        }
        assert_eq!(date(&text("12月23日"), Some(2019)), Ok(Some((day, true))));
        assert_eq!(date(&Cell::Number(43_822.0), None), Ok(Some((day, false))));
        for wrong in ["2019-13-40", "下周一", "12月23日", "2019年12月", "2019-12-23至27"] {
            assert_eq!(date(&text(wrong), None), Err(NoDate), "{wrong}");
        }
        assert_eq!(date(&text(""), None), Ok(None));
    }

    #[test]
    fn times_and_names_are_read_as_people_write_them() {
        for (written, hour, minute) in [
            ("8:30", 8, 30),
            ("8时30分", 8, 30),
            ("下午2:30", 14, 30),
            ("14：00", 14, 0),
            ("9点", 9, 0),
            ("9点半", 9, 30),
            ("8:30 AM", 8, 30),
            ("2:30 pm", 14, 30),
            ("830", 8, 30),
        ] {
            assert_eq!(time(&text(written)), NaiveTime::from_hms_opt(hour, minute, 0), "{written}");
        }
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        assert_eq!(span("下午2:30至5:00"), Some((at(14, 30), at(17, 0))));
        assert_eq!(span("12:00-11:00"), Some((at(12, 0), at(11, 0))), "what is turned round is not guessed");
        assert_eq!((count("1,200"), count("约30人"), count("三十")), (Some(1_200), Some(30), None));
        assert_eq!(name(Some(&text("阿依•古丽"))), "阿依·古丽");
        assert_eq!(name(Some(&text(" 张　三 "))), "张三");
        assert_eq!(name(Some(&text("\u{2F9C}\u{2F00}"))), "足一", "radicals become characters");
    }
}
