//! What a page says of the whole list, kept for the questions that were asked last: counted once by a scan, and brought
//! up to date by looking at the projects that changed.

use domain::{id::Id, project::Project};

use crate::{
    Catalog, Policy,
    gate::{
        GateBits,
        investment::{COUNT, Gate},
    },
    rank::{
        GateCount, OpportunityFilter, OpportunityQuery, Page, RankKey, Ranked,
        answer::{Asker, OfStage},
        judge::Verdict,
    },
    row::{MandateRow, OrganisationRow, stages},
};

/// Questions whose counts are kept.
const KEPT: usize = 256;

/// Places of pages that are kept for each: the next page begins at one.
const ENDS: usize = 32;

/// Pairs that are looked at for one change of the catalog; beyond it the questions that were asked longest ago are let go.
const MOST_PAIRS: usize = 16_384;

/// Who asks, under which policy, with which filter.
#[derive(Debug)]
struct Asked {
    mandate: MandateRow,
    investor: OrganisationRow,
    policy: Policy,
    filter: OpportunityFilter,
    /// Whether blocks count, as they do for those alone whom they part.
    parted: bool,
}

impl Asked {
    fn is(&self, query: &OpportunityQuery<'_>, parted: bool) -> bool {
        self.mandate.id == query.mandate.id
            && self.parted == parted
            && self.policy == *query.policy
            && self.filter == *query.filter
            && self.mandate == *query.mandate
            && self.investor == *query.investor
    }
}

/// A state of the catalog, as one kind of reader sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    /// By the catalog's changes.
    pub(super) seen: u64,
    /// Whether blocks count.
    pub(super) parted: bool,
}

/// Numbers over the whole catalog.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    pub(super) total: u64,
    pub(super) other_list: u64,
    pub(super) excluded_total: u64,
    failed: [u64; COUNT],
    unknown: [u64; COUNT],
}

impl Sums {
    fn of<T>(page: &Page<T>) -> Option<Self> {
        let (mut failed, mut unknown) = ([0; COUNT], [0; COUNT]);
        for (gate, count) in Gate::ALL.iter().zip(&page.excluded) {
            *failed.get_mut(*gate as usize)? = count.failed;
            *unknown.get_mut(*gate as usize)? = count.unknown;
        }
        let Page { total, other_list, excluded_total, .. } = *page;
        Some(Self { total, other_list, excluded_total, failed, unknown })
    }

    /// By gate.
    pub(super) fn by_gate(&self) -> Vec<GateCount> {
        let counts = self.failed.iter().zip(&self.unknown);
        let count = |(gate, (failed, unknown)): (&Gate, (&u64, &u64))| GateCount {
            gate: gate.key(),
            failed: *failed,
            unknown: *unknown,
        };
        Gate::ALL.iter().zip(counts).map(count).collect()
    }

