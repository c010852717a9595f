//! Cities as a catalog of the world would fill it: most are small, many have no office and say little.

use chrono::Days;
use domain::{
    Vocabulary,
    city::{Aim, City, CityFacts, Commitment, Indicator, Office, Twinning},
    organisation::{ReplyRecord, Screening},
    provenance::Provenance,
    value::{Lang, Position},
    vocabulary::{AreaFocus, CooperationField, ScreeningStatus, VerificationLevel},
};
use matcher::Catalog;

use super::{
    Broken,
    catalog::{country, id, line, pct, today, world},
    draws::Draws,
};

/// Time zones by country's place.
const ZONES: [&str; 8] = [
    "Europe/Belgrade",
    "Asia/Bangkok",
    "Africa/Nairobi",
    "America/Lima",
    "Asia/Shanghai",
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
];

/// A catalog of so many cities.
pub(crate) fn cities(count: usize) -> Result<Catalog, Broken> {
    let mut catalog = Catalog::new(world()?, today());
    for number in 0..count {
        catalog.put_city(id(3, number), None, &city(number)?);
    }
    let mut draws = Draws::new(21, 0);
    for _ in 0..count / 3 {
        let (a, b) = (1 + draws.below(count) as u32, 1 + draws.below(count) as u32);
        if a != b {
            catalog.put_twinning(&Twinning::new(a, b, Vec::new(), None).map_err(Broken::because)?);
        }
    }
    Ok(catalog)
}

fn aims(draws: &mut Draws, place: usize) -> Vec<Aim> {
    let all = CooperationField::ALL;
    let mut aims: Vec<Aim> = Vec::new();
    for _ in 0..draws.below(8) {
        let field =
            if draws.chance(0.5) { all[(place * 7 + draws.below(8)) % all.len()] } else { draws.code() };
        if aims.iter().all(|aim| aim.field != field) {
            aims.push(Aim { field, priority: 1 + draws.below(3) as u8 });
        }
    }
    aims
}

fn office(draws: &mut Draws) -> Result<Office, Broken> {
    let level = draws.one(&[VerificationLevel::V2, VerificationLevel::V3, VerificationLevel::V4]);
    let told = draws.chance(0.6);
    Ok(Office {
        verification: if draws.chance(0.05) { VerificationLevel::V1 } else { level },
        screening: Screening {
            status: if draws.chance(0.03) { ScreeningStatus::PotentialHit } else { ScreeningStatus::Clear },
            screened_on: Some(today() - Days::new(draws.below(9) as u64)),
        },
        accepting: draws.chance(0.95),
        capacity_left: draws.chance(0.3).then(|| draws.below(5) as u16),
        replies: ReplyRecord {
            reply_rate: Some(pct(draws.below(10_001) as i32)?).filter(|_| told),
            median_reply_days: Some(draws.below(30) as u16).filter(|_| told),
            ..ReplyRecord::default()
        },
        confirmed_on: Some(today() - Days::new(draws.below(300) as u64)).filter(|_| told),
        same_country: draws.chance(0.1),
    })
}

fn city(number: usize) -> Result<City, Broken> {
    let mut draws = Draws::new(20, number as u64);
    let spread = draws.unit();
    let place = (spread * spread * 140.0) as usize;
    let languages = ["en", "fr", "es", "ar", "zh", "sr", "th", "pt", "ru", "sw"];
    let lang = |n: usize| languages[n % languages.len()].parse::<Lang>().map_err(Broken::because);
    let mut spoken = vec![lang(place)?];
    if draws.chance(0.4) {
        spoken.push(lang(0)?);
        spoken.dedup();
    }
    let size = draws.unit();
    let yes = |draws: &mut Draws| draws.chance(0.6).then(|| draws.chance(0.5));
    let has_office = draws.chance(0.6);
    let measured = draws.chance(0.7);
    City::try_from(CityFacts {
        geonames_id: 1 + number as u32,
        wikidata: None,
        name: line("A city")?,
        country: country(place)?,
        admin1: None,
        position: Position::new(draws.unit() * 140.0 - 70.0, draws.unit() * 360.0 - 180.0)
            .map_err(Broken::because)?,
        population: draws.chance(0.95).then(|| libm::pow(10.0, 4.2 + 3.0 * size * size) as u32),
        time_zone: draws.chance(0.95).then(|| ZONES[place % ZONES.len()].to_owned()),
        level: None,
        office: has_office.then(|| office(&mut draws)).transpose()?,
        languages: if draws.chance(0.8) { spoken } else { Vec::new() },
        needs: aims(&mut draws, place),
        offers: aims(&mut draws, place + 1),
        commitment: Commitment {
            budget_line: yes(&mut draws),
            coordinator: yes(&mut draws),
            first_year_plan: yes(&mut draws),
        },
        indicators: if measured {
            vec![Indicator {
                code: "EC:ICT:ICT:1C".to_owned(),
                value: pct(2_000 + draws.below(8_000) as i32)?,
                year: 2024,
            }]
        } else {
            Vec::new()
        },
        area_focus: draws.codes::<AreaFocus>(2),
        area_site: yes(&mut draws),
        trade_desk: None,
        provenance: Provenance::default(),
    })
    .map_err(Broken::because)
}
