//! Between which countries introductions go: a matrix of all, and the ledger of two with each rung.

use serde::Deserialize;

use super::plot;
use crate::{
    desk::Desk,
    view::{Country, Money},
};

/// The rungs by which the matrix is drawn, as the API names them.
pub(super) const RUNGS: [&str; 4] = ["INTEREST", "PLEDGE", "COMMITMENT", "CLOSE"];

/// Countries that have room in the drawing, on either side; the table has all.
const MOST: usize = 12;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Flows {
    pub(super) country_a: Country,
    pub(super) country_b: Country,
    pub(super) a_to_b: Vec<Flow>,
    pub(super) b_to_a: Vec<Flow>,
}

impl Flows {
    /// Both ways: from whom, to whom, and what came.
    pub(super) fn ways(&self) -> [(&Country, &Country, &[Flow]); 2] {
        [(&self.country_a, &self.country_b, &self.a_to_b), (&self.country_b, &self.country_a, &self.b_to_a)]
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Flow {
    pub(super) rung: String,
    pub(super) count: Option<i64>,
    pub(super) amount: Option<Money>,
    pub(super) suppressed: bool,
}

/// From one country to another, or within one.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PairFlow {
    pub(super) from: Country,
    pub(super) to: Country,
    pub(super) flow: Flow,
}

/// The countries of one side, in the order in which they come, as many as have room.
fn side(pairs: &[PairFlow], of: impl Fn(&PairFlow) -> &Country) -> Vec<&Country> {
    let mut found: Vec<&Country> = Vec::new();
    for country in pairs.iter().map(of) {
        if found.len() < MOST && !found.contains(&country) {
            found.push(country);
        }
    }
    found
}

/// The matrix of directions, most first.
pub(super) fn matrix(d: &Desk, pairs: &[PairFlow]) -> String {
    let (from, to) = (side(pairs, |pair| &pair.from), side(pairs, |pair| &pair.to));
    let place = |side: &[&Country], country: &Country| side.iter().position(|one| *one == country);
    let cells: Vec<plot::Cell> = pairs
        .iter()
        .filter_map(|pair| Some((place(&from, &pair.from)?, place(&to, &pair.to)?, pair.flow.count)))
        .collect();
    let named = |side: &[&Country]| -> Vec<String> { side.iter().map(|one| d.country(one)).collect() };
    let (from, to) = (named(&from), named(&to));
    plot::matrix(&d.say("flows-plot"), (&from, &to), &cells, "<5", d.words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_has_its_countries_once_and_no_more_than_there_is_room_for() {
        let country = |at: usize| Country { code: format!("{at:02}"), name: String::new() };
        let flow = Flow { rung: String::new(), count: None, amount: None, suppressed: true };
        let pair = |at: usize| PairFlow { from: country(at), to: country(0), flow: flow.clone() };
        let pairs: Vec<PairFlow> = (0..40).map(pair).collect();
        assert_eq!(side(&pairs, |pair| &pair.from).len(), MOST);
        assert_eq!(side(&pairs, |pair| &pair.to).len(), 1);
    }
}
