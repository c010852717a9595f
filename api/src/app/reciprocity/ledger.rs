//! The ledger of two countries: nobody learns from a sum of money what another one gave. It is told of three investors and
//! three owners at least, of whom none has more than half of it, and rounded to a step of at least a twenty-fifth of it (the
//! rules of threshold, of dominance and of rounding of statistical offices: Hundepool and others, Statistical Disclosure
//! Control, 2012, chapter 4). Whoever knows all of it but one part, be it by having made it, knows that part to about a
//! twentieth at best; and since sums are those of the end of last month, nobody finds the edges of the rounding by moving
//! the own part and looking again.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use domain::{
    Vocabulary,
    introduction::month_begins,
    value::{CountryCode, Currency, Money},
    vocabulary::TransactionRung,
};
use uuid::Uuid;

use super::{LadderRung, SMALL, rungs, told, without_kinds};
use crate::store::{Contribution, FlowRow, Store, StoreError};

/// Investors and owners that a sum of money is of, at least: of two, each would know the other's part.
const PARTIES: usize = 3;
/// No party's part is more than this share of a sum that is told.
const SHARE: i64 = 2;
/// A sum is rounded to a step of 1, 2 or 5 times a power of ten, the largest one that goes into it so often.
const STEPS: i64 = 10;

/// A rung of one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowCell {
    /// The rung.
    pub rung: LadderRung,
    /// At least so many, a multiple of five; none where there are one to four.
    pub count: Option<u64>,
    /// Their sum in euro at the rates of their days, of those whose rate was known, as of the end of last month, rounded;
    /// none with the count, of interest, of too few parties, and where one has more than half of it.
    pub amount: Option<Money>,
}

/// What a rung of one direction was reached with, and by whom.
#[derive(Debug, Default)]
struct Reached {
    count: u64,
    cents: i64,
    investors: HashMap<Uuid, i64>,
    owners: HashMap<Uuid, i64>,
}

impl Reached {
    fn add(&mut self, row: &Contribution) {
        self.count = self.count.saturating_add(row.count);
        self.cents = self.cents.saturating_add(row.euro_cents);
        for (parts, party) in [(&mut self.investors, row.investor), (&mut self.owners, row.owner)] {
            let part = parts.entry(party).or_default();
            *part = part.saturating_add(row.euro_cents);
        }
    }

    /// Whether the sum tells nobody's part.
    fn is_mixed(&self) -> bool {
        let is_shared = |parts: &HashMap<Uuid, i64>| {
            let with_some = parts.values().filter(|cents| **cents > 0).count();
            let largest = parts.values().max().copied().unwrap_or(0);
            with_some >= PARTIES && largest.saturating_mul(SHARE) <= self.cents
        };
        self.count >= SMALL && is_shared(&self.investors) && is_shared(&self.owners)
    }

    fn amount(&self) -> Option<Money> {
        self.is_mixed().then(|| Money::from_minor(rounded(self.cents), Currency::EUR).ok()).flatten()
    }
}

/// A sum as it is told.
fn rounded(cents: i64) -> i64 {
    let most = cents.checked_div(STEPS).unwrap_or(0).max(1);
    let power = 10_i64.saturating_pow(most.checked_ilog10().unwrap_or(0));
    let fits = |times: &i64| power.saturating_mul(*times) <= most;
    let step = power.saturating_mul([5, 2].into_iter().find(fits).unwrap_or(1));
    let steps = cents.saturating_add(step.checked_div(2).unwrap_or(0)).checked_div(step).unwrap_or(0);
    steps.saturating_mul(step)
}

/// One direction of the ledger of two countries. Interest, which names no amount and of which there is most, is counted
/// alone.
///
/// # Errors
/// The database does not answer.
pub async fn direction(
    store: &Store,
    way: (CountryCode, CountryCode),
    now: DateTime<Utc>,
) -> Result<Vec<FlowCell>, StoreError> {
    let interest = interest(&store.flows(Some(way)).await?);
    let money = TransactionRung::ALL.iter().copied().filter(|rung| *rung != TransactionRung::Interest);
    let money: Vec<_> = money.collect();
    let rest = flow(&store.contributions(Some(way), &money, last_month(now)).await?);
    Ok(interest.into_iter().map(|pair| pair.cell).chain(rest).collect())
}

