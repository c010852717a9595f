//! The index against a comparison with every name; what an officer reads.

use proptest::prelude::*;

use super::{index::threshold, *};
use crate::{
    sanctions::{Alias, ListEntry, ListedCountry, ListedIdentifier, ListedKind, SanctionsList},
    value::CountryCode,
};

fn entry(uid: &str, name: &str, aliases: &[(&str, bool)]) -> ListEntry {
    ListEntry {
        list: SanctionsList::OfacSdn,
        uid: uid.to_owned(),
        reference: None,
        kind: ListedKind::Entity,
        name: name.to_owned(),
        aliases: aliases.iter().map(|(name, weak)| Alias { name: (*name).to_owned(), weak: *weak }).collect(),
        countries: Vec::new(),
        identifiers: Vec::new(),
        programmes: vec!["SAMPLE".to_owned()],
        listed_on: None,
    }
}

fn country(code: &str) -> CountryCode {
    code.parse().unwrap()
}

fn sample() -> ListEntry {
    let mut sample =
        entry("901", "Sampleton Cable Works", &[("SCW Fictional Trading", false), ("The Spider", true)]);
    sample.list = SanctionsList::UnSc;
    sample.reference = Some("XXe.901".to_owned());
    sample.countries = vec![ListedCountry { name: "Kenya".to_owned(), code: Some(country("KE")) }];
    sample.identifiers =
        vec![ListedIdentifier { kind: "Registration Number".to_owned(), number: "RN-0012 345".to_owned() }];
    sample.listed_on = chrono::NaiveDate::from_ymd_opt(2020, 2, 29);
    sample
}

fn screen(subject: &Subject<'_>) -> Vec<Potential> {
    Screener::new([sample(), entry("902", "Other Fictional House", &[])]).screen(subject)
}

#[test]
fn a_name_is_found_and_said_in_sentences_without_a_verdict() {
    let subject =
        Subject { name: "Sampleton Kable Works Ltd", country: Some(country("KE")), ..Subject::default() };
    let hits = screen(&subject);
    let [hit] = hits.as_slice() else { panic!("{hits:?}") };
    assert_eq!((hit.uid.as_str(), hit.basis, hit.country_agrees), ("901", Basis::Name, Some(true)));
    assert!(hit.can_confirm_alone() && hit.score < MILLION);
    assert_eq!(
        hit.why,
        [
            "The name \"Sampleton Kable Works Ltd\" is like the name \"Sampleton Cable Works\" by 0.96 of 1.",
            "Entry XXe.901 of the United Nations Security Council Consolidated List: entity \"Sampleton Cable Works\", under SAMPLE, since 2020-02-29.",
            "The entry names the organisation's country, KE, among: Kenya.",
        ]
    );
}

#[test]
fn another_country_excludes_nothing_and_changes_no_score() {
    let named =
        |code| Subject { name: "Works Cable Sampleton", country: Some(country(code)), ..Subject::default() };
    let (same, other) = (screen(&named("KE")), screen(&named("RS")));
    assert_eq!((same[0].score, other[0].score), (MILLION, MILLION));
    assert_eq!(other[0].country_agrees, Some(false));
    assert!(other[0].why[2].contains("excludes nothing"), "{:?}", other[0].why);
}

#[test]
fn a_weak_alias_asks_for_more_and_cannot_confirm_alone() {
    let hits = screen(&Subject { name: "Spider GmbH", ..Subject::default() });
    assert_eq!((hits[0].basis, hits[0].score), (Basis::WeakAlias, MILLION));
    assert!(!hits[0].can_confirm_alone());
    assert!(hits[0].why.last().unwrap().contains("cannot confirm"));
    // 0.9 as contained would do for a strong alias and does not for a weak one.
    let lists = |weak| Screener::new([entry("1", "Qqqqq", &[("Fictional Lantern", weak)])]);
    let subject = Subject { name: "Fictional Lantern Holding International", ..Subject::default() };
    assert_eq!(lists(false).screen(&subject).len(), 1);
    assert_eq!(lists(true).screen(&subject), []);
}

