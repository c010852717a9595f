//! The project's view of an investor (section 5.3, second table).

use domain::{Vocabulary, value::CountryCode, vocabulary::CooperationField};

use super::investor::{best, closeness, level, nearness, same_terms, stage_share, terms};
use crate::{
    catalog::Pair,
    grade::{Grade, Micro, ONE, anchored, ratio},
    row::{Amount, MandateRow, OrganisationRow},
};

/// The grades of all criteria, in the policy's order.
pub fn grades(pair: &Pair<'_>) -> [Grade; 8] {
    grades_with(pair, terms(pair, true))
}

/// The same where the terms have been graded for the investor.
pub fn grades_after(pair: &Pair<'_>, investor_terms: Grade) -> [Grade; 8] {
    grades_with(pair, if same_terms(pair.mandate) { investor_terms } else { terms(pair, true) })
}

fn grades_with(pair: &Pair<'_>, terms: Grade) -> [Grade; 8] {
    let (investor, project) = (pair.investor, pair.project);
    [
        field(pair.mandate, investor, &project.fields),
        money(pair.mandate.ticket.map(|(_, max)| max), project.gap),
        terms,
        Grade::of(stage_share(investor, project.stage)),
        local(investor, &project.countries),
        reply(investor),
        trust(investor),
        value(investor, project.help_wanted),
    ]
}

/// Share of the deals of the record's last five years that are in the project's fields; without such deals the
/// mandate's nearness, times 0.7.
pub(crate) fn field(
    mandate: &MandateRow,
    investor: &OrganisationRow,
    fields: &[(CooperationField, u16)],
) -> Grade {
    match deals_in(investor, fields) {
        Some((inside, all)) => Grade::known(ratio(u64::from(inside), u64::from(all))),
        None => nearness(mandate, fields).scaled(700_000),
    }
}

/// Deals in the project's fields and deals that name a field, of the record's last five years.
pub fn deals_in_fields(pair: &Pair<'_>) -> Option<(u32, u32)> {
    deals_in(pair.investor, &pair.project.fields)
}

fn deals_in(investor: &OrganisationRow, fields: &[(CooperationField, u16)]) -> Option<(u32, u32)> {
    let deals = &investor.deals;
    (deals.with_field > 0).then(|| {
        let inside = fields
            .iter()
            .filter_map(|(field, _)| deals.by_field.get(field.index()))
            .map(|count| u32::from(*count))
            .fold(0, u32::saturating_add);
        (inside, deals.with_field)
    })
}

/// Share of the gap that the largest ticket closes.
#[inline]
pub(crate) fn money(largest: Option<Amount>, gap: Option<Amount>) -> Grade {
    let share = || {
        let (max, gap) = largest?.comparable(gap?)?;
        (gap > 0).then(|| ratio(max, gap))
    };
    Grade::of(share())
}

/// Whether the largest ticket can be measured against the gap.
#[inline]
pub(crate) fn measures(largest: Option<Amount>, gap: Option<Amount>) -> bool {
    largest.zip(gap).and_then(|(largest, gap)| largest.comparable(gap)).is_some_and(|(_, gap)| gap > 0)
}

/// 0.4 presence, 0.4 a past deal in the country, 0.2 institutional closeness; the best of the countries.
pub(crate) fn local(investor: &OrganisationRow, countries: &[CountryCode]) -> Grade {
    let yes = |is: bool| Grade::known(if is { ONE } else { 0 });
    let of_country = |country: &CountryCode| {
        let presence = if investor.presence.is_empty() {
            Grade::MISSING
        } else {
            yes(investor.presence.contains(*country))
        };
        let deals = if investor.deals.countries.is_empty() {
            Grade::MISSING
        } else {
            yes(investor.deals.countries.contains(*country))
        };
        Grade::mean(&[(40, presence), (40, deals), (20, closeness(investor.country, *country))])
    };
    best(countries.iter().map(of_country))
}

/// Half the share of requests answered, half the median days to a reply (3 days 1, 21 days 0). A new investor has
/// no record: missing, not nothing.
pub(crate) fn reply(investor: &OrganisationRow) -> Grade {
    Grade::mean(&[(50, Grade::of(investor.reply_rate)), (50, Grade::of(reply_speed(investor.reply_days)))])
}

/// Value of the median days to a reply.
pub(super) fn reply_speed(days: Option<u16>) -> Option<Micro> {
    days.map(|days| anchored(i64::from(days), &[(3, ONE), (21, 0)]))
}

/// 0.7 verification, 0.3 closed over pledged deals where there are five pledges or more.
pub(crate) fn trust(investor: &OrganisationRow) -> Grade {
    Grade::mean(&[(70, Grade::known(level(investor.verification))), (30, Grade::of(investor.kept))])
}

/// Share of the help wanted that is offered.
pub(crate) fn value(investor: &OrganisationRow, wanted: u8) -> Grade {
    let offered = investor.help_offered;
    if wanted == 0 || offered == 0 {
        return Grade::MISSING;
    }
    Grade::known(ratio(u64::from((wanted & offered).count_ones()), u64::from(wanted.count_ones())))
}
