//! What came of introductions, in public: the outcome ladder by field, and the ledger of a pair of countries, both ways.
//!
//! Small groups are held back, and the two views cannot be subtracted from each other: by field only counts are told,
//! cut down to a multiple of five; sums of money and exact counts are told by direction alone, from five on.

use std::collections::BTreeMap;

use domain::{
    id::Id,
    mandate::Mandate,
    value::{CountryCode, CountrySet, Currency, Money},
    vocabulary::{CooperationField, TransactionRung},
};
use matcher::rank::{List, OpportunityFilter, OpportunityQuery, RankBy, Reader, top_opportunities};

use super::{App, AppError, MandateChoice, Match};
use crate::store::FlowRow;

/// Groups below this are held back.
const SMALL: u64 = 5;

/// A rung as it is told: the three kinds of money that came are one rung, and each its own where none of them is small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, async_graphql::Enum)]
pub enum LadderRung {
    /// Interest was expressed.
    Interest,
    /// Pledged (IATI 12).
    Pledge,
    /// Committed by a signed document (IATI 2).
    Commitment,
    /// Closed: the sum of the three kinds below.
    Close,
    /// Disbursed (IATI 3).
    Disbursement,
    /// Equity bought (IATI 8).
    EquityPurchase,
    /// Guarantee given (IATI 10).
    Guarantee,
}

impl LadderRung {
    const fn of(rung: TransactionRung) -> Self {
        match rung {
            TransactionRung::Interest => Self::Interest,
            TransactionRung::Pledge => Self::Pledge,
            TransactionRung::Commitment => Self::Commitment,
            TransactionRung::Disbursement => Self::Disbursement,
            TransactionRung::EquityPurchase => Self::EquityPurchase,
            TransactionRung::Guarantee => Self::Guarantee,
        }
    }

    const KINDS: [Self; 3] = [Self::Disbursement, Self::EquityPurchase, Self::Guarantee];
}

/// A rung of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LadderCell {
    /// The rung.
    pub rung: LadderRung,
    /// The field; none where the project had none.
    pub field: Option<CooperationField>,
    /// At least so many, a multiple of five; none where there are fewer than five.
    pub at_least: Option<u64>,
}

/// A rung of one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowCell {
    /// The rung.
    pub rung: LadderRung,
    /// How many; none where there are one to four.
    pub count: Option<u64>,
    /// Their sum in euro at the rates of their days, of those whose rate was known; none with the count.
    pub amount: Option<Money>,
}

/// Counts and sums by rung, with that of all kinds of money that came.
fn by_rung(rows: impl Iterator<Item = (LadderRung, u64, i64)>) -> BTreeMap<LadderRung, (u64, i64)> {
    let mut sums: BTreeMap<LadderRung, (u64, i64)> = BTreeMap::new();
    for (rung, count, cents) in rows {
        let close = LadderRung::KINDS.contains(&rung).then_some(LadderRung::Close);
        for rung in std::iter::once(rung).chain(close) {
            let sum = sums.entry(rung).or_default();
            *sum = (sum.0.saturating_add(count), sum.1.saturating_add(cents));
        }
    }
    // Where one kind is small, the others and the sum would tell it.
    let is_small = |sums: &BTreeMap<LadderRung, (u64, i64)>, rung| {
        sums.get(&rung).is_some_and(|(count, _)| (1..SMALL).contains(count))
    };
    if LadderRung::KINDS.iter().any(|kind| is_small(&sums, *kind)) {
        sums.retain(|rung, _| !LadderRung::KINDS.contains(rung));
    }
    sums
}

/// The outcome ladder by field.
pub fn ladder(rows: &[FlowRow]) -> Vec<LadderCell> {
    let mut fields: BTreeMap<Option<CooperationField>, Vec<&FlowRow>> = BTreeMap::new();
    for row in rows {
        fields.entry(row.field).or_default().push(row);
    }
    fields
        .into_iter()
        .flat_map(|(field, rows)| {
            let sums = by_rung(rows.iter().map(|row| (LadderRung::of(row.rung), row.count, 0)));
            sums.into_iter().map(move |(rung, (count, _))| LadderCell {
                rung,
                field,
                at_least: (count >= SMALL)
                    .then(|| count.saturating_sub(count.checked_rem(SMALL).unwrap_or(0))),
            })
        })
        .collect()
}

