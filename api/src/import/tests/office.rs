//! A file about cities leaves alone what an office says of its own.

use domain::{
    city::{Aim, City, CityFacts, Office},
    organisation::{Organisation, ReplyRecord, Screening},
    vocabulary::{CooperationField, ScreeningStatus, VerificationLevel},
};

use super::{ImportKind, ORGANISATIONS, counts, import};
use crate::store::tests::{Place, on_both};

on_both!(an_import_keeps_what_an_office_says);

const CITIES: &str = "geonames_id,name,country,lat,lon,population,needs,sample,accepting,verification
100,Niš,RS,43.3,21.9,180000,CITY_AI:3,yes,yes,V3
200,Subotica,RS,46.1,19.7,94000,CITY_AI:3,yes,yes,V3
";

async fn an_import_keeps_what_an_office_says(place: Place) {
    let store = place.migrated().await;
    assert_eq!(counts(&import(&store, ImportKind::Organisations, ORGANISATIONS).await).3, 0);
    assert_eq!(counts(&import(&store, ImportKind::Cities, CITIES).await), (2, 0, 0, 0));

    let tx = store.begin().await.unwrap();
    let owner = tx.ids_by_keys::<Organisation>(&["owner"]).await.unwrap()["owner"];
    let stored = tx.find_by_keys::<City>(&["geonames:100"]).await.unwrap().remove("geonames:100").unwrap();
    let mut facts = CityFacts::from(stored.value.clone());
    facts.needs = vec![Aim { field: CooperationField::HealthRemote, priority: 1 }];
    facts.office = Some(Office {
        verification: VerificationLevel::V0,
        screening: Screening { status: ScreeningStatus::NotScreened, screened_on: None },
        accepting: false,
        capacity_left: Some(2),
        replies: ReplyRecord::default(),
        confirmed_on: None,
        same_country: false,
    });
    facts.provenance.sample_facts.clear();
    let taken = tx.change_owner(&stored, Some(owner), City::try_from(facts).unwrap()).await.unwrap();
    tx.commit().await.unwrap();

    // The same file again: the office's city stays as it is, and so does its owner.
    assert_eq!(counts(&import(&store, ImportKind::Cities, CITIES).await), (0, 0, 2, 0));
    // What a gazetteer says changes, and nothing that the office says.
    let grown = CITIES.replace("180000", "183000").replace("94000", "93000");
    assert_eq!(counts(&import(&store, ImportKind::Cities, &grown).await), (0, 2, 0, 0));
    let now = store.find(&[taken.id]).await.unwrap().remove(&taken.id).unwrap();
    assert_eq!((now.owner, now.value.population), (Some(owner), Some(183_000)));
    let mut expected = CityFacts::from(taken.value.clone());
    expected.population = Some(183_000);
    assert_eq!(CityFacts::from(now.value), expected);
    let other = store.find_by_key::<City>("geonames:200").await.unwrap().unwrap();
    assert_eq!((other.owner, other.value.needs.len()), (None, 1));
}
