//! The problem in whole units of the gap, and what an allowed stack is.
#![expect(clippy::arithmetic_side_effects, reason = "units are at most 1,000 and scores at most 1e8")]

use domain::{id::Id, mandate::Mandate, organisation::Organisation, vocabulary::Instrument};

use crate::score::MicroPoints;

/// A mandate that passes every gate, with what it could give in units of the gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The mandate.
    pub mandate: Id<Mandate>,
    /// Whose it is.
    pub investor: Id<Organisation>,
    /// Mutual score with the project.
    pub score: MicroPoints,
    /// Smallest ticket in units, rounded up.
    pub low: u16,
    /// Largest ticket in units, rounded down.
    pub high: u16,
    /// Instruments that it offers and the project seeks.
    pub instruments: Vec<Instrument>,
}

/// What a stack must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Units of the whole gap; 100 for steps of one percent.
    pub units: u16,
    /// The most counterparties.
    pub counterparties: u8,
    /// Some counterparty has at least so many units; 0 where no lead is asked for.
    pub lead: u16,
    /// No counterparty has more units than this.
    pub concentration: u16,
    /// Money that looks for no return has at most so many units together.
    pub concessional: u16,
    /// No slice has fewer units than this.
    pub smallest: u16,
}

impl Default for Rules {
    fn default() -> Self {
        Self { units: 100, counterparties: 8, lead: 0, concentration: 100, concessional: 100, smallest: 1 }
    }
}

/// Rules or candidates that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProblemError {
    /// No units, or too many.
    #[error("a gap has 1 to 1000 units")]
    Units,
    /// No counterparties, or too many.
    #[error("a stack has 1 to 8 counterparties")]
    Counterparties,
    /// A lead above what one counterparty may have.
    #[error("the lead's least share is above the largest share of one counterparty")]
    Lead,
    /// More than can be solved.
    #[error("at most 10000 mandates and 16 instruments")]
    TooMany,
}

/// Which stack of which candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub(super) rules: Rules,
    pub(super) caps: Vec<(Instrument, u16)>,
    pub(super) candidates: Vec<Candidate>,
}

/// One slice of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Place of the candidate.
    pub candidate: usize,
    /// In which instrument.
    pub instrument: Instrument,
    /// How many units.
    pub units: u16,
    /// What keeps it from having more.
    pub limit: Limit,
}

/// What keeps a slice from having more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// The mandate's largest ticket.
    TicketMax,
    /// The largest share of one counterparty.
    Concentration,
    /// The share of the instrument that the project seeks.
    Instrument,
    /// The largest concessional share.
    Concessional,
    /// The gap is filled, and this slice has no more than its smallest ticket, the project's smallest slice, or what a
    /// lead needs.
    Smallest,
    /// The gap is filled, and what another counterparty has counts at least as much there.
    Gap,
}

impl Limit {
    /// The code in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TicketMax => "TICKET_MAX",
            Self::Concentration => "CONCENTRATION",
            Self::Instrument => "INSTRUMENT_SHARE",
            Self::Concessional => "CONCESSIONAL_SHARE",
            Self::Smallest => "SMALLEST",
            Self::Gap => "GAP_FILLED",
        }
    }
}

/// Whether money in an instrument looks for no return.
pub(super) const fn is_concessional(instrument: Instrument) -> bool {
    !instrument.seeks_return()
}

impl Problem {
    /// A problem with the largest units of each instrument. Instruments that are not named are not sought.
    ///
    /// # Errors
    /// Rules that no stack can keep, or too many candidates.
    pub fn new(
        rules: Rules,
        mut caps: Vec<(Instrument, u16)>,
        candidates: Vec<Candidate>,
    ) -> Result<Self, ProblemError> {
        if !(1..=1_000).contains(&rules.units) {
            return Err(ProblemError::Units);
        }
        if !(1..=8).contains(&rules.counterparties) {
            return Err(ProblemError::Counterparties);
        }
        if rules.lead > rules.concentration.min(rules.units) {
            return Err(ProblemError::Lead);
        }
        caps.sort_by_key(|(instrument, _)| *instrument);
        caps.dedup_by_key(|(instrument, _)| *instrument);
        if candidates.len() > 10_000 || caps.len() > 16 {
            return Err(ProblemError::TooMany);
        }
        Ok(Self { rules, caps, candidates })
    }

