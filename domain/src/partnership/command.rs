//! What can be asked of a partnership, by whom, and what comes out of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    code::{
        AgreementTier, CityRole, CitySide, PartnershipDeclineReason, PartnershipParty, PartnershipState,
        PartnershipTransition as T,
    },
    record::{Activity, FirstYear, Partnership, PlannedActivity, ReviewReport, Sides, WorkItem},
    shared::FirstDeed,
    text::{AgreementText, TextHash},
};
use crate::{
    account::Person,
    document::Document,
    id::Id,
    policy_pack::StepRule,
    value::{Localized, SingleLine},
    vocabulary::{PartnershipTier, VerificationLevel},
};

/// Who asks. One person acts for one city at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    person: Option<Id<Person>>,
    side: Option<CitySide>,
    parties: Vec<PartnershipParty>,
}

impl Actor {
    /// Somebody who acts for a city in some roles.
    pub fn of(person: Id<Person>, side: CitySide, roles: &[CityRole]) -> Self {
        let parties = roles.iter().map(|role| PartnershipParty::of(side, *role)).collect();
        Self { person: Some(person), side: Some(side), parties }
    }

    /// The platform itself: timers, and what follows from another deed.
    pub fn system() -> Self {
        Self { person: None, side: None, parties: vec![PartnershipParty::System] }
    }

    /// Who.
    pub const fn person(&self) -> Option<Id<Person>> {
        self.person
    }

    /// For which city; none for the platform.
    pub const fn side(&self) -> Option<CitySide> {
        self.side
    }

    /// As what.
    pub fn parties(&self) -> &[PartnershipParty] {
        &self.parties
    }
}

/// What the gates between the two cities said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateVerdict {
    /// The highest tier that they leave open.
    pub reachable: PartnershipTier,
    /// Keys of gates that fail.
    pub failed: Vec<String>,
    /// Keys of gates that cannot tell.
    pub unknown: Vec<String>,
}

/// What is known of a pair of cities from outside the partnership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairFacts {
    /// Level of the proposing office.
    pub proposer_level: VerificationLevel,
    /// The gates.
    pub gates: GateVerdict,
    /// The pair has another partnership that is not over, not counting the one that this one would raise.
    pub other_live: bool,
    /// Until when the pair rests after a refusal.
    pub cooling_until: Option<DateTime<Utc>>,
    /// An upgrade of this partnership is under way.
    pub upgrade_open: bool,
    /// Sides whose rules demand a trial.
    pub trial_demanded_by: Vec<CitySide>,
    /// When all this was found.
    pub as_of: DateTime<Utc>,
}

/// Why it was declined, withdrawn, suspended or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Reasons by code.
    pub reasons: Vec<PartnershipDeclineReason>,
    /// In words.
    pub note: Option<SingleLine>,
}

impl Closing {
    /// How many reasons are given; words alone are one.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.reasons.len()).unwrap_or(u32::MAX).saturating_add(u32::from(self.note.is_some()))
    }
}

/// What is asked of a partnership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartnershipCommand {
    /// Write the draft anew.
    Edit(AgreementText),
    /// Name the triad with which it would begin, or none.
    SetFirstDeed(Option<FirstDeed>),
    /// Propose it, with the gates as they are now and the receipt of the score.
    Propose {
        /// What is known of the pair now.
        pair: PairFacts,
        /// The receipt, to be frozen.
        receipt: Option<Value>,
        /// The first deed, with its edges as they are now.
        deed: Option<FirstDeed>,
    },
    /// Accept to negotiate on the text as it is.
    Accept,
    /// Put another text on the table.
    Counter(AgreementText),
    /// Say no.
    Decline(Closing),
    /// Leave.
    Withdraw(Closing),
    /// Nobody answered.
    Expire,
    /// Record a side's signature under the letter of intent.
    SignLoi(Signing),
    /// Ask for a trial, or agree to the other side's.
    StartTrial {
        /// How long.
        months: u32,
        /// What is planned.
        planned: Vec<PlannedActivity>,
    },
    /// Declare the side's formal will.
    DeclareWill(Option<Id<Document>>),
    /// Plan and budget the first year.
    PlanFirstYear(FirstYear),
    /// Record an activity.
    RecordActivity(Activity),
    /// Go before the authorities, by the chains of both sides as they are now.
    RequestApprovals {
        /// The steps.
        chains: Sides<Vec<StepRule>>,
        /// Sides whose rules demand a trial, now.
        trial_demanded_by: Vec<CitySide>,
    },
    /// A step is granted.
    GrantApproval {
        /// Its place in the side's chain, from 0.
        step: usize,
        /// The paper.
        document: Option<Id<Document>>,
    },
    /// A step is refused.
    RefuseApproval {
        /// Its place in the side's chain, from 0.
        step: usize,
        /// Why.
        closing: Closing,
        /// The paper.
        document: Option<Id<Document>>,
        /// The tier that the authority would agree to; none where it refuses all.
        lower: Option<AgreementTier>,
    },
    /// All steps are granted.
    CompleteApprovals,
    /// Record the signature of a side's highest official under the agreement.
    SignAgreement(Signing),
    /// Put an item of the work plan in, or in place of the one of its number.
    ChangeWorkPlan(WorkItem),
    /// Begin a review now.
    RequestReview,
    /// The yearly review is due.
    ReviewDue,
    /// File the report.
    FileReport(ReviewReport),
    /// Renew.
    Renew,
    /// Call it dormant.
    MarkDormant,
    /// No report came.
    ReportOverdue,
    /// Warn both sides.
    WarnDormant,
    /// Silence has made it dormant.
    GoDormant,
    /// Wake it with a new plan.
    Revive(Option<Localized>),
    /// Suspend it.
    Suspend {
        /// Why.
        closing: Closing,
        /// When it is looked at again.
        review_on: Option<NaiveDate>,
    },
    /// Go on after a suspension.
    Resume,
    /// End it.
    End(Closing),
    /// The fixed term is over.
    TermOver,
    /// Ask for a higher tier, or agree to it.
    UpgradeTier {
        /// The text of the higher tier.
        text: AgreementText,
        /// What is known of the pair now.
        pair: PairFacts,
    },
    /// An agreement of a higher tier has taken its place.
    Replace {
        /// Where that one stands.
        successor: PartnershipState,
    },
}

