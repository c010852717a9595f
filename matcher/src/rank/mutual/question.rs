//! A query made ready for the engine.

use super::{row::Listed, upper::Upper};
use crate::{
    Catalog, Policy,
    rank::{
        List, OpportunityFilter, OpportunityQuery, RankBy, RankKey,
        answer::{Asker, Constants},
        judge::Verdict,
    },
    row::{MandateRow, OrganisationRow},
};

/// Which projects for a mandate, by the score of both sides. It holds the catalog as it was, so that it keeps its meaning
/// while the catalog goes on; the engine that it is asked of must hold the projects of that catalog.
#[derive(Debug, Clone)]
pub struct Question {
    catalog: Catalog,
    mandate: MandateRow,
    investor: OrganisationRow,
    policy: Policy,
    filter: OpportunityFilter,
    after: Option<RankKey>,
    constants: Constants,
    upper: Box<Upper>,
}

impl Question {
    /// A query made ready; none where it asks for another order or for the list of those of whom not enough is known.
    pub fn new(catalog: &Catalog, query: &OpportunityQuery<'_>) -> Option<Self> {
        if query.by != RankBy::Mutual || query.list != List::Ranked {
            return None;
        }
        let asker = Asker::new(catalog, query.mandate, query.investor, query.policy);
        Some(Self {
            upper: Box::new(Upper::new(&asker, query.filter)),
            constants: asker.constants,
            // Without the engine: one that learns from questions would hold itself.
            catalog: catalog.alone(),
            mandate: query.mandate.clone(),
            investor: query.investor.clone(),
            policy: query.policy.clone(),
            filter: query.filter.clone(),
            after: query.after,
        })
    }

    /// What the kernel reads.
    #[inline]
    pub(super) fn upper(&self) -> &Upper {
        &self.upper
    }

    /// The place of a project in the list, as a scan makes it; none where it is not in.
    pub(super) fn exact(&self, listed: &Listed) -> Option<RankKey> {
        let asker = Asker::with(&self.catalog, &self.mandate, &self.investor, &self.policy, self.constants);
        let row = &listed.facts();
        let stage = self.upper.of_stages.get(usize::from(row.stage))?;
        let project = || self.catalog.projects().get(listed.project());
        let Verdict::Listed(_, key) = asker.judge(&self.filter, stage, (row, listed.id()), project) else {
            return None;
        };
        self.after.is_none_or(|after| key < after).then_some(key)
    }
}
