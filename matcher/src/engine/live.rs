//! The engine as it lives: readers search snapshots, one writer at a time changes copies of single paths, and the
//! clustering is repaired beside both.
//!
//! A reader takes the tree that is published and keeps it; nothing that it holds ever changes, and nothing waits for
//! it. A writer copies the super of the item and the three nodes above it, and publishes the new root: the change is
//! visible as soon as the call returns. To re-cluster, the rows of some supers are arranged without any lock; what was
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
    search::{Effort, Scratch, Search, plain},
    tree::{Place, Root, Super},
};

/// Supers that are repaired together, at most.
const REPAIR: usize = 64;

/// Changes from which a super is worth repairing.
const LOOSE: u32 = 16;

/// Searches before drift is judged.
const JUDGED: u64 = 128;

/// A search reads this many times the blocks that it read when the layout was learned: it no longer fits.
const DRIFTED: f64 = 1.5;

/// Finds the exact top k while items come, change and go.
pub struct Engine<K: Kind> {
    published: ArcSwap<Root<K>>,
    writer: Mutex<Writer<K>>,
    /// Held while rows are arranged, so that one arranges at a time.
    lesson: Mutex<Lesson<K>>,
    watch: Watch,
    set: InstructionSet,
}

/// All items in one state, for as long as it is held.
pub struct Snapshot<K: Kind> {
    root: Arc<Root<K>>,
    set: InstructionSet,
}

struct Writer<K: Kind> {
    root: Root<K>,
    places: HashMap<K::Id, Place>,
    /// Supers with room by partition, and those that belong to none.
    open: HashMap<u32, Vec<usize>>,
    free: Vec<usize>,
    supers: usize,
    /// Changes of each super since it was arranged.
    loose: Vec<u32>,
    /// Items changed while rows are being arranged.
    journal: Option<HashSet<K::Id>>,
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
        let engine = Self {
            published: ArcSwap::from_pointee(Root::default()),
            writer: Mutex::new(Writer::over(arrange::<K>(rows, &[], set))),
            lesson: Mutex::new(Lesson { questions: Vec::new(), k }),
            watch: Watch::default(),
            set,
        };
        lock(&engine.writer).publish(&engine.published);
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
        Snapshot { root: self.published.load_full(), set: self.set }
    }

    /// The top k as of now, best first.
    pub fn top(&self, query: &K::Query, k: usize, scratch: &mut Scratch) -> Vec<K::Key> {
        let (keys, effort) = self.snapshot().search(query, k, scratch);
        self.watch.searches.fetch_add(1, Ordering::Relaxed);
        self.watch.blocks.fetch_add(u64::from(effort.blocks), Ordering::Relaxed);
        keys
    }

    /// Puts an item in, or in place of its older self; it is visible when this returns.
    pub fn put(&self, row: K::Row) {
        let mut writer = lock(&self.writer);
        writer.put(row);
        writer.publish(&self.published);
    }

    /// Takes an item out and answers what it was; it is out of sight when this returns.
    pub fn remove(&self, id: K::Id) -> Option<K::Row> {
        let mut writer = lock(&self.writer);
        let old = writer.remove(id)?;
        writer.publish(&self.published);
        Some(old)
    }

    /// The facts of an item as of now.
    pub fn get(&self, id: K::Id) -> Option<K::Row> {
        let writer = lock(&self.writer);
        writer.get(id).cloned()
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
            let root = self.published.load_full();
            root.supers().filter_map(|(_, packed)| Some(K::partition(packed.all_rows().next()?.2))).collect()
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

    /// Repairs the clustering where it suffered most from changes; false where nothing is worth it. For a thread in the
    /// background, as often as it likes.
    pub fn repair(&self) -> bool {
        let lesson = lock(&self.lesson);
        let asked = self.asked(&lesson);
        let Some(partition) = lock(&self.writer).loosest() else { return false };
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
            writer.journal = Some(HashSet::new());
            let root = self.published.load_full();
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
        writer.publish(&self.published);
    }
}

