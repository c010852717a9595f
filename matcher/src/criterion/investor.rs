//! The investor's view of a project (section 5.3, first table).
//!
//! A criterion of a pair calls a function of the few facts that it reads. The scan over a whole catalog calls the same
//! functions, once for each distinct list of facts and not once for each project.

use domain::{
    value::CountryCode,
    vocabulary::{CooperationField, Instrument, InvestmentStage, StageLadder, VerificationLevel},
};

use crate::{
    catalog::Pair,
    grade::{Grade, Micro, ONE, anchored, micro, ratio},
    row::{Amount, Day, Links, MandateRow, OrganisationRow, ProjectRow, stage_slot},
};

/// The grades of all criteria, in the policy's order.
pub fn grades(pair: &Pair<'_>) -> [Grade; 9] {
    [
        field_grade(pair),
        ticket(pair),
        stage(pair.mandate, pair.project.ladder, pair.project.stage),
        terms(pair, false),
        geo(pair.mandate, pair.investor, &pair.project.countries),
        pair.project.ready,
        trust(pair.owner.verification, freshness(pair.project.confirmed_on, pair.catalog.day())),
        impact(priorities(pair.mandate, &pair.project.fields), pair.project.inclusion),
        ties(twinned(pair.investor, pair.project, pair)),
    ]
}

/// Nearness of fields: each of the project's fields by its share, times the best nearness to a wanted one.
pub fn field_grade(pair: &Pair<'_>) -> Grade {
    nearness(pair.mandate, &pair.project.fields)
}

/// Nearness of fields with shares in hundredths of a percent to a mandate.
pub(crate) fn nearness(mandate: &MandateRow, fields: &[(CooperationField, u16)]) -> Grade {
    if mandate.field_value.is_none() {
        return if mandate.generalist { Grade::NOT_APPLICABLE } else { Grade::MISSING };
    }
    let sum: u64 = fields
        .iter()
        .map(|(field, share)| u64::from(*share).saturating_mul(u64::from(mandate.value_of(*field))))
        .fold(0, u64::saturating_add);
    Grade::known(ratio(sum, 10_000_u64.saturating_mul(u64::from(ONE))))
}

/// Gap, slice and ticket in one unit, as numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TicketFit {
    lowest: f64,
    highest: f64,
    gap: f64,
    slice: f64,
}

impl TicketFit {
    /// None where an amount is unknown, or no rate makes the amounts comparable.
    #[inline]
    pub(crate) fn new(
        gap: Option<Amount>,
        slice: Option<Amount>,
        ticket: Option<(Amount, Amount)>,
    ) -> Option<Self> {
        let (gap, slice, (min, max)) = (gap?, slice?, ticket?);
        let (gap, lowest) = gap.comparable(min)?;
        let (slice, highest) = slice.comparable(max)?;
        // Amounts stay far below 2^53, so that each is exact; from a signed number it is one instruction.
        let number = |amount: u64| amount.cast_signed() as f64;
        (gap > 0 && highest > 0).then_some(Self {
            lowest: number(lowest),
            highest: number(highest),
            gap: number(gap),
            slice: number(slice),
        })
    }

    fn of(pair: &Pair<'_>) -> Option<Self> {
        Self::new(pair.project.gap, pair.project.slice, pair.mandate.ticket)
    }

    /// How far the gap lies outside the ticket: 1 inside, 2 where it is off by a factor of two.
    #[inline]
    pub(crate) fn off(self) -> f64 {
        if self.gap < self.lowest {
            self.lowest / self.gap
        } else if self.slice > self.highest {
            self.slice / self.highest
        } else {
            1.0
        }
    }

    /// 0.6 for an overlap and up to 0.4 for the part of the gap that the largest ticket closes; without an overlap
    /// 0.6 falling with the logarithm of the ratio to the nearest bound, 0 at a factor of two.
    #[inline]
    pub(crate) fn grade(self) -> Grade {
        let off = self.off();
        Grade::known(if off <= 1.0 {
            micro(0.6 + 0.4 * (self.highest.min(self.gap) / self.gap))
        } else if off >= 2.0 {
            0
        } else {
            micro(0.6 * (1.0 - libm::log2(off)))
        })
    }
}

/// How far the gap lies outside the ticket: 1 inside, 2 where it is off by a factor of two. None where unknown.
pub fn ticket_ratio(pair: &Pair<'_>) -> Option<f64> {
    TicketFit::of(pair).map(TicketFit::off)
}

