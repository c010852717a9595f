//! The machine of a demonstration area as one table.

use super::code::{AreaGuard as G, AreaParty as P, AreaState as S, AreaTransition as T};
use crate::{
    account::Person,
    id::Id,
    machine::{Available, Machine, Refusal, Rule},
    organisation::Organisation,
};

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

/// The machine of a demonstration area; a rule without a target stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AreaMachine;

impl Machine for AreaMachine {
    const WHAT: &'static str = "a demonstration area";
    type State = S;
    type Transition = T;
    type Party = P;
    type Guard = G;
    type Target = Option<S>;
    type At<'a> = &'a AreaCircumstances;
    const RULES: &'static [AreaRule] = AREA_RULES;

    fn holds(guard: G, at: Self::At<'_>) -> bool {
        guard.holds(at)
    }

    fn lead(to: Self::Target, from: S, _: Self::At<'_>) -> Option<S> {
        Some(to.unwrap_or(from))
    }
}

/// One line of the table.
pub type AreaRule = Rule<AreaMachine>;
/// Why a transition is refused.
pub type AreaRefusal = Refusal<AreaMachine>;
/// A transition that somebody may ask for, with what still has to hold.
pub type AvailableAreaTransition = Available<AreaMachine>;

const OFFICER: &[P] = &[P::HostOfficer];
const AUTHORITY: &[P] = &[P::HostAuthority];
const SYSTEM: &[P] = &[P::System];

/// The table. An area begins as a draft of its host.
///
/// Between the published evaluation and what follows from it stands the state `EVALUATED`, for the evaluator publishes
/// and the host's authority decides. Before it begins, a host can withdraw its area, since nothing binds.
pub const AREA_RULES: &[AreaRule] = &[
    Rule::new(&[S::Draft], T::Edit, OFFICER, &[], None),
    Rule::new(
        &[S::Draft, S::Proposed, S::HostApproved, S::PairPending, S::DesignatedPair],
        T::NameEvaluator,
        OFFICER,
        &[G::EvaluatorNotHost],
        None,
    ),
    Rule::new(
        &[S::Draft],
        T::Propose,
        OFFICER,
        &[G::Focus, G::Tasks, G::TargetDate, G::OnlyOne],
        Some(S::Proposed),
    ),
    Rule::new(&[S::Proposed], T::Approve, AUTHORITY, &[], Some(S::HostApproved)),
    Rule::new(&[S::Proposed], T::Return, AUTHORITY, &[G::Reason], Some(S::Draft)),
    Rule::new(&[S::Proposed], T::Reject, AUTHORITY, &[G::Reason], Some(S::Rejected)),
    Rule::new(
        &[S::Proposed, S::HostApproved, S::Operating],
        T::LinkMirror,
        OFFICER,
        &[G::OtherCity, G::MirrorFree, G::Unlinked, G::EvaluatorNotHost],
        None,
    ),
    Rule::new(&[S::PairPending, S::DesignatedPair], T::Unlink, OFFICER, &[G::Linked], Some(S::HostApproved)),
    Rule::new(&[S::Proposed, S::HostApproved, S::Operating], T::Unlink, OFFICER, &[G::Linked], None),
    Rule::new(
        &[S::PairPending, S::DesignatedPair],
        T::MirrorUnlinked,
        SYSTEM,
        &[G::Linked, G::MirrorGone],
        Some(S::HostApproved),
    ),
    Rule::new(
        &[S::Proposed, S::HostApproved, S::Operating, S::Evaluating, S::Evaluated, S::Extended, S::Suspended],
        T::MirrorUnlinked,
        SYSTEM,
        &[G::Linked, G::MirrorGone],
        None,
    ),
    Rule::new(&[S::HostApproved], T::Pair, SYSTEM, &[G::Linked, G::LinksBack], Some(S::PairPending)),
    Rule::new(
        &[S::PairPending],
        T::Designate,
        SYSTEM,
        &[G::Linked, G::LinksBack, G::MirrorApproved],
        Some(S::DesignatedPair),
    ),
    // An area that began without a pair finds one while it operates.
    Rule::new(
        &[S::Operating],
        T::Designate,
        SYSTEM,
        &[G::Linked, G::LinksBack, G::MirrorApproved, G::Unpaired],
        None,
    ),
    Rule::new(
        &[S::HostApproved, S::DesignatedPair, S::Extended],
        T::Start,
        OFFICER,
        &[G::EvaluatorNamed, G::EvaluatorNotHost, G::TargetDate],
        Some(S::Operating),
    ),
    Rule::new(&[S::Operating], T::FlagUnpaired, SYSTEM, &[G::Unpaired12], None),
    Rule::new(&[S::Operating, S::Evaluating], T::ReportTask, OFFICER, &[G::TaskExists, G::Evidence], None),
    Rule::new(&[S::Operating], T::Evaluate, OFFICER, &[], Some(S::Evaluating)),
    Rule::new(&[S::Operating], T::Evaluate, SYSTEM, &[G::TargetReached], Some(S::Evaluating)),
    Rule::new(
        &[S::Evaluating],
        T::PublishEvaluation,
        &[P::Evaluator],
        &[G::EvaluatorNotHost, G::Evidence],
        Some(S::Evaluated),
    ),
    Rule::new(&[S::Evaluated], T::Extend, AUTHORITY, &[G::TargetDate], Some(S::Extended)),
    Rule::new(&[S::Evaluated], T::Scale, AUTHORITY, &[], Some(S::Scaled)),
    Rule::new(&[S::Evaluated], T::Close, AUTHORITY, &[G::Reason], Some(S::Closed)),
    Rule::new(&[S::Operating], T::Suspend, AUTHORITY, &[G::Reason], Some(S::Suspended)),
    Rule::new(&[S::Suspended], T::Resume, AUTHORITY, &[], Some(S::Operating)),
    Rule::new(
        &[S::Draft, S::Proposed, S::HostApproved, S::PairPending, S::DesignatedPair],
        T::Withdraw,
        OFFICER,
        &[],
        Some(S::Withdrawn),
    ),
];
