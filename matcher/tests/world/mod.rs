//! A small world for the tests: one investor, one mandate, random projects; and in [`cities`], random cities.

pub(crate) mod cities;

use chrono::NaiveDate;
use domain::{
    Vocabulary,
    city::City,
    country::Country,
    fx::FxSeries,
    id::Id,
    mandate::{Mandate, MandateFacts, Places, Strictness, Terms, Ticket, WantedField},
    organisation::{Deal, Organisation, OrganisationFacts, ReplyRecord, Screening},
    project::{FlagEntry, Impact, Location, Project, ProjectFacts, ReadinessEntry},
    provenance::Provenance,
    value::{CountryCode, Currency, Lang, Localized, Money, Pct, Share, Shares, SingleLine},
    vocabulary::{
        CooperationField, HelpKind, InfrastructureStage, Instrument, InvestmentStage, InvestorType,
        ListingState, OrganisationKind, ProjectKind, ReadinessItem, ReadinessStatus, RedFlag,
        ScreeningStatus, StageLadder, VerificationLevel,
    },
};
use matcher::{Catalog, counterfactual::Change, row::World};
use proptest::prelude::*;

/// The mandate's number.
pub(crate) const MANDATE: usize = 7;

pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

pub(crate) fn uuid(kind: u128, n: usize) -> uuid::Uuid {
    uuid::Uuid::from_u128((kind << 64) | n as u128)
}

pub(crate) fn project_id(n: usize) -> Id<Project> {
    Id::from_uuid(uuid(1, n))
}
pub(crate) fn mandate_id(n: usize) -> Id<Mandate> {
    Id::from_uuid(uuid(2, n))
}
pub(crate) fn city_id(n: u32) -> Id<City> {
    Id::from_uuid(uuid(3, n as usize))
}
pub(crate) fn owner_id() -> Id<Organisation> {
    Id::from_uuid(uuid(4, 1))
}

/// What varies between projects; `None` is unknown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    pub field: CooperationField,
    pub second: Option<CooperationField>,
    pub country: &'static str,
    pub currency: Currency,
    pub gap: Option<i64>,
    pub slice_tenths: Option<i64>,
    pub stage: Option<InfrastructureStage>,
    pub instruments: Option<(Instrument, Instrument)>,
    pub return_hundredths: Option<i32>,
    pub tenor: Option<u16>,
    pub readiness: Vec<(ReadinessItem, ReadinessStatus)>,
    pub flags: Vec<RedFlag>,
    pub price: Option<i32>,
    pub served: Option<u64>,
    pub schools: Option<u32>,
    pub women: Option<i32>,
    pub help: Vec<HelpKind>,
    pub confirmed_days_ago: Option<u64>,
}

impl Parts {
    /// Rural fibre: EUR 42 m in slices of 8.4 m.
    pub(crate) fn worked_example() -> Self {
        Self {
            field: CooperationField::ConnBroadband,
            second: Some(CooperationField::ConnSatcom),
            country: "RS",
            currency: Currency::EUR,
            gap: Some(4_200_000_000),
            slice_tenths: Some(2),
            stage: Some(InfrastructureStage::Feasibility),
            instruments: Some((Instrument::Loan, Instrument::Loan)),
            return_hundredths: None,
            tenor: None,
            readiness: Vec::new(),
            flags: Vec::new(),
            price: None,
            served: None,
            schools: None,
            women: None,
            help: Vec::new(),
            confirmed_days_ago: Some(0),
        }
    }

    /// The same project with one missing fact taken from another, for each fact.
    pub(crate) fn learnt_one_by_one(&self, other: &Self) -> Vec<Self> {
        let mut all = Vec::new();
        let mut learn = |change: &dyn Fn(&mut Self)| {
            let mut learnt = self.clone();
            change(&mut learnt);
            all.push(learnt);
        };
        macro_rules! learn {
            ($($part:ident),+) => { $(if self.$part.is_none() { learn(&|p| p.$part = other.$part); })+ };
        }
        learn!(gap, return_hundredths, tenor, price, served, schools, women, confirmed_days_ago);
        if self.readiness.is_empty() {
            // A stage brings its checklist; where items were named before, it says which of them count.
            learn(&|p| p.stage = p.stage.or(other.stage));
        }
        for (item, status) in &other.readiness {
            if !self.readiness.iter().any(|(known, _)| known == item) {
                learn(&|p| p.readiness.push((*item, *status)));
            }
        }
        all
    }

    /// The project after a change, and the owner's level where that is the change.
    pub(crate) fn changed(&self, change: Change) -> (Self, Option<VerificationLevel>) {
        let mut parts = self.clone();
        let mut level = None;
        match change {
            Change::Evidence(item) => {
                parts.readiness.retain(|(known, _)| *known != item);
                parts.readiness.push((item, ReadinessStatus::Evidenced));
            }
            Change::Justify(flag) => parts.flags.retain(|known| *known != flag),
            Change::Verify(to) => level = Some(to),
            Change::Confirm => parts.confirmed_days_ago = Some(0),
        }
        (parts, level)
    }
}

