//! A city as its links are known, and the inputs of its pairs with all others.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: places are numbers of the atlas's own names, the rest is floating point"
)]

use std::collections::HashMap;

use super::{data::City, graph::Graph, signal::Signal};
use crate::learn::{investment::data::km, table::shared};

/// How much a city counts by its distance: 1 here, a half at 25 km.
fn kernel(apart: f32) -> f32 {
    let x = apart / 25.0;
    1.0 / (1.0 + x * x)
}

/// A city with what its surroundings do; lists are by the number of the other city.
#[derive(Debug)]
pub struct View<'g> {
    graph: &'g Graph<'g>,
    city: u32,
    near_link: Vec<f32>,
    near_link_km: Vec<f32>,
    near_both: Vec<f32>,
    near_both_km: Vec<f32>,
    like_link: Vec<f32>,
    common: Vec<f32>,
    adamic: Vec<f32>,
    paths: Vec<f32>,
    partner_near: Vec<f32>,
    near_country: HashMap<u32, f32>,
    near_links: f32,
    like_country: HashMap<u32, f32>,
    like_links: f32,
    own_country: HashMap<u32, f32>,
    habit: f32,
}

impl<'g> View<'g> {
    /// The view of a city.
    pub fn new(graph: &'g Graph<'g>, city: u32) -> Self {
        let count = graph.atlas.cities.len();
        let mut view = Self {
            graph,
            city,
            near_link: vec![0.0; count],
            near_link_km: vec![f32::NAN; count],
            near_both: vec![0.0; count],
            near_both_km: vec![f32::NAN; count],
            like_link: vec![0.0; count],
            common: vec![0.0; count],
            adamic: vec![0.0; count],
            paths: vec![0.0; count],
            partner_near: vec![0.0; count],
            near_country: HashMap::new(),
            near_links: 0.0,
            like_country: HashMap::new(),
            like_links: 0.0,
            own_country: HashMap::new(),
            habit: f32::NAN,
        };
        view.surroundings();
        view.alike();
        view.ties();
        view
    }

    /// The city's number.
    pub const fn city(&self) -> u32 {
        self.city
    }

    /// Whether another city is a candidate: in another country and no partner yet.
    pub fn candidate(&self, other: u32) -> bool {
        let cities = &self.graph.atlas.cities;
        cities[other as usize].country != cities[self.city as usize].country
            && !self.graph.linked(self.city, other)
    }

    /// Whether another city has links or a link's end beside the viewer's own, so that it is likely to be looked at.
    pub fn beside(&self, other: u32) -> bool {
        self.near_both[other as usize] > 0.02 || self.adamic[other as usize] > 0.0
    }

    /// What cities near this one do: their partners, and what lies near those.
    fn surroundings(&mut self) {
        let graph = self.graph;
        let mut reached = Vec::new();
        for (near, apart) in &graph.nearness.near[self.city as usize] {
            if *near == self.city {
                continue;
            }
            let weight = kernel(*apart);
            for partner in &graph.partners[*near as usize] {
                let place = *partner as usize;
                if self.near_link[place] == 0.0 {
                    reached.push(*partner);
                }
                self.near_link[place] += weight;
                self.near_link_km[place] = self.near_link_km[place].min(*apart);
                self.near_links += weight;
                *self.near_country.entry(graph.atlas.cities[place].country).or_insert(0.0) += weight;
            }
        }
        for partner in reached {
            let (weight, apart) = (self.near_link[partner as usize], self.near_link_km[partner as usize]);
            for (beside, further) in &graph.nearness.near[partner as usize] {
                let place = *beside as usize;
                self.near_both[place] += weight * kernel(*further);
                self.near_both_km[place] = self.near_both_km[place].min(apart + further);
            }
        }
    }

    /// What cities of the same country and about the same size do.
    fn alike(&mut self) {
        let graph = self.graph;
        let own = &graph.atlas.cities[self.city as usize];
        let Some(population) = own.population else { return };
        for (other, row) in graph.atlas.cities.iter().enumerate() {
            if row.country != own.country || other == self.city as usize || graph.partners[other].is_empty() {
                continue;
            }
            let Some(theirs) = row.population else { continue };
            let apart = libm::log2f(theirs / population);
            if apart.abs() > 3.0 {
                continue;
            }
            let weight = 1.0 / (1.0 + apart * apart) / (1.0 + km(own.at, row.at) / 150.0);
            for partner in &graph.partners[other] {
                self.like_link[*partner as usize] += weight;
                self.like_links += weight;
                *self.like_country.entry(graph.atlas.cities[*partner as usize].country).or_insert(0.0) +=
                    weight;
            }
        }
    }

