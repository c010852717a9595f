//! Counterparts of needs and offers: the same seen from either, and nothing that does not hold.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test fails by panic")]

use chrono::NaiveDate;
use domain::{
    capability::{Capability, CapabilityDirection, CapabilityFacts},
    fx::FxSeries,
    id::Id,
    organisation::{Organisation, OrganisationFacts, ReplyRecord, Screening},
    provenance::Provenance,
    value::{Lang, Localized, SingleLine},
    vocabulary::{CooperationField, OrganisationKind, ScreeningStatus, VerificationLevel, Vocabulary},
};
use matcher::{Catalog, capability::counterparts, row::World};
use proptest::{collection::vec, option, prelude::*, sample::select, sample::subsequence};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 26).unwrap()
}

fn organisation(status: ScreeningStatus) -> Organisation {
    Organisation::try_from(OrganisationFacts {
        name: SingleLine::new("Factory").unwrap(),
        kind: OrganisationKind::Company,
        country: None,
        city_geonames: None,
        investor_type: None,
        verification: VerificationLevel::V1,
        verified_on: None,
        verified_until: None,
        screening: Screening { status, screened_on: Some(today()) },
        active: true,
        claimed: true,
        presence: Vec::new(),
        languages: Vec::new(),
        help_offered: Vec::new(),
        replies: ReplyRecord::default(),
        beneficial_owners: Vec::new(),
        deals: Vec::new(),
        provenance: Provenance::default(),
    })
    .unwrap()
}

/// Owners 0 to 2 take part; owner 3 is frozen.
fn capability() -> impl Strategy<Value = (u128, Capability)> {
    let fields = vec![
        CooperationField::DxManufacturing,
        CooperationField::DxAgri,
        CooperationField::ConnBroadband,
        CooperationField::InclRural,
        CooperationField::CityIot,
    ];
    (
        0_u128..4,
        any::<bool>(),
        subsequence(fields, 1..4),
        subsequence(vec!["RS", "LA", "TR"], 0..3),
        subsequence(vec!["sr", "en"], 0..3),
        option::of(select(vec![-3_i64, 0, 9])),
    )
        .prop_map(|(owner, need, fields, countries, languages, days)| {
            let direction = if need { CapabilityDirection::Need } else { CapabilityDirection::Offer };
            let written = today() - chrono::Days::new(5);
            let facts = CapabilityFacts {
                direction,
                title: Localized::new(Lang::EN, "Sensors").unwrap(),
                description: None,
                fields,
                role: None,
                help: None,
                countries: countries.into_iter().map(|code| code.parse().unwrap()).collect(),
                languages: languages.into_iter().map(|code| code.parse().unwrap()).collect(),
                valid_until: days.map(|days| today() + chrono::TimeDelta::days(days)),
                confirmed_on: written,
                provenance: Provenance::default(),
            };
            (owner, Capability::try_from(facts).unwrap())
        })
}

proptest! {
    #[test]
    fn counterparts_answer_each_other_and_hold(all in vec(capability(), 0..30)) {
        let mut catalog = Catalog::new(World::new(Vec::new(), FxSeries::default(), today()), today());
        let owner_id = |n: u128| Id::from_uuid(uuid::Uuid::from_u128(n));
        for n in 0..4 {
            let status = if n == 3 { ScreeningStatus::Frozen } else { ScreeningStatus::Clear };
            catalog.put_organisation(owner_id(n), &organisation(status));
        }
        for (n, (owner, capability)) in (100_u128..).zip(&all) {
            catalog.put_capability(Id::from_uuid(uuid::Uuid::from_u128(n)), owner_id(*owner), capability);
        }
        for row in catalog.capabilities().rows().iter().filter(|row| row.is_open(&catalog)) {
            let found = counterparts(&catalog, row, 100);
            for one in &found {
                prop_assert!(one.row.direction != row.direction && one.row.owner != row.owner);
                prop_assert!(one.row.is_open(&catalog) && one.nearness.micro() > 0);
                let back = counterparts(&catalog, one.row, 100);
                let back = back.iter().find(|other| other.row.id == row.id);
                let same = back.map(|other| (other.nearness, other.shared_language));
                prop_assert_eq!(same, Some((one.nearness, one.shared_language)));
            }
            prop_assert!(found.is_sorted_by(|a, b| a.nearness.micro() >= b.nearness.micro()));
            // A shorter list is the head of the longer one.
            for first in [0, 1, 3] {
                let shorter = counterparts(&catalog, row, first);
                prop_assert_eq!(&shorter[..], &found[..first.min(found.len())]);
            }
            // Whatever is left out is so for a reason that can be named.
            for other in catalog.capabilities().rows() {
                let is_found = found.iter().any(|one| one.row.id == other.id);
                let apart = !row.countries.is_empty()
                    && !other.countries.is_empty()
                    && !row.countries.meets(&other.countries);
                let out = other.direction == row.direction
                    || other.owner == row.owner
                    || !other.is_open(&catalog)
                    || row.nearness(other).micro() == 0
                    || apart;
                prop_assert_eq!(is_found, !out);
            }
        }
    }
}

#[test]
fn every_way_has_an_opposite() {
    for direction in CapabilityDirection::ALL {
        assert_eq!(direction.opposite().opposite(), *direction);
        assert_ne!(direction.opposite(), *direction);
    }
}
