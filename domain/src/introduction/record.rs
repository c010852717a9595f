//! The record of an introduction and what each transition writes into it.

use chrono::{DateTime, Days, Utc};
use serde::{Deserialize, Serialize};

use super::{
    code::{
        InterestDeclineReason, IntroductionParty, IntroductionState, IntroductionTransition, NdaState,
        RoomFolder, Side,
    },
    table::{
        AvailableIntroductionTransition, IntroductionCircumstances, IntroductionRefusal, IntroductionTimers,
        available_introduction_transitions, introduction_transition,
    },
};
use crate::{
    FieldErrors,
    account::Person,
    document::Document,
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    value::{CountryCode, Localized, Money},
    vocabulary::{CooperationField, Instrument, TransactionRung},
};

/// The three questions that whoever expresses interest answers.
///
/// Source: the questions of an expression of interest in the Enterprise Europe Network, as named in the features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawAnswers", into = "RawAnswers")]
pub struct ThreeAnswers {
    cooperation_sought: Localized,
    what_is_unclear: Localized,
    about_us: Localized,
}

#[derive(Serialize, Deserialize)]
struct RawAnswers {
    cooperation_sought: Localized,
    what_is_unclear: Localized,
    about_us: Localized,
}

impl TryFrom<RawAnswers> for ThreeAnswers {
    type Error = FieldErrors;
    fn try_from(raw: RawAnswers) -> Result<Self, FieldErrors> {
        Self::new(raw.cooperation_sought, raw.what_is_unclear, raw.about_us)
    }
}

impl From<ThreeAnswers> for RawAnswers {
    fn from(answers: ThreeAnswers) -> Self {
        let ThreeAnswers { cooperation_sought, what_is_unclear, about_us } = answers;
        Self { cooperation_sought, what_is_unclear, about_us }
    }
}

impl ThreeAnswers {
    /// The longest answer, in characters.
    pub const MAX: usize = 2_000;

    /// Checks the answers.
    ///
    /// # Errors
    /// One is longer than [`Self::MAX`] characters.
    pub fn new(
        cooperation_sought: Localized,
        what_is_unclear: Localized,
        about_us: Localized,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let fits = |text: &Localized| text.value().chars().count() <= Self::MAX;
        errors.check(fits(&cooperation_sought), "answers.cooperationSought", "at most 2000 characters");
        errors.check(fits(&what_is_unclear), "answers.whatIsUnclear", "at most 2000 characters");
        errors.check(fits(&about_us), "answers.aboutUs", "at most 2000 characters");
        errors.into_result(Self { cooperation_sought, what_is_unclear, about_us })
    }

    /// What cooperation is sought.
    pub const fn cooperation_sought(&self) -> &Localized {
        &self.cooperation_sought
    }

    /// What is unclear in the other side's record.
    pub const fn what_is_unclear(&self) -> &Localized {
        &self.what_is_unclear
    }

    /// Who asks.
    pub const fn about_us(&self) -> &Localized {
        &self.about_us
    }
}

/// What comes with a transition.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Move {
    /// Why: for a no, for an end, for a refusal.
    pub reason: Option<InterestDeclineReason>,
    /// Words: private ones with a no, the terms, the conditions of a pledge.
    pub text: Option<Localized>,
    /// An amount, in the currency of the project's gap.
    pub amount: Option<Money>,
    /// How the money comes, at the close.
    pub instrument: Option<Instrument>,
    /// The signed document, or the evidence.
    pub documents: Vec<Id<Document>>,
}

/// A word that needs a second one: of the other side, or of another officer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// For what.
    pub transition: IntroductionTransition,
    /// Of which side; none for compliance.
    pub side: Option<Side>,
    /// Whose.
    pub person: Id<Person>,
    /// When.
    pub at: DateTime<Utc>,
    /// What it says.
    pub content: Move,
}

/// A no, or an end, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Of which side; none for the system and for compliance.
    pub side: Option<Side>,
    /// The code; none where the listing or the mandate was over.
    pub code: Option<InterestDeclineReason>,
    /// Words that the side that gave them keeps to itself and the other side.
    pub text: Option<Localized>,
}

/// An amount with what stands behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// How much.
    pub amount: Money,
    /// Conditions of a pledge.
    pub text: Option<Localized>,
    /// How the money comes.
    pub instrument: Option<Instrument>,
    /// The signed document or the evidence.
    pub documents: Vec<Id<Document>>,
    /// When it was given.
    pub at: DateTime<Utc>,
}