impl<K: Kind> Writer<K> {
    fn over(supers: Vec<Arc<Super<K>>>) -> Self {
        let mut places = HashMap::new();
        for (number, packed) in supers.iter().enumerate() {
            for (leaf, lane, row) in packed.all_rows() {
                places.insert(K::id(row), Place::new(number, leaf, lane));
            }
        }
        let count = supers.len();
        Self {
            root: Root::over(supers, places.len()),
            places,
            open: HashMap::new(),
            free: Vec::new(),
            supers: count,
            loose: vec![0; count],
            journal: None,
        }
    }

    fn publish(&self, published: &ArcSwap<Root<K>>) {
        published.store(Arc::new(self.root.clone()));
    }

    fn get(&self, id: K::Id) -> Option<&K::Row> {
        let place = *self.places.get(&id)?;
        let (leaf, lane) = place.inside();
        self.root.at(place.super_number())?.row(leaf, lane)
    }

    fn note(&mut self, id: K::Id, number: usize) {
        if let Some(journal) = &mut self.journal {
            journal.insert(id);
        }
        if let Some(loose) = self.loose.get_mut(number) {
            *loose = loose.saturating_add(1);
        }
    }

    fn put(&mut self, row: K::Row) {
        let id = K::id(&row);
        if let Some(place) = self.places.get(&id).copied() {
            let (leaf, lane) = place.inside();
            let number = place.super_number();
            let same = self.get(id).is_some_and(|old| K::partition(old) == K::partition(&row));
            if same {
                self.root.change(number, |packed| packed.replace(leaf, lane, Some(row)));
                self.note(id, number);
                return;
            }
            self.remove(id);
        }
        self.insert(row);
    }

    fn insert(&mut self, row: K::Row) {
        let (id, partition) = (K::id(&row), K::partition(&row));
        let (number, leaf, lane) = self.room(partition);
        self.root.change(number, |packed| packed.replace(leaf, lane, Some(row)));
        self.root.len = self.root.len.saturating_add(1);
        self.places.insert(id, Place::new(number, leaf, lane));
        self.note(id, number);
    }

    /// A place of a partition where no item lies.
    fn room(&mut self, partition: u32) -> (usize, usize, usize) {
        let open = self.open.entry(partition).or_default();
        while let Some(number) = open.last() {
            if let Some((leaf, lane)) = self.root.at(*number).and_then(|packed| packed.room()) {
                return (*number, leaf, lane);
            }
            open.pop();
        }
        let number = self.free.pop().unwrap_or_else(|| {
            let next = self.supers;
            self.supers = self.supers.saturating_add(1);
            self.loose.push(0);
            next
        });
        open.push(number);
        (number, 0, 0)
    }

    fn remove(&mut self, id: K::Id) -> Option<K::Row> {
        let place = self.places.remove(&id)?;
        let (leaf, lane) = place.inside();
        let number = place.super_number();
        let old = self.root.change(number, |packed| packed.replace(leaf, lane, None))??;
        self.root.len = self.root.len.saturating_sub(1);
        self.note(id, number);
        let open = self.open.entry(K::partition(&old)).or_default();
        if open.last() != Some(&number) {
            open.push(number);
        }
        Some(old)
    }

    /// The partition with most changes in supers that are worth repairing.
    fn loosest(&self) -> Option<u32> {
        let mut changes: HashMap<u32, u64> = HashMap::new();
        for (number, loose) in self.loose.iter().enumerate().filter(|(_, loose)| **loose >= LOOSE) {
            if let Some((_, _, row)) = self.root.at(number).and_then(|packed| packed.all_rows().next()) {
                let sum = changes.entry(K::partition(row)).or_default();
                *sum = sum.saturating_add(u64::from(*loose));
            }
        }
        changes.into_iter().max_by_key(|(partition, sum)| (*sum, *partition)).map(|(partition, _)| partition)
    }

