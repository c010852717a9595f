//! The investor's view of a project (section 5.3, first table).

use domain::{value::CountryCode, vocabulary::VerificationLevel};

use crate::{
    catalog::Pair,
    grade::{Grade, Micro, ONE, anchored, micro, ratio},
    row::{Day, MandateRow, OrganisationRow, ProjectRow, stage_slot},
};

/// The grades of all criteria, in the policy's order.
pub fn grades(pair: &Pair<'_>) -> [Grade; 9] {
    [
        field_grade(pair),
        ticket(pair),
        stage(pair),
        terms(pair, false),
        geo(pair),
        pair.project.ready,
        trust(pair),
        impact(pair),
        ties(pair),
    ]
}

/// Nearness of fields: each of the project's fields by its share, times the best nearness to a wanted one.
pub fn field_grade(pair: &Pair<'_>) -> Grade {
    if pair.mandate.field_value.is_none() {
        return if pair.mandate.generalist { Grade::NOT_APPLICABLE } else { Grade::MISSING };
    }
    let sum: u64 = pair
        .project
        .fields
        .iter()
        .map(|(field, share)| u64::from(*share).saturating_mul(u64::from(pair.mandate.value_of(*field))))
        .fold(0, u64::saturating_add);
    Grade::known(ratio(sum, 10_000_u64.saturating_mul(u64::from(ONE))))
}

/// Gap, slice and ticket in one unit, as major numbers: (lowest, highest, gap, slice).
fn ticket_operands(pair: &Pair<'_>) -> Option<(f64, f64, f64, f64)> {
    let (gap, slice) = (pair.project.gap?, pair.project.slice?);
    let (min, max) = pair.mandate.ticket?;
    let (gap_in, lowest) = gap.comparable(min)?;
    let (slice_in, highest) = slice.comparable(max)?;
    (gap_in > 0 && highest > 0).then_some((lowest as f64, highest as f64, gap_in as f64, slice_in as f64))
}

/// How far the gap lies outside the ticket: 1 inside, 2 where it is off by a factor of two. None where unknown.
pub fn ticket_ratio(pair: &Pair<'_>) -> Option<f64> {
    let (lowest, highest, gap, slice) = ticket_operands(pair)?;
    Some(if gap < lowest {
        lowest / gap
    } else if slice > highest {
        slice / highest
    } else {
        1.0
    })
}

/// Fit of the ticket: 0.6 for an overlap and up to 0.4 for the part of the gap that the largest ticket closes;
/// without an overlap 0.6 falling with the logarithm of the ratio to the nearest bound, 0 at a factor of two.
fn ticket(pair: &Pair<'_>) -> Grade {
    let (Some((_, highest, gap, _)), Some(off)) = (ticket_operands(pair), ticket_ratio(pair)) else {
        return Grade::MISSING;
    };
    Grade::known(if off <= 1.0 {
        micro(0.6 + 0.4 * (highest.min(gap) / gap))
    } else {
        micro(0.6 * (1.0 - libm::log2(off)))
    })
}

/// Whether the mandate names a stage on the project's ladder.
pub fn speaks_of_ladder(pair: &Pair<'_>) -> bool {
    let slots = &pair.mandate.stage_distance;
    let half = match pair.project.ladder {
        domain::vocabulary::StageLadder::Infrastructure => slots.get(..9),
        domain::vocabulary::StageLadder::Venture => slots.get(9..),
    };
    half.is_some_and(|distances| distances.contains(&0))
}

/// Distance on the ladder: none 1, one rung 0.5, more 0.
fn stage(pair: &Pair<'_>) -> Grade {
    if pair.mandate.names_stages && !speaks_of_ladder(pair) {
        return Grade::known(0);
    }
    Grade::of(pair.project.stage.and_then(|stage| pair.mandate.distance(stage)).map(|rungs| match rungs {
        0 => ONE,
        1 => ONE / 2,
        _ => 0,
    }))
}

