//! A project that looks for money: the short form of a venture and the full form of infrastructure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    FieldErrors,
    disclosure::Disclosure,
    provenance::Provenance,
    value::{CountryCode, Lang, Localized, Money, Pct, Position, Shares, SingleLine},
    vocabulary::{
        ContractType, CooperationField, HelpKind, InnovationKind, Instrument, InvestmentStage, InvestorType,
        LifecycleStatus, ListingState, ProjectKind, ReadinessItem, ReadinessStatus, RedFlag, StageLadder,
        WorksType,
    },
};

/// Where a project is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// The country.
    pub country: CountryCode,
    /// GeoNames id of the nearest city.
    pub city_geonames: Option<u32>,
    /// The place itself.
    pub position: Option<Position>,
}

/// An item of the readiness checklist with what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadinessEntry {
    /// Which item.
    pub item: ReadinessItem,
    /// How far it is shown.
    pub status: ReadinessStatus,
    /// The document that shows it.
    pub evidence: Option<SingleLine>,
}

/// A contradiction that the consistency rules found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagEntry {
    /// Which one.
    pub flag: RedFlag,
    /// The owner's justification.
    pub justification: Option<SingleLine>,
}

/// Measured or planned effects on inclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Impact {
    /// Price of an entry-level plan in percent of gross national income a head; below 2 is affordable.
    pub entry_price_pct_gni: Option<Pct>,
    /// People who get service for the first time.
    pub population_newly_served: Option<u64>,
    /// Schools that are connected.
    pub schools_connected: Option<u32>,
    /// Share of women among those served or taught.
    pub women_share: Option<Pct>,
    /// Coverage of households before, in percent.
    pub coverage_baseline: Option<Pct>,
    /// Coverage of households after, in percent.
    pub coverage_target: Option<Pct>,
}

/// The facts of a project. Build a [`Project`] from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectFacts {
    /// Its name.
    pub title: Localized,
    /// What it does.
    pub summary: Option<Localized>,
    /// What it is.
    pub kind: ProjectKind,
    /// Kind of works.
    pub works: Option<WorksType>,
    /// Kind of innovation.
    pub innovation: Option<InnovationKind>,
    /// Where the work stands.
    pub lifecycle: Option<LifecycleStatus>,
    /// Which ladder of stages.
    pub ladder: StageLadder,
    /// Where the money decisions stand.
    pub stage: Option<InvestmentStage>,
    /// Fields with their shares.
    pub fields: Shares<CooperationField>,
    /// Contract with the public side.
    pub contract: Option<ContractType>,
    /// The public authority of a partnership.
    pub public_authority: Option<SingleLine>,
    /// Money that is still missing.
    pub gap: Option<Money>,
    /// The smallest part of the gap that one investor may take.
    pub min_slice: Option<Money>,
    /// Instruments sought, with their shares of the gap.
    pub instruments: Option<Shares<Instrument>>,
    /// Whether concessional terms are sought.
    pub concessional: Option<bool>,
    /// Expected return to the investor, percent a year.
    pub return_pct: Option<Pct>,
    /// Tenor sought, in months.
    pub tenor_months: Option<u16>,
    /// The checklist; items not named are unknown.
    pub readiness: Vec<ReadinessEntry>,
    /// Contradictions found.
    pub flags: Vec<FlagEntry>,
    /// Effects on inclusion.
    pub impact: Impact,
    /// Where it is.
    pub locations: Vec<Location>,
    /// Languages the owner works in.
    pub languages: Vec<Lang>,
    /// Kinds of investors that the owner does not want.
    pub excluded_investors: Vec<InvestorType>,
    /// Help wanted beside money.
    pub help_wanted: Vec<HelpKind>,
    /// Last day for an answer.
    pub deadline: Option<NaiveDate>,
    /// First day in public.
    pub published_on: Option<NaiveDate>,
    /// Last day on which the owner said that it is all still true.
    pub confirmed_on: Option<NaiveDate>,
    /// Where the listing stands.
    pub state: ListingState,
    /// Who financed it in the historical record; never part of the listing.
    pub recorded_financier: Option<SingleLine>,
    /// Year of the historical record.
    pub recorded_year: Option<i32>,
    /// Which fields are shown to whom.
    #[serde(default)]
    pub disclosure: Disclosure,
    /// Origin.
    pub provenance: Provenance,
}

/// A project whose facts hold together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ProjectFacts", into = "ProjectFacts")]
pub struct Project(ProjectFacts);

impl std::ops::Deref for Project {
    type Target = ProjectFacts;
    fn deref(&self) -> &ProjectFacts {
        &self.0
    }
}

impl TryFrom<ProjectFacts> for Project {
    type Error = FieldErrors;

