//! Full-text search over names and summaries in any script.
//!
//! Words are folded (compatibility forms, case, accents). Scripts without spaces are cut into letters and pairs of
//! letters, so that a query from the middle of a word is found. All of a query must be in the text: words anywhere,
//! letters of such a script in a row; the last word may be the beginning of one.

mod tokens;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    city::City,
    disclosure::{ListingField, Rung},
    id::Id,
    organisation::Organisation,
    project::Project,
};
use futures::TryStreamExt;
use tantivy::{
    DocAddress, Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, TantivyError, Term,
    collector::{DocSetCollector, TopDocs},
    query::{BooleanQuery, Occur, PhraseQuery, Query, RegexQuery, TermQuery},
    schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions},
};
use uuid::Uuid;

use crate::store::{Aggregate, Kind, Store, StoreError, Stored};
use tokens::{Piece, pairs, pieces};

/// A search that failed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index.
    #[error("the search index failed")]
    Index(#[from] TantivyError),
    /// The database.
    #[error("the search index could not be filled")]
    Store(#[from] StoreError),
}

/// One thing that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: Uuid,
    /// How well it fits; only for ordering hits of one query.
    pub score: f32,
}

/// The index of this process, in memory. Clones share it.
#[derive(Clone)]
pub struct Search(Arc<Shared>);

struct Shared {
    reader: IndexReader,
    /// The writer, and the number of the last event that is in.
    writer: Mutex<(IndexWriter, i64)>,
    fields: Fields,
}

#[derive(Clone, Copy)]
struct Fields {
    /// Kind and UUID as one term, by which a document is replaced.
    key: Field,
    kind: Field,
    high: Field,
    low: Field,
    text: Field,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Search")
    }
}

/// Parts of a query that are looked at.
const MAX_PIECES: usize = 20;

/// Bytes that the writer of the index may use before it makes a segment.
const WRITER_BYTES: usize = 32 * 1024 * 1024;

/// Events that are looked at in one go.
const BATCH: u64 = 1_000;

/// What can be searched.
const KINDS: [Kind; 3] = [Kind::Project, Kind::Organisation, Kind::City];

/// Texts of an aggregate that everyone may search; none where it is not in public.
pub(crate) trait Searchable: Aggregate {
    /// The texts.
    fn texts(&self) -> Option<Vec<&str>>;
}

impl Searchable for Project {
    fn texts(&self) -> Option<Vec<&str>> {
        // What is kept from the public is found by nobody: a search would read it out word by word.
        let shown = |field| self.disclosure.shows(field, Rung::Public);
        let title = Some(self.title.value()).filter(|_| shown(ListingField::Title));
        let summary = self.summary.as_ref().map(domain::value::Localized::value);
        let summary = summary.filter(|_| shown(ListingField::Summary));
        self.state.is_ranked().then(|| title.into_iter().chain(summary).collect())
    }
}
impl Searchable for Organisation {
    fn texts(&self) -> Option<Vec<&str>> {
        Some(vec![self.name.as_str()])
    }
}
impl Searchable for City {
    fn texts(&self) -> Option<Vec<&str>> {
        Some(vec![self.name.as_str()])
    }
}

/// An index that is being filled.
pub(crate) struct Filling {
    index: Index,
    writer: IndexWriter,
    fields: Fields,
    /// What went wrong first.
    failed: Option<TantivyError>,
}

impl Filling {
    /// An empty index.
    ///
    /// # Errors
    /// The index fails.
    pub(crate) fn begin() -> Result<Self, SearchError> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("any_script")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let fields = Fields {
            key: schema.add_text_field("key", STRING),
            kind: schema.add_u64_field("kind", FAST | INDEXED),
            high: schema.add_u64_field("high", FAST),
            low: schema.add_u64_field("low", FAST),
            text: schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing)),
        };
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register("any_script", tokens::AnyScript);
        let writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_BYTES)?;
        Ok(Self { index, writer, fields, failed: None })
    }

    /// Puts in what of an aggregate is public. What fails is told at the end.
    pub(crate) fn put<T: Searchable>(&mut self, stored: &Stored<T>) {
        if let (None, Some(texts)) = (&self.failed, stored.value.texts()) {
            let document = self.fields.document(T::KIND, stored.id.uuid(), texts);
            self.failed = self.writer.add_document(document).err();
        }
    }

    /// The index, filled up to an event.
    ///
    /// # Errors
    /// The index fails, or failed before.
    pub(crate) fn finish(self, sequence: i64) -> Result<Search, SearchError> {
        let Self { index, mut writer, fields, failed } = self;
        if let Some(error) = failed {
            return Err(error.into());
        }
        writer.commit()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Search(Arc::new(Shared { reader, writer: Mutex::new((writer, sequence)), fields })))
    }
}

