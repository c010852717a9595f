//! What each part of a project adds to both sides of a question at most, as tables.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: tables have a place for every byte or every value of a list; numbers are weights and shares"
)]

use domain::{
    Vocabulary,
    value::CountryCode,
    vocabulary::{CooperationField, Instrument, InvestmentStage},
};

use super::{
    block::{KINDS, city_bits},
    class::{Class, by_field, classes, field_classes, single_fields, stage_classes},
    row::{
        ANY, ANY_INSTRUMENT, ANY_KIND, ANYWHERE, CITIES, DEBT, EQUITY, LEAST_EUROS, MERIT, MOST_RETURN,
        NO_INSTRUMENT, NONE, PORTIONS, RETURN_ZERO, SEEKS_RETURN, SHUT, UNSTATED, VEILED_PUBLIC,
        VEILED_REGISTERED, city_step,
    },
};
use crate::{
    criterion::investor as seen,
    gate::{
        Outcome,
        investment::{self as gate, Foreign},
    },
    grade::{ONE, UNKNOWN_POINT},
    policy::Fusion,
    rank::{
        OpportunityFilter, Reader,
        answer::{Asker, OfStage},
    },
    row::{MandateRow, stages},
};

/// What a shut gate adds, so that the side falls below nothing.
pub(super) const SHUTS: f32 = -1e9;

/// The value of what is not known.
pub(super) const UNKNOWN: f32 = UNKNOWN_POINT as f32 / ONE as f32;

/// Largest relative error of a short number, and of a conversion of [`LEAST_EUROS`].
const SHORT: f64 = 1.0 / 1_024.0 + 3e-4;

/// Weights of the parts of the terms by class of instruments, and of the whole.
#[derive(Debug, Clone, Default)]
pub(super) struct TermWeights {
    pub(super) offered: [f32; 16],
    pub(super) rate: [f32; 16],
    pub(super) tenor: [f32; 16],
}

/// How money is measured against the ticket.
#[derive(Debug, Clone, Copy)]
pub(super) enum Money {
    /// The mandate names no ticket: nothing is known.
    Unknown,
    /// Nothing can be said by columns.
    Any,
    /// Ends of the ticket in euro cents: the lower a little low, the upper a little high, and the reciprocal of the upper
    /// a little low.
    Euros { lowest: f32, highest: f32, beyond: f32 },
}

/// Tables of what the parts of a project add at most.
#[derive(Debug, Clone)]
pub(super) struct Upper {
    pub(super) of_stages: Vec<OfStage>,
    pub(super) fusion: Fusion,
    /// Bits of a project that keep it out.
    pub(super) veil: u8,
    /// Nearness of each field, by portions.
    pub(super) nearness: [f32; 64],
    pub(super) nearness_classes: Vec<Class>,
    /// Nearness from which the gate on fields is open.
    pub(super) least_nearness: f32,
    /// Weight of nearness on both sides.
    pub(super) near: (f32, f32),
    /// Share of past deals by field; none where there are no deals to go by.
    pub(super) deals: Option<Box<[f32; 64]>>,
    pub(super) deal_classes: Vec<Class>,
    /// The best shares of deals.
    pub(super) best_deals: [f32; 4],
    pub(super) deals_weight: f32,
    /// Share of priorities by field; none where the share is the same for all.
    pub(super) priorities: Option<Box<[f32; 64]>>,
    pub(super) priority_classes: Vec<Class>,
    /// The share that is the same for all; none where no priority applies.
    pub(super) priority: Option<f32>,
    /// Stages seen by both sides.
    pub(super) stages: [[f32; 64]; 2],
    pub(super) stage_classes: [Vec<Class>; 2],
    /// Countries seen by both sides.
    pub(super) places: [[f32; 256]; 2],
    /// Nothing, or a shut gate, by country.
    pub(super) places_open: [f32; 256],
    /// Bits of a project that keep it out of a country.
    pub(super) law: [u8; 256],
    pub(super) offered: [f32; 16],
    /// Offered instruments, those not stated and those that may be any, as bits.
    pub(super) offers: u32,
    /// Instruments that are offered, and any, as bits.
    pub(super) offered_bits: u32,
    /// The share that counts for those of the first bits that are not of the second.
    pub(super) best_offer: f32,
    pub(super) least_offered: f32,
    pub(super) terms: [TermWeights; 2],
    pub(super) same_terms: bool,
    pub(super) terms_weight: [f32; 2],
    /// The step of the return that is looked for.
    pub(super) target: Option<f32>,
    /// Months into reciprocal of the longest tenor; none where the mandate names none.
    pub(super) tenor: Option<f32>,
    pub(super) money: Money,
    /// Whether the gate on the ticket shuts.
    pub(super) hard_ticket: bool,
    pub(super) ticket_weight: f32,
    pub(super) money_weight: f32,
    pub(super) kinds: [f32; 16],
    pub(super) kind_bits: u32,
    pub(super) help: [f32; 64],
    pub(super) help_classes: Vec<Class>,
    pub(super) ties: [f32; 64],
    /// Ties of none named, of a twin, and the bits of twins.
    pub(super) ties_bound: (f32, f32, u32),
    /// Weights of readiness and of trust by step, and of inclusion as a number up to one.
    pub(super) ready: f32,
    pub(super) trust: f32,
    pub(super) impact: f32,
    /// By what the investor's side grows where impact does not apply.
    pub(super) without_impact: f32,
    /// What the project's side owes to the investor.
    pub(super) reputation: f32,
}

