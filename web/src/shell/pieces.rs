//! Small marks that several pages draw: the tile of a day, a day in a sentence, the mark of a file's format.

use chrono::NaiveDate;
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
        "active" | "ongoing" | "in_class" | "published" | "studying" => "on",
        "confirmed" | "signed" | "approved" | "assessing" | "checked_in" => "info",
        "proposed"
        | "awaiting_confirmation"
        | "record_due"
        | "pending_approval"
        | "submitted"
        | "in_review_1"
        | "in_review_2"
        | "in_review_3"
        | "enrolling" => "wait",
        "completed" | "archived" | "graduated" | "expired" | "renewed" | "closed" => "done",
        _ => "",
    };
    let word = words::plain(lang_of(context), &format!("status-{entity}-{state}"));
    out.write(&format!("<span class=\"tag {class}\">{}</span>", handlebars::html_escape(&word)))?;
    Ok(())
}
