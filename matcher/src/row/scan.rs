//! What a scan over all projects reads of each: two lines of the cache, and the numbers of the lists that it shares
//! with others. A mandate answers each list once and not once for each project.

use std::collections::HashMap;

use domain::{
    Vocabulary,
    id::Id,
    organisation::Organisation,
    value::{CountryCode, Currency},
    vocabulary::{
        ContractType, CooperationField, InfrastructureStage, Instrument, InvestmentStage, ScreeningStatus,
        StageLadder, VentureStage, VerificationLevel,
    },
};

use super::{Amount, Day, Facet, OrganisationRow, ProjectRow, Veil, stage_slot};
use crate::{Micro, grade::Grade};

/// The part of a grade by which lists are ordered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    pub(super) point: Micro,
    pub(super) known: Micro,
    pub(super) applicable: bool,
}

impl Estimate {
    const fn of(grade: Grade) -> Self {
        Self { point: grade.point, known: grade.known, applicable: grade.applicable }
    }

    /// A grade with this point and this known share; its ends say nothing.
    const fn grade(self) -> Grade {
        let Self { point, known, applicable } = self;
        Grade { low: point, point, high: point, known, applicable }
    }
}

/// An amount without its currency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    minor: i64,
    /// -1 where no rate is known; an amount is never negative.
    euro_cents: i64,
}

/// A project as a scan reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScanRow {
    pub(super) gap: Packed,
    pub(super) slice: Packed,
    /// Number of the list of fields.
    pub(crate) fields: u32,
    /// Number of the list of countries.
    pub(crate) countries: u32,
    /// Number of the list of instruments.
    pub(crate) instruments: u32,
    /// Number of the list of cities.
    pub(crate) cities: u32,
    /// Number of the owner.
    pub(crate) owner: u32,
    pub(super) ready: Estimate,
    pub(super) inclusion: Estimate,
    /// Expected return in hundredths of a percent.
    pub(crate) return_hundredths: Option<i32>,
    /// First day in public.
    pub(crate) published_on: Option<Day>,
    /// Last confirmation.
    pub(crate) confirmed_on: Option<Day>,
    /// Kinds of investors not wanted, as bits.
    pub(crate) excluded_investors: u32,
    /// Tenor in months.
    pub(crate) tenor_months: Option<u16>,
    /// The contract as a bit; none where there is none.
    pub(crate) contract: u32,
    /// The kind as a bit.
    pub(crate) kind: u16,
    pub(super) gap_currency: Option<Currency>,
    pub(super) slice_currency: Option<Currency>,
    /// Place of ladder and stage in [`stages`].
    pub(crate) stage: u8,
    /// Help wanted, as bits.
    pub(crate) help_wanted: u8,
    /// Whether the listing is in public.
    pub(crate) ranked: bool,
    /// Whether it keeps back what a score is made of: from the public, and from those with an account.
    pub(crate) veiled: [bool; 2],
    /// Whether it keeps back from those with an account whose it is.
    pub(crate) hides_owner: bool,
}

impl ScanRow {
    /// Funding gap.
    #[inline]
    pub(crate) fn gap(&self) -> Option<Amount> {
        amount(self.gap, self.gap_currency)
    }

    /// Smallest slice.
    #[inline]
    pub(crate) fn slice(&self) -> Option<Amount> {
        amount(self.slice, self.slice_currency)
    }

    /// Readiness; only point and known share count.
    #[inline]
    pub(crate) const fn ready(&self) -> Grade {
        self.ready.grade()
    }

    /// Inclusion; only point and known share count.
    #[inline]
    pub(crate) const fn inclusion(&self) -> Grade {
        self.inclusion.grade()
    }
}

#[inline]
fn amount(packed: Packed, currency: Option<Currency>) -> Option<Amount> {
    let euro_cents = (packed.euro_cents >= 0).then_some(packed.euro_cents);
    currency.map(|currency| Amount { currency, minor: packed.minor, euro_cents })
}

fn packed(amount: Option<Amount>) -> Packed {
    amount.map_or(Packed { minor: 0, euro_cents: -1 }, |amount| Packed {
        minor: amount.minor,
        euro_cents: amount.euro_cents.unwrap_or(-1),
    })
}

/// Stages of a ladder and none.
const STAGES_OF_LADDER: usize = InvestmentStage::RUNGS * 2 + 1;

/// Every ladder with every stage, in the order of their places.
pub(crate) fn stages() -> impl Iterator<Item = (StageLadder, Option<InvestmentStage>)> {
    StageLadder::ALL.iter().flat_map(|ladder| {
        let infrastructure = InfrastructureStage::ALL.iter().copied().map(InvestmentStage::Infrastructure);
        let ventures = VentureStage::ALL.iter().copied().map(InvestmentStage::Venture);
        let stages = infrastructure.chain(ventures).map(Some).chain([None]);
        stages.map(|stage| (*ladder, stage))
    })
}

fn stage_place(ladder: StageLadder, stage: Option<InvestmentStage>) -> u8 {
    let slot = stage.map_or(STAGES_OF_LADDER.saturating_sub(1), stage_slot);
    let place = ladder.index().saturating_mul(STAGES_OF_LADDER).saturating_add(slot);
    u8::try_from(place).unwrap_or(u8::MAX)
}

/// What a scan reads of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnerFacts {
    /// Who.
    pub(crate) id: Id<Organisation>,
    /// How far its identity is proved.
    pub(crate) verification: VerificationLevel,
    /// Result of screening.
    pub(crate) screening: ScreeningStatus,
    /// Day of screening.
    pub(crate) screened_on: Option<Day>,
    /// Whether its beneficial owners are known.
    pub(crate) names_owners: bool,
}

