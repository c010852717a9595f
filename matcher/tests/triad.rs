//! Triads over random catalogs, against every quadruple that there is.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use domain::{
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
    project::{Location, Project},
    vocabulary::{CooperationField, InvestorType, VerificationLevel},
};
use matcher::{
    Catalog, Policy,
    gate::{all_open, city, investment},
    rank::{evaluate, evaluate_city},
    row::{CityRow, MandateRow},
    triad::{Edge, Place, Triad, city_edge, explain_triad, triads_of_city, triads_of_mandate},
};
use proptest::prelude::*;
use world::cities::{CityParts, city, random_city};
use world::{city_id, mandate_id, of, owner_id, project_id, today};

type Named = (u32, [u128; 4]);

const COUNTRIES: [&str; 3] = ["RS", "TH", "KE"];

/// Countries by their places in [`COUNTRIES`], each with a city or none.
type Places = Vec<(usize, Option<u32>)>;

/// Cities by country, projects by the places that they name, mandates by the field that they want.
#[derive(Debug, Clone)]
struct Made {
    cities: Vec<(usize, CityParts)>,
    projects: Vec<(CooperationField, Places, u64)>,
    mandates: Vec<CooperationField>,
}

fn few_fields() -> impl Strategy<Value = CooperationField> {
    proptest::sample::select(vec![
        CooperationField::CitySmart,
        CooperationField::CityIot,
        CooperationField::HealthRemote,
        CooperationField::ConnBroadband,
    ])
}

fn made() -> impl Strategy<Value = Made> {
    let city = prop_oneof![2 => random_city().boxed(), 3 => Just(CityParts::default()).boxed()];
    let place = (0..3_usize, proptest::option::weighted(0.4, 1..9_u32));
    let project = (few_fields(), proptest::collection::vec(place, 1..4), 0..120_u64);
    (
        proptest::collection::vec((0..3_usize, city), 2..7),
        proptest::collection::vec(project, 1..6),
        proptest::collection::vec(prop_oneof![few_fields().boxed(), of::<CooperationField>().boxed()], 1..5),
    )
        .prop_map(|(cities, projects, mandates)| Made { cities, projects, mandates })
}

impl Made {
    fn catalog(&self) -> Catalog {
        let mut catalog = Catalog::new(world::facts(1.1), today());
        let organisation = |investor| {
            Organisation::try_from(world::organisation_facts(VerificationLevel::V3, investor)).unwrap()
        };
        let investor = Id::from_uuid(world::uuid(4, 2));
        catalog.put_organisation(owner_id(), &organisation(None));
        catalog.put_organisation(investor, &organisation(Some(InvestorType::MultilateralBank)));
        for (n, (country, parts)) in (1..).zip(&self.cities) {
            catalog.put_city(city_id(n), None, &city(n, COUNTRIES[*country], parts));
        }
        for (n, (field, places, days)) in self.projects.iter().enumerate() {
            let mut parts = world::Parts::worked_example();
            (parts.field, parts.second, parts.confirmed_days_ago) = (*field, None, Some(*days));
            let mut facts = world::project_facts(&parts);
            let place = |(country, city_geonames): &(usize, Option<u32>)| Location {
                country: COUNTRIES[*country].parse().unwrap(),
                city_geonames: *city_geonames,
                position: None,
            };
            facts.locations = places.iter().map(place).collect();
            catalog.put_project(project_id(n), owner_id(), &Project::try_from(facts).unwrap());
        }
        for (n, field) in self.mandates.iter().enumerate() {
            let mut facts = world::mandate_facts();
            facts.fields.truncate(1);
            facts.fields[0].field = *field;
            catalog.put_mandate(mandate_id(n), investor, &Mandate::try_from(facts).unwrap());
        }
        catalog.put_twinning(&domain::city::Twinning::new(1, 2, vec![], None).unwrap());
        catalog
    }
}

/// All quadruples that close, in the order of their keys.
fn all<'a>(catalog: &'a Catalog, a: &'a CityRow, mandates: &[&'a MandateRow]) -> Vec<Triad<'a>> {
    let policy = Policy::current();
    let mut found = Vec::new();
    for b in catalog.cities().rows().iter().filter(|b| b.id != a.id) {
        let pair = catalog.city_pair(a, b);
        let cities = evaluate_city(&policy, &policy, &pair).mutual;
        if !all_open(&city::answers(&pair)) || cities.coverage < policy.coverage_floor {
            continue;
        }
        for project in catalog.projects().rows() {
            for mandate in mandates {
                let Some(pair) = catalog.pair(mandate, project) else { continue };
                let money = evaluate(&policy, &pair).mutual;
                if !all_open(&investment::answers(&pair)) || money.coverage < policy.coverage_floor {
                    continue;
                }
                let (edge_a, edge_b) = (city_edge(catalog, a, project), city_edge(catalog, b, project));
                let (cities, money) = (cities.point, money.point);
                let triad = Triad { a, b, project, mandate, cities, edge_a, edge_b, money };
                if triad.weakest().1 > 0 {
                    found.push(triad);
                }
            }
        }
    }
    found
}

