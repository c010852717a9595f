//! A catalog as projects of the product would fill it: everything that a gate or a criterion reads varies, hangs together,
//! and is missing to a given share.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use domain::{
    Vocabulary,
    city::Twinning,
    country::{Country, OwnershipRule},
    disclosure::{Disclosure, ListingField, Rung},
    fx::FxSeries,
    id::Id,
    organisation::{Organisation, OrganisationFacts, ReplyRecord, Screening},
    project::{Impact, Location, Project, ProjectFacts, ReadinessEntry},
    provenance::Provenance,
    value::{CountryCode, Currency, Lang, Localized, Money, Pct, Share, Shares, SingleLine},
    vocabulary::{
        ContractType, CooperationField, HelpKind, InfrastructureStage, Instrument, InvestmentStage,
        InvestorType, ListingState, OrganisationKind, ProjectKind, ReadinessItem, ReadinessStatus,
        ScreeningStatus, StageLadder, VentureStage, VerificationLevel,
    },
};
use matcher::{Catalog, row::World};

use super::{Broken, draws::Draws};

/// Owners of projects.
const OWNERS: usize = 20_000;
/// Cities that projects name.
pub(crate) const CITIES: usize = 5_000;
/// Countries with projects; the first have most.
const COUNTRIES: usize = 140;
/// Names of regions.
pub(crate) const REGIONS: usize = 20;

/// The day of the catalog.
pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap_or_default()
}

/// An id by kind and number.
pub(crate) fn id<T>(kind: u128, number: usize) -> Id<T> {
    Id::from_uuid(uuid::Uuid::from_u128(kind << 64 | number as u128))
}

/// The name of a region.
pub(crate) fn region(number: usize) -> String {
    format!("Region {number}")
}

/// A country by how many projects it has.
pub(crate) fn country(rank: usize) -> Result<CountryCode, Broken> {
    // A step that shares no factor with the number of countries spreads the ranks over the alphabet.
    CountryCode::all().nth(rank * 97 % CountryCode::COUNT).ok_or(Broken::of("country"))
}

/// Rates of which a year's series would have one a day.
pub(crate) fn world() -> Result<World, Broken> {
    let countries = CountryCode::all().enumerate().map(|(n, code)| Country {
        code,
        name: code.alpha2().to_owned(),
        region: format!("Continent {}", n % 5),
        subregion: region(n % REGIONS),
        languages: vec![Lang::EN],
        borders: Vec::new(),
        income_group: None,
        gdp_usd: None,
        internet_users: None,
        least_developed: false,
    });
    let mut fx = FxSeries::new("made up");
    fx.insert(today(), Currency::USD, 1.09).map_err(Broken::because)?;
    fx.insert(today(), Currency::CNY, 7.8).map_err(Broken::because)?;
    let mut world = World::new(countries.collect(), fx, today());
    let mut draws = Draws::new(1, 0);
    for rank in 0..COUNTRIES / 5 {
        let country = country(rank * 5)?;
        let foreign_cap = pct(2_000 + draws.below(8_000) as i32)?;
        let as_of = today() - Days::new(draws.below(500) as u64);
        world
            .ownership
            .insert(country, OwnershipRule { country, foreign_cap, law: "A law".to_owned(), as_of });
    }
    Ok(world)
}

/// Hundredths of a percent.
pub(crate) fn pct(hundredths: i32) -> Result<Pct, Broken> {
    Pct::from_hundredths(hundredths).map_err(Broken::because)
}

/// A line of text.
pub(crate) fn line(text: &str) -> Result<SingleLine, Broken> {
    SingleLine::new(text).map_err(Broken::because)
}

/// An amount.
pub(crate) fn money(euros: f64, currency: Currency) -> Result<Money, Broken> {
    Money::from_minor((euros * 100.0) as i64, currency).map_err(Broken::because)
}

