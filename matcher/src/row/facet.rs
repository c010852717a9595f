//! Lists that many projects share, each kept once and counted.

use std::{collections::HashMap, hash::Hash, sync::Arc};

/// Distinct lists by number. A number is given anew when nothing uses its list any more, so that numbers stay about
/// as many as the lists in use.
#[derive(Debug, Clone)]
pub(crate) struct Facet<T> {
    lists: Vec<Arc<[T]>>,
    uses: Vec<u32>,
    free: Vec<u32>,
    numbers: HashMap<Arc<[T]>, u32>,
}

impl<T> Default for Facet<T> {
    fn default() -> Self {
        Self { lists: Vec::new(), uses: Vec::new(), free: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Eq + Hash + Clone> Facet<T> {
    /// The lists by number. Those that nothing uses any more may be among them.
    pub(crate) fn lists(&self) -> &[Arc<[T]>] {
        &self.lists
    }

    /// The number of a list, which has one user more.
    pub(super) fn take(&mut self, list: &[T]) -> u32 {
        if let Some(number) = self.numbers.get(list).copied() {
            if let Some(uses) = self.uses.get_mut(number as usize) {
                *uses = uses.saturating_add(1);
            }
            return number;
        }
        let list: Arc<[T]> = list.into();
        let next = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        let number = self.free.pop().unwrap_or(next);
        let slot = self.lists.get_mut(number as usize).zip(self.uses.get_mut(number as usize));
        if let Some((slot, uses)) = slot {
            *slot = Arc::clone(&list);
            *uses = 1;
        } else {
            self.lists.push(Arc::clone(&list));
            self.uses.push(1);
        }
        self.numbers.insert(list, number);
        number
    }

    /// The list of a number has one user less.
    pub(super) fn release(&mut self, number: u32) {
        let (Some(list), Some(uses)) = (self.lists.get(number as usize), self.uses.get_mut(number as usize))
        else {
            return;
        };
        *uses = uses.saturating_sub(1);
        if *uses == 0 && self.numbers.remove(list).is_some() {
            self.free.push(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_one_number_while_it_is_used_and_numbers_are_used_again() {
        let mut facet = Facet::<u8>::default();
        let (a, b) = (facet.take(&[1]), facet.take(&[1, 2]));
        assert_ne!(a, b);
        assert_eq!(facet.take(&[1]), a);
        facet.release(a);
        assert_eq!(facet.take(&[1]), a, "still used once");
        facet.release(a);
        facet.release(a);
        // More releases than takes give the number away once only.
        facet.release(a);
        assert_eq!(facet.take(&[3]), a);
        assert_eq!(facet.take(&[4]), 2);
        assert_eq!(
            facet.lists().iter().map(|list| list.to_vec()).collect::<Vec<_>>(),
            [vec![3], vec![1, 2], vec![4]]
        );
    }
}