/// An introduction of an investor's mandate to a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Introduction {
    /// The project.
    pub project: Id<Project>,
    /// Its owner, when interest was expressed.
    pub owner: Id<Organisation>,
    /// The mandate.
    pub mandate: Id<Mandate>,
    /// Whose mandate it is.
    pub investor: Id<Organisation>,
    /// Which side expressed it.
    pub initiator: Side,
    /// Who of that side.
    pub sender: Id<Person>,
    /// Where it stands.
    pub state: IntroductionState,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When interest was expressed.
    pub expressed_at: DateTime<Utc>,
    /// When one of the sides was last heard of.
    pub last_contact: DateTime<Utc>,
    /// Reminders sent since then.
    pub nudges: u8,
    /// The three answers.
    pub answers: ThreeAnswers,
    /// When the other side answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Who answered.
    pub answered_by: Option<Id<Person>>,
    /// Where the confidentiality agreement stands.
    pub nda: NdaState,
    /// The sides that have signed it.
    pub nda_signed: Vec<Side>,
    /// Folders of the document room that the owner opened, each until a time.
    pub grants: Vec<RoomGrant>,
    /// First words of what needs two.
    pub words: Vec<Word>,
    /// The terms, which bind nobody.
    pub terms: Option<Localized>,
    /// The pledge.
    pub pledge: Option<Promise>,
    /// The commitment.
    pub commitment: Option<Promise>,
    /// The close.
    pub close: Option<Promise>,
    /// Why it was declined, refused or ended.
    pub over: Option<Reason>,
    /// The project's main field when interest was expressed; for public counts.
    pub field: Option<CooperationField>,
    /// The investor's country then.
    pub investor_country: Option<CountryCode>,
    /// The project's first country then.
    pub project_country: Option<CountryCode>,
}

/// A folder of the document room that is open to the investor until a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomGrant {
    /// Which folder.
    pub folder: RoomFolder,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Who opened it.
    pub person: Id<Person>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is looked at outside the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// One side has blocked the other.
    pub blocked: bool,
    /// Another introduction of the pair is under way.
    pub live_pair: bool,
    /// The screening of both sides is clear and recent.
    pub screening_clear: bool,
    /// The listing or the mandate is over.
    pub subject_over: bool,
    /// What is still missing: amounts are in its currency, and at most as large; none where none is known.
    pub gap: Option<Money>,
}

/// Who asks for a transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Who; none for a timer.
    pub person: Option<Id<Person>>,
    /// For which side.
    pub side: Option<Side>,
    /// In which relations.
    pub parties: Vec<IntroductionParty>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Advance {
    /// The state changed.
    Moved(Introduction),
    /// A first word was kept; a second one is waited for.
    Said(Introduction),
}

/// A reminder that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nudge {
    /// Who has to answer.
    Answer,
    /// Both sides, after silence.
    Silence,
}

impl Introduction {
    /// The side that is asked.
    pub const fn recipient(&self) -> Side {
        self.initiator.other()
    }

    /// The organisation of a side.
    pub const fn organisation(&self, side: Side) -> Id<Organisation> {
        match side {
            Side::Investor => self.investor,
            Side::Owner => self.owner,
        }
    }

    /// The side of an organisation.
    pub fn side_of(&self, organisation: Id<Organisation>) -> Option<Side> {
        [Side::Investor, Side::Owner].into_iter().find(|side| self.organisation(*side) == organisation)
    }

    /// The parties that a side is.
    pub fn parties(&self, side: Side) -> Vec<IntroductionParty> {
        let role =
            if side == self.initiator { IntroductionParty::Initiator } else { IntroductionParty::Recipient };
        let of = match side {
            Side::Investor => IntroductionParty::Investor,
            Side::Owner => IntroductionParty::Owner,
        };
        vec![role, of]
    }

    fn other_word(&self, transition: IntroductionTransition, asker: &Asker) -> Option<&Word> {
        self.words.iter().find(|word| {
            word.transition == transition && word.side != asker.side && Some(word.person) != asker.person
        })
    }

    fn other_officer(&self, transition: IntroductionTransition, asker: &Asker) -> Option<&Word> {
        self.words.iter().find(|word| {
            word.transition == transition && word.side.is_none() && Some(word.person) != asker.person
        })
    }

