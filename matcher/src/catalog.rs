//! All that is ranked, in memory, packed. One writer prepares a catalog; readers share snapshots of it.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use chrono::NaiveDate;
use domain::{
    capability::Capability, city::City, id::Id, mandate::Mandate, organisation::Organisation,
    project::Project,
};

use crate::capability::CapabilityRow;
use crate::journal::{Change, Journal};
use crate::rank::Serving;
use crate::row::{
    Blocks, CityRow, Day, Links, MandateRow, OrganisationRow, ProjectRow, ScanTable, World, day,
};

/// Rows of one kind, dense, found by id.
#[derive(Debug, Clone)]
pub struct Table<T, R> {
    rows: Vec<R>,
    places: HashMap<Id<T>, u32, BuildHasherDefault<IdHasher>>,
}

/// Hashes ids by their own bits. The server makes the ids, so nobody can choose ones that collide.
#[derive(Debug, Clone, Copy, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
            self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }
}

impl<T, R> Default for Table<T, R> {
    fn default() -> Self {
        Self { rows: Vec::new(), places: HashMap::default() }
    }
}

impl<T, R> Table<T, R> {
    /// The rows, in no order that means anything: no answer may depend on it.
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// The row of an id.
    pub fn get(&self, id: Id<T>) -> Option<&R> {
        self.rows.get(self.place(id)?)
    }

    /// The place of an id among the rows.
    pub(crate) fn place(&self, id: Id<T>) -> Option<usize> {
        usize::try_from(*self.places.get(&id)?).ok()
    }

    /// Puts a row in and answers its place.
    fn put(&mut self, id: Id<T>, row: R) -> usize {
        let next = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(id).or_insert(next);
        match self.rows.get_mut(place as usize) {
            Some(slot) => *slot = row,
            None => self.rows.push(row),
        }
        place as usize
    }

    /// Takes a row out and answers the place it had, which the last row has now.
    fn take(&mut self, id: Id<T>, id_of: impl Fn(&R) -> Id<T>) -> Option<usize> {
        let place = self.places.remove(&id)? as usize;
        if place < self.rows.len() {
            self.rows.swap_remove(place);
            if let Some(moved) = self.rows.get(place) {
                self.places.insert(id_of(moved), u32::try_from(place).unwrap_or(u32::MAX));
            }
        }
        Some(place)
    }
}

/// Published projects, mandates, organisations and cities, as packed rows.
///
/// A copy shares every table with the one it was made of, until it changes one: then that table alone is copied.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Shared facts.
    pub world: Arc<World>,
    /// The day on which freshness and screening are judged.
    pub today: NaiveDate,
    /// Number of the last event that is in.
    pub sequence: i64,
    projects: Arc<Table<Project, ProjectRow>>,
    scan: Arc<ScanTable>,
    mandates: Arc<Table<Mandate, MandateRow>>,
    organisations: Arc<Table<Organisation, OrganisationRow>>,
    cities: Arc<Table<City, CityRow>>,
    capabilities: Arc<Table<Capability, CapabilityRow>>,
    by_geonames: Arc<HashMap<u32, Id<City>>>,
    links: Arc<Links>,
    blocks: Arc<Blocks>,
    journal: Arc<Journal>,
    /// The engine that answers for the projects, where there is one.
    pub(crate) serving: Option<Serving>,
}

impl Catalog {
    /// An empty catalog.
    pub fn new(world: World, today: NaiveDate) -> Self {
        Self { world: Arc::new(world), today, ..Self::default() }
    }

    /// The day as a number.
    pub fn day(&self) -> Day {
        day(self.today)
    }

    /// Puts a project in or in place of its older self. A listing that is not in public is taken out.
    pub fn put_project(&mut self, id: Id<Project>, owner: Id<Organisation>, project: &Project) {
        if project.state.is_ranked() {
            let row = ProjectRow::new(id, owner, project, &self.world);
            let place = Arc::make_mut(&mut self.projects).put(id, row);
            if let Some(row) = self.projects.rows.get(place) {
                Arc::make_mut(&mut self.scan).put(place, row);
            }
            self.note(Change::Project(id));
        } else {
            self.remove_project(id);
        }
    }