    fn try_from(facts: ProjectFacts) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let pct_0_100 = |pct: Option<Pct>| pct.is_none_or(|p| (0..=10_000).contains(&p.hundredths()));
        errors.check(
            facts.stage.is_none_or(|stage| stage.ladder() == facts.ladder),
            "stage",
            "the stage is one of the project's own ladder",
        );
        errors.check(
            (facts.kind == ProjectKind::StartupVenture) == (facts.ladder == StageLadder::Venture),
            "ladder",
            "a STARTUP_VENTURE stands on the venture ladder, every other kind on the infrastructure ladder",
        );
        if let (Some(slice), Some(gap)) = (facts.min_slice, facts.gap) {
            errors.check(
                slice.currency() == gap.currency(),
                "min_slice_amount",
                "a slice has the gap's currency",
            );
            errors.check(
                slice.minor() <= gap.minor(),
                "min_slice_amount",
                "a slice is at most the funding gap",
            );
        }
        errors.check(
            facts.min_slice.is_none() || facts.gap.is_some(),
            "gap_amount",
            "a slice needs a funding gap",
        );
        errors.check(facts.gap.is_none_or(|gap| gap.minor() > 0), "gap_amount", "a funding gap is above 0");
        errors.check(
            !facts.contract.is_some_and(ContractType::is_ppp) || facts.public_authority.is_some(),
            "public_authority",
            "a public-private partnership names its public authority",
        );
        errors.check(
            facts.tenor_months.is_none_or(|t| (1..=1200).contains(&t)),
            "tenor_months",
            "1 to 1200 months",
        );
        errors.check(!facts.locations.is_empty(), "countries", "a project names at least one country");
        errors.check(facts.locations.len() <= 50, "countries", "at most 50 places");
        errors.check(
            pct_0_100(facts.impact.women_share),
            "women_share_pct",
            "a share lies between 0 and 100",
        );
        errors.check(pct_0_100(facts.impact.coverage_baseline), "coverage_baseline_pct", "between 0 and 100");
        errors.check(pct_0_100(facts.impact.coverage_target), "coverage_target_pct", "between 0 and 100");
        if let (Some(from), Some(to)) = (facts.impact.coverage_baseline, facts.impact.coverage_target) {
            errors.check(from <= to, "coverage_target_pct", "the target is not below the baseline");
        }
        let items: std::collections::BTreeSet<_> = facts.readiness.iter().map(|entry| entry.item).collect();
        errors.check(
            items.len() == facts.readiness.len(),
            "readiness",
            "name each item of the checklist once",
        );
        errors.into_result(Self(facts))
    }
}

impl Project {
    /// The project as a score may read it: without what its owner keeps back until an introduction. A score made of
    /// that would tell it, question by question, to whoever can change a mandate. What the kind and the ladder are here
    /// says nothing where they are kept back.
    #[must_use]
    pub fn as_scored(&self) -> Self {
        use crate::disclosure::{ListingField as F, Rung};
        let keeps = |field: F| !self.disclosure.shows(field, Rung::Matched);
        let mut facts = self.0.clone();
        if keeps(F::Kind) {
            facts.kind = ProjectKind::Infrastructure;
            facts.works = None;
            facts.innovation = None;
        }
        if keeps(F::Stage) {
            facts.stage = None;
            facts.lifecycle = None;
        }
        if keeps(F::Kind) && keeps(F::Stage) {
            facts.ladder = StageLadder::Infrastructure;
        }
        if keeps(F::Contract) {
            facts.contract = None;
        }
        if keeps(F::Gap) {
            facts.gap = None;
            facts.min_slice = None;
        }
        if keeps(F::Instruments) {
            facts.instruments = None;
            facts.concessional = None;
            facts.tenor_months = None;
        }
        if keeps(F::Return) {
            facts.return_pct = None;
        }
        if keeps(F::Readiness) {
            facts.readiness = Vec::new();
            facts.flags = Vec::new();
        }
        if keeps(F::Impact) {
            facts.impact = Impact::default();
        }
        if keeps(F::HelpWanted) {
            facts.help_wanted = Vec::new();
        }
        if keeps(F::City) {
            for location in &mut facts.locations {
                location.city_geonames = None;
                location.position = None;
            }
        }
        Self(facts)
    }
}

impl From<Project> for ProjectFacts {
    fn from(project: Project) -> Self {
        project.0
    }
}

impl Project {
    /// Whether money from a country would cross a border: it is none of the project's (article row 7.1).
    pub fn is_across_the_border_from(&self, investor: CountryCode) -> bool {
        self.locations.iter().all(|location| location.country != investor)
    }

    /// The countries, each once, in the order of the listing.
    pub fn countries(&self) -> Vec<CountryCode> {
        let mut countries: Vec<CountryCode> = Vec::new();
        for location in &self.locations {
            if !countries.contains(&location.country) {
                countries.push(location.country);
            }
        }
        countries
    }
}
