//! The engine as it lives: readers search snapshots, one writer at a time changes copies of single paths, and the
//! clustering is repaired beside both.
//!
//! A reader takes the state that is published and keeps it; nothing that it holds ever changes, and nothing waits for it.
//! A writer publishes a state with one change more beside the tree, which every search reads first: the change is visible
//! before the call returns. When some dozens have come together they go into the tree, for which the supers that they
//! lie in and the three nodes above each are copied, and nothing else. To re-cluster, the rows of some supers are arranged without any lock; what was
//! changed meanwhile is noted, and put in again when the arranged supers take the place of the old ones.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;

use super::{
    dispatch::InstructionSet,
    kind::Kind,
    layout::{Asked, arrange},
    search::{Effort, Scratch},
    snapshot::Snapshot,
    tree::{State, Super},
    writer::{LOOSE, Writer},
};

/// Supers that are repaired together, at most.
const REPAIR: usize = 64;

/// Searches before drift is judged.
const JUDGED: u64 = 128;

/// A search reads this many times the blocks that it read when the layout was learned: it no longer fits.
const DRIFTED: f64 = 1.5;

/// Finds the exact top k while items come, change and go.
pub struct Engine<K: Kind> {
    published: ArcSwap<State<K>>,
    writer: Mutex<Writer<K>>,
    /// Held while rows are arranged, so that one arranges at a time.
    lesson: Mutex<Lesson<K>>,
    watch: Watch,
    set: InstructionSet,
}

/// Questions from which the layout was learned.
struct Lesson<K: Kind> {
    questions: Vec<K::Query>,
    k: usize,
}

/// How much searches read, against what was read when the layout was learned.
#[derive(Default)]
struct Watch {
    searches: AtomicU64,
    blocks: AtomicU64,
    /// Blocks a search, in thousandths.
    expected: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves whole states only: a root is published after its change is complete.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Kind> Engine<K> {
    /// An engine over rows, laid out for questions like these with lists of k. Of two rows with one id the later stays.
    pub fn new(rows: Vec<K::Row>, questions: Vec<K::Query>, k: usize) -> Self {
        let set = InstructionSet::best();
        let mut last = HashMap::new();
        for row in rows {
            last.insert(K::id(&row), row);
        }
        let mut rows: Vec<K::Row> = last.into_values().collect();
        rows.sort_unstable_by_key(K::id);
        let writer = Writer::over(arrange::<K>(rows, &[], set));
        let engine = Self {
            published: ArcSwap::from_pointee(writer.state()),
            writer: Mutex::new(writer),
            lesson: Mutex::new(Lesson { questions: Vec::new(), k }),
            watch: Watch::default(),
            set,
        };
        engine.learn(questions);
        engine
    }

    /// The engine with an instruction set of the caller's choice; answers do not depend on it.
    #[must_use]
    pub fn on(mut self, set: InstructionSet) -> Self {
        self.set = set;
        self
    }

    /// All items as they are now.
    pub fn snapshot(&self) -> Snapshot<K> {
        Snapshot { state: self.published.load_full(), set: self.set }
    }

    /// The top k as of now, best first.
    pub fn top(&self, query: &K::Query, k: usize, scratch: &mut Scratch) -> Vec<K::Key> {
        let (keys, effort) = self.snapshot().search(query, k, scratch);
        self.note(effort);
        keys
    }

    /// Counts a search of a snapshot among those by which drift is judged.
    pub fn note(&self, effort: Effort) {
        self.watch.searches.fetch_add(1, Ordering::Relaxed);
        self.watch.blocks.fetch_add(u64::from(effort.blocks), Ordering::Relaxed);
    }

    /// Puts an item in, or in place of its older self; it is visible when this returns.
    pub fn put(&self, row: K::Row) {
        let mut writer = lock(&self.writer);
        writer.put(row);
        self.publish(&mut writer);
    }

    /// Takes an item out and answers what it was; it is out of sight when this returns.
    pub fn remove(&self, id: K::Id) -> Option<K::Row> {
        let mut writer = lock(&self.writer);
        let old = writer.remove(id)?;
        self.publish(&mut writer);
        Some(old)
    }

    /// The facts of an item as of now.
    pub fn get(&self, id: K::Id) -> Option<K::Row> {
        let writer = lock(&self.writer);
        writer.get(id).cloned()
    }

    /// Publishes a change; what follows is work that nobody waits for but the next writer.
    fn publish(&self, writer: &mut Writer<K>) {
        self.published.store(Arc::new(writer.state()));
        if writer.is_due() {
            writer.fold();
            self.published.store(Arc::new(writer.state()));
        }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.published.load().len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Blocks that searches have read for each block that they read when the layout was learned; none before enough
    /// searches were seen.
    pub fn strain(&self) -> Option<f64> {
        let searches = self.watch.searches.load(Ordering::Relaxed);
        let expected = self.watch.expected.load(Ordering::Relaxed);
        (searches >= JUDGED && expected > 0).then(|| {
            let blocks = self.watch.blocks.load(Ordering::Relaxed);
            blocks as f64 * 1000.0 / (searches as f64 * expected as f64)
        })
    }

    /// Whether questions or items no longer resemble what the layout was learned from.
    pub fn has_drifted(&self) -> bool {
        self.strain().is_some_and(|strain| strain > DRIFTED)
    }

    /// Learns the layout anew from questions, partition by partition, while readers and writers go on.
    pub fn learn(&self, questions: Vec<K::Query>) {
        let mut lesson = lock(&self.lesson);
        lesson.questions = questions;
        let partitions: HashSet<u32> = {
            let state = self.published.load_full();
            state
                .tree
                .supers()
                .filter_map(|(_, packed)| Some(K::partition(packed.all_rows().next()?.2)))
                .collect()
        };
        let mut partitions: Vec<u32> = partitions.into_iter().collect();
        partitions.sort_unstable();
        let asked = self.asked(&lesson);
        for partition in partitions {
            self.arrange_again(&asked, |packed, _| {
                packed.all_rows().next().is_some_and(|(_, _, row)| K::partition(row) == partition)
            });
        }
        self.expect(&lesson);
    }

    /// Puts other questions in place of those by which the clustering is repaired. Without any, nothing is repaired: for
    /// questions that hold more than they are worth between two repairs.
    pub fn recall(&self, questions: Vec<K::Query>) {
        lock(&self.lesson).questions = questions;
    }

    /// Repairs the clustering where it suffered most from changes; false where nothing is worth it, or where there is no
    /// question to repair it for. For a thread in the background, as often as it likes.
    pub fn repair(&self) -> bool {
        let lesson = lock(&self.lesson);
        if lesson.questions.is_empty() {
            return false;
        }
        let Some(partition) = lock(&self.writer).loosest() else { return false };
        let asked = self.asked(&lesson);
        let mut room = REPAIR;
        self.arrange_again(&asked, |packed, loose| {
            let is_of = |row: &K::Row| K::partition(row) == partition;
            let wanted =
                loose >= LOOSE && room > 0 && packed.all_rows().next().is_some_and(|(_, _, row)| is_of(row));
            room = room.saturating_sub(usize::from(wanted));
            wanted
        });
        true
    }

    /// The questions with the scores from which their lists are full.
    fn asked<'a>(&self, lesson: &'a Lesson<K>) -> Vec<Asked<'a, K>> {
        let snapshot = self.snapshot();
        let mut scratch = Scratch::default();
        lesson
            .questions
            .iter()
            .map(|query| {
                let (keys, _) = snapshot.search(query, lesson.k, &mut scratch);
                let full = keys.len() >= lesson.k;
                let reach = keys.last().filter(|_| full).map_or(0.0, K::reach);
                Asked { query, reach }
            })
            .collect()
    }

