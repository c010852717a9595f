//! Names of codes and of countries in each language.
//!
//! English names are the vocabularies' own labels; other languages have those of `names/`, one line a code, and a code that
//! they lack is named in English. The translations are ours, made by machine; names of countries are those of CLDR.

use std::{collections::HashMap, sync::OnceLock};

use crate::{
    digest::DigestLanguage,
    disclosure::ListingField,
    partnership::AgreementTier,
    value::CountryCode,
    vocabulary::{
        AdministrativeLevel, AreaFocus, ContractType, CooperationField, FlagSeverity, HelpKind,
        InfrastructureStage, InnovationKind, Instrument, InvestorType, LifecycleStatus, ListingState,
        OrganisationKind, PartnershipTier, ProjectKind, ReadinessItem, ReadinessStatus, RedFlag,
        ScreeningStatus, VentureStage, VerificationLevel, Visibility, Vocabulary, WorksType,
    },
};

const COUNTRIES: &str = include_str!("../names/countries.tsv");

/// The list under which names of countries stand.
const COUNTRY: &str = "Country";

const SOURCES: [(DigestLanguage, &str); 7] = [
    (DigestLanguage::Zh, include_str!("../names/zh.tsv")),
    (DigestLanguage::Ar, include_str!("../names/ar.tsv")),
    (DigestLanguage::Tr, include_str!("../names/tr.tsv")),
    (DigestLanguage::Sr, include_str!("../names/sr.tsv")),
    (DigestLanguage::Th, include_str!("../names/th.tsv")),
    (DigestLanguage::Lo, include_str!("../names/lo.tsv")),
    (DigestLanguage::Ru, include_str!("../names/ru.tsv")),
];

/// Names by list and code.
type Names = HashMap<&'static str, HashMap<&'static str, &'static str>>;

fn tables() -> &'static HashMap<DigestLanguage, Names> {
    static TABLES: OnceLock<HashMap<DigestLanguage, Names>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut tables: HashMap<DigestLanguage, Names> = HashMap::new();
        for (language, source) in SOURCES {
            for line in source.lines() {
                let mut parts = line.split('\t');
                if let (Some(list), Some(code), Some(name)) = (parts.next(), parts.next(), parts.next()) {
                    tables.entry(language).or_default().entry(list).or_default().insert(code, name);
                }
            }
        }
        for line in COUNTRIES.lines().skip(1) {
            let mut parts = line.split('\t');
            let Some(code) = parts.next() else { continue };
            for (language, name) in DigestLanguage::ALL.iter().zip(parts) {
                tables.entry(*language).or_default().entry(COUNTRY).or_default().insert(code, name);
            }
        }
        tables
    })
}

fn label<V: Vocabulary>(code: &str) -> Option<&'static str> {
    V::ALL.iter().find(|value| value.code() == code).map(|value| value.label())
}

/// The English name of a code.
fn english(list: &str, code: &str) -> Option<&'static str> {
    match list {
        "AdministrativeLevel" => label::<AdministrativeLevel>(code),
        "AgreementTier" => label::<AgreementTier>(code).or_else(|| label::<PartnershipTier>(code)),
        "AreaFocus" => label::<AreaFocus>(code),
        "ContractType" => label::<ContractType>(code),
        "CooperationField" => label::<CooperationField>(code),
        "FlagSeverity" => label::<FlagSeverity>(code).and_then(|text| text.split(':').next()),
        "HelpKind" => label::<HelpKind>(code),
        "InnovationKind" => label::<InnovationKind>(code),
        "ListingField" => label::<ListingField>(code),
        "Visibility" => label::<Visibility>(code),
        "InfrastructureStage" => label::<InfrastructureStage>(code),
        "Instrument" => label::<Instrument>(code),
        "InvestmentStage" => label::<InfrastructureStage>(code).or_else(|| label::<VentureStage>(code)),
        "InvestorType" => label::<InvestorType>(code),
        "LifecycleStatus" => label::<LifecycleStatus>(code),
        "ListingState" => label::<ListingState>(code),
        "OrganisationKind" => label::<OrganisationKind>(code),
        "PartnershipTier" => label::<PartnershipTier>(code),
        "ProjectKind" => label::<ProjectKind>(code),
        "ReadinessItem" => label::<ReadinessItem>(code),
        "ReadinessStatus" => label::<ReadinessStatus>(code),
        "RedFlag" => label::<RedFlag>(code),
        "ScreeningStatus" => label::<ScreeningStatus>(code),
        "VentureStage" => label::<VentureStage>(code),
        "VerificationLevel" => label::<VerificationLevel>(code),
        "WorksType" => label::<WorksType>(code),
        _ => None,
    }
}

/// The name that a language has of its own; none in English.
fn own(language: DigestLanguage, list: &str, code: &str) -> Option<&'static str> {
    tables().get(&language)?.get(list_of(list))?.get(code).copied()
}

/// Both ladders of stages stand in one list, and so do the tiers of matches and of agreements.
fn list_of(list: &str) -> &str {
    match list {
        "InfrastructureStage" | "VentureStage" => "InvestmentStage",
        "PartnershipTier" => "AgreementTier",
        other => other,
    }
}

