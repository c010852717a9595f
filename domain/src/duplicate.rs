//! Whether two listings are of the same project: a fingerprint of name, place and owner, and how near two are.
//!
//! A machine only suspects; a reviewer decides. So a wrong `LIKELY` costs somebody a look, a wrong `SAME` costs no
//! listing, and a missed one leaves two rows in a ranking.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{
    id::Id, organisation::Organisation, project::ProjectFacts, value::CountryCode, vocabulary::vocabulary,
};

vocabulary! {
    /// How sure it is that two listings are of the same project.
    DuplicateClass, "CARAVANSERAI-DUPLICATE", "1", {
        No = "NO": "Different projects",
        Likely = "LIKELY": "Likely the same project; a person looks",
        Same = "SAME": "The same project, as far as name, place and owner can say",
    }
}

/// From here on two names are the same but for spelling.
pub const SAME_NAME: f64 = 0.95;
/// From here on two names in one country are worth a look.
pub const LIKELY_NAME: f64 = 0.80;
/// From here on they are when the place or the owner is the same as well.
pub const LIKELY_NAME_NEARBY: f64 = 0.65;

/// What is compared of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The name, compatibility forms folded (NFKC), without case, spaces and punctuation.
    pub name: String,
    /// The words of the name in order, so that a change of their order does not matter.
    pub words: Vec<String>,
    /// The countries.
    pub countries: BTreeSet<CountryCode>,
    /// The cities, by GeoNames id.
    pub cities: BTreeSet<u32>,
    /// The positions, in whole tenths of a degree (about 11 km) of latitude and longitude.
    pub cells: BTreeSet<(i32, i32)>,
    /// The owning organisation.
    pub owner: Option<Id<Organisation>>,
}

impl Fingerprint {
    /// The fingerprint of a project of an owner.
    pub fn of(facts: &ProjectFacts, owner: Option<Id<Organisation>>) -> Self {
        let words = words(facts.title.value());
        let tenths = |degrees: f64| (degrees * 10.0).floor() as i32;
        Self {
            name: words.concat(),
            words: { sorted(words) },
            countries: facts.locations.iter().map(|place| place.country).collect(),
            cities: facts.locations.iter().filter_map(|place| place.city_geonames).collect(),
            cells: facts
                .locations
                .iter()
                .filter_map(|place| place.position)
                .map(|at| (tenths(at.latitude()), tenths(at.longitude())))
                .collect(),
            owner,
        }
    }

    /// A key that two listings with the same words in the same countries share; for an index.
    pub fn key(&self) -> String {
        let countries: Vec<_> = self.countries.iter().map(ToString::to_string).collect();
        format!("{}|{}", self.words.join(" "), countries.join(","))
    }
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable();
    words
}