    /// Takes a project out.
    pub fn remove_project(&mut self, id: Id<Project>) {
        // What is not in, such as a draft, is not worth a copy.
        if self.projects.get(id).is_none() {
            return;
        }
        if let Some(place) = Arc::make_mut(&mut self.projects).take(id, |row| row.id) {
            Arc::make_mut(&mut self.scan).take(place);
        }
        self.note(Change::Project(id));
    }

    /// Puts a mandate in or in place of its older self.
    pub fn put_mandate(&mut self, id: Id<Mandate>, investor: Id<Organisation>, mandate: &Mandate) {
        Arc::make_mut(&mut self.mandates).put(id, MandateRow::new(id, investor, mandate, &self.world));
    }

    /// Takes a mandate out.
    pub fn remove_mandate(&mut self, id: Id<Mandate>) {
        Arc::make_mut(&mut self.mandates).take(id, |row| row.id);
    }

    /// Puts an organisation in or in place of its older self.
    pub fn put_organisation(&mut self, id: Id<Organisation>, organisation: &Organisation) {
        let row = OrganisationRow::new(id, organisation);
        if !self.scan.knows_owner(&row) {
            Arc::make_mut(&mut self.scan).put_owner(&row);
        }
        if self.cities.rows.iter().any(|city| city.owner == Some(id)) {
            let cities = Arc::make_mut(&mut self.cities);
            for city in cities.rows.iter_mut().filter(|city| city.owner == Some(id)) {
                city.follow_owner(&row);
            }
        }
        if self.organisations.get(id) != Some(&row) {
            self.note(Change::Organisation(id));
        }
        Arc::make_mut(&mut self.organisations).put(id, row);
    }

    /// Puts a city in or in place of its older self; one that is run by an organisation after that organisation.
    pub fn put_city(&mut self, id: Id<City>, owner: Option<Id<Organisation>>, city: &City) {
        if self.by_geonames.get(&city.geonames_id) != Some(&id) {
            Arc::make_mut(&mut self.by_geonames).insert(city.geonames_id, id);
        }
        let mut row = CityRow::new(id, city, &self.world, self.today);
        if let Some(owner) = owner.and_then(|owner| self.organisations.get(owner)) {
            row.follow_owner(owner);
        }
        Arc::make_mut(&mut self.cities).put(id, row);
    }

    /// Puts a need or an offer in or in place of its older self.
    pub fn put_capability(&mut self, id: Id<Capability>, owner: Id<Organisation>, capability: &Capability) {
        Arc::make_mut(&mut self.capabilities).put(id, CapabilityRow::new(id, owner, capability));
    }

    /// Takes a need or an offer out.
    pub fn remove_capability(&mut self, id: Id<Capability>) {
        Arc::make_mut(&mut self.capabilities).take(id, |row| row.id);
    }

    /// Adds a twinning.
    pub fn put_twinning(&mut self, twinning: &domain::city::Twinning) {
        if !self.links.linked(twinning.a, twinning.b) {
            Arc::make_mut(&mut self.links).insert(twinning);
            self.note(Change::Shared);
        }
    }

