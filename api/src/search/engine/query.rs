//! From a question to hits: phrases that must be there, a ranking that prefers titles, words for the rest.

use std::collections::HashSet;

use tantivy::collector::sort_key::{SortBySimilarityScore, SortByStaticFastValue};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur,
    PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::{DocAddress, Searcher, TantivyDocument, Term};
use uuid::Uuid;

use super::fold::folded;
use super::index::{Engine, Fields, TITLE_END, TITLE_START, jieba, plain_title};
use super::units::{Gram, asked_grams, chunks, units};
use super::{Ask, EngineError, Hit, Hits, Kind};

/// Characters and words of a question that are looked at.
const TEXT_MAX: usize = 64;
const WORDS_MAX: usize = 16;
const EXACT_SCORE: f32 = 1_000.0;

/// The parts of a question: wanted ones, phrases among them, and those that must not be there.
struct Parts {
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

/// Words, "phrases" and -exclusions; anything else is text (`search.md` 8).
fn parts(text: &str) -> Parts {
    let text: String =
        text.chars().take(TEXT_MAX).map(|c| if matches!(c, '“' | '”' | '＂') { '"' } else { c }).collect();
    let mut parts = Parts { wanted: Vec::new(), unwanted: Vec::new() };
    let mut plain = String::new();
    for (at, piece) in text.split('"').enumerate() {
        if at % 2 == 1 {
            let negated = plain.trim_end().ends_with(['-', '－']) && !plain.ends_with(char::is_whitespace);
            // Kept with its punctuation, which leaves the same gaps as in the indexed text.
            let phrase = if chunks(piece).is_empty() { String::new() } else { folded(piece) };
            if negated {
                parts.unwanted.push(phrase)
            } else {
                parts.wanted.push(phrase)
            }
            continue;
        }
        for word in piece.split_whitespace() {
            if let Some(rest) = word.strip_prefix(['-', '－']) {
                parts.unwanted.extend(chunks(rest))
            }
        }
        let kept: Vec<&str> = piece.split_whitespace().filter(|word| !word.starts_with(['-', '－'])).collect();
        parts.wanted.extend(chunks(&kept.join(" ")));
        plain = piece.to_owned();
    }
    parts.wanted.retain(|part| !part.is_empty());
    parts.unwanted.retain(|part| !part.is_empty());
    parts.wanted.truncate(WORDS_MAX);
    parts.unwanted.truncate(WORDS_MAX);
    parts
}

pub(super) fn answer(engine: &Engine, searcher: &Searcher, ask: &Ask) -> Result<Hits, EngineError> {
    let parts = parts(&ask.text);
    if parts.wanted.is_empty() || ask.vis.is_empty() {
        return Ok(Hits::default());
    }
    let strict = strict(engine, &parts.wanted);
    let ranking = ranking(engine, &parts.wanted);
    let mut limits: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, any_term(engine.fields.vis, &ask.vis))];
    if !ask.kinds.is_empty() {
        let words: Vec<String> = ask.kinds.iter().map(|kind| kind.word().to_owned()).collect();
        limits.push((Occur::Must, any_term(engine.fields.kind, &words)));
    }
    for part in &parts.unwanted {
        limits.push((Occur::MustNot, contains(engine, part)));
    }
    let limited = |extra: Vec<(Occur, Box<dyn Query>)>| {
        let mut all: Vec<(Occur, Box<dyn Query>)> =
            limits.iter().map(|(occur, query)| (*occur, query.box_clone())).collect();
        all.extend(extra);
        BooleanQuery::new(all)
    };
    let silent = |query: &dyn Query| -> Box<dyn Query> { Box::new(ConstScoreQuery::new(query.box_clone(), 0.0)) };
    let total = searcher.search(&limited(vec![(Occur::Must, silent(strict.as_ref()))]), &Count)?;
    let want = ask.limit.max(1) + 1;
    let first = limited(vec![(Occur::Must, silent(strict.as_ref())), (Occur::Should, ranking.box_clone())]);
    let mut items = page(searcher, &engine.fields, &first, want, ask.offset, false)?;
    if items.len() < want {
        // After what contains the text comes what shares its words, marked as such and not counted.
        let rest = limited(vec![(Occur::Must, ranking.box_clone()), (Occur::MustNot, strict.box_clone())]);
        items.extend(page(
            searcher,
            &engine.fields,
            &rest,
            want - items.len(),
            ask.offset.saturating_sub(total),
            true,
        )?);
    }
    let more = items.len() >= want;
    items.truncate(want - 1);
    Ok(Hits { total, items, more })
}

