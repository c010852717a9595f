//! What was known before a day: who held what, in which rounds, and what the market as a whole did.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: indices are numbers of the market's own names, sums are far below the limits of their types"
)]

use std::collections::HashMap;

use super::data::{Company, Deal, Market, Round, Stage};
use crate::learn::table::{Day, shared};

/// Days in which a deal's weight halves.
const HALF_LIFE_DAYS: f64 = 3.0 * 365.25;
/// The market's habits are those of this many days before the cut.
const MARKET_DAYS: Day = 3 * 365;

/// A company that an investor holds.
#[derive(Debug, Clone, Copy)]
pub struct Holding {
    /// The company.
    pub company: u32,
    /// The first deal in it.
    pub first: Day,
    /// Weight by the age of the last deal in it: 1 today, 0.5 after three years.
    pub weight: f32,
}

/// All that was known before a day.
#[derive(Debug)]
pub struct History<'m> {
    /// The whole market; only what lies before the cut is read of its rounds and deals.
    pub market: &'m Market,
    /// The day.
    pub cut: Day,
    /// Deals by investor, in the order of day.
    pub deals: Vec<Vec<Deal>>,
    /// Holdings by investor, in the order of the first deal.
    pub holdings: Vec<Vec<Holding>>,
    /// Investors by company, sorted.
    pub holders: Vec<Vec<u32>>,
    /// Rounds by company, in the order of day.
    pub rounds: Vec<Vec<Round>>,
    /// How telling a tag is: the logarithm of the inverse of the share of companies with it.
    pub tag_weight: Vec<f32>,
    /// Length of each company's tag vector under those weights.
    pub tag_length: Vec<f32>,
    /// Share of the market's recent deals by place (a city, a state or a country).
    pub place_share: Vec<f32>,
    /// Share of the market's recent deals whose company has a tag.
    pub tag_share: Vec<f32>,
    /// Share of the market's recent deals by stage.
    pub stage_share: [f32; Stage::COUNT],
}

/// The weight of a deal by its age.
pub(super) fn recency(cut: Day, day: Day) -> f32 {
    libm::exp2(-f64::from((cut - day).max(0)) / HALF_LIFE_DAYS) as f32
}

impl<'m> History<'m> {
    /// What was known before `cut`.
    pub fn before(market: &'m Market, cut: Day) -> Self {
        let investors = market.investor_ids.len();
        let companies = market.companies.len();
        let mut deals = vec![Vec::new(); investors];
        let mut holdings: Vec<Vec<Holding>> = vec![Vec::new(); investors];
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); companies];
        let mut place_share = vec![0.0_f32; market.places.len()];
        let mut tag_share = vec![0.0_f32; market.tags.len()];
        let mut stage_share = [0.0_f32; Stage::COUNT];
        let mut recent = 0.0_f32;
        let mut place: HashMap<(u32, u32), usize> = HashMap::new();
        for deal in market.deals.iter().take_while(|deal| deal.round.day < cut) {
            let Round { company, day, stage, .. } = deal.round;
            let owner = deal.investor as usize;
            deals[owner].push(*deal);
            let weight = recency(cut, day);
            let next = holdings[owner].len();
            let at = *place.entry((deal.investor, company)).or_insert(next);
            if at == next {
                holdings[owner].push(Holding { company, first: day, weight });
                holders[company as usize].push(deal.investor);
            } else {
                holdings[owner][at].weight = weight;
            }
            if day >= cut - MARKET_DAYS {
                recent += 1.0;
                let row = &market.companies[company as usize];
                for place in [row.country, row.state, row.city] {
                    place_share[place as usize] += 1.0;
                }
                for tag in &row.tags {
                    tag_share[*tag as usize] += 1.0;
                }
                stage_share[stage as usize] += 1.0;
            }
        }
        for share in place_share.iter_mut().chain(&mut tag_share).chain(&mut stage_share) {
            *share /= recent.max(1.0);
        }
        for list in &mut holders {
            list.sort_unstable();
        }
        let mut rounds = vec![Vec::new(); companies];
        for round in market.rounds.iter().take_while(|round| round.day < cut) {
            rounds[round.company as usize].push(*round);
        }
        let (tag_weight, tag_length) = tag_weights(market, &holders);
        Self {
            market,
            cut,
            deals,
            holdings,
            holders,
            rounds,
            tag_weight,
            tag_length,
            place_share,
            tag_share,
            stage_share,
        }
    }

    /// A company by its number.
    pub fn company(&self, company: u32) -> &'m Company {
        &self.market.companies[company as usize]
    }

    /// Whether an investor holds a company.
    pub fn holds(&self, investor: u32, company: u32) -> bool {
        self.holders[company as usize].binary_search(&investor).is_ok()
    }

    /// Likeness of two companies' tags: the cosine of their vectors of weights.
    pub fn likeness(&self, a: u32, b: u32) -> f32 {
        let mut sum = 0.0_f32;
        shared(&self.company(a).tags, &self.company(b).tags, |tag| {
            let weight = self.tag_weight[tag as usize];
            sum += weight * weight;
        });
        if sum == 0.0 { 0.0 } else { sum / (self.tag_length[a as usize] * self.tag_length[b as usize]) }
    }
}

fn tag_weights(market: &Market, holders: &[Vec<u32>]) -> (Vec<f32>, Vec<f32>) {
    let mut count = vec![0_u32; market.tags.len()];
    let mut known = 0_u32;
    for (company, _) in market.companies.iter().zip(holders).filter(|(_, held)| !held.is_empty()) {
        known += 1;
        for tag in &company.tags {
            count[*tag as usize] += 1;
        }
    }
    let weight: Vec<f32> = count
        .iter()
        .enumerate()
        .map(|(tag, count)| {
            // A word of a name that no two companies share tells nothing.
            let rare = market.tags.text(tag as u32).starts_with("name:") && *count < 3;
            if rare { 0.0 } else { libm::logf((known + 1) as f32 / (count + 1) as f32) }
        })
        .collect();
    let length = market
        .companies
        .iter()
        .map(|company| {
            let sum: f32 = company.tags.iter().map(|tag| weight[*tag as usize] * weight[*tag as usize]).sum();
            libm::sqrtf(sum).max(1e-6)
        })
        .collect();
    (weight, length)
}
