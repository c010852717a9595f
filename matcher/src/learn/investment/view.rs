//! An investor as it stood before the cut, and the inputs of its pairs with what companies seek.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: indices are numbers of the market's own names, the rest is floating point"
)]

use std::collections::HashMap;

use super::{
    data::{Company, Round, Stage, km},
    habit::{Habits, PRIOR, Ties, peers, ties},
    history::{History, recency},
    signal::Signal,
};
use crate::learn::table::Day;

/// An investor before the cut.
#[derive(Debug)]
pub struct View<'h> {
    history: &'h History<'h>,
    investor: u32,
    own: Habits,
    peers: Option<Habits>,
    /// Co-investors: shared companies and the cosine of the two lists of holdings.
    ties: Ties,
    /// Logarithms of amounts to base two, with the deal's weight and stage, sorted.
    amounts: Vec<(f32, f32, Stage)>,
    median_amount: f32,
    spread: f32,
    usual_step: f32,
    /// Last deal by city.
    city_day: HashMap<u32, Day>,
    idle: f32,
    year_deals: f32,
    focus: f32,
}

/// The middle of sorted numbers; NaN where there is none.
fn median(sorted: &[f32]) -> f32 {
    match sorted.len() {
        0 => f32::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f32::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

impl<'h> View<'h> {
    /// The investor as it stood before the history's cut.
    pub fn new(history: &'h History<'h>, investor: u32) -> Self {
        let deals = &history.deals[investor as usize];
        let holdings = &history.holdings[investor as usize];
        let mut own = Habits::default();
        let mut city_day = HashMap::new();
        for holding in holdings {
            own.add(history.company(holding.company), holding.weight);
        }
        let mut amounts = Vec::new();
        let (mut steps, mut step_weight) = (0.0_f32, 0.0_f32);
        for deal in deals {
            let weight = recency(history.cut, deal.round.day);
            own.add_stage(deal.round.stage, weight);
            if let Some(amount) = deal.round.amount {
                amounts.push((libm::log2f(amount), weight, deal.round.stage));
            }
            if let Some(step) = deal.round.stage.step() {
                steps += step * weight;
                step_weight += weight;
            }
            city_day.insert(history.company(deal.round.company).city, deal.round.day);
        }
        own.finish(history);
        amounts.sort_by(|a, b| a.0.total_cmp(&b.0));
        let plain: Vec<f32> = amounts.iter().map(|(amount, _, _)| *amount).collect();
        let median_amount = median(&plain);
        let mut off: Vec<f32> = plain.iter().map(|amount| (amount - median_amount).abs()).collect();
        off.sort_by(f32::total_cmp);
        let ties = ties(history, investor);
        let peers = peers(history, investor, &ties);
        let last = deals.last().map_or(f32::NAN, |deal| (history.cut - deal.round.day) as f32);
        let year = deals.iter().filter(|deal| deal.round.day >= history.cut - 365).count();
        let focus = holdings
            .iter()
            .map(|holding| history.company(holding.company).city)
            .filter(|city| *city != 0)
            .map(|city| own.places.share(city))
            .fold(f32::NAN, f32::max);
        Self {
            history,
            investor,
            own,
            peers,
            ties,
            amounts,
            median_amount,
            spread: (median(&off) * 1.5).max(0.5),
            usual_step: if step_weight > 0.0 { steps / step_weight } else { f32::NAN },
            city_day,
            idle: last,
            year_deals: year as f32,
            focus,
        }
    }

    /// The investor's number.
    pub const fn investor(&self) -> u32 {
        self.investor
    }

    /// The inputs of the pair with what a company seeks, in the order of [`Signal`]; NaN where not known.
    ///
    /// `out` has [`Signal::COUNT`] places.
    pub fn signals(&self, ask: &Round, out: &mut [f32]) {
        out.fill(f32::NAN);
        let company = self.history.company(ask.company);
        self.place(company, out);
        self.field(ask.company, company, out);
        self.stage(ask, out);
        self.ticket(ask, out);
        self.company_ties(ask.company, out);
        self.peer(ask, company, out);
        self.listing(ask, company, out);
        out[Signal::Deals as usize] = self.history.holdings[self.investor as usize].len() as f32;
        out[Signal::IdleDays as usize] = self.idle;
        out[Signal::YearDeals as usize] = self.year_deals;
        out[Signal::Focus as usize] = self.focus;
        out[Signal::UsualStage as usize] = self.usual_step;
    }

    fn place(&self, company: &Company, out: &mut [f32]) {
        let history = self.history;
        for (place, share, lift) in [
            (company.city, Signal::CityShare, Signal::CityLift),
            (company.state, Signal::StateShare, Signal::StateLift),
            (company.country, Signal::CountryShare, Signal::CountryLift),
        ] {
            if place != 0 {
                out[share as usize] = self.own.places.share(place);
                out[lift as usize] = self.own.places.lift(place, history.place_share[place as usize]);
            }
        }
        if company.city != 0
            && let Some(day) = self.city_day.get(&company.city)
        {
            out[Signal::CityDays as usize] = (history.cut - day) as f32;
        }
    }

    fn field(&self, number: u32, company: &Company, out: &mut [f32]) {
        let history = self.history;
        let holdings = &history.holdings[self.investor as usize];
        let mut distances: Vec<f32> = Vec::with_capacity(holdings.len());
        let (mut around, mut best_both) = (0.0_f32, 0.0_f32);
        let mut best = [0.0_f32; 3];
        let mut recent = f32::NAN;
        for holding in holdings {
            let like = history.likeness(number, holding.company);
            if like > best[0] {
                best = [like, best[0], best[1]];
            } else if like > best[1] {
                best = [best[0], like, best[1]];
            } else if like > best[2] {
                best[2] = like;
            }
            if holding.first >= history.cut - 548 {
                recent = recent.max(like);
            }
            if let (Some(a), Some(b)) = (company.at, history.company(holding.company).at) {
                let apart = km(a, b);
                distances.push(apart);
                if apart < 80.0 {
                    around += holding.weight;
                }
                best_both = best_both.max(like / (1.0 + apart / 60.0));
            }
        }
        if company.at.is_some() && !distances.is_empty() {
            distances.sort_by(f32::total_cmp);
            out[Signal::NearKm as usize] = distances[0];
            out[Signal::MedianKm as usize] = median(&distances);
            out[Signal::AroundShare as usize] = around / self.own.places.total;
            if !company.tags.is_empty() {
                out[Signal::NearLike as usize] = best_both;
            }
        }
        if company.tags.is_empty() {
            return;
        }
        out[Signal::FieldLike as usize] = self.own.likeness(history, number);
        out[Signal::FieldNear as usize] = best[0];
        out[Signal::FieldThree as usize] = (best[0] + best[1] + best[2]) / 3.0;
        out[Signal::FieldRecent as usize] = recent;
        let (mut sum, mut weights, mut peak) = (0.0_f32, 0.0_f32, f32::NEG_INFINITY);
        for tag in &company.tags {
            let weight = history.tag_weight[*tag as usize];
            if weight > 0.0 {
                let lift = self.own.tags.lift(*tag, history.tag_share[*tag as usize]);
                sum += weight * lift;
                weights += weight;
                peak = peak.max(lift);
            }
        }
        if weights > 0.0 {
            out[Signal::FieldLift as usize] = sum / weights;
            out[Signal::FieldPeak as usize] = peak;
        }
    }

    fn stage(&self, ask: &Round, out: &mut [f32]) {
        if ask.stage != Stage::Unknown && self.own.stage_total > 0.0 {
            let own = self.own.stages[ask.stage as usize];
            let market = self.history.stage_share[ask.stage as usize].max(1e-3);
            out[Signal::StageShare as usize] = own / self.own.stage_total;
            out[Signal::StageLift as usize] =
                libm::log2f((own + PRIOR * market) / ((self.own.stage_total + PRIOR) * market));
        }
        if let Some(step) = ask.stage.step() {
            out[Signal::StageStep as usize] = step - self.usual_step;
        }
    }

    fn ticket(&self, ask: &Round, out: &mut [f32]) {
        let Some(amount) = ask.amount.map(libm::log2f) else { return };
        if self.amounts.is_empty() {
            return;
        }
        out[Signal::TicketRatio as usize] = amount - self.median_amount;
        out[Signal::TicketSpread as usize] = (amount - self.median_amount) / self.spread;
        let (mut total, mut near, mut same) = (0.0_f32, 0.0_f32, 0.0_f32);
        let mut stage: Vec<f32> = Vec::new();
        for (own, weight, at) in &self.amounts {
            total += weight;
            let apart = (own - amount) / 0.5;
            near += weight / (1.0 + apart * apart * apart * apart);
            if (own - amount).abs() < 1e-4 {
                same += weight;
            }
            if *at == ask.stage {
                stage.push(*own);
            }
        }
        out[Signal::TicketNear as usize] = near / total;
        out[Signal::TicketSame as usize] = same / total;
        if stage.len() >= 2 {
            out[Signal::TicketStage as usize] = amount - median(&stage);
        }
    }

    fn company_ties(&self, company: u32, out: &mut [f32]) {
        let holders = &self.history.holders[company as usize];
        if holders.is_empty() {
            return;
        }
        let (mut count, mut strength, mut best, mut deals) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
        for holder in holders {
            if let Some((shared, cosine)) = self.ties.get(holder) {
                count += 1.0;
                strength += cosine;
                best = best.max(*cosine);
                deals = deals.max(*shared);
            }
        }
        out[Signal::TieCount as usize] = count;
        out[Signal::TieStrength as usize] = strength;
        out[Signal::TieBest as usize] = best;
        out[Signal::TieDeals as usize] = deals;
    }

    fn peer(&self, ask: &Round, company: &Company, out: &mut [f32]) {
        let Some(peers) = &self.peers else { return };
        if company.city != 0 {
            out[Signal::PeerCity as usize] = peers.places.share(company.city);
        }
        if !company.tags.is_empty() {
            out[Signal::PeerField as usize] = peers.likeness(self.history, ask.company);
        }
        if ask.stage != Stage::Unknown && peers.stage_total > 0.0 {
            out[Signal::PeerStage as usize] = peers.stages[ask.stage as usize] / peers.stage_total;
        }
    }

    fn listing(&self, ask: &Round, company: &Company, out: &mut [f32]) {
        let history = self.history;
        let holders = history.holders[ask.company as usize].len();
        if holders > 0 {
            out[Signal::Investors as usize] = holders as f32;
        }
        let rounds = &history.rounds[ask.company as usize];
        if let Some(last) = rounds.last() {
            out[Signal::RoundDays as usize] = (ask.day - last.day) as f32;
            out[Signal::Rounds as usize] = rounds.len() as f32;
            if let (Some(now), Some(before)) = (ask.amount, last.amount) {
                out[Signal::Step as usize] = libm::log2f(now / before);
            }
        }
        let raised: f32 = rounds.iter().filter_map(|round| round.amount).sum();
        if raised > 0.0 {
            out[Signal::Raised as usize] = libm::log10f(raised);
        }
        if let Some(founded) = company.founded.filter(|day| *day <= ask.day) {
            out[Signal::Age as usize] = (ask.day - founded) as f32 / 365.25;
        }
        if let Some(amount) = ask.amount {
            out[Signal::Amount as usize] = libm::log10f(amount);
        }
        out[Signal::Kind as usize] = f32::from(ask.stage as u8);
        out[Signal::Tags as usize] = company.tags.len() as f32;
        let known =
            [company.country, company.state, company.city].iter().filter(|place| **place != 0).count();
        out[Signal::Placed as usize] = known as f32;
        if company.city != 0 {
            out[Signal::CityMarket as usize] = history.place_share[company.city as usize];
        }
        if company.country != 0 {
            out[Signal::CountryMarket as usize] = history.place_share[company.country as usize];
        }
    }
}
