//! Small marks that several pages draw: the tile of a day, a day in a sentence, the mark of a file's format.

use chrono::{Datelike as _, NaiveDate};
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext};
use twinning_api::kernel::call::Lang;

use super::render::{lang_of, param};
use super::words;

fn day_of(text: &str) -> Option<NaiveDate> {
    text.get(..10)?.parse().ok()
}

/// `{{tile date}}`: day large, year and month small.
pub(super) fn tile(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = param(helper, 0);
    let Some(day) = day_of(&text) else { return Ok(()) };
    let iso = day.format("%Y-%m-%d");
    out.write(&format!(
        "<time class=\"date\" datetime=\"{iso}\"><b>{}</b><span>{}</span></time>",
        day.format("%d"),
        day.format("%Y-%m")
    ))?;
    Ok(())
}

/// The day of the week in words.
#[must_use]
pub fn weekday(lang: Lang, day: NaiveDate) -> String {
    words::plain(lang, &format!("weekday-{}", day.format("%u")))
}

/// Month and day as a sentence has them: 12月23日, 23 Dec.
#[must_use]
pub fn month_day(lang: Lang, day: NaiveDate) -> String {
    match lang {
        Lang::Zh => day.format("%-m月%-d日").to_string(),
        Lang::En => day.format("%-d %b").to_string(),
    }
}

/// `{{longdate date}}`: year, month, day and day of the week.
pub(super) fn longdate(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    context: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = param(helper, 0);
    let Some(day) = day_of(&text) else { return Ok(()) };
    let lang = lang_of(context);
    let weekday = weekday(lang, day);
    let said = match lang {
        Lang::Zh => format!("{}年{}（{weekday}）", day.format("%Y"), month_day(lang, day)),
        Lang::En => format!("{weekday} {} {}", month_day(lang, day), day.format("%Y")),
    };
    out.write(&said)?;
    Ok(())
}

/// `{{days from to}}`: the days something lasts; the year is said once when it is the same.
pub(super) fn days(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    context: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let (Some(from), Some(to)) = (day_of(&param(helper, 0)), day_of(&param(helper, 1))) else { return Ok(()) };
    let lang = lang_of(context);
    let short = |day: NaiveDate| match lang {
        Lang::Zh => format!("{}（{}）", month_day(lang, day), weekday(lang, day)),
        Lang::En => format!("{} {}", weekday(lang, day), month_day(lang, day)),
    };
    let (first, last) = (from.format("%Y"), to.format("%Y"));
    let same = from.year() == to.year();
    let said = match lang {
        Lang::Zh if from == to => format!("{first}年{}", short(from)),
        Lang::Zh if same => format!("{first}年{}–{}", short(from), short(to)),
        Lang::Zh => format!("{first}年{}–{last}年{}", short(from), short(to)),
        Lang::En if from == to => format!("{} {first}", short(from)),
        Lang::En if same => format!("{} – {} {last}", short(from), short(to)),
        Lang::En => format!("{} {first} – {} {last}", short(from), short(to)),
    };
    out.write(&said)?;
    Ok(())
}

/// `{{initial name}}`: the first character of a name, for the round mark beside it.
pub(super) fn initial(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    if let Some(first) = param(helper, 0).chars().next() {
        out.write(&handlebars::html_escape(&first.to_string()))?;
    }
    Ok(())
}

/// A text as a value of a query string.
#[must_use]
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The pages of a list, as its foot draws them.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Pager {
    /// What stands before `page=` in the address, from the question mark on.
    base: String,
    number: u64,
    pages: Vec<PageLink>,
    previous: Option<u64>,
    next: Option<u64>,
    /// Whether there is more than one page; with one, nothing is drawn.
    many: bool,
}

/// One number of the pager, or a gap between numbers.
#[derive(Clone, Debug, serde::Serialize)]
struct PageLink {
    number: u64,
    current: bool,
    gap: bool,
}