impl Upper {
    /// The tables of a question.
    pub(super) fn new(asker: &Asker<'_>, filter: &OpportunityFilter) -> Self {
        let (mandate, investor) = (asker.mandate, asker.investor);
        let weights = asker.policy.investor.hundredths().map(f64::from);
        let [of_field, of_ticket, _, of_terms, _, of_ready, of_trust, of_impact, of_ties] = weights;
        let project_weights = asker.policy.project.hundredths().map(f64::from);
        let [to_field, to_money, to_terms, ..] = project_weights;
        let near_applies = mandate.field_value.is_some() || !mandate.generalist;
        let deals = investor.deals.with_field > 0;
        // What does not apply to any pair leaves its weight to the rest.
        let total = weights.iter().sum::<f64>() - if near_applies { 0.0 } else { of_field };
        let to_near = near_applies || deals;
        let project_total = project_weights.iter().sum::<f64>() - if to_near { 0.0 } else { to_field };
        let (total, project_total) = (total.max(1.0), project_total.max(1.0));
        let side = |weight: f64| (weight / total) as f32;
        let project_side = |weight: f64| (weight / project_total) as f32;
        let part = |weighted: u64| (weighted as f64 / (total * f64::from(ONE))) as f32;
        let project_part = |weighted: u64| (weighted as f64 / (project_total * f64::from(ONE))) as f32;

        let value = |field: CooperationField| match mandate.field_value {
            Some(_) => mandate.value_of(field) as f32 / ONE as f32,
            None => UNKNOWN,
        };
        let nearness =
            by_field(value, CooperationField::ALL.iter().map(|field| value(*field)).fold(0.0, f32::max));
        let share = |field: CooperationField| {
            let count = investor.deals.by_field.get(field.index()).copied().unwrap_or(0);
            f32::from(count) / investor.deals.with_field.max(1) as f32
        };
        let deal_shares = by_field(share, 1.0);
        let mut best: Vec<f32> = CooperationField::ALL.iter().map(|field| share(*field)).collect();
        best.sort_unstable_by(|a, b| b.total_cmp(a));
        let met = |field: CooperationField| {
            mandate.priorities_met(std::iter::once(field)) as f32 / mandate.priorities.max(1) as f32
        };
        let priorities = by_field(met, 1.0);
        let hard_fields = MandateRow::is_hard(mandate.terms.fields);
        let gated = hard_fields && !mandate.generalist && mandate.field_value.is_some();

        let of_stages: Vec<OfStage> = stages().map(|(ladder, stage)| asker.stage(ladder, stage)).collect();
        let of_list: Vec<Option<InvestmentStage>> = stages().map(|(_, stage)| stage).collect();
        let mut stage_tables = [[SHUTS; 64]; 2];
        for (place, of) in of_stages.iter().enumerate().take(64) {
            let wanted = filter.stages.is_empty()
                || of_list.get(place).copied().flatten().is_some_and(|stage| filter.stages.contains(&stage));
            let open = if of.gates.failed() == 0 && wanted { 0.0 } else { SHUTS };
            stage_tables[0][place] = part(of.investor.weighted()) + open;
            stage_tables[1][place] = project_part(of.project.weighted());
        }

        let mut places = [[0.0_f32; 256]; 2];
        let mut places_open = [0.0; 256];
        let mut law = [0; 256];
        let unsaid = asker.countries(&[]);
        let unsaid = [part(unsaid.investor.weighted()), project_part(unsaid.project.weighted())];
        for (side, unsaid) in places.iter_mut().zip(unsaid) {
            side[usize::from(ANYWHERE)] = unsaid;
        }
        for country in CountryCode::all() {
            let of = asker.countries(&[country]);
            let place = country.index() & 255;
            places[0][place] = part(of.investor.weighted());
            places[1][place] = project_part(of.project.weighted());
            let wanted = filter.countries.is_empty() || filter.countries.contains(country);
            places_open[place] = if of.gates.failed() == 0 && wanted { 0.0 } else { SHUTS };
            law[place] = if matches!(of.foreign, Foreign::Limited(Outcome::Fail)) { EQUITY } else { 0 };
        }
        for side in &mut places {
            side[usize::from(ANYWHERE)] = side.iter().copied().fold(0.0, f32::max);
        }

        let mut offered = [0.0; 16];
        let mut offers = 1_u32 << UNSTATED | 1 << ANY_INSTRUMENT;
        for instrument in Instrument::ALL {
            let yes = MandateRow::instrument_bit(*instrument) & mandate.instruments != 0;
            offered[instrument.index() & 15] = if yes { 1.0 } else { 0.0 };
            offers |= if yes { 1 << (instrument.index() & 15) } else { 0 };
        }
        offered[usize::from(UNSTATED)] = UNKNOWN;
        offered[usize::from(ANY_INSTRUMENT)] = 1.0;
        if mandate.instruments == 0 {
            offered = [UNKNOWN; 16];
            offers = u32::MAX;
        }
        offered[usize::from(NO_INSTRUMENT)] = 0.0;
        let hard_instruments = MandateRow::is_hard(mandate.terms.instruments) && mandate.instruments != 0;

        let mut kinds = [0.0; 16];
        kinds[usize::from(SHUT)] = SHUTS;
        let mut kind_bits = 0;
        // Who keeps the kind back is in no mandate's way, and in no list of a kind.
        let any = filter.kinds.is_empty();
        kinds[usize::from(ANY_KIND)] = if any { 0.0 } else { SHUTS };
        kind_bits |= if any { 1 << (KINDS + u32::from(ANY_KIND)) } else { 0 };
        for kind in domain::vocabulary::ProjectKind::ALL {
            let wanted = filter.kinds.is_empty() || filter.kinds.contains(kind);
            let taken = mandate.kinds == 0 || mandate.kinds & crate::row::ProjectRow::kind_bit(*kind) != 0;
            let open = wanted && taken;
            kinds[kind.index() & 15] = if open { 0.0 } else { SHUTS };
            kind_bits |= if open { 1 << (KINDS + kind.index() as u32) } else { 0 };
        }
        if !asker.constants.opens() {
            kinds = [SHUTS; 16];
            kind_bits = 0;
        }

        let help: [f32; 64] = std::array::from_fn(|wanted| project_part(asker.help(wanted as u8).weighted()));
        let tie = |twinned: Option<bool>| {
            let grade = seen::ties(twinned);
            (f64::from(grade.point) * of_ties / (total * f64::from(ONE))) as f32
        };
        let mut ties = [tie(Some(false)); 64];
        ties[usize::from(NONE)] = tie(None);
        ties[usize::from(ANY)] = tie(Some(true));
        let mut twins = 0;
        match investor.city {
            None => ties = [tie(None); 64],
            Some(city) => {
                for twin in asker.catalog.links().of(city) {
                    ties[usize::from(city_step(*twin))] = tie(Some(true));
                    twins |= city_bits(city_step(*twin));
                }
            }
        }
        let ties_bound = match investor.city {
            None => (tie(None), tie(None), u32::MAX),
            Some(_) => (tie(None), tie(Some(true)), twins),
        };

        let priority = (mandate.priorities == 0 && mandate.inferred).then_some(UNKNOWN);
        let has_priorities = mandate.priorities > 0 || priority.is_some();
        let veil = match (filter.only_told, filter.reader) {
            (false, _) | (true, Reader::Inside) => 0,
            (true, Reader::Public) => VEILED_PUBLIC,
            (true, Reader::Registered) => VEILED_REGISTERED,
        };
        let portions = |table: &[f32; 64]| table.map(|value| value / PORTIONS as f32);
        Self {
            fusion: asker.policy.fusion,
            veil,
            nearness_classes: field_classes(&nearness),
            nearness: portions(&nearness),
            least_nearness: if gated { 0.199_99 } else { -1.0 },
            near: (
                if near_applies { side(of_field) } else { 0.0 },
                if near_applies && !deals { project_side(to_field) * 0.7 } else { 0.0 },
            ),
            deal_classes: if deals { single_fields(&deal_shares) } else { Vec::new() },
            deals: deals.then(|| Box::new(deal_shares)),
            best_deals: [best[0], best[1], best[2], best[3]],
            deals_weight: if deals { project_side(to_field) } else { 0.0 },
            priority_classes: if mandate.priorities > 0 { field_classes(&priorities) } else { Vec::new() },
            priorities: (mandate.priorities > 0).then(|| Box::new(priorities)),
            priority,
            stage_classes: stage_tables.each_ref().map(stage_classes),
            stages: stage_tables,
            of_stages,
            places,
            places_open,
            law,
            offered: offered.map(|value| value / PORTIONS as f32),
            offers,
            offered_bits: if mandate.instruments == 0 { 0 } else { offers & !(1 << UNSTATED) },
            best_offer: UNKNOWN,
            least_offered: if hard_instruments { 1e-6 } else { -1.0 },
            terms: [term_weights(mandate, false), term_weights(mandate, true)],
            same_terms: seen::same_terms(mandate),
            terms_weight: [side(of_terms), project_side(to_terms)],
            target: mandate.target_return.map(|target| (target.min(MOST_RETURN) + RETURN_ZERO) as f32),
            tenor: mandate.max_tenor.map(|months| if months == 0 { 1e9 } else { 2.0 / f32::from(months) }),
            money: money(mandate),
            hard_ticket: gate::ticket_of(mandate, Some(3.0)) == Outcome::Fail,
            ticket_weight: side(of_ticket),
            money_weight: project_side(to_money),
            kinds,
            kind_bits,
            help_classes: classes((0..64_u8).map(|set| (1_u64 << set, help[usize::from(set)]))),
            help,
            ties,
            ties_bound,
            ready: side(of_ready) / MERIT as f32,
            trust: side(of_trust) / MERIT as f32,
            impact: side(of_impact),
            without_impact: if has_priorities || total <= of_impact {
                1.0
            } else {
                (total / (total - of_impact)) as f32
            },
            reputation: project_part(asker.constants.investor_alone().weighted()),
        }
    }

