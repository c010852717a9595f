//! What the gates of a mandate and a project say.

use super::{
    Arg, GateLine, Sentence,
    investment::{amount, countries, fields, offered, sought, stage_name},
};
use crate::{
    catalog::Pair,
    gate::{
        Outcome,
        investment::{COUNT, Gate},
    },
    row::PlaceFit,
};

/// Every gate's answer with its reason.
pub fn gate_lines(pair: &Pair<'_>, outcomes: &[Outcome; COUNT]) -> Vec<GateLine> {
    Gate::ALL
        .iter()
        .zip(outcomes)
        .map(|(gate, outcome)| GateLine {
            key: gate.key(),
            outcome: *outcome,
            because: because(pair, *gate, *outcome),
            fixable: gate.fixable(),
        })
        .collect()
}

fn because(pair: &Pair<'_>, gate: Gate, outcome: Outcome) -> Sentence {
    use Outcome as O;
    match (gate, outcome) {
        (Gate::Live, O::Pass) => Sentence::plain("gate.live.pass"),
        (Gate::Live, _) => Sentence::plain("gate.live.fail"),
        (Gate::Screening, O::Pass) => Sentence::plain("gate.screening.pass"),
        // The other side sees only that it is not available.
        (Gate::Screening, _) => Sentence::plain("gate.screening.fail"),
        (Gate::Exclusions, O::Pass) => Sentence::plain("gate.exclusions.pass"),
        (Gate::Exclusions, _) => excluded(pair),
        (Gate::Conflict, O::Pass | O::Unknown) => Sentence::plain("gate.conflict.pass"),
        (Gate::Conflict, _) => Sentence::plain("gate.conflict.fail"),
        (Gate::Field, O::Pass) => Sentence::plain("gate.field.pass"),
        (Gate::Field, O::Unknown) => Sentence::plain("gate.field.unknown"),
        (Gate::Field, _) => Sentence::plain("gate.field.fail").with("fields", fields(pair)),
        (Gate::Ticket, O::Unknown) => Sentence::plain("gate.ticket.unknown"),
        (Gate::Ticket, _) => {
            let (min, max) = pair.mandate.ticket.unzip();
            let key = if outcome == O::Pass { "gate.ticket.pass" } else { "gate.ticket.fail" };
            Sentence::plain(key)
                .with("gap", amount(pair.project.gap))
                .with("min", amount(min))
                .with("max", amount(max))
        }
        (Gate::Instrument, O::Pass) => Sentence::plain("gate.instrument.pass"),
        (Gate::Instrument, O::Unknown) => Sentence::plain("gate.instrument.unknown"),
        (Gate::Instrument, _) => Sentence::plain("gate.instrument.fail")
            .with("sought", sought(pair))
            .with("offered", offered(pair.mandate)),
        (Gate::Stage, O::Pass) => Sentence::plain("gate.stage.pass").with("stage", stage_name(pair)),
        (Gate::Stage, O::SoftFail) => Sentence::plain("gate.stage.soft").with("stage", stage_name(pair)),
        (Gate::Stage, O::Unknown) => Sentence::plain("gate.stage.unknown"),
        (Gate::Stage, O::Fail) => Sentence::plain("gate.stage.fail").with("stage", stage_name(pair)),
        (Gate::Law, O::Pass) => Sentence::plain("gate.law.pass"),
        (Gate::Law, O::Unknown) => Sentence::plain("gate.law.unknown").with("countries", countries(pair)),
        (Gate::Law, _) => law(pair),
        (Gate::RelatedParty, O::Pass) => Sentence::plain("gate.related.pass"),
        (Gate::RelatedParty, O::Unknown) => Sentence::plain("gate.related.unknown"),
        (Gate::RelatedParty, _) => Sentence::plain("gate.related.fail"),
    }
}

fn excluded(pair: &Pair<'_>) -> Sentence {
    let (mandate, project) = (pair.mandate, pair.project);
    let what = if mandate.excluded_fields.0 & project.field_set.0 != 0 {
        "said.excluded.fields"
    } else if project.countries.iter().any(|country| mandate.excluded_countries.contains(*country)) {
        "said.excluded.countries"
    } else if project.contract.is_some_and(|contract| mandate.excluded_contracts.contains(&contract)) {
        "said.excluded.contracts"
    } else if mandate.kinds != 0 && mandate.kinds & project.kind_bits() == 0 {
        "said.excluded.kinds"
    } else if mandate.names_places && project.countries.iter().all(|c| mandate.place(*c) == PlaceFit::Outside)
    {
        return Sentence::plain("gate.exclusions.outside").with("countries", countries(pair));
    } else {
        "said.excluded.investors"
    };
    Sentence::plain("gate.exclusions.fail").with("what", Arg::said(what))
}

fn law(pair: &Pair<'_>) -> Sentence {
    let stake = pair.mandate.min_stake.unwrap_or_default();
    let rule = pair
        .project
        .countries
        .iter()
        .filter_map(|country| pair.catalog.world.ownership.get(country))
        .find(|rule| rule.foreign_cap.hundredths() < stake);
    let stake = domain::value::Pct::from_hundredths(stake).map(|pct| pct.to_string()).unwrap_or_default();
    match rule {
        Some(rule) => Sentence::plain("gate.law.fail")
            .with("stake", Arg::Decimal(stake))
            .with("cap", Arg::Decimal(rule.foreign_cap.to_string()))
            .with("law", rule.law.clone())
            .with("as_of", Arg::Day(rule.as_of)),
        None => Sentence::plain("gate.law.unknown").with("countries", countries(pair)),
    }
}
