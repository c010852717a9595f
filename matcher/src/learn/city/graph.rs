//! The links that are known, and what lies near each city.
#![expect(
    clippy::indexing_slicing,
    reason = "kernel: places are numbers of the atlas's own names, the rest is floating point"
)]

use std::collections::HashMap;

use super::data::Atlas;
use crate::learn::investment::data::km;

/// How many cities count as near, at most.
const NEAR_MOST: usize = 60;
/// How far near is, in km.
pub const NEAR_KM: f32 = 200.0;

/// Cities near one another within a country; the same for every set of links.
#[derive(Debug)]
pub struct Nearness {
    /// For each city the nearest of its country with their distances in km, itself first.
    pub near: Vec<Vec<(u32, f32)>>,
    /// Share of its country's cities that have fewer inhabitants.
    pub rank: Vec<f32>,
}

impl Nearness {
    /// The nearest of each city's country.
    pub fn new(atlas: &Atlas) -> Self {
        let mut by_country: HashMap<u32, Vec<u32>> = HashMap::new();
        for (city, row) in atlas.cities.iter().enumerate() {
            by_country.entry(row.country).or_default().push(city as u32);
        }
        let mut near = vec![Vec::new(); atlas.cities.len()];
        let mut rank = vec![f32::NAN; atlas.cities.len()];
        for cities in by_country.values() {
            for city in cities {
                let here = &atlas.cities[*city as usize];
                let mut list: Vec<(u32, f32)> = cities
                    .iter()
                    .filter(|other| (atlas.cities[**other as usize].latitude - here.latitude).abs() < 2.0)
                    .map(|other| (*other, km(here.at, atlas.cities[*other as usize].at)))
                    .filter(|(_, apart)| *apart < NEAR_KM)
                    .collect();
                list.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                list.truncate(NEAR_MOST);
                near[*city as usize] = list;
                if let Some(own) = here.population {
                    let known: Vec<f32> =
                        cities.iter().filter_map(|other| atlas.cities[*other as usize].population).collect();
                    let fewer = known.iter().filter(|count| **count < own).count();
                    rank[*city as usize] = fewer as f32 / known.len() as f32;
                }
            }
        }
        Self { near, rank }
    }
}

/// The links that are known.
#[derive(Debug)]
pub struct Graph<'a> {
    /// The cities.
    pub atlas: &'a Atlas,
    /// What lies near.
    pub nearness: &'a Nearness,
    /// Partners of each city, sorted.
    pub partners: Vec<Vec<u32>>,
    /// Links between two countries, by their numbers, both ways.
    pub country_links: HashMap<(u32, u32), f32>,
    /// Ends of links in a country.
    pub country_ends: Vec<f32>,
    /// Links between two divisions, both ways.
    pub admin_links: HashMap<(u32, u32), f32>,
    /// Links of a division with a country.
    pub admin_country: HashMap<(u32, u32), f32>,
    /// Ends of links in a division.
    pub admin_ends: Vec<f32>,
    /// Cities of a country.
    pub country_cities: Vec<f32>,
    /// How many links.
    pub links: f32,
}

impl<'a> Graph<'a> {
    /// The graph of some links.
    pub fn new(atlas: &'a Atlas, nearness: &'a Nearness, links: &[(u32, u32)]) -> Self {
        let mut partners = vec![Vec::new(); atlas.cities.len()];
        let mut country_links = HashMap::new();
        let mut admin_links = HashMap::new();
        let mut admin_country = HashMap::new();
        let mut country_ends = vec![0.0_f32; atlas.countries.len()];
        let mut country_cities = vec![0.0_f32; atlas.countries.len()];
        let mut admin_ends = vec![0.0_f32; atlas.admins.len()];
        for city in &atlas.cities {
            country_cities[city.country as usize] += 1.0;
        }
        for (a, b) in links {
            for (from, to) in [(*a, *b), (*b, *a)] {
                let (x, y) = (&atlas.cities[from as usize], &atlas.cities[to as usize]);
                partners[from as usize].push(to);
                *country_links.entry((x.country, y.country)).or_insert(0.0) += 1.0;
                *admin_links.entry((x.admin, y.admin)).or_insert(0.0) += 1.0;
                *admin_country.entry((x.admin, y.country)).or_insert(0.0) += 1.0;
                country_ends[x.country as usize] += 1.0;
                admin_ends[x.admin as usize] += 1.0;
            }
        }
        for list in &mut partners {
            list.sort_unstable();
        }
        Self {
            atlas,
            nearness,
            partners,
            country_links,
            country_ends,
            admin_links,
            admin_country,
            admin_ends,
            country_cities,
            links: links.len() as f32,
        }
    }

    /// How many partners a city has.
    pub fn degree(&self, city: u32) -> usize {
        self.partners[city as usize].len()
    }

    /// Whether two cities are linked.
    pub fn linked(&self, a: u32, b: u32) -> bool {
        self.partners[a as usize].binary_search(&b).is_ok()
    }
}