    /// Whether priorities apply.
    #[inline]
    pub(super) fn has_priorities(&self) -> bool {
        self.priorities.is_some() || self.priority.is_some()
    }
}

fn term_weights(mandate: &MandateRow, from_owner: bool) -> TermWeights {
    let mut weights = TermWeights::default();
    for class in 0..16_u8 {
        let rate =
            class & SEEKS_RETURN != 0 && (mandate.target_return.is_some() || mandate.inferred || from_owner);
        let tenor = class & DEBT != 0 && (mandate.max_tenor.is_some() || mandate.inferred);
        let (rate, tenor) = (if rate { 25.0 } else { 0.0 }, if tenor { 15.0 } else { 0.0 });
        let total = 60.0 + rate + tenor;
        let place = usize::from(class);
        weights.offered[place] = 60.0 / total;
        weights.rate[place] = rate / total;
        weights.tenor[place] = tenor / total;
    }
    weights
}

fn money(mandate: &MandateRow) -> Money {
    let Some((min, max)) = mandate.ticket else { return Money::Unknown };
    let (Some(lowest), Some(highest)) = (min.euro_cents, max.euro_cents) else { return Money::Any };
    if highest < LEAST_EUROS || min.currency != max.currency {
        return Money::Any;
    }
    // A small lower end is off by more than a conversion of a larger amount.
    let lowest = if lowest < LEAST_EUROS { 0.0 } else { lowest as f64 };
    Money::Euros {
        lowest: (lowest * (1.0 - SHORT)) as f32,
        highest: (highest as f64 * (1.0 + 3e-4)) as f32,
        beyond: ((1.0 - 3e-4) / highest as f64) as f32,
    }
}

/// Cities whose remainder stands for them.
const _: () = assert!(CITIES == NONE as u32);
