//! The steps that the authorities of a side take.

use async_graphql::SimpleObject;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    partnership::ApprovalStep,
    policy_pack::{ApprovalStepKind, Sourcing, StepRule},
};

use super::super::super::code::Code;

/// Who says that a rule holds; a rule without a source is to be asked about, not relied on.
#[derive(Debug, SimpleObject)]
#[graphql(name = "RuleSource")]
pub struct SourceObject {
    /// Whether somebody says so whom we could name.
    verified: bool,
    /// Who.
    source: Option<String>,
    /// When it was read; null where the date is not on record.
    as_of: Option<NaiveDate>,
}

impl From<&Sourcing> for SourceObject {
    fn from(sourcing: &Sourcing) -> Self {
        match sourcing {
            Sourcing::Sourced { source, as_of } => {
                Self { verified: true, source: Some(source.to_string()), as_of: *as_of }
            }
            Sourcing::Unverified => Self { verified: false, source: None, as_of: None },
        }
    }
}

/// A step that an authority takes.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ApprovalStepRule")]
pub struct StepObject {
    /// What kind of authority.
    kind: Code<ApprovalStepKind>,
    /// Papers that it wants to see.
    papers: Vec<String>,
    /// Typical weeks of a short case; null where unknown.
    weeks_from: Option<i32>,
    /// Typical weeks of a long case; null where unknown.
    weeks_to: Option<i32>,
    /// Who says so.
    source: SourceObject,
}

impl From<&StepRule> for StepObject {
    fn from(rule: &StepRule) -> Self {
        Self {
            kind: Code(rule.kind),
            papers: rule.documents.iter().map(ToString::to_string).collect(),
            weeks_from: rule.weeks.map(|weeks| i32::from(weeks.from)),
            weeks_to: rule.weeks.map(|weeks| i32::from(weeks.to)),
            source: (&rule.sourcing).into(),
        }
    }
}

/// A step of a side's chain with what was decided.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ApprovalStepState")]
pub struct StepStateObject {
    /// Its place in the chain, from 0.
    place: i32,
    /// What the side's rules demand.
    rule: StepObject,
    /// Whether it was granted; null while it is open.
    granted: Option<bool>,
    /// When it was decided.
    decided_at: Option<DateTime<Utc>>,
}

pub(super) fn chain(steps: &[ApprovalStep]) -> Vec<StepStateObject> {
    (0..)
        .zip(steps)
        .map(|(place, step)| StepStateObject {
            place,
            rule: (&step.rule).into(),
            granted: step.decision.as_ref().map(|decision| decision.granted),
            decided_at: step.decision.as_ref().map(|decision| decision.at),
        })
        .collect()
}