pub(crate) fn of<T: domain::Vocabulary>() -> impl Strategy<Value = T> {
    proptest::sample::select(T::ALL)
}

pub(crate) fn random_parts() -> impl Strategy<Value = Parts> {
    let money = (
        proptest::option::of(1_000_000_i64..50_000_000_000),
        proptest::option::of(1_i64..10),
        proptest::sample::select(vec![Currency::EUR, Currency::USD, Currency::RSD]),
    );
    let terms = (
        proptest::option::of((of::<Instrument>(), of::<Instrument>())),
        proptest::option::of(-500..3_000_i32),
        proptest::option::of(1_u16..600),
    );
    let shown = (
        proptest::collection::vec((of::<ReadinessItem>(), of::<ReadinessStatus>()), 0..14),
        // Red ones: the amber ones do not count, and the golden scores were made with these eight.
        proptest::collection::vec(
            proptest::sample::select(RedFlag::ALL.iter().copied().take(8).collect::<Vec<_>>()),
            0..3,
        ),
        proptest::option::of(0_u64..400),
    );
    let impact = (
        proptest::option::of(0..500_i32),
        proptest::option::of(0_u64..5_000_000),
        proptest::option::of(0_u32..500),
        proptest::option::of(0..10_000_i32),
    );
    let what = (
        of::<CooperationField>(),
        proptest::option::of(of::<CooperationField>()),
        proptest::sample::select(vec!["RS", "TH", "KE", "DE"]),
        proptest::option::of(of::<InfrastructureStage>()),
        proptest::collection::vec(of::<HelpKind>(), 0..3),
    );
    (what, money, terms, shown, impact).prop_map(|(what, money, terms, shown, impact)| {
        let (mut readiness, mut flags, confirmed_days_ago) = shown;
        let mut seen = std::collections::BTreeSet::new();
        readiness.retain(|(item, _)| seen.insert(*item));
        flags.sort_unstable();
        flags.dedup();
        Parts {
            field: what.0,
            second: what.1,
            country: what.2,
            stage: what.3,
            help: what.4,
            gap: money.0,
            slice_tenths: money.1,
            currency: money.2,
            instruments: terms.0,
            return_hundredths: terms.1,
            tenor: terms.2,
            readiness,
            flags,
            confirmed_days_ago,
            price: impact.0,
            served: impact.1,
            schools: impact.2,
            women: impact.3,
        }
    })
}

fn two<V: domain::Vocabulary>(a: V, b: V) -> Shares<V> {
    if a == b {
        return Shares::whole(a);
    }
    Shares::new(vec![Share { of: a, hundredths: 7_000 }, Share { of: b, hundredths: 3_000 }]).unwrap()
}

pub(crate) fn project(parts: &Parts) -> Project {
    Project::try_from(project_facts(parts)).unwrap()
}

pub(crate) fn project_facts(parts: &Parts) -> ProjectFacts {
    let money = |minor: i64| Money::from_minor(minor, parts.currency).unwrap();
    let pct = |hundredths: i32| Pct::from_hundredths(hundredths).unwrap();
    ProjectFacts {
        title: Localized::new(Lang::EN, "A project").unwrap(),
        summary: None,
        kind: ProjectKind::Infrastructure,
        works: None,
        innovation: None,
        lifecycle: None,
        ladder: StageLadder::Infrastructure,
        stage: parts.stage.map(InvestmentStage::Infrastructure),
        fields: two(parts.field, parts.second.unwrap_or(parts.field)),
        contract: None,
        public_authority: None,
        gap: parts.gap.map(money),
        min_slice: parts.gap.zip(parts.slice_tenths).map(|(gap, tenths)| money(gap / 10 * tenths)),
        instruments: parts.instruments.map(|(a, b)| two(a, b)),
        concessional: None,
        return_pct: parts.return_hundredths.map(pct),
        tenor_months: parts.tenor,
        readiness: parts
            .readiness
            .iter()
            .map(|(item, status)| ReadinessEntry { item: *item, status: *status, evidence: None })
            .collect(),
        flags: parts.flags.iter().map(|flag| FlagEntry { flag: *flag, justification: None }).collect(),
        impact: Impact {
            entry_price_pct_gni: parts.price.map(pct),
            population_newly_served: parts.served,
            schools_connected: parts.schools,
            women_share: parts.women.map(pct),
            coverage_baseline: None,
            coverage_target: None,
        },
        locations: vec![Location {
            country: parts.country.parse().unwrap(),
            city_geonames: None,
            position: None,
        }],
        languages: Vec::new(),
        excluded_investors: Vec::new(),
        help_wanted: parts.help.clone(),
        deadline: None,
        published_on: Some(today()),
        confirmed_on: parts.confirmed_days_ago.map(|days| today() - chrono::Days::new(days)),
        state: ListingState::Published,
        recorded_financier: None,
        recorded_year: None,
        disclosure: domain::disclosure::Disclosure::default(),
        provenance: Provenance::default(),
    }
}

