//! One case of verification: what is claimed, what shows it, and who judges it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CaseState, ProofKind, RegisterIdentifier, WebDomain};
use crate::{account::Person, id::Id, organisation::Organisation, value::SingleLine};

/// What shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Evidence {
    /// Mail that came back from the organisation's own domain. The address itself is in the mail alone.
    Domain {
        /// The domain.
        domain: WebDomain,
        /// Whether the link in the mail came back.
        proved: bool,
    },
    /// A number in a register, whose check digits fit.
    Register {
        /// The number.
        identifier: RegisterIdentifier,
    },
    /// Papers of an officer.
    Documents {
        /// Stored documents of the organisation, 1 to 20.
        documents: Vec<Uuid>,
    },
    /// The word of a body that is verified itself.
    Endorsement {
        /// Which body.
        by: Id<Organisation>,
        /// What it says.
        statement: SingleLine,
        /// Until when it holds; a year where it does not say.
        until: Option<NaiveDate>,
    },
}

impl Evidence {
    /// What it is meant to prove.
    pub const fn proof(&self) -> ProofKind {
        match self {
            Self::Domain { .. } => ProofKind::EmailDomain,
            Self::Register { .. } => ProofKind::Register,
            Self::Documents { .. } => ProofKind::OfficerDocuments,
            Self::Endorsement { .. } => ProofKind::Endorsement,
        }
    }

    /// Until when it holds, where it says so.
    pub const fn until(&self) -> Option<NaiveDate> {
        match self {
            Self::Endorsement { until, .. } => *until,
            Self::Domain { .. } | Self::Register { .. } | Self::Documents { .. } => None,
        }
    }

    /// How many pieces there are.
    /// A domain is none before the mail came back.
    pub fn pieces(&self) -> u32 {
        match self {
            Self::Documents { documents } => u32::try_from(documents.len()).unwrap_or(u32::MAX),
            Self::Domain { proved, .. } => u32::from(*proved),
            Self::Register { .. } | Self::Endorsement { .. } => 1,
        }
    }

    /// What only one organisation can be proved by: the number in a register. Others may share a domain.
    pub fn exclusive(&self) -> Option<String> {
        match self {
            Self::Register { identifier } => Some(identifier.to_string()),
            Self::Domain { .. } | Self::Documents { .. } | Self::Endorsement { .. } => None,
        }
    }
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationCase {
    /// Where it stands.
    pub state: CaseState,
    /// Since when, microseconds since 1970, UTC.
    pub since: i64,
    /// What shows it.
    pub evidence: Evidence,
    /// What the organisation added when more was asked for, oldest first.
    pub supplied: Vec<SingleLine>,
    /// Why more was asked for, or why it was refused.
    pub reasons: Vec<SingleLine>,
    /// Who took it up.
    pub reviewer: Option<Id<Person>>,
    /// Who refused it.
    pub refused_by: Option<Id<Person>>,
}

impl VerificationCase {
    /// A case that nobody has looked at.
    pub const fn submitted(evidence: Evidence, at: i64) -> Self {
        Self {
            state: CaseState::Submitted,
            since: at,
            evidence,
            supplied: Vec::new(),
            reasons: Vec::new(),
            reviewer: None,
            refused_by: None,
        }
    }

    /// Whether it waits for somebody.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, CaseState::Submitted | CaseState::InReview | CaseState::MoreAsked)
    }
}