    /// Puts these twinnings in the place of all that were there.
    pub fn set_twinnings<'a>(&mut self, twinnings: impl IntoIterator<Item = &'a domain::city::Twinning>) {
        let mut links = Links::default();
        for twinning in twinnings {
            links.insert(twinning);
        }
        if links != *self.links {
            self.links = Arc::new(links);
            self.note(Change::Shared);
        }
    }

    /// Says whom an organisation has blocked; what it had blocked before and is not named is not blocked any more.
    pub fn put_blocks(&mut self, blocker: Id<Organisation>, others: &HashSet<Id<Organisation>>) {
        for other in self.blocks.changed_by(blocker, others) {
            Arc::make_mut(&mut self.blocks).turn(blocker, other);
            // Either may be the one that owns.
            self.note(Change::Organisation(blocker));
            self.note(Change::Organisation(other));
        }
    }

    /// The same for readers who may not know who has blocked whom: nobody parts.
    #[must_use]
    pub fn unparted(&self) -> Self {
        Self { blocks: Arc::default(), ..self.clone() }
    }

    /// Whether anybody has blocked anybody.
    pub fn is_parted(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// The same without the engine that answers for it.
    pub(crate) fn alone(&self) -> Self {
        let mut alone = self.clone();
        alone.serving = None;
        alone
    }

    fn note(&mut self, change: Change) {
        Arc::make_mut(&mut self.journal).note(change);
    }

    /// What changed.
    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Published projects.
    pub fn projects(&self) -> &Table<Project, ProjectRow> {
        &self.projects
    }

    /// The projects as a scan reads them, in the same order.
    pub(crate) fn scan(&self) -> &ScanTable {
        &self.scan
    }

    /// Mandates.
    pub fn mandates(&self) -> &Table<Mandate, MandateRow> {
        &self.mandates
    }

    /// Organisations.
    pub fn organisations(&self) -> &Table<Organisation, OrganisationRow> {
        &self.organisations
    }

    /// Cities.
    pub fn cities(&self) -> &Table<City, CityRow> {
        &self.cities
    }

    /// Needs and offers of enterprises.
    pub fn capabilities(&self) -> &Table<Capability, CapabilityRow> {
        &self.capabilities
    }

    /// The city of a GeoNames id.
    pub fn city_by_geonames(&self, geonames: u32) -> Option<&CityRow> {
        self.by_geonames.get(&geonames).and_then(|id| self.cities.get(*id))
    }

    /// Whether one of two organisations has blocked the other.
    pub fn parted(&self, one: Id<Organisation>, other: Id<Organisation>) -> bool {
        self.blocks.part(one, other)
    }

    /// Who has blocked whom.
    pub(crate) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// Twinnings.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// All that bears on one pair; none where the investor or the owner is not in the catalog.
    pub fn pair<'a>(&'a self, mandate: &'a MandateRow, project: &'a ProjectRow) -> Option<Pair<'a>> {
        Some(Pair {
            mandate,
            investor: self.organisations.get(mandate.investor)?,
            project,
            owner: self.organisations.get(project.owner)?,
            catalog: self,
        })
    }

    /// Two cities with what is shared.
    pub fn city_pair<'a>(&'a self, viewer: &'a CityRow, partner: &'a CityRow) -> CityPair<'a> {
        CityPair { viewer, partner, catalog: self, mode: DigitalMode::Peer, programme: None, busy: &[] }
    }
}

/// A mandate and a project with all that bears on their score.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The mandate.
    pub mandate: &'a MandateRow,
    /// Whose it is.
    pub investor: &'a OrganisationRow,
    /// The project.
    pub project: &'a ProjectRow,
    /// Whose it is.
    pub owner: &'a OrganisationRow,
    /// Shared facts.
    pub catalog: &'a Catalog,
}

/// How a city wants to be matched on digital level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DigitalMode {
    /// With an equal.
    #[default]
    Peer,
    /// With one that can teach, where a skills need exists.
    Mentor,
}

/// A programme whose terms a pair must meet, where it applies to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Programme {
    /// Fewest inhabitants of either city.
    pub min_population: u32,
}

/// Two cities, seen by the first.
#[derive(Debug, Clone, Copy)]
pub struct CityPair<'a> {
    /// Who looks.
    pub viewer: &'a CityRow,
    /// Who is looked at.
    pub partner: &'a CityRow,
    /// Shared facts.
    pub catalog: &'a Catalog,
    /// The viewer's wish.
    pub mode: DigitalMode,
    /// Programme applied to.
    pub programme: Option<Programme>,
    /// Cities by their GeoNames id with which the viewer is in a partnership that is no link in public yet, or rests
    /// after one that came to nothing. Only those who may know of it give it.
    pub busy: &'a [u32],
}

impl CityPair<'_> {
    /// Whether the two are linked, or something of theirs is under way or resting.
    pub fn is_taken(&self) -> bool {
        let (a, b) = (self.viewer.geonames, self.partner.geonames);
        a == b || self.catalog.links().linked(a, b) || self.busy.contains(&a) || self.busy.contains(&b)
    }

    /// The same pair, seen by the other.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { viewer: self.partner, partner: self.viewer, mode: DigitalMode::Peer, ..self }
    }
}
