//! The project's view of an investor (section 5.3, second table).

use domain::{Vocabulary, value::CountryCode};

use super::investor::{best, closeness, field_grade, level, stage_share, terms};
use crate::{
    catalog::Pair,
    grade::{Grade, Micro, ONE, anchored, ratio},
};

/// The grades of all criteria, in the policy's order.
pub fn grades(pair: &Pair<'_>) -> [Grade; 8] {
    grades_with(pair, terms(pair, true))
}

/// The same where the terms have been graded for the investor: they differ only where a stated mandate asks for no
/// return, which is no return criterion for the investor and an unknown cost for the owner.
pub fn grades_after(pair: &Pair<'_>, investor_terms: Grade) -> [Grade; 8] {
    let differs = pair.mandate.target_return.is_none() && !pair.mandate.inferred;
    grades_with(pair, if differs { terms(pair, true) } else { investor_terms })
}

fn grades_with(pair: &Pair<'_>, terms: Grade) -> [Grade; 8] {
    [
        field(pair),
        money(pair),
        terms,
        Grade::of(stage_share(pair)),
        local(pair),
        reply(pair),
        trust(pair),
        value(pair),
    ]
}

/// Share of the deals of the record's last five years that are in the project's fields; without such deals the
/// mandate's nearness, times 0.7.
fn field(pair: &Pair<'_>) -> Grade {
    match deals_in_fields(pair) {
        Some((inside, all)) => Grade::known(ratio(u64::from(inside), u64::from(all))),
        None => field_grade(pair).scaled(700_000),
    }
}

/// Deals in the project's fields and deals that name a field, of the record's last five years.
pub fn deals_in_fields(pair: &Pair<'_>) -> Option<(u32, u32)> {
    let deals = &pair.investor.deals;
    (deals.with_field > 0).then(|| {
        let inside = pair
            .project
            .fields
            .iter()
            .filter_map(|(field, _)| deals.by_field.get(field.index()))
            .map(|count| u32::from(*count))
            .fold(0, u32::saturating_add);
        (inside, deals.with_field)
    })
}

/// Share of the gap that the largest ticket closes.
fn money(pair: &Pair<'_>) -> Grade {
    let share = || {
        let (_, max) = pair.mandate.ticket?;
        let (max, gap) = max.comparable(pair.project.gap?)?;
        (gap > 0).then(|| ratio(max, gap))
    };
    Grade::of(share())
}

/// 0.4 presence, 0.4 a past deal in the country, 0.2 institutional closeness; the best of the countries.
fn local(pair: &Pair<'_>) -> Grade {
    let yes = |is: bool| Grade::known(if is { ONE } else { 0 });
    let of_country = |country: &CountryCode| {
        let presence = if pair.investor.presence.is_empty() {
            Grade::MISSING
        } else {
            yes(pair.investor.presence.contains(*country))
        };
        let deals = if pair.investor.deals.countries.is_empty() {
            Grade::MISSING
        } else {
            yes(pair.investor.deals.countries.contains(*country))
        };
        Grade::mean(&[(40, presence), (40, deals), (20, closeness(pair.investor.country, *country))])
    };
    best(pair.project.countries.iter().map(of_country))
}

/// Half the share of requests answered, half the median days to a reply (3 days 1, 21 days 0). A new investor has
/// no record: missing, not nothing.
fn reply(pair: &Pair<'_>) -> Grade {
    Grade::mean(&[
        (50, Grade::of(pair.investor.reply_rate)),
        (50, Grade::of(reply_speed(pair.investor.reply_days))),
    ])
}

/// Value of the median days to a reply.
pub(super) fn reply_speed(days: Option<u16>) -> Option<Micro> {
    days.map(|days| anchored(i64::from(days), &[(3, ONE), (21, 0)]))
}

/// 0.7 verification, 0.3 closed over pledged deals where there are five pledges or more.
fn trust(pair: &Pair<'_>) -> Grade {
    Grade::mean(&[(70, Grade::known(level(pair.investor.verification))), (30, Grade::of(pair.investor.kept))])
}

/// Share of the help wanted that is offered.
fn value(pair: &Pair<'_>) -> Grade {
    let (wanted, offered) = (pair.project.help_wanted, pair.investor.help_offered);
    if wanted == 0 || offered == 0 {
        return Grade::MISSING;
    }
    Grade::known(ratio(u64::from((wanted & offered).count_ones()), u64::from(wanted.count_ones())))
}