/// A signature to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// The text that was signed.
    pub hash: TextHash,
    /// Name and office of who signed.
    pub official: SingleLine,
    /// The signed paper.
    pub document: Option<Id<Document>>,
}

impl PartnershipCommand {
    /// Its name in the table.
    pub const fn transition(&self) -> T {
        match self {
            Self::Edit(_) | Self::SetFirstDeed(_) => T::Edit,
            Self::Propose { .. } => T::Propose,
            Self::Accept => T::Accept,
            Self::Counter(_) => T::Counter,
            Self::Decline(_) => T::Decline,
            Self::Withdraw(_) => T::Withdraw,
            Self::Expire => T::Expire,
            Self::SignLoi(_) => T::SignLoi,
            Self::StartTrial { .. } => T::StartTrial,
            Self::DeclareWill(_) => T::DeclareWill,
            Self::PlanFirstYear(_) => T::PlanFirstYear,
            Self::RecordActivity(_) => T::RecordActivity,
            Self::RequestApprovals { .. } => T::RequestApprovals,
            Self::GrantApproval { .. } => T::GrantApproval,
            Self::RefuseApproval { .. } => T::RefuseApproval,
            Self::CompleteApprovals => T::CompleteApprovals,
            Self::SignAgreement(_) => T::SignAgreement,
            Self::ChangeWorkPlan(_) => T::ChangeWorkPlan,
            Self::RequestReview => T::RequestReview,
            Self::ReviewDue => T::ReviewDue,
            Self::FileReport(_) => T::FileReport,
            Self::Renew => T::Renew,
            Self::MarkDormant => T::MarkDormant,
            Self::ReportOverdue => T::ReportOverdue,
            Self::WarnDormant => T::WarnDormant,
            Self::GoDormant => T::GoDormant,
            Self::Revive(_) => T::Revive,
            Self::Suspend { .. } => T::Suspend,
            Self::Resume => T::Resume,
            Self::End(_) => T::End,
            Self::TermOver => T::TermOver,
            Self::UpgradeTier { .. } => T::UpgradeTier,
            Self::Replace { .. } => T::Replace,
        }
    }
}

/// What follows outside the record. Who writes the event does all of it in the same transaction, or puts it in the
/// outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartnershipEffect {
    /// Tell the people of a side.
    Tell {
        /// Which.
        side: CitySide,
    },
    /// One side has given its word; the other's is waited for.
    AwaitOther {
        /// Whose word is missing.
        side: CitySide,
    },
    /// The receipt of the score is frozen.
    FreezeReceipt,
    /// The pair rests.
    CoolDown {
        /// Until then.
        until: DateTime<Utc>,
    },
    /// The agreement is published.
    Publish {
        /// The text.
        hash: TextHash,
    },
    /// Both sides are warned of dormancy.
    Warn {
        /// 1 or 2.
        number: u32,
    },
    /// A new record is to be begun by [`Partnership::upgrade`].
    BeginUpgrade {
        /// Its text.
        text: AgreementText,
    },
    /// The agreement that this one raised is to be replaced.
    ReplacePredecessor {
        /// It.
        partnership: Id<Partnership>,
    },
    /// It is over and kept on record.
    Archive,
}

/// What happened, as it goes into the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnershipEvent {
    /// What was asked.
    pub transition: T,
    /// By which side; none for the platform.
    pub side: Option<CitySide>,
    /// By whom.
    pub person: Option<Id<Person>>,
    /// Where it stood.
    pub from: PartnershipState,
    /// Where it stands.
    pub to: PartnershipState,
    /// When.
    pub at: DateTime<Utc>,
    /// What follows.
    pub effects: Vec<PartnershipEffect>,
}