    /// What is asked for in full: where the other side has said an amount or documents and the asker says none, the
    /// asker agrees to those.
    fn filled(&self, transition: IntroductionTransition, asker: &Asker, request: &Move) -> Move {
        let mut filled = request.clone();
        let two_sided =
            matches!(transition, IntroductionTransition::Commit | IntroductionTransition::ConfirmClose);
        if let (true, Some(word)) = (two_sided, self.other_word(transition, asker)) {
            filled.amount = filled.amount.or(word.content.amount);
            filled.instrument = filled.instrument.or(word.content.instrument);
            if filled.documents.is_empty() {
                filled.documents.clone_from(&word.content.documents);
            }
        }
        let before = match transition {
            IntroductionTransition::Commit => self.pledge.as_ref(),
            IntroductionTransition::ConfirmClose => self.commitment.as_ref(),
            _ => None,
        };
        filled.amount = filled.amount.or_else(|| before.map(|promise| promise.amount));
        filled.instrument = filled.instrument.or_else(|| before.and_then(|promise| promise.instrument));
        filled
    }

    fn circumstances(
        &self,
        transition: IntroductionTransition,
        asker: &Asker,
        request: &Move,
        around: Surroundings,
    ) -> IntroductionCircumstances {
        let agrees = self.other_word(transition, asker).is_some_and(|word| {
            word.content.amount == request.amount
                && word.content.instrument == request.instrument
                && word.content.documents == request.documents
        });
        IntroductionCircumstances {
            blocked: around.blocked,
            live_pair: around.live_pair,
            screening_clear: around.screening_clear,
            subject_over: around.subject_over,
            second_person: self.other_officer(transition, asker).is_some(),
            reason: request.reason.is_some(),
            nda_settled: self.nda != NdaState::Open,
            terms_text: request.text.is_some(),
            amount: request.amount.is_some_and(|amount| {
                let fits = |gap: Money| gap.currency() == amount.currency() && amount.minor() <= gap.minor();
                amount.minor() > 0 && around.gap.is_none_or(fits)
            }),
            signed_document: !request.documents.is_empty(),
            evidence: !request.documents.is_empty(),
            other_side_agrees: agrees,
            since: Some(self.since),
            last_contact: Some(self.last_contact),
            ..IntroductionCircumstances::default()
        }
    }

    /// What somebody may do now, each with what still has to hold. What comes with a request is taken to come.
    pub fn available(
        &self,
        asker: &Asker,
        around: &Surroundings,
        timers: &IntroductionTimers,
        now: DateTime<Utc>,
    ) -> Vec<AvailableIntroductionTransition> {
        let given = IntroductionCircumstances {
            reason: true,
            terms_text: true,
            amount: true,
            signed_document: true,
            evidence: true,
            // A first word can always be said.
            other_side_agrees: true,
            second_person: true,
            ..self.circumstances(IntroductionTransition::Accept, asker, &Move::default(), *around)
        };
        available_introduction_transitions(self.state, &asker.parties, &given, timers, now)
    }

