//! What came of introductions, in public: the outcome ladder by field, and the ledger of a pair of countries, both ways.
//! Small groups are held back, and counts are cut down to a multiple of five, so that the two views cannot be subtracted
//! from each other, nor one day from the next.

mod ledger;
mod suggestion;

use std::collections::BTreeMap;

use domain::vocabulary::{CooperationField, TransactionRung};

pub use ledger::{FlowCell, MAX_PAIRS, PairCell, direction, pairs};
pub use suggestion::suggestions;

use crate::store::FlowRow;

/// Groups below this are held back, and counts are told as a multiple of it.
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

    /// The rungs that bear on what is told of this one: of a kind of money the other kinds too.
    const fn counts(self) -> &'static [TransactionRung] {
        use TransactionRung as R;
        match self {
            Self::Interest => &[R::Interest],
            Self::Pledge => &[R::Pledge],
            Self::Commitment => &[R::Commitment],
            Self::Close | Self::Disbursement | Self::EquityPurchase | Self::Guarantee => {
                &[R::Disbursement, R::EquityPurchase, R::Guarantee]
            }
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

/// The rungs to which one that was reached counts: the kinds of money that came are a close too.
fn rungs(rung: TransactionRung) -> impl Iterator<Item = LadderRung> {
    let rung = LadderRung::of(rung);
    let close = LadderRung::KINDS.contains(&rung).then_some(LadderRung::Close);
    std::iter::once(rung).chain(close)
}

/// Where one kind of the money that came is held back, the others and their sum would tell it: then the sum alone is told.
fn without_kinds<T>(cells: &mut BTreeMap<LadderRung, T>, is_told: impl Fn(&T) -> bool) {
    if LadderRung::KINDS.iter().any(|kind| cells.get(kind).is_some_and(|cell| !is_told(cell))) {
        cells.retain(|rung, _| !LadderRung::KINDS.contains(rung));
    }
}

/// A count as it is told: at least so many.
fn told(count: u64) -> Option<u64> {
    (count >= SMALL).then(|| count.saturating_sub(count.checked_rem(SMALL).unwrap_or(0)))
}

/// The outcome ladder by field.
pub fn ladder(rows: &[FlowRow]) -> Vec<LadderCell> {
    let mut fields: BTreeMap<Option<CooperationField>, Vec<&FlowRow>> = BTreeMap::new();
    for row in rows {
        fields.entry(row.field).or_default().push(row);
    }
    let cells = fields.into_iter().flat_map(|(field, rows)| {
        let mut counts: BTreeMap<LadderRung, u64> = BTreeMap::new();
        for row in rows {
            for rung in rungs(row.rung) {
                let count = counts.entry(rung).or_default();
                *count = count.saturating_add(row.count);
            }
        }
        without_kinds(&mut counts, |count| *count >= SMALL);
        counts.into_iter().map(move |(rung, count)| LadderCell { rung, field, at_least: told(count) })
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use domain::Vocabulary;
    use proptest::prelude::*;

    use super::*;

    fn row(rung: TransactionRung, count: u64) -> FlowRow {
        FlowRow { rung, field: None, from: None, to: None, count }
    }

    #[test]
    fn what_is_small_is_held_back_and_cannot_be_worked_out() {
        use TransactionRung as R;
        let rows =
            [row(R::Interest, 12), row(R::Pledge, 4), row(R::Disbursement, 6), row(R::EquityPurchase, 2)];
        let ladder = ladder(&rows);
        let of = |rung| ladder.iter().find(|cell| cell.rung == rung).map(|cell| cell.at_least);
        assert_eq!(of(LadderRung::Interest), Some(Some(10)));
        assert_eq!(of(LadderRung::Pledge), Some(None));
        assert_eq!(of(LadderRung::Close), Some(Some(5)));
        assert_eq!(of(LadderRung::Disbursement), None, "six of eight would tell of two");
    }

    proptest! {
        #[test]
        fn no_figure_is_told_of_fewer_than_five(counts in prop::collection::vec(0_u64..9, 6)) {
            let rows: Vec<FlowRow> = TransactionRung::ALL.iter().zip(&counts)
                .filter(|(_, count)| **count > 0)
                .map(|(rung, count)| row(*rung, *count))
                .collect();
            for cell in ladder(&rows) {
                prop_assert!(cell.at_least.is_none_or(|count| count >= SMALL && count % SMALL == 0));
            }
        }
    }
}
