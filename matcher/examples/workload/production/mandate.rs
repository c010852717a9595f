//! Mandates that pass about a given share of a catalog, and whose they are.

use chrono::{Days, NaiveDate};
use domain::{
    Vocabulary,
    mandate::{Mandate, MandateFacts, Places, Strictness, Terms, Ticket, WantedField},
    organisation::{Deal, Organisation, OrganisationFacts, ReplyRecord, Screening},
    provenance::Provenance,
    value::Currency,
    vocabulary::{
        CooperationField, HelpKind, InfrastructureStage, Instrument, InvestmentStage, InvestorType,
        OrganisationKind, ScreeningStatus, VentureStage, VerificationLevel,
    },
};
use matcher::{
    Catalog, Policy,
    policy::{InvestorCriterion, Weights},
    rank::{List, OpportunityFilter, OpportunityQuery, RankBy, opportunities},
    row::{MandateRow, OrganisationRow},
};

use super::{
    Broken,
    catalog::{CITIES, REGIONS, country, id, line, money, pct, region, today},
    draws::Draws,
};

/// How much a kind of mandates lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// About 1 %.
    Tight,
    /// About 9 %.
    Medium,
    /// About 65 %.
    Loose,
    /// All but those that shut themselves off.
    Open,
}

impl Width {
    /// All, the narrowest first.
    pub(crate) const ALL: [Self; 4] = [Self::Tight, Self::Medium, Self::Loose, Self::Open];

    /// The name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tight => "tight",
            Self::Medium => "medium",
            Self::Loose => "loose",
            Self::Open => "open",
        }
    }

    /// Least and most share that passes.
    const fn range(self) -> (f64, f64) {
        match self {
            Self::Tight => (0.006, 0.015),
            Self::Medium => (0.07, 0.11),
            Self::Loose => (0.57, 0.73),
            Self::Open => (0.98, 1.0),
        }
    }
}

/// A mandate, whose it is, and the policy with the weights that it chose.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The mandate.
    pub(crate) mandate: MandateRow,
    /// Whose it is.
    pub(crate) investor: OrganisationRow,
    /// One in three has weights of its own.
    pub(crate) policy: Policy,
}

impl Asked {
    /// The query for the first so many rows.
    pub(crate) fn query<'a>(&'a self, filter: &'a OpportunityFilter, first: usize) -> OpportunityQuery<'a> {
        OpportunityQuery {
            mandate: &self.mandate,
            investor: &self.investor,
            policy: &self.policy,
            filter,
            by: RankBy::Mutual,
            list: List::Ranked,
            first,
            after: None,
        }
    }
}

/// So many mandates of a kind; those of another purpose are others.
pub(crate) fn mandates(
    sample: &Catalog,
    width: Width,
    purpose: u64,
    count: usize,
) -> Result<Vec<Asked>, Broken> {
    (0..count).map(|number| asked(sample, width, purpose << 32 | number as u64)).collect()
}

/// A mandate of a kind: its terms are widened and narrowed until about the share of a sample passes.
fn asked(sample: &Catalog, width: Width, number: u64) -> Result<Asked, Broken> {
    let filter = OpportunityFilter::default();
    let (least, most) = width.range();
    let mut nearest = None;
    for attempt in 0..40 {
        let seed = (number << 8 | attempt) << 2 | width as u64;
        let (mut narrow, mut wide) = (0.0, 1.0);
        for _ in 0..8 {
            let middle = if width == Width::Open { 1.0 } else { f64::midpoint(narrow, wide) };
            let asked = attempted(sample, width, seed, middle)?;
            let page = opportunities(sample, &asked.query(&filter, 1));
            let share = 1.0 - page.excluded_total as f64 / sample.projects().rows().len() as f64;
            if (least..=most).contains(&share) {
                return Ok(asked);
            }
            if share > most {
                wide = middle;
            } else {
                narrow = middle;
            }
            nearest = Some(asked);
        }
    }
    nearest.ok_or(Broken::of("mandate"))
}

fn attempted(sample: &Catalog, width: Width, seed: u64, wide: f64) -> Result<Asked, Broken> {
    let facts = terms(width, seed, wide)?;
    let mut draws = Draws::new(11, seed);
    let investor = investor(&mut draws, &facts)?;
    let mandate = Mandate::try_from(facts).map_err(Broken::because)?;
    let policy = if draws.chance(1.0 / 3.0) {
        Policy::current().with_investor_weights(own_weights(&mut draws)?)
    } else {
        Policy::current()
    };
    let number = seed as usize;
    Ok(Asked {
        mandate: MandateRow::new(id(2, number), id(5, number), &mandate, &sample.world),
        investor: OrganisationRow::new(id(5, number), &investor),
        policy,
    })
}

