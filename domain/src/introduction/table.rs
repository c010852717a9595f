//! The table of the machine: what leads where, who may ask for it, and what has to hold.

use chrono::{DateTime, Days, Utc};

use super::code::{
    IntroductionGuard as G, IntroductionParty as P, IntroductionState as S, IntroductionTransition as T,
};
use crate::machine::{Available, Machine, Refusal, Rule, missing};

/// Days of the machine's timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntroductionTimers {
    /// Without an answer, until interest expires.
    pub answer_days: u64,
    /// Days after which who has to answer is reminded.
    pub answer_nudges: [u64; 2],
    /// Of silence, until an introduction lapses.
    pub silent_days: u64,
    /// Of silence, until both sides are reminded.
    pub silent_nudge: u64,
    /// In which a lapsed one can be reopened.
    pub reopen_days: u64,
}

impl Default for IntroductionTimers {
    fn default() -> Self {
        Self { answer_days: 21, answer_nudges: [7, 14], silent_days: 60, silent_nudge: 30, reopen_days: 90 }
    }
}

/// What the guards look at. The default is an introduction of which nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IntroductionCircumstances {
    /// No gate of the match fails.
    pub gates_pass: bool,
    /// Expressions left in the month.
    pub budget_left: u32,
    /// One side has blocked the other.
    pub blocked: bool,
    /// Another introduction of the pair is under way.
    pub live_pair: bool,
    /// Both sides' records were taken over by their people.
    pub both_claimed: bool,
    /// The screening of both sides is clear and recent.
    pub screening_clear: bool,
    /// A second compliance officer has said the same.
    pub second_person: bool,
    /// The listing or the mandate is over.
    pub subject_over: bool,
    /// All three questions are answered.
    pub three_answers: bool,
    /// A reason came with the request.
    pub reason: bool,
    /// The confidentiality agreement is signed or waived.
    pub nda_settled: bool,
    /// Terms came with the request.
    pub terms_text: bool,
    /// An amount above zero, in the gap's currency, came with the request or stands already.
    pub amount: bool,
    /// A signed document came with the request.
    pub signed_document: bool,
    /// Evidence came with the request.
    pub evidence: bool,
    /// The other side has said the same.
    pub other_side_agrees: bool,
    /// Since when it stands where it stands; none where it is not there yet.
    pub since: Option<DateTime<Utc>>,
    /// When one of the sides was last heard of.
    pub last_contact: Option<DateTime<Utc>>,
}

impl G {
    /// Whether it holds at a time.
    pub fn holds(
        self,
        at: &IntroductionCircumstances,
        timers: &IntroductionTimers,
        now: DateTime<Utc>,
    ) -> bool {
        let after = |from: Option<DateTime<Utc>>, days: u64| {
            from.and_then(|from| from.checked_add_days(Days::new(days))).is_some_and(|due| now >= due)
        };
        match self {
            Self::GatesPass => at.gates_pass,
            Self::ContactBudget => at.budget_left > 0,
            Self::NotBlocked => !at.blocked,
            Self::NoLivePair => !at.live_pair,
            Self::ThreeAnswers => at.three_answers,
            Self::OtherSideClaimed => at.both_claimed,
            Self::ScreeningClear => at.screening_clear,
            Self::PotentialHit => !at.screening_clear,
            Self::SecondPerson => at.second_person,
            Self::Reason => at.reason,
            Self::AnswerOverdue => after(at.since, timers.answer_days),
            Self::NdaSettled => at.nda_settled,
            Self::TermsText => at.terms_text,
            Self::Amount => at.amount,
            Self::SignedDocument => at.signed_document,
            Self::Evidence => at.evidence,
            Self::OtherSideAgrees => at.other_side_agrees,
            Self::SilentLong => after(at.last_contact, timers.silent_days),
            Self::ReopenInTime => at.since.is_some() && !after(at.since, timers.reopen_days),
            Self::SubjectOver => at.subject_over,
        }
    }
}

/// The machine of an introduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntroductionMachine;

impl Machine for IntroductionMachine {
    const WHAT: &'static str = "an introduction";
    type State = S;
    type Transition = T;
    type Party = P;
    type Guard = G;
    type Target = S;
    type At<'a> = (&'a IntroductionCircumstances, &'a IntroductionTimers, DateTime<Utc>);
    const RULES: &'static [IntroductionRule] = INTRODUCTION_RULES;

    fn holds(guard: G, at: Self::At<'_>) -> bool {
        guard.holds(at.0, at.1, at.2)
    }

    fn lead(to: Self::Target, _: S, _: Self::At<'_>) -> Option<S> {
        Some(to)
    }
}

