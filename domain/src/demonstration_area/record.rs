//! What is kept of a demonstration area, and how a command changes it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    code::{AreaParty as P, AreaState as S, AreaTransition as T, TaskStatus},
    command::{AreaCommand, AreaEffect, AreaEvent, MirrorFacts},
    table::{
        AreaActor, AreaCircumstances, AreaMachine, AreaRefusal, AvailableAreaTransition, UNPAIRED_MONTHS,
    },
};
use crate::{
    document::Document,
    id::Id,
    machine::Machine as _,
    organisation::Organisation,
    partnership::{CitySeat, months_between},
    value::{Localized, SingleLine},
    vocabulary::AreaFocus,
};

/// A numbered task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaTask {
    /// Its number, from 1.
    pub number: u32,
    /// What is to be done.
    pub title: Localized,
    /// Who answers for it: an office or an enterprise by name.
    pub owner: Option<SingleLine>,
    /// Until when.
    pub due: Option<NaiveDate>,
    /// How far it was met.
    pub status: TaskStatus,
    /// What shows it.
    pub evidence: Vec<Id<Document>>,
}

/// What a host plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaPlan {
    /// Its name.
    pub title: Localized,
    /// Which of the seven focuses it has.
    pub focus: Vec<AreaFocus>,
    /// Its tasks.
    pub tasks: Vec<AreaTask>,
    /// When it is to be evaluated.
    pub target_date: NaiveDate,
    /// Whose approval it needs.
    pub authority: Id<Organisation>,
}

/// A published evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// By whom.
    pub evaluator: Id<Organisation>,
    /// In short.
    pub summary: Localized,
    /// The report.
    pub document: Id<Document>,
    /// When it was published.
    pub at: DateTime<Utc>,
}

/// A demonstration area of one host city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemonstrationArea {
    /// Its id, by which the other area of a pair names it.
    pub id: Id<DemonstrationArea>,
    /// The host city with its office.
    pub host: CitySeat,
    /// Where it stands.
    pub state: S,
    /// Since when.
    pub since: DateTime<Utc>,
    /// What is planned, and how far it was met.
    pub plan: AreaPlan,
    /// Who evaluates it.
    pub evaluator: Option<Id<Organisation>>,
    /// The area of the other city that its host has linked it with.
    pub mirror: Option<Id<DemonstrationArea>>,
    /// The office that hosts that other area: two hosts do not judge each other.
    #[serde(default)]
    pub mirror_host: Option<Id<Organisation>>,
    /// Since when it is one of a pair.
    pub paired_since: Option<DateTime<Utc>>,
    /// Since when it has operated without a pair.
    pub unpaired_since: Option<DateTime<Utc>>,
    /// It has operated for too long without a pair. A flag, and no state: what it does may be good nevertheless.
    pub flagged_unpaired: bool,
    /// Evaluations, oldest first.
    pub evaluations: Vec<Evaluation>,
    /// Why it was last returned, rejected, suspended or closed.
    pub reason: Option<Localized>,
}

impl DemonstrationArea {
    /// Begins a draft of a host city.
    ///
    /// # Errors
    /// Who asks is no officer of it.
    pub fn draft(
        id: Id<Self>,
        actor: &AreaActor,
        host: CitySeat,
        plan: AreaPlan,
        now: DateTime<Utc>,
    ) -> Result<Self, AreaRefusal> {
        const WHO: &[P] = &[P::HostOfficer];
        if !actor.parties.contains(&P::HostOfficer) {
            return Err(AreaRefusal::NotPermitted { transition: T::Edit, who: WHO });
        }
        Ok(Self {
            id,
            host,
            state: S::Draft,
            since: now,
            plan: unreported(plan),
            evaluator: None,
            mirror: None,
            mirror_host: None,
            paired_since: None,
            unpaired_since: None,
            flagged_unpaired: false,
            evaluations: Vec::new(),
            reason: None,
        })
    }

    /// Does what is asked, or refuses and changes nothing.
    ///
    /// # Errors
    /// The state has no such transition, it is for others, or something does not hold; all of it is named.
    pub fn act(
        &mut self,
        command: AreaCommand,
        actor: &AreaActor,
        now: DateTime<Utc>,
    ) -> Result<AreaEvent, AreaRefusal> {
        let (transition, from) = (command.transition(), self.state);
        // Whoever comes as the evaluator has to be the one that was named.
        let named = self.evaluator.is_some() && actor.organisation == self.evaluator;
        let who: Vec<P> =
            actor.parties.iter().copied().filter(|party| *party != P::Evaluator || named).collect();
        let to = AreaMachine::transition(from, transition, &who, &self.circumstances(Some(&command), now))?;
        let mut effects = Vec::new();
        self.write(command, to, now, &mut effects);
        if to != from {
            (self.state, self.since) = (to, now);
        }
        Ok(AreaEvent { transition, person: actor.person, from, to, at: now, effects })
    }

