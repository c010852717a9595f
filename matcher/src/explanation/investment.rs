//! A match of mandate and project, said in sentences.

use domain::{
    Vocabulary,
    value::CountryCode,
    vocabulary::{CooperationField, HelpKind, Instrument, InvestmentStage},
};

use super::{Arg, CriterionLine, Evidence, GateLine, Sentence, lines, unknown};
use crate::{
    catalog::Pair,
    counterfactual::Change,
    criterion::{
        investor::{readiness_counts, twinned},
        project::deals_in_fields,
    },
    gate::{
        Outcome,
        investment::{COUNT, Gate},
    },
    grade::Grade,
    policy::{InvestorCriterion, Policy, ProjectCriterion},
    rank::Evaluation,
    row::{Amount, MandateRow, PlaceFit},
};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Audience {
    /// The investor.
    #[default]
    Investor,
    /// The project's owner.
    Owner,
}

/// A match taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Score, interval and coverage.
    pub headline: Sentence,
    /// What speaks for it, strongest first.
    pub because: Vec<Sentence>,
    /// What speaks against it, strongest first.
    pub against: Vec<Sentence>,
    /// What is not known, heaviest first.
    pub unknown: Vec<Sentence>,
    /// The investor's criteria.
    pub investor: Vec<CriterionLine>,
    /// The project's criteria.
    pub project: Vec<CriterionLine>,
    /// Gates.
    pub gates: Vec<GateLine>,
}

/// Takes a match apart. The reader's own side speaks first.
pub fn explain(
    policy: &Policy,
    pair: &Pair<'_>,
    evaluation: &Evaluation,
    gates: &[Outcome; COUNT],
    audience: Audience,
) -> Explanation {
    let investor =
        lines(&policy.investor, &evaluation.investor_grades, |c, grade| investor_line(pair, c, grade));
    let project = lines(&policy.project, &evaluation.project_grades, |c, grade| project_line(pair, c, grade));
    let score = &evaluation.mutual;
    let headline = Sentence::plain("headline")
        .with("score", Arg::Points(score.point))
        .with("low", Arg::Points(score.low))
        .with("high", Arg::Points(score.high))
        .with("coverage", Arg::percent(score.coverage));
    let (own, other) = match audience {
        Audience::Investor => (&investor, &project),
        Audience::Owner => (&project, &investor),
    };
    Explanation {
        headline,
        because: said(own, other, true),
        against: said(own, other, false),
        unknown: unknown(own)
            .into_iter()
            .map(|line| line.sentence.clone())
            .filter(is_unknown)
            .take(4)
            .collect(),
        gates: gate_lines(pair, gates),
        investor,
        project,
    }
}

fn is_unknown(sentence: &Sentence) -> bool {
    sentence.key.ends_with(".unknown")
}

/// The three heaviest contributions of the own side and the heaviest of the other, or the heaviest losses.
pub(super) fn said(own: &[CriterionLine], other: &[CriterionLine], gains: bool) -> Vec<Sentence> {
    let pick = |lines: &[CriterionLine], n: usize, said: &[Sentence]| {
        let mut told: Vec<&CriterionLine> = lines
            .iter()
            .filter(|line| line.grade.applicable && line.grade.known > 0 && !said.contains(&line.sentence))
            .filter(|line| if gains { line.grade.point >= 500_000 } else { line.grade.high < 500_000 })
            .collect();
        told.sort_by_key(|line| {
            let share =
                if gains { line.grade.point } else { crate::grade::ONE.saturating_sub(line.grade.point) };
            std::cmp::Reverse(u64::from(share).saturating_mul(u64::from(line.weight)))
        });
        told.into_iter().take(n).map(|line| line.sentence.clone()).collect::<Vec<_>>()
    };
    let mut all = pick(own, 3, &[]);
    // Both sides may read the same fact: it is said once.
    let others = pick(other, 1, &all);
    all.extend(others);
    all
}

/// A change as a sentence.
pub fn change_sentence(change: &Change) -> Sentence {
    match change {
        Change::Evidence(item) => Sentence::plain("change.evidence").with("item", Arg::name(*item)),
        Change::Justify(flag) => Sentence::plain("change.justify").with("flag", Arg::name(*flag)),
        Change::Verify(level) => Sentence::plain("change.verify").with("level", level.code()),
        Change::Confirm => Sentence::plain("change.confirm"),
    }
}

fn amount(amount: Option<Amount>) -> Arg {
    amount.and_then(Amount::money).map_or_else(|| "?".into(), Arg::Money)
}

fn share_of_gap(pair: &Pair<'_>) -> Arg {
    let share = || {
        let (max, gap) = pair.mandate.ticket?.1.comparable(pair.project.gap?)?;
        Some(Arg::percent(crate::grade::ratio(max, gap)))
    };
    share().unwrap_or_else(|| "?".into())
}

