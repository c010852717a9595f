//! The machine of screening against sanctions lists, as one table in the manner of the listing's.
//!
//! A list only suspects; persons decide, and two different ones have to agree to confirm a hit or to dismiss it. What
//! is confirmed freezes the organisation at once. A freeze ends by an appeal that somebody decides who had no part in
//! the confirmation. A clear result counts for seven days: after them no new introduction leaves.

use chrono::NaiveDate;

use crate::{
    machine::{Available, Machine, Refusal, Rule},
    organisation::Screening,
    vocabulary::{ScreeningStatus, vocabulary},
};

vocabulary! {
    /// A named change of an organisation's screening.
    ScreeningTransition, "CARAVANSERAI-SCREENING-TRANSITION", "1", {
        FindNothing = "FIND_NOTHING": "A run over all lists finds nothing",
        FindHit = "FIND_HIT": "A run finds a possible hit",
        Dismiss = "DISMISS": "Dismiss the hit as another person or body",
        Confirm = "CONFIRM": "Confirm the hit",
        Freeze = "FREEZE": "Freeze the organisation",
        GrantAppeal = "GRANT_APPEAL": "Grant the appeal and lift the freeze",
        Expire = "EXPIRE": "Let a result that is too old lapse",
    }
}
vocabulary! {
    /// Who asks for a transition of a screening.
    ScreeningParty, "CARAVANSERAI-SCREENING-PARTY", "1", {
        Officer = "OFFICER": "Compliance officer from outside the organisation",
        System = "SYSTEM": "The run over the lists, and timers",
    }
}
vocabulary! {
    /// What has to hold for a transition of a screening.
    ScreeningGuard, "CARAVANSERAI-SCREENING-GUARD", "1", {
        Rationale = "RATIONALE": "A rationale is written down",
        SecondPerson = "SECOND_PERSON": "A second officer came to the same decision",
        NewHit = "NEW_HIT": "The hit is not one that was dismissed before",
        AppealOpen = "APPEAL_OPEN": "The organisation has appealed",
        OtherPerson = "OTHER_PERSON": "Who decides the appeal had no part in the confirmation",
        TooOld = "TOO_OLD": "The result is older than seven days",
    }
}

/// For how many days a clear result counts.
pub const CLEAR_DAYS: u32 = 7;

/// What the guards look at. The default is a case of which nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScreeningCircumstances {
    /// A rationale came with the request.
    pub rationale: bool,
    /// An officer who is not the one who asks now has decided the same about the same hits.
    pub second_person: bool,
    /// At least one hit is neither dismissed before nor of a list entry that has not changed since.
    pub new_hit: bool,
    /// An appeal is open.
    pub appeal_open: bool,
    /// The one who asks is neither of those who confirmed.
    pub other_person: bool,
    /// Days since the result.
    pub age_days: u32,
}

impl ScreeningGuard {
    /// Whether it holds.
    pub const fn holds(self, at: &ScreeningCircumstances) -> bool {
        match self {
            Self::Rationale => at.rationale,
            Self::SecondPerson => at.second_person,
            Self::NewHit => at.new_hit,
            Self::AppealOpen => at.appeal_open,
            Self::OtherPerson => at.other_person,
            Self::TooOld => at.age_days > CLEAR_DAYS,
        }
    }
}

/// The machine of a screening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScreeningMachine;

impl Machine for ScreeningMachine {
    const WHAT: &'static str = "a screening";
    type State = ScreeningStatus;
    type Transition = ScreeningTransition;
    type Party = ScreeningParty;
    type Guard = ScreeningGuard;
    type Target = ScreeningStatus;
    type At<'a> = &'a ScreeningCircumstances;
    const RULES: &'static [ScreeningRule] = SCREENING_RULES;

    fn holds(guard: ScreeningGuard, at: Self::At<'_>) -> bool {
        guard.holds(at)
    }

    fn lead(to: Self::Target, _: ScreeningStatus, _: Self::At<'_>) -> Option<ScreeningStatus> {
        Some(to)
    }
}

/// One line of the table.
pub type ScreeningRule = Rule<ScreeningMachine>;
/// Why a transition is refused.
pub type ScreeningRefusal = Refusal<ScreeningMachine>;
/// A transition that somebody may ask for, with what still has to hold.
pub type AvailableScreeningTransition = Available<ScreeningMachine>;

use self::{ScreeningGuard as G, ScreeningParty as P, ScreeningStatus as S, ScreeningTransition as T};

/// The table. An organisation begins as not screened.
///
/// A run that finds nothing does not clear a possible hit, for the list may have moved a name and not the fact: a
/// person decides what was found. A run does not touch what is confirmed or frozen either.
pub const SCREENING_RULES: &[ScreeningRule] = &[
    Rule::new(
        &[S::NotScreened, S::Clear, S::FalsePositive, S::Expired],
        T::FindNothing,
        &[P::System],
        &[],
        S::Clear,
    ),
    Rule::new(&[S::NotScreened, S::Clear, S::Expired], T::FindHit, &[P::System], &[], S::PotentialHit),
    Rule::new(&[S::FalsePositive], T::FindHit, &[P::System], &[G::NewHit], S::PotentialHit),
    Rule::new(
        &[S::PotentialHit],
        T::Dismiss,
        &[P::Officer],
        &[G::Rationale, G::SecondPerson],
        S::FalsePositive,
    ),
    Rule::new(
        &[S::PotentialHit],
        T::Confirm,
        &[P::Officer],
        &[G::Rationale, G::SecondPerson],
        S::ConfirmedHit,
    ),
    Rule::new(&[S::ConfirmedHit], T::Freeze, &[P::System], &[], S::Frozen),
    Rule::new(
        &[S::Frozen],
        T::GrantAppeal,
        &[P::Officer],
        &[G::AppealOpen, G::Rationale, G::OtherPerson],
        S::Clear,
    ),
    Rule::new(&[S::Clear], T::Expire, &[P::System], &[G::TooOld], S::Expired),
];

