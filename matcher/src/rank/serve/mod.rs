//! Pages of the product from the engine: the list from [`crate::engine`], what the page says of the whole catalog from
//! counts that are kept (`counts`). The page is that of the scan in every bit, and where the engine is not the quicker way
//! the scan makes it: orders and lists that are no kind of the engine, a question that is asked for the first time and has to
//! be counted, a page far down, a filter that few pass and of which bounds know nothing.
//!
//! An [`Index`] follows one line of catalogs: it is made of one, installed into it or into one that came of it, and every
//! catalog that comes of that one is settled once, by the one who changes catalogs. A catalog that was changed and not settled
//! is scanned.
//!
//! Invariant: items and counts that answer for a catalog are of that catalog, told by the number of its last change, its day
//! and its world.

mod counts;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::NaiveDate;
use domain::{id::Id, project::Project};

use self::counts::{Counts, Known, State};
use super::{
    List, OpportunityFilter, OpportunityQuery, Page, RankBy, RankKey, Ranked, evaluate,
    mutual::{Listed, Mutual, Question},
};
use crate::{
    Catalog, Policy,
    catalog::Pair,
    engine::{Engine, Scratch, Snapshot},
    gate::investment::answers,
    journal::Change,
    row::{ProjectRow, World},
};

/// Projects from which an index is worth having: below, a scan is as quick.
pub const LEAST_PROJECTS: usize = 5_000;

/// Questions from which the layout is learned.
const QUESTIONS: usize = 128;

/// Rows for which the layout is made.
const ROWS: usize = 20;

/// Longest page that the engine is asked for.
const LONGEST: usize = 1_000;

/// Projects that a search may score exactly, and one for so many of the catalog beyond: then the scan is quicker.
const MOST_EXACT: (usize, usize) = (512, 64);

/// The engine over the projects of a line of catalogs, with the counts of what was asked of it.
pub struct Index {
    engine: Engine<Mutual>,
    counts: Mutex<Counts>,
    /// The state of the catalog that the engine holds, by its changes.
    holds: AtomicU64,
    world: Arc<World>,
    today: NaiveDate,
    /// Projects put since the layout was last seen to.
    put: AtomicU64,
}

/// The engine as of one catalog.
#[derive(Clone)]
pub(crate) struct Serving {
    index: Arc<Index>,
    items: Arc<Snapshot<Mutual>>,
    seen: u64,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("projects", &self.engine.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving")
            .field("index", &self.index)
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}

/// Questions of a catalog's own mandates, evenly over their ids.
fn questions(catalog: &Catalog) -> Vec<Question> {
    let mut mandates: Vec<_> = catalog.mandates().rows().iter().collect();
    mandates.sort_unstable_by_key(|mandate| mandate.id);
    let step = mandates.len().div_ceil(QUESTIONS).max(1);
    let (policy, filter) = (Policy::current(), OpportunityFilter::default());
    mandates
        .into_iter()
        .step_by(step)
        .filter_map(|mandate| {
            let query = OpportunityQuery {
                mandate,
                investor: catalog.organisations().get(mandate.investor)?,
                policy: &policy,
                filter: &filter,
                by: RankBy::Mutual,
                list: List::Ranked,
                first: ROWS,
                after: None,
            };
            Question::new(catalog, &query)
        })
        .collect()
}

impl Index {
    /// An index of a catalog, laid out for its mandates. Takes a core for a while: a second or two for 100,000 projects.
    pub fn over(catalog: &Catalog) -> Self {
        let engine = Engine::new(Mutual::rows(catalog), questions(catalog), ROWS);
        // The questions hold this catalog, which will soon be an old one.
        engine.recall(Vec::new());
        let seen = catalog.journal().end();
        Self {
            engine,
            counts: Mutex::new(Counts::at(seen)),
            holds: AtomicU64::new(seen),
            world: Arc::clone(&catalog.world),
            today: catalog.today,
            put: AtomicU64::new(0),
        }
    }

