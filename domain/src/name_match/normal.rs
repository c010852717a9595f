//! A name brought to the form in which names are compared: words of small Latin letters and digits, in order.
//!
//! Steps, each the same on every machine: compatibility composition (NFKC); transliteration to ASCII; small letters;
//! words; legal forms and articles dropped; words sorted, each once.
//!
//! Transliteration is by the crate `any_ascii` (ISC, no dependencies): of the two well-kept ones it is nearer to
//! BGN/PCGN, in which the lists are written (`Дмитрий` is `Dmitriy`, with `deunicode` `Dmitrii`). It works on composed
//! letters, so that `й` is not an `и` with a mark; the marks that Latin letters bear go with it all the same. Arabic
//! it spells without alef and ayn, so a short table stands before it. Vowels that Arabic does not write stay unknown:
//! `محمد` is `mhmd`.

use unicode_normalization::UnicodeNormalization;

/// Words of a name that count; those after the 32nd do not. Longest name on the lists of 2026: 27 words.
pub const MAX_TOKENS: usize = 32;

/// Letters of a word that count. With 64 a set of them is one machine word.
pub const MAX_LETTERS: usize = 64;

/// Characters of a name that are looked at.
pub const MAX_NAME: usize = 2_000;

/// Arabic letters that `any_ascii` leaves out, spelt as the lists do.
const ARABIC: &[(char, &str)] = &[
    ('\u{0622}', "a"),
    ('\u{0623}', "a"),
    ('\u{0625}', "i"),
    ('\u{0627}', "a"),
    ('\u{0629}', "a"),
    ('\u{0639}', "a"),
    ('\u{0649}', "a"),
    ('\u{0671}', "a"),
];

/// Legal forms of several words, the longest first; written as they are after transliteration.
const LEGAL_PHRASES: &[&[&str]] = &[
    &["public", "joint", "stock", "company"],
    &["open", "joint", "stock", "company"],
    &["closed", "joint", "stock", "company"],
    &["private", "joint", "stock", "company"],
    &["societe", "a", "responsabilite", "limitee"],
    &["obshchestvo", "s", "ogranichennoy", "otvetstvennostyu"],
    &["joint", "stock", "company"],
    &["limited", "liability", "company"],
    &["limited", "liability", "partnership"],
    &["aktsionernoe", "obshchestvo"],
    &["aktsionernoye", "obshchestvo"],
    &["societe", "anonyme"],
    &["sociedad", "anonima"],
    &["anonim", "sirketi"],
    &["limited", "sirketi"],
    &["sendirian", "berhad"],
];

/// Legal forms of one word, sorted; dots were taken out (`d.o.o.` is `doo`, `A.Ş.` is `as`).
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ad",
    "ag",
    "ao",
    "aps",
    "as",
    "asa",
    "berhad",
    "bhd",
    "bv",
    "cjsc",
    "co",
    "company",
    "corp",
    "corporation",
    "dd",
    "doo",
    "dooel",
    "eood",
    "fzc",
    "fzco",
    "fze",
    "gmbh",
    "inc",
    "incorporated",
    "jsc",
    "kft",
    "kg",
    "kgaa",
    "limitada",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "nv",
    "oao",
    "ojsc",
    "ood",
    "ooo",
    "oy",
    "oyj",
    "pao",
    "pjsc",
    "plc",
    "pllc",
    "pt",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sae",
    "sal",
    "sarl",
    "sas",
    "sci",
    "sdn",
    "se",
    "spa",
    "spj",
    "spzoo",
    "srl",
    "sro",
    "sti",
    "tic",
    "tov",
    "wll",
    "zao",
    "zrt",
];

/// Words that carry no name, sorted.
const ARTICLES: &[&str] = &["and", "for", "of", "the"];

/// A name in the form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// Sorted words, each once; at least one where the name has a letter or a digit.
    pub(super) tokens: Vec<String>,
    /// The words in the name's own order, without spaces between them.
    pub(super) joined: String,
    /// Letters of [`Self::tokens`].
    pub(super) letters: u64,
}

impl Name {
    /// Brings a name to its form. A name of legal forms alone keeps them.
    pub fn new(name: &str) -> Self {
        let all = words(name);
        let mut kept = without_legal_forms(&all);
        if kept.is_empty() {
            kept = all.iter().map(String::as_str).collect();
        }
        kept.truncate(MAX_TOKENS);
        let joined = kept.concat();
        let mut tokens: Vec<String> = kept.into_iter().map(str::to_owned).collect();
        tokens.sort_unstable();
        tokens.dedup();
        let letters = tokens.iter().map(|token| token.len() as u64).fold(0, u64::saturating_add);
        Self { tokens, joined, letters }
    }

    /// Its words, sorted.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Whether it has no letter and no digit.
    pub const fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}

/// Words of small ASCII letters and digits, in the name's order.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    // Letters since the last dot or the word's begin: a dot after a single one belongs to an abbreviation.
    let mut since_dot = 0_usize;
    for character in name.chars().take(MAX_NAME).nfkc() {
        // What stands within a word without parting it.
        if matches!(character, '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{02BC}' | '\u{02BB}' | '\u{00AD}') {
            continue;
        }
        if character == '.' && since_dot == 1 {
            since_dot = 0;
            continue;
        }
        let before = word.len();
        let spelt = ARABIC.iter().find(|(letter, _)| *letter == character).map(|(_, spelt)| *spelt);
        let spelt = spelt.unwrap_or_else(|| any_ascii::any_ascii_char(character));
        // A soft sign is spelt as an apostrophe and parts no word either.
        word.extend(spelt.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
        if word.len() > before {
            since_dot = since_dot.saturating_add(1);
        } else if !character.is_alphanumeric() && !unicode_normalization::char::is_combining_mark(character) {
            push(&mut words, &mut word);
            since_dot = 0;
        }
    }
    push(&mut words, &mut word);
    words
}