/// The name of a code of a list in a language; in English where the language has none; none for a code that there is not.
/// Lists are named as in the API, and countries are in `Country`, by their codes of ISO 3166.
pub fn name_of(language: DigestLanguage, list: &str, code: &str) -> Option<&'static str> {
    own(language, list, code).or_else(|| english(list, code))
}

/// The name of a value of a vocabulary in a language; its label where the language has none, or is English.
pub fn named<V: Vocabulary>(language: DigestLanguage, value: V) -> &'static str {
    own(language, V::NAME, value.code()).unwrap_or_else(|| value.label())
}

/// The name of a country in a language; its code where CLDR has none.
pub fn country(language: DigestLanguage, code: CountryCode) -> &'static str {
    own(language, COUNTRY, code.alpha2()).unwrap_or_else(|| code.alpha2())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists that every language names.
    fn whole() -> Vec<(&'static str, Vec<&'static str>)> {
        fn codes<V: Vocabulary>() -> Vec<&'static str> {
            V::ALL.iter().map(|value| value.code()).collect()
        }
        let mut tiers = [codes::<AgreementTier>(), codes::<PartnershipTier>()].concat();
        tiers.sort_unstable();
        tiers.dedup();
        vec![
            ("AgreementTier", tiers),
            ("AreaFocus", codes::<AreaFocus>()),
            ("CooperationField", codes::<CooperationField>()),
            ("HelpKind", codes::<HelpKind>()),
            ("Instrument", codes::<Instrument>()),
            ("InvestmentStage", [codes::<InfrastructureStage>(), codes::<VentureStage>()].concat()),
            ("ListingState", codes::<ListingState>()),
            ("OrganisationKind", codes::<OrganisationKind>()),
            ("ProjectKind", codes::<ProjectKind>()),
            ("ReadinessItem", codes::<ReadinessItem>()),
            ("ReadinessStatus", codes::<ReadinessStatus>()),
            ("VerificationLevel", codes::<VerificationLevel>()),
            ("AdministrativeLevel", codes::<AdministrativeLevel>()),
            ("ContractType", codes::<ContractType>()),
            ("FlagSeverity", codes::<FlagSeverity>()),
            ("InvestorType", codes::<InvestorType>()),
            ("LifecycleStatus", codes::<LifecycleStatus>()),
            ("RedFlag", codes::<RedFlag>()),
            ("ScreeningStatus", codes::<ScreeningStatus>()),
            ("WorksType", codes::<WorksType>()),
            ("ListingField", codes::<ListingField>()),
            ("Visibility", codes::<Visibility>()),
            ("InnovationKind", codes::<InnovationKind>()),
        ]
    }

    #[test]
    fn each_language_names_every_code_and_nothing_else() {
        for (language, source) in SOURCES {
            for (list, codes) in whole() {
                for code in &codes {
                    assert!(own(language, list, code).is_some(), "{} has no {list} {code}", language.tag());
                    assert!(english(list, code).is_some(), "{list} {code}");
                }
            }
            let mut seen = std::collections::HashSet::new();
            for line in source.lines() {
                let parts: Vec<&str> = line.split('\t').collect();
                let [list, code, name] = parts[..] else { panic!("{}: {line}", language.tag()) };
                assert!(seen.insert((list, code)), "{} names {list} {code} twice", language.tag());
                assert!(!name.trim().is_empty() && name == name.trim(), "{}: {line}", language.tag());
                let known = whole().iter().any(|(one, codes)| *one == list && codes.contains(&code));
                assert!(known, "{} names {list} {code}, which there is not", language.tag());
            }
        }
    }

    #[test]
    fn every_country_has_a_name_in_each_language() {
        for language in DigestLanguage::ALL {
            for code in CountryCode::all() {
                let name = own(*language, COUNTRY, code.alpha2());
                assert!(name.is_some(), "{} has no name of {}", language.tag(), code.alpha2());
            }
        }
        assert_eq!(name_of(DigestLanguage::Ru, "Country", "RS"), Some("Сербия"));
    }

    #[test]
    fn what_a_language_lacks_is_english_and_what_there_is_not_has_no_name() {
        let zh = DigestLanguage::Zh;
        assert_eq!(name_of(zh, "CooperationField", "CITY_IOT"), Some("物联网"));
        assert_eq!(named(zh, CooperationField::CityIot), "物联网");
        assert_eq!(named(zh, PartnershipTier::Twin), "友好城市");
        assert_eq!(name_of(zh, "FlagSeverity", "RED"), Some("红色"));
        assert_eq!(name_of(DigestLanguage::En, "FlagSeverity", "RED"), Some("Red"));
        // A list that no language names yet.
        let role = crate::account::PlatformRole::Reviewer;
        assert_eq!(named(zh, role), role.label());
        assert_eq!(name_of(DigestLanguage::En, "Instrument", "LOAN"), Some("Loan"));
        assert_eq!(name_of(DigestLanguage::En, "VentureStage", "SEED"), Some("Seed"));
        assert_eq!(name_of(DigestLanguage::En, "PartnershipTier", "TWIN"), Some("Twin city"));
        assert_eq!(name_of(DigestLanguage::En, "Instrument", "NO_SUCH"), None);
    }
}
