//! The folder with the index: one writer, many readers, and how far the changes were applied.

use std::path::Path;
use std::sync::Mutex;

use jieba_rs::Jieba;
use tantivy::collector::DocSetCollector;
use tantivy::indexer::LogMergePolicy;
use tantivy::query::AllQuery;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use super::fold::folded;
use super::units::{grams, units};
use super::{Ask, Change, EngineError, Hits, IndexDoc, Kind};
use crate::search::pinyin;

/// Version of folding, dictionary and schema; another number builds the index anew.
const VERSION: &str = "3";
/// Characters of a body that are indexed, all that is kept of a file's text; more would cost hundreds of megabytes.
const BODY_MAX: usize = 1_000_000;
/// Memory of the writer.
const WRITER_BYTES: usize = 15_000_000;

/// Marks of the beginning and the end of a title, so that "begins with" is a phrase too.
pub(super) const TITLE_START: &str = "\u{2}";
pub(super) const TITLE_END: &str = "\u{3}";

/// Fields of the schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) key: Field,
    pub(super) kind: Field,
    pub(super) sort: Field,
    pub(super) vis: Field,
    pub(super) title_gram: Field,
    pub(super) body_gram: Field,
    pub(super) title_seg: Field,
    pub(super) body_seg: Field,
    pub(super) chars: Field,
    pub(super) exact: Field,
    pub(super) names: Field,
}

/// The search index of this instance.
pub struct Engine {
    index: Index,
    reader: IndexReader,
    /// None while another process writes; that one follows the changes of this one.
    writer: Mutex<Option<IndexWriter>>,
    pub(super) fields: Fields,
}

pub(super) fn jieba() -> &'static Jieba {
    static JIEBA: std::sync::LazyLock<Jieba> = std::sync::LazyLock::new(Jieba::new);
    &JIEBA
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let text = |option| {
        TextOptions::default()
            .set_indexing_options(TextFieldIndexing::default().set_tokenizer("raw").set_index_option(option))
    };
    let places = text(IndexRecordOption::WithFreqsAndPositions);
    let counts = text(IndexRecordOption::WithFreqs);
    let plain = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false),
    );
    let fields = Fields {
        key: schema.add_text_field("key", STRING | STORED),
        kind: schema.add_text_field("kind", STRING),
        sort: schema.add_u64_field("sort", FAST | INDEXED),
        vis: schema.add_text_field("vis", STRING),
        title_gram: schema.add_text_field("title_gram", places.clone()),
        body_gram: schema.add_text_field("body_gram", places),
        title_seg: schema.add_text_field("title_seg", counts.clone()),
        body_seg: schema.add_text_field("body_seg", counts),
        chars: schema.add_text_field("chars", plain.clone()),
        exact: schema.add_text_field("exact", STRING),
        names: schema.add_text_field("names", plain),
    };
    (schema.build(), fields)
}

