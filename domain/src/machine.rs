//! State machines as tables: which transition leads from which state, who may ask for it, and what has to hold. Clients
//! name a transition; they never set a state. What a table does not hold is refused.
//!
//! A machine is its codes, its rules and what its guards look at; how a rule is looked up, and what a refusal says, is the
//! same for all of them and stands here.

use std::fmt;

use crate::Vocabulary;

/// A code that a machine is made of.
pub trait Code: Vocabulary + fmt::Display {}

impl<T: Vocabulary + fmt::Display> Code for T {}

/// A machine.
pub trait Machine: fmt::Debug + Copy + Eq + 'static {
    /// What moves, with its article: 'an introduction'.
    const WHAT: &'static str;
    /// Where it can stand.
    type State: Code;
    /// What can be asked for.
    type Transition: Code;
    /// As what somebody asks.
    type Party: Code;
    /// What has to hold.
    type Guard: Code;
    /// Where a rule leads.
    type Target: fmt::Debug + Copy + 'static;
    /// What guards and targets look at.
    type At<'a>: Copy;
    /// The table.
    const RULES: &'static [Rule<Self>];

    /// Whether a guard holds.
    fn holds(guard: Self::Guard, at: Self::At<'_>) -> bool;

    /// The state to which a target leads; none where what is looked at does not say.
    fn lead(to: Self::Target, from: Self::State, at: Self::At<'_>) -> Option<Self::State>;

    /// Where a transition leads somebody, who stands to the record in the given relations. Of several rules the first that
    /// is open counts.
    ///
    /// # Errors
    /// The table has no such transition from here, it is for others, or something does not hold.
    fn transition(
        from: Self::State,
        transition: Self::Transition,
        who: &[Self::Party],
        at: Self::At<'_>,
    ) -> Result<Self::State, Refusal<Self>> {
        let invalid = Refusal::InvalidTransition { from, transition };
        let rules =
            || Self::RULES.iter().filter(|rule| rule.transition == transition && rule.from.contains(&from));
        let Some(first) = rules().next() else { return Err(invalid) };
        let mut refusal = Refusal::NotPermitted { transition, who: first.who };
        for rule in rules().filter(|rule| rule.is_for(who)) {
            let open = missing::<Self>(rule.guards, at);
            if open.is_empty() {
                return Self::lead(rule.to, from, at).ok_or(invalid);
            }
            refusal = Refusal::Guards(open);
        }
        Err(refusal)
    }

    /// The transitions that somebody may ask for from a state, each with what still has to hold.
    fn available(from: Self::State, who: &[Self::Party], at: Self::At<'_>) -> Vec<Available<Self>> {
        Self::RULES
            .iter()
            .filter(|rule| rule.from.contains(&from) && rule.is_for(who))
            .map(|rule| Available { transition: rule.transition, requires: missing::<Self>(rule.guards, at) })
            .collect()
    }
}

/// Those of some guards that do not hold, in their order.
pub fn missing<M: Machine>(guards: &[M::Guard], at: M::At<'_>) -> Vec<M::Guard> {
    guards.iter().copied().filter(|guard| !M::holds(*guard, at)).collect()
}

/// One line of a table.
#[derive(Debug, Clone, Copy)]
pub struct Rule<M: Machine> {
    /// The states from which it leads.
    pub from: &'static [M::State],
    /// Its name.
    pub transition: M::Transition,
    /// Who may ask for it.
    pub who: &'static [M::Party],
    /// What has to hold.
    pub guards: &'static [M::Guard],
    /// Where it leads.
    pub to: M::Target,
}

impl<M: Machine> Rule<M> {
    /// A line.
    pub const fn new(
        from: &'static [M::State],
        transition: M::Transition,
        who: &'static [M::Party],
        guards: &'static [M::Guard],
        to: M::Target,
    ) -> Self {
        Self { from, transition, who, guards, to }
    }

    /// Whether somebody in one of these relations may ask for it.
    pub fn is_for(&self, who: &[M::Party]) -> bool {
        self.who.iter().any(|party| who.contains(party))
    }
}

/// Why a transition is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal<M: Machine> {
    /// The table has no such transition from this state (`INVALID_TRANSITION`).
    InvalidTransition {
        /// The state.
        from: M::State,
        /// What was asked for.
        transition: M::Transition,
    },
    /// Somebody else may (`NOT_PERMITTED`).
    NotPermitted {
        /// What was asked for.
        transition: M::Transition,
        /// Who may.
        who: &'static [M::Party],
    },
    /// Something does not hold; all of it is named (`GATE_FAILED`).
    Guards(Vec<M::Guard>),
}

