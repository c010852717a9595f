//! Objects of the schema. Each is made from a stored aggregate or from a match, never from a bare row.

pub mod area;
pub mod calibration;
pub mod capability;
pub mod city;
pub mod city_match;
pub mod common;
pub mod digest;
pub mod document;
pub mod event;
pub mod event_report;
pub mod highlight;
pub mod import_job;
pub mod introduction;
pub mod listing;
pub mod mandate;
pub mod matching;
pub mod me;
pub mod meeting;
pub mod organisation;
pub mod partnership;
pub mod policy;
pub mod project;
mod rules;
pub mod saved_search;
pub mod score;
pub mod screening;
pub mod unlock;
pub mod verification;
pub mod waiting;

pub use area::DemonstrationAreaNode;
pub use calibration::Calibration;
pub use capability::{CapabilityConnection, CapabilityNode};
pub use city::{CityConnection, CityNode};
pub use city_match::{CityMatchConnection, CityMatchNode};
pub use common::{
    BigInt, CountryObject, ExcludedGate, MoneyObject, PageInfo, ProvenanceObject, TextObject, find, number,
};
pub use digest::{DigestIssueObject, DigestPreview, DigestSubscriptionNode};
pub use document::DocumentNode;
pub use event::{ExchangeEventConnection, ExchangeEventNode};
pub use event_report::ScheduleObject;
pub use highlight::Highlights;
pub use import_job::ImportJobNode;
pub use introduction::{IntroductionConnection, IntroductionNode};
pub use mandate::{MandateConnection, MandateNode, MandateTerms, ProposedMandateObject};
pub use matching::{MatchNode, OpportunityConnection};
pub use me::Me;
pub use meeting::MeetingNode;
pub use organisation::{OrganisationConnection, OrganisationNode};
pub use partnership::{PartnershipConnection, PartnershipNode};
pub use policy::{PolicyStamp, RankingPolicy};
pub use project::{ProjectConnection, ProjectNode};
pub use saved_search::SavedSearchNode;
pub use screening::ScreeningHitNode;
pub use verification::VerificationCaseNode;
