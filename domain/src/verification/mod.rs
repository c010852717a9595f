//! Verification of organisations: the levels, how one is reached and lost, and the case in which it is judged.
//!
//! V0 –e-mail proof→ V1 –register or LEI→ V2 –papers of an officer, reviewer→ V3 –endorsement→ V4. Each level is
//! reached from the one below it, is dated, and lasts for a time. A level that lapses falls by one, and the lower one
//! lasts from that day for its own time: an organisation that does nothing comes down step by step and is told at each.

mod case;
mod identifier;
mod record;
mod web_domain;

pub use case::{
    AvailableCaseTransition, CASE_RULES, CaseCircumstances, CaseGuard, CaseMachine, CaseParty, CaseRefusal,
    CaseRule, CaseState, CaseTransition,
};
use chrono::{Days, NaiveDate};
pub use identifier::{FormCheck, IdentifierError, RegisterIdentifier};
pub use record::{Evidence, VerificationCase};
use serde::{Deserialize, Serialize};
pub use web_domain::{WebDomain, WebDomainError};

use crate::vocabulary::{VerificationLevel as L, vocabulary};

vocabulary! {
    /// What proves a level.
    ProofKind, "CARAVANSERAI-PROOF", "1", {
        EmailDomain = "EMAIL_DOMAIN": "Mail received at the organisation's own domain",
        Register = "REGISTER": "Match in a public register or by its LEI",
        OfficerDocuments = "OFFICER_DOCUMENTS": "Papers of an officer, seen by a reviewer",
        Endorsement = "ENDORSEMENT": "Endorsement by a city, an investment agency or an international organisation",
    }
}

impl ProofKind {
    /// The level from which it leads, and the one to which.
    pub const fn step(self) -> (L, L) {
        match self {
            Self::EmailDomain => (L::V0, L::V1),
            Self::Register => (L::V1, L::V2),
            Self::OfficerDocuments => (L::V2, L::V3),
            Self::Endorsement => (L::V3, L::V4),
        }
    }

    /// The proof that leads to a level; none for the lowest.
    pub const fn of(level: L) -> Option<Self> {
        match level {
            L::V0 => None,
            L::V1 => Some(Self::EmailDomain),
            L::V2 => Some(Self::Register),
            L::V3 => Some(Self::OfficerDocuments),
            L::V4 => Some(Self::Endorsement),
        }
    }

    /// Whether the platform can find it proved by itself: mail that came back with its token does, and nothing else.
    pub const fn is_automatic(self) -> bool {
        matches!(self, Self::EmailDomain)
    }
}

/// For how many days each level lasts.
///
/// An officer changes, so papers last twelve months. A domain is renewed by the year and an entry in a register
/// stays longer, so both are asked again after 24 months. An endorsement says until when it holds; without that, 12
/// months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelTerms {
    /// Of V1, the domain.
    pub email_days: u64,
    /// Of V2, the register.
    pub register_days: u64,
    /// Of V3, the papers.
    pub documents_days: u64,
    /// Of V4, where the endorsement says nothing.
    pub endorsement_days: u64,
}

impl Default for LevelTerms {
    fn default() -> Self {
        Self { email_days: 730, register_days: 730, documents_days: 365, endorsement_days: 365 }
    }
}

impl LevelTerms {
    const fn days(&self, level: L) -> Option<u64> {
        match level {
            L::V0 => None,
            L::V1 => Some(self.email_days),
            L::V2 => Some(self.register_days),
            L::V3 => Some(self.documents_days),
            L::V4 => Some(self.endorsement_days),
        }
    }
}

/// The level of an organisation and until when it has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelHeld {
    /// The level.
    pub level: L,
    /// Since when, by a proof or by a fall.
    pub since: NaiveDate,
    /// The last day on which it holds; none for the lowest.
    pub until: Option<NaiveDate>,
}

/// A proof that does not lead up from where an organisation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{proof} leads from {from} to {to}, not from {held}")]
pub struct WrongStep {
    /// The proof.
    pub proof: ProofKind,
    /// From where it leads.
    pub from: L,
    /// To where.
    pub to: L,
    /// Where the organisation stands.
    pub held: L,
}

impl LevelHeld {
    /// An organisation of which nothing is proved.
    pub const fn unproved(since: NaiveDate) -> Self {
        Self { level: L::V0, since, until: None }
    }

