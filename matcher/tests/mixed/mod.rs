//! Catalogs in which everything that a gate or a criterion reads varies: mandates, investors, owners and projects.

use domain::{
    city::Twinning,
    country::OwnershipRule,
    disclosure::{Disclosure, ListingField, Rung},
    id::Id,
    mandate::{Mandate, MandateFacts, Strictness, Terms, Ticket, WantedField},
    organisation::{Deal, Organisation, OrganisationFacts, ReplyRecord, Screening},
    project::{Location, Project, ProjectFacts},
    value::{CountryCode, Currency, Money, Pct, SingleLine},
    vocabulary::{
        ContractType, CooperationField, HelpKind, InfrastructureStage, Instrument, InvestmentStage,
        InvestorType, ProjectKind, ReadinessItem, ReadinessStatus, ScreeningStatus, StageLadder,
        VentureStage, VerificationLevel,
    },
};
use matcher::Catalog;
use proptest::{
    option,
    prelude::*,
    sample::{select, subsequence},
};

use crate::world::{
    Parts, facts, mandate_facts, mandate_id, of, organisation_facts, project_facts, project_id, random_parts,
    today, uuid,
};

/// Investors are organisations 0 to 3, owners 2 to 7; 2 and 3 are both, and 8 owns but is not in the catalog.
pub(crate) const ORGANISATIONS: usize = 8;

pub(crate) fn organisation_id(n: usize) -> Id<Organisation> {
    Id::from_uuid(uuid(4, n))
}

fn line(text: &str) -> SingleLine {
    SingleLine::new(text).unwrap()
}

fn countries(of: impl Into<proptest::sample::SizeRange>) -> impl Strategy<Value = Vec<CountryCode>> {
    subsequence(vec!["RS", "TH", "KE", "DE"], of)
        .prop_map(|codes| codes.into_iter().map(|code| code.parse().unwrap()).collect())
}

fn some<T: domain::Vocabulary>(most: usize) -> impl Strategy<Value = Vec<T>> {
    subsequence(T::ALL, 0..=most)
}

fn stage() -> impl Strategy<Value = InvestmentStage> {
    prop_oneof![
        of::<InfrastructureStage>().prop_map(InvestmentStage::Infrastructure),
        of::<VentureStage>().prop_map(InvestmentStage::Venture),
    ]
}

/// Mostly yes, so that gates let something through.
fn mostly() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.9)
}

fn random_organisation(n: usize) -> impl Strategy<Value = OrganisationFacts> {
    let trust = (
        prop_oneof![4 => Just(VerificationLevel::V2), 1 => of::<VerificationLevel>()],
        prop_oneof![6 => Just(ScreeningStatus::Clear), 1 => of::<ScreeningStatus>()],
        option::weighted(0.9, 0_u64..9),
        mostly(),
    );
    let seat = (option::of(countries(1)), option::of(1_u32..5), countries(0..3), some::<HelpKind>(3));
    let record = (
        option::of(0..=10_000_i32),
        option::of(0_u16..40),
        option::of((0_u32..9, 0_u32..9)),
        subsequence(vec!["Ana Anić", "Ben Ben"], 0..=2),
        proptest::collection::vec(
            (
                2015..2026_i32,
                option::of(of::<CooperationField>()),
                option::of(countries(1)),
                option::of(stage()),
            ),
            0..5,
        ),
        option::of(of::<InvestorType>()),
    );
    (trust, seat, record).prop_map(move |(trust, seat, record)| {
        let investor_type = if n < 4 { record.5.or(Some(InvestorType::MultilateralBank)) } else { record.5 };
        let (closed, pledged) = record.2.unzip();
        OrganisationFacts {
            screening: Screening {
                status: trust.1,
                screened_on: trust.2.map(|days| today() - chrono::Days::new(days)),
            },
            active: trust.3,
            country: seat.0.map(|countries| countries[0]),
            city_geonames: seat.1,
            presence: seat.2,
            help_offered: seat.3,
            replies: ReplyRecord {
                reply_rate: record.0.map(|rate| Pct::from_hundredths(rate).unwrap()),
                median_reply_days: record.1,
                closed_deals: closed,
                pledged_deals: pledged,
            },
            beneficial_owners: record.3.into_iter().map(line).collect(),
            deals: record
                .4
                .into_iter()
                .map(|(year, field, country, stage)| Deal {
                    date: chrono::NaiveDate::from_ymd_opt(year, 3, 1).unwrap(),
                    title: line("A deal"),
                    field,
                    country: country.map(|countries| countries[0]),
                    stage,
                    amount: None,
                    round_amount: None,
                    instrument: None,
                })
                .collect(),
            ..organisation_facts(trust.0, investor_type)
        }
    })
}