/// One line of the table.
pub type IntroductionRule = Rule<IntroductionMachine>;
/// Why a transition is refused.
pub type IntroductionRefusal = Refusal<IntroductionMachine>;
/// A transition that somebody may ask for, with what still has to hold.
pub type AvailableIntroductionTransition = Available<IntroductionMachine>;

/// What has to hold for an introduction to begin. Who begins is the investor or the owner, and is the initiator.
pub const BEGIN_GUARDS: &[G] = &[
    G::GatesPass,
    G::ContactBudget,
    G::NotBlocked,
    G::NoLivePair,
    G::ThreeAnswers,
    G::OtherSideClaimed,
    G::ScreeningClear,
];

const EITHER: &[P] = &[P::Investor, P::Owner];
const GOING_ON: &[S] = &[S::Accepted, S::InDiscussion, S::DueDiligence, S::Terms, S::Pledged, S::Committed];

/// The table. An introduction begins as expressed.
///
/// Source: the state machine of introductions in the product's features (4.9.2). Two lines are an effect of the
/// listing's table: when a listing is withdrawn, open introductions are closed with notice, by the system.
pub const INTRODUCTION_RULES: &[IntroductionRule] = &[
    Rule::new(&[S::Expressed], T::Hold, &[P::Screening], &[G::PotentialHit], S::Held),
    Rule::new(&[S::Held], T::Clear, &[P::Compliance], &[G::ScreeningClear, G::SecondPerson], S::Expressed),
    Rule::new(&[S::Held], T::Refuse, &[P::Compliance], &[G::Reason, G::SecondPerson], S::Refused),
    Rule::new(&[S::Expressed], T::Accept, &[P::Recipient], &[G::NotBlocked, G::ScreeningClear], S::Accepted),
    Rule::new(&[S::Expressed], T::Decline, &[P::Recipient], &[G::Reason], S::Declined),
    Rule::new(&[S::Expressed, S::Held], T::Withdraw, &[P::Initiator], &[], S::Withdrawn),
    Rule::new(&[S::Expressed, S::Held], T::Withdraw, &[P::System], &[G::SubjectOver], S::Withdrawn),
    Rule::new(&[S::Expressed], T::Expire, &[P::System], &[G::AnswerOverdue], S::Expired),
    Rule::new(&[S::Accepted], T::LogContact, EITHER, &[], S::InDiscussion),
    Rule::new(&[S::InDiscussion], T::OpenDataRoom, &[P::Owner], &[G::NdaSettled], S::DueDiligence),
    Rule::new(&[S::DueDiligence], T::ProposeTerms, &[P::Investor], &[G::TermsText], S::Terms),
    Rule::new(&[S::Terms], T::Pledge, &[P::Investor], &[G::Amount], S::Pledged),
    Rule::new(
        &[S::Pledged],
        T::Commit,
        EITHER,
        &[G::Amount, G::SignedDocument, G::ScreeningClear, G::OtherSideAgrees],
        S::Committed,
    ),
    Rule::new(
        &[S::Committed],
        T::ConfirmClose,
        EITHER,
        &[G::Amount, G::Evidence, G::ScreeningClear, G::OtherSideAgrees],
        S::Closed,
    ),
    Rule::new(GOING_ON, T::End, EITHER, &[G::Reason], S::Ended),
    Rule::new(GOING_ON, T::End, &[P::System], &[G::SubjectOver], S::Ended),
    Rule::new(
        &[S::Accepted, S::InDiscussion, S::DueDiligence, S::Terms],
        T::Lapse,
        &[P::System],
        &[G::SilentLong],
        S::Lapsed,
    ),
    Rule::new(
        &[S::Lapsed],
        T::Reopen,
        EITHER,
        &[G::ReopenInTime, G::NoLivePair, G::NotBlocked],
        S::InDiscussion,
    ),
];

/// Whether an introduction begins, and how.
///
/// # Errors
/// Who asks is of neither side, or something does not hold; all of it is named.
pub fn begin_introduction(
    who: &[P],
    at: &IntroductionCircumstances,
    timers: &IntroductionTimers,
    now: DateTime<Utc>,
) -> Result<S, IntroductionBeginRefusal> {
    if !who.iter().any(|party| EITHER.contains(party)) {
        return Err(IntroductionBeginRefusal::NotPermitted);
    }
    let open = missing::<IntroductionMachine>(BEGIN_GUARDS, (at, timers, now));
    if open.is_empty() { Ok(S::Expressed) } else { Err(IntroductionBeginRefusal::Guards(open)) }
}

/// Why an introduction does not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntroductionBeginRefusal {
    /// Only the two sides begin one.
    #[error("the investor or the project's owner expresses interest")]
    NotPermitted,
    /// Something does not hold; all of it is named.
    #[error("something is missing to express interest: {0:?}")]
    Guards(Vec<G>),
}
