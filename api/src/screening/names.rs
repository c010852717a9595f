//! The index over the lists in force, kept in memory, and the names of an organisation held against it.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use arc_swap::ArcSwapOption;
use domain::{
    name_match::{Basis, Potential, Screener, Subject},
    organisation::OrganisationFacts,
    sanctions::{ListEntry, SanctionsList},
    screening_hit::ListedMatch,
    value::CountryCode,
};
use sha2::{Digest, Sha256};

use crate::{
    command::CommandError,
    server::compute::{self, ComputeError},
    store::{ListInForce, Store, Tx},
};

impl From<ComputeError> for CommandError {
    fn from(error: ComputeError) -> Self {
        match error {
            ComputeError::Overloaded => Self::Overloaded,
            ComputeError::Failed => Self::Failed,
        }
    }
}

/// What is screened of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Its name and those to whom it belongs, each once.
    pub names: BTreeSet<String>,
    /// Numbers in registers that it claims.
    pub identifiers: Vec<String>,
    /// Its country.
    pub country: Option<CountryCode>,
}

impl Names {
    /// Of an organisation with its register numbers.
    pub fn of(facts: &OrganisationFacts, identifiers: Vec<String>) -> Self {
        let names = std::iter::once(&facts.name).chain(&facts.beneficial_owners);
        Self { names: names.map(ToString::to_string).collect(), identifiers, country: facts.country }
    }
}

/// The index over some editions.
pub struct Loaded {
    /// Which editions.
    pub lists: Vec<ListInForce>,
    screener: Screener,
    /// Hashes of whole entries: a decision holds for as long as the entry stays the same.
    hashes: HashMap<(SanctionsList, String), [u8; 32]>,
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded").field("lists", &self.lists).finish_non_exhaustive()
    }
}

impl Loaded {
    fn new(lists: Vec<ListInForce>, entries: Vec<ListEntry>) -> Self {
        let mut hashes = HashMap::with_capacity(entries.len());
        for entry in &entries {
            // Fields in the order of the type: the same entry has the same text.
            let text = serde_json::to_vec(entry).unwrap_or_default();
            hashes.insert((entry.list, entry.uid.clone()), Sha256::digest(text).into());
        }
        Self { lists, screener: Screener::new(entries), hashes }
    }

    /// Whether it is over these editions.
    pub fn is_of(&self, lists: &[ListInForce]) -> bool {
        self.lists == lists
    }

    /// All that is alike, the likest first. Each name is held against the lists by itself: a second owner who is like
    /// an entry is a match of its own, whoever else of the organisation is like it.
    pub fn matches(&self, names: &Names) -> Vec<ListedMatch> {
        let numbers: Vec<&str> = names.identifiers.iter().map(String::as_str).collect();
        let by_number = Subject { identifiers: &numbers, country: names.country, ..Subject::default() };
        let mut found = self.screener.screen(&by_number);
        for name in &names.names {
            let subject = Subject { name, country: names.country, ..Subject::default() };
            found.extend(self.screener.screen(&subject));
        }
        let mut matches: Vec<ListedMatch> =
            found.into_iter().filter_map(|potential| self.listed(potential)).collect();
        matches.sort_by(|a, b| {
            b.score
                .cmp(&a.score)
                .then_with(|| (a.list, &a.uid, &a.subject_name).cmp(&(b.list, &b.uid, &b.subject_name)))
        });
        matches
    }

