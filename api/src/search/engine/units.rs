//! Units and tokens: a unit is one Chinese character or a whole run of Latin letters and digits.

use super::fold::{folded, is_cjk};

/// A unit with its place; places of neighbours differ by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The character, or the run.
    pub text: String,
    /// Place in the text.
    pub place: usize,
    /// Whether it is a Chinese character.
    pub cjk: bool,
}

/// Units of a folded text. White space with at most one line end does not part Chinese characters, for extracted
/// text breaks lines inside words; anything else leaves a gap of one place.
#[must_use]
pub fn units(text: &str) -> Vec<Unit> {
    let mut out: Vec<Unit> = Vec::new();
    let mut place = 0;
    let mut gap = Gap::None;
    for c in text.chars() {
        if is_cjk(c) {
            place += gap.before_cjk(out.last());
            out.push(Unit { text: c.to_string(), place, cjk: true });
            place += 1;
            gap = Gap::None;
        } else if c.is_alphanumeric() {
            match out.last_mut() {
                Some(last) if !last.cjk && gap == Gap::None => last.text.push(c),
                _ => {
                    place += usize::from(gap != Gap::None);
                    out.push(Unit { text: c.to_string(), place, cjk: false });
                    place += 1;
                }
            }
            gap = Gap::None;
        } else {
            gap = gap.with(c);
        }
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Space { lines: u8 },
    Break,
}

impl Gap {
    fn with(self, c: char) -> Self {
        match (self, c) {
            (Self::Break, _) => Self::Break,
            (Self::None, '\n') => Self::Space { lines: 1 },
            (Self::Space { lines }, '\n') if lines >= 1 => Self::Break,
            (Self::Space { .. }, '\n') => Self::Space { lines: 1 },
            (Self::None, c) if c.is_whitespace() => Self::Space { lines: 0 },
            (space @ Self::Space { .. }, c) if c.is_whitespace() => space,
            _ => Self::Break,
        }
    }

    fn before_cjk(self, last: Option<&Unit>) -> usize {
        match self {
            Self::None => 0,
            Self::Space { .. } if last.is_some_and(|unit| unit.cjk) => 0,
            _ => 1,
        }
    }
}

/// A token of the gram field with its place.
pub type Gram = (String, usize);

/// Grams of an indexed text: pairs of neighbouring characters, whole Latin runs, and single characters at the edges
/// of runs (end of a run, or right after a Latin run).
#[must_use]
pub fn grams(units: &[Unit]) -> Vec<Gram> {
    let mut out = Vec::with_capacity(units.len() * 2);
    for (at, unit) in units.iter().enumerate() {
        if !unit.cjk {
            out.push((unit.text.clone(), unit.place));
            continue;
        }
        let next = units.get(at + 1).filter(|next| next.cjk && next.place == unit.place + 1);
        let after_latin = at
            .checked_sub(1)
            .and_then(|before| units.get(before))
            .is_some_and(|before| !before.cjk && before.place + 1 == unit.place);
        if let Some(next) = next {
            out.push((format!("{}{}", unit.text, next.text), unit.place));
        }
        if next.is_none() || after_latin {
            out.push((unit.text.clone(), unit.place));
        }
    }
    out
}

/// Grams that a text must hold to contain the asked units: pairs, Latin runs, and a character that stands alone.
#[must_use]
pub fn asked_grams(units: &[Unit]) -> Vec<Gram> {
    let mut out = Vec::with_capacity(units.len());
    for (at, unit) in units.iter().enumerate() {
        let joined =
            |other: Option<&Unit>| other.is_some_and(|other| other.cjk && other.place.abs_diff(unit.place) == 1);
        if !unit.cjk {
            out.push((unit.text.clone(), unit.place));
        } else if let Some(next) = units.get(at + 1).filter(|next| joined(Some(next))) {
            out.push((format!("{}{}", unit.text, next.text), unit.place));
        } else if !at.checked_sub(1).is_some_and(|before| joined(units.get(before))) {
            out.push((unit.text.clone(), unit.place));
        }
    }
    out
}

/// Parts of a question, split at everything that is no letter or digit; white space between Chinese characters that
/// stand alone does not split (两 长 四 员).
#[must_use]
pub fn chunks(text: &str) -> Vec<String> {
    let text = folded(text);
    let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let spaced_out = parts.len() > 1 && parts.iter().all(|part| part.chars().count() == 1 && part.chars().all(is_cjk));
    if spaced_out { vec![parts.concat()] } else { parts.into_iter().map(ToOwned::to_owned).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        grams(&units(text)).into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn pairs_runs_and_edges() {
        assert_eq!(words("议事法"), ["议事", "事法", "法"]);
        assert_eq!(words("九龙41r线"), ["九龙", "龙", "41r", "线"]);
        assert_eq!(words("议\n事"), ["议事", "事"]);
        assert_eq!(words("议\n\n事"), ["议", "事"]);
        assert_eq!(words("议，事"), ["议", "事"]);
    }

    #[test]
    fn a_question_is_split_into_parts() {
        assert_eq!(chunks("独居老人 监控"), ["独居老人", "监控"]);
        assert_eq!(chunks("两 长 四 员"), ["两长四员"]);
        assert_eq!(chunks("６步议事"), ["6步议事"]);
        assert!(chunks("，。").is_empty());
    }
}
