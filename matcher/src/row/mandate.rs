//! A mandate made ready to meet many projects: tables by field, country and stage.

use domain::{
    Vocabulary,
    id::Id,
    mandate::{Mandate, Strictness, Terms},
    organisation::Organisation,
    value::{CountryCode, CountrySet},
    vocabulary::{ContractType, CooperationField, FieldSet, Instrument, InvestmentStage},
};

use super::{Amount, ProjectRow, World, stage_slot};
use crate::grade::{Micro, ONE, ratio, times};

/// How a country stands to the places of a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceFit {
    /// Outside.
    Outside,
    /// Reached by 'anywhere'.
    Global,
    /// In a region that is named.
    Region,
    /// Named itself.
    Country,
}

impl PlaceFit {
    /// The value of the fit in millionths (section 5.3: country 1, region 0.7, global 0.4).
    pub const fn micro(self) -> Micro {
        match self {
            Self::Outside => 0,
            Self::Global => 400_000,
            Self::Region => 700_000,
            Self::Country => ONE,
        }
    }
}

/// Packed view of a mandate.
#[derive(Debug, Clone, PartialEq)]
pub struct MandateRow {
    /// Its id.
    pub id: Id<Mandate>,
    /// Whose it is.
    pub investor: Id<Organisation>,
    /// Whether its terms were inferred, so that a term not given is unknown and not absent.
    pub inferred: bool,
    /// Value of each field, by its place in the list; none where the mandate names no field.
    pub field_value: Option<[Micro; CooperationField::ALL.len()]>,
    /// Fields named.
    pub fields: FieldSet,
    /// Any field will do.
    pub generalist: bool,
    /// Fields excluded.
    pub excluded_fields: FieldSet,
    /// Kinds wanted as bits; none for any.
    pub kinds: u16,
    /// Whether the mandate says anything about places.
    pub names_places: bool,
    countries: CountrySet,
    regions: CountrySet,
    global: bool,
    /// Countries excluded.
    pub excluded_countries: CountrySet,
    /// Contracts excluded.
    pub excluded_contracts: Vec<ContractType>,
    /// Ticket bounds.
    pub ticket: Option<(Amount, Amount)>,
    /// Smallest distance to a wanted stage by slot, 9 where the mandate names none on that ladder.
    pub stage_distance: [u8; 18],
    /// Whether the mandate says anything about stages.
    pub names_stages: bool,
    /// Instruments offered, as bits; none where not stated.
    pub instruments: u16,
    /// Return looked for in hundredths of a percent.
    pub target_return: Option<i32>,
    /// Longest tenor in months.
    pub max_tenor: Option<u16>,
    /// Smallest stake in hundredths of a percent.
    pub min_stake: Option<i32>,
    /// Number of targets and articles put first.
    pub priorities: u32,
    /// Which of them each field serves, as bits, by the field's place in the list.
    served: Box<[u64]>,
    /// Will not stand beside a competitor of a holding.
    pub no_competitors: bool,
    /// Which terms are wishes.
    pub terms: Terms,
}

