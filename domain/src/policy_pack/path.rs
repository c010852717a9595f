//! The lawful route of two cities to an agreement: which steps on which side, with which papers, in what time, how far
//! it can go, and what has to be asked first. It is told before anybody writes a proposal.

use super::{
    pack::{Exclusivity, PackSet, PolicyPack, own_lawyers},
    step::{Sourcing, StepRule, WeekRange},
};
use crate::{
    partnership::{AgreementTier, CitySide, PartnershipTimers, Sides},
    value::CountryCode,
    vocabulary::{AdministrativeLevel, CooperationField, PartnershipTier},
};

/// What the route depends on, of one city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathCity {
    /// Its country.
    pub country: CountryCode,
    /// Its GeoNames id, for its own pack.
    pub city_geonames: Option<u32>,
    /// Its level of administration.
    pub level: Option<AdministrativeLevel>,
    /// Whether the other city has a twin in this one's country already.
    pub partner_twinned_here: Option<bool>,
}

/// Something that has to be asked, since no dated rule or record answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathQuestion {
    /// No pack speaks of the city.
    NoPack,
    /// No pack says who has to approve this tier.
    ChainUnknown,
    /// The pack does not say that its steps are all.
    ChainIncomplete,
    /// Steps of the chain have no source.
    StepsUnverified,
    /// The typical time of a step is unknown.
    WeeksUnknown,
    /// Whether the two countries have relations has to be confirmed.
    Relations,
    /// The city's level is limited in what it can agree on, and the limits have to be asked.
    LevelLimited,
    /// The city's level is unknown, and the pack limits some.
    LevelUnknown,
    /// Whether the other city has a twin in this country already is unknown, and the pack has a rule on it.
    TwinsUnknown,
}

impl PathQuestion {
    /// The code in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoPack => "NO_PACK",
            Self::ChainUnknown => "CHAIN_UNKNOWN",
            Self::ChainIncomplete => "CHAIN_INCOMPLETE",
            Self::StepsUnverified => "STEPS_UNVERIFIED",
            Self::WeeksUnknown => "WEEKS_UNKNOWN",
            Self::Relations => "RELATIONS",
            Self::LevelLimited => "LEVEL_LIMITED",
            Self::LevelUnknown => "LEVEL_UNKNOWN",
            Self::TwinsUnknown => "TWINS_UNKNOWN",
        }
    }
}

/// What comes before the authorities on the way of [`crate::partnership`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preliminary {
    /// A letter of intent, signed by an authorised signatory of each side.
    LetterOfIntent,
    /// A trial of so many months with at least two activities.
    Trial {
        /// Shortest.
        months_min: u32,
        /// Longest.
        months_max: u32,
    },
    /// The declared formal will of each side.
    FormalWill,
    /// Plan and budget of the first year.
    FirstYear,
}

/// The route of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The rules that hold, of city and country together; none where no pack speaks of either.
    pub pack: Option<PolicyPack>,
    /// The steps in order. Where a chain is unknown or may have more, the side's own lawyers come first.
    pub steps: Vec<StepRule>,
    /// Typical weeks of all steps, one after the other; none where one of them is unknown.
    pub weeks: Option<WeekRange>,
    /// Fields in which the side does not cooperate.
    pub excluded_fields: Vec<CooperationField>,
    /// What has to be asked.
    pub questions: Vec<PathQuestion>,
}

/// The route of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalPath {
    /// The tier that was asked for.
    pub asked: AgreementTier,
    /// The highest tier that gates and packs leave open, at most the one that was asked for; none where none is.
    pub reachable: Option<AgreementTier>,
    /// Sides whose rules demand a trial.
    pub trial_demanded_by: Vec<CitySide>,
    /// What comes before the authorities, in order.
    pub before: Vec<Preliminary>,
    /// The steps of both sides, for the tier that can be reached; they are taken in parallel.
    pub lanes: Sides<Lane>,
    /// Typical weeks until both sides are through, without trial and negotiation; none where one is unknown.
    pub weeks: Option<WeekRange>,
}