fn random_mandate() -> impl Strategy<Value = MandateFacts> {
    let what = (
        prop_oneof![3 => Just(vec![CooperationField::ConnBroadband, CooperationField::CityAi]), 1 => some(3)],
        prop::bool::weighted(0.2),
        some::<CooperationField>(2),
        prop_oneof![3 => Just(Vec::new()), 1 => some::<ProjectKind>(3)],
        1_u8..=100,
    );
    let place = (countries(0..3), prop::bool::ANY, prop::bool::ANY, countries(0..2), some::<ContractType>(2));
    let money = (
        option::weighted(0.8, (0_i64..2_000_000_000, 1_i64..20_000_000_000)),
        select(vec![Currency::EUR, Currency::USD, Currency::RSD]),
        option::of(-200..2_000_i32),
        option::of(1_u16..400),
        option::of(0..=10_000_i32),
    );
    let terms = (
        proptest::collection::vec(stage(), 0..3),
        some::<Instrument>(4),
        prop::bool::ANY,
        prop::bool::ANY,
        prop::bool::weighted(0.3),
        proptest::collection::vec(prop::bool::weighted(0.3), 5),
    );
    (what, place, money, terms).prop_map(|(what, place, money, terms)| {
        let hard = |n: usize| if terms.5[n] { Strictness::Hard } else { Strictness::Soft };
        let mut facts = mandate_facts();
        facts.fields = (0_u8..)
            .zip(what.0)
            .map(|(n, field)| WantedField { field, weight: if n == 0 { 100 } else { what.4 } })
            .collect();
        facts.generalist = what.1;
        facts.excluded_fields = what.2;
        facts.excluded_fields.retain(|field| facts.fields.iter().all(|wanted| wanted.field != *field));
        facts.kinds = what.3;
        facts.places.countries = place.0;
        facts.places.global = place.1;
        if place.2 {
            facts.places.regions.clear();
        }
        facts.excluded_countries = place.3;
        facts.excluded_countries.retain(|country| !facts.places.countries.contains(country));
        facts.excluded_contracts = place.4;
        facts.ticket = money.0.map(|(min, more)| {
            let of = |minor| Money::from_minor(minor, money.1).unwrap();
            Ticket { min: of(min), max: of(min + more) }
        });
        facts.target_return_pct = money.2.map(|pct| Pct::from_hundredths(pct).unwrap());
        facts.max_tenor_months = money.3;
        facts.min_stake_pct = money.4.map(|pct| Pct::from_hundredths(pct).unwrap());
        facts.stages = terms.0;
        facts.instruments = terms.1;
        if terms.2 {
            facts.sdg_targets.clear();
            facts.articles.clear();
        }
        facts.inferred = terms.3;
        facts.no_competitors = terms.4;
        facts.terms = Terms {
            fields: hard(0),
            places: hard(1),
            ticket: hard(2),
            stages: hard(3),
            instruments: hard(4),
        };
        facts
    })
}