fn push(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        // All ASCII: any place is a boundary.
        word.truncate(MAX_LETTERS);
        words.push(std::mem::take(word));
    }
}

fn without_legal_forms(words: &[String]) -> Vec<&str> {
    let mut kept = Vec::with_capacity(words.len());
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        let phrase = LEGAL_PHRASES.iter().find(|phrase| {
            rest.len() >= phrase.len() && rest.iter().zip(phrase.iter()).all(|(word, form)| word == form)
        });
        if let Some(phrase) = phrase {
            rest = rest.get(phrase.len()..).unwrap_or_default();
            continue;
        }
        if LEGAL_FORMS.binary_search(&first.as_str()).is_err()
            && ARTICLES.binary_search(&first.as_str()).is_err()
        {
            kept.push(first.as_str());
        }
        rest = after;
    }
    kept
}

/// An identifier as it is compared: small letters and digits; none where it is too short to tell anyone apart.
///
/// At least six characters, four of them digits: shorter numbers are given out by every register.
pub fn identifier(number: &str) -> Option<String> {
    let number: String =
        number.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(64).collect();
    let digits = number.chars().filter(char::is_ascii_digit).count();
    (number.len() >= 6 && digits >= 4).then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(name: &str) -> String {
        Name::new(name).tokens.join(" ")
    }

    #[test]
    fn the_tables_are_sorted() {
        assert!(LEGAL_FORMS.is_sorted());
        assert!(ARTICLES.is_sorted());
        assert!(LEGAL_PHRASES.is_sorted_by_key(|phrase| std::cmp::Reverse(phrase.len())));
    }

    #[test]
    fn names_come_to_one_form_however_they_are_written() {
        for (name, expected) in [
            ("Karavan Telekom A.Ş.", "karavan telekom"),
            ("TELEKOM, Karavan", "karavan telekom"),
            ("Société Générale du Câble S.A.R.L.", "cable du generale societe"),
            ("Socie\u{301}te\u{301} Ge\u{301}ne\u{301}rale du Ca\u{302}ble", "cable du generale societe"),
            ("ООО «Северный Кабель»", "kabel severnyy"),
            ("Северныи\u{306} Кабель", "kabel severnyy"),
            ("Open Joint-Stock Company Severnyy Kabel", "kabel severnyy"),
            ("Ελληνική Καλωδιακή Α.Ε.", "ae elliniki kalodiaki"),
            ("شركة النيل", "alnyl shrka"),
            ("D'Elcon & Sons Co., Ltd.", "delcon sons"),
            ("A.I.C. SOGO KENKYUSHO", "aic kenkyusho sogo"),
            ("The Bank of the River", "bank river"),
            ("ＦＵＬＬ Ｗｉｄｔｈ ① d.o.o.", "1 full width"),
            ("Straße-Łódź GmbH & Co. KG", "lodz strasse"),
            ("cable cable CABLE", "cable"),
            ("S.A.", "sa"),
            ("?!", ""),
        ] {
            assert_eq!(tokens(name), expected, "{name}");
        }
        assert!(Name::new("…").is_empty());
    }

    #[test]
    fn long_names_are_cut_not_refused() {
        let name = Name::new(&format!("{} {}", "x".repeat(500), "word ".repeat(3)));
        assert_eq!(name.tokens, ["word".to_owned(), "x".repeat(MAX_LETTERS)]);
        let many: String = (0..100).map(|i| format!("w{i} ")).collect();
        assert_eq!(Name::new(&many).tokens.len(), MAX_TOKENS);
    }

    #[test]
    fn identifiers_that_tell_apart_are_kept() {
        assert_eq!(identifier("CH-660.0.699.004-7").as_deref(), Some("ch66006990047"));
        assert_eq!(identifier("IMO 9486910").as_deref(), Some("imo9486910"));
        for short in ["12345", "ABCDEF", "AB 12 C", ""] {
            assert_eq!(identifier(short), None, "{short}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_to_a_form_that_stays(text in "\\PC{0,80}") {
            let name = Name::new(&text);
            prop_assert!(name.tokens.len() <= MAX_TOKENS);
            prop_assert!(name.tokens.iter().all(|t| !t.is_empty() && t.len() <= MAX_LETTERS));
            prop_assert!(name.tokens.iter().all(|t| t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())));
            prop_assert!(name.tokens.is_sorted());
            // Words in another order are the same name.
            let mut turned: Vec<&str> = text.split(' ').collect();
            turned.reverse();
            if !text.contains('.') && name.tokens.len() < MAX_TOKENS {
                let all: std::collections::BTreeSet<String> = words(&text).into_iter().collect();
                let again: std::collections::BTreeSet<String> = words(&turned.join(" ")).into_iter().collect();
                prop_assert_eq!(all, again);
            }
        }
    }
}