impl Pager {
    /// The pages of `total` rows, `rows` on each; `asked` are the filters that every link keeps.
    #[must_use]
    pub fn new(number: u64, rows: u64, total: u64, asked: &[(&str, &str)]) -> Self {
        let last = total.div_ceil(rows.max(1)).max(1);
        let mut pages = Vec::new();
        let mut before = 0;
        for page in (1..=last).filter(|page| *page == 1 || *page == last || page.abs_diff(number) <= 2) {
            if page > before + 1 {
                pages.push(PageLink { number: 0, current: false, gap: true });
            }
            pages.push(PageLink { number: page, current: page == number, gap: false });
            before = page;
        }
        let kept = asked.iter().filter(|(_, value)| !value.is_empty());
        Self {
            base: kept.fold("?".to_owned(), |base, (name, value)| format!("{base}{name}={}&", encoded(value))),
            number,
            pages,
            previous: (number > 1).then(|| number - 1),
            next: (number < last).then_some(number + 1),
            many: last > 1,
        }
    }

    /// The title of a page of the list: the number is said from the second on.
    #[must_use]
    pub fn titled(&self, lang: Lang, title: &str) -> String {
        if self.number < 2 {
            return title.to_owned();
        }
        let args = std::collections::HashMap::from([
            ("title".into(), title.into()),
            ("n".into(), fluent_templates::fluent_bundle::FluentValue::from(self.number)),
        ]);
        words::find(lang, "title-page", &args).unwrap_or_else(|| title.to_owned())
    }
}

/// `{{fi name}}`: the mark of a file's format, from its extension.
pub(super) fn format_mark(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let name = param(helper, 0).to_ascii_lowercase();
    let extension = name.rsplit('.').next().unwrap_or_default();
    let (class, label) = match extension {
        "pdf" => ("pdf", "PDF"),
        "ofd" => ("pdf", "OFD"),
        "doc" | "docx" | "wps" => ("doc", "DOC"),
        "ppt" | "pptx" | "dps" => ("ppt", "PPT"),
        "xls" | "xlsx" | "et" | "csv" => ("xls", "XLS"),
        "jpg" | "jpeg" | "png" | "webp" => ("xls", "IMG"),
        "mp4" => ("ppt", "MP4"),
        _ => ("txt", "TXT"),
    };
    out.write(&format!("<span class=\"fi {class}\" aria-hidden=\"true\">{label}</span>"))?;
    Ok(())
}

/// `{{tag "pairing" status}}`: a state as shape, word and colour (`domain.md` 2.8).
pub(super) fn tag(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    context: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let (entity, state) = (param(helper, 0), param(helper, 1));
    let class = match state.as_str() {
        "active" | "ongoing" | "in_class" | "published" | "studying" | "add" | "done" => "on",
        "confirmed" | "signed" | "approved" | "assessing" | "checked_in" | "update" => "info",
        "proposed"
        | "awaiting_confirmation"
        | "record_due"
        | "pending_approval"
        | "submitted"
        | "in_review_1"
        | "in_review_2"
        | "in_review_3"
        | "enrolling"
        | "queued"
        | "running"
        | "open"
        | "invited"
        | "sending"
        | "checked" => "wait",
        "failed" | "dead" | "refused" | "disabled" => "bad",
        "accepted" | "sent" | "completed" | "archived" | "graduated" | "expired" | "renewed" | "closed" => "done",
        _ => "",
    };
    let word = words::plain(lang_of(context), &format!("status-{entity}-{state}"));
    out.write(&format!("<span class=\"tag {class}\">{}</span>", handlebars::html_escape(&word)))?;
    Ok(())
}

/// `{{qr text}}`: a QR code as a picture that every browser draws, made here and nowhere else.
pub(super) fn qr(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let Ok(code) = qrcode::QrCode::new(param(helper, 0)) else { return Ok(()) };
    let svg = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(192, 192).build();
    // The declaration in front belongs to a file, not into a page.
    out.write(svg.find("<svg").and_then(|at| svg.get(at..)).unwrap_or_default())?;
    Ok(())
}
