//! The best partners of every city at once: each pair is looked at once for both of its cities.
//!
//! Under one policy for both sides a pair's score is the same from both. Most pairs are far from either city's list: their
//! score is bounded from packed facts in single precision, a little high, and the few that can enter a list are asked and
//! scored by the functions of [`super::partner_cities`].
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::inline_always,
    reason = "kernel: numbers of cities in memory, sets of bits; what is not inlined is not compiled for the instruction set"
)]

use std::collections::HashMap;

use domain::{city::City, id::Id, value::Lang};

use super::{Dates, RankBy, RankKey, TopK, city::evaluate_city};
use crate::{
    Catalog, Policy,
    catalog::{CityPair, DigitalMode},
    criterion,
    engine::{InstructionSet, Job, Simd},
    gate::{
        all_open,
        city::{Gate, answers},
    },
    grade::{Micro, ONE, UNKNOWN_POINT},
    policy::Fusion,
    score::FULL,
};

/// A city with its best partners, best first.
pub type Partners = (Id<City>, Vec<RankKey>);

/// The first so many partners of every city that [`super::partner_cities`] would list by the score of both sides without a
/// filter and a programme, on so many threads. In the order of the catalog's rows.
pub fn all_partners(catalog: &Catalog, policy: &Policy, first: usize, threads: usize) -> Vec<Partners> {
    let rows = catalog.cities().rows();
    let bounds = Bounds::new(catalog, policy);
    let threads = threads.max(1);
    let all = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|part| {
                let pairs = Pairs { catalog, policy, bounds: &bounds, first, part, parts: threads };
                scope.spawn(move || InstructionSet::best().run(pairs))
            })
            .collect();
        // A panic of a part is the panic of the whole, as it would be on one thread.
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
            .reduce(|mut all, part| {
                all.iter_mut().zip(part).for_each(|(all, part)| all.absorb(part));
                all
            })
    });
    let lists = all.unwrap_or_default().into_iter().map(|top| top.finish().0);
    rows.iter().map(|row| row.id).zip(lists).collect()
}

/// Not known.
const UNKNOWN: f32 = UNKNOWN_POINT as f32 / ONE as f32;

/// More than all rounding of single precision and of millionths takes away from a score of one.
const SLACK: f32 = 2e-5;

/// What a bound reads of a city.
#[derive(Debug, Clone, Copy)]
struct Packed {
    /// Fields needed with at least priority 1, 2 and 3.
    needs: [u64; 3],
    offers: u64,
    /// Languages as bits; none where they are not known.
    languages: u128,
    /// One over the number of needs.
    per_need: f32,
    /// Sum of priorities.
    priorities: f32,
    commit: f32,
    commit_known: f32,
    /// Less than nothing where it is not known.
    digital: f32,
    /// Natural logarithm of the inhabitants; less than nothing where they are not known.
    people: f32,
    /// Minutes ahead of universal time.
    offset: Option<i32>,
    country: u8,
    /// Whether partners in its own country are welcome.
    same_country: bool,
    focus: u8,
    site: bool,
    /// Whether no gate of its own shuts it off from all others.
    open: bool,
}

/// Weights as shares of their sum.
#[derive(Debug, Clone, Copy)]
struct Shares {
    complement: f32,
    challenge: f32,
    commit: f32,
    digital: f32,
    practical: f32,
    area: f32,
    size: f32,
    /// What is not known of any pair.
    unknown: f32,
}

struct Bounds {
    cities: Vec<Packed>,
    shares: Shares,
    /// Share that must be known, a little low.
    floor: f32,
    fusion: Fusion,
}

