//! Sending a stored file: range, tag, attachment headers (`contract.md` 4, `reliability.md` U-04, U-06).

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::model::FileRule;
use super::ops::{self, Opened};
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::Result;

/// Part of a file that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Bytes(u64, u64),
    Impossible,
}

/// The answer with the file or the wanted part of it; both mouths use it.
///
/// # Errors
/// [`FileRule::Range`]; as the storage.
pub async fn answer(app: &App, call: &Call, request: &HttpRequest, opened: Opened) -> Result<HttpResponse> {
    let size = u64::try_from(opened.file.size).unwrap_or(0);
    let tag = format!("\"{}\"", opened.file.sha256);
    let text = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    // A range for another version of the file is answered with the whole file.
    let same = text(header::IF_RANGE).is_none_or(|seen| seen == tag);
    let part = if same { wanted(text(header::RANGE), size) } else { Part::Whole };
    let (status, first, end) = match part {
        Part::Whole => (StatusCode::OK, 0, size),
        Part::Bytes(first, last) => (StatusCode::PARTIAL_CONTENT, first, last + 1),
        Part::Impossible => return Err(FileRule::Range.into()),
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CONTENT_TYPE, opened.file.media_type.clone()))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&opened)))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
        .insert_header((header::CONTENT_ENCODING, "identity"));
    if status == StatusCode::PARTIAL_CONTENT {
        response.insert_header((header::CONTENT_RANGE, format!("bytes {first}-{}/{size}", end - 1)));
    }
    if crate::rest::request::is_head(request) {
        response.no_chunking(end - first);
        return Ok(response.finish());
    }
    let stream = app.files.read(&opened.storage_key, first..end).await?;
    ops::note_download(app, call, &opened, first);
    Ok(response.body(actix_web::body::SizedStream::new(end - first, stream)))
}

/// One range is understood; several, or another unit, get the whole file as if nothing was asked (RFC 9110).
fn wanted(header: Option<&str>, size: u64) -> Part {
    let Some(ranges) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else { return Part::Whole };
    if ranges.contains(',') {
        return Part::Whole;
    }
    let Some((first, last)) = ranges.split_once('-') else { return Part::Whole };
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last && first < size => Part::Bytes(first, last.min(size - 1)),
        (Ok(first), Err(_)) if last.trim().is_empty() && first < size => Part::Bytes(first, size - 1),
        (Err(_), Ok(tail)) if first.trim().is_empty() && tail > 0 && size > 0 => {
            Part::Bytes(size.saturating_sub(tail), size - 1)
        }
        (Ok(_), Ok(_)) | (Ok(_), Err(_)) | (Err(_), Ok(_)) => Part::Impossible,
        _ => Part::Whole,
    }
}

fn disposition(opened: &Opened) -> String {
    let how = if opened.inline { "inline" } else { "attachment" };
    let extension = opened.file.name.rsplit('.').next().unwrap_or("bin");
    let plain: String = extension.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{how}; filename=\"file.{plain}\"; filename*=UTF-8''{}", encoded(&opened.file.name))
}

/// Percent-encoding of everything but the `attr-char` of RFC 8187.
fn encoded(name: &str) -> String {
    use std::fmt::Write as _;
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(wanted(None, 10), Part::Whole);
        assert_eq!(wanted(Some("bytes=0-3"), 10), Part::Bytes(0, 3));
        assert_eq!(wanted(Some("bytes=4-"), 10), Part::Bytes(4, 9));
        assert_eq!(wanted(Some("bytes=-3"), 10), Part::Bytes(7, 9));
        assert_eq!(wanted(Some("bytes=-30"), 10), Part::Bytes(0, 9));
        assert_eq!(wanted(Some("bytes=0-99"), 10), Part::Bytes(0, 9));
        assert_eq!(wanted(Some("bytes=10-"), 10), Part::Impossible);
        assert_eq!(wanted(Some("bytes=5-2"), 10), Part::Impossible);
        assert_eq!(wanted(Some("bytes=0-1,4-5"), 10), Part::Whole);
        assert_eq!(wanted(Some("lines=1-2"), 10), Part::Whole);
        assert_eq!(wanted(Some("bytes=x-y"), 10), Part::Whole);
    }

    #[test]
    fn names_are_encoded_for_the_header() {
        assert_eq!(encoded("名册 1.csv"), "%E5%90%8D%E5%86%8C%201.csv");
    }
}
