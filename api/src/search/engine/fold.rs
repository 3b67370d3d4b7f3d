//! One folding for index, query and title: full and half width, letter case.

use unicode_normalization::UnicodeNormalization as _;

/// NFKC, lower case; the same for everything that is compared.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Whether a character is written without spaces between words.
#[must_use]
pub fn is_cjk(c: char) -> bool {
    matches!(u32::from(c),
        0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF | 0x3007 | 0x3005)
}