impl Bounds {
    fn new(catalog: &Catalog, policy: &Policy) -> Self {
        let rows = catalog.cities().rows();
        let weights = policy.city.hundredths().map(f32::from);
        let total = weights.iter().sum::<f32>().max(1.0);
        let [complement, challenge, commit, ties, digital, economy, legal, practical, area, size] =
            weights.map(|weight| weight / total);
        let unknown = (ties + economy + legal) * UNKNOWN;
        // A language beyond the bits shares the last one with others, and then counts as shared.
        let mut numbers: HashMap<Lang, u32> = HashMap::new();
        let cities = rows
            .iter()
            .map(|row| {
                let needs = |least: u8| {
                    let of = row.needs.iter().filter(|(_, priority)| *priority >= least);
                    of.fold(0_u64, |set, (field, _)| set | 1 << (*field as u32 & 63))
                };
                let languages = row.languages.iter().fold(0_u128, |set, lang| {
                    let next = numbers.len() as u32;
                    set | 1 << (*numbers.entry(*lang).or_insert(next)).min(127)
                });
                // What shuts a city off from itself shuts it off from all.
                let own = catalog.city_pair(row, row);
                let open = [Gate::Office, Gate::Screening].map(|gate| gate.answer(&own));
                let commitment = criterion::city::commitment(row);
                let part = |micro: Micro| micro as f32 / ONE as f32;
                Packed {
                    needs: [needs(1), needs(2), needs(3)],
                    offers: row.offer_set.0,
                    languages,
                    per_need: 1.0 / (row.need_set.0.count_ones().max(1)) as f32,
                    priorities: row.needs.iter().map(|(_, priority)| f32::from(*priority)).sum(),
                    commit: part(commitment.point),
                    commit_known: part(commitment.known),
                    digital: row.digital.map_or(-1.0, |(level, _)| part(level)),
                    people: row.population.map_or(-1.0, |people| libm::logf(people.max(1) as f32)),
                    offset: row.utc_offset_minutes,
                    country: row.country.index() as u8,
                    same_country: row.office.is_some_and(|office| office.same_country),
                    focus: row.focus,
                    site: row.site == Some(true),
                    open: all_open(&open),
                }
            })
            .collect();
        let shares = Shares { complement, challenge, commit, digital, practical, area, size, unknown };
        Self {
            cities,
            shares,
            floor: policy.coverage_floor as f32 / ONE as f32 - SLACK,
            fusion: policy.fusion,
        }
    }

    /// What two cities score at most; less than nothing where a gate shuts or not enough is known.
    #[inline(always)]
    fn of(&self, a: &Packed, b: &Packed) -> f32 {
        if !(a.open && b.open) || a.country == b.country && !(a.same_country && b.same_country) {
            return -1.0;
        }
        let Shares { complement, challenge, commit, digital, practical, area, size, unknown } = self.shares;
        let (a_needs, b_needs) = (a.needs[0], b.needs[0]);
        let both_need = a_needs != 0 && b_needs != 0;
        let both_offer = both_need && a.offers != 0 && b.offers != 0;
        let both_digital = a.digital >= 0.0 && b.digital >= 0.0;
        let both_focus = a.focus != 0 && b.focus != 0;
        let both_people = a.people >= 0.0 && b.people >= 0.0;
        let (language, language_known) = if a.languages == 0 || b.languages == 0 {
            (UNKNOWN, 0.0)
        } else if a.languages & b.languages != 0 {
            (1.0, 1.0)
        } else {
            (0.5 * UNKNOWN, 0.5)
        };
        let (hours, hours_known) = match (a.offset, b.offset) {
            (Some(a), Some(b)) => {
                let apart = (a - b).unsigned_abs() % 1440;
                let apart = apart.min(1440 - apart);
                ((480_u32.saturating_sub(apart) as f32 / 240.0).min(1.0), 1.0)
            }
            _ => (UNKNOWN, 0.0),
        };
        let share = |known: bool, weight: f32| if known { weight } else { 0.0 };
        let known = share(both_offer, complement)
            + share(both_need, challenge)
            + share(both_digital, digital)
            + share(both_focus, area)
            + share(both_people, size)
            + practical * 0.5 * (language_known + hours_known)
            + commit * a.commit_known.min(b.commit_known);
        if known < self.floor {
            return -1.0;
        }
        let mut common = unknown + practical * 0.5 * (language + hours);
        common += complement
            * if both_offer {
                let x = (a_needs & b.offers).count_ones() as f32 * a.per_need;
                let y = (b_needs & a.offers).count_ones() as f32 * b.per_need;
                2.0 * x * y / (x + y).max(1e-9)
            } else {
                UNKNOWN
            };
        common += challenge
            * if both_need {
                let smaller = (a_needs & b_needs).count_ones()
                    + (a.needs[1] & b.needs[1]).count_ones()
                    + (a.needs[2] & b.needs[2]).count_ones();
                let smaller = smaller as f32;
                smaller / (a.priorities + b.priorities - smaller).max(1.0)
            } else {
                UNKNOWN
            };
        common += digital
            * if both_digital { (1.0 - 2.0 * (a.digital - b.digital).abs()).max(0.0) } else { UNKNOWN };
        common += area
            * if !both_focus {
                UNKNOWN
            } else if a.focus & b.focus != 0 {
                1.0
            } else if a.site && b.site {
                0.5
            } else {
                0.0
            };
        // One over the natural logarithm of twenty, a little low.
        common +=
            size * if both_people { (1.0 - (a.people - b.people).abs() * 0.333_8).max(0.0) } else { UNKNOWN };
        let (x, y) = (common + commit * b.commit + SLACK, common + commit * a.commit + SLACK);
        match self.fusion {
            Fusion::Harmonic => 2.0 * x * y / (x + y) + SLACK,
            Fusion::Min => x.min(y) + SLACK,
            Fusion::Arithmetic => 0.5 * (x + y) + SLACK,
        }
    }
}