/// An owner: the later in the list, the better proved.
fn owner(number: usize) -> Result<Organisation, Broken> {
    let mut draws = Draws::new(2, number as u64);
    let verification = match number * 100 / OWNERS {
        0..5 => VerificationLevel::V0,
        5..25 => VerificationLevel::V1,
        25..65 => VerificationLevel::V2,
        65..90 => VerificationLevel::V3,
        _ => VerificationLevel::V4,
    };
    let beneficial_owners =
        if draws.chance(0.05) { vec![line(&format!("Owner {}", number % 500))?] } else { Vec::new() };
    Organisation::try_from(OrganisationFacts {
        name: line("An owner")?,
        kind: OrganisationKind::Company,
        country: Some(country(draws.below(COUNTRIES))?),
        city_geonames: None,
        investor_type: None,
        verification,
        verified_on: None,
        verified_until: None,
        screening: Screening { status: ScreeningStatus::Clear, screened_on: Some(today()) },
        active: true,
        claimed: true,
        presence: Vec::new(),
        languages: Vec::new(),
        help_offered: Vec::new(),
        replies: ReplyRecord::default(),
        beneficial_owners,
        deals: Vec::new(),
        provenance: Provenance::default(),
    })
    .map_err(Broken::because)
}

/// A catalog of so many projects, of whose facts so many hundredths are missing.
pub(crate) fn catalog(count: usize, missing: u32) -> Result<Catalog, Broken> {
    catalog_from(0, count, missing)
}

/// The same of other projects: those from a number on.
pub(crate) fn catalog_from(first: usize, count: usize, missing: u32) -> Result<Catalog, Broken> {
    let mut catalog = Catalog::new(world()?, today());
    for number in 0..OWNERS {
        catalog.put_organisation(id(4, number), &owner(number)?);
    }
    let mut draws = Draws::new(3, 0);
    for _ in 0..CITIES {
        let (a, b) = (1 + draws.below(CITIES) as u32, 1 + draws.below(CITIES) as u32);
        if a != b {
            catalog.put_twinning(&Twinning::new(a, b, Vec::new(), None).map_err(Broken::because)?);
        }
    }
    for number in first..first + count {
        let (owner, project) = project(number, f64::from(missing) / 100.0)?;
        catalog.put_project(id(1, number), id(4, owner), &project);
    }
    Ok(catalog)
}

/// Fields that lie near each other in the taxonomy, the first more often where the country's projects are in it.
fn fields(draws: &mut Draws, place: usize) -> Result<Shares<CooperationField>, Broken> {
    let all = CooperationField::ALL;
    let home = place * 7 % all.len();
    let first = if draws.chance(0.5) {
        (home + draws.below(8)) % all.len()
    } else {
        let spread = draws.unit();
        (spread * spread * all.len() as f64) as usize
    };
    let mut chosen = vec![first];
    for share in [0.5, 0.35, 0.15] {
        let next =
            if draws.chance(0.7) { (first + 1 + draws.below(4)) % all.len() } else { draws.below(all.len()) };
        if !chosen.contains(&next) {
            chosen.push(next);
        }
        if !draws.chance(share) {
            chosen.pop();
            break;
        }
    }
    if chosen.is_empty() {
        chosen.push(first);
    }
    let parts: Vec<u16> = match (chosen.len(), draws.below(10)) {
        (1, _) => vec![10_000],
        (2, 0) => {
            let odd = 3_000 + draws.below(6_900) as u16;
            vec![odd, 10_000 - odd]
        }
        (2, _) => draws.one(&[[8_000, 2_000], [7_000, 3_000], [6_000, 4_000], [5_000, 5_000]]).to_vec(),
        (3, _) => draws.one(&[[5_000, 3_000, 2_000], [6_000, 2_000, 2_000], [4_000, 4_000, 2_000]]).to_vec(),
        _ => vec![4_000, 3_000, 2_000, 1_000],
    };
    let shares = chosen.iter().zip(parts).map(|(field, hundredths)| Share { of: all[*field], hundredths });
    Shares::new(shares.collect()).map_err(Broken::because)
}

/// Instruments as ventures and others seek them.
fn instruments(draws: &mut Draws, venture: bool) -> Result<Shares<Instrument>, Broken> {
    use Instrument as I;
    let usual: &[I] = if venture {
        &[I::SharesUnlisted, I::ConvertibleNote, I::RevenueShare, I::Grant, I::Loan]
    } else {
        &[I::Loan, I::Loan, I::Bond, I::Grant, I::Guarantee, I::Hybrid, I::SharesUnlisted, I::VendorCredit]
    };
    let mut pick = || if draws.chance(0.9) { draws.one(usual) } else { draws.code() };
    let (first, second, third) = (pick(), pick(), pick());
    let hundredths = draws.one(&[8_000, 7_000, 6_000, 5_000]);
    let part = |of, hundredths| Share { of, hundredths };
    let parts = if first == second || draws.chance(0.4) {
        vec![part(first, 10_000)]
    } else if third == first || third == second || draws.chance(0.85) {
        vec![part(first, hundredths), part(second, 10_000 - hundredths)]
    } else {
        vec![part(first, 5_000), part(second, 3_000), part(third, 2_000)]
    };
    Shares::new(parts).map_err(Broken::because)
}