/// A name with its share in hundredths of a percent, as far as whole percents.
fn shared(key: &'static str, name: Arg, share: u16) -> Arg {
    let share = Arg::Percent(u32::from(share / 100).saturating_mul(10));
    Sentence::plain(key).with("name", name).with("share", share).into()
}

fn fields(pair: &Pair<'_>) -> Arg {
    let name = |(field, share): &(CooperationField, u16)| {
        if pair.project.fields.len() == 1 {
            Arg::name(*field)
        } else {
            shared("said.share", Arg::name(*field), *share)
        }
    };
    Arg::All(pair.project.fields.iter().map(name).collect())
}

fn countries(pair: &Pair<'_>) -> Arg {
    let world = &pair.catalog.world;
    let name = |code: &CountryCode| Arg::Country(*code, world.country_name(*code).to_owned());
    Arg::All(pair.project.countries.iter().map(name).collect())
}

fn sought(pair: &Pair<'_>) -> Arg {
    if pair.project.instruments.is_empty() {
        return Arg::said("said.not_stated");
    }
    let part = |(i, share): &(Instrument, u16)| shared("said.part", Arg::inside(*i), *share);
    Arg::All(pair.project.instruments.iter().map(part).collect())
}

fn offered(mandate: &MandateRow) -> Arg {
    let names: Vec<Arg> = Instrument::ALL
        .iter()
        .filter(|i| MandateRow::instrument_bit(**i) & mandate.instruments != 0)
        .map(|i| Arg::inside(*i))
        .collect();
    if names.is_empty() { Arg::said("said.not_stated") } else { Arg::All(names) }
}

fn stage_name(pair: &Pair<'_>) -> Arg {
    match pair.project.stage {
        None => Arg::said("said.not_stated"),
        Some(InvestmentStage::Infrastructure(stage)) => Arg::name(stage),
        Some(InvestmentStage::Venture(stage)) => Arg::name(stage),
    }
}

fn date(on: Option<crate::row::Day>) -> Arg {
    on.and_then(chrono::NaiveDate::from_num_days_from_ce_opt)
        .map_or_else(|| Arg::said("said.no_date"), Arg::Day)
}

fn yes_no(is: bool) -> Arg {
    Arg::said(if is { "said.yes" } else { "said.no" })
}

/// The unknown sentence where nothing is known, else the one that tells.
fn told(grade: &Grade, unknown: &'static str, known: impl FnOnce() -> Sentence) -> Sentence {
    if !grade.applicable {
        Sentence::plain("not_applicable")
    } else if grade.known == 0 {
        Sentence::plain(unknown)
    } else {
        known()
    }
}

fn investor_line(pair: &Pair<'_>, criterion: InvestorCriterion, grade: &Grade) -> (Sentence, Vec<Evidence>) {
    use InvestorCriterion as C;
    let mut evidence = Vec::new();
    let sentence = match criterion {
        C::Field => told(grade, "investor.field.unknown", || {
            Sentence::plain("investor.field.known")
                .with("fields", fields(pair))
                .with("value", Arg::percent(grade.point))
        }),
        C::Ticket => told(grade, "investor.ticket.unknown", || {
            evidence.extend(rate_evidence(pair));
            let (min, max) = pair.mandate.ticket.unzip();
            Sentence::plain("investor.ticket.known")
                .with("min", amount(min))
                .with("max", amount(max))
                .with("gap", amount(pair.project.gap))
                .with("share", share_of_gap(pair))
        }),
        C::Stage => told(grade, "investor.stage.unknown", || {
            let rungs = pair.project.stage.and_then(|stage| pair.mandate.distance(stage));
            let rungs = match rungs {
                Some(0) => Arg::said("said.rungs.none"),
                Some(1) => Arg::said("said.rungs.one"),
                Some(n) if n < 9 => Sentence::plain("said.rungs.many").with("n", n).into(),
                _ => Arg::said("said.rungs.other"),
            };
            Sentence::plain("investor.stage.known").with("stage", stage_name(pair)).with("rungs", rungs)
        }),
        C::Terms => told(grade, "investor.terms.unknown", || {
            Sentence::plain("investor.terms.known")
                .with("sought", sought(pair))
                .with("offered", offered(pair.mandate))
        }),
        C::Geo => told(grade, "investor.geo.unknown", || {
            let fit = pair.project.countries.iter().map(|c| pair.mandate.place(*c)).max();
            let fit = match fit {
                Some(PlaceFit::Country) => "said.fit.country",
                Some(PlaceFit::Region) => "said.fit.region",
                Some(PlaceFit::Global) => "said.fit.anywhere",
                _ => "said.fit.outside",
            };
            Sentence::plain("investor.geo.known")
                .with("countries", countries(pair))
                .with("fit", Arg::said(fit))
        }),
        C::Ready => told(grade, "investor.ready.unknown", || {
            let (evidenced, open, asked) = readiness_counts(pair.project).unwrap_or_default();
            Sentence::plain("investor.ready.known")
                .with("evidenced", evidenced)
                .with("asked", asked)
                .with("open", open)
                .with("flags", pair.project.flags.count_ones())
        }),
        C::Trust => told(grade, "investor.trust.unknown", || {
            Sentence::plain("investor.trust.known")
                .with("level", level(pair.owner.verification))
                .with("confirmed", date(pair.project.confirmed_on))
        }),
        C::Impact => told(grade, "investor.impact.unknown", || {
            Sentence::plain("investor.impact.known").with("value", Arg::percent(grade.point))
        }),
        C::Ties => told(grade, "investor.ties.unknown", || {
            let is = twinned(pair.investor, pair.project, pair).unwrap_or(false);
            Sentence::plain("investor.ties.known").with("twinned", yes_no(is))
        }),
    };
    (sentence, evidence)
}

