//! What enterprises need and can supply beyond money (articles 2, 5 and 15): a factory that looks for a supplier, a
//! supplier that looks for a factory, help that somebody can give.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    FieldErrors,
    provenance::Provenance,
    value::{CountryCode, Lang, Localized},
    vocabulary::{CooperationField, HelpKind, vocabulary},
};

vocabulary! {
    /// Which way a capability goes.
    CapabilityDirection, "CARAVANSERAI-CAPABILITY-DIRECTION", "1", {
        Need = "NEED": "Need",
        Offer = "OFFER": "Offer",
    }
}
vocabulary! {
    /// Place in a value chain (article 5).
    ValueChainRole, "CARAVANSERAI-VALUE-CHAIN-ROLE", "1", {
        Research = "RESEARCH": "Research and design",
        Supplier = "SUPPLIER": "Supplier of parts or materials",
        Manufacturer = "MANUFACTURER": "Manufacturer",
        Integrator = "INTEGRATOR": "Integrator of systems",
        ServiceProvider = "SERVICE_PROVIDER": "Provider of services",
        Distributor = "DISTRIBUTOR": "Distributor or logistics",
        Buyer = "BUYER": "Corporate or public buyer",
        Trainer = "TRAINER": "Trainer",
    }
}

impl CapabilityDirection {
    /// The way of what answers it.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Need => Self::Offer,
            Self::Offer => Self::Need,
        }
    }
}

/// Most fields of one capability.
pub const MAX_FIELDS: usize = 5;

/// The facts of a capability. Build a [`Capability`] from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CapabilityFacts {
    /// Which way it goes.
    pub direction: CapabilityDirection,
    /// What it is, in a line.
    pub title: Localized,
    /// What it is, at length.
    pub description: Option<Localized>,
    /// Its fields, 1 to [`MAX_FIELDS`].
    pub fields: Vec<CooperationField>,
    /// Place in a value chain: of a need that of whoever is looked for, of an offer the own one.
    pub role: Option<ValueChainRole>,
    /// Help that is looked for or given, where it is that.
    pub help: Option<HelpKind>,
    /// Where it is needed or can be had; empty for anywhere.
    pub countries: Vec<CountryCode>,
    /// Languages in which it can be talked about.
    pub languages: Vec<Lang>,
    /// The last day on which it holds; none where it holds until it is taken back.
    pub valid_until: Option<NaiveDate>,
    /// When its people last said that it holds.
    pub confirmed_on: NaiveDate,
    /// Origin.
    pub provenance: Provenance,
}

/// A capability whose facts hold together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CapabilityFacts", into = "CapabilityFacts")]
pub struct Capability(CapabilityFacts);

impl std::ops::Deref for Capability {
    type Target = CapabilityFacts;
    fn deref(&self) -> &CapabilityFacts {
        &self.0
    }
}

impl TryFrom<CapabilityFacts> for Capability {
    type Error = FieldErrors;

    fn try_from(facts: CapabilityFacts) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let fields: std::collections::BTreeSet<_> = facts.fields.iter().collect();
        errors.check(
            (1..=MAX_FIELDS).contains(&facts.fields.len()) && fields.len() == facts.fields.len(),
            "fields",
            "name 1 to 5 fields, each once",
        );
        errors.check(
            facts.title.value().chars().count() <= 200,
            "title",
            "a title has at most 200 characters",
        );
        errors.check(facts.countries.len() <= 250, "countries", "at most 250 countries");
        errors.check(facts.languages.len() <= 20, "languages", "at most 20 languages");
        errors.check(
            facts.valid_until.is_none_or(|last| last >= facts.confirmed_on),
            "valid_until",
            "the last day is today or later",
        );
        errors.into_result(Self(facts))
    }
}

impl From<Capability> for CapabilityFacts {
    fn from(capability: Capability) -> Self {
        capability.0
    }
}
