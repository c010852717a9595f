//! The one writer: where every item lies, where there is room, what was changed since it was arranged.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    kind::Kind,
    tree::{Change, Place, Root, State, Super},
};

/// Changes from which a super is worth repairing.
pub(super) const LOOSE: u32 = 16;

/// Changes that may stand beside the tree. Each costs every search some nanoseconds.
const FRESH: usize = 32;

/// The one that changes the tree, with where everything lies.
pub(super) struct Writer<K: Kind> {
    /// The tree as it is changed.
    root: Root<K>,
    /// The tree as it was published last.
    tree: Arc<Root<K>>,
    /// Changes that are not in it yet, by id.
    fresh: Vec<Change<K>>,
    len: usize,
    places: HashMap<K::Id, Place>,
    /// Supers with room by partition, and those that belong to none.
    open: HashMap<u32, Vec<usize>>,
    free: Vec<usize>,
    supers: usize,
    /// Changes of each super since it was arranged.
    pub(super) loose: Vec<u32>,
    /// Items changed while rows are being arranged.
    pub(super) journal: Option<HashSet<K::Id>>,
}

impl<K: Kind> Writer<K> {
    pub(super) fn over(supers: Vec<Arc<Super<K>>>) -> Self {
        let mut places = HashMap::new();
        for (number, packed) in supers.iter().enumerate() {
            for (leaf, lane, row) in packed.all_rows() {
                places.insert(K::id(row), Place::new(number, leaf, lane));
            }
        }
        let count = supers.len();
        let root = Root::over(supers);
        Self {
            tree: Arc::new(root.clone()),
            root,
            fresh: Vec::new(),
            len: places.len(),
            places,
            open: HashMap::new(),
            free: Vec::new(),
            supers: count,
            loose: vec![0; count],
            journal: None,
        }
    }

    /// All items as they are now.
    pub(super) fn state(&self) -> State<K> {
        State { tree: Arc::clone(&self.tree), fresh: self.fresh.clone(), len: self.len }
    }

    /// The packed items, without changes that are not folded in.
    pub(super) fn tree(&self) -> Arc<Root<K>> {
        Arc::clone(&self.tree)
    }

    /// The newest facts of an item.
    pub(super) fn get(&self, id: K::Id) -> Option<&K::Row> {
        match self.fresh.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(at) => self.fresh.get(at)?.1.as_ref(),
            Err(_) => self.packed(id),
        }
    }

    fn packed(&self, id: K::Id) -> Option<&K::Row> {
        let place = *self.places.get(&id)?;
        let (leaf, lane) = place.inside();
        self.root.at(place.super_number())?.row(leaf, lane)
    }

    /// Puts an item in, or in place of its older self.
    pub(super) fn put(&mut self, row: K::Row) {
        let id = K::id(&row);
        let known = match self.fresh.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(at) => self.fresh.get_mut(at).and_then(|change| change.1.replace(row)).is_some(),
            Err(at) => {
                self.fresh.insert(at, (id, Some(row)));
                self.places.contains_key(&id)
            }
        };
        self.len = self.len.saturating_add(usize::from(!known));
    }

    /// Takes an item out and answers what it was.
    pub(super) fn remove(&mut self, id: K::Id) -> Option<K::Row> {
        let old = match self.fresh.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(at) => self.fresh.get_mut(at)?.1.take()?,
            Err(at) => {
                let old = self.packed(id)?.clone();
                self.fresh.insert(at, (id, None));
                old
            }
        };
        self.len = self.len.saturating_sub(1);
        Some(old)
    }

    /// Whether so many changes stand beside the tree that it is time to fold them in.
    pub(super) const fn is_due(&self) -> bool {
        self.fresh.len() >= FRESH
    }

    /// Takes the changes that stand beside the tree into it.
    pub(super) fn fold(&mut self) {
        for (id, row) in std::mem::take(&mut self.fresh) {
            match row {
                Some(row) => self.pack(row),
                None => drop(self.unpack(id)),
            }
        }
        self.tree = Arc::new(self.root.clone());
    }

    fn note(&mut self, id: K::Id, number: usize) {
        if let Some(journal) = &mut self.journal {
            journal.insert(id);
        }
        if let Some(loose) = self.loose.get_mut(number) {
            *loose = loose.saturating_add(1);
        }
    }

    fn pack(&mut self, row: K::Row) {
        let id = K::id(&row);
        if let Some(place) = self.places.get(&id).copied() {
            let (leaf, lane) = place.inside();
            let number = place.super_number();
            let same = self.packed(id).is_some_and(|old| K::partition(old) == K::partition(&row));
            if same {
                self.root.change(number, |packed| packed.replace(leaf, lane, Some(row)));
                self.note(id, number);
                return;
            }
            self.unpack(id);
        }
        self.insert(row);
    }

    fn insert(&mut self, row: K::Row) {
        let (id, partition) = (K::id(&row), K::partition(&row));
        let (number, leaf, lane) = self.room(partition);
        self.root.change(number, |packed| packed.replace(leaf, lane, Some(row)));
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

    fn unpack(&mut self, id: K::Id) -> Option<K::Row> {
        let place = self.places.remove(&id)?;
        let (leaf, lane) = place.inside();
        let number = place.super_number();
        let old = self.root.change(number, |packed| packed.replace(leaf, lane, None))??;
        self.note(id, number);
        let open = self.open.entry(K::partition(&old)).or_default();
        if open.last() != Some(&number) {
            open.push(number);
        }
        Some(old)
    }

    /// The partition with most changes in supers that are worth repairing.
    pub(super) fn loosest(&self) -> Option<u32> {
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
    pub(super) fn install(&mut self, numbers: &[usize], arranged: Vec<Arc<Super<K>>>) {
        self.fold();
        let journal = self.journal.take().unwrap_or_default();
        let replaced: HashSet<usize> = numbers.iter().copied().collect();
        // What was changed and lies in a super that goes, as it is now.
        let current: Vec<K::Row> = journal
            .iter()
            .filter(|id| self.places.get(id).is_some_and(|place| replaced.contains(&place.super_number())))
            .filter_map(|id| self.packed(*id).cloned())
            .collect();
        for open in self.open.values_mut() {
            open.retain(|number| !replaced.contains(number));
        }
        self.free.retain(|number| !replaced.contains(number));
        let mut targets: Vec<usize> = numbers.to_vec();
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
        for row in current {
            self.places.remove(&K::id(&row));
            self.insert(row);
        }
        self.tree = Arc::new(self.root.clone());
    }
}
