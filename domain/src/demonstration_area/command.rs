//! What can be asked of a demonstration area, and what comes out of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

#[cfg(doc)]
use super::settle_pair;
use super::{
    code::{AreaState as S, AreaTransition as T, TaskStatus},
    record::{AreaPlan, DemonstrationArea},
};
use crate::{account::Person, document::Document, id::Id, organisation::Organisation, value::Localized};

/// What is known of the area that is to be the other of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MirrorFacts {
    /// It.
    pub area: Id<DemonstrationArea>,
    /// Its host city.
    pub city: Id<crate::city::City>,
    /// The office of its host city.
    pub office: Id<Organisation>,
    /// Where it stands.
    pub state: S,
    /// With which area its host has linked it.
    pub linked_with: Option<Id<DemonstrationArea>>,
}

/// What is asked of a demonstration area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AreaCommand {
    /// Write the draft anew.
    Edit(AreaPlan),
    /// Name who evaluates.
    NameEvaluator(Id<Organisation>),
    /// Bring it before the authority.
    Propose {
        /// The host city has no other area that is not over.
        only_one: bool,
    },
    /// Approve it.
    Approve,
    /// Give it back.
    Return(Option<Localized>),
    /// Reject it.
    Reject(Option<Localized>),
    /// Link it with the area of another city.
    LinkMirror(MirrorFacts),
    /// Unlink it.
    Unlink,
    /// The other host has unlinked.
    MirrorUnlinked(MirrorFacts),
    /// Both hosts have linked.
    Pair(MirrorFacts),
    /// Both are approved.
    Designate(MirrorFacts),
    /// Begin.
    Start,
    /// It has operated for too long without a pair.
    FlagUnpaired,
    /// Say how far a task was met.
    ReportTask {
        /// Its number.
        number: u32,
        /// How far.
        status: TaskStatus,
        /// What shows it.
        evidence: Vec<Id<Document>>,
    },
    /// Begin the evaluation.
    Evaluate,
    /// Publish the evaluation.
    PublishEvaluation {
        /// In short.
        summary: Localized,
        /// The report.
        document: Option<Id<Document>>,
    },
    /// Go on until another date.
    Extend(NaiveDate),
    /// Carry it over to more than the area.
    Scale,
    /// Close it.
    Close(Option<Localized>),
    /// Suspend it.
    Suspend(Option<Localized>),
    /// Go on.
    Resume,
    /// Withdraw it.
    Withdraw,
}

impl AreaCommand {
    /// Its name in the table.
    pub const fn transition(&self) -> T {
        match self {
            Self::Edit(_) => T::Edit,
            Self::NameEvaluator(_) => T::NameEvaluator,
            Self::Propose { .. } => T::Propose,
            Self::Approve => T::Approve,
            Self::Return(_) => T::Return,
            Self::Reject(_) => T::Reject,
            Self::LinkMirror(_) => T::LinkMirror,
            Self::Unlink => T::Unlink,
            Self::MirrorUnlinked(_) => T::MirrorUnlinked,
            Self::Pair(_) => T::Pair,
            Self::Designate(_) => T::Designate,
            Self::Start => T::Start,
            Self::FlagUnpaired => T::FlagUnpaired,
            Self::ReportTask { .. } => T::ReportTask,
            Self::Evaluate => T::Evaluate,
            Self::PublishEvaluation { .. } => T::PublishEvaluation,
            Self::Extend(_) => T::Extend,
            Self::Scale => T::Scale,
            Self::Close(_) => T::Close,
            Self::Suspend(_) => T::Suspend,
            Self::Resume => T::Resume,
            Self::Withdraw => T::Withdraw,
        }
    }
}

/// What follows outside the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AreaEffect {
    /// Tell the host.
    TellHost,
    /// Tell the authority.
    TellAuthority,
    /// Tell the host of the other area, and call [`settle_pair`].
    TellMirror {
        /// It.
        area: Id<DemonstrationArea>,
    },
    /// Ask [`AreaCommand::MirrorUnlinked`] of the other area.
    UnlinkMirror {
        /// It.
        area: Id<DemonstrationArea>,
    },
    /// Publish the evaluation.
    Publish,
}

/// What happened, as it goes into the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaEvent {
    /// What was asked.
    pub transition: T,
    /// By whom; none for the platform.
    pub person: Option<Id<Person>>,
    /// Where it stood.
    pub from: S,
    /// Where it stands.
    pub to: S,
    /// When.
    pub at: DateTime<Utc>,
    /// What follows.
    pub effects: Vec<AreaEffect>,
}
