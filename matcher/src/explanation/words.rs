//! Templates and forms of numbers, money and days in the languages other than English, from `words/`: a line is a key and
//! a template. English ones stand in [`super::template`].

use std::{borrow::Cow, collections::HashMap, sync::OnceLock};

use chrono::{Datelike, NaiveDate};
use domain::{digest::DigestLanguage as Language, value::Money};

use super::arg::rounded;

const SOURCES: [(Language, &str); 7] = [
    (Language::Zh, include_str!("words/zh.txt")),
    (Language::Ar, include_str!("words/ar.txt")),
    (Language::Tr, include_str!("words/tr.txt")),
    (Language::Sr, include_str!("words/sr.txt")),
    (Language::Th, include_str!("words/th.txt")),
    (Language::Lo, include_str!("words/lo.txt")),
    (Language::Ru, include_str!("words/ru.txt")),
];

/// Templates by key, by language.
type Tables = HashMap<Language, HashMap<&'static str, &'static str>>;

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let lines = |source: &'static str| source.lines().filter_map(|line| line.split_once(" = "));
        SOURCES.iter().map(|(language, source)| (*language, lines(source).collect())).collect()
    })
}

/// The template of a key, none where a language has none.
pub(super) fn template(language: Language, key: &str) -> Option<&'static str> {
    tables().get(&language)?.get(key).copied()
}