impl Search {
    /// Indexes all that is public.
    ///
    /// # Errors
    /// The database does not answer, or the index fails.
    pub async fn build(store: &Store) -> Result<Self, SearchError> {
        // The number is read first: what is written meanwhile is indexed twice, which changes nothing.
        let sequence = store.last_seq().await?;
        let mut filling = Filling::begin()?;
        fill::<Project>(store, &mut filling).await?;
        fill::<Organisation>(store, &mut filling).await?;
        fill::<City>(store, &mut filling).await?;
        filling.finish(sequence)
    }

    /// Indexes what changed since, and answers the number of events.
    ///
    /// # Errors
    /// The database does not answer, or the index fails; the index stays as it was.
    pub async fn catch_up(&self, store: &Store) -> Result<usize, SearchError> {
        let from = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).1;
        let events = store.events_after(from, BATCH).await?;
        let Some(last) = events.last().map(|event| event.seq) else { return Ok(0) };
        let of = |kind: Kind| {
            let same = events.iter().filter(move |event| event.aggregate_kind == kind.table());
            same.map(|event| event.aggregate_id).collect::<std::collections::BTreeSet<_>>()
        };
        let mut changes = changed::<Project>(store, of(Kind::Project)).await?;
        changes.extend(changed::<Organisation>(store, of(Kind::Organisation)).await?);
        changes.extend(changed::<City>(store, of(Kind::City)).await?);
        let (shared, count) = (Arc::clone(&self.0), events.len());
        let indexed = tokio::task::spawn_blocking(move || shared.replace(changes, last)).await;
        indexed.map_err(|error| TantivyError::InternalError(error.to_string()))??;
        Ok(count)
    }

    /// Follows the log until the process ends. A database that does not answer is asked again.
    pub async fn follow(self, store: Store) {
        let mut changes = store.changes();
        loop {
            match self.catch_up(&store).await {
                Ok(0) => changes.next().await,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = ?error, "the search index cannot follow the log");
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
            }
        }
    }

    /// The best hits of a query, best first; kinds that are not named are all of them.
    ///
    /// # Errors
    /// The index fails.
    pub fn find(&self, words: &str, kinds: &[Kind], limit: usize) -> Result<Vec<Hit>, SearchError> {
        let Some(query) = self.0.query(words, kinds)? else { return Ok(Vec::new()) };
        let searcher = self.0.reader.searcher();
        let found = searcher.search(&query, &TopDocs::with_limit(limit.max(1)).order_by_score())?;
        let mut hits = Vec::with_capacity(found.len());
        for (score, address) in found {
            hits.extend(read(&searcher, address)?.map(|(kind, id)| Hit { kind, id, score }));
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
        Ok(hits)
    }

    /// All ids of one kind that a query finds, in no order.
    ///
    /// # Errors
    /// The index fails.
    pub fn ids<T: Aggregate>(&self, words: &str) -> Result<Vec<Id<T>>, SearchError> {
        let Some(query) = self.0.query(words, &[T::KIND])? else { return Ok(Vec::new()) };
        let searcher = self.0.reader.searcher();
        let mut ids = Vec::new();
        for address in searcher.search(&query, &DocSetCollector)? {
            ids.extend(read(&searcher, address)?.map(|(_, id)| Id::from_uuid(id)));
        }
        Ok(ids)
    }

    /// Whether a text has anything that can be searched for.
    pub fn has_words(text: &str) -> bool {
        !pieces(text).is_empty()
    }
}

/// One aggregate's new texts; none where it is to be taken out.
type Changed = (Kind, Uuid, Option<Vec<String>>);

async fn changed<T: Searchable>(
    store: &Store,
    ids: std::collections::BTreeSet<Uuid>,
) -> Result<Vec<Changed>, StoreError> {
    let typed: Vec<Id<T>> = ids.into_iter().map(Id::from_uuid).collect();
    let found = store.find(&typed).await?;
    let texts = |id: &Id<T>| {
        let stored: &Stored<T> = found.get(id)?;
        stored.value.texts().map(|texts| texts.into_iter().map(str::to_owned).collect())
    };
    Ok(typed.iter().map(|id| (T::KIND, id.uuid(), texts(id))).collect())
}