/// Fit of the ticket; see [`TicketFit::grade`].
fn ticket(pair: &Pair<'_>) -> Grade {
    TicketFit::of(pair).map_or(Grade::MISSING, TicketFit::grade)
}

/// Whether a mandate names a stage on a ladder.
pub(crate) fn speaks_of(mandate: &MandateRow, ladder: StageLadder) -> bool {
    let slots = &mandate.stage_distance;
    let half = match ladder {
        StageLadder::Infrastructure => slots.get(..9),
        StageLadder::Venture => slots.get(9..),
    };
    half.is_some_and(|distances| distances.contains(&0))
}

/// Distance on the ladder: none 1, one rung 0.5, more 0.
pub(crate) fn stage(mandate: &MandateRow, ladder: StageLadder, stage: Option<InvestmentStage>) -> Grade {
    if mandate.names_stages && !speaks_of(mandate, ladder) {
        return Grade::known(0);
    }
    Grade::of(stage.and_then(|stage| mandate.distance(stage)).map(|rungs| match rungs {
        0 => ONE,
        1 => ONE / 2,
        _ => 0,
    }))
}

/// What the instruments of a project say about terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InstrumentFit {
    /// Share of the money sought in instruments that are offered.
    pub(crate) offered: Grade,
    seeks_return: bool,
    is_debt: bool,
}

impl InstrumentFit {
    /// Of instruments with shares in hundredths of a percent; of none nothing is known.
    pub(crate) fn new(mandate: &MandateRow, instruments: &[(Instrument, u16)]) -> Self {
        let unknown = instruments.is_empty();
        let offered = if mandate.instruments == 0 || unknown {
            Grade::MISSING
        } else {
            let offered: u64 = instruments
                .iter()
                .filter(|(i, _)| MandateRow::instrument_bit(*i) & mandate.instruments != 0)
                .map(|(_, share)| u64::from(*share))
                .fold(0, u64::saturating_add);
            Grade::known(ratio(offered, 10_000))
        };
        Self {
            offered,
            seeks_return: unknown || instruments.iter().any(|(i, _)| i.seeks_return()),
            is_debt: unknown || instruments.iter().any(|(i, _)| i.is_debt()),
        }
    }

    /// The grade of the return: a target up to the return offered is 1, five points above it 0.
    #[inline]
    pub(crate) fn rate(self, mandate: &MandateRow, offered: Option<i32>, from_owner: bool) -> Grade {
        match (mandate.target_return, offered) {
            _ if !self.seeks_return => Grade::NOT_APPLICABLE,
            // A stated mandate without a target asks for no return in particular; an inferred one just does not say.
            (None, _) if !mandate.inferred && !from_owner => Grade::NOT_APPLICABLE,
            (Some(target), Some(offered)) => {
                let short = i64::from(target).saturating_sub(i64::from(offered));
                Grade::known(anchored(short, &[(0, ONE), (500, 0)]))
            }
            _ => Grade::MISSING,
        }
    }

    /// The grade of the tenor in months: up to the longest 1, half as long again 0.
    #[inline]
    pub(crate) fn tenor(self, mandate: &MandateRow, sought: Option<u16>) -> Grade {
        match (mandate.max_tenor, sought) {
            _ if !self.is_debt => Grade::NOT_APPLICABLE,
            (None, _) if !mandate.inferred => Grade::NOT_APPLICABLE,
            (Some(limit), Some(sought)) => {
                let limit = i64::from(limit).saturating_mul(2);
                let sought = i64::from(sought).saturating_mul(2);
                let end = limit.saturating_add(limit / 2);
                Grade::known(anchored(sought, &[(limit, ONE), (end, 0)]))
            }
            _ => Grade::MISSING,
        }
    }
}

/// 0.6 the share of money sought in instruments that are offered, 0.25 return, 0.15 tenor. The owner's side sees
/// cost where the investor sees return.
pub fn terms(pair: &Pair<'_>, from_owner: bool) -> Grade {
    let (mandate, project) = (pair.mandate, pair.project);
    let fit = InstrumentFit::new(mandate, &project.instruments);
    let rate = fit.rate(mandate, project.return_hundredths, from_owner);
    terms_of(fit.offered, rate, fit.tenor(mandate, project.tenor_months))
}