/// Weights that keep the caps.
fn own_weights(draws: &mut Draws) -> Result<Weights<9>, Broken> {
    use InvestorCriterion as C;
    // The sum of a step is nothing, so that the sum of all stays a hundred.
    let mut named =
        [(C::Field, 20), (C::Ticket, 15), (C::Stage, 12), (C::Geo, 10), (C::Ready, 12), (C::Trust, 8)];
    for _ in 0..12 {
        let (from, to) = (draws.below(6), draws.below(6));
        let step = 1 + draws.below(5) as i32;
        let least = if matches!(named[from].0, C::Trust) { 4 } else { 0 };
        if from != to && named[from].1 - step >= least && named[to].1 + step <= 40 {
            named[from].1 -= step;
            named[to].1 += step;
        }
    }
    let named: Vec<(String, f64)> = named
        .iter()
        .map(|(criterion, points)| {
            (matcher::policy::Criterion::key(*criterion).to_owned(), f64::from(*points))
        })
        .collect();
    Weights::own::<C>(&named).map_err(Broken::because)
}

/// The terms of a mandate, the wider the less they ask. What is hard varies, but that the open one has wishes alone.
fn terms(width: Width, seed: u64, wide: f64) -> Result<MandateFacts, Broken> {
    let mut draws = Draws::new(10, seed);
    let open = width == Width::Open;
    let hard = |draws: &mut Draws, share: f64| {
        if !open && draws.chance(share) { Strictness::Hard } else { Strictness::Soft }
    };
    let share = if width == Width::Loose { 0.4 } else { 0.7 };
    let hard = Terms {
        fields: hard(&mut draws, share),
        places: hard(&mut draws, share),
        ticket: hard(&mut draws, share),
        stages: hard(&mut draws, share),
        instruments: hard(&mut draws, share),
    };
    // How wide each term is goes along with how wide the whole is.
    let mut of = |most: usize| {
        let wide = if open { draws.unit() } else { wide };
        (1 + (libm::pow(most as f64, wide) * (0.5 + 0.5 * draws.unit())) as usize).min(most)
    };
    let (fields, countries, stages, instruments) = (of(20), of(140), of(9), of(13));
    let ticket_width = 0.3 + 3.0 * if open { draws.unit() } else { wide };
    let field = draws.below(CooperationField::ALL.len());
    let wanted: Vec<WantedField> = (0..fields)
        .map(|n| WantedField {
            field: CooperationField::ALL[(field + n * 5) % CooperationField::ALL.len()],
            weight: if n == 0 { 100 } else { draws.one(&[100, 80, 60, 40]) },
        })
        .collect();
    let spread = draws.unit();
    let place = (spread * spread * 140.0) as usize;
    let step = 1 + draws.below(3);
    let mut places = Places {
        countries: (0..countries).map(|n| country((place + n * step) % 140)).collect::<Result<_, _>>()?,
        regions: Vec::new(),
        global: wide > 0.9 || draws.chance(if open { 0.5 } else { 0.1 * wide }),
    };
    places.countries.sort_unstable();
    places.countries.dedup();
    for _ in 0..draws.below(1 + countries / 10) {
        places.regions.push(region(draws.below(REGIONS)));
    }
    let middle = 5.3 + 3.2 * draws.unit();
    let currency = draws.one(&[Currency::EUR, Currency::EUR, Currency::USD]);
    let ticket = Ticket {
        min: money(libm::pow(10.0, middle - ticket_width / 2.0), currency)?,
        max: money(libm::pow(10.0, middle + ticket_width / 2.0), currency)?,
    };
    let first = draws.below(9);
    let ventures = draws.chance(0.3) || wide > 0.85;
    let infrastructure = !ventures || draws.chance(0.3) || wide > 0.85;
    let mut named = Vec::new();
    for n in 0..stages {
        let rung = (first + n) % 9;
        if infrastructure {
            named.push(InvestmentStage::Infrastructure(InfrastructureStage::ALL[rung]));
        }
        if ventures {
            named.push(InvestmentStage::Venture(VentureStage::ALL[rung]));
        }
    }
    let instrument = if ventures && !infrastructure { 4 } else { 0 };
    let offered = (0..instruments).map(|n| Instrument::ALL[(instrument + n) % 13]).collect();
    let targets: &[&str] = draws.one(&[&[][..], &["9.c"], &["9.1", "11.3"], &["4.4", "8.3", "3.8"]]);
    let said = |draws: &mut Draws| draws.chance(0.85);
    Ok(MandateFacts {
        name: line("A mandate")?,
        generalist: draws.chance(if open { 0.2 } else { 0.1 * wide }),
        fields: wanted,
        excluded_fields: Vec::new(),
        kinds: Vec::new(),
        places,
        excluded_countries: Vec::new(),
        excluded_contracts: if open { Vec::new() } else { draws.codes(1) },
        ticket: Some(ticket).filter(|_| said(&mut draws)),
        stages: if said(&mut draws) { named } else { Vec::new() },
        instruments: if said(&mut draws) { offered } else { Vec::new() },
        target_return_pct: Some(pct(300 + draws.below(1_200) as i32)?).filter(|_| said(&mut draws)),
        max_tenor_months: Some(24 + draws.below(280) as u16).filter(|_| said(&mut draws)),
        min_stake_pct: Some(pct(draws.below(6_000) as i32)?).filter(|_| !open && draws.chance(0.2)),
        security_wanted: None,
        sdg_targets: targets.iter().map(|target| (*target).to_owned()).collect(),
        articles: (0..draws.below(3)).map(|_| 1 + draws.below(15) as u8).collect(),
        no_competitors: !open && draws.chance(0.1),
        terms: hard,
        inferred: draws.chance(0.2),
        basis: None,
        provenance: Provenance::default(),
    })
}