    /// What somebody may ask for now, each with what still has to hold.
    pub fn available(&self, actor: &AreaActor, now: DateTime<Utc>) -> Vec<AvailableAreaTransition> {
        AreaMachine::available(self.state, &actor.parties, &self.circumstances(None, now))
    }

    /// What a timer would ask for now; none where nothing is due.
    pub fn due(&self, now: DateTime<Utc>) -> Option<AreaCommand> {
        [AreaCommand::Evaluate, AreaCommand::FlagUnpaired].into_iter().find(|command| {
            let at = self.circumstances(Some(command), now);
            AreaMachine::transition(self.state, command.transition(), &[P::System], &at).is_ok()
        })
    }

    /// The first moment at which something can become due; none where nothing will.
    pub fn wakes(&self) -> Option<DateTime<Utc>> {
        if self.state != S::Operating {
            return None;
        }
        let target = self.plan.target_date.and_time(chrono::NaiveTime::MIN).and_utc();
        let flag = self.unpaired_since.filter(|_| !self.flagged_unpaired);
        let flag = flag.and_then(|since| since.checked_add_months(chrono::Months::new(UNPAIRED_MONTHS)));
        Some(flag.map_or(target, |flag| flag.min(target)))
    }

    /// What the host of another area has to know of this one.
    pub const fn as_mirror(&self) -> MirrorFacts {
        MirrorFacts {
            area: self.id,
            city: self.host.city,
            office: self.host.office,
            state: self.state,
            linked_with: self.mirror,
        }
    }

    fn is_independent(&self, evaluator: Id<Organisation>) -> bool {
        evaluator != self.host.office
            && evaluator != self.plan.authority
            && self.mirror_host != Some(evaluator)
    }

    fn circumstances(&self, command: Option<&AreaCommand>, now: DateTime<Utc>) -> AreaCircumstances {
        let (plan, today) = (&self.plan, now.date_naive());
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let focuses: std::collections::BTreeSet<AreaFocus> = plan.focus.iter().copied().collect();
        let numbers: std::collections::BTreeSet<u32> = plan.tasks.iter().map(|task| task.number).collect();
        let whole = plan.tasks.len() <= 100
            && numbers.len() == plan.tasks.len()
            && plan.tasks.iter().all(|task| {
                task.number > 0 && task.owner.is_some() && task.due.is_some_and(|due| due <= plan.target_date)
            });
        let mut at = AreaCircumstances {
            focuses: if focuses.len() == plan.focus.len() { count(focuses.len()) } else { 0 },
            tasks: if whole { count(plan.tasks.len()) } else { 0 },
            target_ahead: plan.target_date > today,
            evaluator_named: self.evaluator.is_some(),
            evaluator_not_host: self.evaluator.is_none_or(|one| self.is_independent(one)),
            unlinked: self.mirror.is_none(),
            linked: self.mirror.is_some(),
            unpaired: self.paired_since.is_none(),
            unpaired_months: self.unpaired_since.map_or(0, |since| months_between(since, now)),
            flagged: self.flagged_unpaired,
            target_reached: plan.target_date <= today,
            ..AreaCircumstances::default()
        };
        match command {
            Some(AreaCommand::NameEvaluator(evaluator)) => {
                at.evaluator_not_host = self.is_independent(*evaluator);
            }
            Some(AreaCommand::Propose { only_one }) => at.only_one = *only_one,
            Some(
                AreaCommand::Return(reason)
                | AreaCommand::Reject(reason)
                | AreaCommand::Close(reason)
                | AreaCommand::Suspend(reason),
            ) => at.reasons = u32::from(reason.is_some()),
            Some(AreaCommand::LinkMirror(mirror)) => {
                at.other_city = mirror.city != self.host.city && !mirror.state.is_final();
                at.mirror_free = mirror.linked_with.is_none_or(|linked| linked == self.id);
                at.unlinked = self.mirror.is_none_or(|linked| linked == mirror.area);
                at.evaluator_not_host &= self.evaluator != Some(mirror.office);
            }
            Some(AreaCommand::MirrorUnlinked(mirror)) => {
                at.linked = self.mirror == Some(mirror.area);
                at.mirror_gone = mirror.linked_with != Some(self.id);
            }
            Some(AreaCommand::Pair(mirror) | AreaCommand::Designate(mirror)) => {
                at.linked = self.mirror == Some(mirror.area);
                at.links_back = mirror.linked_with == Some(self.id);
                at.mirror_approved = mirror.state.is_approved();
            }
            Some(AreaCommand::ReportTask { number, evidence, .. }) => {
                at.task_exists = numbers.contains(number);
                at.evidence = count(evidence.len());
            }
            Some(AreaCommand::PublishEvaluation { document, .. }) => {
                at.evidence = u32::from(document.is_some());
            }
            Some(AreaCommand::Extend(date)) => at.target_ahead = *date > today,
            _ => {}
        }
        at
    }