impl MandateRow {
    /// Packs a mandate.
    pub fn new(id: Id<Mandate>, investor: Id<Organisation>, mandate: &Mandate, world: &World) -> Self {
        let field_value = (!mandate.fields.is_empty()).then(|| {
            let strongest = mandate.fields.iter().map(|wanted| wanted.weight).max().unwrap_or(1);
            let mut values = [0; CooperationField::ALL.len()];
            for (slot, field) in values.iter_mut().zip(CooperationField::ALL) {
                *slot = mandate
                    .fields
                    .iter()
                    .map(|wanted| {
                        let weight = ratio(u64::from(wanted.weight), u64::from(strongest));
                        times(field.similarity(wanted.field).micro(), weight)
                    })
                    .max()
                    .unwrap_or(0);
            }
            values
        });
        let mut stage_distance = [9; 18];
        for (slot, distance) in stage_distance.iter_mut().enumerate() {
            let nearest = mandate.stages.iter().filter_map(|wanted| distance_to_slot(*wanted, slot)).min();
            if let Some(nearest) = nearest {
                *distance = u8::try_from(nearest).unwrap_or(9);
            }
        }
        let places = &mandate.places;
        let mut regions = CountrySet::default();
        for name in &places.regions {
            let region = world.region(name);
            CountryCode::all().filter(|code| region.contains(*code)).for_each(|code| regions.insert(code));
        }
        Self {
            id,
            investor,
            inferred: mandate.inferred,
            field_value,
            fields: mandate.fields.iter().map(|wanted| wanted.field).collect(),
            generalist: mandate.generalist,
            excluded_fields: mandate.excluded_fields.iter().copied().collect(),
            kinds: mandate.kinds.iter().fold(0, |set, kind| set | ProjectRow::kind_bit(*kind)),
            names_places: places.global || !places.countries.is_empty() || !places.regions.is_empty(),
            countries: places.countries.iter().copied().collect(),
            regions,
            global: places.global,
            excluded_countries: mandate.excluded_countries.iter().copied().collect(),
            excluded_contracts: mandate.excluded_contracts.clone(),
            ticket: mandate.ticket.map(|ticket| (world.amount(ticket.min), world.amount(ticket.max))),
            stage_distance,
            names_stages: !mandate.stages.is_empty(),
            instruments: mandate.instruments.iter().fold(0, |set, i| set | Self::instrument_bit(*i)),
            target_return: mandate.target_return_pct.map(domain::value::Pct::hundredths),
            max_tenor: mandate.max_tenor_months,
            min_stake: mandate.min_stake_pct.map(domain::value::Pct::hundredths),
            priorities: u32::try_from(mandate.sdg_targets.len().saturating_add(mandate.articles.len()))
                .unwrap_or(64)
                .min(64),
            served: CooperationField::ALL.iter().map(|field| priorities_served(mandate, *field)).collect(),
            no_competitors: mandate.no_competitors,
            terms: mandate.terms,
        }
    }

    /// An instrument as a bit.
    pub fn instrument_bit(instrument: Instrument) -> u16 {
        1_u16.checked_shl(instrument as u32).unwrap_or(0)
    }

    /// How a country stands to the mandate's places.
    pub fn place(&self, country: CountryCode) -> PlaceFit {
        if self.countries.contains(country) {
            PlaceFit::Country
        } else if self.regions.contains(country) {
            PlaceFit::Region
        } else if self.global {
            PlaceFit::Global
        } else {
            PlaceFit::Outside
        }
    }

    /// The value of a field in millionths; nothing where the mandate names none.
    pub fn value_of(&self, field: CooperationField) -> Micro {
        self.field_value.as_ref().and_then(|values| values.get(field.index())).copied().unwrap_or(0)
    }

    /// How many of the priorities a set of fields serves.
    pub fn priorities_met(&self, fields: impl Iterator<Item = CooperationField>) -> u32 {
        fields.filter_map(|field| self.served.get(field.index())).fold(0, |met, bits| met | bits).count_ones()
    }

    /// Rungs from a stage to the nearest wanted one; none where the mandate names none at all. Another ladder
    /// is nine away.
    pub fn distance(&self, stage: InvestmentStage) -> Option<u8> {
        self.names_stages.then(|| self.stage_distance.get(stage_slot(stage)).copied().unwrap_or(9))
    }

    /// Whether a gate on a term excludes.
    pub fn is_hard(strictness: Strictness) -> bool {
        strictness == Strictness::Hard
    }
}

fn distance_to_slot(wanted: InvestmentStage, slot: usize) -> Option<usize> {
    let same_ladder = (slot < InvestmentStage::RUNGS) == (stage_slot(wanted) < InvestmentStage::RUNGS);
    same_ladder.then(|| stage_slot(wanted).abs_diff(slot))
}

/// Which of a mandate's targets and articles a field serves, as bits in the mandate's order; at most 64.
fn priorities_served(mandate: &Mandate, field: CooperationField) -> u64 {
    let codes = field.codes();
    let targets = mandate.sdg_targets.iter().map(|target| codes.sdg.contains(&target.as_str()));
    let articles = mandate.articles.iter().map(|article| codes.articles.contains(article));
    targets
        .chain(articles)
        .take(64)
        .enumerate()
        .filter(|(_, served)| *served)
        .fold(0, |bits, (place, _)| bits | 1_u64.checked_shl(u32::try_from(place).unwrap_or(64)).unwrap_or(0))
}