/// The three parts of the terms as one.
#[inline]
pub(crate) fn terms_of(offered: Grade, rate: Grade, tenor: Grade) -> Grade {
    Grade::mean(&[(60, offered), (25, rate), (15, tenor)])
}

/// Whether both sides see the same terms: they differ only where a stated mandate asks for no return, which is no
/// return criterion for the investor and an unknown cost for the owner.
pub(crate) const fn same_terms(mandate: &MandateRow) -> bool {
    mandate.target_return.is_some() || mandate.inferred
}

/// Institutional closeness of two countries. The same country is the same institutions; between countries no
/// dated source of treaties and legal closeness is in the product, so it stays unknown.
pub fn closeness(a: Option<CountryCode>, b: CountryCode) -> Grade {
    if a == Some(b) { Grade::known(ONE) } else { Grade::MISSING }
}

/// 0.6 place in the mandate, 0.25 institutional closeness, 0.15 local presence; the best of the project's
/// countries. Kilometres count for nothing.
pub(crate) fn geo(mandate: &MandateRow, investor: &OrganisationRow, countries: &[CountryCode]) -> Grade {
    let of_country = |country: &CountryCode| {
        let place =
            if mandate.names_places { Grade::known(mandate.place(*country).micro()) } else { Grade::MISSING };
        let local = if investor.presence.is_empty() {
            Grade::MISSING
        } else {
            Grade::known(if investor.presence.contains(*country) { ONE } else { 0 })
        };
        Grade::mean(&[(60, place), (25, closeness(investor.country, *country)), (15, local)])
    };
    best(countries.iter().map(of_country))
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
#[inline]
pub(crate) fn trust(owner: VerificationLevel, freshness: Grade) -> Grade {
    Grade::mean(&[(70, Grade::known(level(owner))), (30, freshness)])
}

/// Share of the mandate's priorities that a project's fields serve.
pub(crate) fn priorities(mandate: &MandateRow, fields: &[(CooperationField, u16)]) -> Grade {
    if mandate.priorities > 0 {
        let met = mandate.priorities_met(fields.iter().map(|(field, _)| *field));
        Grade::known(ratio(u64::from(met), u64::from(mandate.priorities)))
    } else if mandate.inferred {
        Grade::MISSING
    } else {
        Grade::NOT_APPLICABLE
    }
}

/// Half the share of the mandate's priorities that the project serves, half inclusion.
#[inline]
pub(crate) fn impact(priorities: Grade, inclusion: Grade) -> Grade {
    Grade::mean(&[(50, priorities), (50, inclusion)])
}

/// Inclusion: 0.4 an affordable price (below 2 % of income a head), 0.4 people newly served (none at 1,000, all at
/// a million, by the logarithm), 0.2 schools connected (all at 100) and women among those served (all at half).
/// For ventures, what is not stated does not apply: the short form does not ask.
pub fn inclusion(project: &ProjectRow) -> Grade {
    let unstated =
        if project.ladder == StageLadder::Venture { Grade::NOT_APPLICABLE } else { Grade::MISSING };
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
pub(crate) fn ties(twinned: Option<bool>) -> Grade {
    Grade::of(twinned.map(|twinned| {
        // 1 - e^(-1/2), rounded to the millionth.
        if twinned { 393_469 } else { 0 }
    }))
}

/// Whether the investor's city is twinned with a city of the project; none where either is unknown.
pub fn twinned(investor: &OrganisationRow, project: &ProjectRow, pair: &Pair<'_>) -> Option<bool> {
    twinned_with(investor, &project.cities, pair.catalog.links())
}

/// The same of cities by GeoNames id.
pub(crate) fn twinned_with(investor: &OrganisationRow, cities: &[u32], links: &Links) -> Option<bool> {
    let city = investor.city?;
    (!cities.is_empty()).then(|| cities.iter().any(|other| links.linked(city, *other)))
}

/// Share of an investor's deals within a rung of a stage; none without deals that name a stage.
pub(crate) fn stage_share(investor: &OrganisationRow, stage: Option<InvestmentStage>) -> Option<Micro> {
    let (stage, deals) = (stage?, &investor.deals);
    if deals.with_stage == 0 {
        return None;
    }
    let near = deals.near_stage.get(stage_slot(stage)).copied().map_or(0, u64::from);
    Some(ratio(near, u64::from(deals.with_stage)))
}
