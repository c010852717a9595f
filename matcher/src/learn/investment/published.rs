//! What the published policy says of an investor and a company where only past deals are on record: the mandate is
//! inferred from them, and what deals cannot tell (terms, readiness, trust, impact, replies, help) stays unknown.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: sorted lists are asked within their lengths; shares are floating point"
)]

use std::collections::HashMap;

use super::{
    data::{Round, Stage},
    history::History,
};
use crate::{
    grade::{Grade, ONE, micro},
    learn::table::Day,
    policy::Policy,
    score::{MicroPoints, mutual, side},
};

/// Deals of this many days before the cut tell the fields (section 5.3: the last five years').
const FIELD_DAYS: Day = 1826;

/// A mandate inferred from past deals.
#[derive(Debug)]
pub struct Mandate<'h> {
    history: &'h History<'h>,
    investor: u32,
    tags: HashMap<u32, f32>,
    ticket: Option<(f32, f32)>,
    stages: [f32; Stage::COUNT],
    places: HashMap<u32, f32>,
    deals: f32,
}

impl<'h> Mandate<'h> {
    /// The mandate of an investor.
    pub fn new(history: &'h History<'h>, investor: u32) -> Self {
        let mut mandate = Self {
            history,
            investor,
            tags: HashMap::new(),
            ticket: None,
            stages: [0.0; Stage::COUNT],
            places: HashMap::new(),
            deals: 0.0,
        };
        let mut amounts = Vec::new();
        for deal in &history.deals[investor as usize] {
            let company = history.company(deal.round.company);
            mandate.deals += 1.0;
            mandate.stages[deal.round.stage as usize] += 1.0;
            if deal.round.day >= history.cut - FIELD_DAYS {
                for tag in &company.tags {
                    *mandate.tags.entry(*tag).or_insert(0.0) += 1.0;
                }
            }
            for place in [company.country, company.state] {
                if place != 0 {
                    *mandate.places.entry(place).or_insert(0.0) += 1.0;
                }
            }
            amounts.extend(deal.round.amount);
        }
        amounts.sort_by(f32::total_cmp);
        if !amounts.is_empty() {
            let last = amounts.len() - 1;
            mandate.ticket = Some((amounts[last / 10], amounts[last - last / 10]));
        }
        mandate
    }

    /// Micro-points of the pair under a policy: both sides and their fusion.
    pub fn score(&self, policy: &Policy, ask: &Round) -> MicroPoints {
        let (field, ticket, stage) = (self.field(ask), self.ticket(ask), self.stage(ask));
        let place = self.place(ask);
        // In the order of the policy's criteria.
        let investor = [
            field,
            ticket,
            stage,
            Grade::MISSING,
            place,
            Grade::MISSING,
            Grade::MISSING,
            Grade::MISSING,
            self.ties(ask),
        ];
        let project = [
            field,
            self.money(ask),
            Grade::MISSING,
            self.habit(ask),
            place,
            Grade::MISSING,
            Grade::MISSING,
            Grade::MISSING,
        ];
        mutual(policy.fusion, &side(&policy.investor, &investor), &side(&policy.project, &project)).point
    }

    /// Share of the deals of five years that had the company's most usual tag.
    fn field(&self, ask: &Round) -> Grade {
        let tags = &self.history.company(ask.company).tags;
        if tags.is_empty() || self.tags.is_empty() {
            return Grade::MISSING;
        }
        let best = tags.iter().filter_map(|tag| self.tags.get(tag)).fold(0.0_f32, |a, b| a.max(*b));
        Grade::known(micro(f64::from(best) / f64::from(self.deals)))
    }

    /// The ticket's formula, the tickets being the middle eight tenths of past rounds.
    fn ticket(&self, ask: &Round) -> Grade {
        let Some(((low, high), gap)) = self.ticket.zip(ask.amount) else { return Grade::MISSING };
        let (low, high, gap) = (f64::from(low), f64::from(high), f64::from(gap));
        let off = if gap < low { low / gap } else { (gap / high).max(1.0) };
        Grade::known(if off <= 1.0 {
            ONE
        } else if off >= 2.0 {
            0
        } else {
            micro(0.6 * (1.0 - libm::log2(off)))
        })
    }

    fn money(&self, ask: &Round) -> Grade {
        let Some(((_, high), gap)) = self.ticket.zip(ask.amount) else { return Grade::MISSING };
        Grade::known(micro(f64::from(high / gap).min(1.0)))
    }

    /// 1 where the stage is among the past ones, 0.5 a step beside them.
    fn stage(&self, ask: &Round) -> Grade {
        let Some(step) = ask.stage.step() else { return Grade::MISSING };
        let nearest = LADDER
            .iter()
            .filter(|stage| self.stages[**stage as usize] > 0.0)
            .filter_map(|stage| stage.step())
            .map(|own| (own - step).abs())
            .fold(f32::INFINITY, f32::min);
        Grade::known(if nearest < 0.5 {
            ONE
        } else if nearest < 1.5 {
            ONE / 2
        } else {
            0
        })
    }

    /// Share of past deals at this stage or a step beside it.
    fn habit(&self, ask: &Round) -> Grade {
        let Some(step) = ask.stage.step() else { return Grade::MISSING };
        let beside: f32 = LADDER
            .iter()
            .filter(|stage| stage.step().is_some_and(|own| (own - step).abs() < 1.5))
            .map(|stage| self.stages[*stage as usize])
            .sum();
        Grade::known(micro(f64::from(beside / self.deals)))
    }

    /// 1 in a state with a past deal, 0.7 in such a country, else 0.4; kilometres have no weight.
    fn place(&self, ask: &Round) -> Grade {
        let company = self.history.company(ask.company);
        if company.country == 0 {
            return Grade::MISSING;
        }
        Grade::known(if self.places.contains_key(&company.state) {
            ONE
        } else if self.places.contains_key(&company.country) {
            700_000
        } else {
            400_000
        })
    }

    /// 1 - e^(-k/2) with two for each of the company's investors that invested with this one before.
    fn ties(&self, ask: &Round) -> Grade {
        let holders = &self.history.holders[ask.company as usize];
        let mine = &self.history.holdings[self.investor as usize];
        let tied = holders
            .iter()
            .filter(|holder| mine.iter().any(|holding| self.history.holds(**holder, holding.company)))
            .count();
        Grade::known(micro(1.0 - libm::exp(-(tied as f64))))
    }
}

/// Stages that stand on the ladder.
const LADDER: [Stage; 6] = [Stage::Seed, Stage::Venture, Stage::A, Stage::B, Stage::C, Stage::PrivateEquity];