    fn write(&mut self, command: AreaCommand, to: S, now: DateTime<Utc>, effects: &mut Vec<AreaEffect>) {
        match command {
            AreaCommand::Edit(plan) => self.plan = unreported(plan),
            AreaCommand::NameEvaluator(evaluator) => self.evaluator = Some(evaluator),
            AreaCommand::Propose { .. } => effects.push(AreaEffect::TellAuthority),
            AreaCommand::Approve => {
                effects.push(AreaEffect::TellHost);
                effects.extend(self.mirror.map(|area| AreaEffect::TellMirror { area }));
            }
            AreaCommand::Return(reason)
            | AreaCommand::Reject(reason)
            | AreaCommand::Suspend(reason)
            | AreaCommand::Close(reason) => {
                self.reason = reason;
                effects.push(AreaEffect::TellHost);
                if to.is_final() {
                    self.unlink(now, effects);
                }
            }
            AreaCommand::LinkMirror(mirror) => {
                (self.mirror, self.mirror_host) = (Some(mirror.area), Some(mirror.office));
                effects.push(AreaEffect::TellMirror { area: mirror.area });
            }
            AreaCommand::Unlink | AreaCommand::Withdraw | AreaCommand::Scale => self.unlink(now, effects),
            AreaCommand::MirrorUnlinked(_) => {
                self.unlink(now, &mut Vec::new());
                effects.push(AreaEffect::TellHost);
            }
            AreaCommand::Designate(_) => {
                (self.paired_since, self.unpaired_since) = (Some(now), None);
                self.flagged_unpaired = false;
                effects.push(AreaEffect::TellHost);
            }
            AreaCommand::Start if self.paired_since.is_none() => {
                self.unpaired_since = self.unpaired_since.or(Some(now));
            }
            AreaCommand::FlagUnpaired => {
                self.flagged_unpaired = true;
                effects.extend([AreaEffect::TellHost, AreaEffect::TellAuthority]);
            }
            AreaCommand::ReportTask { number, status, evidence } => {
                if let Some(task) = self.plan.tasks.iter_mut().find(|task| task.number == number) {
                    task.status = status;
                    task.evidence.extend(evidence);
                }
            }
            AreaCommand::PublishEvaluation { summary, document } => {
                if let Some((evaluator, document)) = self.evaluator.zip(document) {
                    self.evaluations.push(Evaluation { evaluator, summary, document, at: now });
                }
                effects.extend([AreaEffect::Publish, AreaEffect::TellHost, AreaEffect::TellAuthority]);
            }
            AreaCommand::Extend(date) => self.plan.target_date = date,
            AreaCommand::Pair(_) | AreaCommand::Start | AreaCommand::Evaluate | AreaCommand::Resume => {
                effects.push(AreaEffect::TellHost);
            }
        }
    }

    fn unlink(&mut self, now: DateTime<Utc>, effects: &mut Vec<AreaEffect>) {
        self.mirror_host = None;
        effects.extend(self.mirror.take().map(|area| AreaEffect::UnlinkMirror { area }));
        // Without its pair an area that operates has 12 months to find another.
        if self.paired_since.take().is_some() && self.state == S::Operating {
            self.unpaired_since = Some(now);
        }
    }
}

/// A plan on which nothing is reported yet.
fn unreported(mut plan: AreaPlan) -> AreaPlan {
    for task in &mut plan.tasks {
        task.status = TaskStatus::Open;
        task.evidence.clear();
    }
    plan
}

/// Makes a pair of two areas whose hosts have linked them with each other and approved each its own; a step for which
/// something is missing is left out. Called in the transaction of every link and every approval.
pub fn settle_pair(
    one: &mut DemonstrationArea,
    other: &mut DemonstrationArea,
    now: DateTime<Utc>,
) -> Vec<(Id<DemonstrationArea>, AreaEvent)> {
    let steps: [fn(MirrorFacts) -> AreaCommand; 2] = [AreaCommand::Pair, AreaCommand::Designate];
    let mut events = Vec::new();
    for step in steps {
        // Each sees the other as it was before the step.
        let (of_one, of_other) = (one.as_mirror(), other.as_mirror());
        for (area, mirror) in [(&mut *one, of_other), (&mut *other, of_one)] {
            let done = area.act(step(mirror), &AreaActor::system(), now);
            events.extend(done.ok().map(|event| (area.id, event)));
        }
    }
    events
}
