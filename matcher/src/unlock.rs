//! What an owner could do next, as a price list: for every missing document how many mandates it opens and how much
//! they have to give; for every unknown fact how the score would move (features 3, 'Unlock map'; rulings 10).
//!
//! The scorer answers every line. To show a document is a deed, and its line is exact. A fact that nobody knows is
//! tried at values from one end to the other: learning it can also lower a score, so it is never promised as a lift.

use domain::{
    Vocabulary,
    vocabulary::{HelpKind, InfrastructureStage, Instrument, InvestmentStage, StageLadder, VentureStage},
};

use crate::{
    Catalog, MicroPoints, Policy,
    catalog::Pair,
    counterfactual::{Change, apply, open_changes},
    gate::{all_open, investment::answers},
    highlight::FLOOR_SCORE,
    rank::{Evaluation, evaluate},
    row::{Amount, MandateRow, OrganisationRow, ProjectRow},
};

/// Where nothing else is asked for, a match counts as within reach from this mutual score on, in micro-points: the 60
/// points from which a project has a right to be seen (section 5.6).
pub const REACH: MicroPoints = FLOOR_SCORE;

/// Mandates, and how much they have to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Volume {
    /// How many mandates.
    pub mandates: u64,
    /// The sum of their largest tickets in euro cents, at the catalog's rates.
    pub euro_cents: u64,
    /// Of them so many whose ticket is unknown or has no rate, so that the sum does not have them.
    pub without_ticket: u64,
}

impl Volume {
    fn add(&mut self, mandate: &MandateRow) {
        self.mandates = self.mandates.saturating_add(1);
        let largest = mandate.ticket.and_then(|(_, largest)| largest.euro_cents);
        match largest.and_then(|cents| u64::try_from(cents).ok()) {
            Some(cents) => self.euro_cents = self.euro_cents.saturating_add(cents),
            None => self.without_ticket = self.without_ticket.saturating_add(1),
        }
    }
}

/// A deed with what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed {
    /// What the owner would do.
    pub change: Change,
    /// Mandates that come within reach by it.
    pub opens: Volume,
    /// Mandates, within reach or not, whose score it lifts.
    pub lifts: u64,
    /// The largest lift, in micro-points.
    pub most: MicroPoints,
}

/// A fact of a project that somebody may not have stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Funding gap.
    Gap,
    /// Stage.
    Stage,
    /// Instruments sought.
    Instruments,
    /// Expected return.
    Return,
    /// Tenor.
    Tenor,
    /// Price of an entry-level plan.
    EntryPrice,
    /// People who get service for the first time.
    NewlyServed,
    /// Schools that are connected.
    Schools,
    /// Share of women.
    Women,
    /// Help wanted beside money.
    Help,
}

impl Fact {
    /// All, in the order of the questionnaire.
    pub const ALL: [Self; 10] = [
        Self::Gap,
        Self::Stage,
        Self::Instruments,
        Self::Return,
        Self::Tenor,
        Self::EntryPrice,
        Self::NewlyServed,
        Self::Schools,
        Self::Women,
        Self::Help,
    ];

    /// Whether a project does not state it although it is asked for: of ventures no effects on inclusion are.
    pub fn is_missing(self, project: &ProjectRow) -> bool {
        let is_of_infrastructure = project.ladder == StageLadder::Infrastructure;
        match self {
            Self::Gap => project.gap.is_none(),
            Self::Stage => project.stage.is_none(),
            Self::Instruments => project.instruments.is_empty(),
            Self::Return => project.return_hundredths.is_none(),
            Self::Tenor => project.tenor_months.is_none(),
            Self::EntryPrice => is_of_infrastructure && project.entry_price.is_none(),
            Self::NewlyServed => is_of_infrastructure && project.newly_served.is_none(),
            Self::Schools => is_of_infrastructure && project.schools.is_none(),
            Self::Women => is_of_infrastructure && project.women.is_none(),
            Self::Help => project.help_wanted == 0,
        }
    }