/// The end of last month, microseconds since 1970, UTC: sums of money are as of then.
fn last_month(now: DateTime<Utc>) -> i64 {
    month_begins(now).timestamp_micros()
}

/// One direction of a ledger.
fn flow(rows: &[Contribution]) -> Vec<FlowCell> {
    let mut sums: BTreeMap<LadderRung, Reached> = BTreeMap::new();
    for row in rows {
        for rung in rungs(row.rung) {
            sums.entry(rung).or_default().add(row);
        }
    }
    without_kinds(&mut sums, Reached::is_mixed);
    let cell = |(rung, sum): (LadderRung, Reached)| FlowCell {
        rung,
        count: told(sum.count),
        // Interest names no amount.
        amount: sum.amount().filter(|_| rung != LadderRung::Interest),
    };
    sums.into_iter().map(cell).collect()
}

/// A direction between two countries, or within one, at one rung.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairCell {
    /// Where the investors are.
    pub from: CountryCode,
    /// Where the projects are.
    pub to: CountryCode,
    /// What came of it.
    pub cell: FlowCell,
}

/// Directions that are told at once.
pub const MAX_PAIRS: usize = 200;

/// All directions in which somebody reached a rung, most first, what is held back last. Of interest, which names no
/// amount and of which there is most, the counts are enough.
///
/// # Errors
/// The database does not answer.
pub async fn pairs(store: &Store, rung: LadderRung, now: DateTime<Utc>) -> Result<Vec<PairCell>, StoreError> {
    let cells = if rung == LadderRung::Interest {
        interest(&store.flows(None).await?)
    } else {
        money(&store.contributions(None, rung.counts(), last_month(now)).await?, rung)
    };
    Ok(most_first(cells))
}

fn interest(rows: &[FlowRow]) -> Vec<PairCell> {
    let mut counts: BTreeMap<(CountryCode, CountryCode), u64> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.rung == TransactionRung::Interest) {
        if let Some(way) = row.from.zip(row.to) {
            let count = counts.entry(way).or_default();
            *count = count.saturating_add(row.count);
        }
    }
    let cell = |count| FlowCell { rung: LadderRung::Interest, count: told(count), amount: None };
    counts.into_iter().map(|((from, to), count)| PairCell { from, to, cell: cell(count) }).collect()
}

fn money(rows: &[Contribution], rung: LadderRung) -> Vec<PairCell> {
    let mut ways: BTreeMap<(CountryCode, CountryCode), Vec<Contribution>> = BTreeMap::new();
    for row in rows {
        if let Some(way) = row.way {
            ways.entry(way).or_default().push(row.clone());
        }
    }
    let cell = |((from, to), rows): (_, Vec<Contribution>)| {
        let cell = flow(&rows).into_iter().find(|cell| cell.rung == rung)?;
        Some(PairCell { from, to, cell })
    };
    ways.into_iter().filter_map(cell).collect()
}

