//! Gates between a mandate and a project (section 5.2). Each is a function of the pair alone, so that their order
//! cannot change the outcome.

use domain::{
    value::CountryCode,
    vocabulary::{
        CooperationField, Instrument, InvestmentStage, ScreeningStatus, StageLadder, VerificationLevel,
    },
};

use super::Outcome;
use crate::{
    Catalog, Grade,
    catalog::Pair,
    criterion::investor::{field_grade, speaks_of, ticket_ratio},
    row::{Day, MandateRow, OrganisationRow, PlaceFit},
};

/// Gates in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// G1: the listing is in public; the investor is active and verified.
    Live,
    /// G2: both sides are screened, and neither has blocked the other. Features 5.2 names mutual blocks under G3, whose
    /// sentence names the exclusion; a block stands here, where the other side sees only 'not available', so that neither
    /// the count nor the sentence tells it from a screening that has lapsed.
    Screening,
    /// G3: exclusions of either side, blocks aside.
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
    if pair.project.state.is_ranked() && takes_part(pair.investor) { Outcome::Pass } else { Outcome::Fail }
}

/// Whether an investor is active and verified.
pub(crate) fn takes_part(investor: &OrganisationRow) -> bool {
    investor.active && investor.verification >= VerificationLevel::V1
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
    if both_clear(pair) && !kept_apart(pair) { Outcome::Pass } else { Outcome::Fail }
}

fn both_clear(pair: &Pair<'_>) -> bool {
    let today = pair.catalog.day();
    clear(pair.investor, today) && clear(pair.owner, today)
}

/// Whether a block parts the two.
fn kept_apart(pair: &Pair<'_>) -> bool {
    let blocks = pair.catalog.blocks().of(pair.investor.id);
    blocks.is_some_and(|blocks| blocks.part_from(pair.owner.id, pair.project.hides_owner()))
}

/// Whether no gate excludes a pair, blocks aside: for a command that asks the database who has blocked whom.
pub fn open_but_for_blocks(pair: &Pair<'_>) -> bool {
    Gate::ALL.iter().all(|gate| match gate {
        Gate::Screening => both_clear(pair),
        _ => gate.answer(pair) != Outcome::Fail,
    })
}

/// Whether an organisation is clear on a day.
pub(crate) fn clear(row: &OrganisationRow, today: Day) -> bool {
    screened(row.screening, row.screened_on, today)
}

fn exclusions(pair: &Pair<'_>) -> Outcome {
    let (mandate, project) = (pair.mandate, pair.project);
    let excluded = mandate.excluded_fields.0 & project.field_set.0 != 0
        || project.contract.is_some_and(|contract| mandate.excluded_contracts.contains(&contract))
        || (mandate.kinds != 0 && mandate.kinds & project.kind_bits() == 0)
        || project.excluded_investors & investor_bit(pair.investor) != 0;
    if excluded { Outcome::Fail } else { places(mandate, &project.countries) }
}

/// The investor's kind as a bit of the kinds that a project does not want.
pub(crate) fn investor_bit(investor: &OrganisationRow) -> u32 {
    investor.investor_type.map_or(0, |kind| 1_u32.checked_shl(kind as u32).unwrap_or(0))
}

/// The part of the exclusions that countries decide.
pub(crate) fn places(mandate: &MandateRow, countries: &[CountryCode]) -> Outcome {
    if countries.iter().any(|country| mandate.excluded_countries.contains(*country)) {
        return Outcome::Fail;
    }
    let outside =
        mandate.names_places && countries.iter().all(|country| mandate.place(*country) == PlaceFit::Outside);
    if outside { Outcome::failed(MandateRow::is_hard(mandate.terms.places)) } else { Outcome::Pass }
}

fn conflict(pair: &Pair<'_>) -> Outcome {
    conflict_of(pair.mandate, pair.investor, &pair.project.fields, &pair.project.countries)
}

/// The gate on competitors, the only one that reads fields and countries together.
pub(crate) fn conflict_of(
    mandate: &MandateRow,
    investor: &OrganisationRow,
    fields: &[(CooperationField, u16)],
    countries: &[CountryCode],
) -> Outcome {
    if !mandate.no_competitors {
        return Outcome::Pass;
    }
    let held = |field: CooperationField| {
        countries.iter().any(|country| investor.deals.holdings.binary_search(&(field, *country)).is_ok())
    };
    if fields.iter().any(|(field, _)| held(*field)) { Outcome::Fail } else { Outcome::Pass }
}

fn field(pair: &Pair<'_>) -> Outcome {
    field_of(pair.mandate, field_grade(pair))
}

/// The gate on fields, given their nearness.
pub(crate) fn field_of(mandate: &MandateRow, nearness: Grade) -> Outcome {
    if mandate.generalist {
        Outcome::Pass
    } else if nearness.known == 0 {
        Outcome::Unknown
    } else if nearness.point >= 200_000 {
        Outcome::Pass
    } else {
        Outcome::failed(MandateRow::is_hard(mandate.terms.fields))
    }
}

