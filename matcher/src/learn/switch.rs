//! Which learnt criteria a policy switches off.

use super::term::{Group, Term};

/// Criteria that are off, by name or by what they rest on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Switches {
    keys: Vec<&'static str>,
    groups: Vec<Group>,
}

/// A name that is neither a criterion's nor a group's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no learnt criterion or group {0:?}")]
pub struct UnknownTerm(pub String);

impl Switches {
    /// Switches off what is named: criteria such as `near_km`, or groups such as `place`.
    ///
    /// # Errors
    /// A name that is none.
    pub fn off<'a>(terms: &[Term], names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownTerm> {
        let mut switches = Self::default();
        for name in names {
            if let Some(term) = terms.iter().find(|term| term.key == name) {
                switches.keys.push(term.key);
            } else if let Some(term) = terms.iter().find(|term| term.group.key() == name) {
                switches.groups.push(term.group);
            } else {
                return Err(UnknownTerm(name.to_owned()));
            }
        }
        Ok(switches)
    }

    /// The criteria that are off as a set: a bit each by the place in `terms`, of which the first 64 are told.
    pub fn bits(&self, terms: &[Term]) -> u64 {
        terms
            .iter()
            .zip(0..u64::BITS)
            .filter(|(term, _)| !self.is_on(term))
            .fold(0, |bits, (_, bit)| bits | 1 << bit)
    }

    /// Whether a criterion speaks.
    pub fn is_on(&self, term: &Term) -> bool {
        !self.keys.contains(&term.key) && !self.groups.contains(&term.group)
    }
}
