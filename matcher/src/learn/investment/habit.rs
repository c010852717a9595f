//! Habits in places, fields and stages: an investor's own, and those of the ones that it invests with.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: indices are numbers of the market's own names, the rest is floating point"
)]

use std::collections::HashMap;

use super::{
    data::{Company, Stage},
    history::{History, recency},
};

/// Companies held together and the cosine of the two lists of holdings, by co-investor.
pub(super) type Ties = HashMap<u32, (f32, f32)>;

/// Deals that the market's habit counts for, against which an investor's own habit is weighed.
pub(super) const PRIOR: f32 = 3.0;
/// Co-investors whose habits count as those of peers.
const PEERS: usize = 40;

/// Weights by number of a name, as shares of a total.
#[derive(Debug, Default)]
pub(super) struct Habit {
    pub(super) weight: HashMap<u32, f32>,
    pub(super) total: f32,
}

impl Habit {
    pub(super) fn add(&mut self, name: u32, weight: f32) {
        *self.weight.entry(name).or_insert(0.0) += weight;
    }

    pub(super) fn of(&self, name: u32) -> f32 {
        self.weight.get(&name).copied().unwrap_or(0.0)
    }

    pub(super) fn share(&self, name: u32) -> f32 {
        if self.total > 0.0 { self.of(name) / self.total } else { 0.0 }
    }

    /// The logarithm to base two of how much oftener the habit holds a name than the market, the market counting as
    /// [`PRIOR`] deals.
    pub(super) fn lift(&self, name: u32, market: f32) -> f32 {
        let market = market.max(1e-4);
        libm::log2f((self.of(name) + PRIOR * market) / ((self.total + PRIOR) * market))
    }
}

/// Habits in places, tags and stages.
#[derive(Debug, Default)]
pub(super) struct Habits {
    pub(super) places: Habit,
    pub(super) tags: Habit,
    pub(super) tag_length: f32,
    pub(super) stages: [f32; Stage::COUNT],
    pub(super) stage_total: f32,
}

impl Habits {
    pub(super) fn add(&mut self, company: &Company, weight: f32) {
        for place in [company.country, company.state, company.city] {
            if place != 0 {
                self.places.add(place, weight);
            }
        }
        for tag in &company.tags {
            self.tags.add(*tag, weight);
        }
        self.places.total += weight;
        self.tags.total += weight;
    }

    pub(super) fn add_stage(&mut self, stage: Stage, weight: f32) {
        if stage != Stage::Unknown {
            self.stages[stage as usize] += weight;
            self.stage_total += weight;
        }
    }

    pub(super) fn finish(&mut self, history: &History<'_>) {
        // In the order of the numbers of the tags, so that the sum has the same bytes each time.
        let mut tags: Vec<(u32, f32)> =
            self.tags.weight.iter().map(|(tag, weight)| (*tag, *weight)).collect();
        tags.sort_unstable_by_key(|(tag, _)| *tag);
        let sum: f32 = tags
            .iter()
            .map(|(tag, weight)| {
                let value = weight * history.tag_weight[*tag as usize];
                value * value
            })
            .sum();
        self.tag_length = libm::sqrtf(sum);
    }

    /// The cosine of a company's tags with the habit's.
    pub(super) fn likeness(&self, history: &History<'_>, company: u32) -> f32 {
        let tags = &history.company(company).tags;
        let sum: f32 = tags
            .iter()
            .map(|tag| {
                let weight = history.tag_weight[*tag as usize];
                weight * weight * self.tags.of(*tag)
            })
            .sum();
        if sum == 0.0 { 0.0 } else { sum / (self.tag_length * history.tag_length[company as usize]) }
    }
}

/// Companies held together and the cosine of the two lists, by co-investor.
pub(super) fn ties(history: &History<'_>, investor: u32) -> Ties {
    let mine = &history.holdings[investor as usize];
    let mut shared: HashMap<u32, f32> = HashMap::new();
    for holding in mine {
        for holder in &history.holders[holding.company as usize] {
            if *holder != investor {
                *shared.entry(*holder).or_insert(0.0) += 1.0;
            }
        }
    }
    shared
        .into_iter()
        .map(|(other, count)| {
            let theirs = history.holdings[other as usize].len();
            (other, (count, count / libm::sqrtf((mine.len() * theirs) as f32)))
        })
        .collect()
}

/// Habits of the nearest co-investors, each by its cosine.
pub(super) fn peers(history: &History<'_>, investor: u32, ties: &Ties) -> Option<Habits> {
    let mut nearest: Vec<(u32, f32)> = ties.iter().map(|(other, (_, cosine))| (*other, *cosine)).collect();
    nearest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    nearest.truncate(PEERS);
    if nearest.is_empty() {
        return None;
    }
    let mut habits = Habits::default();
    for (other, cosine) in nearest {
        let count = history.holdings[other as usize].len() as f32;
        for holding in &history.holdings[other as usize] {
            if !history.holds(investor, holding.company) {
                let weight = cosine * holding.weight / count;
                habits.add(history.company(holding.company), weight);
            }
        }
        for deal in &history.deals[other as usize] {
            habits.add_stage(deal.round.stage, cosine * recency(history.cut, deal.round.day) / count);
        }
    }
    habits.finish(history);
    (habits.places.total > 0.0).then_some(habits)
}
