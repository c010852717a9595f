//! Code lists as enums. Each knows its scheme and version, so that a stored code is never a bare string.

mod city;
mod field;
mod finance;
mod organisation;
mod project;
mod trust;

pub use city::{AdministrativeLevel, AreaFocus, PartnershipTier};
pub use field::{CooperationField, FieldSet, Similarity};
pub use finance::{ContractType, Instrument, InvestorType, TransactionRung};
pub use organisation::{HelpKind, IncomeGroup, OrganisationKind, OrganisationRole};
pub use project::{
    FlagSeverity, InfrastructureStage, InnovationKind, InvestmentStage, LifecycleStatus, ListingState,
    ProjectKind, ReadinessItem, ReadinessStatus, RedFlag, StageLadder, VentureStage, WorksType,
};
pub use trust::{ScreeningStatus, VerificationLevel, Visibility};

use crate::value::Coded;

/// A closed list of codes.
pub trait Vocabulary: Copy + Eq + Ord + std::hash::Hash + Send + Sync + std::fmt::Debug + 'static {
    /// The type's name in the API.
    const NAME: &'static str;
    /// What the list is, in a sentence.
    const ABOUT: &'static str;
    /// Whose list it is.
    const SCHEME: &'static str;
    /// Which edition.
    const VERSION: &'static str;
    /// Every value, in order.
    const ALL: &'static [Self];

    /// The code that is stored and exchanged.
    fn code(self) -> &'static str;
    /// The English name.
    fn label(self) -> &'static str;
    /// The place in [`Self::ALL`].
    fn index(self) -> usize;

    /// The value of a code; letters' case does not matter.
    ///
    /// # Errors
    /// [`UnknownCode`] names the list and shows the codes it has.
    fn from_code(code: &str) -> Result<Self, UnknownCode> {
        Self::ALL.iter().copied().find(|value| value.code().eq_ignore_ascii_case(code.trim())).ok_or_else(
            || UnknownCode {
                name: Self::NAME,
                given: code.chars().take(40).collect(),
                known: Self::ALL.iter().map(|value| value.code()).collect::<Vec<_>>().join(", "),
            },
        )
    }

    /// The code with its scheme and version.
    fn coded(self) -> Coded {
        Coded {
            scheme: Self::SCHEME.to_owned(),
            version: Self::VERSION.to_owned(),
            code: self.code().to_owned(),
        }
    }
}

/// A code that its list does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is not a {name}; it would be one of {known}")]
pub struct UnknownCode {
    /// The list's name.
    pub name: &'static str,
    /// What was given, cut to 40 characters.
    pub given: String,
    /// The codes that exist.
    pub known: String,
}

