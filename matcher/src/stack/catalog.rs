//! The stack of a project in a catalog: who passes every gate, what each could give, and the slices in money with why.

use domain::{Vocabulary, id::Id, mandate::Mandate, organisation::Organisation, vocabulary::Instrument};

use super::{
    problem::{Candidate, Limit, Problem, ProblemError, Rules},
    search::{Certificate, solve},
};
use crate::{
    Catalog, MicroPoints, Policy,
    catalog::Pair,
    explanation::{Arg, Sentence},
    gate::{all_open, investment::answers},
    rank::evaluate,
    row::{Amount, MandateRow, OrganisationRow, ProjectRow},
};

/// What an owner asks of a stack, in percent of the gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackRules {
    /// The most counterparties, 1 to 8.
    pub counterparties: u8,
    /// The least share of a lead; 0 where none is asked for.
    pub lead_pct: u8,
    /// The largest share of one counterparty.
    pub concentration_pct: u8,
    /// The largest share of money that looks for no return.
    pub concessional_pct: u8,
}

impl Default for StackRules {
    fn default() -> Self {
        Self { counterparties: 8, lead_pct: 0, concentration_pct: 100, concessional_pct: 100 }
    }
}

/// Mandates that could not be asked, by why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// A gate excludes the pair.
    pub gates: u32,
    /// Not enough is known of the pair to list it.
    pub coverage: u32,
    /// The mandate states no ticket, or no rate makes it comparable with the gap.
    pub ticket_unknown: u32,
    /// The smallest ticket is above the gap, or the largest below one percent of it or below the smallest slice.
    pub ticket_outside: u32,
    /// The mandate states no instrument, or none that is sought.
    pub instrument: u32,
}

/// A slice in money, with why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceLine {
    /// The mandate.
    pub mandate: Id<Mandate>,
    /// Whose it is.
    pub investor: Id<Organisation>,
    /// In which instrument.
    pub instrument: Instrument,
    /// Percent of the gap.
    pub percent: u16,
    /// The amount, in the gap's currency; rounded down to the minor unit.
    pub amount: Amount,
    /// Mutual score with the project.
    pub score: MicroPoints,
    /// Its place by score among the mandates that could be asked, from 1.
    pub rank: u32,
    /// What keeps it from having more.
    pub limit: Limit,
    /// Why this mandate, this instrument and this amount.
    pub because: Sentence,
}

/// A stack that is proposed. It binds nobody, and nobody was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The gap.
    pub gap: Amount,
    /// The slices, highest score first.
    pub slices: Vec<SliceLine>,
    /// Percent of the gap that they fill.
    pub filled_percent: u16,
    /// The sum of percent times score.
    pub value: u64,
    /// How good it is proved to be.
    pub certificate: Certificate,
    /// Mandates that could be asked.
    pub asked: u32,
    /// Mandates that could not.
    pub left_out: LeftOut,
}

/// Why no stack is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StackRefusal {
    /// The project states no gap.
    #[error("the project states no funding gap")]
    NoGap,
    /// The rules cannot be kept.
    #[error(transparent)]
    Rules(#[from] ProblemError),
}

/// Proposes a stack for a project. It need not be in the catalog.
///
/// A gap whose owner names no smallest slice counts as one that can be divided: the owner asks for a combination.
///
/// # Errors
/// The project states no gap, or the rules cannot be kept.
pub fn propose(
    catalog: &Catalog,
    policy: &Policy,
    (project, owner): (&ProjectRow, &OrganisationRow),
    rules: &StackRules,
) -> Result<Proposal, StackRefusal> {
    let gap = project.gap.filter(|gap| gap.minor > 0).ok_or(StackRefusal::NoGap)?;
    let units = 100;
    let slice = project.slice.filter(|slice| slice.minor < gap.minor);
    let smallest = slice.and_then(|slice| share(gap, slice)).map_or(1, |(_, up)| up.max(1));
    let rules = Rules {
        units,
        counterparties: rules.counterparties,
        lead: u16::from(rules.lead_pct),
        concentration: u16::from(rules.concentration_pct).min(units),
        concessional: u16::from(rules.concessional_pct).min(units),
        smallest,
    };
    let mut left_out = LeftOut::default();
    let mut candidates = Vec::new();
    for mandate in catalog.mandates().rows() {
        let Some(investor) = catalog.organisations().get(mandate.investor) else { continue };
        let pair = Pair { mandate, investor, project, owner, catalog };
        match candidate(policy, &pair, gap, smallest) {
            Ok(candidate) => candidates.push(candidate),
            Err(why) => {
                let count = why(&mut left_out);
                *count = count.saturating_add(1);
            }
        }
    }
    // The order of the catalog's rows means nothing, and no answer may depend on it.
    candidates.sort_by_key(|one| (std::cmp::Reverse(one.score), one.mandate));
    let problem = Problem::new(rules, sought(project), candidates)?;
    let stack = solve(&problem);
    let slices: Vec<SliceLine> = stack
        .slices
        .iter()
        .filter_map(|slice| {
            let one = problem.candidates().get(slice.candidate)?;
            let amount = percent_of(gap, slice.units);
            let rank = u32::try_from(slice.candidate).unwrap_or(u32::MAX).saturating_add(1);
            let because = Sentence::plain(limit_key(slice.limit))
                .with("score", Arg::Points(one.score))
                .with("rank", rank)
                .with("of", problem.candidates().len())
                .with("instrument", Arg::inside(slice.instrument))
                .with("percent", slice.units)
                .with("amount", amount.money().map_or_else(|| "".into(), Arg::Money));
            Some(SliceLine {
                mandate: one.mandate,
                investor: one.investor,
                instrument: slice.instrument,
                percent: slice.units,
                amount,
                score: one.score,
                rank,
                limit: slice.limit,
                because,
            })
        })
        .collect();
    Ok(Proposal {
        gap,
        filled_percent: slices.iter().map(|slice| slice.percent).fold(0, u16::saturating_add),
        slices,
        value: stack.value,
        certificate: stack.certificate,
        asked: u32::try_from(problem.candidates().len()).unwrap_or(u32::MAX),
        left_out,
    })
}