/// Figures of the index with bodies taken as half as long as they are, which favours short documents more.
struct Shortened<'a> {
    searcher: &'a Searcher,
    bodies: [Field; 2],
}

impl Bm25StatisticsProvider for Shortened<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let tokens = self.searcher.total_num_tokens(field)?;
        Ok(if self.bodies.contains(&field) { tokens / 2 } else { tokens })
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Bm25StatisticsProvider::doc_freq(self.searcher, term)
    }
}

fn page(
    searcher: &Searcher,
    fields: &Fields,
    query: &dyn Query,
    limit: usize,
    offset: usize,
    related: bool,
) -> Result<Vec<Hit>, EngineError> {
    let order = (SortBySimilarityScore, SortByStaticFastValue::<u64>::for_field("sort"));
    let figures = Shortened { searcher, bodies: [fields.body_gram, fields.body_seg] };
    let top = TopDocs::with_limit(limit).and_offset(offset).order_by(order);
    let found = searcher.search_with_statistics_provider(query, &top, &figures)?;
    let mut seen = HashSet::new();
    let mut hits = Vec::with_capacity(found.len());
    for ((score, _), address) in found {
        let hit = hit(searcher, address, score, related)?;
        if seen.insert(hit.id) {
            hits.push(hit);
        }
    }
    Ok(hits)
}

fn hit(searcher: &Searcher, address: DocAddress, score: f32, related: bool) -> Result<Hit, EngineError> {
    let (kind, id) = object(searcher, address)?;
    Ok(Hit { kind, id, score, related })
}

/// The object behind an entry of the index.
pub(super) fn object(searcher: &Searcher, address: DocAddress) -> Result<(Kind, Uuid), EngineError> {
    let found: TantivyDocument = searcher.doc(address)?;
    let field = searcher.schema().get_field("key")?;
    let key = found.get_first(field).and_then(|value| value.as_str()).ok_or(EngineError::Unreadable)?;
    let (kind, id) = key.split_once(':').ok_or(EngineError::Unreadable)?;
    let kind = Kind::from_word(kind).ok_or(EngineError::Unreadable)?;
    let id = Uuid::try_parse(id).map_err(|_| EngineError::Unreadable)?;
    Ok((kind, id))
}

fn term(field: Field, text: &str, option: IndexRecordOption) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), option))
}

fn any_term(field: Field, texts: &[String]) -> Box<dyn Query> {
    let terms = texts.iter().map(|text| (Occur::Should, term(field, text, IndexRecordOption::Basic))).collect();
    Box::new(ConstScoreQuery::new(Box::new(BooleanQuery::new(terms)), 0.0))
}

/// A phrase of grams; fewer than two are a term, for the library refuses shorter phrases.
fn phrase(field: Field, grams: &[Gram], slop: u32) -> Box<dyn Query> {
    let base = grams.first().map_or(0, |gram| gram.1);
    match grams {
        [] => Box::new(EmptyQuery),
        [only] => term(field, &only.0, IndexRecordOption::WithFreqs),
        many => {
            let terms = many.iter().map(|(text, place)| (place - base, Term::from_field_text(field, text))).collect();
            Box::new(PhraseQuery::new_with_offset_and_slop(terms, slop))
        }
    }
}