    /// Partners in common, partners' partners' partners, and what lies near partners.
    fn ties(&mut self) {
        let graph = self.graph;
        let own = &graph.partners[self.city as usize];
        let (mut sizes, mut known) = (0.0_f32, 0.0_f32);
        for partner in own {
            let row = &graph.atlas.cities[*partner as usize];
            *self.own_country.entry(row.country).or_insert(0.0) += 1.0;
            if let Some(population) = row.population {
                sizes += libm::log2f(population);
                known += 1.0;
            }
            for (beside, apart) in &graph.nearness.near[*partner as usize] {
                self.partner_near[*beside as usize] += kernel(*apart);
            }
            let degree = graph.degree(*partner) as f32;
            let rare = 1.0 / libm::logf(degree.max(1.5));
            for second in &graph.partners[*partner as usize] {
                if *second == self.city {
                    continue;
                }
                self.common[*second as usize] += 1.0;
                self.adamic[*second as usize] += rare;
                let spread = 1.0 / libm::sqrtf(degree * graph.degree(*second) as f32);
                for third in &graph.partners[*second as usize] {
                    if third != partner {
                        self.paths[*third as usize] += spread;
                    }
                }
            }
        }
        if known > 0.0 {
            self.habit = sizes / known;
        }
    }

    /// The inputs of the pair with another city, in the order of [`Signal`]; NaN where not known.
    ///
    /// `out` has [`Signal::COUNT`] places.
    pub fn signals(&self, other: u32, out: &mut [f32]) {
        out.fill(f32::NAN);
        let atlas = self.graph.atlas;
        let (a, b) = (&atlas.cities[self.city as usize], &atlas.cities[other as usize]);
        out[Signal::Km as usize] = km(a.at, b.at);
        out[Signal::Latitude as usize] = (a.latitude - b.latitude).abs();
        let apart = (a.longitude - b.longitude).abs();
        out[Signal::Longitude as usize] = apart.min(360.0 - apart);
        self.countries(a, b, out);
        self.provinces(a, b, out);
        self.peers(b, other as usize, out);
        self.links(a, b, other, out);
        self.sizes(a, b, other as usize, out);
        out[Signal::NameLike as usize] = name_like(a, b);
    }

    fn countries(&self, a: &City, b: &City, out: &mut [f32]) {
        let graph = self.graph;
        let links = graph.country_links.get(&(a.country, b.country)).copied().unwrap_or(0.0);
        let (ours, theirs) = (graph.country_ends[a.country as usize], graph.country_ends[b.country as usize]);
        if ours > 0.0 {
            out[Signal::CountryShare as usize] = links / ours;
        }
        if theirs > 0.0 {
            out[Signal::BackShare as usize] = links / theirs;
        }
        if ours > 0.0 && theirs > 0.0 {
            let chance = ours * theirs / (2.0 * graph.links);
            out[Signal::CountryLift as usize] = libm::log2f((links + 1.0) / (chance + 1.0));
        }
        if links > 0.0 {
            out[Signal::CountryRate as usize] = libm::log2f(links / graph.country_cities[b.country as usize]);
        }
        if let Some(pair) = graph.atlas.pair(a.country, b.country) {
            let flag = |is: bool| f32::from(u8::from(is));
            out[Signal::Border as usize] = flag(pair.border);
            out[Signal::Spoken as usize] = flag(pair.spoken);
            out[Signal::Colony as usize] = flag(pair.colony);
        }
        let (x, y) = (&graph.atlas.countries[a.country as usize], &graph.atlas.countries[b.country as usize]);
        if !x.languages.is_empty() && !y.languages.is_empty() {
            let shared = x.languages.iter().filter(|language| y.languages.contains(language)).count();
            out[Signal::Language as usize] = shared as f32;
        }
        if x.region != 0 && y.region != 0 {
            let same = u8::from(x.region == y.region) + u8::from(x.subregion == y.subregion);
            out[Signal::Region as usize] = f32::from(same);
        }
        if let (Some(own), Some(their)) = (x.income, y.income) {
            out[Signal::Income as usize] = f32::from(their) - f32::from(own);
        }
    }

    fn provinces(&self, a: &City, b: &City, out: &mut [f32]) {
        let graph = self.graph;
        let (ours, theirs) = (graph.admin_ends[a.admin as usize], graph.admin_ends[b.admin as usize]);
        let of =
            |admin: u32, country: u32| graph.admin_country.get(&(admin, country)).copied().unwrap_or(0.0);
        if a.admin != 0 && ours > 0.0 {
            out[Signal::AdminShare as usize] = of(a.admin, b.country) / ours;
        }
        if b.admin != 0 && theirs > 0.0 {
            out[Signal::AdminBack as usize] = of(b.admin, a.country) / theirs;
        }
        if a.admin != 0 && b.admin != 0 {
            let links = graph.admin_links.get(&(a.admin, b.admin)).copied().unwrap_or(0.0);
            out[Signal::AdminPair as usize] = links;
            if ours > 0.0 && theirs > 0.0 {
                let chance = ours * theirs / (2.0 * graph.links);
                out[Signal::AdminLift as usize] = libm::log2f((links + 0.5) / (chance + 0.5));
            }
        }
    }

