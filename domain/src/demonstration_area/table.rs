//! The machine of a demonstration area as one table.

use super::code::{AreaGuard as G, AreaParty as P, AreaState as S, AreaTransition as T};
use crate::{account::Person, id::Id, organisation::Organisation};

/// Months for which an area may operate without a pair before it is flagged.
pub const UNPAIRED_MONTHS: u32 = 12;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaActor {
    /// The person; none for the platform.
    pub person: Option<Id<Person>>,
    /// For which organisation.
    pub organisation: Option<Id<Organisation>>,
    /// As what.
    pub parties: Vec<P>,
}

impl AreaActor {
    /// The platform itself.
    pub fn system() -> Self {
        Self { person: None, organisation: None, parties: vec![P::System] }
    }
}

/// What the guards look at. The default is an area of which nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AreaCircumstances {
    /// Different focuses that it has; 0 where one stands twice.
    pub focuses: u32,
    /// Tasks with a number, an owner and a date up to the target date; 0 where one lacks any of it.
    pub tasks: u32,
    /// The target date is after today.
    pub target_ahead: bool,
    /// The host city has no other area that is not over.
    pub only_one: bool,
    /// An evaluator is named.
    pub evaluator_named: bool,
    /// And is independent.
    pub evaluator_not_host: bool,
    /// Reasons given.
    pub reasons: u32,
    /// The other area is of another city.
    pub other_city: bool,
    /// The other area is linked with none, or with this one.
    pub mirror_free: bool,
    /// This area is linked with none, or with that one.
    pub unlinked: bool,
    /// This area is linked.
    pub linked: bool,
    /// The other area links back.
    pub links_back: bool,
    /// The other area no longer links back.
    pub mirror_gone: bool,
    /// The other area is approved by its host.
    pub mirror_approved: bool,
    /// It is not one of a pair.
    pub unpaired: bool,
    /// Whole months for which it has operated without a pair.
    pub unpaired_months: u32,
    /// It is flagged.
    pub flagged: bool,
    /// It has the task.
    pub task_exists: bool,
    /// Documents attached.
    pub evidence: u32,
    /// The target date is today or before.
    pub target_reached: bool,
}