/// Some listings keep back from the public, or from those with an account too, what a score is made of.
fn disclosure(draws: &mut Draws) -> Result<Disclosure, Broken> {
    let rung = match draws.below(20) {
        0 => Rung::Registered,
        1 => Rung::Matched,
        _ => return Ok(Disclosure::default()),
    };
    Disclosure::new(false, BTreeMap::from([(ListingField::Gap, rung)])).map_err(Broken::because)
}

/// Of what is missing of a checklist or of the effects, this share is missing line by line, and the rest all at once: who
/// reports does so in full more often than here and there. What is half told says less of the hidden quality.
const LINE_BY_LINE: f64 = 0.2;

/// A project and the number of its owner. One hidden quality moves money, stage, readiness, trust, return, tenor, freshness
/// and inclusion; the country moves fields; the kind moves stage, instruments and money.
fn project(number: usize, missing: f64) -> Result<(usize, Project), Broken> {
    let mut draws = Draws::new(5, number as u64);
    let quality = draws.unit();
    let mut gone = Draws::new(6, number as u64);
    let mut told = |missing: f64| !gone.chance(missing);
    let by_line = missing * LINE_BY_LINE;
    let at_once = 1.0 - (1.0 - missing) / (1.0 - by_line);
    let (tells_readiness, tells_impact) = (told(at_once), told(at_once));
    let spread = draws.unit();
    let place = (spread * spread * COUNTRIES as f64) as usize;
    let venture = draws.chance(0.25);
    let kind = if venture {
        ProjectKind::StartupVenture
    } else {
        draws.one(&[
            ProjectKind::Infrastructure,
            ProjectKind::Infrastructure,
            ProjectKind::Application,
            ProjectKind::ServicePlatform,
            ProjectKind::TrainingProgramme,
            ProjectKind::ContentProduction,
            ProjectKind::Research,
        ])
    };
    let rung = (draws.near(quality) * 9.0) as usize;
    let stage = if venture {
        InvestmentStage::Venture(VentureStage::ALL[rung.min(8)])
    } else {
        InvestmentStage::Infrastructure(InfrastructureStage::ALL[rung.min(8)])
    };
    let currency = match draws.below(50) {
        0 => Currency::RSD,
        1..14 => Currency::USD,
        14..17 => Currency::CNY,
        _ => Currency::EUR,
    };
    let euros = libm::pow(10.0, if venture { 4.5 } else { 5.5 } + 3.5 * draws.near(quality));
    let gap = money(euros, currency)?;
    let slice = money(euros * draws.one(&[0.05, 0.1, 0.2, 0.25, 0.5]), currency)?;
    let ready = draws.near(quality);
    let mut readiness = Vec::new();
    for item in ReadinessItem::checklist(stage) {
        let status = if draws.chance(ready) {
            ReadinessStatus::Evidenced
        } else {
            draws.one(&[ReadinessStatus::Claimed, ReadinessStatus::Missing])
        };
        if tells_readiness && told(by_line) {
            readiness.push(ReadinessEntry { item: *item, status, evidence: None });
        }
    }
    let shown = draws.near(quality);
    let mut locations = vec![place];
    while locations.len() < 3 && draws.chance(0.07) {
        locations.push((place + 1 + draws.below(12)) % COUNTRIES);
    }
    let city = draws.chance(0.6).then(|| 1 + draws.below(CITIES) as u32);
    let told_city = told(missing);
    let locations = locations
        .into_iter()
        .map(|place| {
            let city_geonames = city.filter(|_| told_city);
            Ok(Location { country: country(place)?, city_geonames, position: None })
        })
        .collect::<Result<_, Broken>>()?;
    let sought = instruments(&mut draws, venture)?;
    let return_pct = pct(200 + (1_800.0 * draws.near(quality)) as i32)?;
    let tenor = 12 + (300.0 * draws.near(quality)) as u16;
    let days = ((1.0 - draws.near(quality)) * 200.0) as u64;
    let women = pct((10_000.0 * draws.near(quality)) as i32)?;
    let excluded: Vec<InvestorType> = if draws.chance(0.02) { draws.codes(2) } else { Vec::new() };
    let told_gap = told(missing);
    let facts = ProjectFacts {
        title: Localized::new(Lang::EN, "A project").map_err(Broken::because)?,
        summary: None,
        kind,
        works: None,
        innovation: None,
        lifecycle: None,
        ladder: if venture { StageLadder::Venture } else { StageLadder::Infrastructure },
        stage: Some(stage).filter(|_| told(missing)),
        fields: fields(&mut draws, place)?,
        contract: draws.chance(0.3).then(|| draws.code::<ContractType>()),
        public_authority: Some(line("An authority")?),
        gap: Some(gap).filter(|_| told_gap),
        min_slice: Some(slice).filter(|_| told(missing) && told_gap),
        instruments: Some(sought).filter(|_| told(missing)),
        concessional: None,
        return_pct: Some(return_pct).filter(|_| told(missing)),
        tenor_months: Some(tenor).filter(|_| told(missing)),
        readiness,
        flags: Vec::new(),
        impact: Impact {
            entry_price_pct_gni: Some(pct(400 - (300.0 * shown) as i32)?)
                .filter(|_| tells_impact && told(by_line)),
            population_newly_served: Some(libm::pow(10.0, 3.0 + 3.2 * shown) as u64)
                .filter(|_| tells_impact && told(by_line)),
            schools_connected: Some((150.0 * shown) as u32).filter(|_| tells_impact && told(by_line)),
            women_share: Some(women).filter(|_| tells_impact && told(by_line)),
            coverage_baseline: None,
            coverage_target: None,
        },
        locations,
        languages: Vec::new(),
        excluded_investors: excluded,
        help_wanted: if told(missing) { draws.codes::<HelpKind>(3) } else { Vec::new() },
        deadline: None,
        published_on: Some(today() - Days::new(draws.below(700) as u64)),
        confirmed_on: Some(today() - Days::new(days)).filter(|_| told(missing)),
        state: ListingState::Published,
        recorded_financier: None,
        recorded_year: None,
        disclosure: disclosure(&mut draws)?,
        provenance: Provenance::default(),
    };
    let owner = (draws.near(quality) * OWNERS as f64) as usize;
    Ok((owner.min(OWNERS - 1), Project::try_from(facts).map_err(Broken::because)?))
}