/// Finds the route of two cities to a tier. `gates` is the highest tier that the gates between them leave open; the
/// packs can lower it, and never raise it.
pub fn approval_path(
    packs: &PackSet,
    cities: &Sides<PathCity>,
    tier: AgreementTier,
    gates: PartnershipTier,
) -> ApprovalPath {
    let rules = Sides { a: rules_of(packs, &cities.a), b: rules_of(packs, &cities.b) };
    let cap = |city: &PathCity, pack: &Option<PolicyPack>| {
        let rule = pack.as_ref().and_then(|pack| pack.exclusivity.as_ref()).map(|rule| rule.value);
        match rule.filter(|_| city.partner_twinned_here == Some(true)) {
            Some(Exclusivity::Forbids) => PartnershipTier::None,
            Some(Exclusivity::CapsAtFriendlyExchange) => PartnershipTier::FriendlyExchange,
            Some(Exclusivity::None) | None => PartnershipTier::Strategic,
        }
    };
    let open = gates.min(cap(&cities.a, &rules.a)).min(cap(&cities.b, &rules.b));
    let reachable = below(tier).find(|tier| tier.needs() <= open);
    let trial_demanded_by: Vec<CitySide> = rules
        .iter()
        .filter(|(_, pack)| pack.as_ref().and_then(|pack| pack.trial.as_ref()).is_some_and(|rule| rule.value))
        .map(|(side, _)| side)
        .collect();
    let Sides { a, b } = rules;
    let lanes = Sides { a: lane(&cities.a, a, reachable), b: lane(&cities.b, b, reachable) };
    let timers = PartnershipTimers::default();
    let mut before = Vec::new();
    if reachable.is_some() {
        before.push(Preliminary::LetterOfIntent);
    }
    if reachable.is_some() && !trial_demanded_by.is_empty() {
        before.extend([
            Preliminary::Trial { months_min: timers.trial_months_min, months_max: timers.trial_months_max },
            Preliminary::FormalWill,
            Preliminary::FirstYear,
        ]);
    }
    // Sides go in parallel: the slower one decides.
    let weeks = lanes.a.weeks.zip(lanes.b.weeks).filter(|_| reachable.is_some());
    let weeks = weeks.map(|(a, b)| WeekRange { from: a.from.max(b.from), to: a.to.max(b.to) });
    ApprovalPath { asked: tier, reachable, trial_demanded_by, before, lanes, weeks }
}

/// A tier and those to which a pair can fall back from it, highest first.
fn below(tier: AgreementTier) -> impl Iterator<Item = AgreementTier> {
    let all = <AgreementTier as crate::Vocabulary>::ALL.iter().rev().copied();
    all.filter(move |one| *one == tier || tier.falls_to(*one))
}

fn rules_of(packs: &PackSet, city: &PathCity) -> Option<PolicyPack> {
    packs.of(city.country, city.city_geonames)
}

fn lane(city: &PathCity, pack: Option<PolicyPack>, tier: Option<AgreementTier>) -> Lane {
    let mut questions = Vec::new();
    let chain = tier.and_then(|tier| pack.as_ref()?.chain(tier));
    let mut steps = Vec::new();
    if chain.is_none_or(|chain| !chain.complete) && tier.is_some() {
        steps.push(own_lawyers());
    }
    match (&pack, chain) {
        (None, _) => questions.push(PathQuestion::NoPack),
        (Some(_), None) if tier.is_some() => questions.push(PathQuestion::ChainUnknown),
        (Some(_), None) => {}
        (Some(_), Some(chain)) => {
            if !chain.complete {
                questions.push(PathQuestion::ChainIncomplete);
            }
            if chain.steps.iter().any(|step| step.sourcing == Sourcing::Unverified) {
                questions.push(PathQuestion::StepsUnverified);
            }
            steps.extend(chain.steps.iter().cloned());
        }
    }
    let weeks = steps.iter().try_fold(WeekRange { from: 0, to: 0 }, |sum, step| {
        let weeks = step.weeks?;
        Some(WeekRange { from: sum.from.checked_add(weeks.from)?, to: sum.to.checked_add(weeks.to)? })
    });
    if weeks.is_none() {
        questions.push(PathQuestion::WeeksUnknown);
    }
    if let Some(pack) = &pack {
        if pack.relations.as_ref().is_some_and(|rule| rule.value) {
            questions.push(PathQuestion::Relations);
        }
        match (&pack.limited_levels, city.level) {
            (Some(_), None) => questions.push(PathQuestion::LevelUnknown),
            (Some(rule), Some(level)) if rule.value.contains(&level) => {
                questions.push(PathQuestion::LevelLimited);
            }
            _ => {}
        }
        let exclusive = pack.exclusivity.as_ref().is_some_and(|rule| rule.value != Exclusivity::None);
        if exclusive && city.partner_twinned_here.is_none() {
            questions.push(PathQuestion::TwinsUnknown);
        }
    }
    let excluded = pack.as_ref().and_then(|pack| pack.excluded_fields.as_ref());
    let excluded_fields = excluded.map(|rule| rule.value.clone()).unwrap_or_default();
    Lane { pack, steps, weeks, excluded_fields, questions }
}
