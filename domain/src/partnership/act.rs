//! How a partnership is drafted, and how a command changes it: the machine is asked first, then the record is written.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    code::{
        CitySide, PartnershipGuard as G, PartnershipParty, PartnershipState as S, PartnershipTransition as T,
    },
    command::{
        Actor, Closing, PairFacts, PartnershipCommand as C, PartnershipEffect as E, PartnershipEvent, Signing,
    },
    guard::{PartnershipCircumstances, PartnershipTimers},
    record::{
        ApprovalDecision, ApprovalStep, Assent, CitySeat, Declaration, Partnership, Review, Sides, Signature,
        SignatureKind, Trial,
    },
    table::{AvailablePartnershipTransition, PartnershipMachine, PartnershipRefusal, needs_both},
    text::{AgreementText, TextVersion},
};
use crate::{id::Id, machine::Machine as _, policy_pack::StepRule};

impl Partnership {
    /// Begins a draft of city A, and keeps what gates and packs said of the pair.
    ///
    /// # Errors
    /// Who asks is no officer of city A, the office is not verified at V2, or the tier cannot be begun with.
    pub fn draft(
        actor: &Actor,
        sides: Sides<CitySeat>,
        text: AgreementText,
        pair: PairFacts,
        now: DateTime<Utc>,
    ) -> Result<Self, PartnershipRefusal> {
        const WHO: &[PartnershipParty] = &[PartnershipParty::OfficerA];
        if !actor.parties().contains(&PartnershipParty::OfficerA) {
            return Err(PartnershipRefusal::NotPermitted { transition: T::Edit, who: WHO });
        }
        let at = PartnershipCircumstances {
            proposer_level: Some(pair.proposer_level),
            tier_begins: text.tier.can_begin(),
            ..PartnershipCircumstances::default()
        };
        let timers = PartnershipTimers::default();
        let open: Vec<G> = [G::OfficeRegistered, G::TierBegins]
            .into_iter()
            .filter(|guard| !guard.holds(&at, &timers))
            .collect();
        if open.is_empty() {
            Ok(Self::begin(sides, text, pair, S::Draft, now))
        } else {
            Err(PartnershipRefusal::Guards(open))
        }
    }

