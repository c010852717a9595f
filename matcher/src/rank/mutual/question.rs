//! A query made ready for the engine.

use std::cmp::Reverse;

use super::{row::Listed, upper::Upper};
use crate::{
    Catalog, Policy,
    rank::{
        List, OpportunityFilter, OpportunityQuery, RankBy, RankKey, Reader,
        answer::{Answers, Asker, Constants},
    },
    row::{MandateRow, OrganisationRow},
    score::fuse,
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
            catalog: catalog.clone(),
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
        let asker = Asker {
            catalog: &self.catalog,
            mandate: &self.mandate,
            investor: &self.investor,
            policy: &self.policy,
            today: self.catalog.day(),
            constants: self.constants,
        };
        let row = &listed.facts();
        let [public, registered] = row.veiled;
        let veiled = match (self.filter.only_told, self.filter.reader) {
            (false, _) | (true, Reader::Inside) => false,
            (true, Reader::Public) => public,
            (true, Reader::Registered) => registered,
        };
        if veiled {
            return None;
        }
        let scan = self.catalog.scan();
        let instruments = asker.instruments(scan.instruments.lists().get(row.instruments as usize)?);
        let answers = Answers {
            owner: &asker.owner(scan.owners().get(row.owner as usize)?.as_ref()?)?,
            fields: &asker.fields(scan.fields.lists().get(row.fields as usize)?),
            countries: &asker.countries(scan.countries.lists().get(row.countries as usize)?),
            instruments: &instruments,
            stage: self.upper.of_stages.get(usize::from(row.stage))?,
        };
        let met = asker.meet(row, answers);
        if met.gates().failed() != 0 {
            return None;
        }
        if !self.filter.lets_all_through()
            && !self.filter.admits(self.catalog.projects().get(listed.project())?)
        {
            return None;
        }
        let trust = asker.trust(answers.owner.level, row.confirmed_on);
        let cities = asker.cities(scan.cities.lists().get(row.cities as usize)?);
        let sides = asker.sides(row, &met, trust, cities, asker.help(row.help_wanted));
        let [investor, project] = asker.exact(row, &met, &sides);
        let coverage = investor.1.min(project.1);
        let point = fuse(self.policy.fusion, investor.0, project.0);
        let short = self.filter.min_score.is_some_and(|least| point < least);
        if short || coverage < self.policy.coverage_floor {
            return None;
        }
        let fresh = row.confirmed_on.and_then(|on| u32::try_from(on).ok()).unwrap_or(0);
        let key = RankKey { primary: point, coverage, fresh, id: Reverse(listed.id()) };
        self.after.is_none_or(|after| key < after).then_some(key)
    }
}
