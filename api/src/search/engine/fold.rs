//! One folding for index, query and title: full and half width, letter case, traditional and simplified characters.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

/// Simplified forms of traditional characters, one character for one: a conversion of words would change lengths.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    ('\u{3400}'..='\u{9FFF}')
        .filter_map(|traditional| {
            let text = fast2s::convert(traditional.encode_utf8(&mut [0; 4]));
            let mut simplified = text.chars();
            match (simplified.next(), simplified.next()) {
                (Some(one), None) if one != traditional => Some((traditional, one)),
                _ => None,
            }
        })
        .collect()
});

/// As [`folded`] for one character, which for most is one character again.
#[must_use]
pub fn folded_char(c: char) -> Option<char> {
    match c {
        'a'..='z' | '0'..='9' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        // Characters of the main block are their own compatible form.
        '\u{4E00}'..='\u{9FFF}' => Some(SIMPLIFIED.get(&c).copied().unwrap_or(c)),
        _ => None,
    }
}

/// NFKC, lower case, simplified; the same for everything that is compared.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfkc()
        .filter(|c| !is_invisible(*c))
        .flat_map(char::to_lowercase)
        .map(|c| SIMPLIFIED.get(&c).copied().unwrap_or(c))
        .collect()
}

/// Characters that nobody sees and that must not part a word: zero-width ones, soft hyphens, variation selectors.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c), 0xAD | 0x200B..=0x200F | 0x2060..=0x2064 | 0xFE00..=0xFE0F | 0xFEFF | 0xE_0100..=0xE_01EF)
}

/// Whether a character is written without spaces between words.
#[must_use]
pub fn is_cjk(c: char) -> bool {
    matches!(u32::from(c),
        0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF | 0x3007 | 0x3005)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scripts_both_widths_and_both_cases_are_one() {
        assert_eq!(folded("議事協商 ＡＢＣ１２"), folded("议事协商 abc12"));
        assert_eq!(folded("社區黨建").chars().count(), 4);
        assert_eq!(folded("议\u{200B}事\u{AD}法"), "议事法");
    }
}
