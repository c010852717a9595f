//! A match of mandate and project, said in sentences.

use domain::{
    Vocabulary,
    value::CountryCode,
    vocabulary::{CooperationField, HelpKind, Instrument, InvestmentStage},
};

use super::{Arg, CriterionLine, Evidence, GateLine, Sentence, gate::gate_lines, lines, unknown};
use crate::{
    catalog::Pair,
    counterfactual::Change,
    criterion::{
        investor::{readiness_counts, twinned},
        project::deals_in_fields,
    },
    gate::{Outcome, investment::COUNT},
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

pub(super) fn amount(amount: Option<Amount>) -> Arg {
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

pub(super) fn fields(pair: &Pair<'_>) -> Arg {
    let name = |(field, share): &(CooperationField, u16)| {
        if pair.project.fields.len() == 1 {
            Arg::name(*field)
        } else {
            shared("said.share", Arg::name(*field), *share)
        }
    };
    Arg::All(pair.project.fields.iter().map(name).collect())
}

pub(super) fn countries(pair: &Pair<'_>) -> Arg {
    let world = &pair.catalog.world;
    let name = |code: &CountryCode| Arg::Country(*code, world.country_name(*code).to_owned());
    Arg::All(pair.project.countries.iter().map(name).collect())
}

pub(super) fn sought(pair: &Pair<'_>) -> Arg {
    if pair.project.instruments.is_empty() {
        return Arg::said("said.not_stated");
    }
    let part = |(i, share): &(Instrument, u16)| shared("said.part", Arg::inside(*i), *share);
    Arg::All(pair.project.instruments.iter().map(part).collect())
}

pub(super) fn offered(mandate: &MandateRow) -> Arg {
    let names: Vec<Arg> = Instrument::ALL
        .iter()
        .filter(|i| MandateRow::instrument_bit(**i) & mandate.instruments != 0)
        .map(|i| Arg::inside(*i))
        .collect();
    if names.is_empty() { Arg::said("said.not_stated") } else { Arg::All(names) }
}

pub(super) fn stage_name(pair: &Pair<'_>) -> Arg {
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