    /// Counts a project once more, or once less.
    fn count(&mut self, verdict: Verdict, step: Step) {
        let gates = |counts: &mut [u64; COUNT], set: u16| {
            for (place, count) in (0_u32..).zip(counts) {
                if set.wrapping_shr(place) & 1 == 1 {
                    step.take(count);
                }
            }
        };
        let open = |sums: &mut Self, of: GateBits| gates(&mut sums.unknown, of.unknown());
        match verdict {
            Verdict::Out => {}
            Verdict::Shut(of) => {
                step.take(&mut self.excluded_total);
                gates(&mut self.failed, of.failed());
            }
            Verdict::Low(of) => open(self, of),
            Verdict::Other(of) => {
                open(self, of);
                step.take(&mut self.other_list);
            }
            Verdict::Listed(of, _) => {
                open(self, of);
                step.take(&mut self.total);
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    More,
    Less,
}

impl Step {
    fn take(self, count: &mut u64) {
        *count = match self {
            Self::More => count.saturating_add(1),
            Self::Less => count.saturating_sub(1),
        };
    }
}

/// One question with its counts.
#[derive(Debug)]
struct Entry {
    asked: Asked,
    sums: Sums,
    /// Ends of pages with the rows up to them.
    ends: Vec<(RankKey, u64)>,
    /// Whether a search had to score too much.
    gave_up: bool,
}

/// What is known of a question.
pub(super) enum Known {
    /// Its counts, and the rows before the page.
    Counted(Sums, u64),
    /// A scan serves it better, or has to count first.
    Scan,
}

/// The counts of the questions that were asked last, on one state of the catalog.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Asked last stands last.
    entries: Vec<Entry>,
    /// The state of the catalog, by its changes.
    seen: u64,
}

impl Counts {
    /// Of no question, on a state of a catalog.
    pub(super) const fn at(seen: u64) -> Self {
        Self { entries: Vec::new(), seen }
    }

    fn entry(&mut self, state: State, query: &OpportunityQuery<'_>) -> Option<&mut Entry> {
        let is = |entry: &Entry| entry.asked.is(query, state.parted);
        let place = (self.seen == state.seen).then(|| self.entries.iter().rposition(is))??;
        let entry = self.entries.remove(place);
        self.entries.push(entry);
        self.entries.last_mut()
    }

    /// What is known of a question on a state of the catalog.
    pub(super) fn find(&mut self, state: State, query: &OpportunityQuery<'_>) -> Known {
        let Some(entry) = self.entry(state, query).filter(|entry| !entry.gave_up) else { return Known::Scan };
        let before = match query.after {
            None => Some(0),
            Some(after) => entry.ends.iter().find(|(key, _)| *key == after).map(|(_, rows)| *rows),
        };
        before.map_or(Known::Scan, |before| Known::Counted(entry.sums, before))
    }

    /// Notes a page: its counts where they are new, and where it ends.
    pub(super) fn note<R>(&mut self, state: State, query: &OpportunityQuery<'_>, page: &Page<Ranked<R>>) {
        if self.seen != state.seen {
            return;
        }
        if self.entry(state, query).is_none() {
            let Some(sums) = Sums::of(page) else { return };
            if self.entries.len() >= KEPT {
                self.entries.remove(0);
            }
            let asked = Asked {
                mandate: query.mandate.clone(),
                investor: query.investor.clone(),
                policy: query.policy.clone(),
                filter: query.filter.clone(),
                parted: state.parted,
            };
            self.entries.push(Entry { asked, sums, ends: Vec::new(), gave_up: false });
        }
        let (Some(entry), Some(last)) = (self.entries.last_mut(), page.items.last()) else { return };
        if !entry.ends.iter().any(|(key, _)| *key == last.key) {
            if entry.ends.len() >= ENDS {
                entry.ends.remove(0);
            }
            let rows = page.first_rank.saturating_sub(1).saturating_add(page.items.len() as u64);
            entry.ends.push((last.key, rows));
        }
    }

    /// Notes that a search for a question had to score too much.
    pub(super) fn give_up(&mut self, state: State, query: &OpportunityQuery<'_>) {
        if let Some(entry) = self.entry(state, query) {
            entry.gave_up = true;
        }
    }

    /// Brings the counts from one state of the catalog to another in which these projects, and nothing else that bears on
    /// a project, are not what they were.
    pub(super) fn follow(
        &mut self,
        (before, after): (&Catalog, &Catalog),
        changed: &[Id<Project>],
        seen: u64,
    ) {
        if self.seen != before.journal().end() {
            self.entries.clear();
        }
        self.seen = seen;
        let room = MOST_PAIRS.checked_div(changed.len()).unwrap_or(KEPT);
        let gone = self.entries.len().saturating_sub(room);
        self.entries.drain(..gone);
        let (open_before, open_after) = (before.unparted(), after.unparted());
        for Entry { asked, sums, ends, .. } in &mut self.entries {
            let (before, after) = if asked.parted { (before, after) } else { (&open_before, &open_after) };
            for (catalog, step) in [(before, Step::Less), (after, Step::More)] {
                for verdict in verdicts(catalog, asked, changed) {
                    sums.count(verdict, step);
                    let Verdict::Listed(_, place) = verdict else { continue };
                    for (_, rows) in ends.iter_mut().filter(|(key, _)| place >= *key) {
                        step.take(rows);
                    }
                }
            }
        }
    }
}

fn verdicts<'a>(
    catalog: &'a Catalog,
    asked: &'a Asked,
    projects: &'a [Id<Project>],
) -> impl Iterator<Item = Verdict> + 'a {
    let judge = Asker::new(catalog, &asked.mandate, &asked.investor, &asked.policy);
    let of_stages: Vec<OfStage> = stages().map(|(ladder, stage)| judge.stage(ladder, stage)).collect();
    projects.iter().filter_map(move |id| {
        let place = catalog.projects().place(*id)?;
        let row = catalog.scan().rows().get(place)?;
        let project = || catalog.projects().rows().get(place);
        let stage = of_stages.get(usize::from(row.stage))?;
        Some(judge.judge(&asked.filter, stage, (row, id.uuid().as_u128()), project))
    })
}