/// A project and its owner's number.
fn random_project() -> impl Strategy<Value = (usize, ProjectFacts)> {
    let dress = (
        prop_oneof![20 => 2_usize..ORGANISATIONS, 1 => Just(ORGANISATIONS)],
        countries(1..3),
        option::of(1_u32..5),
        option::of(of::<ContractType>()),
        of::<ProjectKind>(),
        option::of(of::<VentureStage>()),
        some::<InvestorType>(2),
        option::of(0_u64..300),
        random_disclosure(),
    );
    // Few distinct projects, so that there are ties.
    let parts = prop_oneof![4 => random_parts().boxed(), 1 => Just(Parts::worked_example()).boxed()];
    (parts, dress).prop_map(|(parts, dress)| {
        let mut facts = project_facts(&parts);
        facts.locations = dress
            .1
            .into_iter()
            .map(|country| Location { country, city_geonames: dress.2, position: None })
            .collect();
        facts.contract = dress.3;
        facts.public_authority = Some(line("An authority"));
        facts.kind = dress.4;
        if facts.kind == ProjectKind::StartupVenture {
            facts.ladder = StageLadder::Venture;
            facts.stage = dress.5.map(InvestmentStage::Venture);
        }
        facts.excluded_investors = dress.6;
        facts.published_on = dress.7.map(|days| today() - chrono::Days::new(days));
        facts.disclosure = dress.8;
        (dress.0, facts)
    })
}

/// Most listings keep nothing back; some do whose they are, or something else that a score is made of.
fn random_disclosure() -> impl Strategy<Value = Disclosure> {
    let keeps = |field, rung| Disclosure::new(false, [(field, rung)].into()).unwrap();
    prop_oneof![
        6 => Just(Disclosure::default()),
        1 => Just(Disclosure::new(true, [].into()).unwrap()),
        1 => Just(keeps(ListingField::Owner, Rung::Registered)),
        1 => Just(keeps(ListingField::Gap, Rung::Matched)),
    ]
}

/// Who has blocked whom, an investor an owner or the other way round. Mostly nobody.
fn random_blocks() -> impl Strategy<Value = Vec<(usize, usize)>> {
    let block = (0_usize..4, 2_usize..ORGANISATIONS, any::<bool>());
    let block =
        block.prop_map(|(investor, owner, back)| if back { (owner, investor) } else { (investor, owner) });
    prop_oneof![
        2 => Just(Vec::new()).boxed(),
        1 => proptest::collection::vec(block, 1..5).boxed(),
    ]
}

/// Mandates, investors, owners and projects, of which some are put twice or taken out again.
#[derive(Debug, Clone)]
pub(crate) struct Mixed {
    pub(crate) organisations: Vec<OrganisationFacts>,
    pub(crate) mandates: Vec<MandateFacts>,
    pub(crate) projects: Vec<(usize, ProjectFacts)>,
    again: Vec<(prop::sample::Index, prop::sample::Index)>,
    gone: Vec<prop::sample::Index>,
    pub(crate) blocks: Vec<(usize, usize)>,
    late: bool,
    cap: i32,
}

pub(crate) fn random_mixed(
    mandates: impl Into<proptest::collection::SizeRange>,
    projects: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = Mixed> {
    let organisations: Vec<_> = (0..ORGANISATIONS).map(|n| random_organisation(n).boxed()).collect();
    (
        organisations,
        proptest::collection::vec(random_mandate(), mandates),
        proptest::collection::vec(random_project(), projects),
        proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..5),
        proptest::collection::vec(any::<prop::sample::Index>(), 0..5),
        random_blocks(),
        prop::bool::ANY,
        0..=10_000_i32,
    )
        .prop_map(|(organisations, mandates, projects, again, gone, blocks, late, cap)| Mixed {
            organisations,
            mandates,
            projects,
            again,
            gone,
            blocks,
            late,
            cap,
        })
}