#[test]
fn an_identifier_is_enough_and_stands_above_names() {
    let subject = Subject { name: "Quite Another", identifiers: &["x", "rn 0012345"], ..Subject::default() };
    let hits = screen(&subject);
    assert_eq!((hits[0].basis, hits[0].score), (Basis::Identifier, MILLION));
    assert!(hits[0].why[0].contains("Registration Number \"RN-0012 345\""), "{:?}", hits[0].why);
    assert_eq!(screen(&Subject { name: "Quite Another", identifiers: &["0012"], ..Subject::default() }), []);
}

#[test]
fn a_strong_basis_stands_before_a_weak_one_of_a_higher_score() {
    let list = Screener::new([entry("1", "Fictional Lantern Works", &[("Fictional Lantern Work", true)])]);
    let hits = list.screen(&Subject { name: "Fictional Lantern Work", ..Subject::default() });
    assert_eq!((hits.len(), hits[0].basis), (1, Basis::Name));
}

#[test]
fn other_names_of_the_organisation_are_screened_too() {
    let subject =
        Subject { name: "Quite Another", aliases: &["", "SCW Fictional Trading"], ..Subject::default() };
    let hits = screen(&subject);
    assert_eq!((hits[0].basis, hits[0].subject_name.as_str()), (Basis::Alias, "SCW Fictional Trading"));
    assert_eq!(screen(&Subject::default()), []);
    assert!(Screener::default().screen(&subject).is_empty());
}

/// What a comparison with every name finds: list number and score, per entry.
fn exhaustive(entries: &[ListEntry], asked: &str) -> Vec<(String, u32)> {
    let asked = Name::new(asked);
    let mut found = Vec::new();
    for entry in entries {
        let strong = std::iter::once((&entry.name, Basis::Name)).chain(
            entry
                .aliases
                .iter()
                .map(|alias| (&alias.name, if alias.weak { Basis::WeakAlias } else { Basis::Alias })),
        );
        let best = strong
            .map(|(name, basis)| (basis, similarity(&asked, &Name::new(name))))
            .filter(|(basis, score)| *score >= threshold(*basis))
            .max_by_key(|(basis, score)| (*basis > Basis::WeakAlias, *score));
        found.extend(best.map(|(_, score)| (entry.uid.clone(), score)));
    }
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found
}

/// Names that are near one another: few letters, few words, one letter changed.
fn near_names() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![
        4 => "[ab]{1,4}",
        4 => prop::sample::select(vec!["muhammad", "mohamed", "trading", "tradings", "nile", "cable", "kable", "ltd"])
            .prop_map(str::to_owned),
        1 => "[a-z0-9]{1,9}",
    ];
    prop::collection::vec(prop::collection::vec(word, 1..6).prop_map(|words| words.join(" ")), 2..40)
}

proptest! {
    #[test]
    fn the_index_loses_no_pair_that_a_full_comparison_finds(names in near_names(), weak in any::<u64>()) {
        let (asked, listed) = names.split_first().unwrap();
        let entries: Vec<ListEntry> = listed
            .chunks(2)
            .enumerate()
            .map(|(i, names)| {
                let aliases: Vec<(&str, bool)> =
                    names.iter().skip(1).map(|name| (name.as_str(), weak & (1 << (i % 64)) != 0)).collect();
                entry(&format!("{i:03}"), &names[0], &aliases)
            })
            .collect();
        let subject = Subject { name: asked, ..Subject::default() };
        let hits = Screener::new(entries.clone()).screen(&subject);
        let hits: Vec<(String, u32)> = hits.into_iter().map(|hit| (hit.uid, hit.score)).collect();
        prop_assert_eq!(hits, exhaustive(&entries, asked));
    }

    #[test]
    fn any_name_is_screened_without_a_panic_and_finds_itself(name in "\\PC{0,60}", other in "\\PC{0,60}") {
        let list = Screener::new([entry("1", &name, &[(&other, true)]), entry("2", &other, &[])]);
        let hits = list.screen(&Subject { name: &name, aliases: &[&other], ..Subject::default() });
        if !Name::new(&name).is_empty() {
            prop_assert!(hits.iter().any(|hit| hit.uid == "1" && hit.score == MILLION));
        }
    }
}