/// 0.6 the share of money sought in instruments that are offered, 0.25 return, 0.15 tenor. The owner's side sees
/// cost where the investor sees return: a target up to the return offered is 1, five points above it 0.
pub fn terms(pair: &Pair<'_>, from_owner: bool) -> Grade {
    let (mandate, project) = (pair.mandate, pair.project);
    let known_instruments = !project.instruments.is_empty();
    let instruments = if mandate.instruments == 0 || !known_instruments {
        Grade::MISSING
    } else {
        let offered: u64 = project
            .instruments
            .iter()
            .filter(|(i, _)| MandateRow::instrument_bit(*i) & mandate.instruments != 0)
            .map(|(_, share)| u64::from(*share))
            .fold(0, u64::saturating_add);
        Grade::known(ratio(offered, 10_000))
    };
    let seeks_return = !known_instruments || project.instruments.iter().any(|(i, _)| i.seeks_return());
    let rate = match (mandate.target_return, project.return_hundredths) {
        _ if !seeks_return => Grade::NOT_APPLICABLE,
        // A stated mandate without a target asks for no return in particular; an inferred one just does not say.
        (None, _) if !mandate.inferred && !from_owner => Grade::NOT_APPLICABLE,
        (Some(target), Some(offered)) => {
            let short = i64::from(target).saturating_sub(i64::from(offered));
            Grade::known(anchored(short, &[(0, ONE), (500, 0)]))
        }
        _ => Grade::MISSING,
    };
    let is_debt = !known_instruments || project.instruments.iter().any(|(i, _)| i.is_debt());
    let tenor = match (mandate.max_tenor, project.tenor_months) {
        _ if !is_debt => Grade::NOT_APPLICABLE,
        (None, _) if !mandate.inferred => Grade::NOT_APPLICABLE,
        (Some(limit), Some(sought)) => {
            let limit = i64::from(limit).saturating_mul(2);
            let sought = i64::from(sought).saturating_mul(2);
            let end = limit.saturating_add(limit / 2);
            Grade::known(anchored(sought, &[(limit, ONE), (end, 0)]))
        }
        _ => Grade::MISSING,
    };
    Grade::mean(&[(60, instruments), (25, rate), (15, tenor)])
}

/// Institutional closeness of two countries. The same country is the same institutions; between countries no
/// dated source of treaties and legal closeness is in the product, so it stays unknown.
pub fn closeness(a: Option<CountryCode>, b: CountryCode) -> Grade {
    if a == Some(b) { Grade::known(ONE) } else { Grade::MISSING }
}

/// 0.6 place in the mandate, 0.25 institutional closeness, 0.15 local presence; the best of the project's
/// countries. Kilometres count for nothing.
fn geo(pair: &Pair<'_>) -> Grade {
    let of_country = |country: &CountryCode| {
        let place = if pair.mandate.names_places {
            Grade::known(pair.mandate.place(*country).micro())
        } else {
            Grade::MISSING
        };
        let local = if pair.investor.presence.is_empty() {
            Grade::MISSING
        } else {
            Grade::known(if pair.investor.presence.contains(*country) { ONE } else { 0 })
        };
        Grade::mean(&[(60, place), (25, closeness(pair.investor.country, *country)), (15, local)])
    };
    best(pair.project.countries.iter().map(of_country))
}

/// The best of several grades: highest point, then highest low.
pub(super) fn best(grades: impl Iterator<Item = Grade>) -> Grade {
    grades.max_by_key(|grade| (grade.point, grade.low, grade.known)).unwrap_or(Grade::MISSING)
}

/// Evidenced share of the stage's checklist on fixed anchors, less a tenth for each flag without justification.
pub fn ready(project: &ProjectRow) -> Grade {
    let Some((evidenced, open, asked)) = readiness_counts(project) else { return Grade::MISSING };
    let value = |items: u32| {
        let share = ratio(u64::from(items), u64::from(asked));
        anchored(i64::from(share), &[(300_000, 0), (600_000, 500_000), (900_000, ONE)])
    };
    let known = ratio(u64::from(asked.saturating_sub(open)), u64::from(asked));
    if known == 0 {
        return Grade::MISSING;
    }
    Grade::between(value(evidenced), value(evidenced.saturating_add(open)), known)
        .minus(project.flags.count_ones().saturating_mul(100_000))
}

/// Items evidenced, items of which nothing is known, and items asked for; none where the stage is unknown.
pub fn readiness_counts(project: &ProjectRow) -> Option<(u32, u32, u32)> {
    let checklist = project.checklist()?;
    let asked = checklist.iter().fold(0, |set, item| set | crate::row::item_bit(*item));
    let told = project.evidenced | project.claimed | project.absent;
    Some(((project.evidenced & asked).count_ones(), (asked & !told).count_ones(), asked.count_ones()))
}

