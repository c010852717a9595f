//! The case of an organisation that may be one that a list of sanctions names: what is alike, what the officers said of
//! it, and the appeals against a freeze. How its state moves stands in [`crate::screening`].

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    account::Person,
    id::Id,
    machine::{Machine as _, missing},
    sanctions::{ListedKind, SanctionsList},
    screening::{
        AvailableScreeningTransition, SCREENING_RULES, ScreeningCircumstances, ScreeningGuard,
        ScreeningMachine, ScreeningParty, ScreeningRefusal, ScreeningTransition,
    },
    value::{Localized, SingleLine},
    vocabulary::{ScreeningStatus, Vocabulary, vocabulary},
};

vocabulary! {
    /// What an officer finds of a hit.
    HitDecision, "CARAVANSERAI-HIT-DECISION", "1", {
        FalsePositive = "FALSE_POSITIVE": "Another person or body",
        Confirmed = "CONFIRMED": "The one that is listed",
    }
}

impl HitDecision {
    /// The transition to which two such words lead.
    pub const fn transition(self) -> ScreeningTransition {
        match self {
            Self::FalsePositive => ScreeningTransition::Dismiss,
            Self::Confirmed => ScreeningTransition::Confirm,
        }
    }
}

/// Matches that a case holds; of a name that is like very many, the likest.
pub const MAX_MATCHES: usize = 200;

/// Appeals that a case holds.
pub const MAX_APPEALS: usize = 20;

/// One name of the organisation that is like one entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedMatch {
    /// Whose entry.
    pub list: SanctionsList,
    /// The edition that was read.
    pub published_on: NaiveDate,
    /// The entry's number in the list.
    pub uid: String,
    /// What the entry names.
    pub kind: ListedKind,
    /// The name or number of the entry that is alike.
    pub matched_name: String,
    /// The name or number of the organisation that is alike.
    pub subject_name: String,
    /// How like, in millionths, 0 to 1,000,000.
    pub score: u32,
    /// It rests on an alias that the list itself calls weak: it cannot confirm a hit alone.
    pub weak: bool,
    /// Whether the entry names the organisation's country; none where either is unknown.
    pub country_agrees: Option<bool>,
    /// What is alike, in sentences; no verdict.
    pub why: Vec<String>,
    /// SHA-256 over the whole entry and the organisation's name: a decision holds for as long as neither changes.
    pub fingerprint: String,
}

/// What one officer found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitWord {
    /// Who.
    pub person: Id<Person>,
    /// What.
    pub decision: HitDecision,
    /// Why.
    pub rationale: SingleLine,
    /// What else shows it, beside the likeness of names.
    pub evidence: Option<SingleLine>,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
}

/// How an appeal ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealDecision {
    /// By whom.
    pub person: Id<Person>,
    /// Whether the freeze was lifted.
    pub granted: bool,
    /// Why.
    pub rationale: SingleLine,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
}

/// An appeal of the organisation against its freeze.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitAppeal {
    /// Which of its owners.
    pub person: Id<Person>,
    /// What they say.
    pub text: Localized,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
    /// How it ended; none while it is open.
    pub decision: Option<AppealDecision>,
}

/// The case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreeningHit {
    /// The organisation's name when the case was opened.
    pub name: SingleLine,
    /// Where it stands: `POTENTIAL_HIT`, `FALSE_POSITIVE`, `FROZEN`, or `CLEAR` after a granted appeal.
    pub status: ScreeningStatus,
    /// Since when, microseconds since 1970, UTC.
    pub since: i64,
    /// What is alike, each once.
    pub matches: Vec<ListedMatch>,
    /// What the officers found, the latest word of each.
    pub words: Vec<HitWord>,
    /// Appeals, oldest first.
    pub appeals: Vec<HitAppeal>,
}

/// What came of an officer's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It waits for a second officer.
    First,
    /// A second officer agrees: the case moves to this state.
    Agreed(ScreeningStatus),
}

impl ScreeningHit {
    /// A case that nobody has looked at.
    pub fn open(name: SingleLine, matches: Vec<ListedMatch>, at: i64) -> Self {
        let mut case = Self {
            name,
            status: ScreeningStatus::PotentialHit,
            since: at,
            matches: Vec::new(),
            words: Vec::new(),
            appeals: Vec::new(),
        };
        case.add(matches);
        case
    }

