//! The packed items as a tree that is never changed: a change copies the path to the block and shares all the rest.

use std::sync::Arc;

use super::{dispatch::LANES, kind::Kind};

/// The exact facts of a block.
pub(super) type Rows<K> = [Option<<K as Kind>::Row>; LANES];

/// Sixteen blocks of one partition.
pub(super) struct Super<K: Kind> {
    /// What holds of each block.
    pub(super) bounds: K::Bounds,
    /// Their columns.
    pub(super) blocks: [K::Block; LANES],
    /// Their rows; none where the block is empty. Apart, since a search reads few of them.
    pub(super) rows: [Option<Arc<Rows<K>>>; LANES],
}

/// Sixteen of the next lower order.
pub(super) struct Node<K: Kind, C> {
    /// What holds of each child.
    pub(super) bounds: K::Bounds,
    /// The children.
    pub(super) children: [Option<Arc<C>>; LANES],
}

/// Sixteen supers.
pub(super) type Group<K> = Node<K, Super<K>>;

/// Sixteen groups.
pub(super) type Region<K> = Node<K, Group<K>>;

/// An item's newest facts; none where it was removed.
pub(super) type Change<K> = (<K as Kind>::Id, Option<<K as Kind>::Row>);

/// All items in one state.
pub(super) struct State<K: Kind> {
    /// Most of them, packed.
    pub(super) tree: Arc<Root<K>>,
    /// The last few changes, by id; what the tree says of these items does not hold. To publish one more is cheaper than
    /// to change the tree, and the tree takes in many at once.
    pub(super) fresh: Vec<Change<K>>,
    /// Items.
    pub(super) len: usize,
}

impl<K: Kind> State<K> {
    /// Every row.
    pub(super) fn rows(&self) -> impl Iterator<Item = &K::Row> {
        let packed = self.tree.rows().filter(|row| !changed::<K>(&self.fresh, K::id(row)));
        packed.chain(self.fresh.iter().filter_map(|(_, row)| row.as_ref()))
    }
}

/// Whether an item is among changes.
#[inline]
pub(super) fn changed<K: Kind>(fresh: &[Change<K>], id: K::Id) -> bool {
    !fresh.is_empty() && fresh.binary_search_by_key(&id, |(id, _)| *id).is_ok()
}

/// The packed items.
pub(super) struct Root<K: Kind> {
    pub(super) regions: Vec<Arc<Region<K>>>,
}

impl<K: Kind> Clone for Root<K> {
    fn clone(&self) -> Self {
        Self { regions: self.regions.clone() }
    }
}

impl<K: Kind> Clone for Super<K> {
    fn clone(&self) -> Self {
        Self { bounds: self.bounds.clone(), blocks: self.blocks.clone(), rows: self.rows.clone() }
    }
}

impl<K: Kind, C> Clone for Node<K, C> {
    fn clone(&self) -> Self {
        Self { bounds: self.bounds.clone(), children: self.children.clone() }
    }
}

impl<K: Kind> Default for Super<K> {
    fn default() -> Self {
        Self {
            bounds: K::Bounds::default(),
            blocks: std::array::from_fn(|_| K::Block::default()),
            rows: [const { None }; LANES],
        }
    }
}

impl<K: Kind, C> Default for Node<K, C> {
    fn default() -> Self {
        Self { bounds: K::Bounds::default(), children: [const { None }; LANES] }
    }
}

impl<K: Kind> Default for Root<K> {
    fn default() -> Self {
        Self { regions: Vec::new() }
    }
}

impl<K: Kind> Super<K> {
    /// Packs rows of one partition in their order; at most 256.
    pub(super) fn pack(rows: &[K::Row]) -> Self {
        let mut packed = Self::default();
        for (leaf, part) in rows.chunks(LANES).take(LANES).enumerate() {
            let mut own: Rows<K> = [const { None }; LANES];
            for (lane, (slot, row)) in own.iter_mut().zip(part).enumerate() {
                *slot = Some(row.clone());
                if let Some(block) = packed.blocks.get_mut(leaf) {
                    K::set(block, lane, Some(row));
                }
            }
            K::cover(&mut packed.bounds, leaf, part.iter());
            if let Some(slot) = packed.rows.get_mut(leaf) {
                *slot = Some(Arc::new(own));
            }
        }
        packed
    }

    /// Where the row at a leaf and a lane lies; nothing of it is read.
    pub(super) fn slot(&self, leaf: usize, lane: usize) -> Option<&Option<K::Row>> {
        self.rows.get(leaf)?.as_ref()?.get(lane)
    }

    /// The row at a leaf and a lane.
    pub(super) fn row(&self, leaf: usize, lane: usize) -> Option<&K::Row> {
        self.slot(leaf, lane)?.as_ref()
    }

    /// All rows with their leaves and lanes.
    pub(super) fn all_rows(&self) -> impl Iterator<Item = (usize, usize, &K::Row)> {
        self.rows.iter().enumerate().filter_map(|(leaf, rows)| Some((leaf, rows.as_ref()?))).flat_map(
            |(leaf, rows)| {
                rows.iter().enumerate().filter_map(move |(lane, row)| Some((leaf, lane, row.as_ref()?)))
            },
        )
    }

