//! Snippets: the part of a text around the first match, with the matches marked.

use super::engine::{chunks, folded, folded_char};

/// Characters of a text that are looked at.
const LOOKED_AT: usize = 400_000;

/// A piece of `text` of about `max` characters around the first match, as HTML with `<mark>`; none without a match.
///
/// Everything but the marks is escaped, so the piece may stand in a page as it is.
#[must_use]
pub fn make(text: &str, asked: &str, max: usize) -> Option<String> {
    let parts: Vec<Vec<char>> = chunks(asked).iter().map(|part| part.chars().collect()).collect();
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    let mut chars: Vec<char> = Vec::new();
    // Folded characters that count, each with the place it came from; white space does not part a match.
    let mut plain: Vec<(char, usize)> = Vec::new();
    let mut rest = text.chars().take(LOOKED_AT);
    // Nothing is looked at beyond what the piece around the first match needs.
    let mut until = usize::MAX;
    while chars.len() < until
        && let Some(c) = rest.next()
    {
        let at = chars.len();
        chars.push(c);
        if c.is_whitespace() {
            continue;
        }
        match folded_char(c) {
            Some(one) => plain.push((one, at)),
            None => plain.extend(folded(c.encode_utf8(&mut [0; 4])).chars().map(|folded| (folded, at))),
        }
        if until == usize::MAX && parts.iter().any(|part| ends_with(&plain, part)) {
            until = at.saturating_add(max + longest);
        }
    }
    let goes_on = rest.next().is_some();
    let mut marks: Vec<(usize, usize)> = Vec::new();
    for part in &parts {
        marks.extend(matches(&plain, part));
    }
    marks.sort_unstable();
    let first = marks.first()?.0;
    let from = first.saturating_sub(max / 4);
    let to = (from + max).min(chars.len());
    let mut out = String::new();
    if from > 0 {
        out.push('…');
    }
    let mut at = from;
    for (start, end) in marks {
        if start < at || end > to {
            continue;
        }
        escape(chars.get(at..start).unwrap_or_default(), &mut out);
        out.push_str("<mark>");
        escape(chars.get(start..end).unwrap_or_default(), &mut out);
        out.push_str("</mark>");
        at = end;
    }
    escape(chars.get(at..to).unwrap_or_default(), &mut out);
    if to < chars.len() || goes_on {
        out.push('…');
    }
    Some(out)
}

/// The beginning of a text, escaped, for hits without a match to show.
#[must_use]
pub fn opening(text: &str, max: usize) -> String {
    let chars: Vec<char> = text.chars().take(max + 1).collect();
    let mut out = String::new();
    escape(chars.get(..chars.len().min(max)).unwrap_or_default(), &mut out);
    if chars.len() > max {
        out.push('…');
    }
    out
}

fn ends_with(plain: &[(char, usize)], part: &[char]) -> bool {
    let tail = plain.len().checked_sub(part.len()).and_then(|from| plain.get(from..)).unwrap_or_default();
    !part.is_empty() && tail.len() == part.len() && tail.iter().zip(part).all(|((c, _), wanted)| c == wanted)
}

/// Places where a part stands, as ranges of the original characters; at most 50.
fn matches(plain: &[(char, usize)], wanted: &[char]) -> Vec<(usize, usize)> {
    if wanted.is_empty() {
        return Vec::new();
    }
    plain
        .windows(wanted.len())
        .filter(|window| window.iter().map(|(c, _)| c).eq(wanted.iter()))
        .filter_map(|window| Some((window.first()?.1, window.last()?.1 + 1)))
        .take(50)
        .collect()
}

fn escape(chars: &[char], out: &mut String) {
    for c in chars {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_whitespace() => out.push(' '),
            c => out.push(*c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_marked_and_everything_else_is_escaped() {
        assert_eq!(
            make("<b>六步议事法</b>", "议事", 40).as_deref(),
            Some("&lt;b&gt;六步<mark>议事</mark>法&lt;/b&gt;")
        );
        assert_eq!(make("议\n事", "议事", 40).as_deref(), Some("<mark>议 事</mark>"));
        assert_eq!(make("ＡＢＣ", "abc", 40).as_deref(), Some("<mark>ＡＢＣ</mark>"));
        assert_eq!(make("没有", "议事", 40), None);
    }

    #[test]
    fn a_long_text_is_cut_around_the_match() {
        let text = format!("{}议事{}", "前".repeat(100), "后".repeat(100));
        let piece = make(&text, "议事", 40).unwrap_or_default();
        assert!(piece.starts_with('…') && piece.ends_with('…') && piece.contains("<mark>议事</mark>"));
    }
}
