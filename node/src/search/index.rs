//! The index on disk: which words stand in which entry. It holds no text; what a text says is read from the store.

use std::collections::HashSet;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::{fs, io};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::directory::{INDEX_WRITER_LOCK, META_LOCK};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergePolicy, NoMergePolicy};
use tantivy::query::{
    BooleanQuery, BoostQuery, InvertedIndexRangeQuery, Occur, PhrasePrefixQuery, PhraseQuery, Query,
    TermQuery,
};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};

use super::expression::{Clause, Expression};
use super::text::Text;
use super::words::analyzer;
use super::{Place, SearchError};

/// Name of our way of making words, as the index knows it.
const WORDS: &str = "hearth";
/// Memory for documents that are not on disk yet, in bytes; what tantivy asks for at least.
const MEMORY: usize = 15_000_000;
/// How much more a word of the title weighs.
const TITLE: f32 = 2.0;
/// Most endings of a word that is begun within a phrase.
const ENDINGS: u32 = 1000;
/// What lies in the directory beside the files that the index manages.
const META: &str = "meta.json";
const MANAGED: &str = ".managed.json";

/// An open index.
pub(super) struct Index {
    index: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
    /// Made when something is to be written.
    writer: Option<IndexWriter>,
}

/// What is looked up in an index, while others write it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shelf {
    reader: IndexReader,
    fields: Fields,
}

/// An entry with its words.
pub(super) struct Document {
    pub(super) place: Place,
    pub(super) body: BodyKey,
    pub(super) text: Text,
}

/// Names the body of a log that a document was made of.
pub(super) type BodyKey = [u8; 36];

/// An entry that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Where it stands.
    pub place: Place,
    /// How well it fits; comparable within one answer alone.
    pub score: f32,
}

#[derive(Clone, Copy)]
struct Fields {
    place: Field,
    body: Field,
    title: Field,
    words: Field,
}

impl Index {
    /// Opens the index of a directory with what was noted at its last commit. One that is missing, damaged or of another
    /// version is begun anew, with nothing noted.
    pub(super) fn open(path: &Path) -> Result<(Index, Option<String>), SearchError> {
        // tantivy may panic over damaged files.
        match catch_unwind(AssertUnwindSafe(|| Self::open_existing(path))) {
            Ok(Ok(Some(opened))) => return Ok(opened),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the search index cannot be used; it is built anew"),
            Err(_) => tracing::warn!("the search index is damaged; it is built anew"),
        }
        Ok((Self::begin(path)?, None))
    }

    /// Begins an empty index, whatever lies there.
    pub(super) fn begin(path: &Path) -> Result<Index, SearchError> {
        let io = |source| SearchError::Io {
            path: path.to_owned(),
            source,
        };
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            Ok(()) | Err(_) => {}
        }
        fs::create_dir_all(path).map_err(io)?;
        Self::over(tantivy::Index::create_in_dir(path, schema().0)?)
    }

    fn open_existing(path: &Path) -> Result<Option<(Index, Option<String>)>, SearchError> {
        if !path.join(META).exists() {
            return Ok(None);
        }
        let index = tantivy::Index::open_in_dir(path)?;
        if index.schema() != schema().0 {
            return Ok(None);
        }
        remove_strays(path, &index.directory().list_managed_files())?;
        if !index.validate_checksum()?.is_empty() {
            return Err(SearchError::Failed("its files are damaged".to_owned()));
        }
        let noted = index.load_metas()?.payload;
        let mut index = Self::over(index)?;
        // Whatever a crash has left: words that were to be gone, files of no use.
        index.tidy()?;
        Ok(Some((index, noted)))
    }

    fn over(index: tantivy::Index) -> Result<Index, SearchError> {
        index.tokenizers().register(WORDS, analyzer());
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Index {
            index,
            reader,
            fields: schema().1,
            writer: None,
        })
    }

    /// A way to look things up, up to date with the last commit.
    pub(super) fn shelf(&self) -> Shelf {
        Shelf {
            reader: self.reader.clone(),
            fields: self.fields,
        }
    }

    /// Every entry that has a document.
    pub(super) fn places(&self) -> Result<Vec<Place>, SearchError> {
        let mut places = Vec::new();
        for segment in self.reader.searcher().segment_readers() {
            let column = segment.fast_fields().u64(PLACE)?;
            let alive = segment.doc_ids_alive();
            places.extend(
                alive
                    .filter_map(|document| column.first(document))
                    .map(Place::of_number),
            );
        }
        Ok(places)
    }

    /// Adds a document; seen by nobody before the commit.
    pub(super) fn add(&mut self, document: &Document) -> Result<(), SearchError> {
        let fields = self.fields;
        let mut added = TantivyDocument::new();
        added.add_u64(fields.place, document.place.number());
        added.add_bytes(fields.body, &document.body);
        if let Some(title) = &document.text.title {
            added.add_text(fields.title, title);
            added.add_text(fields.words, title);
        }
        added.add_text(fields.words, &document.text.rest);
        self.writer()?.add_document(added)?;
        Ok(())
    }

    /// Removes the documents made of a body, also those added since the last commit.
    pub(super) fn remove(&mut self, body: &BodyKey) -> Result<(), SearchError> {
        let term = Term::from_field_bytes(self.fields.body, body);
        self.writer()?.delete_term(term);
        Ok(())
    }

    /// Puts everything added and removed on disk, with a note, and shows it.
    pub(super) fn commit(&mut self, note: &str) -> Result<(), SearchError> {
        let mut prepared = self.writer()?.prepare_commit()?;
        prepared.set_payload(note);
        prepared.commit()?;
        Ok(self.reader.reload()?)
    }

    /// Merges small files, and writes those anew that still hold words of documents that were removed: afterwards no file
    /// in the directory has a word that stands in no document.
    pub(super) fn tidy(&mut self) -> Result<(), SearchError> {
        // The descriptions of the files are dropped before they are merged: as long as those are here, so are the files.
        let mut merged = false;
        while let Some(segments) = self.due()? {
            self.writer()?.merge(&segments).wait()?;
            merged = true;
        }
        if merged {
            self.reader.reload()?;
            self.writer()?.garbage_collect_files().wait()?;
        }
        Ok(())
    }

    /// The next files to be made one.
    fn due(&self) -> Result<Option<Vec<tantivy::index::SegmentId>>, SearchError> {
        let segments = self.index.searchable_segment_metas()?;
        let removed = segments.iter().find(|segment| segment.has_deletes());
        if let Some(segment) = removed {
            return Ok(Some(vec![segment.id()]));
        }
        let candidates = LogMergePolicy::default().compute_merge_candidates(&segments);
        Ok(candidates.into_iter().next().map(|candidate| candidate.0))
    }

    fn writer(&mut self) -> Result<&mut IndexWriter, SearchError> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => {
                let options = IndexWriterOptions::builder()
                    .num_worker_threads(1)
                    .num_merge_threads(1)
                    .memory_budget_per_thread(MEMORY)
                    .build();
                let writer: IndexWriter = self.index.writer_with_options(options)?;
                writer.set_merge_policy(Box::new(NoMergePolicy));
                writer
            }
        };
        Ok(self.writer.insert(writer))
    }
}