    fn peers(&self, b: &City, other: usize, out: &mut [f32]) {
        if self.near_links > 0.0 {
            out[Signal::NearLink as usize] = self.near_link[other];
            out[Signal::NearCountry as usize] =
                self.near_country.get(&b.country).copied().unwrap_or(0.0) / (self.near_links + 0.3);
        }
        out[Signal::NearLinkKm as usize] = self.near_link_km[other];
        if self.near_both[other] > 0.0 {
            out[Signal::NearBoth as usize] = self.near_both[other];
        }
        out[Signal::NearBothKm as usize] = self.near_both_km[other];
        out[Signal::NearLinks as usize] = self.near_links;
        if self.like_links > 0.0 {
            out[Signal::LikeLink as usize] = self.like_link[other];
            out[Signal::LikeCountry as usize] =
                self.like_country.get(&b.country).copied().unwrap_or(0.0) / (self.like_links + 0.3);
        }
    }

    fn links(&self, a: &City, b: &City, other: u32, out: &mut [f32]) {
        let graph = self.graph;
        let own = &graph.partners[self.city as usize];
        let theirs = &graph.partners[other as usize];
        if !own.is_empty() {
            let place = other as usize;
            out[Signal::Common as usize] = self.common[place];
            out[Signal::Adamic as usize] = self.adamic[place];
            out[Signal::Paths as usize] = self.paths[place];
            out[Signal::PartnerNear as usize] = self.partner_near[place];
            let country = self.own_country.get(&b.country).copied().unwrap_or(0.0);
            out[Signal::OwnCountry as usize] = country;
            out[Signal::OwnShare as usize] = country / own.len() as f32;
            if country > 0.0 {
                out[Signal::PartnerKm as usize] = own
                    .iter()
                    .filter(|partner| graph.atlas.cities[**partner as usize].country == b.country)
                    .map(|partner| km(graph.atlas.cities[*partner as usize].at, b.at))
                    .fold(f32::NAN, f32::min);
            }
        }
        if !theirs.is_empty() {
            let (mut here, mut nearest) = (0.0_f32, f32::NAN);
            for partner in theirs {
                let row = &graph.atlas.cities[*partner as usize];
                nearest = nearest.min(km(row.at, a.at));
                here += f32::from(u8::from(row.country == a.country));
            }
            out[Signal::TheirCountry as usize] = here;
            out[Signal::TheirShare as usize] = here / theirs.len() as f32;
            out[Signal::TheirKm as usize] = nearest;
        }
        out[Signal::Degree as usize] = theirs.len() as f32;
        let mean = graph.country_ends[b.country as usize] / graph.country_cities[b.country as usize];
        out[Signal::DegreeStep as usize] = libm::log2f((theirs.len() as f32 + 0.5) / (mean + 0.5));
        out[Signal::OwnDegree as usize] = own.len() as f32;
    }

    fn sizes(&self, a: &City, b: &City, other: usize, out: &mut [f32]) {
        if let Some(theirs) = b.population {
            out[Signal::Population as usize] = libm::log10f(theirs);
            out[Signal::HabitApart as usize] = libm::log2f(theirs) - self.habit;
            if let Some(own) = a.population {
                let step = libm::log2f(theirs / own);
                out[Signal::SizeStep as usize] = step;
                out[Signal::SizeApart as usize] = step.abs();
            }
        }
        if let Some(own) = a.population {
            out[Signal::OwnPopulation as usize] = libm::log10f(own);
        }
        let rank = &self.graph.nearness.rank;
        out[Signal::RankApart as usize] = (rank[self.city as usize] - rank[other]).abs();
        out[Signal::Capitals as usize] = f32::from(u8::from(a.capital) + u8::from(b.capital));
    }
}

/// Twice the shared runs of three letters over all; 1 for the same name.
fn name_like(a: &City, b: &City) -> f32 {
    if a.trigrams.is_empty() || b.trigrams.is_empty() {
        return f32::NAN;
    }
    let mut count = 0_u32;
    shared(&a.trigrams, &b.trigrams, |_| count += 1);
    2.0 * count as f32 / (a.trigrams.len() + b.trigrams.len()) as f32
}