/// A form of numbers, lists or days.
pub(super) fn form(language: Language, key: &'static str) -> &'static str {
    template(language, key).unwrap_or_default()
}

/// A whole number in its groups.
pub(super) fn whole(language: Language, number: u64) -> String {
    let digits = number.to_string();
    let mark = form(language, "form.group");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

/// A number that is written with a point.
pub(super) fn decimal(language: Language, number: &str) -> String {
    number.replace('.', form(language, "form.decimal"))
}

/// An amount in whole units, not more exact than English tells it.
pub(super) fn money(language: Language, money: Money) -> String {
    let unit = 10_i64.saturating_pow(money.currency().decimals());
    let minor = money.minor().unsigned_abs();
    let unit = unit.unsigned_abs().max(1);
    let major = rounded(minor, unit, true).checked_div(unit).unwrap_or_default();
    let step = match major {
        0..=999 => 1,
        1_000..=999_499 => 1_000,
        999_500..=999_499_999 => 100_000,
        _ => 10_000_000,
    };
    let amount = whole(language, rounded(major, step, true));
    form(language, "form.money").replace("{amount}", &amount).replace("{currency}", money.currency().code())
}

/// A day.
pub(super) fn day(language: Language, day: NaiveDate) -> String {
    let month = template(language, &format!("form.month.{}", day.month())).unwrap_or_default();
    // In Thai years count from the Buddha's passing.
    let era = if language == Language::Th { 543 } else { 0 };
    form(language, "form.day")
        .replace("{day}", &day.day().to_string())
        .replace("{month}", month)
        .replace("{year}", &day.year().saturating_add(era).to_string())
}

/// A name as it stands inside a sentence: with a small letter, but for what is written in capitals.
pub(super) fn inside(language: Language, name: &str) -> String {
    let mut letters = name.chars();
    let (Some(first), Some(second)) = (letters.next(), letters.next()) else { return name.to_owned() };
    let cased = matches!(language, Language::Tr | Language::Sr | Language::Ru);
    if !cased || second.is_uppercase() || !second.is_alphabetic() {
        return name.to_owned();
    }
    let small: Cow<'static, str> = match (language, first) {
        (Language::Tr, 'I') => "ı".into(),
        (Language::Tr, 'İ') => "i".into(),
        _ => first.to_lowercase().to_string().into(),
    };
    let rest = name.get(first.len_utf8()..).unwrap_or_default();
    format!("{small}{rest}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{Vocabulary, value::Currency};

    use super::*;
    use crate::explanation::{Arg, Sentence, template::TEMPLATES};

    fn placeholders(template: &str) -> BTreeSet<&str> {
        template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_language_has_every_key_with_the_same_placeholders() {
        for (language, source) in SOURCES {
            for (key, english) in TEMPLATES {
                let own = template(language, key);
                let own = own.unwrap_or_else(|| panic!("{} has no {key}", language.tag()));
                assert_eq!(placeholders(own), placeholders(english), "{} {key}: {own}", language.tag());
                assert!(!own.trim().is_empty(), "{} {key}", language.tag());
            }
            let mut seen = BTreeSet::new();
            for line in source.lines() {
                let (key, _) = line.split_once(" = ").unwrap_or_else(|| panic!("{}: {line}", language.tag()));
                assert!(seen.insert(key), "{} has {key} twice", language.tag());
                let known = key.starts_with("form.") || TEMPLATES.iter().any(|(one, _)| *one == key);
                assert!(known, "{} has {key}, which nothing says", language.tag());
            }
        }
    }

    #[test]
    fn no_language_promises_anything() {
        let promises: [(Language, &[&str]); 7] = [
            (Language::Zh, &["最佳", "最好", "完美", "保证", "优秀"]),
            (Language::Ar, &["الأفضل", "مثالي", "مضمون", "نضمن", "ممتاز"]),
            (Language::Tr, &["en iyi", "mükemmel", "kusursuz", "garanti"]),
            (Language::Sr, &["најбољ", "савршен", "гарант", "одличн"]),
            (Language::Th, &["ดีที่สุด", "สมบูรณ์แบบ", "รับประกัน", "ยอดเยี่ยม"]),
            (Language::Lo, &["ດີທີ່ສຸດ", "ສົມບູນແບບ", "ຮັບປະກັນ", "ດີເລີດ"]),
            (Language::Ru, &["лучш", "идеальн", "гарант", "отличн"]),
        ];
        for ((language, words), (of, source)) in promises.iter().zip(SOURCES) {
            assert_eq!(*language, of);
            let source = source.to_lowercase();
            for word in *words {
                assert!(!source.contains(word), "{}: {word}", language.tag());
            }
        }
    }

    #[test]
    fn no_english_is_left_in_another_language() {
        for (language, source) in SOURCES.iter().filter(|(language, _)| *language != Language::Tr) {
            for (key, text) in source.lines().filter_map(|line| line.split_once(" = ")) {
                let bare: String =
                    text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect();
                let latin = bare.chars().filter(char::is_ascii_lowercase).count();
                assert_eq!(latin, 0, "{} {key}: {text}", language.tag());
            }
        }
    }

    fn money() -> Money {
        Money::from_minor(4_234_567_800, Currency::EUR).unwrap()
    }

    #[test]
    fn amounts_numbers_and_days_are_written_as_the_language_writes_them() {
        let day_of = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        assert_eq!(super::money(Language::Zh, money()), "EUR 42,300,000");
        assert_eq!(super::money(Language::Tr, money()), "42.300.000 EUR");
        assert_eq!(super::money(Language::Ru, money()), "42\u{a0}300\u{a0}000 EUR");
        assert_eq!(day(Language::Tr, day_of), "30 Kasım 2026");
        assert_eq!(day(Language::Th, day_of), "30 พฤศจิกายน 2569");
        let said =
            |language, arg: Arg| Sentence::plain("investor.impact.known").with("value", arg).told(language);
        assert!(said(Language::Tr, Arg::Percent(473)).contains("%47,3"));
        assert!(said(Language::Ru, Arg::Percent(470)).contains("47 %"));
        let arabic = said(Language::Ar, Arg::Percent(470));
        assert!(arabic.contains("\u{2068}47%\u{2069}"), "set apart: {arabic}");
    }

    #[test]
    fn a_sentence_is_kept_and_read_again_as_it_was() {
        let level = Sentence::plain("said.level")
            .with("level", "V2")
            .with("name", Arg::name(domain::vocabulary::VerificationLevel::V2));
        let said = Sentence::plain("investor.trust.known")
            .with("level", level)
            .with("confirmed", Arg::Money(money()));
        let kept = serde_json::to_string(&said).unwrap();
        assert_eq!(serde_json::from_str::<Sentence>(&kept).unwrap(), said);
        assert!(serde_json::from_str::<Sentence>(r#"{"key":"no.such","args":[]}"#).is_err());
    }

    #[test]
    fn names_stand_inside_a_sentence_with_a_small_letter() {
        assert_eq!(inside(Language::Ru, "Кредит"), "кредит");
        assert_eq!(inside(Language::Tr, "İnternet"), "internet");
        assert_eq!(inside(Language::Ru, "ИИ и данные"), "ИИ и данные");
        assert_eq!(inside(Language::Zh, "贷款"), "贷款");
        for language in Language::ALL {
            let told = Sentence::plain("gate.stage.pass")
                .with("stage", Arg::name(domain::vocabulary::VentureStage::Seed))
                .told(*language);
            assert_eq!(told.contains("Seed"), *language == Language::En, "{told}");
        }
    }
}
