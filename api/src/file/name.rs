//! Names of uploaded files: metadata only, made harmless (`reliability.md` U-03).

use unicode_normalization::UnicodeNormalization as _;

/// Longest stored name, in bytes, with its extension.
const NAME_MAX: usize = 150;

const RESERVED: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The name to keep: last part of the path, NFC, without tricks, with the extension of the detected type.
#[must_use]
pub fn clean(original: &str, extension: &str) -> String {
    let last = original.rsplit(['/', '\\']).next().unwrap_or_default();
    let text: String = last.nfc().filter(|c| !is_tricky(*c)).collect();
    let stem = match text.rfind('.') {
        Some(0) | None => text.trim_matches('.').trim().to_owned(),
        Some(dot) => text.get(..dot).unwrap_or_default().trim_matches('.').trim().to_owned(),
    };
    let stem =
        if stem.is_empty() || RESERVED.contains(&stem.to_lowercase().as_str()) { "file".to_owned() } else { stem };
    let room = NAME_MAX.saturating_sub(extension.len() + 1);
    let mut end = stem.len().min(room);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}.{extension}", stem.get(..end).unwrap_or("file").trim())
}

/// The lower-case extension of a name; empty when it has none.
#[must_use]
pub fn extension(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((_, tail)) if tail.len() <= 8 && tail.is_ascii() => tail.to_ascii_lowercase(),
        _ => String::new(),
    }
}

fn is_tricky(c: char) -> bool {
    c.is_control()
        || matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_harmless() {
        assert_eq!(clean("../../etc/passwd", "txt"), "passwd.txt");
        assert_eq!(clean("C:\\数据\\名册.xlsx", "xlsx"), "名册.xlsx");
        assert_eq!(clean("发票\u{202E}fdp.exe", "pdf"), "发票fdp.pdf");
        assert_eq!(clean("CON.txt", "txt"), "file.txt");
        assert_eq!(clean(".htaccess", "txt"), "htaccess.txt");
        assert_eq!(clean("", "pdf"), "file.pdf");
        assert!(clean(&"长".repeat(200), "pdf").len() <= NAME_MAX);
    }
}