fn most_first(mut cells: Vec<PairCell>) -> Vec<PairCell> {
    // The sort is stable: equal ones stay in the order of their codes.
    cells.sort_by_key(|pair| std::cmp::Reverse(pair.cell.count));
    cells.truncate(MAX_PAIRS);
    cells
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(rung: TransactionRung, count: u64) -> FlowRow {
        FlowRow { rung, field: None, from: None, to: None, count }
    }

    fn part(rung: TransactionRung, (investor, owner): (u128, u128), euro_cents: i64) -> Contribution {
        let (investor, owner) = (Uuid::from_u128(investor), Uuid::from_u128(owner));
        Contribution { rung, way: None, investor, owner, count: 1, euro_cents }
    }

    fn amount(cells: &[FlowCell], rung: LadderRung) -> Option<i64> {
        cells.iter().find(|cell| cell.rung == rung)?.amount.map(Money::minor)
    }

    #[test]
    fn a_sum_is_told_of_many_and_rounded() {
        use TransactionRung as R;
        // Six of three investors and three owners, a sixth each.
        let even: Vec<Contribution> =
            (0..6_u128).map(|n| part(R::Pledge, (n % 3, n % 3), 10_432_100)).collect();
        assert_eq!(
            amount(&flow(&even), LadderRung::Pledge),
            Some(65_000_000),
            "62,592,600 to steps of 5 million"
        );
        // Of one investor, of two owners, or mostly of one: whoever knows the rest would know it.
        let of_one: Vec<_> =
            even.iter().map(|row| Contribution { investor: Uuid::nil(), ..row.clone() }).collect();
        let owners = |n: u128| Uuid::from_u128(n % 2);
        let of_two: Vec<_> =
            (0..).zip(&even).map(|(n, row)| Contribution { owner: owners(n), ..row.clone() }).collect();
        let mut mostly = even.clone();
        mostly.push(part(R::Pledge, (7, 7), 70_000_000));
        for rows in [of_one, of_two, mostly] {
            let told = flow(&rows);
            assert_eq!((told[0].count, told[0].amount), (Some(5), None));
        }
        // A kind that is held back is not told by the others.
        let mut kinds: Vec<_> =
            even.iter().map(|row| Contribution { rung: R::Disbursement, ..row.clone() }).collect();
        assert!(amount(&flow(&kinds), LadderRung::Disbursement).is_some());
        kinds.extend((0..5).map(|_| part(R::Guarantee, (1, 2), 100)));
        let told = flow(&kinds);
        assert_eq!(told.iter().map(|cell| cell.rung).collect::<Vec<_>>(), [LadderRung::Close]);
        assert!(amount(&told, LadderRung::Close).is_some());
    }

    #[test]
    fn pairs_of_countries_are_told_most_first_and_small_ones_are_held_back() {
        let code = |code: &str| code.parse::<CountryCode>().unwrap();
        let between = |from: &str, to: Option<&str>, count| FlowRow {
            from: Some(code(from)),
            to: to.map(code),
            ..row(TransactionRung::Interest, count)
        };
        let rows = [
            between("CN", Some("RS"), 3),
            between("TH", Some("RS"), 5),
            between("RS", Some("CN"), 4),
            between("TH", Some("RS"), 6),
            between("TH", None, 90),
            FlowRow { rung: TransactionRung::Pledge, ..between("AE", Some("RS"), 9) },
        ];
        let told = |cells: Vec<PairCell>| -> Vec<_> {
            most_first(cells)
                .iter()
                .map(|pair| {
                    (pair.from.alpha2(), pair.to.alpha2(), pair.cell.count, pair.cell.amount.is_some())
                })
                .collect()
        };
        let wanted = [("TH", "RS", Some(10), false), ("CN", "RS", None, false), ("RS", "CN", None, false)];
        assert_eq!(told(interest(&rows)), wanted);
        let pledge = |way: (&str, &str), n: u128| Contribution {
            way: Some((code(way.0), code(way.1))),
            ..part(TransactionRung::Pledge, (n % 3, n % 3), 10_000_000)
        };
        let rows: Vec<_> =
            (0..6).map(|n| pledge(("TH", "RS"), n)).chain((0..3).map(|n| pledge(("CN", "RS"), n))).collect();
        let wanted = [("TH", "RS", Some(5), true), ("CN", "RS", None, false)];
        assert_eq!(told(money(&rows, LadderRung::Pledge)), wanted);
    }

    proptest! {
        #[test]
        fn nobodys_part_is_known_to_whoever_knows_all_others(
            parts in prop::collection::vec((0_u128..5, 0_u128..5, 1_i64..1_000_000_000), 0..12),
        ) {
            let rows: Vec<_> = parts
                .iter()
                .map(|(investor, owner, cents)| part(TransactionRung::Pledge, (*investor, *owner), *cents))
                .collect();
            for cell in flow(&rows) {
                prop_assert!(cell.count.is_none_or(|count| count >= SMALL && count % SMALL == 0));
                let Some(told) = cell.amount else { continue };
                let sum: i64 = parts.iter().map(|(_, _, cents)| cents).sum();
                // Every sum in this range is told alike, and it is at least a twenty-fifth of the largest part wide.
                let (mut low, mut high) = (sum, sum);
                let step = (sum / 1000).max(1);
                while rounded(low.saturating_sub(1)) == told.minor() { low = low.saturating_sub(step); }
                while rounded(high.saturating_add(1)) == told.minor() { high = high.saturating_add(step); }
                let largest = parts.iter().map(|(_, _, cents)| *cents).max().unwrap_or(0);
                prop_assert!(high.saturating_sub(low).saturating_mul(25) >= largest, "{low}..{high} of {largest}");
            }
        }
    }
}
