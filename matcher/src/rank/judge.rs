//! One project under one query, as a scan judges it: where it stands in the list, or why it is not in. For what looks at
//! few projects, and answers each one's lists when it comes to it.

use std::cmp::Reverse;

use super::{
    OpportunityFilter, RankKey, Reader,
    answer::{Answers, Asker, OfStage},
};
use crate::{
    gate::GateBits,
    row::{ProjectRow, ScanRow},
    score::fuse,
};

/// What becomes of a project in the list by the score of both sides of which enough is known.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verdict {
    /// The filter leaves it out, or it has no owner in the catalog: it is not counted.
    Out,
    /// A gate shuts it out.
    Shut(GateBits),
    /// It is open and below the filter's least score.
    Low(GateBits),
    /// Not enough is known.
    Other(GateBits),
    /// Listed.
    Listed(GateBits, RankKey),
}

impl Asker<'_> {
    /// Judges a project; of the row all but the day of publication is read. Where all pass the filter, the project itself
    /// is not asked for.
    #[inline]
    pub(super) fn judge<'p>(
        &self,
        filter: &OpportunityFilter,
        stage: &OfStage,
        (row, id): (&ScanRow, u128),
        project: impl FnOnce() -> Option<&'p ProjectRow>,
    ) -> Verdict {
        let [public, registered] = row.veiled;
        let veiled = match (filter.only_told, filter.reader) {
            (false, _) | (true, Reader::Inside) => false,
            (true, Reader::Public) => public,
            (true, Reader::Registered) => registered,
        };
        if veiled || (!filter.lets_all_through() && !project().is_some_and(|row| filter.admits(row))) {
            return Verdict::Out;
        }
        self.judge_admitted(filter, stage, row, id).unwrap_or(Verdict::Out)
    }

    #[inline]
    fn judge_admitted(
        &self,
        filter: &OpportunityFilter,
        stage: &OfStage,
        row: &ScanRow,
        id: u128,
    ) -> Option<Verdict> {
        let scan = self.catalog.scan();
        let instruments = self.instruments(scan.instruments.lists().get(row.instruments as usize)?);
        let answers = Answers {
            owner: &self.owner(scan.owners().get(row.owner as usize)?.as_ref()?)?,
            fields: &self.fields(scan.fields.lists().get(row.fields as usize)?),
            countries: &self.countries(scan.countries.lists().get(row.countries as usize)?),
            instruments: &instruments,
            stage,
        };
        let met = self.meet(row, answers);
        let gates = met.gates();
        if gates.failed() != 0 {
            return Some(Verdict::Shut(gates));
        }
        let trust = self.trust(answers.owner.level, row.confirmed_on);
        let cities = self.cities(scan.cities.lists().get(row.cities as usize)?);
        let sides = self.sides(row, &met, trust, cities, self.help(row.help_wanted));
        let [investor, project] = self.exact(row, &met, &sides);
        let coverage = investor.1.min(project.1);
        let point = fuse(self.policy.fusion, investor.0, project.0);
        Some(if filter.min_score.is_some_and(|least| point < least) {
            Verdict::Low(gates)
        } else if coverage < self.policy.coverage_floor {
            Verdict::Other(gates)
        } else {
            let fresh = row.confirmed_on.and_then(|on| u32::try_from(on).ok()).unwrap_or(0);
            Verdict::Listed(gates, RankKey { primary: point, coverage, fresh, id: Reverse(id) })
        })
    }
}