    /// The project with this fact known, at values over the whole of what it can be; where the value that fits depends
    /// on the mandate, at the mandate's own ends too.
    fn tried(self, project: &ProjectRow, mandate: &MandateRow) -> Vec<ProjectRow> {
        let with = |set: &dyn Fn(&mut ProjectRow)| {
            let mut row = project.clone();
            set(&mut row);
            row.refresh();
            row
        };
        match self {
            Self::Gap => {
                let Some((smallest, largest)) = mandate.ticket else { return Vec::new() };
                // Far below the smallest ticket, at both bounds, and far above the largest.
                let gaps = [times(smallest, 1, 8), Some(smallest), Some(largest), times(largest, 8, 1)];
                let gaps = gaps.into_iter().flatten().filter(|gap| gap.minor > 0);
                gaps.map(|gap| with(&|row| (row.gap, row.slice) = (Some(gap), Some(gap)))).collect()
            }
            Self::Stage => {
                rungs(project.ladder).into_iter().map(|stage| with(&|row| row.stage = Some(stage))).collect()
            }
            Self::Instruments => Instrument::ALL
                .iter()
                .map(|instrument| with(&|row| row.instruments = [(*instrument, 10_000)].into()))
                .collect(),
            Self::Return => {
                let target = mandate.target_return.unwrap_or_default();
                let ends = [target, target.saturating_sub(500)];
                ends.map(|pct| with(&|row| row.return_hundredths = Some(pct))).into()
            }
            Self::Tenor => {
                let limit = mandate.max_tenor.unwrap_or(1);
                let ends = [limit, limit.saturating_mul(2)];
                ends.map(|months| with(&|row| row.tenor_months = Some(months))).into()
            }
            // Affordable is below two percent of income a head.
            Self::EntryPrice => [100, 300].map(|pct| with(&|row| row.entry_price = Some(pct))).into(),
            Self::NewlyServed => {
                [0, u64::from(u32::MAX)].map(|people| with(&|row| row.newly_served = Some(people))).into()
            }
            Self::Schools => [0, 1_000].map(|schools| with(&|row| row.schools = Some(schools))).into(),
            Self::Women => [0, 10_000].map(|share| with(&|row| row.women = Some(share))).into(),
            Self::Help => {
                let kinds = 0..u32::try_from(HelpKind::ALL.len()).unwrap_or(u8::BITS);
                let one = kinds.filter_map(|kind| 1_u8.checked_shl(kind));
                one.map(|bits| with(&|row| row.help_wanted = bits)).collect()
            }
        }
    }
}

/// The stages of a ladder.
fn rungs(ladder: StageLadder) -> Vec<InvestmentStage> {
    match ladder {
        StageLadder::Infrastructure => {
            InfrastructureStage::ALL.iter().copied().map(InvestmentStage::Infrastructure).collect()
        }
        StageLadder::Venture => VentureStage::ALL.iter().copied().map(InvestmentStage::Venture).collect(),
    }
}

/// An amount times a fraction; none where it leaves what can be counted.
fn times(amount: Amount, times: i64, over: i64) -> Option<Amount> {
    let scaled = |value: i64| value.checked_mul(times)?.checked_div(over);
    let euro_cents = match amount.euro_cents {
        Some(cents) => Some(scaled(cents)?),
        None => None,
    };
    Some(Amount { minor: scaled(amount.minor)?, euro_cents, ..amount })
}

/// A fact that is not stated, with what learning it could do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown {
    /// Which.
    pub fact: Fact,
    /// Mandates whose score or gates it bears on.
    pub bears_on: u64,
    /// Mandates that are open now and that some value would shut out.
    pub may_shut: u64,
    /// Mandates that would come within reach at the value that fits them best.
    pub may_open: Volume,
    /// Score with the mandate that ranks the project first, as it is now; none where no mandate is open.
    pub now: Option<Evaluation>,
    /// The same at the value of the fact that fits that mandate least.
    pub worst: Option<Evaluation>,
    /// The same at the value that fits it best.
    pub best: Option<Evaluation>,
}

/// What an owner could do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockMap {
    /// Mandates whose gates are open.
    pub open: u64,
    /// Mandates within reach now.
    pub reached: Volume,
    /// Deeds that change something, what opens most first.
    pub deeds: Vec<Deed>,
    /// Facts that are not stated and bear on something, what bears on most first.
    pub unknown: Vec<Unknown>,
}

/// What all lines of a map share.
struct Market<'a> {
    policy: &'a Policy,
    reach: MicroPoints,
    /// The project with every mandate: whether no gate excludes it, and its score as it is now.
    pairs: Vec<(Pair<'a>, bool, Evaluation)>,
}

impl Market<'_> {
    /// Whether a match is within reach: no gate excludes it, enough of it is known to be listed, and its score is
    /// high enough.
    fn reaches(&self, open: bool, evaluation: &Evaluation) -> bool {
        let mutual = &evaluation.mutual;
        open && mutual.coverage >= self.policy.coverage_floor && mutual.point >= self.reach
    }

    fn judge(&self, pair: &Pair<'_>) -> (bool, Evaluation) {
        (all_open(&answers(pair)), evaluate(self.policy, pair))
    }
}