/// The pairs of some cities with all that come after them.
struct Pairs<'a> {
    catalog: &'a Catalog,
    policy: &'a Policy,
    bounds: &'a Bounds,
    first: usize,
    part: usize,
    parts: usize,
}

impl Job for Pairs<'_> {
    type Output = Vec<TopK<RankKey>>;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> Self::Output {
        let rows = self.catalog.cities().rows();
        let cities = &self.bounds.cities;
        let mut lists: Vec<TopK<RankKey>> = rows.iter().map(|_| TopK::new(self.first, None)).collect();
        let mut reaches = vec![0.0_f32; rows.len()];
        for one in (self.part..rows.len()).step_by(self.parts) {
            for other in one + 1..rows.len() {
                let bound = self.bounds.of(&cities[one], &cities[other]);
                // A bound that is less than nothing is below every list.
                if bound >= reaches[one].min(reaches[other]) {
                    self.try_pair(&mut lists, &mut reaches, one, other);
                }
            }
        }
        lists
    }
}

impl Pairs<'_> {
    /// Asks the gates of a pair, scores it and shows it to both lists.
    fn try_pair(&self, lists: &mut [TopK<RankKey>], reaches: &mut [f32], one: usize, other: usize) {
        let rows = self.catalog.cities().rows();
        let (viewer, partner) = (&rows[one], &rows[other]);
        let mode = DigitalMode::Peer;
        let pair = CityPair { viewer, partner, catalog: self.catalog, mode, programme: None, busy: &[] };
        if !all_open(&answers(&pair)) {
            return;
        }
        let evaluation = evaluate_city(self.policy, self.policy, &pair);
        if evaluation.mutual.coverage < self.policy.coverage_floor {
            return;
        }
        for (place, shown, mine) in [(one, partner, &evaluation.mine), (other, viewer, &evaluation.theirs)] {
            let confirmed = shown.office.and_then(|office| office.confirmed_on);
            let dates = Dates { published: confirmed, confirmed };
            let id = shown.id.uuid().as_u128();
            let key = RankKey::new(RankBy::Mutual, mine, &evaluation.mutual, dates, id);
            lists[place].push(key, || key);
            // Rounded to the nearest of two numbers; the one below is never too high.
            let reach = (f64::from(lists[place].reach()) / f64::from(FULL)) as f32;
            reaches[place] = reach.next_down().max(0.0);
        }
    }
}
