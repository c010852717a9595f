//! A mandate's answers to everything that projects share, made once for a scan over all of them.

use domain::{Vocabulary, vocabulary::VerificationLevel};

use super::{
    OpportunityQuery,
    answer::{Answers, Asker, Met, OfCountries, OfFields, OfInstruments, OfOwner, OfStage, Sides},
    parts::in_parts,
};
use crate::{
    Catalog,
    row::{Day, ScanRow, stages},
    score::Term,
};

/// A query with its answers.
pub(super) struct Prepared<'a> {
    asker: Asker<'a>,
    fields: Vec<OfFields>,
    countries: Vec<OfCountries>,
    instruments: Vec<OfInstruments>,
    cities: Vec<Term>,
    owners: Vec<Option<OfOwner>>,
    /// Trust in the owner by level and by days since the last confirmation; see [`trust_place`].
    trust: Vec<Term>,
    stages: Vec<OfStage>,
    /// By the help that is wanted, as bits.
    help: Vec<Term>,
}

impl<'a> Prepared<'a> {
    /// Answers everything that projects share.
    pub(super) fn new(catalog: &'a Catalog, query: &OpportunityQuery<'a>) -> Self {
        let asker = Asker::new(catalog, query.mandate, query.investor, query.policy);
        let (scan, today) = (catalog.scan(), asker.today);
        Self {
            fields: each(scan.fields.lists(), |list| asker.fields(list)),
            countries: each(scan.countries.lists(), |list| asker.countries(list)),
            instruments: each(scan.instruments.lists(), |list| asker.instruments(list)),
            cities: each(scan.cities.lists(), |list| asker.cities(list)),
            owners: each(scan.owners(), |facts| asker.owner(facts.as_ref()?)),
            trust: VerificationLevel::ALL
                .iter()
                .flat_map(|level| (0..CONFIRMATIONS).map(move |days| (*level, days)))
                .map(|(level, days)| {
                    asker.trust(level, (days < STALE + 1).then(|| today.saturating_sub(days)))
                })
                .collect(),
            stages: stages().map(|(ladder, stage)| asker.stage(ladder, stage)).collect(),
            help: (0..=u8::MAX).map(|wanted| asker.help(wanted)).collect(),
            asker,
        }
    }

    /// Asks the gates of a project; none where its owner is not in the catalog.
    #[inline]
    pub(super) fn meet(&self, row: &ScanRow) -> Option<Met<'_>> {
        let answers = Answers {
            owner: self.owners.get(row.owner as usize)?.as_ref()?,
            fields: self.fields.get(row.fields as usize)?,
            countries: self.countries.get(row.countries as usize)?,
            instruments: self.instruments.get(row.instruments as usize)?,
            stage: self.stages.get(usize::from(row.stage))?,
        };
        Some(self.asker.meet(row, answers))
    }

    /// Both sides but for the two criteria that measure money against money; see [`Asker::sides`].
    #[inline]
    pub(super) fn sides(&self, row: &ScanRow, met: &Met<'_>) -> Option<Sides> {
        let trust =
            *self.trust.get(trust_place(met.answers.owner.level, row.confirmed_on, self.asker.today))?;
        let cities = *self.cities.get(row.cities as usize)?;
        let help = *self.help.get(usize::from(row.help_wanted))?;
        Some(self.asker.sides(row, met, trust, cities, help))
    }

    /// Point and coverage of both sides at the best that they can be; see [`Asker::at_best`].
    #[inline]
    pub(super) fn at_best(&self, row: &ScanRow, met: &Met<'_>, sides: &Sides) -> [(u32, u32); 2] {
        self.asker.at_best(row, met, sides)
    }

    /// Point and coverage of both sides, as a pair alone has them.
    #[inline]
    pub(super) fn exact(&self, row: &ScanRow, met: &Met<'_>, sides: &Sides) -> [(u32, u32); 2] {
        self.asker.exact(row, met, sides)
    }
}

/// Days after which a confirmation counts for nothing.
const STALE: Day = 180;

/// Confirmations of each age up to [`STALE`], and one that is not known.
const CONFIRMATIONS: Day = STALE + 2;

/// The place of a level with a confirmation in the table of trust.
#[inline]
fn trust_place(level: VerificationLevel, confirmed_on: Option<Day>, today: Day) -> usize {
    let days = confirmed_on.map_or(STALE + 1, |on| today.saturating_sub(on).clamp(0, STALE));
    level.index().saturating_mul(CONFIRMATIONS as usize).saturating_add(days as usize)
}

/// Answers every list, on several cores where there are many.
fn each<T: Sync, R: Send>(lists: &[T], answer: impl Fn(&T) -> R + Sync) -> Vec<R> {
    in_parts(lists, |_, part| part.iter().map(&answer).collect::<Vec<R>>())
        .into_iter()
        .reduce(|mut whole, part| {
            whole.extend(part);
            whole
        })
        .unwrap_or_default()
}