    /// A record in its first state, of which nothing is written yet.
    fn begin(
        sides: Sides<CitySeat>,
        text: AgreementText,
        pair: PairFacts,
        state: S,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            sides,
            state,
            since: now,
            drafted: now,
            pair,
            text,
            versions: Vec::new(),
            receipt: None,
            assents: Vec::new(),
            signatures: Vec::new(),
            trial: None,
            will: Sides::default(),
            first_year: None,
            approvals: Sides::default(),
            activities: Vec::new(),
            work: Vec::new(),
            revival_plan: None,
            active_since: None,
            revived: None,
            reviews: Vec::new(),
            warnings: Vec::new(),
            suspended_until_review: None,
            closing: None,
            upgrade_of: None,
            first_deed: None,
            workspace: Vec::new(),
            shared_ever: 0,
        }
    }

    /// Begins the record of a higher tier before the authorities of both sides. This one stays active, and is replaced
    /// when that one is signed. `this` is its id, `text` the one of [`E::BeginUpgrade`].
    ///
    /// # Errors
    /// It is not active, or the tier does not follow on its own.
    pub fn upgrade(
        &self,
        this: Id<Self>,
        text: AgreementText,
        chains: Sides<Vec<StepRule>>,
        now: DateTime<Utc>,
    ) -> Result<(Self, Vec<PartnershipEvent>), PartnershipRefusal> {
        if self.state != S::Active {
            return Err(PartnershipRefusal::InvalidTransition {
                from: self.state,
                transition: T::UpgradeTier,
            });
        }
        if !self.text.tier.rises_to(text.tier) {
            return Err(PartnershipRefusal::Guards(vec![G::TierHigher]));
        }
        let mut higher = Self::begin(self.sides, text.clone(), self.pair.clone(), S::Approvals, now);
        higher.upgrade_of = Some(this);
        higher.receipt.clone_from(&self.receipt);
        higher.push_version(text, CitySide::A, now);
        higher.open_chains(chains);
        let events = higher.follow_up(now, &PartnershipTimers::default())?;
        Ok((higher, events))
    }

    /// Does what is asked, or refuses and changes nothing.
    ///
    /// # Errors
    /// The state has no such transition, it is for others, or something does not hold; all of it is named.
    pub fn act(
        &mut self,
        command: C,
        actor: &Actor,
        now: DateTime<Utc>,
        timers: &PartnershipTimers,
    ) -> Result<Vec<PartnershipEvent>, PartnershipRefusal> {
        let (transition, from) = (command.transition(), self.state);
        let at = self.circumstances(Some(&command), actor, now);
        let to = PartnershipMachine::transition(from, transition, actor.parties(), (&at, timers))?;
        let second = !needs_both(transition) || at.other_side_agreed;
        let mut effects = Vec::new();
        match (actor.side(), second) {
            (Some(side), false) => {
                self.assent(&command, actor, side, now);
                effects.push(E::AwaitOther { side: side.other() });
            }
            (side, _) => {
                let told = [CitySide::A, CitySide::B].into_iter().filter(|one| Some(*one) != side);
                effects.extend(told.map(|side| E::Tell { side }));
            }
        }
        self.write(command, actor, to, second, now, timers, &mut effects);
        if second {
            self.assents.retain(|assent| assent.transition != transition);
        }
        if to != from {
            (self.state, self.since) = (to, now);
            self.assents.clear();
        }
        let event = PartnershipEvent {
            transition,
            side: actor.side(),
            person: actor.person(),
            from,
            to,
            at: now,
            effects,
        };
        let mut events = vec![event];
        events.extend(self.follow_up(now, timers)?);
        Ok(events)
    }

    /// What somebody may ask for now, each with what still has to hold; what a request itself brings, such as a
    /// reason or a text, is named too.
    pub fn available(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        timers: &PartnershipTimers,
    ) -> Vec<AvailablePartnershipTransition> {
        let at = self.circumstances(None, actor, now);
        PartnershipMachine::available(self.state, actor.parties(), (&at, timers))
    }

    /// Where every step is granted the approvals are complete by themselves; also where no chain has a step.
    fn follow_up(
        &mut self,
        now: DateTime<Utc>,
        timers: &PartnershipTimers,
    ) -> Result<Vec<PartnershipEvent>, PartnershipRefusal> {
        if self.state == S::Approvals && self.all_granted() {
            self.act(C::CompleteApprovals, &Actor::system(), now, timers)
        } else {
            Ok(Vec::new())
        }
    }

    fn assent(&mut self, command: &C, actor: &Actor, side: CitySide, now: DateTime<Utc>) {
        let transition = command.transition();
        self.assents.retain(|assent| assent.transition != transition || assent.side != side);
        let terms = terms(command);
        self.assents.push(Assent { transition, side, person: actor.person(), terms, at: now });
    }

    pub(super) fn assent_of(&self, transition: T, side: CitySide) -> Option<&Assent> {
        self.assents.iter().find(|assent| assent.transition == transition && assent.side == side)
    }

    fn push_version(&mut self, text: AgreementText, by: CitySide, now: DateTime<Utc>) {
        let number = u32::try_from(self.versions.len()).unwrap_or(u32::MAX).saturating_add(1);
        let hash = text.hash();
        self.versions.push(TextVersion { number, by, at: now, text: text.clone(), hash });
        self.text = text;
        // A word to the old text is no word to the new one.
        self.assents.clear();
    }

    fn open_chains(&mut self, chains: Sides<Vec<StepRule>>) {
        let open = |chain: Vec<StepRule>| {
            chain.into_iter().map(|rule| ApprovalStep { rule, decision: None }).collect()
        };
        self.approvals = Sides { a: open(chains.a), b: open(chains.b) };
    }

    fn sign(&mut self, kind: SignatureKind, signing: Signing, actor: &Actor, now: DateTime<Utc>) {
        let (Some(side), Some(document)) = (actor.side(), signing.document) else { return };
        // Who signs the same text again corrects the record.
        self.signatures.retain(|one| (one.kind, one.side, one.hash) != (kind, side, signing.hash));
        let (hash, official) = (signing.hash, signing.official);
        self.signatures.push(Signature {
            kind,
            side,
            person: actor.person(),
            official,
            hash,
            document,
            at: now,
        });
    }

    fn decide(
        &mut self,
        step: usize,
        granted: bool,
        document: Option<Id<crate::document::Document>>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) {
        let chain = actor.side().map(|side| self.approvals.get_mut(side));
        if let Some(step) = chain.and_then(|chain| chain.get_mut(step)) {
            step.decision = Some(ApprovalDecision { granted, person: actor.person(), document, at: now });
        }
    }

    /// Writes what a granted command says.
    #[expect(
        clippy::too_many_arguments,
        reason = "one private step of `act`, which has all of these at hand"
    )]
    fn write(
        &mut self,
        command: C,
        actor: &Actor,
        to: S,
        second: bool,
        now: DateTime<Utc>,
        timers: &PartnershipTimers,
        effects: &mut Vec<E>,
    ) {
        let side = actor.side().unwrap_or(CitySide::A);
        match command {
            C::Edit(text) => self.text = text,
            C::SetFirstDeed(deed) => self.first_deed = deed,
            C::Propose { pair, receipt, deed } => {
                (self.pair, self.receipt, self.first_deed) = (pair, receipt, deed);
                effects.push(E::FreezeReceipt);
                self.push_version(self.text.clone(), side, now);
            }
            C::Counter(text) => self.push_version(text, side, now),
            C::Decline(closing) | C::Withdraw(closing) => {
                // What was never proposed, and an upgrade, leave the pair as it was.
                if !self.versions.is_empty() && self.upgrade_of.is_none() {
                    let until = now.checked_add_days(chrono::Days::new(u64::from(timers.cool_down_days)));
                    effects.extend(until.map(|until| E::CoolDown { until }));
                }
                self.close(closing, effects);
            }
            C::Expire | C::TermOver | C::Replace { .. } => effects.push(E::Archive),
            C::End(closing) => self.close(closing, effects),
            C::SignLoi(signing) => self.sign(SignatureKind::Loi, signing, actor, now),
            C::SignAgreement(signing) => {
                let hash = signing.hash;
                self.sign(SignatureKind::Agreement, signing, actor, now);
                if second {
                    self.active_since = Some(now);
                    self.begin_first_deed(now);
                    effects.push(E::Publish { hash });
                    effects.extend(self.upgrade_of.map(|partnership| E::ReplacePredecessor { partnership }));
                }
            }
            C::StartTrial { months, planned } if second => {
                self.trial = Some(Trial { months, planned, began: now });
            }
            C::DeclareWill(Some(document)) => {
                *self.will.get_mut(side) = Some(Declaration { person: actor.person(), document, at: now });
            }
            C::PlanFirstYear(plan) => self.first_year = Some(plan),
            C::RecordActivity(activity) => self.activities.push(activity),
            C::RequestApprovals { chains, trial_demanded_by } => {
                self.pair.trial_demanded_by = trial_demanded_by;
                self.open_chains(chains);
            }
            C::GrantApproval { step, document } => self.decide(step, true, document, actor, now),
            C::RefuseApproval { step, closing, document, lower } => {
                self.decide(step, false, document, actor, now);
                match lower.filter(|_| to == S::Negotiating) {
                    Some(tier) => self.push_version(self.text.at_tier(tier), side, now),
                    None => effects.push(E::Archive),
                }
                self.closing = Some(closing);
            }
            C::ChangeWorkPlan(item) => {
                self.work.retain(|one| one.number != item.number);
                self.work.push(item);
                self.work.sort_by_key(|one| one.number);
            }
            C::RequestReview | C::ReviewDue => {
                self.reviews.push(Review { began: now, report: None, renewed: None });
            }
            C::FileReport(report) => {
                if let Some(review) = self.reviews.last_mut() {
                    review.report = Some(report);
                }
            }
            C::Renew if second => {
                if let Some(review) = self.reviews.last_mut() {
                    review.renewed = Some(now);
                }
            }
            C::WarnDormant => {
                self.warnings.push(now);
                let number = self.warnings_in_silence().len();
                effects.push(E::Warn { number: u32::try_from(number).unwrap_or(u32::MAX) });
            }
            C::Revive(plan) if second => {
                let theirs = self.assent_of(T::Revive, side.other()).map(|assent| assent.terms.clone());
                let theirs = theirs.and_then(|terms| serde_json::from_value(terms).ok());
                (self.revival_plan, self.revived) = (plan.or(theirs), Some(now));
            }
            C::Suspend { closing, review_on } => {
                (self.closing, self.suspended_until_review) = (Some(closing), review_on);
            }
            C::Resume if second => self.suspended_until_review = None,
            C::UpgradeTier { text, pair } if second => {
                self.pair = pair;
                effects.push(E::BeginUpgrade { text });
            }
            C::Accept
            | C::CompleteApprovals
            | C::MarkDormant
            | C::ReportOverdue
            | C::GoDormant
            | C::StartTrial { .. }
            | C::DeclareWill(None)
            | C::Renew
            | C::Revive(_)
            | C::Resume
            | C::UpgradeTier { .. } => {}
        }
    }

    /// The first deed becomes an item of the work plan.
    fn begin_first_deed(&mut self, now: DateTime<Utc>) {
        let number = self.work.iter().map(|item| item.number).max().unwrap_or(0).saturating_add(1);
        let item = self.first_deed.as_ref().and_then(|deed| deed.item(number, now));
        self.work.extend(item);
    }

    fn close(&mut self, closing: Closing, effects: &mut Vec<E>) {
        self.closing = Some(closing);
        effects.push(E::Archive);
    }
}

/// The terms to which a side gives its word, where they can differ.
pub(super) fn terms(command: &C) -> Value {
    match command {
        C::SignLoi(signing) | C::SignAgreement(signing) => Value::String(signing.hash.to_string()),
        C::StartTrial { months, planned } => serde_json::to_value((months, planned)).unwrap_or(Value::Null),
        C::UpgradeTier { text, .. } => Value::String(text.hash().to_string()),
        C::Revive(plan) => serde_json::to_value(plan).unwrap_or(Value::Null),
        _ => Value::Null,
    }
}
