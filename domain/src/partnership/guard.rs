//! What has to hold: the spans of time, what the guards look at, and when each of them holds.

use super::code::{PROPOSER_LEVEL, PartnershipGuard as G};
use crate::vocabulary::VerificationLevel;

/// The machine's spans of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartnershipTimers {
    /// Days until an unanswered proposal expires.
    pub answer_days: u32,
    /// Days for which a pair rests after a refusal or a withdrawal.
    pub cool_down_days: u32,
    /// Shortest trial in months.
    pub trial_months_min: u32,
    /// Longest trial in months.
    pub trial_months_max: u32,
    /// Months between reviews.
    pub review_months: u32,
    /// Days for the report of a review.
    pub report_days: u32,
    /// Months of silence to the first warning.
    pub first_warning_months: u32,
    /// Months of silence to the second warning.
    pub second_warning_months: u32,
    /// Months of silence to dormancy.
    pub dormant_months: u32,
    /// Days between two warnings, and from the second to dormancy: a worker that slept must not cut the notice short.
    pub notice_days: u32,
    /// The health index below which a side can mark the partnership as dormant.
    pub dormant_below: u8,
}

impl Default for PartnershipTimers {
    fn default() -> Self {
        Self {
            answer_days: 60,
            cool_down_days: 180,
            trial_months_min: 6,
            trial_months_max: 24,
            review_months: 12,
            report_days: 120,
            first_warning_months: 16,
            second_warning_months: 17,
            dormant_months: 18,
            notice_days: 28,
            dormant_below: 20,
        }
    }
}

/// What the guards look at. The default is a partnership of which nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PartnershipCircumstances {
    /// Level of the proposing office.
    pub proposer_level: Option<VerificationLevel>,
    /// The gates between the cities were asked, and none fails.
    pub gates_open: bool,
    /// The gates leave the tier open.
    pub tier_reachable: bool,
    /// The tier can be begun with.
    pub tier_begins: bool,
    /// The pair has no other live partnership.
    pub no_live_pair: bool,
    /// The pair does not rest after a refusal.
    pub cooled_down: bool,
    /// A receipt is given.
    pub receipt: bool,
    /// Clauses of the text.
    pub clauses: u32,
    /// The last version is the other side's.
    pub my_turn: bool,
    /// The text differs from the last version.
    pub new_text: bool,
    /// Reasons given.
    pub reasons: u32,
    /// Whole days in the state.
    pub days_in_state: u32,
    /// The hash is that of the current text.
    pub same_text: bool,
    /// The other side has said the same already, so that this is the second word.
    pub other_side_agreed: bool,
    /// Nobody signs for both sides.
    pub other_person: bool,
    /// Months of the trial.
    pub trial_months: u32,
    /// Activities planned.
    pub planned_activities: u32,
    /// What is asked for is what the other side asked for, where it did.
    pub same_terms: bool,
    /// The activity's date lies between the beginning and now.
    pub activity_in_time: bool,
    /// Activities of the trial.
    pub recorded_activities: u32,
    /// Sides that have declared their will.
    pub wills: u32,
    /// Plan and budget of the first year are there.
    pub first_year: bool,
    /// A side's rules demand a trial.
    pub trial_demanded: bool,
    /// The step is the first of its side that is open.
    pub step_in_order: bool,
    /// Documents attached.
    pub documents: u32,
    /// No step of either side is open, and none refused.
    pub all_granted: bool,
    /// A lower tier is named to fall back to.
    pub lower_tier: bool,
    /// That tier lies below the present one; or none is named.
    pub lower_fits: bool,
    /// The record has room for what is added.
    pub room_left: bool,
    /// Whole months since the signing or the last review.
    pub months_since_review: u32,
    /// The report of this review is there.
    pub report_filed: bool,
    /// The health index.
    pub health: u8,
    /// Whole months since the last activity, or the signing where there was none.
    pub months_silent: u32,
    /// Warnings in this silence.
    pub warnings: u32,
    /// Whole days since the last warning.
    pub days_since_warning: u32,
    /// A new plan is given.
    pub new_plan: bool,
    /// A date after today is set.
    pub review_date: bool,
    /// The fixed term is over.
    pub term_over: bool,
    /// The tier is above the present one.
    pub tier_higher: bool,
    /// No other upgrade is open.
    pub no_upgrade_open: bool,
    /// The agreement of a higher tier is active.
    pub successor: bool,
}

impl G {
    /// Whether it holds.
    pub fn holds(self, at: &PartnershipCircumstances, timers: &PartnershipTimers) -> bool {
        match self {
            Self::OfficeRegistered => at.proposer_level >= Some(PROPOSER_LEVEL),
            Self::GatesOpen => at.gates_open,
            Self::TierReachable => at.tier_reachable,
            Self::TierBegins => at.tier_begins,
            Self::NoLivePair => at.no_live_pair,
            Self::CooledDown => at.cooled_down,
            Self::Receipt => at.receipt,
            Self::Clauses => at.clauses > 0,
            Self::YourTurn => at.my_turn,
            Self::NewText => at.new_text,
            Self::Reason => at.reasons > 0,
            Self::Unanswered => at.days_in_state >= timers.answer_days,
            Self::SameText => at.same_text,
            Self::OtherPerson => at.other_person,
            Self::TrialLength => {
                (timers.trial_months_min..=timers.trial_months_max).contains(&at.trial_months)
            }
            Self::ActivitiesPlanned => at.planned_activities >= 2,
            Self::SameTerms => at.same_terms,
            Self::ActivityInTime => at.activity_in_time,
            Self::ActivitiesRecorded => at.recorded_activities >= 2,
            Self::BothWill => at.wills >= 2,
            Self::FirstYear => at.first_year,
            Self::NoTrialDemanded => !at.trial_demanded,
            Self::StepInOrder => at.step_in_order,
            Self::Document => at.documents > 0,
            Self::AllGranted => at.all_granted,
            Self::ReviewDue => at.months_since_review >= timers.review_months,
            Self::ReportFiled => at.report_filed,
            Self::HealthLow => at.health < timers.dormant_below,
            Self::ReportOverdue => !at.report_filed && at.days_in_state >= timers.report_days,
            Self::WarningDue => match at.warnings {
                0 => at.months_silent >= timers.first_warning_months,
                1 => {
                    at.months_silent >= timers.second_warning_months
                        && at.days_since_warning >= timers.notice_days
                }
                _ => false,
            },
            Self::Silent => at.months_silent >= timers.dormant_months,
            Self::ToldTwice => at.warnings >= 2 && at.days_since_warning >= timers.notice_days,
            Self::NewPlan => at.new_plan,
            Self::ReviewDate => at.review_date,
            Self::TermOver => at.term_over,
            Self::TierHigher => at.tier_higher,
            Self::NoUpgradeOpen => at.no_upgrade_open,
            Self::LowerTier => at.lower_fits,
            Self::RoomLeft => at.room_left,
            Self::Successor => at.successor,
        }
    }
}