/// Prices what the owner of a project could do, against all mandates of a catalog; a match counts as within reach from
/// `reach` micro-points on. The project need not be in the catalog.
pub fn unlock(
    catalog: &Catalog,
    policy: &Policy,
    (project, owner): (&ProjectRow, &OrganisationRow),
    reach: MicroPoints,
) -> UnlockMap {
    let mut market = Market { policy, reach, pairs: Vec::new() };
    for mandate in catalog.mandates().rows() {
        if let Some(investor) = catalog.organisations().get(mandate.investor) {
            let pair = Pair { mandate, investor, project, owner, catalog };
            let (open, now) = market.judge(&pair);
            market.pairs.push((pair, open, now));
        }
    }
    let mut map = UnlockMap { open: 0, reached: Volume::default(), deeds: Vec::new(), unknown: Vec::new() };
    for (pair, open, now) in &market.pairs {
        map.open = map.open.saturating_add(u64::from(*open));
        if market.reaches(*open, now) {
            map.reached.add(pair.mandate);
        }
    }
    // What is open to the owner does not depend on the mandate.
    let changes = market.pairs.first().map(|(pair, ..)| open_changes(pair)).unwrap_or_default();
    map.deeds = changes.into_iter().map(|change| deed(&market, catalog, (project, owner), change)).collect();
    map.deeds.retain(|deed| deed.lifts > 0 || deed.opens.mandates > 0);
    map.deeds.sort_by_key(|deed| std::cmp::Reverse((deed.opens.mandates, deed.lifts, deed.most)));
    let missing = Fact::ALL.into_iter().filter(|fact| fact.is_missing(project));
    map.unknown = missing.map(|fact| unknown(&market, fact)).collect();
    map.unknown.retain(|unknown| unknown.bears_on > 0);
    map.unknown.sort_by_key(|unknown| std::cmp::Reverse((unknown.may_open.mandates, unknown.bears_on)));
    map
}

fn deed(
    market: &Market<'_>,
    catalog: &Catalog,
    (project, owner): (&ProjectRow, &OrganisationRow),
    change: Change,
) -> Deed {
    let mut deed = Deed { change, opens: Volume::default(), lifts: 0, most: 0 };
    let (mut project, mut owner) = (project.clone(), owner.clone());
    apply(change, catalog.day(), &mut project, &mut owner);
    for (pair, open, before) in &market.pairs {
        let (opened, after) = market.judge(&Pair { project: &project, owner: &owner, ..*pair });
        if market.reaches(opened, &after) && !market.reaches(*open, before) {
            deed.opens.add(pair.mandate);
        }
        let lift = after.mutual.point.saturating_sub(before.mutual.point);
        if opened && lift > 0 {
            deed.lifts = deed.lifts.saturating_add(1);
            deed.most = deed.most.max(lift);
        }
    }
    deed
}

fn unknown(market: &Market<'_>, fact: Fact) -> Unknown {
    let mut found = Unknown {
        fact,
        bears_on: 0,
        may_shut: 0,
        may_open: Volume::default(),
        now: None,
        worst: None,
        best: None,
    };
    // A gate that is shut for another reason stays shut whatever this fact is.
    for (pair, _, before) in market.pairs.iter().filter(|(_, open, _)| *open) {
        let tried: Vec<(bool, Evaluation)> = fact
            .tried(pair.project, pair.mandate)
            .iter()
            .map(|project| market.judge(&Pair { project, ..*pair }))
            .collect();
        let shut = tried.iter().any(|(open, _)| !open);
        if !shut && tried.iter().all(|(_, after)| after.mutual == before.mutual) {
            continue;
        }
        found.bears_on = found.bears_on.saturating_add(1);
        found.may_shut = found.may_shut.saturating_add(u64::from(shut));
        if tried.iter().any(|(open, after)| market.reaches(*open, after)) && !market.reaches(true, before) {
            found.may_open.add(pair.mandate);
        }
        if found.now.is_none_or(|first| before.mutual.point > first.mutual.point) {
            let point = |evaluation: &Evaluation| evaluation.mutual.point;
            found.now = Some(*before);
            found.worst = tried.iter().map(|(_, after)| *after).min_by_key(point);
            found.best = tried.iter().map(|(_, after)| *after).max_by_key(point);
        }
    }
    found
}
