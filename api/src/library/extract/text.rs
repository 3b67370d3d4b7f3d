//! Plain text, in UTF-8 or GB18030.

use super::office::Read;

pub(super) fn read(bytes: &[u8]) -> Read {
    let (text, _, broken) = match std::str::from_utf8(bytes) {
        Ok(text) => return Some((text.trim_start_matches('\u{feff}').to_owned(), None)),
        Err(_) => encoding_rs::GB18030.decode(bytes),
    };
    if broken { None } else { Some((text.into_owned(), None)) }
}
