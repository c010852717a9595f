//! What two cities bring in beside the text: a triad as the first deed, and the workspace that they share (article rows
//! 8.4 and 8.5).

use std::fmt;

use chrono::{DateTime, Days, Utc};
use serde::{Deserialize, Serialize};

use super::{
    code::{CitySide, PartnershipState as S},
    record::{Partnership, WorkItem, WorkStatus},
};
use crate::{
    account::Person,
    document::Document,
    id::Id,
    mandate::Mandate,
    project::Project,
    value::{Lang, Localized, SingleLine},
    vocabulary::vocabulary,
};

/// An edge of the triad, as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeedEdge {
    /// Which, by the matcher's code.
    pub key: String,
    /// Its score in millionths of a point, 0 to 100,000,000.
    pub score: u32,
    /// Whether the triad is ranked by it.
    pub weakest: bool,
    /// What it says.
    pub because: String,
}

/// A project that serves both cities and a mandate that it fits, with which the partnership would begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstDeed {
    /// The project.
    pub project: Id<Project>,
    /// The mandate.
    pub mandate: Id<Mandate>,
    /// The edges. They are found anew when the partnership is proposed, and frozen then.
    pub edges: Vec<DeedEdge>,
    /// When they were found.
    pub as_of: DateTime<Utc>,
}

impl FirstDeed {
    /// The item of the work plan that it becomes when the agreement is signed: the proposing city's, due with the first
    /// yearly review.
    pub(super) fn item(&self, number: u32, now: DateTime<Utc>) -> Option<WorkItem> {
        let due = now.checked_add_days(Days::new(365))?.date_naive();
        let title = Localized::new(Lang::EN, "The first deed of the partnership").ok()?;
        let projects = vec![self.project];
        Some(WorkItem { number, title, owner: CitySide::A, due, status: WorkStatus::Planned, projects })
    }
}

vocabulary! {
    /// What is shared.
    SharedKind, "CARAVANSERAI-SHARED-KIND", "1", {
        Document = "DOCUMENT": "A document",
        Contact = "CONTACT": "Whom to turn to",
        DataSet = "DATA_SET": "A set of data",
    }
}

vocabulary! {
    /// Who sees what is shared.
    SharedWith, "CARAVANSERAI-SHARED-WITH", "1", {
        OwnSide = "OWN_SIDE": "The own side",
        BothSides = "BOTH_SIDES": "Both sides",
        Public = "PUBLIC": "Everybody, while the agreement is in force",
    }
}

/// What a side puts into the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// What it is.
    pub kind: SharedKind,
    /// What it is, in a line.
    pub title: SingleLine,
    /// The document; for that kind alone.
    pub document: Option<Id<Document>>,
    /// The role address or desk to turn to, or where the data are and under which licence.
    pub pointer: Option<SingleLine>,
    /// Who sees it.
    pub with: SharedWith,
}

/// An entry of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedEntry {
    /// Its number, which no other entry gets.
    pub number: u32,
    /// Whose it is.
    pub side: CitySide,
    /// Who put it in.
    pub person: Option<Id<Person>>,
    /// When.
    pub at: DateTime<Utc>,
    /// What was put in.
    #[serde(flatten)]
    pub what: Sharing,
}

/// Most entries of a workspace.
pub const SHARED_MAX: usize = 200;

/// Why something is not shared, or not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareRefusal {
    /// The two are not in talks yet, or no more.
    NotTogether(S),
    /// A document without its paper, or something else with one.
    Document,
    /// A contact or a set of data that does not say where.
    Pointer,
    /// Where it is would run something at whoever follows it.
    Script,
    /// The workspace is full.
    Full,
    /// The own side has no entry of this number.
    NoEntry(u32),
}

impl fmt::Display for ShareRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTogether(state) => {
                write!(
                    f,
                    "the workspace is open from the negotiation to the end; this is {}",
                    crate::Vocabulary::code(*state)
                )
            }
            Self::Document => f.write_str("a document is shared by its id, and nothing else has one"),
            Self::Pointer => f.write_str("say whom to turn to, or where the data are"),
            Self::Script => f.write_str("an address is one of https, http, mailto or tel, or plain words"),
            Self::Full => write!(f, "a workspace holds at most {SHARED_MAX} entries: take one back"),
            Self::NoEntry(number) => write!(f, "your side has no entry {number}"),
        }
    }
}

impl S {
    /// Whether the two cities are in talks or bound, so that they share a workspace.
    pub const fn is_together(self) -> bool {
        !matches!(self, Self::Draft | Self::Proposed) && !self.is_final()
    }
}

/// Whether an address is of a kind that runs or carries what it is followed for.
fn runs(pointer: &str) -> bool {
    let scheme = pointer.trim_start().split(':').next().unwrap_or_default().to_ascii_lowercase();
    matches!(scheme.as_str(), "javascript" | "data" | "vbscript" | "file" | "blob" | "about")
        && pointer.contains(':')
}

impl Partnership {
    /// Puts an entry of a side into the workspace.
    ///
    /// # Errors
    /// The two are not together, the entry is incomplete, or the workspace is full.
    pub fn share(
        &self,
        side: CitySide,
        person: Option<Id<Person>>,
        what: Sharing,
        now: DateTime<Utc>,
    ) -> Result<Self, ShareRefusal> {
        if !self.state.is_together() {
            return Err(ShareRefusal::NotTogether(self.state));
        }
        if what.document.is_some() != (what.kind == SharedKind::Document) {
            return Err(ShareRefusal::Document);
        }
        if what.kind != SharedKind::Document && what.pointer.is_none() {
            return Err(ShareRefusal::Pointer);
        }
        if what.pointer.as_ref().is_some_and(|pointer| runs(pointer.as_str())) {
            return Err(ShareRefusal::Script);
        }
        if self.workspace.len() >= SHARED_MAX {
            return Err(ShareRefusal::Full);
        }
        let mut next = self.clone();
        next.shared_ever = next.shared_ever.saturating_add(1);
        next.workspace.push(SharedEntry { number: next.shared_ever, side, person, at: now, what });
        Ok(next)
    }

    /// Takes an entry of the own side back.
    ///
    /// # Errors
    /// The side has no such entry.
    pub fn take_back(&self, side: CitySide, number: u32) -> Result<Self, ShareRefusal> {
        let mut next = self.clone();
        next.workspace.retain(|entry| (entry.number, entry.side) != (number, side));
        if next.workspace.len() == self.workspace.len() {
            return Err(ShareRefusal::NoEntry(number));
        }
        Ok(next)
    }

    /// What a side sees of the workspace; nobody's side sees what is for everybody, while the agreement is in force.
    pub fn shared_with(&self, side: Option<CitySide>) -> impl Iterator<Item = &SharedEntry> {
        let in_force = self.state.is_in_force();
        self.workspace.iter().filter(move |entry| match (entry.what.with, side) {
            (SharedWith::OwnSide, side) => side == Some(entry.side),
            (SharedWith::BothSides, side) => side.is_some(),
            (SharedWith::Public, side) => side.is_some() || in_force,
        })
    }
}