impl Mixed {
    pub(crate) fn catalog(&self) -> Catalog {
        let mut world = facts(1.1);
        for (code, days) in [("RS", 10), ("KE", 400)] {
            let country: CountryCode = code.parse().unwrap();
            world.ownership.insert(
                country,
                OwnershipRule {
                    country,
                    foreign_cap: Pct::from_hundredths(self.cap).unwrap(),
                    law: "A law".to_owned(),
                    as_of: today() - chrono::Days::new(days),
                },
            );
        }
        let mut catalog = Catalog::new(world, today());
        let put_organisations = |catalog: &mut Catalog| {
            for (n, facts) in self.organisations.iter().enumerate() {
                catalog.put_organisation(organisation_id(n), &Organisation::try_from(facts.clone()).unwrap());
            }
        };
        let put_project = |catalog: &mut Catalog, id: usize, of: usize| {
            let (owner, facts) = &self.projects[of];
            let project = Project::try_from(facts.clone()).unwrap();
            catalog.put_project(project_id(id), organisation_id(*owner), &project);
        };
        if !self.late {
            put_organisations(&mut catalog);
        }
        for (n, facts) in self.mandates.iter().enumerate() {
            let mandate = Mandate::try_from(facts.clone()).unwrap();
            catalog.put_mandate(mandate_id(n), organisation_id(n % 4), &mandate);
        }
        for n in 0..self.projects.len() {
            put_project(&mut catalog, n, n);
        }
        for (id, of) in &self.again {
            put_project(&mut catalog, id.index(self.projects.len()), of.index(self.projects.len()));
        }
        for gone in &self.gone {
            catalog.remove_project(project_id(gone.index(self.projects.len())));
        }
        if self.late {
            put_organisations(&mut catalog);
        }
        for (blocker, blocked) in &self.blocks {
            self.block(&mut catalog, *blocker, *blocked);
        }
        catalog.put_twinning(&Twinning::new(1, 2, Vec::new(), None).unwrap());
        catalog.put_twinning(&Twinning::new(2, 3, Vec::new(), None).unwrap());
        catalog
    }
}

impl Mixed {
    /// Lets an organisation block another one, beside those that it blocks from the start.
    pub(crate) fn block(&self, catalog: &mut Catalog, blocker: usize, other: usize) {
        let own = self.blocks.iter().filter(|(from, _)| *from == blocker).map(|(_, to)| *to);
        let all = own.chain([other]).filter(|to| *to != blocker).map(organisation_id);
        catalog.put_blocks(organisation_id(blocker), &all.collect());
    }
}

/// Good projects, of which most suit every mandate well: more than a list shows.
pub(crate) fn welcoming(mandates: usize, projects: usize) -> impl Strategy<Value = Mixed> {
    let organisations: Vec<_> = (0..ORGANISATIONS)
        .map(|_| organisation_facts(VerificationLevel::V3, Some(InvestorType::MultilateralBank)))
        .collect();
    let project = (2_usize..ORGANISATIONS, 500_000_000_i64..4_000_000_000, 3_usize..8, 0_u64..60);
    let project = project.prop_map(|(owner, gap, shown, days)| {
        let mut parts = Parts::worked_example();
        parts.second = None;
        parts.gap = Some(gap);
        parts.readiness = ReadinessItem::checklist(parts.stage.map(InvestmentStage::Infrastructure).unwrap())
            .iter()
            .take(shown)
            .map(|item| (*item, ReadinessStatus::Evidenced))
            .collect();
        parts.confirmed_days_ago = Some(days);
        parts.help = vec![HelpKind::TechnicalAssistance];
        (owner, project_facts(&parts))
    });
    proptest::collection::vec(project, projects).prop_map(move |projects| Mixed {
        organisations: organisations.clone(),
        mandates: vec![mandate_facts(); mandates],
        projects,
        again: Vec::new(),
        gone: Vec::new(),
        blocks: Vec::new(),
        late: false,
        cap: 0,
    })
}
