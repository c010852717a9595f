//! Codes of countries as the lists write their names.

use std::{collections::HashMap, sync::OnceLock};

use domain::{name_match::Name, value::CountryCode};

use crate::reference;

/// Spellings of the lists that are not the embedded English name, in any order of their words.
const SPELLINGS: &[(&str, &str)] = &[
    ("Bahamas, The", "BS"),
    ("Bolivia (Plurinational State of)", "BO"),
    ("Brunei Darussalam", "BN"),
    ("Burma", "MM"),
    ("Cabo Verde", "CV"),
    ("Congo", "CG"),
    ("Congo, Democratic Republic of the", "CD"),
    ("Congo (Brazzaville)", "CG"),
    ("Congo (Kinshasa)", "CD"),
    ("Cote d Ivoire", "CI"),
    ("Côte d'Ivoire", "CI"),
    ("Czech Republic", "CZ"),
    ("Democratic People's Republic of Korea", "KP"),
    ("Falkland Islands (Malvinas)", "FK"),
    ("Gambia, The", "GM"),
    ("Great Britain", "GB"),
    ("Holy See", "VA"),
    ("Iran (Islamic Republic of)", "IR"),
    ("Korea, North", "KP"),
    ("Korea, South", "KR"),
    ("Lao People's Democratic Republic", "LA"),
    ("Macao", "MO"),
    ("Macedonia, The Former Yugoslav Republic of", "MK"),
    ("Micronesia, Federated States of", "FM"),
    ("Palestinian", "PS"),
    ("Palestinian Territory, Occupied", "PS"),
    ("State of Palestine", "PS"),
    ("People's Republic of China", "CN"),
    ("Republic of Korea", "KR"),
    ("Republic of Moldova", "MD"),
    ("Russian Federation", "RU"),
    ("Saint Helena", "SH"),
    ("Swaziland", "SZ"),
    ("Syrian Arab Republic", "SY"),
    ("Turkey", "TR"),
    ("Turkiye", "TR"),
    ("United Kingdom of Great Britain and Northern Ireland", "GB"),
    ("United Republic of Tanzania", "TZ"),
    ("United States of America", "US"),
    ("USA", "US"),
    ("Vatican City State", "VA"),
    ("Venezuela (Bolivarian Republic of)", "VE"),
    ("Viet Nam", "VN"),
    ("Virgin Islands, British", "VG"),
    ("Virgin Islands, U.S.", "VI"),
    ("West Bank", "PS"),
];

/// The code of a country by its name as a list writes it; none where the name is unknown, such as `Region: Gaza`.
pub(super) fn code(name: &str) -> Option<CountryCode> {
    static NAMES: OnceLock<HashMap<String, CountryCode>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let spelt = SPELLINGS.iter().filter_map(|(name, code)| Some((key(name), code.parse().ok()?)));
        reference::country_names().map(|(code, name)| (key(name), code)).chain(spelt).collect()
    });
    names.get(&key(name)).copied()
}

/// Words in one order, accents and articles left out.
fn key(name: &str) -> String {
    Name::new(name).tokens().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_publishers_are_known() {
        for (name, expected) in [
            ("Kenya", "KE"),
            ("Democratic Republic of the Congo", "CD"),
            ("Korea, North", "KP"),
            ("Iran (Islamic Republic of)", "IR"),
            ("IRAN", "IR"),
            ("Cote d Ivoire", "CI"),
            ("Türkiye", "TR"),
            ("Guinea-Bissau", "GW"),
            ("Guinea", "GN"),
        ] {
            assert_eq!(code(name).map(CountryCode::alpha2), Some(expected), "{name}");
        }
        assert_eq!(code("Region: Nowhere"), None);
        assert_eq!(code(""), None);
    }

    #[test]
    fn every_spelling_has_a_code_and_none_takes_another_countrys_name() {
        for (name, alpha2) in SPELLINGS {
            assert_eq!(code(name), Some(alpha2.parse().unwrap()), "{name}");
        }
        for (of, name) in reference::country_names() {
            assert_eq!(code(name), Some(of), "{name}");
        }
        assert_eq!(reference::country_names().count(), CountryCode::COUNT);
    }
}
