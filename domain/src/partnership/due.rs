//! What the guards see of a partnership at a moment, and what its timers would do.

use chrono::{DateTime, Datelike, Days, Months, Utc};

use super::{
    act::terms,
    code::{CitySide, PartnershipState as S, PartnershipTransition as T},
    command::{Actor, PartnershipCommand as C},
    guard::{PartnershipCircumstances, PartnershipTimers},
    record::Partnership,
    table::PartnershipMachine,
};
use crate::{machine::Machine as _, vocabulary::PartnershipTier};

/// The most versions of a text.
const VERSIONS_MAX: usize = 100;
/// The most activities of a partnership.
const ACTIVITIES_MAX: usize = 2_000;
/// The most items of its work plan.
const ITEMS_MAX: usize = 200;
/// The most entries of a list within one command.
const ENTRIES_MAX: usize = 50;

/// Whole months from one moment to a later one; 0 where it is not later.
pub fn months_between(from: DateTime<Utc>, to: DateTime<Utc>) -> u32 {
    let years = i64::from(to.year()).saturating_sub(i64::from(from.year()));
    let months = i64::from(to.month()).saturating_sub(i64::from(from.month()));
    let guess = u32::try_from(years.saturating_mul(12).saturating_add(months)).unwrap_or(0);
    let reached = |months: u32| from.checked_add_months(Months::new(months)).is_some_and(|at| at <= to);
    if guess > 0 && !reached(guess) { guess.saturating_sub(1) } else { guess }
}