    /// A level for its usual time from a day on.
    fn from(level: L, since: NaiveDate, terms: &LevelTerms) -> Self {
        let until =
            terms.days(level).map(|days| since.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX));
        Self { level, since, until }
    }

    /// The level after a proof: one up; or the same one renewed, where the proof is that of the level held.
    ///
    /// `until` shortens the time, for an endorsement that says when it ends.
    ///
    /// # Errors
    /// The proof leads up from another level.
    pub fn proved(
        self,
        proof: ProofKind,
        on: NaiveDate,
        until: Option<NaiveDate>,
        terms: &LevelTerms,
    ) -> Result<Self, WrongStep> {
        let (from, to) = proof.step();
        let held = self.on(on, terms);
        if held.level != from && held.level != to {
            return Err(WrongStep { proof, from, to, held: held.level });
        }
        let mut next = Self::from(to, on, terms);
        next.until = [next.until, until].into_iter().flatten().min();
        Ok(next)
    }

    /// The level on a day, fallen by one for each lapse up to it.
    #[must_use]
    pub fn on(self, day: NaiveDate, terms: &LevelTerms) -> Self {
        let mut held = self;
        // Five levels: it can fall four times.
        for _ in L::V1 as u8..=L::V4 as u8 {
            let Some(lapse) = held.until.filter(|until| *until < day).and_then(|until| until.succ_opt())
            else {
                break;
            };
            held = Self::from(below(held.level), lapse, terms);
        }
        held
    }

    /// The level where only less of what was proved still holds, such as after a new name: from today for the lower
    /// one's own time. What is already as low stays as it is.
    #[must_use]
    pub fn lowered(self, to: L, on: NaiveDate, terms: &LevelTerms) -> Self {
        let held = self.on(on, terms);
        if held.level <= to { held } else { Self::from(to, on, terms) }
    }

    /// Days until it lapses, counted from a day; none for the lowest level.
    pub fn days_left(self, day: NaiveDate) -> Option<i64> {
        self.until.map(|until| until.signed_duration_since(day).num_days())
    }
}

const fn below(level: L) -> L {
    match level {
        L::V0 | L::V1 => L::V0,
        L::V2 => L::V1,
        L::V3 => L::V2,
        L::V4 => L::V3,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vocabulary::Vocabulary;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn the_ladder_is_climbed_by_its_own_proofs_only() {
        let terms = LevelTerms::default();
        let on = day(2026, 3, 2);
        for held in L::ALL {
            for proof in ProofKind::ALL {
                let (from, to) = proof.step();
                assert_eq!(ProofKind::of(to), Some(*proof));
                let stands = LevelHeld { level: *held, since: on, until: None };
                let answer = stands.proved(*proof, on, None, &terms);
                let may = *held == from || *held == to;
                assert_eq!(answer.is_ok(), may, "{held} {proof}");
                if let Ok(next) = answer {
                    assert_eq!(next.level, to);
                }
            }
        }
        assert_eq!(ProofKind::of(L::V0), None);
    }

    #[test]
    fn a_lapse_falls_one_level_at_a_time() {
        let terms = LevelTerms::default();
        let held = LevelHeld::from(L::V3, day(2026, 1, 1), &terms);
        assert_eq!(held.until, Some(day(2027, 1, 1)));
        assert_eq!(held.on(day(2027, 1, 1), &terms).level, L::V3);
        let fallen = held.on(day(2027, 1, 2), &terms);
        assert_eq!((fallen.level, fallen.since), (L::V2, day(2027, 1, 2)));
        assert_eq!(held.on(day(2028, 12, 31), &terms).level, L::V2);
        assert_eq!(held.on(day(2029, 2, 1), &terms).level, L::V1);
        assert_eq!(held.on(day(2060, 1, 1), &terms), LevelHeld::unproved(day(2031, 1, 3)));
        assert_eq!(held.days_left(day(2026, 12, 31)), Some(1));
    }

    #[test]
    fn a_new_name_keeps_what_does_not_rest_on_it() {
        let terms = LevelTerms::default();
        let held = LevelHeld::from(L::V3, day(2026, 1, 1), &terms);
        let lowered = held.lowered(L::V1, day(2026, 3, 2), &terms);
        assert_eq!((lowered.level, lowered.since), (L::V1, day(2026, 3, 2)));
        assert!(lowered.until.is_some());
        let unproved = LevelHeld::unproved(day(2026, 1, 1));
        assert_eq!(unproved.lowered(L::V1, day(2026, 3, 2), &terms), unproved);
    }

    #[test]
    fn an_endorsement_ends_when_it_says() {
        let terms = LevelTerms::default();
        let held = LevelHeld::from(L::V3, day(2026, 1, 1), &terms);
        let until = Some(day(2026, 6, 30));
        let endorsed = held.proved(ProofKind::Endorsement, day(2026, 3, 2), until, &terms).unwrap();
        assert_eq!((endorsed.level, endorsed.until), (L::V4, until));
        let late = held.proved(ProofKind::Endorsement, day(2027, 3, 2), until, &terms).unwrap_err();
        assert_eq!(late.held, L::V2, "the papers had lapsed");
        assert_eq!(late.to_string(), "ENDORSEMENT leads from V3 to V4, not from V2");
    }

    proptest! {
        #[test]
        fn time_only_lowers_a_level_and_the_way_does_not_matter(
            level in proptest::sample::select(L::ALL), first in 0_u64..4000, second in 0_u64..4000,
        ) {
            let terms = LevelTerms::default();
            let start = day(2026, 1, 1);
            let held = LevelHeld::from(level, start, &terms);
            let later = |days: u64| start.checked_add_days(Days::new(days)).unwrap();
            let (a, b) = (later(first.min(second)), later(first.max(second)));
            prop_assert!(held.on(b, &terms).level <= held.on(a, &terms).level);
            prop_assert_eq!(held.on(a, &terms).on(b, &terms), held.on(b, &terms));
        }
    }
}
