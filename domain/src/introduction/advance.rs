//! How an introduction moves: who asks with what, what is looked at, and what a transition writes into the record.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    code::{
        InterestDeclineReason, IntroductionGuard, IntroductionParty, IntroductionState,
        IntroductionTransition, NdaState, Side,
    },
    record::{Introduction, Promise, Reason, Word},
    table::{
        AvailableIntroductionTransition, IntroductionCircumstances, IntroductionMachine, IntroductionRefusal,
        IntroductionTimers,
    },
};
use crate::{
    account::Person,
    document::Document,
    id::Id,
    machine::Machine as _,
    value::{Localized, Money},
    vocabulary::Instrument,
};

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

impl Introduction {
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
        IntroductionMachine::available(self.state, &asker.parties, (&given, timers, now))
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
        use IntroductionGuard as G;
        let request = self.filled(transition, asker, request);
        let at = self.circumstances(transition, asker, &request, *around);
        match IntroductionMachine::transition(self.state, transition, &asker.parties, (&at, timers, now)) {
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
            T::Hold => next.held_at = Some(now),
            T::Clear | T::Expire | T::LogContact | T::OpenDataRoom | T::Lapse => {}
        }
        next
    }
}
