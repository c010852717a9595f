//! What an introduction does by itself as time goes by, and which rung of the outcome ladder it reaches.

use chrono::{DateTime, Days, Utc};

use super::{
    code::{IntroductionState, IntroductionTransition},
    record::{Introduction, Promise},
    table::IntroductionTimers,
};
use crate::{
    value::Money,
    vocabulary::{Instrument, TransactionRung},
};

/// A reminder that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nudge {
    /// Who has to answer.
    Answer,
    /// Both sides, after silence.
    Silence,
}

impl Introduction {
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
