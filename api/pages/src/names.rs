//! Names of codes and of countries in each language. English names are the vocabularies' own; other languages have those
//! of `names/`, and what they lack is shown in English.

use std::{collections::HashMap, sync::OnceLock};

use domain::vocabulary::{
    AdministrativeLevel, AreaFocus, ContractType, CooperationField, FlagSeverity, HelpKind,
    InfrastructureStage, Instrument, LifecycleStatus, ListingState, OrganisationKind, PartnershipTier,
    ProjectKind, ReadinessItem, ReadinessStatus, RedFlag, ScreeningStatus, VentureStage, Vocabulary,
    WorksType,
};

use crate::words::{LANGUAGES, Language};

const COUNTRIES: &str = include_str!("../names/countries.tsv");

const SOURCES: [(Language, &str); 7] = [
    (Language::Zh, include_str!("../names/zh.tsv")),
    (Language::Ar, include_str!("../names/ar.tsv")),
    (Language::Tr, include_str!("../names/tr.tsv")),
    (Language::Sr, include_str!("../names/sr.tsv")),
    (Language::Th, include_str!("../names/th.tsv")),
    (Language::Lo, include_str!("../names/lo.tsv")),
    (Language::Ru, include_str!("../names/ru.tsv")),
];

/// Names by code, by list, by language.
type Table = HashMap<Language, HashMap<&'static str, HashMap<&'static str, &'static str>>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::new();
        for (language, source) in SOURCES {
            for line in source.lines() {
                let mut parts = line.split('\t');
                if let (Some(list), Some(code), Some(name)) = (parts.next(), parts.next(), parts.next()) {
                    table.entry(language).or_default().entry(list).or_default().insert(code, name);
                }
            }
        }
        for line in COUNTRIES.lines().skip(1) {
            let mut parts = line.split('\t');
            let Some(code) = parts.next() else { continue };
            for (language, name) in LANGUAGES.into_iter().zip(parts) {
                table.entry(language).or_default().entry("Country").or_default().insert(code, name);
            }
        }
        table
    })
}

fn label<V: Vocabulary>(code: &str) -> Option<&'static str> {
    V::ALL.iter().find(|value| value.code() == code).map(|value| value.label())
}

/// The English name of a code.
fn english(list: &str, code: &str) -> Option<&'static str> {
    match list {
        "AdministrativeLevel" => label::<AdministrativeLevel>(code),
        "AgreementTier" => {
            label::<domain::partnership::AgreementTier>(code).or_else(|| label::<PartnershipTier>(code))
        }
        "AreaFocus" => label::<AreaFocus>(code),
        "ContractType" => label::<ContractType>(code),
        "CooperationField" => label::<CooperationField>(code),
        "FlagSeverity" => label::<FlagSeverity>(code).and_then(|text| text.split(':').next()),
        "HelpKind" => label::<HelpKind>(code),
        "Instrument" => label::<Instrument>(code),
        "InvestmentStage" => label::<InfrastructureStage>(code).or_else(|| label::<VentureStage>(code)),
        "LifecycleStatus" => label::<LifecycleStatus>(code),
        "ListingState" => label::<ListingState>(code),
        "OrganisationKind" => label::<OrganisationKind>(code),
        "ProjectKind" => label::<ProjectKind>(code),
        "ReadinessItem" => label::<ReadinessItem>(code),
        "ReadinessStatus" => label::<ReadinessStatus>(code),
        "RedFlag" => label::<RedFlag>(code),
        "ScreeningStatus" => label::<ScreeningStatus>(code),
        "WorksType" => label::<WorksType>(code),
        _ => None,
    }
}

/// The name of a code of a list in a language; in English where the language has none; none for a code that there is not.
pub fn name_of(language: Language, list: &str, code: &str) -> Option<&'static str> {
    let found = table().get(&language).and_then(|lists| lists.get(list)?.get(code).copied());
    found.or_else(|| english(list, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(list: &str) -> Vec<&'static str> {
        table()[&Language::Zh][list].keys().copied().collect()
    }

    #[test]
    fn each_language_has_the_same_names_and_each_is_of_a_code() {
        for list in [
            "CooperationField",
            "InvestmentStage",
            "Instrument",
            "ListingState",
            "ReadinessItem",
            "AgreementTier",
        ] {
            let all = codes(list);
            assert!(all.len() >= 6, "{list}");
            for code in all {
                assert!(english(list, code).is_some(), "{list} has no {code}");
                for (language, _) in SOURCES {
                    assert!(table()[&language][list].contains_key(code), "{} {list} {code}", language.tag());
                }
            }
        }
        assert_eq!(codes("CooperationField").len(), CooperationField::ALL.len());
        assert_eq!(name_of(Language::Ru, "Country", "RS"), Some("Сербия"));
        assert_eq!(name_of(Language::Zh, "CooperationField", "CITY_IOT"), Some("物联网"));
        assert_eq!(name_of(Language::Zh, "WorksType", "EXPANSION"), Some("Expansion"));
        assert_eq!(name_of(Language::En, "Instrument", "LOAN"), Some("Loan"));
        assert_eq!(name_of(Language::En, "Instrument", "NO_SUCH"), None);
    }
}