fn days_between(from: DateTime<Utc>, to: DateTime<Utc>) -> u32 {
    u32::try_from(to.signed_duration_since(from).num_days()).unwrap_or(0)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Partnership {
    /// Warnings since something was last done.
    pub(super) fn warnings_in_silence(&self) -> Vec<DateTime<Utc>> {
        let quiet = self.quiet_since();
        self.warnings.iter().copied().filter(|at| Some(*at) >= quiet).collect()
    }

    /// From when the time to the next review is counted.
    fn reviewed(&self) -> Option<DateTime<Utc>> {
        let renewed = self.reviews.iter().filter_map(|review| review.renewed).max();
        renewed.max(self.active_since).max(self.revived)
    }

    /// Activities since the trial began.
    fn trial_activities(&self) -> u32 {
        let began = self.trial.as_ref().map(|trial| trial.began);
        count(self.activities.iter().filter(|one| began.is_some_and(|began| one.held_at >= began)).count())
    }

    /// Who has declared its formal will.
    fn wills(&self) -> u32 {
        count(self.will.iter().filter(|(_, will)| will.is_some()).count())
    }

    fn first_year_planned(&self) -> bool {
        self.first_year.as_ref().is_some_and(|year| year.budget.iter().any(|line| line.amount.minor() > 0))
    }

    /// A trial that went well is not asked for again when the cities come back with a lower tier.
    fn trial_done(&self) -> bool {
        self.trial_activities() >= 2 && self.wills() == 2 && self.first_year_planned()
    }

    /// What the guards look at when somebody asks for something, or for what they could ask for.
    pub(super) fn circumstances(
        &self,
        command: Option<&C>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> PartnershipCircumstances {
        let side = actor.side().unwrap_or(CitySide::A);
        let warnings = self.warnings_in_silence();
        let mut at = PartnershipCircumstances {
            tier_begins: self.text.tier.can_begin(),
            clauses: count(self.text.clauses.len()),
            my_turn: self.current().is_some_and(|version| version.by != side),
            days_in_state: days_between(self.since, now),
            recorded_activities: self.trial_activities(),
            wills: self.wills(),
            first_year: self.first_year_planned(),
            step_in_order: self.open_step(side).is_some(),
            all_granted: self.all_granted(),
            lower_fits: true,
            room_left: true,
            months_since_review: self.reviewed().map_or(0, |at| months_between(at, now)),
            report_filed: self.reviews.last().is_some_and(|review| review.report.is_some()),
            health: self.health(now),
            months_silent: self.quiet_since().map_or(0, |at| months_between(at, now)),
            warnings: count(warnings.len()),
            days_since_warning: warnings.iter().max().map_or(0, |at| days_between(*at, now)),
            term_over: self.term_ends().is_some_and(|end| end <= now),
            ..PartnershipCircumstances::default()
        };
        self.see_pair(&mut at, &self.pair, now);
        at.trial_demanded &= !self.trial_done();
        if let Some(command) = command {
            self.see_command(&mut at, command, actor, now);
        }
        at
    }

    fn see_pair(&self, at: &mut PartnershipCircumstances, pair: &super::PairFacts, now: DateTime<Utc>) {
        at.proposer_level = Some(pair.proposer_level);
        at.gates_open = pair.gates.failed.is_empty() && pair.gates.reachable > PartnershipTier::None;
        at.tier_reachable = pair.gates.reachable >= self.text.tier.needs();
        at.no_live_pair = !pair.other_live;
        at.cooled_down = pair.cooling_until.is_none_or(|until| until <= now);
        at.trial_demanded = !pair.trial_demanded_by.is_empty();
        at.no_upgrade_open = !pair.upgrade_open;
    }

    /// What the command itself brings.
    fn see_command(&self, at: &mut PartnershipCircumstances, command: &C, actor: &Actor, now: DateTime<Utc>) {
        let side = actor.side().unwrap_or(CitySide::A);
        let theirs = self.assent_of(command.transition(), side.other());
        at.other_side_agreed = theirs.is_some();
        at.same_terms = theirs.is_none_or(|assent| assent.terms == terms(command));
        at.other_person = theirs.is_none_or(|assent| assent.person != actor.person());
        match command {
            C::Edit(text) => at.tier_begins = text.tier.can_begin(),
            C::Propose { pair, receipt, .. } => {
                self.see_pair(at, pair, now);
                at.receipt = receipt.is_some();
            }
            C::Counter(text) => {
                at.new_text = self.current().is_none_or(|version| version.hash != text.hash());
                at.clauses = count(text.clauses.len());
                at.tier_reachable = self.pair.gates.reachable >= text.tier.needs();
                at.tier_begins = text.tier.can_begin();
                at.room_left = self.versions.len() < VERSIONS_MAX;
            }
            C::Decline(closing) | C::Withdraw(closing) | C::End(closing) => at.reasons = closing.count(),
            C::Suspend { closing, review_on } => {
                at.reasons = closing.count();
                at.review_date = review_on.is_some_and(|on| on > now.date_naive());
            }
            C::SignLoi(signing) | C::SignAgreement(signing) => {
                at.same_text = self.current().is_some_and(|version| version.hash == signing.hash);
                at.documents = u32::from(signing.document.is_some());
            }
            C::StartTrial { months, planned } => {
                (at.trial_months, at.planned_activities) = (*months, count(planned.len()));
                at.room_left = planned.len() <= ENTRIES_MAX;
            }
            C::DeclareWill(document) => at.documents = u32::from(document.is_some()),
            C::PlanFirstYear(year) => at.room_left = year.budget.len() <= ENTRIES_MAX,
            C::RecordActivity(activity) => {
                let began = self.trial.as_ref().map_or(self.drafted, |trial| trial.began);
                at.activity_in_time = (began..=now).contains(&activity.held_at);
                at.room_left =
                    self.activities.len() < ACTIVITIES_MAX && activity.documents.len() <= ENTRIES_MAX;
            }
            C::RequestApprovals { trial_demanded_by, .. } => {
                at.trial_demanded = !trial_demanded_by.is_empty() && !self.trial_done();
            }
            C::GrantApproval { step, document } => {
                at.step_in_order = self.open_step(side) == Some(*step);
                at.documents = u32::from(document.is_some());
            }
            C::RefuseApproval { step, closing, lower, .. } => {
                at.step_in_order = self.open_step(side) == Some(*step);
                at.reasons = closing.count();
                at.lower_tier = lower.is_some();
                at.lower_fits =
                    lower.is_none_or(|lower| self.upgrade_of.is_none() && self.text.tier.falls_to(lower));
            }
            C::ChangeWorkPlan(item) => {
                let has = self.work.iter().any(|one| one.number == item.number);
                at.room_left = (has || self.work.len() < ITEMS_MAX) && item.projects.len() <= ENTRIES_MAX;
            }
            C::FileReport(report) => at.room_left = report.kpis.len() <= ENTRIES_MAX,
            C::Revive(plan) => {
                at.new_plan = plan.is_some() || theirs.is_some_and(|assent| !assent.terms.is_null());
            }
            C::UpgradeTier { text, pair } => {
                self.see_pair(at, pair, now);
                at.tier_reachable = pair.gates.reachable >= text.tier.needs();
                at.tier_higher = self.text.tier.rises_to(text.tier);
            }
            C::Replace { successor } => at.successor = *successor == S::Active,
            C::SetFirstDeed(_)
            | C::Accept
            | C::Expire
            | C::CompleteApprovals
            | C::RequestReview
            | C::ReviewDue
            | C::Renew
            | C::MarkDormant
            | C::ReportOverdue
            | C::WarnDormant
            | C::GoDormant
            | C::Resume
            | C::TermOver => {}
        }
    }

    /// What a timer would ask for now; none where nothing is due. Ask again after it is done: one can follow another.
    pub fn due(&self, now: DateTime<Utc>, timers: &PartnershipTimers) -> Option<C> {
        let system = Actor::system();
        let timed = [C::TermOver, C::Expire, C::ReportOverdue, C::GoDormant, C::WarnDormant, C::ReviewDue];
        timed.into_iter().find(|command| {
            let at = self.circumstances(Some(command), &system, now);
            PartnershipMachine::transition(self.state, command.transition(), system.parties(), (&at, timers))
                .is_ok()
        })
    }

    /// The first moment at which something can become due, for whoever sets an alarm; none where nothing will.
    pub fn wakes(&self, timers: &PartnershipTimers) -> Option<DateTime<Utc>> {
        let days = |from: DateTime<Utc>, days: u32| from.checked_add_days(Days::new(u64::from(days)));
        let months = |from: Option<DateTime<Utc>>, months: u32| from?.checked_add_months(Months::new(months));
        let warnings = self.warnings_in_silence();
        let notice = warnings.iter().max().and_then(|at| days(*at, timers.notice_days));
        let silence = match warnings.len() {
            0 => months(self.quiet_since(), timers.first_warning_months),
            1 => months(self.quiet_since(), timers.second_warning_months).max(notice),
            _ => months(self.quiet_since(), timers.dormant_months).max(notice),
        };
        let of_state = match self.state {
            S::Proposed => days(self.since, timers.answer_days),
            S::UnderReview if self.reviews.last().is_none_or(|review| review.report.is_none()) => {
                days(self.since, timers.report_days)
            }
            S::Active => [silence, months(self.reviewed(), timers.review_months)].into_iter().flatten().min(),
            _ => None,
        };
        let term = self
            .term_ends()
            .filter(|_| matches!(self.state, S::Active | S::UnderReview | S::Dormant | S::Suspended));
        [of_state, term].into_iter().flatten().min()
    }

    /// Whether both sides must give their word, and only one has.
    pub fn awaits(&self, transition: T) -> Option<CitySide> {
        self.assents.iter().find(|one| one.transition == transition).map(|one| one.side.other())
    }
}
