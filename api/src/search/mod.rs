//! Full-text search over names and summaries in any script.
//!
//! Words are folded (compatibility forms, case, accents). Scripts without spaces are cut into pairs of letters, so
//! that a query from the middle of a word is found. All terms of a query must be in the text; the last word may be
//! the beginning of one.

mod tokens;

use domain::{city::City, id::Id, organisation::Organisation, project::Project};
use futures::TryStreamExt;
use tantivy::{
    Index, IndexReader, TantivyDocument, Term,
    collector::TopDocs,
    query::{BooleanQuery, Occur, Query, RegexQuery, TermQuery},
    schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value},
};

use crate::store::{Aggregate, Kind, Store, StoreError};

pub use tokens::tokens;

/// A search that failed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index.
    #[error("the search index failed")]
    Index(#[from] tantivy::TantivyError),
    /// The database.
    #[error("the search index could not be filled")]
    Store(#[from] StoreError),
}

/// The index of this process.
#[derive(Clone)]
pub struct Search {
    reader: IndexReader,
    id: Field,
    kind: Field,
    text: Field,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Search")
    }
}

/// Terms of a query that are looked at.
const MAX_TERMS: usize = 40;

/// Bytes that the writer of the index may use while it is filled.
const WRITER_BYTES: usize = 32 * 1024 * 1024;

impl Search {
    /// Indexes all that is public.
    ///
    /// # Errors
    /// The database does not answer, or the index fails.
    pub async fn build(store: &Store) -> Result<Self, SearchError> {
        let mut schema = Schema::builder();
        let id = schema.add_text_field("id", STRING | STORED);
        let kind = schema.add_text_field("kind", STRING);
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("any_script")
            .set_index_option(IndexRecordOption::WithFreqs);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register("any_script", tokens::AnyScript);
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_BYTES)?;
        let add = |writer: &tantivy::IndexWriter, found: (Kind, uuid::Uuid), texts: &[&str]| {
            let mut document = TantivyDocument::default();
            document.add_text(id, crate::id::encode(found.0, found.1));
            document.add_text(kind, found.0.table());
            texts.iter().for_each(|words| document.add_text(text, words));
            writer.add_document(document).map(|_| ())
        };
        let mut rows = Box::pin(store.stream::<Project>().await?);
        while let Some(row) = rows.try_next().await? {
            if row.value.state.is_ranked() {
                let summary = row.value.summary.as_ref().map_or("", domain::value::Localized::value);
                add(&writer, (Kind::Project, row.id.uuid()), &[row.value.title.value(), summary])?;
            }
        }
        drop(rows);
        let mut rows = Box::pin(store.stream::<Organisation>().await?);
        while let Some(row) = rows.try_next().await? {
            add(&writer, (Kind::Organisation, row.id.uuid()), &[row.value.name.as_str()])?;
        }
        drop(rows);
        let mut rows = Box::pin(store.stream::<City>().await?);
        while let Some(row) = rows.try_next().await? {
            add(&writer, (Kind::City, row.id.uuid()), &[row.value.name.as_str()])?;
        }
        writer.commit()?;
        Ok(Self { reader: index.reader()?, id, kind, text })
    }

    /// The best hits of a query, best first.
    ///
    /// # Errors
    /// The index fails.
    pub fn find(
        &self,
        words: &str,
        kinds: &[Kind],
        limit: usize,
    ) -> Result<Vec<(Kind, uuid::Uuid)>, SearchError> {
        let Some(query) = self.query(words, kinds)? else { return Ok(Vec::new()) };
        let searcher = self.reader.searcher();
        let hits = searcher.search(&query, &TopDocs::with_limit(limit.max(1)).order_by_score())?;
        let mut found = Vec::with_capacity(hits.len());
        for (_, address) in hits {
            let document: TantivyDocument = searcher.doc(address)?;
            let hit = document.get_first(self.id).and_then(|value| value.as_str());
            found.extend(hit.and_then(|id| crate::id::decode(id).ok()));
        }
        Ok(found)
    }

    /// The ids of one kind that a query finds.
    ///
    /// # Errors
    /// The index fails.
    pub fn ids<T: Aggregate>(&self, words: &str, limit: usize) -> Result<Vec<Id<T>>, SearchError> {
        let found = self.find(words, &[T::KIND], limit)?;
        Ok(found.into_iter().map(|(_, uuid)| Id::from_uuid(uuid)).collect())
    }

    fn query(&self, words: &str, kinds: &[Kind]) -> Result<Option<BooleanQuery>, SearchError> {
        let terms: Vec<String> = tokens(words).into_iter().take(MAX_TERMS).collect();
        let Some((last, rest)) = terms.split_last() else { return Ok(None) };
        let exact = |term: &str| -> Box<dyn Query> {
            Box::new(TermQuery::new(Term::from_field_text(self.text, term), IndexRecordOption::WithFreqs))
        };
        let mut clauses: Vec<(Occur, Box<dyn Query>)> =
            rest.iter().map(|term| (Occur::Must, exact(term))).collect();
        let begins =
            last.chars().all(char::is_alphanumeric) && last.chars().count() > 1 && !tokens::is_pair(last);
        clauses.push((
            Occur::Must,
            if begins {
                let start: Box<dyn Query> =
                    Box::new(RegexQuery::from_pattern(&format!("{last}.*"), self.text)?);
                // A whole word counts for more than the beginning of one.
                Box::new(BooleanQuery::new(vec![(Occur::Should, exact(last)), (Occur::Should, start)]))
            } else {
                exact(last)
            },
        ));
        if !kinds.is_empty() {
            let any = kinds
                .iter()
                .map(|kind| {
                    let term = Term::from_field_text(self.kind, kind.table());
                    let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
                    (Occur::Should, query)
                })
                .collect();
            clauses.push((Occur::Must, Box::new(BooleanQuery::new(any))));
        }
        Ok(Some(BooleanQuery::new(clauses)))
    }
}
