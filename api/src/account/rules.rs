//! What a password may be (`reliability.md` A-02): the profile of GB/T 22239 level 3, or that of OWASP ASVS.

use zxcvbn::matching::patterns::MatchPattern;

use super::ops::PASSWORD_MAX;
use crate::infra::settings::PasswordProfile;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::FieldFault;

/// Former passwords that may not come back.
pub const HISTORY: u64 = 5;
/// Rank up to which a password counts as one of the commonest.
const COMMON: usize = 10_000;
/// Guesses below which a password is as good as known.
const FEW_GUESSES: u64 = 1_000_000;
/// Names of the product, which no password contains.
const PRODUCT: &[&str] = &["twinning", "jiedui", "gongjian", "password", "mima"];

/// Days after which a change is asked for; none in the profile that forbids it.
#[must_use]
pub fn rotation_days(profile: PasswordProfile) -> Option<i64> {
    (profile == PasswordProfile::GbtL3).then_some(90)
}

/// Whether former passwords may not come back.
#[must_use]
pub fn keeps_history(profile: PasswordProfile) -> bool {
    profile == PasswordProfile::GbtL3
}

/// Checks a password against a profile; `around` are words about its owner: login, name, organisations.
///
/// # Errors
/// [`Error::Invalid`] with every rule that it breaks.
pub fn check(profile: PasswordProfile, field: &str, password: &str, around: &[String]) -> Result<()> {
    let mut faults = Vec::new();
    let length = password.chars().count();
    let (least, kinds) = match profile {
        PasswordProfile::GbtL3 => (10, 3),
        PasswordProfile::Modern => (12, 0),
    };
    if length < least {
        faults.push(FieldFault::new(field, "password.too_short").with("min", least));
    }
    if length > PASSWORD_MAX {
        faults.push(FieldFault::new(field, "field.too_long").with("max", PASSWORD_MAX));
    }
    if kinds_of(password) < kinds {
        faults.push(FieldFault::new(field, "password.kinds"));
    }
    if contains_word(password, around) {
        faults.push(FieldFault::new(field, "password.contains_name"));
    }
    if length <= PASSWORD_MAX && is_common(password) {
        faults.push(FieldFault::new(field, "password.common"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Kinds of characters: small letters, capitals, digits, everything else.
fn kinds_of(password: &str) -> usize {
    let has = |kind: fn(char) -> bool| usize::from(password.chars().any(kind));
    let other = |c: char| !c.is_lowercase() && !c.is_uppercase() && !c.is_numeric();
    has(char::is_lowercase) + has(char::is_uppercase) + has(char::is_numeric) + has(other)
}

fn contains_word(password: &str, around: &[String]) -> bool {
    let lower = password.to_lowercase();
    let own = around.iter().map(String::as_str).chain(PRODUCT.iter().copied());
    own.map(str::to_lowercase).any(|word| {
        // Two Chinese characters are a name; of Latin letters it takes four.
        let least = if word.is_ascii() { 4 } else { 2 };
        word.chars().count() >= least && lower.contains(&word)
    })
}

/// Whether the whole of it is one of the commonest passwords, words or names, also written backwards or with digits for letters.
fn is_common(password: &str) -> bool {
    let entropy = zxcvbn::zxcvbn(password, &[]);
    if entropy.guesses() < FEW_GUESSES {
        return true;
    }
    match entropy.sequence() {
        [only] => match &only.pattern {
            MatchPattern::Dictionary(found) => found.rank <= COMMON,
            // The same over and over, keys in a row, and counting are no better.
            MatchPattern::Repeat(_) | MatchPattern::Sequence(_) | MatchPattern::Spatial(_) => true,
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(profile: PasswordProfile, password: &str, around: &[&str]) -> Vec<&'static str> {
        let around: Vec<String> = around.iter().map(|word| (*word).to_owned()).collect();
        match check(profile, "password", password, &around) {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| fault.code).collect(),
            Err(other) => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn every_rule_of_the_national_profile_is_kept() {
        // REQ A-02
        let of = |password: &str| codes(PasswordProfile::GbtL3, password, &["weidong", "张小明"]);
        assert!(of("Lantern-7-river").is_empty());
        assert!(of("山水有相逢万里Abc9").is_empty());
        assert!(of("Ab3-x").contains(&"password.too_short"));
        assert_eq!(of("lanternriver"), ["password.kinds"]);
        assert_eq!(of("Weidong-2026!"), ["password.contains_name"]);
        assert_eq!(of("我是张小明Abc12"), ["password.contains_name"]);
        assert_eq!(of("Twinning-2026"), ["password.contains_name"]);
        assert!(of("P@ssw0rd1").contains(&"password.too_short"));
        assert!(of("Aa1!Aa1!Aa1!").contains(&"password.common"));
        assert_eq!(of(&format!("Aa1-{}", "长".repeat(125))), ["field.too_long"]);
    }

    #[test]
    fn the_other_profile_asks_for_length_alone() {
        let of = |password: &str| codes(PasswordProfile::Modern, password, &[]);
        assert!(of("river lantern seven").is_empty());
        assert_eq!(of("Lantern-7-r"), ["password.too_short"]);
        assert!(of("1234567890123").contains(&"password.common"));
        assert!(of("qwertyuiopasdf").contains(&"password.common"));
    }
}