/// Files that a crash has left half-written are in nobody's list. They may hold words.
fn remove_strays(path: &Path, managed: &HashSet<PathBuf>) -> Result<(), SearchError> {
    let io = |source| SearchError::Io {
        path: path.to_owned(),
        source,
    };
    let locks = [&INDEX_WRITER_LOCK.filepath, &META_LOCK.filepath];
    for entry in fs::read_dir(path).map_err(io)? {
        let name = PathBuf::from(entry.map_err(io)?.file_name());
        let known = [META, MANAGED].iter().any(|known| name.as_os_str() == *known);
        if !known && !locks.contains(&&name) && !managed.contains(&name) {
            fs::remove_file(path.join(name)).map_err(io)?;
        }
    }
    Ok(())
}

/// Name of the field that says where an entry stands.
const PLACE: &str = "place";

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default()
        .set_tokenizer(WORDS)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = TextOptions::default().set_indexing_options(words);
    let fields = Fields {
        place: schema.add_u64_field(PLACE, FAST),
        body: schema.add_bytes_field("body", INDEXED),
        title: schema.add_text_field("title", text.clone()),
        words: schema.add_text_field("words", text),
    };
    (schema.build(), fields)
}

impl Shelf {
    /// Every entry in which all of it stands, in no order.
    pub(super) fn find(&self, expression: &Expression) -> Result<Vec<Hit>, SearchError> {
        let Fields { title, words, .. } = self.fields;
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for clause in &expression.clauses {
            parts.push((Occur::Must, clause.query(words)));
            let in_title = BoostQuery::new(clause.query(title), TITLE);
            parts.push((Occur::Should, Box::new(in_title)));
        }
        Ok(self
            .reader
            .searcher()
            .search(&BooleanQuery::new(parts), &Everything)?)
    }
}

impl Clause {
    fn query(&self, field: Field) -> Box<dyn Query> {
        let mut terms: Vec<(usize, Term)> = self
            .words
            .iter()
            .map(|(place, word)| (*place, Term::from_field_text(field, word)))
            .collect();
        let several = terms.len() > 1;
        match (several, self.begun) {
            (true, false) => Box::new(PhraseQuery::new_with_offset(terms)),
            (true, true) => {
                let mut query = PhrasePrefixQuery::new_with_offset(terms);
                query.set_max_expansions(ENDINGS);
                Box::new(query)
            }
            (false, begun) => {
                let (_, term) = terms.pop().expect("a clause has a word");
                let whole = Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs));
                if begun {
                    // The word itself fits better than one that only begins so.
                    let longer = Box::new(beginning_with(field, &term));
                    Box::new(BooleanQuery::new(vec![
                        (Occur::Should, whole),
                        (Occur::Should, longer),
                    ]))
                } else {
                    whole
                }
            }
        }
    }
}

/// Every word that begins like this one. No word has the last character there is.
fn beginning_with(field: Field, term: &Term) -> InvertedIndexRangeQuery {
    let beginning = term.value().as_str().unwrap_or_default().to_owned();
    let end = Term::from_field_text(field, &format!("{beginning}{}", char::MAX));
    InvertedIndexRangeQuery::new(Bound::Included(term.clone()), Bound::Excluded(end))
}

/// Collects everything that fits, with how well.
struct Everything;

struct OfSegment {
    places: Column<u64>,
    hits: Vec<Hit>,
}

impl Collector for Everything {
    type Fruit = Vec<Hit>;
    type Child = OfSegment;

    fn for_segment(&self, _: u32, segment: &tantivy::SegmentReader) -> tantivy::Result<OfSegment> {
        Ok(OfSegment {
            places: segment.fast_fields().u64(PLACE)?,
            hits: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Vec<Hit>>) -> tantivy::Result<Vec<Hit>> {
        Ok(segments.concat())
    }
}

impl SegmentCollector for OfSegment {
    type Fruit = Vec<Hit>;

    fn collect(&mut self, document: u32, score: f32) {
        let place = self.places.first(document).map(Place::of_number);
        self.hits.extend(place.map(|place| Hit { place, score }));
    }

    fn harvest(self) -> Vec<Hit> {
        self.hits
    }
}

impl From<TantivyError> for SearchError {
    fn from(error: TantivyError) -> Self {
        SearchError::Index(Box::new(error))
    }
}
