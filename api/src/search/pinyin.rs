//! Pinyin of names: a key to sort by, and the initials people type.

use pinyin::ToPinyin as _;

/// Words whose usual reading differs from the commonest one of their characters (`domain.md` 5.7).
const READINGS: &[(&str, &str)] = &[
    ("重庆", "chong qing"),
    ("长沙", "chang sha"),
    ("长春", "chang chun"),
    ("六安", "lu an"),
    ("台州", "tai zhou"),
    ("厦门", "xia men"),
    ("百步亭", "bai bu ting"),
];

/// Surnames whose reading differs when they begin a name (`domain.md` 5.7).
const SURNAMES: &[(&str, &str)] = &[
    ("尉迟", "yu chi"),
    ("单", "shan"),
    ("解", "xie"),
    ("仇", "qiu"),
    ("曾", "zeng"),
    ("区", "ou"),
    ("查", "zha"),
    ("任", "ren"),
    ("华", "hua"),
    ("覃", "qin"),
];

/// Syllables of a text; what is no Chinese character stays as it is, in lower case.
#[must_use]
pub fn syllables(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some((word, reading)) = READINGS.iter().find(|(word, _)| rest.starts_with(word)) {
            out.extend(reading.split(' ').map(ToOwned::to_owned));
            rest = rest.get(word.len()..).unwrap_or_default();
            continue;
        }
        let Some(first) = rest.chars().next() else { break };
        match first.to_pinyin() {
            Some(reading) => out.push(reading.plain().replace('ü', "v")),
            None if first.is_alphanumeric() => out.push(first.to_lowercase().collect()),
            None => {}
        }
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    out
}

/// Key to sort names by: their syllables, parted so that shorter ones come first, then the name itself.
#[must_use]
pub fn sort_key(name: &str) -> String {
    let surname = SURNAMES.iter().find(|(surname, _)| name.starts_with(surname) && name.chars().count() <= 4);
    let spoken = match surname {
        Some((surname, reading)) => {
            let tail = name.get(surname.len()..).unwrap_or_default();
            format!("{reading} {}", syllables(tail).join(" "))
        }
        None => syllables(name).join(" "),
    };
    format!("{} {name}", spoken.trim())
}

/// First letters of the syllables: 平顶山 gives pds.
#[must_use]
pub fn initials(name: &str) -> String {
    syllables(name).iter().filter_map(|syllable| syllable.chars().next()).collect()
}

/// Name of a place in letters, as English texts print it: no tones, no 市 behind a city (`domain.md` 6).
#[must_use]
pub fn place(name: &str) -> String {
    let bare = name.strip_suffix('市').filter(|bare| bare.chars().count() > 1).unwrap_or(name);
    let joined = syllables(bare).concat();
    let mut letters = joined.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_aloud() {
        assert_eq!(initials("平顶山"), "pds");
        assert_eq!((place("平顶山市").as_str(), place("武汉市").as_str()), ("Pingdingshan", "Wuhan"));
        assert_eq!(syllables("重庆").join(""), "chongqing");
        assert!(sort_key("单雄信").starts_with("shan "));
        assert!(sort_key("卫东区") < sort_key("新华区"));
    }
}
