//! Gates between two cities (section 5.4). Their result is the tier that can be reached, not merely yes or no.

use domain::vocabulary::{PartnershipTier, ScreeningStatus};

use super::Outcome;
use crate::{catalog::CityPair, gate::investment::screened, row::CityRow};

/// Gates in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// K1: both offices are verified, accepting, with capacity left.
    Office,
    /// K2: different countries.
    Country,
    /// K3: diplomatic relations.
    Relations,
    /// K4: administrative level.
    Level,
    /// K5: exclusivity.
    Exclusivity,
    /// K6: no live or resting pair.
    Pair,
    /// K7: minimum of a programme.
    Programme,
    /// K8: screening and national exclusion lists.
    Screening,
}

/// Number of gates.
pub const COUNT: usize = 8;

impl Gate {
    /// All, in order.
    pub const ALL: [Self; COUNT] = [
        Self::Office,
        Self::Country,
        Self::Relations,
        Self::Level,
        Self::Exclusivity,
        Self::Pair,
        Self::Programme,
        Self::Screening,
    ];

    /// The key in the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Office => "K1_OFFICE",
            Self::Country => "K2_COUNTRY",
            Self::Relations => "K3_RELATIONS",
            Self::Level => "K4_LEVEL",
            Self::Exclusivity => "K5_EXCLUSIVITY",
            Self::Pair => "K6_PAIR",
            Self::Programme => "K7_PROGRAMME",
            Self::Screening => "K8_SCREENING",
        }
    }

    /// Whether a party can do something about a failure.
    pub const fn fixable(self) -> bool {
        matches!(self, Self::Office | Self::Country | Self::Programme)
    }

    /// The gate's answer for a pair; the same from both sides.
    pub fn answer(self, pair: &CityPair<'_>) -> Outcome {
        let (a, b) = (pair.viewer, pair.partner);
        match self {
            Self::Office => office(a, b),
            Self::Country => country(a, b),
            // No policy pack with a dated source speaks of relations or levels: unknown means ask, not block.
            Self::Relations | Self::Level => Outcome::Unknown,
            Self::Exclusivity => {
                if twin_in(pair, b, a) || twin_in(pair, a, b) {
                    Outcome::SoftFail
                } else {
                    Outcome::Pass
                }
            }
            Self::Pair => Outcome::Fail.unless(!pair.is_taken()),
            Self::Programme => programme(pair),
            Self::Screening => screening(pair),
        }
    }
}

impl Outcome {
    /// A pass where the condition holds.
    const fn unless(self, condition: bool) -> Self {
        if condition { Self::Pass } else { self }
    }
}

/// The answers of all gates, in order.
pub fn answers(pair: &CityPair<'_>) -> [Outcome; COUNT] {
    Gate::ALL.map(|gate| gate.answer(pair))
}

/// The highest tier that the answers leave open. A strategic partnership grows only out of an active one.
pub fn reachable_tier(answers: &[Outcome; COUNT]) -> PartnershipTier {
    let [office, _, _, _, exclusivity, ..] = *answers;
    if !super::all_open(answers) {
        PartnershipTier::None
    } else if office == Outcome::Unknown {
        // Without an office on either side nobody can sign more than a letter of intent.
        PartnershipTier::ExploratoryLoi
    } else if exclusivity == Outcome::SoftFail {
        PartnershipTier::FriendlyExchange
    } else {
        PartnershipTier::Twin
    }
}

fn office(a: &CityRow, b: &CityRow) -> Outcome {
    let open = |city: &CityRow| city.office.map(|office| office.faults() == [false; 3]);
    match (open(a), open(b)) {
        (Some(false), _) | (_, Some(false)) => Outcome::Fail,
        (Some(true), Some(true)) => Outcome::Pass,
        _ => Outcome::Unknown,
    }
}

fn country(a: &CityRow, b: &CityRow) -> Outcome {
    let lifted = |city: &CityRow| city.office.is_some_and(|office| office.same_country);
    Outcome::Fail.unless(a.country != b.country || (lifted(a) && lifted(b)))
}

/// Whether a city already has a twin in the other's country.
pub fn twin_in(pair: &CityPair<'_>, city: &CityRow, other: &CityRow) -> bool {
    pair.catalog.links().of(city.geonames).iter().any(|twin| {
        *twin != other.geonames
            && pair.catalog.city_by_geonames(*twin).is_some_and(|row| row.country == other.country)
    })
}

fn programme(pair: &CityPair<'_>) -> Outcome {
    let Some(programme) = pair.programme else { return Outcome::Pass };
    match (pair.viewer.population, pair.partner.population) {
        (Some(a), Some(b)) => Outcome::Fail.unless(a.min(b) >= programme.min_population),
        _ => Outcome::Unknown,
    }
}

fn screening(pair: &CityPair<'_>) -> Outcome {
    let today = pair.catalog.day();
    let state = |city: &CityRow| {
        let office = city.office?;
        if screened(office.screening, office.screened_on, today) {
            Some(true)
        } else if matches!(
            office.screening,
            ScreeningStatus::PotentialHit | ScreeningStatus::ConfirmedHit | ScreeningStatus::Frozen
        ) {
            Some(false)
        } else {
            None
        }
    };
    match (state(pair.viewer), state(pair.partner)) {
        (Some(false), _) | (_, Some(false)) => Outcome::Fail,
        (Some(true), Some(true)) => Outcome::Pass,
        _ => Outcome::Unknown,
    }
}