macro_rules! vocabulary {
    ($(#[doc = $about:literal])+ $name:ident, $scheme:literal, $version:literal,
     { $($variant:ident = $code:literal: $label:literal,)+ }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $(#[doc = $label] $variant,)+ }

        impl $crate::vocabulary::Vocabulary for $name {
            const NAME: &'static str = stringify!($name);
            const ABOUT: &'static str = concat!($($about),+);
            const SCHEME: &'static str = $scheme;
            const VERSION: &'static str = $version;
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
            fn code(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            fn label(self) -> &'static str { match self { $(Self::$variant => $label,)+ } }
            fn index(self) -> usize { usize::from(self as u8) }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::vocabulary::Vocabulary::code(*self))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vocabulary::UnknownCode;
            fn from_str(s: &str) -> Result<Self, Self::Err> { $crate::vocabulary::Vocabulary::from_code(s) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str($crate::vocabulary::Vocabulary::code(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let code = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                $crate::vocabulary::Vocabulary::from_code(&code).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use vocabulary;

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trips<V: Vocabulary + serde::Serialize + serde::de::DeserializeOwned>() {
        let mut codes = std::collections::BTreeSet::new();
        for (i, value) in V::ALL.iter().enumerate() {
            assert_eq!(value.index(), i);
            assert!(codes.insert(value.code()), "{} has {} twice", V::NAME, value.code());
            assert_eq!(V::from_code(&value.code().to_lowercase()), Ok(*value));
            let json = serde_json::to_string(value).unwrap();
            assert_eq!(serde_json::from_str::<V>(&json).unwrap(), *value);
            assert!(!value.label().is_empty());
            assert!(value.code().chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{}", value.code());
        }
        assert!(V::from_code("NO_SUCH_CODE").unwrap_err().to_string().contains(V::ALL[0].code()));
    }

    #[test]
    fn every_list_has_unique_codes_that_round_trip() {
        round_trips::<CooperationField>();
        round_trips::<ProjectKind>();
        round_trips::<LifecycleStatus>();
        round_trips::<InfrastructureStage>();
        round_trips::<VentureStage>();
        round_trips::<WorksType>();
        round_trips::<InnovationKind>();
        round_trips::<ListingState>();
        round_trips::<ReadinessItem>();
        round_trips::<ReadinessStatus>();
        round_trips::<RedFlag>();
        round_trips::<FlagSeverity>();
        round_trips::<ContractType>();
        round_trips::<Instrument>();
        round_trips::<InvestorType>();
        round_trips::<TransactionRung>();
        round_trips::<OrganisationKind>();
        round_trips::<OrganisationRole>();
        round_trips::<HelpKind>();
        round_trips::<IncomeGroup>();
        round_trips::<VerificationLevel>();
        round_trips::<ScreeningStatus>();
        round_trips::<Visibility>();
        round_trips::<AdministrativeLevel>();
        round_trips::<AreaFocus>();
        round_trips::<PartnershipTier>();
        round_trips::<crate::account::OrgRole>();
        round_trips::<crate::account::PlatformRole>();
        round_trips::<crate::account::Scope>();
        round_trips::<crate::listing::ListingTransition>();
        round_trips::<crate::listing::ListingParty>();
        round_trips::<crate::listing::ListingGuard>();
        round_trips::<crate::listing::ReviewReturnReason>();
        round_trips::<crate::listing::MaterialChange>();
        round_trips::<crate::screening::ScreeningTransition>();
        round_trips::<crate::screening::ScreeningParty>();
        round_trips::<crate::screening::ScreeningGuard>();
        round_trips::<crate::verification::ProofKind>();
        round_trips::<crate::verification::CaseState>();
        round_trips::<crate::verification::CaseTransition>();
        round_trips::<crate::verification::CaseParty>();
        round_trips::<crate::verification::CaseGuard>();
        round_trips::<crate::duplicate::DuplicateClass>();
        round_trips::<crate::questionnaire::CriterionKey>();
        round_trips::<crate::disclosure::ListingField>();
        round_trips::<crate::policy::Relation>();
        round_trips::<crate::policy::AggregateKind>();
        round_trips::<crate::partnership::PartnershipState>();
        round_trips::<crate::partnership::PartnershipTransition>();
        round_trips::<crate::partnership::PartnershipParty>();
        round_trips::<crate::partnership::PartnershipGuard>();
        round_trips::<crate::partnership::PartnershipDeclineReason>();
        round_trips::<crate::partnership::CitySide>();
        round_trips::<crate::partnership::CityRole>();
        round_trips::<crate::partnership::AgreementTier>();
        round_trips::<crate::partnership::AgreementForce>();
        round_trips::<crate::partnership::ActivityType>();
        round_trips::<crate::partnership::SignatureKind>();
        round_trips::<crate::partnership::WorkStatus>();
        round_trips::<crate::policy_pack::ApprovalStepKind>();
        round_trips::<crate::agreement_template::DocumentKind>();
        round_trips::<crate::agreement_template::Blank>();
        round_trips::<crate::demonstration_area::AreaState>();
        round_trips::<crate::demonstration_area::AreaTransition>();
        round_trips::<crate::demonstration_area::AreaParty>();
        round_trips::<crate::demonstration_area::AreaGuard>();
        round_trips::<crate::demonstration_area::TaskStatus>();
        round_trips::<crate::policy_pack::Exclusivity>();
        round_trips::<crate::sanctions::SanctionsList>();
        round_trips::<crate::sanctions::ListedKind>();
        round_trips::<crate::introduction::IntroductionState>();
        round_trips::<crate::introduction::IntroductionTransition>();
        round_trips::<crate::introduction::IntroductionParty>();
        round_trips::<crate::introduction::IntroductionGuard>();
        round_trips::<crate::introduction::InterestDeclineReason>();
        round_trips::<crate::introduction::NdaState>();
        round_trips::<crate::introduction::Side>();
        round_trips::<crate::introduction::Bindingness>();
        round_trips::<crate::introduction::RoomFolder>();
    }
}