    /// Puts arranged supers in place of those that their rows came from, and then what was changed meanwhile.
    fn install(&mut self, numbers: &[usize], arranged: Vec<Arc<Super<K>>>) {
        let journal = self.journal.take().unwrap_or_default();
        let replaced: HashSet<usize> = numbers.iter().copied().collect();
        // What was changed and lies in a super that goes, as it is now.
        let current: Vec<K::Row> = journal
            .iter()
            .filter(|id| self.places.get(id).is_some_and(|place| replaced.contains(&place.super_number())))
            .filter_map(|id| self.get(*id).cloned())
            .collect();
        let before: usize = self.rows_in(numbers);
        for open in self.open.values_mut() {
            open.retain(|number| !replaced.contains(number));
        }
        self.free.retain(|number| !replaced.contains(number));
        let mut targets: Vec<usize> = numbers.to_vec();
        let mut after = 0_usize;
        for packed in arranged {
            let number = if targets.is_empty() { None } else { Some(targets.remove(0)) };
            let number = number.unwrap_or_else(|| {
                let next = self.supers;
                self.supers = self.supers.saturating_add(1);
                self.loose.push(0);
                next
            });
            let partition = packed.all_rows().next().map(|(_, _, row)| K::partition(row));
            let mut packed = Arc::unwrap_or_clone(packed);
            let changed: Vec<(usize, usize)> = packed
                .all_rows()
                .filter(|(_, _, row)| journal.contains(&K::id(row)))
                .map(|(leaf, lane, _)| (leaf, lane))
                .collect();
            for (leaf, lane) in changed {
                packed.replace(leaf, lane, None);
            }
            for (leaf, lane, row) in packed.all_rows() {
                self.places.insert(K::id(row), Place::new(number, leaf, lane));
                after = after.saturating_add(1);
            }
            if packed.room().is_some()
                && let Some(partition) = partition
            {
                self.open.entry(partition).or_default().push(number);
            }
            self.root.change(number, |slot| *slot = packed);
            if let Some(loose) = self.loose.get_mut(number) {
                *loose = 0;
            }
        }
        for number in targets {
            self.root.change(number, |slot| *slot = Super::default());
            if let Some(loose) = self.loose.get_mut(number) {
                *loose = 0;
            }
            self.free.push(number);
        }
        self.root.len = self.root.len.saturating_sub(before).saturating_add(after);
        for row in current {
            self.places.remove(&K::id(&row));
            self.insert(row);
        }
    }

    fn rows_in(&self, numbers: &[usize]) -> usize {
        numbers
            .iter()
            .filter_map(|number| self.root.at(*number))
            .map(|packed| packed.all_rows().count())
            .fold(0, usize::saturating_add)
    }
}

impl<K: Kind> Snapshot<K> {
    /// The top k, best first, and what it took to find them.
    pub fn search(&self, query: &K::Query, k: usize, scratch: &mut Scratch) -> (Vec<K::Key>, Effort) {
        self.set.run(Search::<K> { root: &self.root, query, k, scratch })
    }

    /// The same on an instruction set of the caller's choice.
    pub fn search_on(
        &self,
        set: InstructionSet,
        query: &K::Query,
        k: usize,
        scratch: &mut Scratch,
    ) -> (Vec<K::Key>, Effort) {
        set.run(Search::<K> { root: &self.root, query, k, scratch })
    }

    /// The top k by the exact score of every item: what a search has to equal.
    pub fn plain(&self, query: &K::Query, k: usize) -> Vec<K::Key> {
        plain(&self.root, query, k)
    }

    /// Every item, in no order that means anything.
    pub fn rows(&self) -> impl Iterator<Item = &K::Row> {
        self.root.rows()
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.root.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.root.len == 0
    }

    /// Bytes of the packed columns, their bounds and the rows.
    pub fn bytes(&self) -> usize {
        let node = size_of::<super::tree::Group<K>>();
        let (mut supers, mut blocks) = (0_usize, 0_usize);
        for (_, packed) in self.root.supers() {
            supers = supers.saturating_add(1);
            blocks = blocks.saturating_add(packed.rows.iter().flatten().count());
        }
        supers
            .saturating_mul(size_of::<Super<K>>().saturating_add(node / 16).saturating_add(node / 256))
            .saturating_add(blocks.saturating_mul(size_of::<super::tree::Rows<K>>().saturating_add(16)))
    }
}
