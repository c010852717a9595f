//! Measures triads: `triads [PROJECTS] [MANDATES] [CITIES]`. One project in twenty names two countries, which is what
//! makes a triad between cities of different countries possible. Prints one line of JSON, with the mean time that this
//! thread had a processor for the first 20 triads of a city and of a mandate.
#![expect(clippy::arithmetic_side_effects, reason = "a measuring program that counts in plain numbers")]
#![expect(clippy::print_stdout, reason = "prints what it measured")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a trial fails by panic")]

#[expect(dead_code, reason = "shared with the tests")]
#[path = "../tests/world/mod.rs"]
mod world;

use std::time::Instant;

use domain::{
    Vocabulary,
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
    project::{Location, Project},
    vocabulary::{CooperationField, InvestorType, VerificationLevel},
};
use matcher::{
    Catalog, Policy,
    draw::Draw,
    triad::{triads_of_city, triads_of_mandate},
};
use world::cities::{CityParts, city};

const COUNTRIES: [&str; 8] = ["RS", "TH", "KE", "TR", "DE", "CN", "LA", "SA"];

/// Nanoseconds for which this thread had a processor; wall time where the system does not tell.
fn processor_ns(start: Instant) -> u128 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let first = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    first.unwrap_or_else(|| start.elapsed().as_nanos())
}

fn catalog(projects: usize, mandates: usize, cities: usize) -> Catalog {
    let mut draw = Draw(1);
    let mut below = move |n: usize| draw.next() as usize % n;
    let mut catalog = Catalog::new(world::facts(1.1), world::today());
    let organisation = |investor| {
        Organisation::try_from(world::organisation_facts(VerificationLevel::V3, investor)).unwrap()
    };
    catalog.put_organisation(world::owner_id(), &organisation(None));
    let fields = CooperationField::ALL;
    for n in 1..=cities {
        let mut aims = || {
            let mut aims: Vec<(CooperationField, u8)> = Vec::new();
            for priority in [3, 2, 1] {
                let field = fields[below(fields.len())];
                if aims.iter().all(|(known, _)| *known != field) {
                    aims.push((field, priority));
                }
            }
            aims
        };
        let parts = CityParts { needs: aims(), offers: aims(), ..CityParts::default() };
        let id = n as u32;
        let mut row = city(1, COUNTRIES[below(8)], &parts);
        let mut facts: domain::city::CityFacts = row.clone().into();
        facts.geonames_id = id;
        row = facts.try_into().unwrap();
        catalog.put_city(world::city_id(id), None, &row);
    }
    for n in 0..projects {
        let mut parts = world::Parts::worked_example();
        parts.field = fields[below(fields.len())];
        parts.second = Some(fields[below(fields.len())]);
        parts.confirmed_days_ago = Some(below(200) as u64);
        let mut facts = world::project_facts(&parts);
        let place = |country: usize, city: usize| Location {
            country: COUNTRIES[country].parse().unwrap(),
            city_geonames: (city < cities).then_some(city as u32 + 1),
            position: None,
        };
        facts.locations = vec![place(below(8), below(cities * 2))];
        if below(20) == 0 {
            facts.locations.push(place(below(8), below(cities * 2)));
        }
        catalog.put_project(world::project_id(n), world::owner_id(), &Project::try_from(facts).unwrap());
    }
    for n in 0..mandates {
        let investor = Id::from_uuid(world::uuid(4, n % 500 + 10));
        if n < 500 {
            catalog.put_organisation(investor, &organisation(Some(InvestorType::MultilateralBank)));
        }
        let mut facts = world::mandate_facts();
        facts.fields.truncate(1);
        facts.fields[0].field = fields[below(fields.len())];
        facts.terms.fields = domain::mandate::Strictness::Hard;
        catalog.put_mandate(world::mandate_id(n), investor, &Mandate::try_from(facts).unwrap());
    }
    catalog
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().unwrap());
    let mut next = |default: usize| arguments.next().unwrap_or(default);
    let (projects, mandates, cities) = (next(100_000), next(10_000), next(2_000));
    let catalog = catalog(projects, mandates, cities);
    let policy = Policy::current();
    let start = Instant::now();
    let trials = 100;
    let mut found = [0, 0];
    let mut walls = Vec::new();
    let before = processor_ns(start);
    for row in catalog.cities().rows().iter().take(trials) {
        let wall = Instant::now();
        found[0] += triads_of_city(&catalog, &policy, row, 20).len();
        walls.push(wall.elapsed().as_secs_f64() * 1e3);
    }
    let of_city = (processor_ns(start) - before) as f64 / 1e6 / trials as f64;
    walls.sort_by(f64::total_cmp);
    let wall = Instant::now();
    for row in catalog.mandates().rows().iter().take(trials / 5) {
        found[1] += triads_of_mandate(&catalog, &policy, row, 20).len();
    }
    let of_mandate = wall.elapsed().as_secs_f64() * 1e3 / (trials / 5) as f64;
    let line = serde_json::json!({"projects": projects, "mandates": mandates, "cities": cities,
        "city_processor_ms_mean": of_city, "city_wall_ms_median": walls[walls.len() / 2],
        "city_wall_ms_largest": walls[walls.len() - 1], "city_triads": found[0],
        "mandate_wall_ms_mean": of_mandate, "mandate_triads": found[1]});
    println!("{line}");
}
