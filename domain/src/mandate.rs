//! What an investor looks for. Every term is hard (a gate) or soft (a wish).

use serde::{Deserialize, Serialize};

use crate::{
    FieldErrors,
    provenance::Provenance,
    value::{CountryCode, Money, Pct, SingleLine},
    vocabulary::{ContractType, CooperationField, Instrument, InvestmentStage, ProjectKind, StageLadder},
};

/// Whether a term excludes or only weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strictness {
    /// A project that fails the term is not listed.
    #[default]
    Hard,
    /// A project that fails the term is listed, and the failure is shown.
    Soft,
}

impl std::str::FromStr for Strictness {
    type Err = &'static str;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s.trim().to_ascii_lowercase().as_str() {
            "hard" => Ok(Self::Hard),
            "soft" => Ok(Self::Soft),
            _ => Err("a term is hard or soft"),
        }
    }
}

/// A field that a mandate looks for, with its weight within the mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedField {
    /// The field.
    pub field: CooperationField,
    /// 1 to 100; the strongest field counts in full, the others in proportion to it.
    pub weight: u8,
}

/// Where a mandate invests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Places {
    /// Countries by name.
    pub countries: Vec<CountryCode>,
    /// Subregions of the United Nations' list, such as `Eastern Africa`.
    pub regions: Vec<String>,
    /// Anywhere.
    pub global: bool,
}

/// The smallest and largest amount of one investment, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Smallest.
    pub min: Money,
    /// Largest.
    pub max: Money,
}

/// Which terms are wishes only. A term not named is hard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Fields.
    pub fields: Strictness,
    /// Places.
    pub places: Strictness,
    /// Ticket.
    pub ticket: Strictness,
    /// Stages.
    pub stages: Strictness,
    /// Instruments.
    pub instruments: Strictness,
}

/// The facts of a mandate. Build a [`Mandate`] from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MandateFacts {
    /// Its name.
    pub name: SingleLine,
    /// Fields sought; empty where the mandate does not say.
    pub fields: Vec<WantedField>,
    /// Whether any field will do.
    pub generalist: bool,
    /// Fields excluded.
    pub excluded_fields: Vec<CooperationField>,
    /// Kinds of projects; empty for any.
    pub kinds: Vec<ProjectKind>,
    /// Places.
    pub places: Places,
    /// Countries excluded.
    pub excluded_countries: Vec<CountryCode>,
    /// Contracts excluded.
    pub excluded_contracts: Vec<ContractType>,
    /// Ticket; none where the mandate does not say.
    pub ticket: Option<Ticket>,
    /// Stages; empty where the mandate does not say.
    pub stages: Vec<InvestmentStage>,
    /// Instruments offered; empty where the mandate does not say.
    pub instruments: Vec<Instrument>,
    /// Return looked for, percent a year.
    pub target_return_pct: Option<Pct>,
    /// Longest tenor, in months.
    pub max_tenor_months: Option<u16>,
    /// Smallest stake that it takes, in percent; for limits on foreign ownership.
    pub min_stake_pct: Option<Pct>,
    /// Security wanted from the owner; one line.
    pub security_wanted: Option<SingleLine>,
    /// Targets of the Sustainable Development Goals that it puts first, such as `9.c`.
    pub sdg_targets: Vec<String>,
    /// Articles of the proposal that it puts first.
    pub articles: Vec<u8>,
    /// Whether it will not stand beside a competitor of a holding (gate G4).
    pub no_competitors: bool,
    /// Which terms are wishes.
    pub terms: Terms,
    /// Whether it was inferred from records and not stated by the institution.
    pub inferred: bool,
    /// What each inferred term rests on.
    pub basis: Option<SingleLine>,
    /// Origin.
    pub provenance: Provenance,
}

/// A mandate whose facts hold together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "MandateFacts", into = "MandateFacts")]
pub struct Mandate(MandateFacts);

impl std::ops::Deref for Mandate {
    type Target = MandateFacts;
    fn deref(&self) -> &MandateFacts {
        &self.0
    }
}

impl TryFrom<MandateFacts> for Mandate {
    type Error = FieldErrors;

    fn try_from(facts: MandateFacts) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.check(
            facts.fields.iter().all(|f| (1..=100).contains(&f.weight)),
            "fields",
            "a weight is 1 to 100",
        );
        let fields: std::collections::BTreeSet<_> = facts.fields.iter().map(|f| f.field).collect();
        errors.check(fields.len() == facts.fields.len(), "fields", "name each field once");
        errors.check(
            facts.excluded_fields.iter().all(|field| !fields.contains(field)),
            "excluded_fields",
            "a field is wanted or excluded, not both",
        );
        errors.check(
            facts.excluded_countries.iter().all(|c| !facts.places.countries.contains(c)),
            "excluded_countries",
            "a country is wanted or excluded, not both",
        );
        if let Some(ticket) = facts.ticket {
            errors.check(
                ticket.min.currency() == ticket.max.currency(),
                "ticket_max",
                "one currency for both bounds",
            );
            errors.check(
                ticket.min.minor() <= ticket.max.minor(),
                "ticket_min",
                "the minimum is at most the maximum",
            );
            errors.check(ticket.max.minor() > 0, "ticket_max", "the largest ticket is above 0");
        }
        errors.check(
            facts.max_tenor_months.is_none_or(|t| (1..=1200).contains(&t)),
            "max_tenor_months",
            "1 to 1200 months",
        );
        errors.check(
            facts.min_stake_pct.is_none_or(|p| (0..=10_000).contains(&p.hundredths())),
            "min_stake_pct",
            "a stake lies between 0 and 100",
        );
        errors.check(facts.articles.iter().all(|a| (1..=15).contains(a)), "articles", "articles are 1 to 15");
        errors.check(
            facts.sdg_targets.iter().all(|t| t.len() <= 8),
            "sdg_targets",
            "a target is written like 9.c",
        );
        errors.check(
            facts.places.regions.len() <= 30 && facts.places.countries.len() <= 250,
            "regions",
            "at most 30 regions and 250 countries",
        );
        errors.into_result(Self(facts))
    }
}

impl From<Mandate> for MandateFacts {
    fn from(mandate: Mandate) -> Self {
        mandate.0
    }
}

impl Mandate {
    /// Whether the mandate names a stage on this ladder.
    pub fn speaks_of(&self, ladder: StageLadder) -> bool {
        self.stages.iter().any(|stage| stage.ladder() == ladder)
    }
}