/// One direction of a ledger.
pub fn flow(rows: &[FlowRow]) -> Vec<FlowCell> {
    let sums = by_rung(rows.iter().map(|row| (LadderRung::of(row.rung), row.count, row.euro_cents)));
    sums.into_iter()
        .map(|(rung, (count, cents))| {
            let told = count >= SMALL;
            // Interest names no amount.
            let amount = Money::from_minor(cents, Currency::EUR).ok();
            FlowCell {
                rung,
                count: told.then_some(count),
                amount: amount.filter(|_| told && rung != LadderRung::Interest),
            }
        })
        .collect()
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

/// All directions in which somebody reached a rung, most first, what is held back last.
pub fn pairs(rows: &[FlowRow], rung: LadderRung) -> Vec<PairCell> {
    let mut by_pair: BTreeMap<(CountryCode, CountryCode), Vec<FlowRow>> = BTreeMap::new();
    for row in rows {
        if let (Some(from), Some(to)) = (row.from, row.to) {
            by_pair.entry((from, to)).or_default().push(row.clone());
        }
    }
    let cells = by_pair.into_iter().filter_map(|((from, to), rows)| {
        let cell = flow(&rows).into_iter().find(|cell| cell.rung == rung)?;
        Some(PairCell { from, to, cell })
    });
    let mut cells: Vec<PairCell> = cells.collect();
    // The sort is stable: equal ones stay in the order of their codes.
    cells.sort_by_key(|pair| std::cmp::Reverse(pair.cell.count));
    cells.truncate(MAX_PAIRS);
    cells
}

/// Mandates of one country that are looked through.
const MANDATES: usize = 50;

/// The best matches of investors of one country with projects of another: where the ledger lags behind, these would
/// bring it up. Best first, at most `first`, at most one for each project.
///
/// # Errors
/// The policy cannot be read.
pub fn suggestions(
    app: &App,
    from: CountryCode,
    to: CountryCode,
    first: usize,
) -> Result<Vec<Match>, AppError> {
    let snapshot = app.ranking.snapshot();
    let catalog = &snapshot.catalog;
    let mut countries = CountrySet::default();
    countries.insert(to);
    let filter = OpportunityFilter {
        countries,
        reader: Reader::Public,
        only_told: true,
        ..OpportunityFilter::default()
    };
    let of_country = |mandate: &&matcher::row::MandateRow| {
        let investor = catalog.organisations().get(mandate.investor);
        investor.is_some_and(|investor| investor.country == Some(from))
    };
    let mut found: Vec<Match> = Vec::new();
    for mandate in catalog.mandates().rows().iter().filter(of_country).take(MANDATES) {
        let shared = app.shared(&MandateChoice::Saved(mandate.id), None)?;
        let Some(investor) = catalog.organisations().get(mandate.investor) else { continue };
        let query = OpportunityQuery {
            mandate,
            investor,
            policy: &shared.policy,
            filter: &filter,
            by: RankBy::Mutual,
            list: List::Ranked,
            first,
            after: None,
        };
        let page = top_opportunities(catalog, &query);
        found.extend(page.items.into_iter().map(|ranked| Match {
            shared: std::sync::Arc::clone(&shared),
            mandate: Some::<Id<Mandate>>(mandate.id),
            project: ranked.row.id,
            investor: Some(mandate.investor),
            evaluation: ranked.evaluation,
            gates: ranked.gates,
            rank: None,
            key: Some(ranked.key),
        }));
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.key));
    let mut seen = std::collections::HashSet::new();
    found.retain(|one| seen.insert(one.project));
    found.truncate(first);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(rung: TransactionRung, count: u64, euro_cents: i64) -> FlowRow {
        FlowRow { rung, field: None, from: None, to: None, count, euro_cents }
    }

    #[test]
    fn what_is_small_is_held_back_and_cannot_be_worked_out() {
        use TransactionRung as R;
        let rows = [
            row(R::Interest, 12, 0),
            row(R::Pledge, 4, 900),
            row(R::Disbursement, 6, 600),
            row(R::EquityPurchase, 2, 100),
        ];
        let told = flow(&rows);
        let of = |rung| told.iter().find(|cell| cell.rung == rung);
        assert_eq!(of(LadderRung::Interest).unwrap().count, Some(12));
        assert_eq!(of(LadderRung::Interest).unwrap().amount, None);
        assert_eq!(of(LadderRung::Pledge).unwrap().count, None);
        assert_eq!(of(LadderRung::Pledge).unwrap().amount, None);
        assert_eq!(of(LadderRung::Close).unwrap().count, Some(8));
        assert_eq!(of(LadderRung::Close).unwrap().amount.unwrap().minor(), 700);
        assert!(of(LadderRung::Disbursement).is_none(), "six of eight would tell of two");
        let ladder = ladder(&rows);
        assert_eq!(ladder.iter().find(|cell| cell.rung == LadderRung::Interest).unwrap().at_least, Some(10));
    }

    #[test]
    fn pairs_of_countries_are_told_most_first_and_small_ones_are_held_back() {
        let between = |from: &str, to: Option<&str>, count| FlowRow {
            from: Some(from.parse().unwrap()),
            to: to.map(|to| to.parse().unwrap()),
            ..row(TransactionRung::Interest, count, 0)
        };
        let rows = [
            between("CN", Some("RS"), 3),
            between("TH", Some("RS"), 5),
            between("RS", Some("CN"), 4),
            between("TH", Some("RS"), 4),
            between("TH", None, 90),
            FlowRow { rung: TransactionRung::Pledge, ..between("AE", Some("RS"), 9) },
        ];
        let told = pairs(&rows, LadderRung::Interest);
        let told: Vec<_> =
            told.iter().map(|pair| (pair.from.alpha2(), pair.to.alpha2(), pair.cell.count)).collect();
        assert_eq!(told, [("TH", "RS", Some(9)), ("CN", "RS", None), ("RS", "CN", None)]);
    }

    proptest! {
        #[test]
        fn no_figure_is_told_of_fewer_than_five(counts in prop::collection::vec(0_u64..9, 6)) {
            use domain::Vocabulary;
            let rows: Vec<FlowRow> = TransactionRung::ALL.iter().zip(&counts)
                .filter(|(_, count)| **count > 0)
                .map(|(rung, count)| row(*rung, *count, 100))
                .collect();
            for cell in flow(&rows) {
                prop_assert!(cell.count.is_none_or(|count| count >= SMALL));
                prop_assert_eq!(cell.count.is_none() || cell.rung == LadderRung::Interest, cell.amount.is_none());
            }
            for cell in ladder(&rows) {
                prop_assert!(cell.at_least.is_none_or(|count| count >= SMALL && count % SMALL == 0));
            }
        }
    }
}
