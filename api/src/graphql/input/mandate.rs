//! What an investor looks for, to be saved or not.

use async_graphql::{Enum, InputObject, Result};
use domain::{
    mandate::{Mandate, MandateFacts, Places, Strictness, Terms, Ticket, WantedField},
    provenance::Provenance,
    value::{Pct, SingleLine},
    vocabulary::{ContractType, CooperationField, Instrument, ProjectKind},
};

use super::{
    super::code::{Code, Stage},
    MoneyInput,
    filter::countries,
    wrong, wrong_part,
};

/// A term of a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum MandateTerm {
    /// Fields.
    Fields,
    /// Places.
    Places,
    /// Ticket.
    Ticket,
    /// Stages.
    Stages,
    /// Instruments.
    Instruments,
}

/// A field that is looked for.
#[derive(Debug, Clone, InputObject)]
pub struct WantedFieldInput {
    /// The field.
    pub field: Code<CooperationField>,
    /// 1 to 100, 100 where it is not given; the strongest counts in full, the others in proportion to it.
    pub weight: Option<u8>,
}

/// What an investor looks for. A part that is not given asks for nothing.
#[derive(Debug, Clone, InputObject)]
pub struct MandateInput {
    /// Fields looked for.
    pub fields: Option<Vec<WantedFieldInput>>,
    /// Any field will do.
    pub generalist: Option<bool>,
    /// Fields excluded.
    pub excluded_fields: Option<Vec<Code<CooperationField>>>,
    /// Kinds of projects.
    pub kinds: Option<Vec<Code<ProjectKind>>>,
    /// Countries by ISO code.
    pub countries: Option<Vec<String>>,
    /// Regions or subregions of the United Nations, such as `Eastern Africa`.
    pub regions: Option<Vec<String>>,
    /// Anywhere.
    pub global: Option<bool>,
    /// Countries excluded, by ISO code.
    pub excluded_countries: Option<Vec<String>>,
    /// Contracts excluded.
    pub excluded_contracts: Option<Vec<Code<ContractType>>>,
    /// Smallest ticket; given together with the largest.
    pub ticket_min: Option<MoneyInput>,
    /// Largest ticket; given together with the smallest.
    pub ticket_max: Option<MoneyInput>,
    /// Stages.
    pub stages: Option<Vec<Stage>>,
    /// Instruments offered.
    pub instruments: Option<Vec<Code<Instrument>>>,
    /// Return looked for, percent a year.
    pub target_return_pct: Option<f64>,
    /// Longest tenor, 1 to 1200 months.
    pub max_tenor_months: Option<u16>,
    /// Smallest stake, percent.
    pub min_stake_pct: Option<f64>,
    /// Targets of the Sustainable Development Goals put first, such as `9.c`.
    pub sdg_targets: Option<Vec<String>>,
    /// Articles of the proposal put first, 1 to 15.
    pub articles: Option<Vec<u8>>,
    /// Will not stand beside a competitor of a holding.
    pub no_competitors: Option<bool>,
    /// Terms that are wishes only; the others are hard.
    pub soft_terms: Option<Vec<MandateTerm>>,
}

impl MandateInput {
    /// The mandate, not saved.
    ///
    /// # Errors
    /// A part is wrong, or parts do not go together.
    pub fn parse(self) -> Result<Mandate> {
        self.named(SingleLine::new("unsaved mandate").map_err(|error| wrong("mandate", error))?)
    }

    /// The mandate under a name.
    ///
    /// # Errors
    /// A part is wrong, or parts do not go together.
    pub fn named(self, name: SingleLine) -> Result<Mandate> {
        let ticket = match (&self.ticket_min, &self.ticket_max) {
            (Some(min), Some(max)) => {
                Some(Ticket { min: min.parse("mandate.ticketMin")?, max: max.parse("mandate.ticketMax")? })
            }
            (None, None) => None,
            _ => return Err(wrong("mandate.ticketMin", "give both ticketMin and ticketMax, or neither")),
        };
        let soft = self.soft_terms.unwrap_or_default();
        let term = |term: MandateTerm| if soft.contains(&term) { Strictness::Soft } else { Strictness::Hard };
        let pct = |value: Option<f64>, argument| {
            value.map(|value| Pct::from_f64(value).map_err(|error| wrong(argument, error))).transpose()
        };
        let facts = MandateFacts {
            name,
            fields: self
                .fields
                .unwrap_or_default()
                .into_iter()
                .map(|wanted| WantedField { field: wanted.field.0, weight: wanted.weight.unwrap_or(100) })
                .collect(),
            generalist: self.generalist.unwrap_or(false),
            excluded_fields: self
                .excluded_fields
                .unwrap_or_default()
                .into_iter()
                .map(|code| code.0)
                .collect(),
            kinds: self.kinds.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            places: Places {
                countries: countries(&self.countries.unwrap_or_default(), "mandate.countries")?,
                regions: self.regions.unwrap_or_default(),
                global: self.global.unwrap_or(false),
            },
            excluded_countries: countries(
                &self.excluded_countries.unwrap_or_default(),
                "mandate.excludedCountries",
            )?,
            excluded_contracts: self
                .excluded_contracts
                .unwrap_or_default()
                .into_iter()
                .map(|code| code.0)
                .collect(),
            ticket,
            stages: self.stages.unwrap_or_default().into_iter().map(|stage| stage.0).collect(),
            instruments: self.instruments.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            target_return_pct: pct(self.target_return_pct, "mandate.targetReturnPct")?,
            max_tenor_months: self.max_tenor_months,
            min_stake_pct: pct(self.min_stake_pct, "mandate.minStakePct")?,
            security_wanted: None,
            sdg_targets: self.sdg_targets.unwrap_or_default(),
            articles: self.articles.unwrap_or_default(),
            no_competitors: self.no_competitors.unwrap_or(false),
            terms: Terms {
                fields: term(MandateTerm::Fields),
                places: term(MandateTerm::Places),
                ticket: term(MandateTerm::Ticket),
                stages: term(MandateTerm::Stages),
                instruments: term(MandateTerm::Instruments),
            },
            inferred: false,
            basis: None,
            provenance: Provenance::default(),
        };
        Mandate::try_from(facts).map_err(|errors| wrong_part("mandate", &errors))
    }
}