/// The writer of a folder; none while another process holds it.
fn writer_of(index: &Index) -> Result<Option<IndexWriter>, EngineError> {
    let writer: IndexWriter = match index.writer_with_num_threads(1, WRITER_BYTES) {
        Ok(writer) => writer,
        Err(tantivy::TantivyError::LockFailure(..)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut merging = LogMergePolicy::default();
    merging.set_min_num_segments(8);
    merging.set_min_layer_size(100);
    merging.set_max_docs_before_merge(50_000);
    merging.set_del_docs_ratio_before_merge(0.3);
    writer.set_merge_policy(Box::new(merging));
    Ok(Some(writer))
}

impl Engine {
    /// Opens the index in a folder; one of another version, or one that does not read, is built anew.
    ///
    /// # Errors
    /// The folder's or the library's.
    pub fn open(folder: &Path) -> Result<Self, EngineError> {
        let folder = folder.join(format!("v{VERSION}"));
        std::fs::create_dir_all(&folder)?;
        match Self::open_in(&folder) {
            Ok(engine) => Ok(engine),
            Err(error) => {
                tracing::warn!(%error, "the search index does not read and is built anew");
                std::fs::remove_dir_all(&folder)?;
                std::fs::create_dir_all(&folder)?;
                Self::open_in(&folder)
            }
        }
    }

    fn open_in(folder: &Path) -> Result<Self, EngineError> {
        let (schema, fields) = schema();
        let directory = tantivy::directory::MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        let index = Index::open_or_create(directory, schema)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let writer = writer_of(&index)?;
        Ok(Self { index, reader, writer: Mutex::new(writer), fields })
    }

    /// Whether this process writes the index; asked anew each time, for the other process may have ended.
    ///
    /// # Errors
    /// The library's.
    pub fn writes(&self) -> Result<bool, EngineError> {
        let mut writer = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if writer.is_none() {
            *writer = writer_of(&self.index)?;
        }
        Ok(writer.is_some())
    }

    /// Number of the last change that was applied; 0 for a new index.
    #[must_use]
    pub fn mark(&self) -> i64 {
        let payload = self.index.load_metas().ok().and_then(|metas| metas.payload);
        payload.and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Applies changes and keeps the mark, in one commit; the next search sees them.
    ///
    /// # Errors
    /// The library's; nothing of the batch is kept then.
    pub fn apply(&self, changes: &[Change], mark: i64) -> Result<(), EngineError> {
        let mut writer = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let writer = writer.as_mut().ok_or(EngineError::Busy)?;
        for change in changes {
            let key = key(change.kind.word(), change.id);
            writer.delete_term(Term::from_field_text(self.fields.key, &key));
            if let Some(doc) = &change.doc {
                writer.add_document(self.document(&key, doc))?;
            }
        }
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&mark.to_string());
        prepared.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    /// Every object the index holds.
    ///
    /// # Errors
    /// The library's.
    pub fn keys(&self) -> Result<Vec<(Kind, uuid::Uuid)>, EngineError> {
        let searcher = self.reader.searcher();
        let found = searcher.search(&AllQuery, &DocSetCollector)?;
        found.into_iter().map(|address| super::query::object(&searcher, address)).collect()
    }

    /// Answers a question.
    ///
    /// # Errors
    /// The library's.
    pub fn search(&self, ask: &Ask) -> Result<Hits, EngineError> {
        super::query::answer(self, &self.reader.searcher(), ask)
    }

    fn document(&self, key: &str, doc: &IndexDoc) -> TantivyDocument {
        let fields = &self.fields;
        let title = folded(&doc.title);
        let mut body: String = doc.body.chars().take(BODY_MAX).collect();
        for extra in doc.tags.iter().chain(&doc.areas) {
            body.push('\n');
            body.push('\n');
            body.push_str(extra);
        }
        let body = folded(&body);
        let mut out = TantivyDocument::default();
        out.add_text(fields.key, key);
        out.add_text(fields.kind, doc.kind.word());
        out.add_u64(fields.sort, doc.sort_key);
        for term in &doc.vis {
            out.add_text(fields.vis, term);
        }
        let title_units = units(&title);
        let body_units = units(&body);
        let mut title_grams = grams(&title_units);
        for gram in &mut title_grams {
            gram.1 += 1;
        }
        let end = title_units.last().map_or(1, |last| last.place + 2);
        title_grams.insert(0, (TITLE_START.to_owned(), 0));
        title_grams.push((TITLE_END.to_owned(), end));
        out.add_pre_tokenized_text(fields.title_gram, tokens(&title_grams));
        out.add_pre_tokenized_text(fields.body_gram, tokens(&grams(&body_units)));
        out.add_pre_tokenized_text(fields.title_seg, tokens(&segments(&title)));
        out.add_pre_tokenized_text(fields.body_seg, tokens(&segments(&body)));
        let mut chars: Vec<String> =
            title_units.into_iter().chain(body_units).filter(|unit| unit.cjk).map(|unit| unit.text).collect();
        chars.sort();
        chars.dedup();
        let chars: Vec<(String, usize)> = chars.into_iter().enumerate().map(|(at, text)| (text, at)).collect();
        out.add_pre_tokenized_text(fields.chars, tokens(&chars));
        out.add_text(fields.exact, plain_title(&title));
        out.add_pre_tokenized_text(fields.names, tokens(&spoken(&doc.names)));
        out
    }
}

/// Letters and digits of a folded title.
pub(super) fn plain_title(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).collect()
}

pub(super) fn key(kind: &str, id: uuid::Uuid) -> String {
    format!("{kind}:{id}")
}

/// Words of a text, cut for indexing.
fn segments(text: &str) -> Vec<(String, usize)> {
    jieba()
        .cut_for_search(text, false)
        .into_iter()
        .map(|token| token.word)
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .enumerate()
        .map(|(at, word)| (word.to_owned(), at))
        .collect()
}

/// Beginnings of names as they are typed in Latin letters: full pinyin and initials.
fn spoken(names: &[String]) -> Vec<(String, usize)> {
    let mut out = Vec::new();
    for name in names {
        let syllables = pinyin::syllables(&folded(name));
        let mut starts = vec![pinyin::initials(&folded(name)), syllables.concat()];
        // A long official name is mostly asked for by its middle: 平顶山 in 中共平顶山市委.
        for skip in 1..syllables.len().min(12) {
            let tail = syllables.get(skip..).unwrap_or_default();
            starts.push(tail.iter().filter_map(|one| one.chars().next()).collect());
            starts.push(tail.concat());
        }
        for start in starts {
            let letters: Vec<char> = start.chars().filter(char::is_ascii_alphanumeric).collect();
            for end in 2..=letters.len().min(20) {
                out.push(letters.iter().take(end).collect::<String>());
            }
        }
    }
    out.sort();
    out.dedup();
    out.into_iter().enumerate().map(|(at, text)| (text, at)).collect()
}

fn tokens(grams: &[(String, usize)]) -> PreTokenizedString {
    let tokens = grams
        .iter()
        .map(|(text, place)| Token {
            offset_from: 0,
            offset_to: 0,
            position: *place,
            text: text.clone(),
            position_length: 1,
        })
        .collect();
    PreTokenizedString { text: String::new(), tokens }
}