fn deal(year: i32, field: CooperationField) -> Deal {
    Deal {
        date: NaiveDate::from_ymd_opt(year, 1, 1).unwrap(),
        title: SingleLine::new("A deal").unwrap(),
        field: Some(field),
        country: "KE".parse().ok(),
        stage: Some(InvestmentStage::Infrastructure(InfrastructureStage::Structuring)),
        amount: None,
        round_amount: None,
        instrument: None,
    }
}

fn organisation(level: VerificationLevel, investor: Option<InvestorType>) -> Organisation {
    Organisation::try_from(organisation_facts(level, investor)).unwrap()
}

pub(crate) fn organisation_facts(
    level: VerificationLevel,
    investor: Option<InvestorType>,
) -> OrganisationFacts {
    let deals = [
        (2020, CooperationField::ConnBroadband),
        (2021, CooperationField::ConnBackbone),
        (2010, CooperationField::DxHealth),
    ];
    OrganisationFacts {
        name: SingleLine::new("An organisation").unwrap(),
        kind: if investor.is_some() { OrganisationKind::Investor } else { OrganisationKind::Company },
        country: "RS".parse().ok(),
        city_geonames: None,
        investor_type: investor,
        verification: level,
        verified_on: None,
        verified_until: None,
        screening: Screening { status: ScreeningStatus::Clear, screened_on: Some(today()) },
        active: true,
        claimed: true,
        presence: vec!["TH".parse().unwrap()],
        languages: Vec::new(),
        help_offered: vec![HelpKind::TechnicalAssistance, HelpKind::Standards],
        replies: ReplyRecord {
            reply_rate: Pct::from_hundredths(8_000).ok(),
            median_reply_days: Some(5),
            ..ReplyRecord::default()
        },
        beneficial_owners: Vec::new(),
        deals: if investor.is_some() { deals.map(|(y, f)| deal(y, f)).to_vec() } else { Vec::new() },
        provenance: Provenance::default(),
    }
}

fn mandate() -> Mandate {
    Mandate::try_from(mandate_facts()).unwrap()
}

pub(crate) fn mandate_facts() -> MandateFacts {
    let money = |minor| Money::from_minor(minor, Currency::EUR).unwrap();
    // Soft, so that random projects stay in the list and the order has something to order.
    let soft = Strictness::Soft;
    MandateFacts {
        name: SingleLine::new("Rural fibre").unwrap(),
        fields: [CooperationField::ConnBroadband, CooperationField::InclRural]
            .map(|field| WantedField { field, weight: 100 })
            .to_vec(),
        generalist: false,
        excluded_fields: Vec::new(),
        kinds: Vec::new(),
        places: Places {
            countries: vec!["RS".parse().unwrap()],
            regions: vec!["Eastern Africa".into()],
            global: true,
        },
        excluded_countries: Vec::new(),
        excluded_contracts: Vec::new(),
        ticket: Some(Ticket { min: money(500_000_000), max: money(3_000_000_000) }),
        stages: vec![InvestmentStage::Infrastructure(InfrastructureStage::Feasibility)],
        instruments: vec![Instrument::Loan, Instrument::Guarantee],
        target_return_pct: Pct::from_hundredths(1_200).ok(),
        max_tenor_months: Some(180),
        min_stake_pct: None,
        security_wanted: None,
        sdg_targets: vec!["9.c".into(), "10.2".into()],
        articles: vec![1],
        no_competitors: false,
        terms: Terms { fields: soft, places: soft, ticket: soft, stages: soft, instruments: soft },
        inferred: false,
        basis: None,
        provenance: Provenance::default(),
    }
}

pub(crate) fn facts(rate: f64) -> World {
    let country = |code: &str, subregion: &str, internet: i32| Country {
        code: code.parse::<CountryCode>().unwrap(),
        name: code.to_owned(),
        region: "World".to_owned(),
        subregion: subregion.to_owned(),
        languages: vec![Lang::EN],
        borders: Vec::new(),
        income_group: None,
        gdp_usd: None,
        internet_users: Some((Pct::from_hundredths(internet).unwrap(), 2020)),
        least_developed: false,
    };
    let mut fx = FxSeries::new("test");
    fx.insert(today(), Currency::USD, rate).unwrap();
    let countries = vec![
        country("RS", "Southeast Europe", 8_000),
        country("TH", "South-Eastern Asia", 7_000),
        country("TR", "Western Asia", 7_500),
        country("KE", "Eastern Africa", 3_000),
    ];
    World::new(countries, fx, today())
}

pub(crate) fn catalog(projects: &[Parts]) -> Catalog {
    build(projects, VerificationLevel::V2, 1.1)
}

pub(crate) fn build(projects: &[Parts], level: VerificationLevel, rate: f64) -> Catalog {
    let mut catalog = Catalog::new(facts(rate), today());
    let investor = Id::from_uuid(uuid(4, 2));
    catalog.put_organisation(owner_id(), &organisation(level, None));
    catalog.put_organisation(
        investor,
        &organisation(VerificationLevel::V3, Some(InvestorType::MultilateralBank)),
    );
    catalog.put_mandate(mandate_id(MANDATE), investor, &mandate());
    for (n, parts) in projects.iter().enumerate() {
        catalog.put_project(project_id(n), owner_id(), &project(parts));
    }
    catalog
}
