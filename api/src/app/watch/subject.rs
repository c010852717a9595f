//! What can be watched: the projects of a mandate, the partners of a city.

use std::{hash::Hash, sync::Arc};

use domain::{city::City, id::Id, mandate::Mandate};
use matcher::{
    Catalog,
    gate::all_open,
    rank::{List, OpportunityFilter, RankBy, Reader},
    row::Veil,
    score::MicroPoints,
};
use uuid::Uuid;

use super::{Feeds, Line, Standing, Watches};
use crate::{
    app::{
        App, AppError, CityMatch, CityRequest, MandateChoice, Match, OpportunityRequest, city_pair_of,
        pairs_of, partner_cities, top_opportunities,
    },
    ranking::Snapshot,
};

/// A match, its line, and the catalog on which it was scored.
pub(super) type Scored<M> = (M, Line, Arc<Snapshot>);

/// Something that can be watched. Two that are equal share one ranking.
pub trait Watch: Copy + Eq + Hash + Send + Sync + std::fmt::Debug + 'static {
    /// What the rows are.
    type Match: Send + Sync + 'static;

    /// Where its feeds are.
    fn feeds(watches: &Watches) -> &Feeds<Self>;

    /// Whether that which is watched is there.
    ///
    /// # Errors
    /// It is not.
    fn check(&self, catalog: &Catalog) -> Result<(), AppError>;

    /// The list now.
    ///
    /// # Errors
    /// That which is watched is not there.
    fn rank(&self, app: &App) -> Result<Standing, AppError>;

    /// One row now, at a place that it has in the list; none where it is not to be seen in this list now.
    ///
    /// # Errors
    /// That which is watched is not there.
    fn pair(&self, app: &App, subject: Uuid, rank: u64) -> Result<Option<Scored<Self::Match>>, AppError>;
}

/// The first projects of a mandate's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MandateWatch {
    /// The mandate.
    pub mandate: Id<Mandate>,
    /// Least score of the rows.
    pub min_score: Option<MicroPoints>,
    /// Rows that are watched, from the first.
    pub first: usize,
    /// From whom listings are left out that keep back what a score is made of.
    pub reader: Reader,
}

impl MandateWatch {
    /// Whether blocks part the two: for the investor's own people.
    fn is_parted(&self) -> bool {
        self.reader == Reader::Inside
    }

    fn line(matched: &Match, rank: u64) -> Line {
        let scores = &matched.evaluation;
        Line::new(rank, scores.mutual, [scores.investor, scores.project], &matched.gates)
    }
}

impl Watch for MandateWatch {
    type Match = Match;

    fn feeds(watches: &Watches) -> &Feeds<Self> {
        &watches.mandates
    }

    fn check(&self, catalog: &Catalog) -> Result<(), AppError> {
        let is_there = catalog.mandates().get(self.mandate).is_some();
        if is_there { Ok(()) } else { Err(AppError::NotFound { what: "mandate" }) }
    }

    fn rank(&self, app: &App) -> Result<Standing, AppError> {
        let (rows, shared) = top_opportunities(
            app,
            &OpportunityRequest {
                mandate: MandateChoice::Saved(self.mandate),
                parted: self.is_parted(),
                filter: OpportunityFilter {
                    min_score: self.min_score,
                    reader: self.reader,
                    only_told: true,
                    ..OpportunityFilter::default()
                },
                by: RankBy::Mutual,
                list: List::Ranked,
                weights: None,
                first: self.first,
                after: None,
            },
        )?;
        Ok(Standing {
            as_of: shared.snapshot.as_of,
            sequence: shared.snapshot.catalog.sequence,
            lines: (1..).zip(&rows).map(|(rank, row)| (row.project.uuid(), Self::line(row, rank))).collect(),
        })
    }

    fn pair(&self, app: &App, subject: Uuid, rank: u64) -> Result<Option<Scored<Match>>, AppError> {
        let mut matched = match pairs_of(app, (self.mandate, self.is_parted()), &[Id::from_uuid(subject)]) {
            Ok(pairs) => match pairs.into_iter().next() {
                Some(matched) => matched,
                None => return Ok(None),
            },
            Err(AppError::NotFound { what: "project" }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let score = matched.evaluation.mutual;
        let is_enough = score.coverage >= matched.shared.policy.coverage_floor
            && self.min_score.is_none_or(|least| score.point >= least);
        let row = matched.shared.snapshot.catalog.projects().get(matched.project);
        let is_told = row.is_some_and(|row| !self.reader.veil(row).hides(Veil::SCORED));
        if !is_enough || !is_told || !matched.is_listed() {
            return Ok(None);
        }
        matched.rank = Some(rank);
        let (line, snapshot) = (Self::line(&matched, rank), Arc::clone(&matched.shared.snapshot));
        Ok(Some((matched, line, snapshot)))
    }
}

/// The first partners of a city's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CityWatch {
    /// The city that looks.
    pub city: Id<City>,
    /// Rows that are watched, from the first.
    pub first: usize,
}

impl CityWatch {
    fn line(matched: &CityMatch, rank: u64) -> Line {
        let scores = &matched.evaluation;
        Line::new(rank, scores.mutual, [scores.mine, scores.theirs], &matched.gates)
    }
}

impl Watch for CityWatch {
    type Match = CityMatch;

    fn feeds(watches: &Watches) -> &Feeds<Self> {
        &watches.cities
    }

    fn check(&self, catalog: &Catalog) -> Result<(), AppError> {
        let is_there = catalog.cities().get(self.city).is_some();
        if is_there { Ok(()) } else { Err(AppError::NotFound { what: "city" }) }
    }

    fn rank(&self, app: &App) -> Result<Standing, AppError> {
        let page = partner_cities(app, &CityRequest::published(self.city, self.first))?;
        let lines = (page.page.first_rank..).zip(&page.page.items);
        Ok(Standing {
            as_of: page.shared.snapshot.as_of,
            sequence: page.shared.snapshot.catalog.sequence,
            lines: lines.map(|(rank, row)| (row.partner.uuid(), Self::line(row, rank))).collect(),
        })
    }

    fn pair(&self, app: &App, subject: Uuid, rank: u64) -> Result<Option<Scored<CityMatch>>, AppError> {
        let partner = Id::from_uuid(subject);
        if app.ranking.snapshot().catalog.cities().get(partner).is_none() {
            return Ok(None);
        }
        let mut matched = city_pair_of(app, self.city, partner, Vec::new())?;
        let is_enough = matched.evaluation.mutual.coverage >= matched.shared.policy.coverage_floor;
        if !is_enough || !all_open(&matched.gates) {
            return Ok(None);
        }
        matched.rank = Some(rank);
        let (line, snapshot) = (Self::line(&matched, rank), Arc::clone(&matched.shared.snapshot));
        Ok(Some((matched, line, snapshot)))
    }
}
