//! What a round has read of things that lists name: a document is read and looked through once for many issues, and
//! each of its readers is asked for by itself what may be seen of it.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use domain::{
    city::City,
    digest::Told,
    disclosure::{Rung, rung},
    id::Id,
    project::Project,
};
use matcher::score::Interval;

use super::{
    list::{List, What},
    subject::{band, told, told_of_city},
};
use crate::{
    store::{Store, StoreError, Stored},
    visible::{Viewer, Visible},
};

/// Documents of a kind that a round holds at most: some 200 MB of large listings, far less of usual ones.
const MOST: usize = 40_000;

/// A listing.
#[derive(Debug)]
pub struct Card {
    stored: Arc<Stored<Project>>,
    /// What would be told of it but for a score, by the rung on which its reader stands.
    told: [OnceLock<Told>; RUNGS.len()],
}

const RUNGS: [Rung; 5] = [Rung::Public, Rung::Registered, Rung::Matched, Rung::Introduced, Rung::Private];

impl Card {
    /// The listing, if the reader may see it.
    pub fn seen_by(&self, viewer: &Viewer) -> Option<Visible<Project>> {
        viewer.see(Arc::clone(&self.stored))
    }

    /// What would be told of it to a reader who sees it so.
    pub fn told(&self, seen: &Visible<Project>, score: Option<Interval>) -> Told {
        let on = rung(seen.relations());
        let slot = RUNGS.iter().zip(&self.told).find(|(rung, _)| **rung == on);
        // What is told rests on the rung alone, beside the score.
        let base = match slot {
            Some((_, slot)) => slot.get_or_init(|| told(seen, None)).clone(),
            None => told(seen, None),
        };
        Told { band: score.map(|score| band(score.point)), ..base }
    }
}

/// A city.
#[derive(Debug)]
pub struct CityCard {
    stored: Arc<Stored<City>>,
    told: OnceLock<Told>,
}

impl CityCard {
    /// The city, if the reader may see it.
    pub fn seen_by(&self, viewer: &Viewer) -> Option<Visible<City>> {
        viewer.see(Arc::clone(&self.stored))
    }

    /// What would be told of it.
    pub fn told(&self, score: Interval) -> Told {
        let base = self.told.get_or_init(|| told_of_city(&self.stored.value, score));
        Told { band: Some(band(score.point)), ..base.clone() }
    }
}

/// What was read lately: the older half goes when there are too many.
#[derive(Debug)]
struct Held<K, V> {
    young: HashMap<K, Option<Arc<V>>>,
    old: HashMap<K, Option<Arc<V>>>,
}

impl<K: Eq + Hash + Copy, V> Held<K, V> {
    fn new() -> Self {
        Self { young: HashMap::new(), old: HashMap::new() }
    }

    /// What is known of a key: that there is none such is known too.
    fn get(&mut self, key: K) -> Option<Option<Arc<V>>> {
        if let Some(found) = self.young.get(&key) {
            return Some(found.clone());
        }
        let found = self.old.remove(&key)?;
        self.put(key, found.clone());
        Some(found)
    }

    fn put(&mut self, key: K, value: Option<Arc<V>>) {
        if self.young.len() >= MOST.div_euclid(2) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

/// What is read of things.
#[derive(Debug)]
pub struct Cards {
    projects: Mutex<Held<Id<Project>, Card>>,
    cities: Mutex<Held<Id<City>, CityCard>>,
}

/// The things of some lists.
#[derive(Debug, Default)]
pub struct Dealt {
    /// Listings.
    pub projects: HashMap<Id<Project>, Arc<Card>>,
    /// Cities.
    pub cities: HashMap<Id<City>, Arc<CityCard>>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is held is whole whatever became of who held it before.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Cards {
    fn default() -> Self {
        Self { projects: Mutex::new(Held::new()), cities: Mutex::new(Held::new()) }
    }
}

/// Splits keys into what is held and what has to be read.
fn deal<K: Eq + Hash + Copy, V>(
    of: &Mutex<Held<K, V>>,
    keys: HashSet<K>,
    dealt: &mut HashMap<K, Arc<V>>,
) -> Vec<K> {
    let mut held = lock(of);
    keys.into_iter()
        .filter(|key| match held.get(*key) {
            None => true,
            Some(card) => {
                dealt.extend(card.map(|card| (*key, card)));
                false
            }
        })
        .collect()
}

impl Cards {
    /// The things that lists name, read where they are not held.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn of(&self, store: &Store, lists: &[&List]) -> Result<Dealt, StoreError> {
        let mut dealt = Dealt::default();
        let (mut projects, mut cities) = (HashSet::new(), HashSet::new());
        for row in lists.iter().flat_map(|list| &list.rows) {
            match &row.what {
                What::Project(id, _) => drop(projects.insert(*id)),
                What::City(matched) => drop(cities.insert(matched.partner)),
            }
        }
        let missing = deal(&self.projects, projects, &mut dealt.projects);
        let mut found = store.find(&missing).await?;
        for id in missing {
            let card = found.remove(&id).map(|stored| {
                Arc::new(Card { stored: Arc::new(stored), told: RUNGS.map(|_| OnceLock::new()) })
            });
            dealt.projects.extend(card.clone().map(|card| (id, card)));
            lock(&self.projects).put(id, card);
        }
        let missing = deal(&self.cities, cities, &mut dealt.cities);
        let mut found = store.find(&missing).await?;
        for id in missing {
            let card = found
                .remove(&id)
                .map(|stored| Arc::new(CityCard { stored: Arc::new(stored), told: OnceLock::new() }));
            dealt.cities.extend(card.clone().map(|card| (id, card)));
            lock(&self.cities).put(id, card);
        }
        Ok(dealt)
    }
}