impl<M: Machine> fmt::Display for Refusal<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidTransition { from, transition } => {
                write!(f, "{} in the state {from} has no transition {transition}", M::WHAT)
            }
            Self::NotPermitted { transition, who } => {
                let who: Vec<&str> = who.iter().map(|party| party.label()).collect();
                write!(f, "the transition {transition} is for others: {}", who.join(", "))
            }
            Self::Guards(open) => {
                let open: Vec<&str> = open.iter().map(|guard| guard.label()).collect();
                write!(f, "this must hold: {}", open.join("; "))
            }
        }
    }
}

impl<M: Machine> std::error::Error for Refusal<M> {}

/// A transition that somebody may ask for, with what still has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Available<M: Machine> {
    /// Its name.
    pub transition: M::Transition,
    /// What does not hold yet; empty where it can be asked for at once.
    pub requires: Vec<M::Guard>,
}

/// What the tests of every machine do.
#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "counts what was tried")]
pub(crate) mod trial {
    use std::collections::BTreeMap;

    use super::{Machine, Refusal, Rule};
    use crate::Vocabulary;

    /// Targets of triples of state, transition and party.
    pub(crate) type Triples<'a> = BTreeMap<(&'a str, &'a str, &'a str), &'a str>;

    /// Every triple that is allowed, as it was written down a second time, apart from the table: states, transitions,
    /// parties, target. A lone `=` is to stay.
    pub(crate) fn triples(written: &str) -> Triples<'_> {
        let mut triples = BTreeMap::new();
        for line in written.lines().filter(|line| !line.is_empty()) {
            let [states, transitions, parties, to] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            for state in states.split(',') {
                let to = if to == "=" { state } else { to };
                for transition in transitions.split(',') {
                    for party in parties.split(',') {
                        assert!(
                            triples.insert((state, transition, party), to).is_none(),
                            "{line} stands twice"
                        );
                    }
                }
            }
        }
        triples
    }

    /// Tries every triple, with all that can hold: what is written is granted and leads where it says, and all else is
    /// refused, never for what does not hold. Answers how many were tried and granted.
    pub(crate) fn every_triple<M: Machine>(
        written: &str,
        ask: impl Fn(M::State, M::Transition, M::Party) -> Result<M::State, Refusal<M>>,
    ) -> (usize, usize) {
        let allowed = triples(written);
        let (mut tried, mut granted) = (0, 0);
        for from in <M::State as Vocabulary>::ALL {
            for transition in <M::Transition as Vocabulary>::ALL {
                for who in <M::Party as Vocabulary>::ALL {
                    tried += 1;
                    let answer = ask(*from, *transition, *who);
                    if let Some(to) = allowed.get(&(from.code(), transition.code(), who.code())) {
                        granted += 1;
                        assert_eq!(answer.unwrap().code(), *to, "{from} {transition} {who}");
                    } else {
                        let refused = matches!(
                            answer,
                            Err(Refusal::InvalidTransition { .. } | Refusal::NotPermitted { .. })
                        );
                        assert!(refused, "{from} {transition} {who}");
                    }
                }
            }
        }
        assert_eq!(granted, allowed.len(), "a code that is written down is none");
        println!("{}: {tried} triples tried, {granted} granted as written", M::WHAT);
        (tried, granted)
    }

    /// Asks for each rule from each of its states with one guard alone that does not hold: it is refused, and the guard
    /// named, alone. Answers how often that was.
    pub(crate) fn each_guard_alone<M: Machine>(
        ask: impl Fn(&Rule<M>, M::Guard, M::State) -> Result<M::State, Refusal<M>>,
    ) -> usize {
        let mut stopped = 0;
        for rule in M::RULES {
            for guard in rule.guards {
                for from in rule.from {
                    let answer = ask(rule, *guard, *from);
                    assert_eq!(answer, Err(Refusal::Guards(vec![*guard])), "{from} {}", rule.transition);
                    stopped += 1;
                }
            }
        }
        println!("{}: {stopped} transitions stopped by one guard alone, each named", M::WHAT);
        stopped
    }

    /// No guard is there for nothing.
    pub(crate) fn every_guard_guards<M: Machine>() {
        for guard in <M::Guard as Vocabulary>::ALL {
            assert!(M::RULES.iter().any(|rule| rule.guards.contains(guard)), "{guard} guards nothing");
        }
    }

    /// The guards of the rule that a triple goes by; none where there is no such rule.
    pub(crate) fn guards_of<M: Machine>(
        from: M::State,
        transition: M::Transition,
        who: M::Party,
    ) -> &'static [M::Guard] {
        let is_it = |rule: &&Rule<M>| {
            rule.from.contains(&from) && rule.transition == transition && rule.is_for(&[who])
        };
        M::RULES.iter().find(is_it).map_or(&[], |rule| rule.guards)
    }
}