/// An investor who has done deals in and near what the mandate looks for; one in four has done none.
fn investor(draws: &mut Draws, facts: &MandateFacts) -> Result<Organisation, Broken> {
    let deals = if draws.chance(0.25) { 0 } else { 1 + draws.below(15) };
    let deals = (0..deals)
        .map(|_| {
            let wanted = facts.fields[draws.below(facts.fields.len())].field;
            let rung = draws.below(9);
            Ok(Deal {
                date: NaiveDate::from_ymd_opt(2018 + draws.below(8) as i32, 3, 1)
                    .ok_or(Broken::of("date"))?,
                title: line("A deal")?,
                field: Some(if draws.chance(0.6) { wanted } else { draws.code() }),
                country: draws.chance(0.9).then(|| country(draws.below(140))).transpose()?,
                stage: draws.chance(0.8).then(|| {
                    if draws.chance(0.7) {
                        InvestmentStage::Infrastructure(InfrastructureStage::ALL[rung])
                    } else {
                        InvestmentStage::Venture(VentureStage::ALL[rung])
                    }
                }),
                amount: None,
                round_amount: None,
                instrument: None,
            })
        })
        .collect::<Result<_, Broken>>()?;
    let verification = draws.one(&[VerificationLevel::V1, VerificationLevel::V2, VerificationLevel::V3]);
    let record = draws.chance(0.6);
    let replies = ReplyRecord {
        reply_rate: Some(pct(draws.below(10_001) as i32)?).filter(|_| record),
        median_reply_days: Some(draws.below(25) as u16).filter(|_| record),
        ..ReplyRecord::default()
    };
    Organisation::try_from(OrganisationFacts {
        name: line("An investor")?,
        kind: OrganisationKind::Investor,
        country: Some(country(draws.below(140))?),
        city_geonames: draws.chance(0.7).then(|| 1 + draws.below(CITIES) as u32),
        investor_type: Some(draws.code::<InvestorType>()),
        verification,
        verified_on: None,
        verified_until: None,
        screening: Screening {
            status: ScreeningStatus::Clear,
            screened_on: Some(today() - Days::new(draws.below(7) as u64)),
        },
        active: true,
        claimed: true,
        presence: (0..draws.below(6)).map(|_| country(draws.below(140))).collect::<Result<_, _>>()?,
        languages: Vec::new(),
        help_offered: draws.codes::<HelpKind>(3),
        replies,
        beneficial_owners: Vec::new(),
        deals,
        provenance: Provenance::default(),
    })
    .map_err(Broken::because)
}
