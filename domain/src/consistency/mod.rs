//! Consistency: what in a listing contradicts itself, as somebody who reads it before lending money would see.
//!
//! The rules are tables ([`rules`]); each compares a few facts or answers and says what it found and how to mend it.
//! A rule whose facts are not there says nothing: what is missing is the questionnaire's affair. The thresholds are
//! the product's own judgement, written beside each rule.
//!
//! An owner may justify a flag, for the world has more shapes than rules. A justified flag stays visible. Only red
//! flags without a justification stop a submission, and only they cost readiness.

mod effect;
mod money;
mod work;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    fx::FxSeries,
    project::{FlagEntry, ProjectFacts, ReadinessEntry},
    questionnaire::Answers,
    value::{CountryCode, Currency, Money, SingleLine},
    vocabulary::{
        CooperationField, FlagSeverity, InfrastructureStage, Instrument, InvestmentStage, ReadinessItem,
        ReadinessStatus, RedFlag, VentureStage, Vocabulary,
    },
};

/// All that the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Dossier<'a> {
    /// The project.
    pub facts: &'a ProjectFacts,
    /// The answers to its further questions.
    pub answers: &'a Answers,
    /// The day of the check.
    pub today: NaiveDate,
    /// Rates, to compare amounts in two currencies; without them such amounts are not compared.
    pub fx: Option<&'a FxSeries>,
    /// Inhabitants by country, where known.
    pub populations: Option<&'a BTreeMap<CountryCode, u64>>,
    /// Whether another listing looks like the same project and nobody has decided about it yet.
    pub duplicate_suspected: bool,
}

/// One rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The flag that it raises.
    pub flag: RedFlag,
    /// How much it weighs.
    pub severity: FlagSeverity,
    /// What it compares, in a few words.
    pub compares: &'static str,
    /// What it found; each `{}` is filled from the facts.
    pub message: &'static str,
    /// What would mend it.
    pub mend: &'static str,
    /// The values for the message; none where there is no contradiction.
    check: fn(&Dossier) -> Option<Vec<String>>,
}

/// A flag that a rule raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The flag.
    pub flag: RedFlag,
    /// How much it weighs.
    pub severity: FlagSeverity,
    /// What was found.
    pub message: String,
    /// What would mend it.
    pub mend: &'static str,
    /// The owner's justification, if one was given.
    pub justification: Option<SingleLine>,
}

impl Finding {
    /// Whether it stops a submission and costs readiness.
    pub const fn counts(&self) -> bool {
        matches!(self.severity, FlagSeverity::Red) && self.justification.is_none()
    }

    /// The entry that is kept with the project.
    pub fn entry(&self) -> FlagEntry {
        FlagEntry { flag: self.flag, justification: self.justification.clone() }
    }
}

impl RedFlag {
    /// How much the flag weighs.
    pub fn severity(self) -> FlagSeverity {
        rules().find(|rule| rule.flag == self).map_or(FlagSeverity::Red, |rule| rule.severity)
    }
}

impl FlagEntry {
    /// Whether it stops a submission and costs readiness: red, and not justified.
    pub fn counts(&self) -> bool {
        self.justification.is_none() && self.flag.severity() == FlagSeverity::Red
    }
}

/// Every rule, in the order of the list of flags.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let all = || money::RULES.iter().chain(work::RULES).chain(effect::RULES);
    RedFlag::ALL.iter().filter_map(move |flag| all().find(|rule| rule.flag == *flag))
}

/// The flags that a project raises today, in the list's order. Justifications that were given stay with their flags;
/// a flag that is no longer raised is gone with its justification.
pub fn flags(dossier: &Dossier) -> Vec<Finding> {
    rules()
        .filter_map(|rule| {
            let values = (rule.check)(dossier)?;
            let earlier = dossier.facts.flags.iter().find(|entry| entry.flag == rule.flag);
            Some(Finding {
                flag: rule.flag,
                severity: rule.severity,
                message: fill(rule.message, &values),
                mend: rule.mend,
                justification: earlier.and_then(|entry| entry.justification.clone()),
            })
        })
        .collect()
}

/// How many findings stop a submission.
pub fn unjustified(findings: &[Finding]) -> u32 {
    u32::try_from(findings.iter().filter(|finding| finding.counts()).count()).unwrap_or(u32::MAX)
}

/// Puts values in the places of a template.
fn fill(template: &str, values: &[String]) -> String {
    let mut values = values.iter();
    let mut text = String::with_capacity(template.len());
    for (i, part) in template.split("{}").enumerate() {
        if i > 0 {
            text.push_str(values.next().map_or("?", String::as_str));
        }
        text.push_str(part);
    }
    text
}

/// Found, with nothing to fill in.
const fn plain() -> Vec<String> {
    Vec::new()
}

impl Dossier<'_> {
    /// The stage on the ladder of infrastructure.
    fn infrastructure(&self) -> Option<InfrastructureStage> {
        if let Some(InvestmentStage::Infrastructure(stage)) = self.facts.stage { Some(stage) } else { None }
    }

    /// The stage on the ladder of ventures.
    fn venture(&self) -> Option<VentureStage> {
        if let Some(InvestmentStage::Venture(stage)) = self.facts.stage { Some(stage) } else { None }
    }

    /// Whether infrastructure has come as far as a stage.
    fn reached(&self, stage: InfrastructureStage) -> bool {
        self.infrastructure().is_some_and(|at| at >= stage)
    }

    /// The share of some fields, in hundredths of a percent.
    fn fields(&self, test: impl Fn(CooperationField) -> bool) -> u32 {
        self.facts
            .fields
            .parts()
            .iter()
            .filter(|part| test(part.of))
            .map(|part| u32::from(part.hundredths))
            .sum()
    }

    /// The share of some instruments, in hundredths of a percent; none where none are named.
    fn sought(&self, test: impl Fn(Instrument) -> bool) -> Option<u32> {
        let parts = self.facts.instruments.as_ref()?.parts();
        Some(parts.iter().filter(|part| test(part.of)).map(|part| u32::from(part.hundredths)).sum())
    }

    /// An item of the checklist.
    fn item(&self, item: ReadinessItem) -> Option<&ReadinessEntry> {
        self.facts.readiness.iter().find(|entry| entry.item == item)
    }

    /// Whether an item is at least claimed.
    fn claimed(&self, item: ReadinessItem) -> bool {
        self.item(item).is_some_and(|entry| entry.status != ReadinessStatus::Missing)
    }

    /// Two amounts in one currency, as minor units; none where no rate is known.
    fn compared(&self, a: Money, b: Money) -> Option<(i64, i64)> {
        if a.currency() == b.currency() {
            return Some((a.minor(), b.minor()));
        }
        Some((self.euro(a)?.minor(), self.euro(b)?.minor()))
    }

    /// An amount in euro at the last rate; none where no rate is known.
    fn euro(&self, money: Money) -> Option<Money> {
        if money.currency() == Currency::EUR {
            return Some(money);
        }
        self.fx?.convert(money, Currency::EUR, self.today).map(|converted| converted.money)
    }
}

#[cfg(test)]
mod tests;