/// Whether title or body contain a part; one character alone is looked up in its own field.
fn contains(engine: &Engine, part: &str) -> Box<dyn Query> {
    let fields = &engine.fields;
    let units = units(part);
    let mut any: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    match units.as_slice() {
        [only] if only.cjk => any.push((Occur::Should, term(fields.chars, &only.text, IndexRecordOption::Basic))),
        _ => {
            let grams = asked_grams(&units);
            any.push((Occur::Should, phrase(fields.title_gram, &grams, 0)));
            any.push((Occur::Should, phrase(fields.body_gram, &grams, 0)));
        }
    }
    if part.len() >= 2 && part.is_ascii() {
        any.push((Occur::Should, term(fields.names, part, IndexRecordOption::Basic)));
    }
    Box::new(BooleanQuery::new(any))
}

fn strict(engine: &Engine, wanted: &[String]) -> Box<dyn Query> {
    let all = wanted.iter().map(|part| (Occur::Must, contains(engine, part))).collect();
    Box::new(BooleanQuery::new(all))
}

fn boosted(query: Box<dyn Query>, boost: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, boost))
}

/// The ranking of `search.md` 9: nothing is required, so one missing word still finds the page.
fn ranking(engine: &Engine, wanted: &[String]) -> Box<dyn Query> {
    let fields = &engine.fields;
    let mut any: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for part in wanted {
        for token in jieba().cut(part, false) {
            if !token.word.chars().any(char::is_alphanumeric) {
                continue;
            }
            if !words.iter().any(|known| *known == token.word) {
                words.push(token.word.to_owned());
            }
        }
    }
    words.truncate(WORDS_MAX);
    for word in &words {
        any.push((
            Occur::Should,
            Box::new(DisjunctionMaxQuery::with_tie_breaker(
                vec![
                    term(fields.body_seg, word, IndexRecordOption::WithFreqs),
                    term(fields.title_seg, word, IndexRecordOption::WithFreqs),
                ],
                0.1,
            )),
        ));
    }
    for part in wanted {
        let grams = asked_grams(&units(part));
        any.push((
            Occur::Should,
            Box::new(DisjunctionMaxQuery::with_tie_breaker(
                vec![
                    boosted(phrase(fields.body_gram, &grams, 0), 2.0),
                    boosted(phrase(fields.title_gram, &grams, 0), 3.0),
                ],
                0.1,
            )),
        ));
        if part.len() >= 2 && part.is_ascii() {
            any.push((Occur::Should, boosted(term(fields.names, part, IndexRecordOption::Basic), 2.0)));
        }
    }
    if let [only] = wanted {
        let asked = units(only);
        let grams = asked_grams(&asked);
        let shifted = |by: usize| grams.iter().map(move |(text, place)| (text.clone(), place + by));
        let mut starts: Vec<Gram> = vec![(TITLE_START.to_owned(), 0)];
        starts.extend(shifted(1));
        any.push((Occur::Should, phrase(fields.title_gram, &starts, 0)));
        let mut ends: Vec<Gram> = shifted(0).collect();
        ends.push((TITLE_END.to_owned(), asked.last().map_or(1, |last| last.place + 1)));
        any.push((Occur::Should, boosted(phrase(fields.title_gram, &ends, 0), 2.0)));
    }
    for pair in words.windows(2) {
        if let [one, other] = pair {
            let first = asked_grams(&units(one)).into_iter().next();
            let second = asked_grams(&units(other)).into_iter().next();
            if let (Some(first), Some(second)) = (first, second) {
                any.push((Occur::Should, phrase(fields.body_gram, &[(first.0, 0), (second.0, 1)], 10)));
            }
        }
    }
    let exact = plain_title(&folded(&wanted.concat()));
    any.push((
        Occur::Should,
        Box::new(ConstScoreQuery::new(term(fields.exact, &exact, IndexRecordOption::Basic), EXACT_SCORE)),
    ));
    Box::new(BooleanQuery::new(any))
}