/// Value of a verification level: V0 0, V1 0.3, V2 0.6, V3 0.85, V4 1.
pub const fn level(level: VerificationLevel) -> Micro {
    match level {
        VerificationLevel::V0 => 0,
        VerificationLevel::V1 => 300_000,
        VerificationLevel::V2 => 600_000,
        VerificationLevel::V3 => 850_000,
        VerificationLevel::V4 => ONE,
    }
}

/// Value of freshness: up to 30 days 1, 90 days 0.5, 180 days 0.
pub fn freshness(confirmed_on: Option<Day>, today: Day) -> Grade {
    Grade::of(
        confirmed_on
            .map(|on| anchored(i64::from(today.saturating_sub(on)), &[(30, ONE), (90, ONE / 2), (180, 0)])),
    )
}

/// 0.7 the owner's verification, 0.3 freshness of the listing.
fn trust(pair: &Pair<'_>) -> Grade {
    let verified = Grade::known(level(pair.owner.verification));
    Grade::mean(&[(70, verified), (30, freshness(pair.project.confirmed_on, pair.catalog.day()))])
}

/// Half the share of the mandate's priorities that the project serves, half inclusion.
fn impact(pair: &Pair<'_>) -> Grade {
    let (mandate, project) = (pair.mandate, pair.project);
    let priorities = if mandate.priorities > 0 {
        let met = mandate.priorities_met(project.fields.iter().map(|(field, _)| *field));
        Grade::known(ratio(u64::from(met), u64::from(mandate.priorities)))
    } else if mandate.inferred {
        Grade::MISSING
    } else {
        Grade::NOT_APPLICABLE
    };
    Grade::mean(&[(50, priorities), (50, project.inclusion)])
}

/// Inclusion: 0.4 an affordable price (below 2 % of income a head), 0.4 people newly served (none at 1,000, all at
/// a million, by the logarithm), 0.2 schools connected (all at 100) and women among those served (all at half).
/// For ventures, what is not stated does not apply: the short form does not ask.
pub fn inclusion(project: &ProjectRow) -> Grade {
    let unstated = if project.ladder == domain::vocabulary::StageLadder::Venture {
        Grade::NOT_APPLICABLE
    } else {
        Grade::MISSING
    };
    let part = |value: Option<Micro>| value.map_or(unstated, Grade::known);
    let price = part(project.entry_price.map(|price| if price < 200 { ONE } else { 0 }));
    let served = part(project.newly_served.map(|people| {
        let people = people.min(1_000_000) as f64;
        micro((libm::log10(people.max(1.0)) - 3.0) / 3.0)
    }));
    let schools = part(project.schools.map(|schools| ratio(u64::from(schools), 100)));
    let women = part(project.women.map(|share| ratio(u64::try_from(share).unwrap_or(0), 5_000)));
    Grade::mean(&[(40, price), (40, served), (10, schools), (10, women)])
}

/// `1 - e^(-k/2)` with one tie for twinned cities of both sides. Introductions, meetings and co-investment on the
/// platform count two, two and one each; none is on record before the first introduction.
fn ties(pair: &Pair<'_>) -> Grade {
    Grade::of(twinned(pair.investor, pair.project, pair).map(|twinned| {
        // 1 - e^(-1/2), rounded to the millionth.
        if twinned { 393_469 } else { 0 }
    }))
}

/// Whether the investor's city is twinned with a city of the project; none where either is unknown.
pub fn twinned(investor: &OrganisationRow, project: &ProjectRow, pair: &Pair<'_>) -> Option<bool> {
    let city = investor.city?;
    (!project.cities.is_empty())
        .then(|| project.cities.iter().any(|other| pair.catalog.links().linked(city, *other)))
}

/// Share of an investor's deals within a rung of the project's stage; none without deals that name a stage.
pub(super) fn stage_share(pair: &Pair<'_>) -> Option<Micro> {
    let stage = pair.project.stage?;
    let deals = &pair.investor.deals;
    if deals.with_stage == 0 {
        return None;
    }
    let near = deals.near_stage.get(stage_slot(stage)).copied().map_or(0, u64::from);
    Some(ratio(near, u64::from(deals.with_stage)))
}
