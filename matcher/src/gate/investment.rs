//! Gates between a mandate and a project (section 5.2). Each is a function of the pair alone, so that their order
//! cannot change the outcome.

use domain::vocabulary::{CooperationField, ScreeningStatus, VerificationLevel};

use super::Outcome;
use crate::{
    catalog::Pair,
    criterion::investor::{field_grade, ticket_ratio},
    row::{Day, MandateRow, OrganisationRow, PlaceFit},
};

/// Gates in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// G1: the listing is in public; the investor is active and verified.
    Live,
    /// G2: both sides are screened.
    Screening,
    /// G3: exclusions of either side.
    Exclusions,
    /// G4: no competitor of a holding.
    Conflict,
    /// G5: field.
    Field,
    /// G6: ticket.
    Ticket,
    /// G7: instrument.
    Instrument,
    /// G8: stage.
    Stage,
    /// G9: law on foreign ownership.
    Law,
    /// G10: no related party.
    RelatedParty,
}

/// Number of gates.
pub const COUNT: usize = 10;

/// Days for which a clear screening counts.
pub const SCREENING_DAYS: Day = 7;

impl Gate {
    /// All, in order.
    pub const ALL: [Self; COUNT] = [
        Self::Live,
        Self::Screening,
        Self::Exclusions,
        Self::Conflict,
        Self::Field,
        Self::Ticket,
        Self::Instrument,
        Self::Stage,
        Self::Law,
        Self::RelatedParty,
    ];

    /// The key in the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Live => "G1_LIVE",
            Self::Screening => "G2_SCREENING",
            Self::Exclusions => "G3_EXCLUSIONS",
            Self::Conflict => "G4_CONFLICT",
            Self::Field => "G5_FIELD",
            Self::Ticket => "G6_TICKET",
            Self::Instrument => "G7_INSTRUMENT",
            Self::Stage => "G8_STAGE",
            Self::Law => "G9_LAW",
            Self::RelatedParty => "G10_RELATED_PARTY",
        }
    }

    /// Whether a party can do something about a failure.
    pub const fn fixable(self) -> bool {
        !matches!(self, Self::Law | Self::RelatedParty | Self::Screening)
    }

    /// The gate's answer for a pair.
    pub fn answer(self, pair: &Pair<'_>) -> Outcome {
        match self {
            Self::Live => live(pair),
            Self::Screening => screening(pair),
            Self::Exclusions => exclusions(pair),
            Self::Conflict => conflict(pair),
            Self::Field => field(pair),
            Self::Ticket => ticket(pair),
            Self::Instrument => instrument(pair),
            Self::Stage => stage(pair),
            Self::Law => law(pair),
            Self::RelatedParty => related_party(pair),
        }
    }
}

/// The answers of all gates, in order.
pub fn answers(pair: &Pair<'_>) -> [Outcome; COUNT] {
    Gate::ALL.map(|gate| gate.answer(pair))
}

fn live(pair: &Pair<'_>) -> Outcome {
    let verified = pair.investor.verification >= VerificationLevel::V1;
    if pair.project.state.is_ranked() && pair.investor.active && verified {
        Outcome::Pass
    } else {
        Outcome::Fail
    }
}

/// Whether an organisation's screening holds on a day. Unknown is no.
pub fn screened(status: ScreeningStatus, on: Option<Day>, today: Day) -> bool {
    match status {
        ScreeningStatus::FalsePositive => true,
        ScreeningStatus::Clear => {
            on.is_some_and(|on| on <= today && today.saturating_sub(on) <= SCREENING_DAYS)
        }
        _ => false,
    }
}

fn screening(pair: &Pair<'_>) -> Outcome {
    let today = pair.catalog.day();
    let clear = |row: &OrganisationRow| screened(row.screening, row.screened_on, today);
    if clear(pair.investor) && clear(pair.owner) { Outcome::Pass } else { Outcome::Fail }
}