/// Which count of those left out a mandate belongs to.
type Why = fn(&mut LeftOut) -> &mut u32;

fn candidate(policy: &Policy, pair: &Pair<'_>, gap: Amount, smallest: u16) -> Result<Candidate, Why> {
    if !all_open(&answers(pair)) {
        return Err(|out| &mut out.gates);
    }
    let evaluation = evaluate(policy, pair);
    if evaluation.mutual.coverage < policy.coverage_floor {
        return Err(|out| &mut out.coverage);
    }
    let ticket = pair.mandate.ticket.and_then(|(least, most)| Some((share(gap, least)?, share(gap, most)?)));
    let ((_, low), (high, _)) = ticket.ok_or::<Why>(|out| &mut out.ticket_unknown)?;
    if low.max(smallest) > high.min(100) {
        return Err(|out| &mut out.ticket_outside);
    }
    let instruments: Vec<Instrument> = sought(pair.project)
        .into_iter()
        .map(|(instrument, _)| instrument)
        .filter(|instrument| MandateRow::instrument_bit(*instrument) & pair.mandate.instruments != 0)
        .collect();
    if instruments.is_empty() {
        return Err(|out| &mut out.instrument);
    }
    Ok(Candidate {
        mandate: pair.mandate.id,
        investor: pair.mandate.investor,
        score: evaluation.mutual.point,
        low,
        high: high.min(100),
        instruments,
    })
}

/// An amount in percent of the gap, rounded down and up, at most 1,000; none where no rate makes the two comparable.
fn share(gap: Amount, amount: Amount) -> Option<(u16, u16)> {
    let (amount, gap) = amount.comparable(gap)?;
    let hundredfold = u128::from(amount).checked_mul(100)?;
    let percent = |value: u128| u16::try_from(value.min(1_000)).unwrap_or(1_000);
    let down = hundredfold.checked_div(u128::from(gap))?;
    Some((percent(down), percent(hundredfold.div_ceil(u128::from(gap)))))
}

/// The instruments that a project seeks, each with its whole percents of the gap; where it says nothing, any of them
/// for the whole of it.
fn sought(project: &ProjectRow) -> Vec<(Instrument, u16)> {
    if project.instruments.is_empty() {
        return Instrument::ALL.iter().map(|instrument| (*instrument, 100)).collect();
    }
    project.instruments.iter().map(|(instrument, share)| (*instrument, share / 100)).collect()
}

fn percent_of(gap: Amount, percent: u16) -> Amount {
    let part = |minor: i64| {
        let part = i128::from(minor).saturating_mul(i128::from(percent)).checked_div(100);
        part.and_then(|part| i64::try_from(part).ok()).unwrap_or(0)
    };
    Amount { currency: gap.currency, minor: part(gap.minor), euro_cents: gap.euro_cents.map(part) }
}

const fn limit_key(limit: Limit) -> &'static str {
    match limit {
        Limit::TicketMax => "stack.ticket_max",
        Limit::Concentration => "stack.concentration",
        Limit::Instrument => "stack.instrument",
        Limit::Concessional => "stack.concessional",
        Limit::Smallest => "stack.smallest",
        Limit::Gap => "stack.gap",
    }
}
