//! Filters: what of a list is shown. They never change a score.

use async_graphql::{ID, InputObject, Result};
use domain::{
    capability::CapabilityDirection,
    value::{CountryCode, CountrySet},
    vocabulary::{CooperationField, Instrument, ProjectKind},
};
use matcher::{
    rank::{CityFilter, OpportunityFilter, Reader},
    row::World,
    score::FULL,
};

use super::{
    super::code::{Code, Stage},
    MoneyInput, wrong,
};
use crate::app::CapabilityFilter;

/// Filter on projects; a part that is not given lets everything through.
#[derive(Debug, Clone, Default, InputObject)]
#[graphql(name = "OpportunityFilter")]
pub struct OpportunityFilterInput {
    /// Any of these fields.
    pub fields: Option<Vec<Code<CooperationField>>>,
    /// Any of these countries, by ISO code.
    pub countries: Option<Vec<String>>,
    /// Any of these kinds.
    pub kinds: Option<Vec<Code<ProjectKind>>>,
    /// Any of these stages.
    pub stages: Option<Vec<Stage>>,
    /// Any of these instruments.
    pub instruments: Option<Vec<Code<Instrument>>>,
    /// At least this gap.
    pub min_gap: Option<MoneyInput>,
    /// At most this gap.
    pub max_gap: Option<MoneyInput>,
    /// At least this score, 0 to 100.
    pub min_score: Option<f64>,
    /// Words in names and summaries, in any script.
    pub text: Option<String>,
}

/// Parses countries.
pub(super) fn countries(codes: &[String], argument: &'static str) -> Result<Vec<CountryCode>> {
    if codes.len() > 250 {
        return Err(wrong(argument, "at most 250 countries"));
    }
    codes.iter().map(|code| code.parse().map_err(|error| wrong(argument, error))).collect()
}

fn score(points: Option<f64>) -> Result<Option<u32>> {
    points
        .map(|points| {
            if (0.0..=100.0).contains(&points) {
                Ok(((points * 1e6) as u32).min(FULL))
            } else {
                Err(wrong("filter.minScore", "a score lies between 0 and 100"))
            }
        })
        .transpose()
}

impl OpportunityFilterInput {
    /// The filter as the matcher takes it for a reader, and the text that is to be searched for.
    ///
    /// # Errors
    /// A part is wrong.
    pub fn parse(self, world: &World, reader: Reader) -> Result<(OpportunityFilter, Option<String>)> {
        let gap = |money: Option<MoneyInput>, argument| {
            money.map(|money| money.parse(argument).map(|money| world.amount(money))).transpose()
        };
        let filter = OpportunityFilter {
            fields: self.fields.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            countries: countries(&self.countries.unwrap_or_default(), "filter.countries")?
                .into_iter()
                .collect::<CountrySet>(),
            kinds: self.kinds.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            stages: self.stages.unwrap_or_default().into_iter().map(|stage| stage.0).collect(),
            instruments: self.instruments.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            min_gap: gap(self.min_gap, "filter.minGap")?,
            max_gap: gap(self.max_gap, "filter.maxGap")?,
            min_score: score(self.min_score)?,
            only: None,
            reader,
            only_told: false,
        };
        Ok((filter, self.text))
    }
}

/// Filter on cities; a part that is not given lets everything through.
#[derive(Debug, Clone, Default, InputObject)]
#[graphql(name = "CityFilter")]
pub struct CityFilterInput {
    /// Any of these countries, by ISO code.
    pub countries: Option<Vec<String>>,
    /// Offering any of these fields.
    pub offers: Option<Vec<Code<CooperationField>>>,
    /// Needing any of these fields.
    pub needs: Option<Vec<Code<CooperationField>>>,
    /// At least so many inhabitants.
    pub min_population: Option<u32>,
    /// At most so many inhabitants.
    pub max_population: Option<u32>,
    /// At least this score, 0 to 100.
    pub min_score: Option<f64>,
}

impl CityFilterInput {
    /// The filter as the matcher takes it.
    ///
    /// # Errors
    /// A part is wrong.
    pub fn parse(self) -> Result<CityFilter> {
        Ok(CityFilter {
            countries: countries(&self.countries.unwrap_or_default(), "filter.countries")?
                .into_iter()
                .collect(),
            offers: self.offers.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            needs: self.needs.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            min_population: self.min_population,
            max_population: self.max_population,
            min_score: score(self.min_score)?,
        })
    }
}

/// Filter on needs and offers of enterprises; a part that is not given lets everything through.
#[derive(Debug, Clone, Default, InputObject)]
#[graphql(name = "CapabilityFilter")]
pub struct CapabilityFilterInput {
    /// Needs or offers only.
    pub direction: Option<Code<CapabilityDirection>>,
    /// Any of these fields.
    pub fields: Option<Vec<Code<CooperationField>>>,
    /// For any of these countries, by ISO code; what can be had anywhere is shown too.
    pub countries: Option<Vec<String>>,
    /// Of this organisation.
    pub organisation_id: Option<ID>,
}

impl CapabilityFilterInput {
    /// The filter as the use case takes it.
    ///
    /// # Errors
    /// A part is wrong.
    pub fn parse(self) -> Result<CapabilityFilter> {
        let organisation = self.organisation_id.map(|id| {
            crate::id::decode_as(id.as_str()).map_err(|error| wrong("filter.organisationId", error))
        });
        Ok(CapabilityFilter {
            direction: self.direction.map(|code| code.0),
            fields: self.fields.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            countries: countries(&self.countries.unwrap_or_default(), "filter.countries")?
                .into_iter()
                .collect(),
            organisation: organisation.transpose()?,
        })
    }
}