impl OwnerFacts {
    fn of(row: &OrganisationRow) -> Self {
        Self {
            id: row.id,
            verification: row.verification,
            screening: row.screening,
            screened_on: row.screened_on,
            names_owners: !row.owners.is_empty(),
        }
    }
}

/// All projects as a scan reads them, in the order of the table of projects, with the lists that they share.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScanTable {
    rows: Vec<ScanRow>,
    /// Lists of fields.
    pub(crate) fields: Facet<(CooperationField, u16)>,
    /// Lists of countries.
    pub(crate) countries: Facet<CountryCode>,
    /// Lists of instruments.
    pub(crate) instruments: Facet<(Instrument, u16)>,
    /// Lists of cities.
    pub(crate) cities: Facet<u32>,
    owners: HashMap<Id<Organisation>, u32>,
    owner_facts: Vec<Option<OwnerFacts>>,
}

impl ScanTable {
    /// The rows.
    pub(crate) fn rows(&self) -> &[ScanRow] {
        &self.rows
    }

    /// Owners by number; none where the organisation is not in the catalog.
    pub(crate) fn owners(&self) -> &[Option<OwnerFacts>] {
        &self.owner_facts
    }

    /// Puts a project at its place in the table of projects.
    pub(crate) fn put(&mut self, place: usize, project: &ProjectRow) {
        // The new lists are taken first, so that what does not change keeps its numbers.
        let row = ScanRow {
            gap: packed(project.gap),
            slice: packed(project.slice),
            fields: self.fields.take(&project.fields),
            countries: self.countries.take(&project.countries),
            instruments: self.instruments.take(&project.instruments),
            cities: self.cities.take(&project.cities),
            owner: self.owner(project.owner),
            ready: Estimate::of(project.ready),
            inclusion: Estimate::of(project.inclusion),
            return_hundredths: project.return_hundredths,
            published_on: project.published_on,
            confirmed_on: project.confirmed_on,
            excluded_investors: project.excluded_investors,
            tenor_months: project.tenor_months,
            contract: project.contract.map_or(0, contract_bit),
            kind: project.kind_bits(),
            gap_currency: project.gap.map(|gap| gap.currency),
            slice_currency: project.slice.map(|slice| slice.currency),
            stage: stage_place(project.ladder, project.stage),
            help_wanted: project.help_wanted,
            ranked: project.state.is_ranked(),
            veiled: [project.veil_public, project.veil_registered].map(|veil| veil.hides(Veil::SCORED)),
            hides_owner: project.hides_owner(),
        };
        match self.rows.get_mut(place) {
            Some(slot) => {
                let old = std::mem::replace(slot, row);
                self.release(&old);
            }
            None => self.rows.push(row),
        }
    }

    /// Takes a row out; the last one takes its place, as in the table of projects.
    pub(crate) fn take(&mut self, place: usize) {
        if place < self.rows.len() {
            let old = self.rows.swap_remove(place);
            self.release(&old);
        }
    }

    /// The places of the projects of an organisation.
    pub(crate) fn places_of(&self, owner: Id<Organisation>) -> impl Iterator<Item = usize> {
        let number = self.owners.get(&owner).copied();
        let rows = number.map(|_| self.rows.as_slice()).unwrap_or_default();
        rows.iter().enumerate().filter(move |(_, row)| Some(row.owner) == number).map(|(place, _)| place)
    }

    /// Whether what a scan reads of an organisation is noted as it is.
    pub(crate) fn knows_owner(&self, row: &OrganisationRow) -> bool {
        let noted = self.owners.get(&row.id).and_then(|number| self.owner_facts.get(*number as usize));
        noted == Some(&Some(OwnerFacts::of(row)))
    }

    /// Notes what a scan reads of an organisation.
    pub(crate) fn put_owner(&mut self, row: &OrganisationRow) {
        let facts = OwnerFacts::of(row);
        let number = self.owner(row.id);
        if let Some(slot) = self.owner_facts.get_mut(number as usize) {
            *slot = Some(facts);
        }
    }

    fn owner(&mut self, id: Id<Organisation>) -> u32 {
        let next = u32::try_from(self.owner_facts.len()).unwrap_or(u32::MAX);
        let number = *self.owners.entry(id).or_insert(next);
        if number == next {
            self.owner_facts.push(None);
        }
        number
    }

    fn release(&mut self, row: &ScanRow) {
        self.fields.release(row.fields);
        self.countries.release(row.countries);
        self.instruments.release(row.instruments);
        self.cities.release(row.cities);
    }
}

/// A contract as a bit.
pub(crate) fn contract_bit(contract: ContractType) -> u32 {
    1_u32.checked_shl(contract as u32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fills_two_lines_of_the_cache_and_bits_do_not_run_over() {
        assert!(size_of::<ScanRow>() <= 128, "{}", size_of::<ScanRow>());
        assert!(ContractType::ALL.len() <= 32);
        assert!(domain::vocabulary::ProjectKind::ALL.len() <= 16);
    }

    #[test]
    fn every_stage_has_a_place_of_its_own() {
        let all: Vec<_> = stages().collect();
        assert_eq!(all.len(), STAGES_OF_LADDER * 2);
        for (ladder, stage) in &all {
            let place = usize::from(stage_place(*ladder, *stage));
            assert_eq!(all[place], (*ladder, *stage));
        }
    }
}