fn level(level: domain::vocabulary::VerificationLevel) -> Sentence {
    Sentence::plain("said.level").with("level", level.code()).with("name", Arg::inside(level))
}

/// The exchange rate, where the gap and the ticket are in different currencies.
fn rate_evidence(pair: &Pair<'_>) -> Option<Evidence> {
    let (gap, (min, _)) = (pair.project.gap?, pair.mandate.ticket?);
    if gap.currency == min.currency {
        return None;
    }
    let world = &pair.catalog.world;
    let converted = world.fx.convert(gap.money()?, min.currency, world.fx_date)?;
    Some(Evidence {
        fact: format!("{} is {}", gap.money()?, converted.money),
        source: converted.rate_source,
        as_of: converted.rate_date.to_string(),
    })
}

fn project_line(pair: &Pair<'_>, criterion: ProjectCriterion, grade: &Grade) -> (Sentence, Vec<Evidence>) {
    use ProjectCriterion as C;
    let deals = &pair.investor.deals;
    let mut evidence = Vec::new();
    let sentence = match criterion {
        C::Field => told(grade, "project.field.unknown", || match deals_in_fields(pair) {
            Some((inside, all)) => {
                evidence.push(Evidence {
                    fact: format!("{} deals on record", deals.total),
                    source: "track record".to_owned(),
                    as_of: deals.last_year.map(|year| year.to_string()).unwrap_or_default(),
                });
                Sentence::plain("project.field.deals").with("inside", inside).with("all", all)
            }
            None => Sentence::plain("project.field.mandate"),
        }),
        C::Money => told(grade, "project.money.unknown", || {
            evidence.extend(rate_evidence(pair));
            Sentence::plain("project.money.known")
                .with("max", amount(pair.mandate.ticket.map(|ticket| ticket.1)))
                .with("share", share_of_gap(pair))
                .with("gap", amount(pair.project.gap))
        }),
        C::Terms => told(grade, "project.terms.unknown", || {
            Sentence::plain("project.terms.known")
                .with("sought", sought(pair))
                .with("offered", offered(pair.mandate))
        }),
        C::Stage => told(grade, "project.stage.unknown", || {
            Sentence::plain("project.stage.known").with("value", Arg::percent(grade.point))
        }),
        C::Local => told(grade, "project.local.unknown", || {
            let any = |set: &domain::value::CountrySet| {
                if set.is_empty() {
                    Arg::said("said.unknown")
                } else {
                    yes_no(pair.project.countries.iter().any(|c| set.contains(*c)))
                }
            };
            Sentence::plain("project.local.known")
                .with("presence", any(&pair.investor.presence))
                .with("deals", any(&deals.countries))
        }),
        C::Reply => told(grade, "project.reply.unknown", || {
            let days = pair.investor.reply_days.map_or_else(|| "?".into(), Arg::from);
            Sentence::plain("project.reply.known")
                .with("rate", pair.investor.reply_rate.map_or_else(|| "?".into(), Arg::percent))
                .with("days", days)
        }),
        C::Trust => told(grade, "project.trust.unknown", || {
            Sentence::plain("project.trust.known")
                .with("level", level(pair.investor.verification))
                .with("kept", pair.investor.kept.map_or_else(|| Arg::said("said.few"), Arg::percent))
        }),
        C::Value => told(grade, "project.value.unknown", || {
            let (wanted, offered) = (pair.project.help_wanted, pair.investor.help_offered);
            debug_assert!(HelpKind::ALL.len() <= 8);
            Sentence::plain("project.value.known")
                .with("met", (wanted & offered).count_ones())
                .with("wanted", wanted.count_ones())
        }),
    };
    (sentence, evidence)
}

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