fn named(triad: &Triad<'_>) -> Named {
    let ids = [
        triad.a.id.uuid().as_u128(),
        triad.b.id.uuid().as_u128(),
        triad.project.id.uuid().as_u128(),
        triad.mandate.id.uuid().as_u128(),
    ];
    (triad.weakest().1, ids)
}

fn in_order(mut triads: Vec<Triad<'_>>, first: usize) -> Vec<Named> {
    let sum = |triad: &Triad<'_>| triad.edges().iter().map(|(_, score)| u64::from(*score)).sum::<u64>();
    triads.sort_by_key(|triad| {
        let (score, ids) = named(triad);
        (std::cmp::Reverse((score, sum(triad))), ids)
    });
    triads.iter().take(first).map(named).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_first_triads_are_the_first_of_all(made in made(), first in 0..12_usize) {
        let catalog = made.catalog();
        let policy = Policy::current();
        let mandates: Vec<&MandateRow> = catalog.mandates().rows().iter().collect();
        for a in catalog.cities().rows() {
            let found: Vec<Named> = triads_of_city(&catalog, &policy, a, first).iter().map(named).collect();
            prop_assert_eq!(found, in_order(all(&catalog, a, &mandates), first));
        }
        for mandate in &mandates {
            let found: Vec<Named> = triads_of_mandate(&catalog, &policy, mandate, first).iter().map(named).collect();
            let cities = catalog.cities().rows().iter();
            let closed = cities.flat_map(|a| all(&catalog, a, &[mandate]));
            let once = closed.filter(|triad| triad.a.geonames < triad.b.geonames).collect();
            prop_assert_eq!(found, in_order(once, first));
        }
    }
}

fn example() -> Made {
    let mut parts = CityParts::default();
    parts.offers.push((CooperationField::HealthRemote, 2));
    Made {
        cities: vec![(0, CityParts::default()), (0, parts.clone()), (1, parts)],
        projects: vec![(CooperationField::CitySmart, vec![(0, None), (1, Some(3))], 0)],
        mandates: vec![CooperationField::CitySmart],
    }
}

#[test]
fn a_triad_is_ranked_by_its_weakest_edge_and_says_each() {
    let catalog = example().catalog();
    let city = catalog.city_by_geonames(2).unwrap();
    let triads = triads_of_city(&catalog, &Policy::current(), city, 10);
    assert_eq!(triads.len(), 1, "the two Serbian cities are no pair: the same country");
    let triad = &triads[0];
    assert_eq!((triad.edge_a.place, triad.edge_b.place), (Place::Country, Place::City));
    assert_eq!((triad.edge_a.overlap, triad.edge_a.score), (1_000_000, 70_000_000));
    let (weakest, score) = triad.weakest();
    let lines = explain_triad(triad);
    assert!(lines.iter().all(|line| line.score >= score && line.weakest == (line.edge == weakest)));
    let said: Vec<String> = lines.iter().map(|line| line.because.english()).collect();
    assert_eq!(
        said[1],
        "100 % of the project meets what the city needs, in its country as a whole: 70.0 of 100."
    );
    assert!(said.iter().all(|sentence| !sentence.contains(['{', '}'])), "{said:?}");
    assert_eq!(lines.map(|line| line.edge), [Edge::Cities, Edge::CityA, Edge::CityB, Edge::Money]);
}

#[test]
fn where_a_project_is_and_what_comes_first_weigh_as_published() {
    let mut made = example();
    made.projects = vec![
        (CooperationField::CitySmart, vec![(0, Some(1))], 0),
        (CooperationField::HealthRemote, vec![(0, None)], 0),
        (CooperationField::CitySmart, vec![(1, None)], 0),
        (CooperationField::CitySmart, vec![(0, Some(77))], 0),
    ];
    let catalog = made.catalog();
    let edge = |city: u32, project: usize| {
        let row = catalog.projects().get(project_id(project)).unwrap();
        let edge = city_edge(&catalog, catalog.city_by_geonames(city).unwrap(), row);
        (edge.place, edge.score)
    };
    assert_eq!(edge(1, 0), (Place::City, 100_000_000));
    assert_eq!(edge(2, 0), (Place::OtherCity, 30_000_000));
    // The second priority counts two thirds, the whole country 0.7.
    assert_eq!(edge(1, 1), (Place::Country, 46_666_700));
    assert_eq!(edge(1, 2), (Place::Elsewhere, 0));
    assert_eq!(edge(1, 3), (Place::OtherCity, 30_000_000), "a city that nobody knows is not this one");
}
