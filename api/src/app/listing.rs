//! Lists in the order of ids: no ranking, every page exact.

use domain::{
    capability::{Capability, CapabilityDirection},
    city::City,
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    value::CountrySet,
    vocabulary::CooperationField,
};
use matcher::{
    capability::CapabilityRow,
    rank::{CityFilter, OpportunityFilter},
};

use super::App;

/// A page of ids.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    /// The ids, smallest first.
    pub ids: Vec<Id<T>>,
    /// Whether more follow.
    pub has_next: bool,
    /// Ids of the whole list.
    pub total: u64,
}

/// Which page.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    /// Rows on the page.
    pub first: usize,
    /// Begin strictly after this id.
    pub after: Option<u128>,
}

fn page<T>(ids: impl Iterator<Item = Id<T>>, request: PageRequest) -> Listing<T> {
    let mut total = 0_u64;
    let mut rest: Vec<Id<T>> = ids
        .inspect(|_| total = total.saturating_add(1))
        .filter(|id| request.after.is_none_or(|after| id.uuid().as_u128() > after))
        .collect();
    let has_next = rest.len() > request.first;
    if has_next {
        rest.select_nth_unstable(request.first);
        rest.truncate(request.first);
    }
    rest.sort_unstable();
    Listing { ids: rest, has_next, total }
}

/// Projects in public.
pub fn projects(app: &App, filter: &OpportunityFilter, request: PageRequest) -> Listing<Project> {
    let snapshot = app.ranking.snapshot();
    let rows = snapshot.catalog.projects().rows().iter();
    page(rows.filter(|row| filter.admits(row)).map(|row| row.id), request)
}

/// Cities.
pub fn cities(app: &App, filter: &CityFilter, request: PageRequest) -> Listing<City> {
    let snapshot = app.ranking.snapshot();
    let rows = snapshot.catalog.cities().rows().iter();
    page(rows.filter(|row| filter.admits(row)).map(|row| row.id), request)
}

/// Mandates.
pub fn mandates(app: &App, request: PageRequest) -> Listing<Mandate> {
    page(app.ranking.snapshot().catalog.mandates().rows().iter().map(|row| row.id), request)
}

/// Mandates of an investor in the order of their ids, at most 100.
pub fn mandates_of(app: &App, investor: Id<Organisation>) -> Vec<Id<Mandate>> {
    let snapshot = app.ranking.snapshot();
    let rows = snapshot.catalog.mandates().rows().iter().filter(|row| row.investor == investor);
    rows.map(|row| row.id).take(100).collect()
}

/// Cities whose office an organisation is, in the order of their ids, at most 100.
pub fn cities_of(app: &App, office: Id<Organisation>) -> Vec<Id<City>> {
    let snapshot = app.ranking.snapshot();
    let rows = snapshot.catalog.cities().rows().iter().filter(|row| row.owner == Some(office));
    rows.map(|row| row.id).take(100).collect()
}

/// What of needs and offers is shown.
#[derive(Debug, Clone, Default)]
pub struct CapabilityFilter {
    /// One way only.
    pub direction: Option<CapabilityDirection>,
    /// Any of these fields; any where none is named.
    pub fields: Vec<CooperationField>,
    /// Any of these countries, or anywhere; any where none is named.
    pub countries: CountrySet,
    /// Of this organisation only.
    pub organisation: Option<Id<Organisation>>,
}

impl CapabilityFilter {
    fn admits(&self, row: &CapabilityRow) -> bool {
        self.direction.is_none_or(|direction| direction == row.direction)
            && (self.fields.is_empty() || row.fields.iter().any(|field| self.fields.contains(field)))
            && (self.countries.is_empty() || row.countries.is_empty() || self.countries.meets(&row.countries))
            && self.organisation.is_none_or(|owner| owner == row.owner)
    }
}

/// Needs and offers of enterprises that hold on the catalog's day.
pub fn capabilities(app: &App, filter: &CapabilityFilter, request: PageRequest) -> Listing<Capability> {
    let snapshot = app.ranking.snapshot();
    let catalog = &snapshot.catalog;
    let rows = catalog.capabilities().rows().iter();
    page(rows.filter(|row| filter.admits(row) && row.is_open(catalog)).map(|row| row.id), request)
}

/// Organisations.
pub fn organisations(app: &App, request: PageRequest) -> Listing<Organisation> {
    page(app.ranking.snapshot().catalog.organisations().rows().iter().map(|row| row.id), request)
}