    /// Sees to the layout where changes or other mandates than those that it was made for have made it worse; false where
    /// there was nothing to do. For a thread in the background, beside readers and the one who settles.
    pub fn tend(&self, catalog: &Catalog) -> bool {
        let put = self.put.load(Ordering::Relaxed);
        if self.engine.has_drifted() {
            self.engine.learn(questions(catalog));
        } else if put.saturating_mul(64) > self.engine.len() as u64 {
            self.engine.recall(questions(catalog));
            while self.engine.repair() {}
        } else {
            return false;
        }
        self.engine.recall(Vec::new());
        self.put.fetch_sub(put, Ordering::Relaxed);
        true
    }

    /// Bytes of the columns, their bounds and the rows.
    pub fn bytes(&self) -> usize {
        self.engine.snapshot().bytes()
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Counts are of use or not as a whole: they are checked by the number of changes.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_of(&self, catalog: &Catalog) -> bool {
        Arc::ptr_eq(&self.world, &catalog.world) && self.today == catalog.today
    }

    /// Brings the engine to a catalog and answers the projects that changed; none where beginning anew is quicker.
    fn follow(&self, catalog: &Catalog, seen: u64) -> Option<Followed> {
        let mut projects: BTreeSet<Id<Project>> = BTreeSet::new();
        let mut shared = false;
        let rows = catalog.projects().rows();
        for change in catalog.journal().since(seen)? {
            match change {
                Change::Project(id) => drop(projects.insert(id)),
                Change::Organisation(id) => {
                    let places = catalog.scan().places_of(id);
                    projects.extend(places.filter_map(|place| Some(rows.get(place)?.id)));
                }
                Change::Shared => shared = true,
            }
            if projects.len() > (rows.len() / 8).saturating_add(256) {
                return None;
            }
        }
        for id in &projects {
            let place = catalog.projects().place(*id);
            match place.and_then(|place| Listed::of(catalog, place)) {
                Some(row) => self.engine.put(row),
                None => drop(self.engine.remove(id.uuid().as_u128())),
            }
        }
        self.put.fetch_add(projects.len() as u64, Ordering::Relaxed);
        Some(Followed { projects: projects.into_iter().collect(), shared })
    }
}

/// What changed between two catalogs.
struct Followed {
    projects: Vec<Id<Project>>,
    shared: bool,
}

impl Catalog {
    /// Whether the engine answers for this catalog as it is.
    pub fn is_indexed(&self) -> bool {
        self.serving().is_some()
    }

    /// The index that answers for it.
    pub fn index(&self) -> Option<&Arc<Index>> {
        self.serving().map(|serving| &serving.index)
    }

    fn serving(&self) -> Option<&Serving> {
        let serving = self.serving.as_ref()?;
        (serving.seen == self.journal().end() && serving.index.is_of(self)).then_some(serving)
    }

    /// Puts in an index that was made of this catalog or of one that it came of; false where it cannot follow any more.
    pub fn install(&mut self, index: Index) -> bool {
        let seen = index.holds.load(Ordering::Relaxed);
        let installs = index.is_of(self) && index.follow(self, seen).is_some();
        self.serving = installs.then(|| {
            let seen = self.journal().end();
            index.holds.store(seen, Ordering::Relaxed);
            *index.counts() = Counts::at(seen);
            Serving { items: Arc::new(index.engine.snapshot()), index: Arc::new(index), seen }
        });
        installs
    }