impl Screening {
    /// Whether a new introduction may leave: dismissed for good, or clear and not older than seven days. What is not
    /// known, and a day in the future, never pass.
    pub fn opens_introductions(&self, today: NaiveDate) -> bool {
        match self.status {
            S::FalsePositive => true,
            S::Clear => self.screened_on.is_some_and(|on| {
                let age = today.signed_duration_since(on).num_days();
                (0..=i64::from(CLEAR_DAYS)).contains(&age)
            }),
            S::NotScreened | S::PotentialHit | S::ConfirmedHit | S::Expired | S::Frozen => false,
        }
    }

    /// Whether the organisation may do nothing but appeal.
    pub const fn is_frozen(&self) -> bool {
        matches!(self.status, S::ConfirmedHit | S::Frozen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        machine::trial::{each_guard_alone, every_guard_guards, every_triple},
        vocabulary::Vocabulary,
    };

    /// Every triple that is allowed, written down a second time: state, transition, who, target.
    const ALLOWED: &str = "
NOT_SCREENED FIND_NOTHING SYSTEM CLEAR
CLEAR FIND_NOTHING SYSTEM CLEAR
FALSE_POSITIVE FIND_NOTHING SYSTEM CLEAR
EXPIRED FIND_NOTHING SYSTEM CLEAR
NOT_SCREENED FIND_HIT SYSTEM POTENTIAL_HIT
CLEAR FIND_HIT SYSTEM POTENTIAL_HIT
EXPIRED FIND_HIT SYSTEM POTENTIAL_HIT
FALSE_POSITIVE FIND_HIT SYSTEM POTENTIAL_HIT
POTENTIAL_HIT DISMISS OFFICER FALSE_POSITIVE
POTENTIAL_HIT CONFIRM OFFICER CONFIRMED_HIT
CONFIRMED_HIT FREEZE SYSTEM FROZEN
FROZEN GRANT_APPEAL OFFICER CLEAR
CLEAR EXPIRE SYSTEM EXPIRED
";

    const HOLDS: ScreeningCircumstances = ScreeningCircumstances {
        rationale: true,
        second_person: true,
        new_hit: true,
        appeal_open: true,
        other_person: true,
        age_days: 8,
    };

    #[test]
    fn every_triple_is_as_written_down_and_all_others_are_refused() {
        every_triple::<ScreeningMachine>(ALLOWED, |from, transition, who| {
            ScreeningMachine::transition(from, transition, &[who], &HOLDS)
        });
        // The table has one row for each state and transition, so that no second is tried.
        for from in ScreeningStatus::ALL {
            for transition in ScreeningTransition::ALL {
                let rows = SCREENING_RULES
                    .iter()
                    .filter(|rule| rule.transition == *transition && rule.from.contains(from))
                    .count();
                assert!(rows <= 1, "{from} {transition}");
            }
        }
    }

    #[test]
    fn each_guard_alone_stops_its_transitions_and_is_named() {
        each_guard_alone::<ScreeningMachine>(|rule, guard, from| {
            let mut at = HOLDS;
            match guard {
                ScreeningGuard::Rationale => at.rationale = false,
                ScreeningGuard::SecondPerson => at.second_person = false,
                ScreeningGuard::NewHit => at.new_hit = false,
                ScreeningGuard::AppealOpen => at.appeal_open = false,
                ScreeningGuard::OtherPerson => at.other_person = false,
                ScreeningGuard::TooOld => at.age_days = 7,
            }
            ScreeningMachine::transition(from, rule.transition, rule.who, &at)
        });
        every_guard_guards::<ScreeningMachine>();
    }

    #[test]
    fn nobody_alone_confirms_dismisses_or_lifts() {
        let alone = ScreeningCircumstances { second_person: false, other_person: false, ..HOLDS };
        for (from, transition) in [
            (ScreeningStatus::PotentialHit, ScreeningTransition::Confirm),
            (ScreeningStatus::PotentialHit, ScreeningTransition::Dismiss),
            (ScreeningStatus::Frozen, ScreeningTransition::GrantAppeal),
        ] {
            assert!(
                ScreeningMachine::transition(from, transition, &[ScreeningParty::Officer], &alone).is_err()
            );
        }
    }

    #[test]
    fn a_clear_result_opens_for_seven_days_and_nothing_unknown_does() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 9).unwrap();
        let at = |status, day| Screening { status, screened_on: NaiveDate::from_ymd_opt(2026, 3, day) };
        assert!(at(ScreeningStatus::Clear, 2).opens_introductions(today));
        assert!(!at(ScreeningStatus::Clear, 1).opens_introductions(today));
        assert!(!at(ScreeningStatus::Clear, 10).opens_introductions(today), "a day in the future");
        let undated = Screening { status: ScreeningStatus::Clear, screened_on: None };
        assert!(!undated.opens_introductions(today));
        for status in ScreeningStatus::ALL {
            let open = at(*status, 9).opens_introductions(today);
            assert_eq!(
                open,
                matches!(status, ScreeningStatus::Clear | ScreeningStatus::FalsePositive),
                "{status}"
            );
            let frozen = matches!(status, ScreeningStatus::ConfirmedHit | ScreeningStatus::Frozen);
            assert_eq!(at(*status, 9).is_frozen(), frozen, "{status}");
        }
    }
}
