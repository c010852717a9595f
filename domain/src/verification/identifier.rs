//! Identifiers of organisations in public registers, with their check digits where the register has any.
//!
//! The schemes are those of org-id.guide (`CN-USCI`, `XI-LEI`). A check digit says that a number was not mistyped; that
//! it is this organisation's number is what the match in the register shows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much the form of an identifier can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormCheck {
    /// Length, letters and check digits were checked.
    CheckDigits,
    /// Length and letters were checked; the register's numbers have no check digit, or none that is published.
    Format,
    /// The scheme is not known here; only that it is written like one.
    SchemeOnly,
}

/// An identifier with its scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawIdentifier", into = "RawIdentifier")]
pub struct RegisterIdentifier {
    scheme: String,
    value: String,
}

#[derive(Serialize, Deserialize)]
struct RawIdentifier {
    scheme: String,
    value: String,
}

/// What is wrong with an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// The scheme is not written like one.
    #[error("name the register by its org-id.guide code, such as CN-USCI, RS-APR or XI-LEI")]
    Scheme,
    /// The value has not the register's form.
    #[error("an identifier of {scheme} is {form}")]
    Form {
        /// The scheme.
        scheme: String,
        /// What would be right.
        form: &'static str,
    },
    /// The check digits do not fit the rest.
    #[error("the check digits of this identifier of {scheme} do not fit; a digit is mistyped")]
    CheckDigits {
        /// The scheme.
        scheme: String,
    },
}

/// A register that is known here.
struct Register {
    /// Its scheme; a star at the end stands for any rest.
    scheme: &'static str,
    /// What its identifiers look like, for people.
    form: &'static str,
    /// Whether a value has the form.
    looks: fn(&str) -> bool,
    /// Whether the check digits fit; none where there are none.
    fits: Option<fn(&str) -> bool>,
}

const REGISTERS: &[Register] = &[
    Register {
        scheme: "XI-LEI",
        form: "18 letters or digits and 2 check digits",
        looks: |v| v.len() == 20 && alphanumeric(v) && v.bytes().skip(18).all(|b| b.is_ascii_digit()),
        fits: Some(lei),
    },
    Register {
        scheme: "CN-USCI",
        form: "18 digits or capital letters without I, O, S, V and Z",
        looks: |v| v.len() == 18 && v.bytes().all(|b| usci_value(b).is_some()),
        fits: Some(usci),
    },
    Register { scheme: "TR-MERSIS", form: "16 digits", looks: |v| digits(v, 16), fits: Some(mersis) },
    Register { scheme: "RS-PIB", form: "9 digits", looks: |v| digits(v, 9), fits: Some(pib) },
    Register { scheme: "RS-APR", form: "8 digits", looks: |v| digits(v, 8), fits: None },
    Register { scheme: "TH-TIN", form: "13 digits", looks: |v| digits(v, 13), fits: Some(thai) },
    // Chambers and free zones of the Emirates, the Saudi and the Lao chart of accounts: each numbers in its own way and
    // publishes no check digit, so only the letters are checked and a reviewer sees the certificate.
    Register {
        scheme: "AE-*",
        form: "2 to 30 letters, digits, slashes and hyphens",
        looks: loose,
        fits: None,
    },
    Register {
        scheme: "SA-COA",
        form: "2 to 30 letters, digits, slashes and hyphens",
        looks: loose,
        fits: None,
    },
    Register {
        scheme: "LA-COA",
        form: "2 to 30 letters, digits, slashes and hyphens",
        looks: loose,
        fits: None,
    },
    Register {
        scheme: "XI-WIKIDATA",
        form: "a Q and digits, such as Q3711",
        looks: |v| {
            v.strip_prefix('Q')
                .is_some_and(|n| (1..=12).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
        },
        fits: None,
    },
    Register {
        scheme: "XI-ROR",
        form: "9 letters or digits that begin with 0",
        looks: |v| v.len() == 9 && v.starts_with('0') && alphanumeric(v),
        fits: None,
    },
    Register { scheme: "XI-DUNS", form: "9 digits", looks: |v| digits(v, 9), fits: None },
];

impl Register {
    fn is(&self, scheme: &str) -> bool {
        self.scheme.strip_suffix('*').map_or(self.scheme == scheme, |start| scheme.starts_with(start))
    }
}

impl RegisterIdentifier {
    /// Checks an identifier. Spaces are taken out and letters made capital, for people write them in groups.
    ///
    /// # Errors
    /// A scheme that is none, a value without the register's form, or check digits that do not fit.
    pub fn new(scheme: &str, value: &str) -> Result<Self, IdentifierError> {
        let scheme = scheme.trim().to_ascii_uppercase();
        if !is_scheme(&scheme) {
            return Err(IdentifierError::Scheme);
        }
        let value: String = value.split_whitespace().collect::<String>().to_ascii_uppercase();
        let register = REGISTERS.iter().find(|register| register.is(&scheme));
        let (form, looks) = register.map_or(
            ("2 to 30 letters, digits, slashes and hyphens", loose as fn(&str) -> bool),
            |register| (register.form, register.looks),
        );
        if !looks(&value) {
            return Err(IdentifierError::Form { scheme, form });
        }
        if register.and_then(|register| register.fits).is_some_and(|fits| !fits(&value)) {
            return Err(IdentifierError::CheckDigits { scheme });
        }
        Ok(Self { scheme, value })
    }

    /// The register, such as `CN-USCI`.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The identifier in it.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// How much its form shows.
    pub fn form_check(&self) -> FormCheck {
        match REGISTERS.iter().find(|register| register.is(&self.scheme)) {
            Some(Register { fits: Some(_), .. }) => FormCheck::CheckDigits,
            Some(_) => FormCheck::Format,
            None => FormCheck::SchemeOnly,
        }
    }
}

impl fmt::Display for RegisterIdentifier {
    /// `CN-USCI-91330100799655058B`, the way OC4IDS and IATI write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.scheme, self.value)
    }
}
impl TryFrom<RawIdentifier> for RegisterIdentifier {
    type Error = IdentifierError;
    fn try_from(raw: RawIdentifier) -> Result<Self, IdentifierError> {
        Self::new(&raw.scheme, &raw.value)
    }
}
impl From<RegisterIdentifier> for RawIdentifier {
    fn from(identifier: RegisterIdentifier) -> Self {
        Self { scheme: identifier.scheme, value: identifier.value }
    }
}

