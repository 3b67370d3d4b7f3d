//! Checks on text that people send (`reliability.md` I-03): clean, bounded, no tricks.

use unicode_normalization::UnicodeNormalization;

use super::fault::FieldFault;

/// Text of one line: NFC, trimmed, at most `max` characters, no control characters or direction overrides.
///
/// # Errors
/// `field.required` when empty, `field.too_long`, `field.characters`.
pub fn line(field: &str, value: &str, max: usize) -> Result<String, FieldFault> {
    let value = checked(field, value, max, false)?;
    if value.is_empty() { Err(FieldFault::new(field, "field.required")) } else { Ok(value) }
}

/// A reason that a person gives for an act: one line of 5 to 500 characters (`domain.md` 3, common rules).
///
/// # Errors
/// What is wrong with it.
pub fn reason(field: &str, value: &str) -> Result<String, FieldFault> {
    let reason = line(field, value, 500)?;
    if reason.chars().count() < 5 { Err(FieldFault::new(field, "field.reason_short")) } else { Ok(reason) }
}

/// As [`line`], but empty text counts as none.
///
/// # Errors
/// As [`line`], save `field.required`.
pub fn optional_line(field: &str, value: Option<&str>, max: usize) -> Result<Option<String>, FieldFault> {
    let value = checked(field, value.unwrap_or_default(), max, false)?;
    Ok(if value.is_empty() { None } else { Some(value) })
}

/// Text of several lines, which may hold tabs and line ends; empty text counts as none.
///
/// # Errors
/// `field.too_long`, `field.characters`.
pub fn optional_block(field: &str, value: Option<&str>, max: usize) -> Result<Option<String>, FieldFault> {
    let value = checked(field, value.unwrap_or_default(), max, true)?;
    Ok(if value.is_empty() { None } else { Some(value) })
}

fn checked(field: &str, value: &str, max: usize, lines: bool) -> Result<String, FieldFault> {
    if value.len() > max.saturating_mul(4).max(16) * 2 {
        return Err(FieldFault::new(field, "field.too_long").with("max", max));
    }
    let value: String = value.replace("\r\n", "\n").trim().nfc().collect();
    if value.chars().count() > max {
        return Err(FieldFault::new(field, "field.too_long").with("max", max));
    }
    if value.chars().any(|c| refused(c) && !(lines && matches!(c, '\n' | '\t'))) {
        return Err(FieldFault::new(field, "field.characters"));
    }
    Ok(value)
}

/// Control characters and bidirectional overrides, which can make text read as something else.
fn refused(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Escapes the wildcards of `LIKE` with a backslash (`reliability.md` I-04).
#[must_use]
pub fn like_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A name with its middle hidden, for public lists: 张*, 张*明, 欧**菲 (`domain.md` 5.2 PI-04).
#[must_use]
pub fn masked_name(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [only] => only.to_string(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

/// A mobile number with its middle hidden: `138****0000` (`domain.md` 5.2 PI-04).
#[must_use]
pub fn masked_phone(phone: &str) -> String {
    match (phone.get(..3), phone.get(phone.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) if phone.len() >= 8 && phone.is_ascii() => format!("{head}****{tail}"),
        _ => "****".to_owned(),
    }
}

/// A mobile number of the mainland as eleven digits; spaces, dashes and the country's number are left out
/// (`domain.md` 5.7).
#[must_use]
pub fn mobile(text: &str) -> Option<String> {
    let bare: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–' | '—' | '－')).collect();
    let bare = bare.strip_prefix("+86").or_else(|| bare.strip_prefix("0086")).unwrap_or(&bare);
    let bare = if bare.len() == 13 { bare.strip_prefix("86").unwrap_or(bare) } else { bare };
    let good = bare.len() == 11
        && bare.bytes().all(|byte| byte.is_ascii_digit())
        && bare.starts_with('1')
        && matches!(bare.as_bytes().get(1), Some(b'3'..=b'9'));
    good.then(|| bare.to_owned())
}

/// A mail address with its name hidden: `k***@example.org` (`reliability.md` P-03).
#[must_use]
pub fn masked_address(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((name, host)) => format!("{}***@{host}", name.chars().next().map(String::from).unwrap_or_default()),
        None => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cleaned_and_bounded() {
        assert_eq!(line("t", "  主题党日 ", 10).unwrap(), "主题党日");
        assert_eq!(line("t", "", 10).unwrap_err().code, "field.required");
        assert_eq!(line("t", "一二三", 2).unwrap_err().code, "field.too_long");
        assert_eq!(line("t", "a\u{202E}b", 10).unwrap_err().code, "field.characters");
        assert_eq!(line("t", "a\nb", 10).unwrap_err().code, "field.characters");
        assert_eq!(optional_block("t", Some("a\r\nb"), 10).unwrap().as_deref(), Some("a\nb"));
    }

    #[test]
    fn personal_values_are_masked() {
        assert_eq!(masked_phone("19900000001"), "199****0001");
        assert_eq!(masked_phone("8"), "****");
        assert_eq!(masked_name("张小明"), "张*明");
        assert_eq!(masked_address("kang@example.org"), "k***@example.org");
        assert_eq!(masked_name("张三"), "张*");
    }
}