/// The words of a text: NFKC, case folded, parted by whatever is neither letter, mark nor digit.
///
/// Upper case first and lower case then folds `ß` with `ss` and `ı` with `i`, which lower case alone keeps apart.
/// Two names are only ever compared so; an address or an identity never is.
fn words(text: &str) -> Vec<String> {
    let folded: String = text.nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect();
    let inner = |c: char| c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c);
    folded.split(|c: char| !inner(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// How near two listings are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// Of the names, 0 to 1: the higher of that of the letters in their order and that of the sorted words.
    pub name: f64,
    /// Whether the names differ in a number: a second phase is another project.
    pub other_number: bool,
    /// They share a country.
    pub country: bool,
    /// They share a city or a place within about 11 km.
    pub place: bool,
    /// They have the same owner.
    pub owner: bool,
}

/// How near two listings are; the same both ways.
pub fn similarity(a: &Fingerprint, b: &Fingerprint) -> Similarity {
    let sorted = strsim::sorensen_dice(&a.words.join(" "), &b.words.join(" "));
    let numbers = |one: &Fingerprint| -> Vec<String> {
        one.words.iter().filter(|word| word.chars().any(char::is_numeric)).cloned().collect()
    };
    let near = |x: &(i32, i32)| b.cells.iter().any(|y| x.0.abs_diff(y.0) <= 1 && x.1.abs_diff(y.1) <= 1);
    Similarity {
        name: strsim::sorensen_dice(&a.name, &b.name).max(sorted),
        other_number: numbers(a) != numbers(b),
        country: !a.countries.is_disjoint(&b.countries),
        place: !a.cities.is_disjoint(&b.cities) || a.cells.iter().any(near),
        owner: a.owner.is_some() && a.owner == b.owner,
    }
}

impl Similarity {
    /// The class.
    ///
    /// - No country in common, or another number in the name at another place: different.
    /// - `SAME`: names the same but for spelling, the same numbers, and the same place or owner.
    /// - `LIKELY`: names near, or fairly near with the same place or owner.
    pub fn class(&self) -> DuplicateClass {
        let tied = self.place || self.owner;
        if !self.country {
            DuplicateClass::No
        } else if self.name >= SAME_NAME && tied && !self.other_number {
            DuplicateClass::Same
        } else if self.other_number && !self.place {
            DuplicateClass::No
        } else if self.name >= LIKELY_NAME || (self.name >= LIKELY_NAME_NEARBY && tied) {
            DuplicateClass::Likely
        } else {
            DuplicateClass::No
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{
        fixture::bare,
        project::Location,
        value::{Lang, Localized, Position},
        vocabulary::{CooperationField, ProjectKind},
    };

    fn print(name: &str, country: &str, city: Option<u32>, owner: u128) -> Fingerprint {
        let mut facts = bare(ProjectKind::Infrastructure, None, CooperationField::ConnBroadband);
        facts.title = Localized::new(Lang::EN, name).unwrap();
        facts.locations =
            vec![Location { country: country.parse().unwrap(), city_geonames: city, position: None }];
        Fingerprint::of(&facts, Some(Id::from_uuid(Uuid::from_u128(owner))))
    }

    fn class(a: &Fingerprint, b: &Fingerprint) -> DuplicateClass {
        similarity(a, b).class()
    }

    #[test]
    fn spelling_case_width_and_order_do_not_matter() {
        let base = print("Rural Fibre, Zlatibor District", "RS", Some(1), 1);
        for same in [
            "rural fibre – Zlatibor district",
            "ZLATIBOR DISTRICT: RURAL FIBRE",
            "Ｒｕｒａｌ Fibre Zlatibor-District",
        ] {
            let other = print(same, "RS", Some(1), 2);
            assert_eq!(class(&base, &other), DuplicateClass::Same, "{same}");
            assert_eq!(base.words, other.words);
            assert_eq!(base.key(), other.key());
        }
        assert_eq!(print("Straße", "DE", None, 1).name, print("STRASSE", "DE", None, 1).name);
        assert_eq!(print("โครงข่ายใยแก้ว", "TH", None, 1).words.len(), 1, "vowel signs part no word");
    }

    #[test]
    fn classes_need_a_country_and_something_that_ties() {
        let base = print("Rural Fibre Zlatibor", "RS", Some(1), 1);
        let cases = [
            ("Rural Fibre Zlatibor", "BA", Some(1), 1, DuplicateClass::No),
            ("Rural Fibre Zlatibor", "RS", Some(9), 9, DuplicateClass::Likely),
            ("Rural Fibre Zlatibor", "RS", Some(9), 1, DuplicateClass::Same),
            ("Rural Fiber Zlatibor", "RS", Some(9), 9, DuplicateClass::Likely),
            ("Rural Broadband Zlatibor", "RS", Some(1), 9, DuplicateClass::Likely),
            ("Smart Meters Kragujevac", "RS", Some(1), 1, DuplicateClass::No),
            ("Rural Fibre Zlatibor 2", "RS", Some(9), 1, DuplicateClass::No),
            ("Rural Fibre Zlatibor 2", "RS", Some(1), 1, DuplicateClass::Likely),
        ];
        for (name, country, city, owner, expect) in cases {
            let other = print(name, country, city, owner);
            assert_eq!(
                class(&base, &other),
                expect,
                "{name} {country} {city:?} {owner}: {:?}",
                similarity(&base, &other)
            );
        }
    }

    #[test]
    fn a_place_is_near_across_the_edge_of_a_cell() {
        let at = |latitude: f64| {
            let mut facts = bare(ProjectKind::Infrastructure, None, CooperationField::ConnBroadband);
            facts.locations[0].position = Some(Position::new(latitude, 20.05).unwrap());
            Fingerprint::of(&facts, None)
        };
        assert!(similarity(&at(43.999), &at(44.001)).place);
        assert!(similarity(&at(-0.01), &at(0.01)).place);
        assert!(!similarity(&at(43.7), &at(44.0)).place);
    }

    proptest! {
        #[test]
        fn nearness_is_symmetric_bounded_and_whole_for_the_same(
            a in "[a-zA-Z0-9ßéı ]{1,40}|\\PC{1,30}", b in "[a-zA-Z0-9ßéı ]{1,40}|\\PC{1,30}",
            cities in proptest::array::uniform2(proptest::option::of(1_u32..4)),
        ) {
            prop_assume!(!a.trim().is_empty() && !b.trim().is_empty());
            prop_assume!(Localized::new(Lang::EN, &a).is_ok() && Localized::new(Lang::EN, &b).is_ok());
            let (x, y) = (print(&a, "RS", cities[0], 1), print(&b, "RS", cities[1], 2));
            let (there, back) = (similarity(&x, &y), similarity(&y, &x));
            prop_assert_eq!(there, back);
            prop_assert!((0.0..=1.0).contains(&there.name));
            prop_assert_eq!(similarity(&x, &x).class(), DuplicateClass::Same);
        }
    }
}