fn exclusions(pair: &Pair<'_>) -> Outcome {
    let (mandate, project) = (pair.mandate, pair.project);
    let investor_kind =
        pair.investor.investor_type.map_or(0, |kind| 1_u32.checked_shl(kind as u32).unwrap_or(0));
    let kind = crate::row::ProjectRow::kind_bit(project.kind);
    let excluded = mandate.excluded_fields.0 & project.field_set.0 != 0
        || project.countries.iter().any(|country| mandate.excluded_countries.contains(*country))
        || project.contract.is_some_and(|contract| mandate.excluded_contracts.contains(&contract))
        || (mandate.kinds != 0 && mandate.kinds & kind == 0)
        || project.excluded_investors & investor_kind != 0;
    if excluded {
        return Outcome::Fail;
    }
    let outside = mandate.names_places
        && project.countries.iter().all(|country| mandate.place(*country) == PlaceFit::Outside);
    if outside { Outcome::failed(MandateRow::is_hard(mandate.terms.places)) } else { Outcome::Pass }
}

fn conflict(pair: &Pair<'_>) -> Outcome {
    if !pair.mandate.no_competitors {
        return Outcome::Pass;
    }
    let held = |field: CooperationField| {
        pair.project
            .countries
            .iter()
            .any(|country| pair.investor.deals.holdings.binary_search(&(field, *country)).is_ok())
    };
    if pair.project.fields.iter().any(|(field, _)| held(*field)) { Outcome::Fail } else { Outcome::Pass }
}

fn field(pair: &Pair<'_>) -> Outcome {
    if pair.mandate.generalist {
        return Outcome::Pass;
    }
    let grade = field_grade(pair);
    if grade.known == 0 {
        Outcome::Unknown
    } else if grade.point >= 200_000 {
        Outcome::Pass
    } else {
        Outcome::failed(MandateRow::is_hard(pair.mandate.terms.fields))
    }
}

fn ticket(pair: &Pair<'_>) -> Outcome {
    match ticket_ratio(pair) {
        None => Outcome::Unknown,
        Some(ratio) if ratio <= 2.0 => Outcome::Pass,
        Some(_) => Outcome::failed(MandateRow::is_hard(pair.mandate.terms.ticket)),
    }
}

fn instrument(pair: &Pair<'_>) -> Outcome {
    if pair.mandate.instruments == 0 || pair.project.instruments.is_empty() {
        return Outcome::Unknown;
    }
    let offered = pair
        .project
        .instruments
        .iter()
        .any(|(i, _)| MandateRow::instrument_bit(*i) & pair.mandate.instruments != 0);
    if offered { Outcome::Pass } else { Outcome::failed(MandateRow::is_hard(pair.mandate.terms.instruments)) }
}

fn stage(pair: &Pair<'_>) -> Outcome {
    // A mandate that speaks only of the other ladder does not fit, whatever the project's stage is.
    let own_ladder = crate::criterion::investor::speaks_of_ladder(pair);
    let hard = MandateRow::is_hard(pair.mandate.terms.stages);
    if pair.mandate.names_stages && !own_ladder {
        return Outcome::failed(hard);
    }
    match pair.project.stage.and_then(|stage| pair.mandate.distance(stage)) {
        None => Outcome::Unknown,
        Some(0) => Outcome::Pass,
        Some(1) => Outcome::SoftFail,
        Some(_) => Outcome::failed(hard),
    }
}

fn law(pair: &Pair<'_>) -> Outcome {
    let domestic = pair.investor.country.is_some_and(|country| pair.project.countries.contains(&country));
    match (domestic, pair.project.seeks_equity()) {
        // Limits on ownership bear on foreigners who become owners.
        (true, _) | (_, Some(false)) => return Outcome::Pass,
        (false, None) => return Outcome::Unknown,
        (false, Some(true)) => {}
    }
    let Some(stake) = pair.mandate.min_stake else { return Outcome::Unknown };
    let mut outcome = Outcome::Pass;
    for country in &pair.project.countries {
        match pair.catalog.world.ownership.get(country) {
            Some(rule) if pair.catalog.today.signed_duration_since(rule.as_of).num_days() <= 365 => {
                if rule.foreign_cap.hundredths() < stake {
                    return Outcome::Fail;
                }
            }
            _ => outcome = Outcome::Unknown,
        }
    }
    outcome
}

fn related_party(pair: &Pair<'_>) -> Outcome {
    if pair.investor.id == pair.owner.id {
        return Outcome::Fail;
    }
    let (a, b) = (&pair.investor.owners, &pair.owner.owners);
    if a.is_empty() || b.is_empty() {
        Outcome::Unknown
    } else if a.iter().any(|owner| b.binary_search(owner).is_ok()) {
        Outcome::Fail
    } else {
        Outcome::Pass
    }
}