    /// Asks for a transition.
    ///
    /// # Errors
    /// The table has no such transition from here, it is for others, or something does not hold. A first word of two
    /// that are needed is no error; it is kept.
    pub fn advance(
        &self,
        transition: IntroductionTransition,
        asker: &Asker,
        request: &Move,
        around: &Surroundings,
        timers: &IntroductionTimers,
        now: DateTime<Utc>,
    ) -> Result<Advance, IntroductionRefusal> {
        use super::code::IntroductionGuard as G;
        let request = self.filled(transition, asker, request);
        let at = self.circumstances(transition, asker, &request, *around);
        match introduction_transition(self.state, transition, &asker.parties, &at, timers, now) {
            Ok(to) => Ok(Advance::Moved(self.moved(transition, to, asker, request, now))),
            Err(IntroductionRefusal::Guards(open))
                if matches!(open.as_slice(), [G::OtherSideAgrees | G::SecondPerson]) =>
            {
                let Some(person) = asker.person else { return Err(IntroductionRefusal::Guards(open)) };
                Ok(Advance::Said(self.said(transition, asker, person, request, now)))
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn said(
        &self,
        transition: IntroductionTransition,
        asker: &Asker,
        person: Id<Person>,
        content: Move,
        at: DateTime<Utc>,
    ) -> Self {
        let mut next = self.clone();
        next.words.retain(|word| {
            word.transition != transition
                || match asker.side {
                    Some(side) => word.side != Some(side),
                    None => word.person != person,
                }
        });
        next.words.push(Word { transition, side: asker.side, person, at, content });
        if asker.side.is_some() {
            next.heard(at);
        }
        next
    }

    fn moved(
        &self,
        transition: IntroductionTransition,
        to: IntroductionState,
        asker: &Asker,
        request: Move,
        now: DateTime<Utc>,
    ) -> Self {
        use IntroductionTransition as T;
        let mut next = self.clone();
        next.state = to;
        next.since = now;
        next.words.clear();
        if asker.side.is_some() || matches!(transition, T::Clear | T::Reopen) {
            next.heard(now);
        }
        let promise = |request: Move| {
            let Move { amount, text, instrument, documents, .. } = request;
            amount.map(|amount| Promise { amount, text, instrument, documents, at: now })
        };
        match transition {
            T::Accept => {
                next.answered_at = Some(now);
                next.answered_by = asker.person;
            }
            T::Decline => {
                next.answered_at = Some(now);
                next.answered_by = asker.person;
                next.over = Some(Reason { side: asker.side, code: request.reason, text: request.text });
            }
            T::End | T::Refuse | T::Withdraw => {
                next.over = Some(Reason { side: asker.side, code: request.reason, text: request.text });
            }
            T::ProposeTerms => next.terms = request.text,
            T::Pledge => next.pledge = promise(request),
            T::Commit => next.commitment = promise(request),
            T::ConfirmClose => next.close = promise(request),
            T::Reopen => next.over = None,
            T::Hold | T::Clear | T::Expire | T::LogContact | T::OpenDataRoom | T::Lapse => {}
        }
        next
    }

    /// One of the sides was heard of.
    pub const fn heard(&mut self, at: DateTime<Utc>) {
        self.last_contact = at;
        self.nudges = 0;
    }

    /// A side signs the confidentiality agreement, or the owner waives it. It is settled once and for all.
    ///
    /// # Errors
    /// The introduction is not accepted and going on, it is settled already, or the investor asks to waive.
    pub fn settle_nda(&self, side: Side, waive: bool, now: DateTime<Utc>) -> Result<Self, NdaRefusal> {
        if !self.state.is_introduced() || self.state.is_over() {
            return Err(NdaRefusal::NotIntroduced(self.state));
        }
        if self.nda != NdaState::Open {
            return Err(NdaRefusal::Settled(self.nda));
        }
        if waive && side != Side::Owner {
            return Err(NdaRefusal::OwnerWaives);
        }
        let mut next = self.clone();
        if waive {
            next.nda = NdaState::Waived;
        } else if !next.nda_signed.contains(&side) {
            next.nda_signed.push(side);
        }
        if next.nda_signed.contains(&Side::Investor) && next.nda_signed.contains(&Side::Owner) {
            next.nda = NdaState::Signed;
        }
        next.heard(now);
        Ok(next)
    }

    /// The owner opens a folder of the document room until a time, or shuts it by a time that is past. A later word
    /// about a folder takes the place of an earlier one.
    ///
    /// # Errors
    /// The introduction is not accepted, or over; or the time is more than [`Self::LONGEST_GRANT`] days away.
    pub fn grant(
        &self,
        folder: RoomFolder,
        until: DateTime<Utc>,
        person: Id<Person>,
        now: DateTime<Utc>,
    ) -> Result<Self, GrantRefusal> {
        if !self.state.is_introduced() || self.state.is_over() {
            return Err(GrantRefusal::NotIntroduced(self.state));
        }
        if now.checked_add_days(Days::new(Self::LONGEST_GRANT)).is_none_or(|latest| until > latest) {
            return Err(GrantRefusal::TooLong);
        }
        let mut next = self.clone();
        next.grants.retain(|grant| grant.folder != folder);
        next.grants.push(RoomGrant { folder, until, person, at: now });
        next.heard(now);
        Ok(next)
    }

    /// The longest time for which a folder is opened, in days.
    pub const LONGEST_GRANT: u64 = 180;

    /// Whether the investor reads a folder now: its stage is reached, the confidentiality agreement is settled, and
    /// the owner's grant holds.
    pub fn reads(&self, folder: RoomFolder, now: DateTime<Utc>) -> bool {
        folder.is_open_in(self.state)
            && self.nda != NdaState::Open
            && self.grants.iter().any(|grant| grant.folder == folder && grant.until > now)
    }

    /// When something is due by itself: a reminder, the expiry or the lapse.
    pub fn next_due(&self, timers: &IntroductionTimers) -> Option<DateTime<Utc>> {
        use IntroductionState as S;
        let after = |from: DateTime<Utc>, days: u64| from.checked_add_days(Days::new(days));
        match self.state {
            S::Expressed => {
                let days = timers.answer_nudges.get(usize::from(self.nudges)).copied();
                after(self.since, days.unwrap_or(timers.answer_days))
            }
            S::Accepted | S::InDiscussion | S::DueDiligence | S::Terms => {
                let days = if self.nudges == 0 { timers.silent_nudge } else { timers.silent_days };
                after(self.last_contact, days)
            }
            _ => None,
        }
    }

    /// The reminder that is due at a time, with the record that knows of it. None is due where a transition is.
    pub fn nudge(&self, timers: &IntroductionTimers, now: DateTime<Utc>) -> Option<(Nudge, Self)> {
        use IntroductionState as S;
        if self.next_due(timers).is_none_or(|due| now < due) {
            return None;
        }
        let kind = match self.state {
            S::Expressed if usize::from(self.nudges) < timers.answer_nudges.len() => Nudge::Answer,
            S::Expressed => return None,
            _ if self.nudges == 0 => Nudge::Silence,
            _ => return None,
        };
        let mut next = self.clone();
        // Reminders that were missed while nothing ran are not made up for one by one.
        while next.next_due(timers).is_some_and(|due| due <= now)
            && match kind {
                Nudge::Answer => usize::from(next.nudges) < timers.answer_nudges.len(),
                Nudge::Silence => next.nudges == 0,
            }
        {
            next.nudges = next.nudges.saturating_add(1);
        }
        Some((kind, next))
    }

    /// The transition that is due by itself at a time, by the state alone.
    pub fn timer(&self) -> Option<IntroductionTransition> {
        use IntroductionState as S;
        match self.state {
            S::Expressed => Some(IntroductionTransition::Expire),
            S::Accepted | S::InDiscussion | S::DueDiligence | S::Terms => Some(IntroductionTransition::Lapse),
            _ => None,
        }
    }

    /// The rung of the outcome ladder that is reached by coming into its state, with the amount; none where no rung
    /// is reached. Money that came is a disbursement, a purchase of equity or a guarantee, by the instrument
    /// (transaction types 3, 8 and 10 of IATI; 12 is a pledge, 2 a commitment).
    pub fn rung(&self) -> Option<(TransactionRung, Option<Money>)> {
        use IntroductionState as S;
        let amount = |promise: &Option<Promise>| promise.as_ref().map(|promise| promise.amount);
        match self.state {
            S::Pledged => Some((TransactionRung::Pledge, amount(&self.pledge))),
            S::Committed => Some((TransactionRung::Commitment, amount(&self.commitment))),
            S::Closed => {
                let instrument = self.close.as_ref().and_then(|close| close.instrument);
                Some((instrument.map_or(TransactionRung::Disbursement, rung_of), amount(&self.close)))
            }
            _ => None,
        }
    }
}

/// As what money of an instrument is counted when it comes.
const fn rung_of(instrument: Instrument) -> TransactionRung {
    match instrument {
        Instrument::Guarantee | Instrument::Insurance => TransactionRung::Guarantee,
        Instrument::SharesListed | Instrument::SharesUnlisted => TransactionRung::EquityPurchase,
        _ => TransactionRung::Disbursement,
    }
}

/// Why a confidentiality agreement is not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NdaRefusal {
    /// The introduction is not accepted, or over.
    #[error("an introduction in the state {0} has no confidentiality agreement to settle")]
    NotIntroduced(IntroductionState),
    /// It is settled.
    #[error("the confidentiality agreement is {0} already")]
    Settled(NdaState),
    /// Only the owner waives.
    #[error("the owner of the papers waives the agreement, and nobody else")]
    OwnerWaives,
}

/// Why a folder is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefusal {
    /// The introduction is not accepted, or over.
    #[error("an introduction in the state {0} has no document room")]
    NotIntroduced(IntroductionState),
    /// Too far away.
    #[error("a folder is opened for at most 180 days")]
    TooLong,
}
