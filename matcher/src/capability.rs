//! What answers a need or an offer of an enterprise: counterparts, nearest first.
//!
//! No score: fields are near or not (section 5.3 of the feature list), places meet or not, and that is said. The same
//! two capabilities are counterparts seen from either.

use std::cmp::Reverse;

use domain::{
    capability::{Capability, CapabilityDirection},
    id::Id,
    organisation::Organisation,
    value::{CountrySet, Lang},
    vocabulary::{CooperationField, ScreeningStatus, Similarity},
};

use crate::{
    Catalog,
    row::{Day, day},
};

/// Packed view of a capability.
#[derive(Debug, Clone, PartialEq)]
pub struct CapabilityRow {
    /// Its id.
    pub id: Id<Capability>,
    /// Whose it is.
    pub owner: Id<Organisation>,
    /// Which way it goes.
    pub direction: CapabilityDirection,
    /// Fields.
    pub fields: Box<[CooperationField]>,
    /// Where; empty for anywhere.
    pub countries: CountrySet,
    /// Languages; empty where not said.
    pub languages: Box<[Lang]>,
    /// Last day on which it holds.
    pub valid_until: Option<Day>,
    /// Last confirmation.
    pub confirmed_on: Day,
}

impl CapabilityRow {
    /// Packs a capability.
    pub fn new(id: Id<Capability>, owner: Id<Organisation>, capability: &Capability) -> Self {
        Self {
            id,
            owner,
            direction: capability.direction,
            fields: capability.fields.clone().into(),
            countries: capability.countries.iter().copied().collect(),
            languages: capability.languages.clone().into(),
            valid_until: capability.valid_until.map(day),
            confirmed_on: day(capability.confirmed_on),
        }
    }

    /// Whether it holds on the catalog's day and its organisation takes part.
    pub fn is_open(&self, catalog: &Catalog) -> bool {
        let owner = catalog.organisations().get(self.owner);
        self.valid_until.is_none_or(|last| last >= catalog.day())
            && owner.is_some_and(|owner| {
                owner.active
                    && !matches!(owner.screening, ScreeningStatus::Frozen | ScreeningStatus::ConfirmedHit)
            })
    }

    /// How near the nearest two fields are.
    pub fn nearness(&self, other: &Self) -> Similarity {
        let pairs = self.fields.iter().flat_map(|a| other.fields.iter().map(|b| a.similarity(*b)));
        pairs.max_by_key(|similarity| similarity.micro()).unwrap_or(Similarity::None)
    }

    /// Whether a country does for both.
    fn meets(&self, other: &Self) -> bool {
        self.countries.is_empty() || other.countries.is_empty() || self.countries.meets(&other.countries)
    }
}

/// What answers a capability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counterpart<'a> {
    /// The other one.
    pub row: &'a CapabilityRow,
    /// How near the nearest two fields are.
    pub nearness: Similarity,
    /// Whether they share a language; none where one does not say.
    pub shared_language: Option<bool>,
}

/// The counterparts of a capability: the other way round, of another organisation without a block between them, open, in a near field, in a place
/// that does for both. The nearest first, then those with a shared language, then the last confirmed, then by id.
pub fn counterparts<'a>(catalog: &'a Catalog, of: &CapabilityRow, first: usize) -> Vec<Counterpart<'a>> {
    let wanted = of.direction.opposite();
    let mut found: Vec<Counterpart<'a>> = catalog
        .capabilities()
        .rows()
        .iter()
        .filter(|row| row.direction == wanted && row.owner != of.owner && row.meets(of))
        .filter(|row| !catalog.parted(of.owner, row.owner))
        .filter_map(|row| {
            let nearness = of.nearness(row);
            let said = !of.languages.is_empty() && !row.languages.is_empty();
            let shared_language =
                said.then(|| of.languages.iter().any(|language| row.languages.contains(language)));
            (nearness != Similarity::None).then_some(Counterpart { row, nearness, shared_language })
        })
        .filter(|found| found.row.is_open(catalog))
        .collect();
    let key = |one: &Counterpart<'_>| {
        let language = one.shared_language.map_or(1, |shared| if shared { 2 } else { 0 });
        (Reverse((one.nearness.micro(), language, one.row.confirmed_on)), one.row.id)
    };
    if found.len() > first && first > 0 {
        found.select_nth_unstable_by_key(first.saturating_sub(1), key);
    }
    found.truncate(first);
    found.sort_unstable_by_key(key);
    found
}