    /// After changes: brings the index of the catalog in whose place this one comes, and of which it came, to this one. Called
    /// once for every catalog, by the one who changes catalogs; an index that cannot follow is let go.
    pub fn settle(&mut self, before: &Self) {
        self.serving = None;
        let Some(Serving { index, seen, .. }) = before.serving.clone() else { return };
        let end = self.journal().end();
        // Where another catalog of the line has been settled already, this one is no heir of it.
        let holds = index.holds.compare_exchange(seen, end, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if !holds || !index.is_of(self) {
            return;
        }
        let Some(followed) = index.follow(self, seen) else { return };
        let mut counts = index.counts();
        if followed.shared || !index.is_of(before) {
            *counts = Counts::at(end);
        } else {
            counts.follow((before, self), &followed.projects, end);
        }
        drop(counts);
        self.serving = Some(Serving { items: Arc::new(index.engine.snapshot()), index, seen: end });
    }
}

/// Whether the engine knows a query's kind.
fn is_kind(query: &OpportunityQuery<'_>) -> bool {
    query.by == RankBy::Mutual
        && query.list == List::Ranked
        && query.first <= LONGEST
        && query.filter.only.is_none()
}

/// The page from the engine and the counts that are kept; none where a scan has to make it.
pub(super) fn page<'a>(
    catalog: &'a Catalog,
    query: &OpportunityQuery<'_>,
) -> Option<Page<Ranked<&'a ProjectRow>>> {
    let serving = catalog.serving().filter(|_| is_kind(query))?;
    let known = serving.index.counts().find(serving.state(catalog), query);
    let Known::Counted(sums, before) = known else { return None };
    let Some((items, has_next)) = serving.list(catalog, query) else {
        serving.index.counts().give_up(serving.state(catalog), query);
        return None;
    };
    let page = Page {
        items,
        first_rank: before.saturating_add(1),
        has_next,
        total: sums.total,
        other_list: sums.other_list,
        excluded_total: sums.excluded_total,
        excluded: sums.by_gate(),
    };
    serving.index.counts().note(serving.state(catalog), query, &page);
    Some(page)
}

/// The rows alone, from the engine; none where a scan has to find them.
pub(super) fn rows<'a>(
    catalog: &'a Catalog,
    query: &OpportunityQuery<'_>,
) -> Option<(Vec<Ranked<&'a ProjectRow>>, bool)> {
    let serving = catalog.serving().filter(|_| is_kind(query))?;
    serving.list(catalog, query)
}

/// Keeps the counts of a page that a scan made.
pub(super) fn note(catalog: &Catalog, query: &OpportunityQuery<'_>, page: &Page<Ranked<&ProjectRow>>) {
    if let Some(serving) = catalog.serving().filter(|_| is_kind(query)) {
        serving.index.counts().note(serving.state(catalog), query, page);
    }
}

impl Serving {
    /// The state of the catalog, as its readers see it.
    fn state(&self, catalog: &Catalog) -> State {
        State { seen: self.seen, parted: catalog.is_parted() }
    }

    /// The rows and whether more follow.
    fn list<'a>(
        &self,
        catalog: &'a Catalog,
        query: &OpportunityQuery<'_>,
    ) -> Option<(Vec<Ranked<&'a ProjectRow>>, bool)> {
        let question = Question::new(catalog, query)?;
        let (least, each) = MOST_EXACT;
        let most = self.items.len().checked_div(each).unwrap_or(0).saturating_add(least);
        let most = u32::try_from(most.saturating_add(query.first)).unwrap_or(u32::MAX);
        let k = query.first.saturating_add(1);
        let (keys, effort) = self.items.search_within(most, &question, k, &mut Scratch::default());
        self.index.engine.note(effort);
        let keys = keys?;
        let has_next = keys.len() > query.first;
        let row = |key: RankKey| {
            let row = catalog.projects().get(Id::from_bits(key.id.0))?;
            let owner = catalog.organisations().get(row.owner)?;
            let (mandate, investor) = (query.mandate, query.investor);
            let pair = Pair { mandate, investor, project: row, owner, catalog };
            Some(Ranked { row, key, evaluation: evaluate(query.policy, &pair), gates: answers(&pair) })
        };
        Some((keys.into_iter().take(query.first).filter_map(row).collect(), has_next))
    }
}