    fn listed(&self, potential: Potential) -> Option<ListedMatch> {
        let published_on = self.lists.iter().find(|list| list.list == potential.list)?.published_on;
        let mut hash = Sha256::new();
        hash.update(self.hashes.get(&(potential.list, potential.uid.clone()))?);
        hash.update(potential.subject_name.as_bytes());
        Some(ListedMatch {
            list: potential.list,
            published_on,
            uid: potential.uid,
            kind: potential.kind,
            matched_name: potential.matched_name,
            subject_name: potential.subject_name,
            score: potential.score,
            weak: potential.basis == Basis::WeakAlias,
            country_agrees: potential.country_agrees,
            why: potential.why,
            fingerprint: hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}

/// The index in memory; the lists in force in the database say whether it is still the right one.
#[derive(Debug, Default)]
pub struct Sanctions {
    loaded: ArcSwapOption<Loaded>,
}

impl Sanctions {
    /// The index over the lists in force as a reader sees them; none where no list is.
    ///
    /// # Errors
    /// The database does not answer, or too much work waits already.
    pub async fn current(&self, store: &Store) -> Result<Option<Arc<Loaded>>, CommandError> {
        let lists = store.lists_in_force().await?;
        if let Some(known) = self.known(&lists) {
            return Ok(known);
        }
        // Read after the lists, so that entries are never older than what the index is taken for.
        self.build(lists, store.list_entries().await?).await
    }

    /// The index over the lists that a write holds; none where no list is in force.
    ///
    /// # Errors
    /// As [`Self::current`].
    pub async fn held(&self, tx: &Tx) -> Result<Option<Arc<Loaded>>, CommandError> {
        let lists = tx.hold_lists().await?;
        if let Some(known) = self.known(&lists) {
            return Ok(known);
        }
        self.build(lists, tx.list_entries().await?).await
    }

    /// The answer where nothing has to be read.
    fn known(&self, lists: &[ListInForce]) -> Option<Option<Arc<Loaded>>> {
        if lists.is_empty() {
            return Some(None);
        }
        self.loaded.load_full().filter(|loaded| loaded.is_of(lists)).map(Some)
    }

    async fn build(
        &self,
        lists: Vec<ListInForce>,
        entries: Vec<ListEntry>,
    ) -> Result<Option<Arc<Loaded>>, CommandError> {
        let loaded = Arc::new(compute::run(move || Loaded::new(lists, entries)).await?);
        self.loaded.store(Some(Arc::clone(&loaded)));
        Ok(Some(loaded))
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use domain::sanctions::ListedKind;

    use super::*;

    fn entry(name: &str, programme: &str) -> ListEntry {
        ListEntry {
            list: SanctionsList::UnSc,
            uid: "7".to_owned(),
            reference: None,
            kind: ListedKind::Individual,
            name: name.to_owned(),
            aliases: Vec::new(),
            countries: Vec::new(),
            identifiers: vec![domain::sanctions::ListedIdentifier {
                kind: "Registration Number".to_owned(),
                number: "101134702".to_owned(),
            }],
            programmes: vec![programme.to_owned()],
            listed_on: None,
        }
    }

    fn loaded(name: &str, programme: &str) -> Loaded {
        let list = ListInForce {
            list: SanctionsList::UnSc,
            published_on: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
            sha256: String::new(),
            entries: 1,
            imported_at: 0,
        };
        Loaded::new(vec![list], vec![entry(name, programme)])
    }

    fn fingerprints(loaded: &Loaded, names: &[&str], number: Option<&str>) -> BTreeSet<String> {
        let names = Names {
            names: names.iter().map(ToString::to_string).collect(),
            identifiers: number.into_iter().map(str::to_owned).collect(),
            country: None,
        };
        loaded.matches(&names).into_iter().map(|alike| alike.fingerprint).collect()
    }

    /// A dismissed owner must not hide another one who is like the same entry.
    #[test]
    fn each_name_is_a_match_of_its_own() {
        let lists = loaded("Zebedee Fictivus Exampleberg", "A");
        let one = fingerprints(&lists, &["Zebedee Fictivus Exampleberg", "Lime Tree"], None);
        let two =
            fingerprints(&lists, &["Zebedee Fictivus Exampleberg", "Zebedee Fiktivus Exampleberg"], None);
        assert_eq!((one.len(), two.len()), (1, 2));
        assert!(two.is_superset(&one));
        assert_eq!(fingerprints(&lists, &["Lime Tree"], Some("101 134 702")).len(), 1, "by its number alone");
        assert!(fingerprints(&lists, &["Lime Tree"], None).is_empty());
    }

    #[test]
    fn a_decision_holds_until_the_entry_or_the_name_changes() {
        let of = |lists: &Loaded| fingerprints(lists, &["Zebedee Fictivus Exampleberg"], None);
        let before = of(&loaded("Zebedee Fictivus Exampleberg", "A"));
        assert_eq!(before, of(&loaded("Zebedee Fictivus Exampleberg", "A")));
        assert_ne!(before, of(&loaded("Zebedee Fictivus Exampleberg", "B")), "under another programme");
        assert_ne!(before, of(&loaded("Zebedee Fictivus Exampleberg Jr", "A")));
    }
}
