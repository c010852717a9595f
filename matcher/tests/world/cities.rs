//! Random cities for the tests.

use domain::{
    city::{Aim, City, CityFacts, Commitment, Office},
    organisation::{ReplyRecord, Screening},
    provenance::Provenance,
    value::{Position, SingleLine},
    vocabulary::{CooperationField, ScreeningStatus, VerificationLevel},
};
use proptest::prelude::*;

use super::{of, today};

/// What varies between cities.
#[derive(Debug, Clone)]
pub(crate) struct CityParts {
    pub needs: Vec<(CooperationField, u8)>,
    pub offers: Vec<(CooperationField, u8)>,
    pub population: Option<u32>,
    pub commitment: (Option<bool>, Option<bool>, Option<bool>),
}

impl Default for CityParts {
    fn default() -> Self {
        Self {
            needs: vec![(CooperationField::CitySmart, 3), (CooperationField::HealthRemote, 2)],
            offers: vec![(CooperationField::CitySmart, 3), (CooperationField::CityIot, 1)],
            population: Some(500_000),
            commitment: (Some(true), Some(true), None),
        }
    }
}

pub(crate) fn random_city() -> impl Strategy<Value = CityParts> {
    let aims = || proptest::collection::btree_map(of::<CooperationField>(), 1_u8..=3, 0..5);
    let yes = || proptest::option::of(any::<bool>());
    let commitment = (yes(), yes(), yes());
    (aims(), aims(), proptest::option::of(1_u32..30_000_000), commitment).prop_map(|(needs, offers, p, c)| {
        CityParts {
            needs: needs.into_iter().collect(),
            offers: offers.into_iter().collect(),
            population: p,
            commitment: c,
        }
    })
}

pub(crate) fn city(geonames: u32, country: &str, parts: &CityParts) -> City {
    let aims = |aims: &[(CooperationField, u8)]| {
        aims.iter().map(|(field, priority)| Aim { field: *field, priority: *priority }).collect()
    };
    City::try_from(CityFacts {
        geonames_id: geonames,
        wikidata: None,
        name: SingleLine::new("A city").unwrap(),
        country: country.parse().unwrap(),
        admin1: None,
        position: Position::new(f64::from(geonames), 20.0).unwrap(),
        population: parts.population,
        time_zone: Some(if country == "TH" { "Asia/Bangkok" } else { "Europe/Belgrade" }.to_owned()),
        level: None,
        office: Some(Office {
            verification: VerificationLevel::V2,
            screening: Screening { status: ScreeningStatus::Clear, screened_on: Some(today()) },
            accepting: true,
            capacity_left: None,
            replies: ReplyRecord::default(),
            confirmed_on: Some(today()),
            same_country: false,
        }),
        languages: Vec::new(),
        needs: aims(&parts.needs),
        offers: aims(&parts.offers),
        commitment: Commitment {
            budget_line: parts.commitment.0,
            coordinator: parts.commitment.1,
            first_year_plan: parts.commitment.2,
        },
        indicators: Vec::new(),
        area_focus: Vec::new(),
        area_site: None,
        trade_desk: None,
        provenance: Provenance::default(),
    })
    .unwrap()
}
