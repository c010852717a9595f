//! Objects of the schema. Each is made from a stored aggregate or from a match, never from a bare row.

pub mod city;
pub mod city_match;
pub mod common;
pub mod mandate;
pub mod matching;
pub mod organisation;
pub mod policy;
pub mod project;

pub use city::{CityConnection, CityNode, city_connection};
pub use city_match::{CityMatchConnection, CityMatchNode};
pub use common::{
    BigInt, CountryObject, ExcludedGate, MoneyObject, PageInfo, ProvenanceObject, TextObject, node,
};
pub use mandate::{MandateNode, MandateTerms, ProposedMandateObject};
pub use matching::{MatchNode, OpportunityConnection, PolicyStamp};
pub use organisation::OrganisationNode;
pub use policy::RankingPolicy;
pub use project::{ProjectConnection, ProjectEdge, ProjectNode};