    /// Adds matches that are not in it. Where one was added, what the officers said is void: it was about less.
    ///
    /// Answers whether one was added.
    pub fn add(&mut self, matches: Vec<ListedMatch>) -> bool {
        let known: BTreeSet<String> = self.matches.iter().map(|known| known.fingerprint.clone()).collect();
        let before = self.matches.len();
        self.matches.extend(matches.into_iter().filter(|new| !known.contains(&new.fingerprint)));
        self.matches.truncate(MAX_MATCHES.max(before));
        let added = self.matches.len() > before;
        if added {
            self.words.clear();
        }
        added
    }

    /// Whether what is alike was found to be another: such matches are not raised again while they stay the same.
    pub const fn is_remembered(&self) -> bool {
        matches!(self.status, ScreeningStatus::FalsePositive | ScreeningStatus::Clear)
    }

    /// Whether nothing but aliases that the list calls weak is alike.
    pub fn is_weak(&self) -> bool {
        self.matches.iter().all(|alike| alike.weak)
    }

    /// The appeal that is open.
    pub fn open_appeal(&self) -> Option<&HitAppeal> {
        self.appeals.iter().find(|appeal| appeal.decision.is_none())
    }

    /// What the guards look at for an officer who decides: whether another one has said the same before, and whether
    /// the asker had a part in the decision that stands or in refusing an appeal against it.
    pub fn circumstances(
        &self,
        person: Id<Person>,
        decision: Option<HitDecision>,
        rationale: bool,
    ) -> ScreeningCircumstances {
        let second = |word: &HitWord| word.person != person && Some(word.decision) == decision;
        ScreeningCircumstances {
            rationale,
            second_person: self.words.iter().any(second),
            new_hit: false,
            appeal_open: self.open_appeal().is_some(),
            other_person: self.words.iter().all(|word| word.person != person),
            age_days: 0,
        }
    }

    /// The transitions that an officer may ask for, each with what still has to hold. A rationale comes with the
    /// request.
    pub fn available(&self, person: Id<Person>) -> Vec<AvailableScreeningTransition> {
        let decision = |transition| {
            HitDecision::ALL.iter().copied().find(|decision| decision.transition() == transition)
        };
        SCREENING_RULES
            .iter()
            .filter(|rule| rule.is_for(&[ScreeningParty::Officer]) && rule.from.contains(&self.status))
            .map(|rule| {
                let at = self.circumstances(person, decision(rule.transition), true);
                let requires = missing::<ScreeningMachine>(rule.guards, &at);
                AvailableScreeningTransition { transition: rule.transition, requires }
            })
            .collect()
    }

