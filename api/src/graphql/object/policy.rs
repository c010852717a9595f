//! The published policy in the API.

use async_graphql::{Object, SimpleObject};
use chrono::NaiveDate;
use matcher::{
    Policy,
    policy::{CityCriterion, Criterion, InvestorCriterion, ProjectCriterion, Weights},
};

use super::rules;

/// A published policy.
#[derive(Debug, Clone)]
pub struct RankingPolicy(pub Policy);

/// The policy under which a list was made.
#[derive(Debug, Clone, SimpleObject)]
pub struct PolicyStamp {
    /// Version.
    version: u32,
    /// SHA-256 of everything in it that bears on a score, own weights included.
    hash: String,
    /// First day in force.
    published_at: NaiveDate,
    /// Whether own weights are in it.
    own_weights: bool,
}

impl PolicyStamp {
    /// The stamp of a policy.
    pub fn new(policy: &Policy) -> Self {
        let hash = policy.hash();
        Self {
            version: policy.version,
            own_weights: hash != Policy::current().hash(),
            hash,
            published_at: policy.published_on,
        }
    }
}

/// A criterion with its weight and its rule.
#[derive(Debug, SimpleObject)]
pub struct CriterionWeight {
    /// The criterion's key.
    key: &'static str,
    /// Its weight of a hundred.
    weight: f64,
    /// How its value, 0 to 1, is made: fixed anchors that do not depend on the other candidates.
    anchors: &'static str,
}

/// A gate with its rule.
#[derive(Debug, SimpleObject)]
pub struct GateRule {
    /// The gate's key.
    key: &'static str,
    /// When it excludes.
    rule: &'static str,
    /// Whether a party can do something about a failure.
    fixable: bool,
}

fn weights<C: Criterion, const N: usize>(
    weights: &Weights<N>,
    rule: impl Fn(C) -> &'static str,
) -> Vec<CriterionWeight> {
    C::ALL
        .iter()
        .zip(weights.hundredths())
        .map(|(criterion, weight)| CriterionWeight {
            key: criterion.key(),
            weight: f64::from(*weight) / 100.0,
            anchors: rule(*criterion),
        })
        .collect()
}

/// Weights and rules under which scores are made. Old versions stay.
#[Object]
impl RankingPolicy {
    /// Version.
    async fn version(&self) -> u32 {
        self.0.version
    }
    /// SHA-256 of everything that bears on a score.
    async fn hash(&self) -> String {
        self.0.hash()
    }
    /// First day in force.
    async fn published_at(&self) -> NaiveDate {
        self.0.published_on
    }
    /// Who decided.
    async fn author(&self) -> &str {
        self.0.author
    }
    /// What changed.
    async fn note(&self) -> &str {
        self.0.note
    }
    /// How the two sides become one: HARMONIC, MIN or ARITHMETIC.
    async fn fusion(&self) -> String {
        format!("{:?}", self.0.fusion).to_uppercase()
    }
    /// The investor's view of a project.
    async fn investor_weights(&self) -> Vec<CriterionWeight> {
        weights::<InvestorCriterion, 9>(&self.0.investor, rules::investor)
    }
    /// The project's view of an investor.
    async fn project_weights(&self) -> Vec<CriterionWeight> {
        weights::<ProjectCriterion, 8>(&self.0.project, rules::project)
    }
    /// One city's view of another.
    async fn city_weights(&self) -> Vec<CriterionWeight> {
        weights::<CityCriterion, 10>(&self.0.city, rules::city)
    }
    /// Gates between a mandate and a project.
    async fn gates(&self) -> Vec<GateRule> {
        use matcher::gate::investment::Gate;
        let rule =
            |gate: Gate| GateRule { key: gate.key(), rule: rules::gate(gate), fixable: gate.fixable() };
        Gate::ALL.into_iter().map(rule).collect()
    }
    /// Gates between two cities.
    async fn city_gates(&self) -> Vec<GateRule> {
        use matcher::gate::city::Gate;
        let rule =
            |gate: Gate| GateRule { key: gate.key(), rule: rules::city_gate(gate), fixable: gate.fixable() };
        Gate::ALL.into_iter().map(rule).collect()
    }
    /// Known share that a pair needs for a place in the list.
    async fn coverage_floor(&self) -> f64 {
        f64::from(self.0.coverage_floor) / 1e6
    }
    /// What the unknown counts for in the point score.
    async fn unknown_counts_for(&self) -> f64 {
        f64::from(self.0.unknown_point) / 1e6
    }
    /// Kilometres and payments count for nothing.
    async fn never_counted(&self) -> Vec<&str> {
        vec!["distance", "payment", "personal data"]
    }
}