/// Two capital letters (a country, or XI), a hyphen, 2 to 12 capital letters or digits.
fn is_scheme(scheme: &str) -> bool {
    scheme.split_once('-').is_some_and(|(country, list)| {
        country.len() == 2
            && country.bytes().all(|b| b.is_ascii_uppercase())
            && (2..=12).contains(&list.len())
            && list.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

fn digits(value: &str, count: usize) -> bool {
    value.len() == count && value.bytes().all(|b| b.is_ascii_digit())
}

fn alphanumeric(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn loose(value: &str) -> bool {
    (2..=30).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"/-.".contains(&b))
}

/// The digits of a text, each as a number; what is no digit counts as 0 and was refused before.
fn numbers(value: &str) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator {
    value.as_bytes().iter().map(|b| u32::from(b.saturating_sub(b'0').min(9)))
}

/// ISO 17442: ISO 7064 MOD 97-10 over the whole; letters count from A = 10.
fn lei(value: &str) -> bool {
    let remainder = value.chars().filter_map(|c| c.to_digit(36)).fold(0_u32, |sum, digit| {
        let shift = if digit >= 10 { 100 } else { 10 };
        sum.saturating_mul(shift).saturating_add(digit) % 97
    });
    remainder == 1
}

/// The signs of GB 32100-2015, in the order of their values 0 to 30.
const USCI_SIGNS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

fn usci_value(sign: u8) -> Option<u32> {
    USCI_SIGNS.iter().position(|known| *known == sign).and_then(|at| u32::try_from(at).ok())
}

/// GB 32100-2015: 17 signs weighted by powers of 3 modulo 31; the last makes the sum a multiple of 31.
fn usci(value: &str) -> bool {
    let mut weight = 1_u32;
    let mut sum = 0_u32;
    for sign in value.bytes().take(17) {
        let Some(sign) = usci_value(sign) else { return false };
        sum = sum.saturating_add(sign.saturating_mul(weight));
        weight = weight.saturating_mul(3) % 31;
    }
    let last = value.bytes().last().and_then(usci_value).unwrap_or(0);
    sum.saturating_add(last).is_multiple_of(31)
}

/// A company's MERSIS number is a 0, its ten-digit tax number and five digits of the branch; the tenth digit of the tax
/// number is a check digit. A sole trader's begins with another digit and is made from a personal number: only its
/// form is checked, for nothing here should know whether a person's number exists.
fn mersis(value: &str) -> bool {
    let Some(tax) = value.strip_prefix('0').and_then(|rest| rest.get(..10)) else {
        return !value.starts_with('0');
    };
    let sum: u32 = (0_u32..9)
        .zip(numbers(tax))
        .map(|(at, digit)| {
            let place = 9_u32.saturating_sub(at);
            let shifted = digit.saturating_add(place) % 10;
            let doubled = shifted.saturating_mul(2_u32.saturating_pow(place)) % 9;
            if shifted != 0 && doubled == 0 { 9 } else { doubled }
        })
        .sum();
    numbers(tax).last() == Some(10_u32.saturating_sub(sum % 10) % 10)
}

/// ISO 7064 MOD 11,10.
fn pib(value: &str) -> bool {
    let product = numbers(value).take(8).fold(10_u32, |product, digit| {
        let sum = product.saturating_add(digit) % 10;
        (if sum == 0 { 10 } else { sum }).saturating_mul(2) % 11
    });
    numbers(value).last() == Some(11_u32.saturating_sub(product) % 10)
}

/// Thirteen digits; the first twelve are weighted 13 down to 2, and the last is 11 less the remainder by 11, of which the
/// unit counts.
fn thai(value: &str) -> bool {
    let sum: u32 = (0_u32..12)
        .zip(numbers(value))
        .map(|(at, digit)| digit.saturating_mul(13_u32.saturating_sub(at)))
        .sum();
    numbers(value).last() == Some(11_u32.saturating_sub(sum % 11) % 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Published numbers of large companies and examples of the standards.
    const KNOWN: &[(&str, &str)] = &[
        ("XI-LEI", "HWUPKR0MPOU8FGXBT394"),
        ("XI-LEI", "7LTWFZYICNSX8D621K86"),
        ("CN-USCI", "91330100799655058B"),
        ("CN-USCI", "914403001922038216"),
        ("TR-MERSIS", "0879001756600379"),
        ("RS-PIB", "101134702"),
        ("TH-TIN", "0994000617721"),
    ];

    #[test]
    fn known_numbers_fit_and_any_one_mistyped_digit_does_not() {
        for (scheme, value) in KNOWN {
            let known = RegisterIdentifier::new(scheme, value).unwrap();
            assert_eq!(known.form_check(), FormCheck::CheckDigits);
            // The branch at the end of a MERSIS number is no part of the check.
            let checked = if *scheme == "TR-MERSIS" { 1..11 } else { 0..value.len() };
            let mut unseen = 0;
            for at in checked.filter(|at| value.as_bytes()[*at].is_ascii_digit()) {
                let mut wrong = value.as_bytes().to_vec();
                wrong[at] = if wrong[at] == b'9' { b'0' } else { wrong[at] + 1 };
                let wrong = String::from_utf8(wrong).unwrap();
                match RegisterIdentifier::new(scheme, &wrong) {
                    Err(IdentifierError::CheckDigits { .. }) => {}
                    other => {
                        assert_eq!(*scheme, "TH-TIN", "{wrong} {other:?}");
                        unseen += 1;
                    }
                }
            }
            // Of a Thai number the digit that weighs 11 is not checked, and two remainders share a check digit.
            assert!(unseen <= 2, "{scheme} {value}");
        }
    }

    #[test]
    fn form_is_said_and_groups_are_joined() {
        let grouped = RegisterIdentifier::new(" cn-usci ", "9133 0100 7996 5505 8b").unwrap();
        assert_eq!(grouped.to_string(), "CN-USCI-91330100799655058B");
        let wrong = RegisterIdentifier::new("RS-APR", "1234567").unwrap_err();
        assert_eq!(wrong.to_string(), "an identifier of RS-APR is 8 digits");
        assert_eq!(RegisterIdentifier::new("RS-APR", "17162543").unwrap().form_check(), FormCheck::Format);
        assert_eq!(RegisterIdentifier::new("AE-DMCC", "DMCC-12345").unwrap().form_check(), FormCheck::Format);
        assert_eq!(
            RegisterIdentifier::new("GB-COH", "00445790").unwrap().form_check(),
            FormCheck::SchemeOnly
        );
        for scheme in ["", "LEI", "rs", "RS-", "R1-AB", "RS-A B", "XI-LEI; DROP"] {
            assert_eq!(RegisterIdentifier::new(scheme, "12345678"), Err(IdentifierError::Scheme), "{scheme}");
        }
        assert!(RegisterIdentifier::new("GB-COH", "<script>").is_err());
        assert!(
            serde_json::from_str::<RegisterIdentifier>(r#"{"scheme":"RS-PIB","value":"101134703"}"#).is_err()
        );
    }

    proptest! {
        #[test]
        fn anything_is_checked_or_refused(scheme in "XI-LEI|CN-USCI|TR-MERSIS|RS-PIB|TH-TIN|AE-DIFC|[A-Z]{2}-[A-Z]{3}|.{0,8}", value in "[0-9A-Z]{0,22}|.{0,25}") {
            if let Ok(identifier) = RegisterIdentifier::new(&scheme, &value) {
                prop_assert_eq!(RegisterIdentifier::new(identifier.scheme(), identifier.value()), Ok(identifier));
            }
        }

        /// Of the ten last digits one fits.
        #[test]
        fn a_pib_has_one_check_digit(body in "[0-9]{8}") {
            let fitting = (0..10).filter(|digit| RegisterIdentifier::new("RS-PIB", &format!("{body}{digit}")).is_ok()).count();
            prop_assert_eq!(fitting, 1);
        }
    }
}