    /// Takes an officer's word. The second that agrees moves the case; a word that differs stands beside the first.
    ///
    /// # Errors
    /// The state takes no decision, or the same officer says the same again: that needs another person.
    pub fn say(&mut self, word: HitWord) -> Result<Said, ScreeningRefusal> {
        let at = self.circumstances(word.person, Some(word.decision), true);
        let transition = word.decision.transition();
        match ScreeningMachine::transition(self.status, transition, &[ScreeningParty::Officer], &at) {
            Ok(status) => {
                self.put(word);
                Ok(Said::Agreed(status))
            }
            Err(ScreeningRefusal::Guards(open)) if open == [ScreeningGuard::SecondPerson] => {
                let repeats = |one: &HitWord| one.person == word.person && one.decision == word.decision;
                if self.words.iter().any(repeats) {
                    return Err(ScreeningRefusal::Guards(open));
                }
                self.put(word);
                Ok(Said::First)
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn put(&mut self, word: HitWord) {
        self.words.retain(|one| one.person != word.person);
        self.words.push(word);
    }

    /// Ends the open appeal.
    ///
    /// # Errors
    /// There is none, nothing is frozen, or the asker had a part in the confirmation.
    pub fn decide_appeal(
        &mut self,
        decision: AppealDecision,
    ) -> Result<Option<ScreeningStatus>, ScreeningRefusal> {
        let at = self.circumstances(decision.person, None, true);
        let transition = ScreeningTransition::GrantAppeal;
        // Whoever refuses has to be as far from the confirmation as whoever grants.
        let to = ScreeningMachine::transition(self.status, transition, &[ScreeningParty::Officer], &at)?;
        let granted = decision.granted;
        if let Some(open) = self.appeals.iter_mut().find(|appeal| appeal.decision.is_none()) {
            open.decision = Some(decision);
        }
        Ok(granted.then_some(to))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn person(number: u128) -> Id<Person> {
        Id::from_uuid(Uuid::from_u128(number))
    }

    fn alike(fingerprint: &str) -> ListedMatch {
        ListedMatch {
            list: SanctionsList::UnSc,
            published_on: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
            uid: fingerprint.to_owned(),
            kind: ListedKind::Entity,
            matched_name: "Sampleton Cable Works".to_owned(),
            subject_name: "Sampleton Cable".to_owned(),
            score: 900_000,
            weak: false,
            country_agrees: None,
            why: Vec::new(),
            fingerprint: fingerprint.to_owned(),
        }
    }

    fn word(number: u128, decision: HitDecision) -> HitWord {
        let rationale = SingleLine::new("Another town and another register number").unwrap();
        HitWord { person: person(number), decision, rationale, evidence: None, at: 1 }
    }

    fn case() -> ScreeningHit {
        ScreeningHit::open(SingleLine::new("Sampleton Cable").unwrap(), vec![alike("a")], 0)
    }

    #[test]
    fn two_persons_have_to_agree() {
        use HitDecision::{Confirmed, FalsePositive};
        let mut hit = case();
        assert_eq!(hit.say(word(1, FalsePositive)), Ok(Said::First));
        let again = hit.say(word(1, FalsePositive));
        assert_eq!(again, Err(ScreeningRefusal::Guards(vec![ScreeningGuard::SecondPerson])));
        assert_eq!(
            hit.say(word(2, Confirmed)),
            Ok(Said::First),
            "a word that differs stands beside the first"
        );
        assert_eq!(hit.words.len(), 2);
        // One of them changes its mind: it agrees with the other, and not with itself.
        assert_eq!(hit.say(word(1, Confirmed)), Ok(Said::Agreed(ScreeningStatus::ConfirmedHit)));
        let mut hit = case();
        assert_eq!(hit.say(word(1, FalsePositive)), Ok(Said::First));
        assert_eq!(hit.say(word(1, Confirmed)), Ok(Said::First));
        assert_eq!(hit.words.len(), 1);
    }

    #[test]
    fn what_is_added_voids_what_was_said_of_less() {
        let mut hit = case();
        assert_eq!(hit.say(word(1, HitDecision::FalsePositive)), Ok(Said::First));
        assert!(!hit.add(vec![alike("a")]));
        assert_eq!(hit.words.len(), 1);
        assert!(hit.add(vec![alike("a"), alike("b")]));
        assert_eq!((hit.words.len(), hit.matches.len()), (0, 2));
        assert_eq!(hit.say(word(2, HitDecision::FalsePositive)), Ok(Said::First));
    }

    #[test]
    fn an_appeal_is_decided_by_who_had_no_part() {
        let mut hit = case();
        hit.words = vec![word(1, HitDecision::Confirmed), word(2, HitDecision::Confirmed)];
        hit.status = ScreeningStatus::Frozen;
        let rationale = SingleLine::new("The register shows another founder").unwrap();
        let decision = |number, granted| AppealDecision {
            person: person(number),
            granted,
            rationale: rationale.clone(),
            at: 2,
        };
        let none = hit.clone().decide_appeal(decision(3, true));
        assert_eq!(none, Err(ScreeningRefusal::Guards(vec![ScreeningGuard::AppealOpen])));
        let text = Localized::new(crate::value::Lang::EN, "We are not they").unwrap();
        hit.appeals.push(HitAppeal { person: person(9), text, at: 1, decision: None });
        for number in [1, 2] {
            for granted in [true, false] {
                let own = hit.clone().decide_appeal(decision(number, granted));
                assert_eq!(own, Err(ScreeningRefusal::Guards(vec![ScreeningGuard::OtherPerson])));
            }
        }
        let lift = ScreeningTransition::GrantAppeal;
        let offered = |requires| [AvailableScreeningTransition { transition: lift, requires }];
        assert_eq!(hit.available(person(1)), offered(vec![ScreeningGuard::OtherPerson]));
        assert_eq!(hit.available(person(3)), offered(vec![]));
        assert_eq!(hit.clone().decide_appeal(decision(3, true)), Ok(Some(ScreeningStatus::Clear)));
        assert_eq!(hit.decide_appeal(decision(3, false)), Ok(None));
        assert!(hit.open_appeal().is_none());
    }
}