/// The least and the mean correlation of two of money, stage, readiness, return, tenor, day of confirmation and inclusion,
/// over the projects of which both are known.
pub(crate) fn correlation(catalog: &Catalog) -> (f64, f64) {
    let column = |n: usize| -> Vec<Option<f64>> {
        let known = |grade: matcher::Grade| (grade.known > 0).then(|| f64::from(grade.point));
        let rows = catalog.projects().rows().iter();
        rows.map(|row| match n {
            0 => Some(libm::log(row.gap?.euro_cents? as f64)),
            1 => row.stage.map(|stage| stage.rung() as f64),
            2 => known(row.ready),
            3 => row.return_hundredths.map(f64::from),
            4 => row.tenor_months.map(f64::from),
            5 => row.confirmed_on.map(f64::from),
            _ => known(row.inclusion),
        })
        .collect()
    };
    let columns: Vec<Vec<Option<f64>>> = (0..7).map(column).collect();
    let mut all = Vec::new();
    for (n, a) in columns.iter().enumerate() {
        all.extend(columns[..n].iter().map(|b| pearson(a, b)));
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    (all.into_iter().fold(1.0, f64::min), mean)
}

/// Pearson's coefficient over pairs that are known.
fn pearson(first: &[Option<f64>], second: &[Option<f64>]) -> f64 {
    let pairs: Vec<(f64, f64)> = first.iter().zip(second).filter_map(|(x, y)| (*x).zip(*y)).collect();
    let count = pairs.len().max(1) as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let means = (mean(|pair| pair.0), mean(|pair| pair.1));
    let mut products = [0.0; 3];
    for pair in &pairs {
        let off = (pair.0 - means.0, pair.1 - means.1);
        products[0] += off.0 * off.0;
        products[1] += off.1 * off.1;
        products[2] += off.0 * off.1;
    }
    products[2] / libm::sqrt(products[0] * products[1]).max(f64::MIN_POSITIVE)
}
