//! Scores, criteria, gates and sentences, the same for projects and for cities.

use async_graphql::{ComplexObject, Enum, SimpleObject};
use matcher::{
    explanation::{CriterionLine, Evidence, GateLine, Sentence, Status},
    gate::Outcome,
    score::{Interval, points},
};

use super::super::code::Lang;

/// A score of a hundred with the interval in which it lies: how well two parties fit under the published policy. It is no
/// probability; `calibration` tells how many times as often as average pairs of each band of scores came about in a
/// past market.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct ScoreInterval {
    /// With everything unknown at its worst.
    low: f64,
    /// The score by which lists are ordered.
    point: f64,
    /// With everything unknown at its best.
    high: f64,
    /// Known share of the weight, 0 to 1.
    coverage: f64,
}

impl From<&Interval> for ScoreInterval {
    fn from(score: &Interval) -> Self {
        Self {
            low: points(score.low),
            point: points(score.point),
            high: points(score.high),
            coverage: f64::from(score.coverage) / 1e6,
        }
    }
}

/// How much of a criterion is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Status")]
pub enum CriterionStatus {
    /// All of it.
    Known,
    /// A part of it.
    Partial,
    /// Nothing.
    Missing,
    /// It does not bear on the pair; its weight goes to the others.
    NotApplicable,
}

/// Answer of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Outcome")]
pub enum GateOutcome {
    /// Passed.
    Pass,
    /// Failed, but the term is a wish or the rule is soft.
    SoftFail,
    /// Failed: not listed.
    Fail,
    /// An operand is not known.
    Unknown,
}

/// A dated fact that a criterion read.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Evidence")]
pub struct EvidenceObject {
    /// The fact.
    fact: String,
    /// Who says so.
    source: String,
    /// When it held; empty where the record has no date.
    as_of: String,
}

impl From<&Evidence> for EvidenceObject {
    fn from(evidence: &Evidence) -> Self {
        Self { fact: evidence.fact.clone(), source: evidence.source.clone(), as_of: evidence.as_of.clone() }
    }
}

/// One criterion of one side.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct CriterionScore {
    /// The criterion's key.
    key: &'static str,
    /// Its weight of a hundred.
    weight: f64,
    /// Its value, 0 to 1; null where nothing is known or it does not apply.
    value: Option<f64>,
    /// With everything unknown at its worst.
    low: f64,
    /// With everything unknown at its best.
    high: f64,
    /// How much of it is known.
    status: CriterionStatus,
    /// What it rests on.
    evidence: Vec<EvidenceObject>,
    #[graphql(skip)]
    line: Sentence,
}

#[ComplexObject]
impl CriterionScore {
    /// What it says.
    async fn sentence(
        &self,
        #[graphql(desc = "Language.", default_with = "Some(Lang::En)")] lang: Option<Lang>,
    ) -> String {
        told(&self.line, lang.unwrap_or(Lang::En))
    }
}

impl From<&CriterionLine> for CriterionScore {
    fn from(line: &CriterionLine) -> Self {
        let value = |micro: u32| f64::from(micro) / 1e6;
        let told = matches!(line.status, Status::Known | Status::Partial);
        Self {
            key: line.key,
            weight: f64::from(line.weight) / 100.0,
            value: told.then(|| value(line.grade.point)),
            low: value(line.grade.low),
            high: value(line.grade.high),
            status: line.status.into(),
            evidence: line.evidence.iter().map(Into::into).collect(),
            line: line.sentence.clone(),
        }
    }
}

/// One side's score, criterion by criterion.
#[derive(Debug, Clone, SimpleObject)]
pub struct SideScore {
    /// The side's score.
    point: f64,
    /// With everything unknown at its worst.
    low: f64,
    /// With everything unknown at its best.
    high: f64,
    /// Known share of the weight, 0 to 1.
    coverage: f64,
    /// Criteria in the policy's order.
    criteria: Vec<CriterionScore>,
}

/// A side from its score and lines.
pub(super) fn side(score: &Interval, lines: &[CriterionLine]) -> SideScore {
    let interval = ScoreInterval::from(score);
    SideScore {
        point: interval.point,
        low: interval.low,
        high: interval.high,
        coverage: interval.coverage,
        criteria: lines.iter().map(Into::into).collect(),
    }
}

/// One gate.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct GateResult {
    /// The gate's key.
    key: &'static str,
    /// Its answer.
    outcome: GateOutcome,
    /// Whether a party can do something about it.
    fixable: bool,
    #[graphql(skip)]
    line: Sentence,
}

#[ComplexObject]
impl GateResult {
    /// Why.
    async fn because(
        &self,
        #[graphql(desc = "Language.", default_with = "Some(Lang::En)")] lang: Option<Lang>,
    ) -> String {
        told(&self.line, lang.unwrap_or(Lang::En))
    }
}

impl From<&GateLine> for GateResult {
    fn from(line: &GateLine) -> Self {
        Self {
            key: line.key,
            outcome: line.outcome.into(),
            fixable: line.fixable,
            line: line.because.clone(),
        }
    }
}

/// A score in sentences, made from the record's numbers.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Explanation")]
pub struct ExplanationObject {
    /// Score, interval and known share.
    headline: String,
    /// What speaks for it, strongest first.
    because: Vec<String>,
    /// What speaks against it, strongest first.
    against: Vec<String>,
    /// What is not known, heaviest first.
    unknown: Vec<String>,
    /// All of it as one text.
    text: String,
}

impl ExplanationObject {
    /// The score alone, where the owner does not show what it is made of.
    pub(super) fn headline_only(lang: Lang, headline: &Sentence) -> Self {
        let (headline, none) = (told(headline, lang), Vec::new);
        Self { text: headline.clone(), headline, because: none(), against: none(), unknown: none() }
    }

    /// An explanation from its sentences.
    pub(super) fn new(
        lang: Lang,
        headline: &Sentence,
        because: &[Sentence],
        against: &[Sentence],
        unknown: &[Sentence],
    ) -> Self {
        let all = |sentences: &[Sentence]| -> Vec<String> {
            sentences.iter().map(|sentence| told(sentence, lang)).collect()
        };
        let (because, against, unknown) = (all(because), all(against), all(unknown));
        let headline = told(headline, lang);
        let text = [std::slice::from_ref(&headline), &because, &against, &unknown].concat().join(" ");
        Self { headline, because, against, unknown, text }
    }
}

/// A sentence in a language.
pub fn told(sentence: &Sentence, lang: Lang) -> String {
    sentence.told(lang.into())
}