    /// The first leaf and lane without a row.
    pub(super) fn room(&self) -> Option<(usize, usize)> {
        self.rows.iter().enumerate().find_map(|(leaf, rows)| match rows {
            None => Some((leaf, 0)),
            Some(rows) => rows.iter().position(Option::is_none).map(|lane| (leaf, lane)),
        })
    }

    /// Puts a row at a place or empties it, and answers what was there.
    pub(super) fn replace(&mut self, leaf: usize, lane: usize, row: Option<K::Row>) -> Option<K::Row> {
        let (slot, block) = (self.rows.get_mut(leaf)?, self.blocks.get_mut(leaf)?);
        K::set(block, lane, row.as_ref());
        let rows = slot.get_or_insert_with(|| Arc::new([const { None }; LANES]));
        let rows = Arc::make_mut(rows);
        let old = rows.get_mut(lane).and_then(|slot| std::mem::replace(slot, row));
        K::cover(&mut self.bounds, leaf, rows.iter().flatten());
        old
    }
}

/// Something whose sixteen sets can be summed up in one.
pub(super) trait Summed<K: Kind> {
    /// The bounds of the sixteen sets.
    fn bounds(&self) -> &K::Bounds;
}

impl<K: Kind> Summed<K> for Super<K> {
    fn bounds(&self) -> &K::Bounds {
        &self.bounds
    }
}

impl<K: Kind, C> Summed<K> for Node<K, C> {
    fn bounds(&self) -> &K::Bounds {
        &self.bounds
    }
}

impl<K: Kind, C: Summed<K> + Clone + Default> Node<K, C> {
    /// Nodes over children in their order, sixteen each.
    pub(super) fn over(children: Vec<Arc<C>>) -> Vec<Arc<Self>> {
        children
            .chunks(LANES)
            .map(|part| {
                let mut node = Self::default();
                for (lane, (slot, child)) in node.children.iter_mut().zip(part).enumerate() {
                    K::join(&mut node.bounds, lane, child.bounds());
                    *slot = Some(Arc::clone(child));
                }
                Arc::new(node)
            })
            .collect()
    }

    /// Changes a child in a copy that takes its place.
    pub(super) fn change<R>(&mut self, lane: usize, change: impl FnOnce(&mut C) -> R) -> Option<R> {
        let child = self.children.get_mut(lane)?.get_or_insert_with(|| Arc::new(C::default()));
        let child = Arc::make_mut(child);
        let out = change(child);
        K::join(&mut self.bounds, lane, child.bounds());
        Some(out)
    }
}

/// Where an item lies: lane, leaf, super, group and region, four bits each and the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(pub(super) u32);

impl Place {
    /// Puts the parts together.
    pub(super) fn new(super_number: usize, leaf: usize, lane: usize) -> Self {
        let number = u32::try_from(super_number).unwrap_or(u32::MAX >> 8);
        Self((number << 8) | ((leaf as u32 & 15) << 4) | (lane as u32 & 15))
    }

    /// Number of the super, counted over the whole tree.
    pub(super) const fn super_number(self) -> usize {
        (self.0 >> 8) as usize
    }

    /// Leaf and lane.
    pub(super) const fn inside(self) -> (usize, usize) {
        ((self.0 >> 4 & 15) as usize, (self.0 & 15) as usize)
    }
}

/// Region, group and super of a super's number.
pub(super) const fn path(super_number: usize) -> (usize, usize, usize) {
    (super_number >> 8, super_number >> 4 & 15, super_number & 15)
}

impl<K: Kind> Root<K> {
    /// The tree over supers in their order.
    pub(super) fn over(supers: Vec<Arc<Super<K>>>) -> Self {
        Self { regions: Region::over(Group::over(supers)) }
    }

    /// A super by its number.
    pub(super) fn at(&self, super_number: usize) -> Option<&Arc<Super<K>>> {
        let (region, group, lane) = path(super_number);
        self.regions.get(region)?.children.get(group)?.as_ref()?.children.get(lane)?.as_ref()
    }

    /// Changes a super in a copy of its path; a number past the end makes a new one.
    pub(super) fn change<R>(
        &mut self,
        super_number: usize,
        change: impl FnOnce(&mut Super<K>) -> R,
    ) -> Option<R> {
        let (region, group, lane) = path(super_number);
        while self.regions.len() <= region {
            self.regions.push(Arc::new(Region::default()));
        }
        let region = Arc::make_mut(self.regions.get_mut(region)?);
        region.change(group, |group| group.change(lane, change))?
    }

    /// Every super with its number.
    pub(super) fn supers(&self) -> impl Iterator<Item = (usize, &Arc<Super<K>>)> {
        self.regions.iter().enumerate().flat_map(|(region, node)| {
            node.children
                .iter()
                .enumerate()
                .filter_map(|(lane, group)| Some((lane, group.as_ref()?)))
                .flat_map(move |(group, node)| {
                    node.children.iter().enumerate().filter_map(move |(lane, child)| {
                        Some(((region << 8) | (group << 4) | lane, child.as_ref()?))
                    })
                })
        })
    }

    /// Every row.
    pub(super) fn rows(&self) -> impl Iterator<Item = &K::Row> {
        self.supers().flat_map(|(_, packed)| packed.all_rows().map(|(_, _, row)| row))
    }
}
