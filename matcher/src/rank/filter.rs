//! What a viewer wants to see of a list. A filter never changes a score.

use std::collections::HashSet;

use domain::{
    id::Id,
    project::Project,
    value::CountrySet,
    vocabulary::{FieldSet, Instrument, InvestmentStage, ProjectKind},
};

use crate::{
    row::{Amount, CityRow, MandateRow, ProjectRow, Veil},
    score::{Interval, MicroPoints},
};

/// Who reads a list: what a listing keeps back from a reader, no filter tells that reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reader {
    /// The platform, and whoever sees all of every listing.
    #[default]
    Inside,
    /// Somebody without an account.
    Public,
    /// Somebody with one.
    Registered,
}

impl Reader {
    /// What a listing keeps back from the reader.
    pub const fn veil(self, row: &ProjectRow) -> Veil {
        match self {
            Self::Inside => Veil::NONE,
            Self::Public => row.veil_public,
            Self::Registered => row.veil_registered,
        }
    }
}

/// Filter on projects; an empty part lets everything through.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpportunityFilter {
    /// Any of these fields.
    pub fields: FieldSet,
    /// Any of these countries.
    pub countries: CountrySet,
    /// Any of these kinds.
    pub kinds: Vec<ProjectKind>,
    /// Any of these stages.
    pub stages: Vec<InvestmentStage>,
    /// Any of these instruments.
    pub instruments: Vec<Instrument>,
    /// At least this gap; projects without a comparable gap are left out.
    pub min_gap: Option<Amount>,
    /// At most this gap; projects without a comparable gap are left out.
    pub max_gap: Option<Amount>,
    /// At least this score.
    pub min_score: Option<MicroPoints>,
    /// Only these projects, such as the hits of a search.
    pub only: Option<HashSet<Id<Project>>>,
    /// Who reads.
    pub reader: Reader,
    /// Leave out listings that keep back from the reader what a score is made of: else a reader who can change the
    /// mandate could find it out, question by question.
    pub only_told: bool,
}

impl OpportunityFilter {
    /// Whether every project passes whose score may be told, its score aside.
    pub fn lets_all_through(&self) -> bool {
        let Self {
            fields,
            countries,
            kinds,
            stages,
            instruments,
            min_gap,
            max_gap,
            min_score: _,
            only,
            reader: _,
            only_told: _,
        } = self;
        fields.0 == 0
            && countries.is_empty()
            && kinds.is_empty()
            && stages.is_empty()
            && instruments.is_empty()
            && min_gap.is_none()
            && max_gap.is_none()
            && only.is_none()
    }

    /// Whether an answer would tell the reader what a listing keeps back.
    fn would_tell(&self, veil: Veil) -> bool {
        let asks_gap = self.min_gap.is_some() || self.max_gap.is_some();
        [
            (self.only_told, Veil::SCORED),
            (!self.kinds.is_empty(), Veil::KIND),
            (!self.stages.is_empty(), Veil::STAGE),
            (!self.instruments.is_empty(), Veil::INSTRUMENTS),
            (asks_gap, Veil::GAP),
        ]
        .into_iter()
        .any(|(asks, part)| asks && veil.hides(part))
    }

    /// Whether a project passes, its score aside.
    pub fn admits(&self, row: &ProjectRow) -> bool {
        let gap_at_least = |bound: Option<Amount>, least: bool| {
            bound.is_none_or(|bound| {
                row.gap
                    .and_then(|gap| gap.comparable(bound))
                    .is_some_and(|(gap, bound)| if least { gap >= bound } else { gap <= bound })
            })
        };
        !self.would_tell(self.reader.veil(row))
            && (self.fields.0 == 0 || self.fields.0 & row.field_set.0 != 0)
            && (self.countries.is_empty() || row.countries.iter().any(|c| self.countries.contains(*c)))
            && (self.kinds.is_empty() || row.kind.is_some_and(|kind| self.kinds.contains(&kind)))
            && (self.stages.is_empty() || row.stage.is_some_and(|stage| self.stages.contains(&stage)))
            && (self.instruments.is_empty() || {
                let wanted = self.instruments.iter().fold(0, |set, i| set | MandateRow::instrument_bit(*i));
                row.instruments.iter().any(|(i, _)| MandateRow::instrument_bit(*i) & wanted != 0)
            })
            && gap_at_least(self.min_gap, true)
            && gap_at_least(self.max_gap, false)
            && self.only.as_ref().is_none_or(|only| only.contains(&row.id))
    }

    /// Whether a score passes.
    pub fn admits_score(&self, score: &Interval) -> bool {
        self.min_score.is_none_or(|least| score.point >= least)
    }
}

/// Filter on cities; an empty part lets everything through.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CityFilter {
    /// Any of these countries.
    pub countries: CountrySet,
    /// Offering any of these fields.
    pub offers: FieldSet,
    /// Needing any of these fields.
    pub needs: FieldSet,
    /// At least so many inhabitants; cities of unknown size are left out.
    pub min_population: Option<u32>,
    /// At most so many inhabitants; cities of unknown size are left out.
    pub max_population: Option<u32>,
    /// At least this score.
    pub min_score: Option<MicroPoints>,
}

impl CityFilter {
    /// Whether a city passes, its score aside.
    pub fn admits(&self, row: &CityRow) -> bool {
        (self.countries.is_empty() || self.countries.contains(row.country))
            && (self.offers.0 == 0 || self.offers.0 & row.offer_set.0 != 0)
            && (self.needs.0 == 0 || self.needs.0 & row.need_set.0 != 0)
            && self.min_population.is_none_or(|least| row.population.is_some_and(|people| people >= least))
            && self.max_population.is_none_or(|most| row.population.is_some_and(|people| people <= most))
    }
}