    /// Notes what searches read now, and forgets what they read before.
    fn expect(&self, lesson: &Lesson<K>) {
        let snapshot = self.snapshot();
        let mut scratch = Scratch::default();
        let read: u64 = lesson
            .questions
            .iter()
            .map(|query| u64::from(snapshot.search(query, lesson.k, &mut scratch).1.blocks))
            .sum();
        let mean = read.saturating_mul(1000).checked_div(lesson.questions.len() as u64).unwrap_or(0);
        self.watch.expected.store(mean, Ordering::Relaxed);
        self.watch.searches.store(0, Ordering::Relaxed);
        self.watch.blocks.store(0, Ordering::Relaxed);
    }

    /// Arranges the rows of some supers anew. The lesson is held by the caller, so that there is one journal at a time.
    fn arrange_again(&self, asked: &[Asked<'_, K>], mut wanted: impl FnMut(&Super<K>, u32) -> bool) {
        let (numbers, rows) = {
            let mut writer = lock(&self.writer);
            writer.fold();
            writer.journal = Some(HashSet::new());
            let root = writer.tree();
            let loose = writer.loose.clone();
            drop(writer);
            let mut numbers = Vec::new();
            let mut rows = Vec::new();
            for (number, packed) in root.supers() {
                if wanted(packed, loose.get(number).copied().unwrap_or(0)) {
                    numbers.push(number);
                    rows.extend(packed.all_rows().map(|(_, _, row)| row.clone()));
                }
            }
            (numbers, rows)
        };
        let arranged = arrange(rows, asked, self.set);
        let mut writer = lock(&self.writer);
        writer.install(&numbers, arranged);
        self.published.store(Arc::new(writer.state()));
    }
}