fn ticket(pair: &Pair<'_>) -> Outcome {
    ticket_of(pair.mandate, ticket_ratio(pair))
}

/// The gate on the ticket, given how far the gap lies outside it.
#[inline]
pub(crate) fn ticket_of(mandate: &MandateRow, off: Option<f64>) -> Outcome {
    match off {
        None => Outcome::Unknown,
        Some(ratio) if ratio <= 2.0 => Outcome::Pass,
        Some(_) => Outcome::failed(MandateRow::is_hard(mandate.terms.ticket)),
    }
}

fn instrument(pair: &Pair<'_>) -> Outcome {
    instrument_of(pair.mandate, &pair.project.instruments)
}

/// The gate on instruments with their shares.
pub(crate) fn instrument_of(mandate: &MandateRow, sought: &[(Instrument, u16)]) -> Outcome {
    if mandate.instruments == 0 || sought.is_empty() {
        return Outcome::Unknown;
    }
    let offered = sought.iter().any(|(i, _)| MandateRow::instrument_bit(*i) & mandate.instruments != 0);
    if offered { Outcome::Pass } else { Outcome::failed(MandateRow::is_hard(mandate.terms.instruments)) }
}

fn stage(pair: &Pair<'_>) -> Outcome {
    stage_of(pair.mandate, pair.project.ladder, pair.project.stage)
}

/// The gate on a stage of a ladder.
pub(crate) fn stage_of(mandate: &MandateRow, ladder: StageLadder, stage: Option<InvestmentStage>) -> Outcome {
    // A mandate that speaks only of the other ladder does not fit, whatever the project's stage is.
    let hard = MandateRow::is_hard(mandate.terms.stages);
    if mandate.names_stages && !speaks_of(mandate, ladder) {
        return Outcome::failed(hard);
    }
    match stage.and_then(|stage| mandate.distance(stage)) {
        None => Outcome::Unknown,
        Some(0) => Outcome::Pass,
        Some(1) => Outcome::SoftFail,
        Some(_) => Outcome::failed(hard),
    }
}

fn law(pair: &Pair<'_>) -> Outcome {
    let (seeks_equity, countries) = (pair.project.seeks_equity(), &pair.project.countries);
    law_of(seeks_equity, || foreign_ownership(pair.mandate, pair.investor, countries, pair.catalog))
}

/// The gate on the law, given whether a giver would become an owner and what the countries say of foreign ones.
#[inline]
pub(crate) fn law_of(seeks_equity: Option<bool>, foreign: impl FnOnce() -> Foreign) -> Outcome {
    // Limits on ownership bear on foreigners who become owners.
    if seeks_equity == Some(false) {
        return Outcome::Pass;
    }
    match (foreign(), seeks_equity) {
        (Foreign::Domestic, _) => Outcome::Pass,
        (Foreign::Limited(_), None) => Outcome::Unknown,
        (Foreign::Limited(outcome), Some(_)) => outcome,
    }
}

/// How the law of a project's countries takes the investor.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Foreign {
    /// As one of its own.
    Domestic,
    /// As a foreigner; the answer bears on one who becomes an owner.
    Limited(Outcome),
}

/// What the countries of a project say of the investor as an owner.
pub(crate) fn foreign_ownership(
    mandate: &MandateRow,
    investor: &OrganisationRow,
    countries: &[CountryCode],
    catalog: &Catalog,
) -> Foreign {
    if investor.country.is_some_and(|country| countries.contains(&country)) {
        return Foreign::Domestic;
    }
    let Some(stake) = mandate.min_stake else { return Foreign::Limited(Outcome::Unknown) };
    let mut outcome = Outcome::Pass;
    for country in countries {
        match catalog.world.ownership.get(country) {
            Some(rule) if catalog.today.signed_duration_since(rule.as_of).num_days() <= 365 => {
                if rule.foreign_cap.hundredths() < stake {
                    return Foreign::Limited(Outcome::Fail);
                }
            }
            _ => outcome = Outcome::Unknown,
        }
    }
    Foreign::Limited(outcome)
}

fn related_party(pair: &Pair<'_>) -> Outcome {
    related(pair.investor, pair.owner)
}

/// The gate on related parties.
pub(crate) fn related(investor: &OrganisationRow, owner: &OrganisationRow) -> Outcome {
    if investor.id == owner.id {
        return Outcome::Fail;
    }
    // What an investor says of its own owners counts when it is proved: else whoever changes it could guess those of
    // others, name by name, by what goes from its list.
    let proved = investor.verification >= VerificationLevel::V2;
    let (a, b) = (&investor.owners, &owner.owners);
    if a.is_empty() || b.is_empty() || !proved {
        Outcome::Unknown
    } else if a.iter().any(|owner| b.binary_search(owner).is_ok()) {
        Outcome::Fail
    } else {
        Outcome::Pass
    }
}