async fn fill<T: Searchable>(store: &Store, filling: &mut Filling) -> Result<(), SearchError> {
    let mut rows = Box::pin(store.stream::<T>().await?);
    while let Some(row) = rows.try_next().await? {
        filling.put(&row);
    }
    Ok(())
}

fn read(searcher: &Searcher, address: DocAddress) -> Result<Option<(Kind, Uuid)>, SearchError> {
    let columns = searcher.segment_reader(address.segment_ord).fast_fields();
    let number = |name: &str| columns.u64(name).map(|column| column.first(address.doc_id));
    let (Some(kind), Some(high), Some(low)) = (number("kind")?, number("high")?, number("low")?) else {
        return Ok(None);
    };
    let kind = KINDS.into_iter().find(|known| code(*known) == kind);
    Ok(kind.map(|kind| (kind, Uuid::from_u64_pair(high, low))))
}

const fn code(kind: Kind) -> u64 {
    kind as u64
}

impl Fields {
    fn document<'a>(self, kind: Kind, id: Uuid, texts: impl IntoIterator<Item = &'a str>) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        let (high, low) = id.as_u64_pair();
        document.add_text(self.key, key(kind, id));
        document.add_u64(self.kind, code(kind));
        document.add_u64(self.high, high);
        document.add_u64(self.low, low);
        texts.into_iter().for_each(|text| document.add_text(self.text, text));
        document
    }
}

fn key(kind: Kind, id: Uuid) -> String {
    format!("{}:{id}", kind.table())
}

impl Shared {
    fn replace(&self, changes: Vec<Changed>, sequence: i64) -> tantivy::Result<()> {
        let mut guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, id, texts) in changes {
            guard.0.delete_term(Term::from_field_text(self.fields.key, &key(kind, id)));
            if let Some(texts) = texts {
                guard.0.add_document(self.fields.document(kind, id, texts.iter().map(String::as_str)))?;
            }
        }
        guard.0.commit()?;
        guard.1 = sequence;
        self.reader.reload()
    }

    fn query(&self, words: &str, kinds: &[Kind]) -> Result<Option<BooleanQuery>, SearchError> {
        let mut parts = pieces(words);
        parts.truncate(MAX_PIECES);
        let Some((last, rest)) = parts.split_last() else { return Ok(None) };
        let mut clauses: Vec<(Occur, Box<dyn Query>)> =
            rest.iter().map(|piece| (Occur::Must, self.exact(piece))).collect();
        clauses.push((
            Occur::Must,
            match last {
                Piece::Word(word) => {
                    // A word has letters, digits and marks only, so it needs no escape in a pattern.
                    let start = RegexQuery::from_pattern(&format!("{word}.*"), self.fields.text)?;
                    // A whole word counts for more than the beginning of one.
                    let either: Vec<(Occur, Box<dyn Query>)> =
                        vec![(Occur::Should, self.exact(last)), (Occur::Should, Box::new(start))];
                    Box::new(BooleanQuery::new(either))
                }
                run @ Piece::Run(_) => self.exact(run),
            },
        ));
        if !kinds.is_empty() {
            let any = kinds.iter().map(|kind| {
                let term = Term::from_field_u64(self.fields.kind, code(*kind));
                let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
                (Occur::Should, query)
            });
            // The kind decides what is shown and adds nothing to a score that all hits share.
            let only: Box<dyn Query> = Box::new(BooleanQuery::new(any.collect()));
            clauses.push((Occur::Must, Box::new(tantivy::query::ConstScoreQuery::new(only, 0.0))));
        }
        Ok(Some(BooleanQuery::new(clauses)))
    }

    fn exact(&self, piece: &Piece) -> Box<dyn Query> {
        let term = |text: &str| Term::from_field_text(self.fields.text, text);
        let one = |text: &str| -> Box<dyn Query> {
            Box::new(TermQuery::new(term(text), IndexRecordOption::WithFreqs))
        };
        match piece {
            Piece::Word(word) => one(word),
            Piece::Run(run) => {
                let pairs: Vec<String> = pairs(run).collect();
                match pairs.as_slice() {
                    [] => one(&run.iter().collect::<String>()),
                    [pair] => one(pair),
                    pairs => Box::new(PhraseQuery::new(pairs.iter().map(|pair| term(pair)).collect())),
                }
            }
        }
    }
}