impl G {
    /// Whether it holds.
    pub fn holds(self, at: &AreaCircumstances) -> bool {
        match self {
            Self::Focus => at.focuses >= 1,
            Self::Tasks => at.tasks >= 3,
            Self::TargetDate => at.target_ahead,
            Self::OnlyOne => at.only_one,
            Self::EvaluatorNamed => at.evaluator_named,
            Self::EvaluatorNotHost => at.evaluator_not_host,
            Self::Reason => at.reasons > 0,
            Self::OtherCity => at.other_city,
            Self::MirrorFree => at.mirror_free,
            Self::Unlinked => at.unlinked,
            Self::Linked => at.linked,
            Self::LinksBack => at.links_back,
            Self::MirrorGone => at.mirror_gone,
            Self::MirrorApproved => at.mirror_approved,
            Self::Unpaired => at.unpaired,
            Self::Unpaired12 => at.unpaired && !at.flagged && at.unpaired_months >= UNPAIRED_MONTHS,
            Self::TaskExists => at.task_exists,
            Self::Evidence => at.evidence > 0,
            Self::TargetReached => at.target_reached,
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct AreaRule {
    /// The states from which it leads.
    pub from: &'static [S],
    /// Its name.
    pub transition: T,
    /// Who may ask for it.
    pub who: &'static [P],
    /// What has to hold.
    pub guards: &'static [G],
    /// Where it leads; none where it stays.
    pub to: Option<S>,
}

/// Why a transition is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AreaRefusal {
    /// The table has no such transition from this state (`INVALID_TRANSITION`).
    #[error("a demonstration area in the state {from} has no transition {transition}")]
    InvalidTransition {
        /// The state.
        from: S,
        /// What was asked for.
        transition: T,
    },
    /// Somebody else may (`NOT_PERMITTED`).
    #[error("the transition {transition} is for others")]
    NotPermitted {
        /// What was asked for.
        transition: T,
        /// Who may.
        who: &'static [P],
    },
    /// Something does not hold; all of it is named (`GATE_FAILED`).
    #[error("something is missing for the transition: {0:?}")]
    Guards(Vec<G>),
}

/// A transition that somebody may ask for, with what still has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvailableAreaTransition {
    /// Its name.
    pub transition: T,
    /// What does not hold yet; empty where it can be asked for at once.
    pub requires: Vec<G>,
}

const OFFICER: &[P] = &[P::HostOfficer];
const AUTHORITY: &[P] = &[P::HostAuthority];
const SYSTEM: &[P] = &[P::System];

/// The table. An area begins as a draft of its host.
///
/// Between the published evaluation and what follows from it stands the state `EVALUATED`, for the evaluator publishes
/// and the host's authority decides. Before it begins, a host can withdraw its area, since nothing binds.
pub const AREA_RULES: &[AreaRule] = &[
    stay(&[S::Draft], T::Edit, OFFICER, &[]),
    stay(
        &[S::Draft, S::Proposed, S::HostApproved, S::PairPending, S::DesignatedPair],
        T::NameEvaluator,
        OFFICER,
        &[G::EvaluatorNotHost],
    ),
    to(&[S::Draft], T::Propose, OFFICER, &[G::Focus, G::Tasks, G::TargetDate, G::OnlyOne], S::Proposed),
    to(&[S::Proposed], T::Approve, AUTHORITY, &[], S::HostApproved),
    to(&[S::Proposed], T::Return, AUTHORITY, &[G::Reason], S::Draft),
    to(&[S::Proposed], T::Reject, AUTHORITY, &[G::Reason], S::Rejected),
    stay(
        &[S::Proposed, S::HostApproved, S::Operating],
        T::LinkMirror,
        OFFICER,
        &[G::OtherCity, G::MirrorFree, G::Unlinked, G::EvaluatorNotHost],
    ),
    to(&[S::PairPending, S::DesignatedPair], T::Unlink, OFFICER, &[G::Linked], S::HostApproved),
    stay(&[S::Proposed, S::HostApproved, S::Operating], T::Unlink, OFFICER, &[G::Linked]),
    to(
        &[S::PairPending, S::DesignatedPair],
        T::MirrorUnlinked,
        SYSTEM,
        &[G::Linked, G::MirrorGone],
        S::HostApproved,
    ),
    stay(
        &[S::Proposed, S::HostApproved, S::Operating, S::Evaluating, S::Evaluated, S::Extended, S::Suspended],
        T::MirrorUnlinked,
        SYSTEM,
        &[G::Linked, G::MirrorGone],
    ),
    to(&[S::HostApproved], T::Pair, SYSTEM, &[G::Linked, G::LinksBack], S::PairPending),
    to(
        &[S::PairPending],
        T::Designate,
        SYSTEM,
        &[G::Linked, G::LinksBack, G::MirrorApproved],
        S::DesignatedPair,
    ),
    // An area that began without a pair finds one while it operates.
    stay(&[S::Operating], T::Designate, SYSTEM, &[G::Linked, G::LinksBack, G::MirrorApproved, G::Unpaired]),
    to(
        &[S::HostApproved, S::DesignatedPair, S::Extended],
        T::Start,
        OFFICER,
        &[G::EvaluatorNamed, G::EvaluatorNotHost, G::TargetDate],
        S::Operating,
    ),
    stay(&[S::Operating], T::FlagUnpaired, SYSTEM, &[G::Unpaired12]),
    stay(&[S::Operating, S::Evaluating], T::ReportTask, OFFICER, &[G::TaskExists, G::Evidence]),
    to(&[S::Operating], T::Evaluate, OFFICER, &[], S::Evaluating),
    to(&[S::Operating], T::Evaluate, SYSTEM, &[G::TargetReached], S::Evaluating),
    to(
        &[S::Evaluating],
        T::PublishEvaluation,
        &[P::Evaluator],
        &[G::EvaluatorNotHost, G::Evidence],
        S::Evaluated,
    ),
    to(&[S::Evaluated], T::Extend, AUTHORITY, &[G::TargetDate], S::Extended),
    to(&[S::Evaluated], T::Scale, AUTHORITY, &[], S::Scaled),
    to(&[S::Evaluated], T::Close, AUTHORITY, &[G::Reason], S::Closed),
    to(&[S::Operating], T::Suspend, AUTHORITY, &[G::Reason], S::Suspended),
    to(&[S::Suspended], T::Resume, AUTHORITY, &[], S::Operating),
    to(
        &[S::Draft, S::Proposed, S::HostApproved, S::PairPending, S::DesignatedPair],
        T::Withdraw,
        OFFICER,
        &[],
        S::Withdrawn,
    ),
];

const fn to(
    from: &'static [S],
    transition: T,
    who: &'static [P],
    guards: &'static [G],
    state: S,
) -> AreaRule {
    AreaRule { from, transition, who, guards, to: Some(state) }
}

const fn stay(from: &'static [S], transition: T, who: &'static [P], guards: &'static [G]) -> AreaRule {
    AreaRule { from, transition, who, guards, to: None }
}

impl AreaRule {
    fn missing(&self, at: &AreaCircumstances) -> Vec<G> {
        self.guards.iter().copied().filter(|guard| !guard.holds(at)).collect()
    }

    fn is_for(&self, who: &[P]) -> bool {
        self.who.iter().any(|party| who.contains(party))
    }
}

/// Where a transition leads somebody, who stands to the area in the given relations.
///
/// # Errors
/// The table has no such transition from here, it is for others, or something does not hold.
pub fn area_transition(from: S, transition: T, who: &[P], at: &AreaCircumstances) -> Result<S, AreaRefusal> {
    let rules =
        || AREA_RULES.iter().filter(|rule| rule.transition == transition && rule.from.contains(&from));
    let Some(first) = rules().next() else { return Err(AreaRefusal::InvalidTransition { from, transition }) };
    let mut refusal = AreaRefusal::NotPermitted { transition, who: first.who };
    for rule in rules().filter(|rule| rule.is_for(who)) {
        let open = rule.missing(at);
        if open.is_empty() {
            return Ok(rule.to.unwrap_or(from));
        }
        refusal = AreaRefusal::Guards(open);
    }
    Err(refusal)
}

/// The transitions that somebody may ask for from a state, each with what still has to hold.
pub fn available_area_transitions(
    from: S,
    who: &[P],
    at: &AreaCircumstances,
) -> Vec<AvailableAreaTransition> {
    AREA_RULES
        .iter()
        .filter(|rule| rule.from.contains(&from) && rule.is_for(who))
        .map(|rule| AvailableAreaTransition { transition: rule.transition, requires: rule.missing(at) })
        .collect()
}