    /// The rules.
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The candidates.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The largest units of each instrument sought.
    pub fn caps(&self) -> &[(Instrument, u16)] {
        &self.caps
    }

    /// The most units that any stack can have: those of the gap, or fewer where the limits leave no more.
    pub(super) fn most(&self) -> u16 {
        let sum = |free: bool| -> u32 {
            let of_kind = self.caps.iter().filter(|(instrument, _)| is_concessional(*instrument) == free);
            of_kind.map(|(_, cap)| u32::from((*cap).min(self.rules.units))).sum()
        };
        let most = sum(false) + sum(true).min(u32::from(self.rules.concessional));
        most.min(u32::from(self.rules.units)) as u16
    }

    /// The least that a candidate takes.
    pub(super) fn least(&self, candidate: &Candidate) -> u16 {
        candidate.low.max(self.rules.smallest).max(1)
    }

    /// The value of slices: the sum of units times score.
    pub fn value(&self, slices: &[Slice]) -> u64 {
        let score =
            |slice: &Slice| self.candidates.get(slice.candidate).map_or(0, |one| u64::from(one.score));
        slices.iter().map(|slice| u64::from(slice.units) * score(slice)).sum()
    }

    /// Whether slices keep every rule. An empty stack keeps them all.
    pub fn allows(&self, slices: &[Slice]) -> bool {
        let rules = &self.rules;
        let sum = |of: &dyn Fn(&Slice) -> bool| -> u32 {
            slices.iter().filter(|slice| of(slice)).map(|slice| u32::from(slice.units)).sum()
        };
        let mut investors: Vec<_> =
            slices.iter().filter_map(|slice| Some(self.candidates.get(slice.candidate)?.investor)).collect();
        investors.sort_unstable();
        investors.dedup();
        let each = slices.iter().all(|slice| {
            self.candidates.get(slice.candidate).is_some_and(|one| {
                (self.least(one)..=one.high.min(rules.concentration)).contains(&slice.units)
                    && one.instruments.contains(&slice.instrument)
            })
        });
        let capped = slices.iter().all(|slice| {
            let cap = self.caps.iter().find(|(instrument, _)| *instrument == slice.instrument);
            cap.is_some_and(|(instrument, cap)| sum(&|one| one.instrument == *instrument) <= u32::from(*cap))
        });
        each && capped
            && investors.len() == slices.len()
            && slices.len() <= usize::from(rules.counterparties)
            && sum(&|_| true) <= u32::from(rules.units)
            && sum(&|slice| is_concessional(slice.instrument)) <= u32::from(rules.concessional)
            && (slices.is_empty() || slices.iter().any(|slice| slice.units >= rules.lead))
    }

    /// What keeps a slice of an allowed stack from having more.
    pub(super) fn limit(&self, slices: &[Slice], place: usize) -> Limit {
        let (Some(slice), rules) = (slices.get(place), &self.rules) else { return Limit::Gap };
        let Some(one) = self.candidates.get(slice.candidate) else { return Limit::Gap };
        let sum = |of: &dyn Fn(&Slice) -> bool| -> u32 {
            slices.iter().filter(|slice| of(slice)).map(|slice| u32::from(slice.units)).sum()
        };
        let cap = self.caps.iter().find(|(instrument, _)| *instrument == slice.instrument);
        if slice.units >= rules.concentration && one.high > rules.concentration {
            Limit::Concentration
        } else if slice.units >= one.high {
            Limit::TicketMax
        } else if cap.is_some_and(|(_, cap)| {
            *cap < rules.units && sum(&|one| one.instrument == slice.instrument) >= u32::from(*cap)
        }) {
            Limit::Instrument
        } else if is_concessional(slice.instrument)
            && rules.concessional < rules.units
            && sum(&|slice| is_concessional(slice.instrument)) >= u32::from(rules.concessional)
        {
            Limit::Concessional
        } else if slice.units == self.least(one) || (rules.lead > 0 && slice.units == rules.lead) {
            Limit::Smallest
        } else {
            Limit::Gap
        }
    }
}
