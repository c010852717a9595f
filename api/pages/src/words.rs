//! What the pages say, in eight languages: one template a sentence (Fluent), and numbers, money and days as each writes
//! them.

use std::{collections::HashMap, sync::OnceLock};

use chrono::{Datelike, NaiveDate};
pub use domain::digest::DigestLanguage as Language;
use domain::vocabulary::Vocabulary;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

/// The languages, English first.
pub const LANGUAGES: [Language; 8] = [
    Language::En,
    Language::Zh,
    Language::Ar,
    Language::Tr,
    Language::Sr,
    Language::Th,
    Language::Lo,
    Language::Ru,
];

/// The sources of each language: formats of numbers and days, then the words of each part of the site.
macro_rules! sources {
    ($($tag:literal => $language:ident),+ $(,)?) => {
        [$((Language::$language, &[
            include_str!(concat!("../locale/", $tag, "/format.ftl")),
            include_str!(concat!("../locale/", $tag, "/site.ftl")),
            include_str!(concat!("../locale/", $tag, "/public.ftl")),
            include_str!(concat!("../locale/", $tag, "/account.ftl")),
            include_str!(concat!("../locale/", $tag, "/investor.ftl")),
            include_str!(concat!("../locale/", $tag, "/city.ftl")),
            include_str!(concat!("../locale/", $tag, "/area.ftl")),
            include_str!(concat!("../locale/", $tag, "/event.ftl")),
            include_str!(concat!("../locale/", $tag, "/owner.ftl")),
            include_str!(concat!("../locale/", $tag, "/office.ftl")),
            include_str!(concat!("../locale/", $tag, "/insight.ftl")),
            include_str!(concat!("../locale/", $tag, "/reader.ftl")),
            include_str!(concat!("../locale/", $tag, "/refusal.ftl")),
        ] as &[&str])),+]
    };
}

const SOURCES: [(Language, &[&str]); 8] = sources! {
    "en" => En, "zh" => Zh, "ar" => Ar, "tr" => Tr, "sr" => Sr, "th" => Th, "lo" => Lo, "ru" => Ru,
};

/// How a language calls itself.
pub const fn own_name(language: Language) -> &'static str {
    match language {
        Language::En => "English",
        Language::Zh => "中文",
        Language::Ar => "العربية",
        Language::Tr => "Türkçe",
        Language::Sr => "Српски",
        Language::Th => "ไทย",
        Language::Lo => "ລາວ",
        Language::Ru => "Русский",
    }
}

/// The code of a language in the API.
pub fn code(language: &Language) -> &'static str {
    language.code()
}

/// How a language calls itself, for templates, which hand over references.
pub fn name_of(language: &Language) -> &'static str {
    own_name(*language)
}

/// The first language of an `Accept-Language` header that there is, by its weights.
pub fn accepted(header: &str) -> Option<Language> {
    let mut wanted: Vec<(f32, usize, Language)> = header
        .split(',')
        .take(20)
        .enumerate()
        .filter_map(|(at, part)| {
            let mut parts = part.split(';');
            let language = Language::of_tag(parts.next()?.trim())?;
            let weight = parts
                .find_map(|parameter| parameter.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
            (weight > 0.0).then_some((weight, at, language))
        })
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    wanted.first().map(|(_, _, language)| *language)
}

/// The words of a language.
pub struct Words {
    /// Which one.
    pub language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").field("language", &self.language).finish_non_exhaustive()
    }
}

/// A whole number within a sentence, in groups of three as the language of a place in [`LANGUAGES`] writes it; other values
/// as Fluent has them.
fn whole_in<const PLACE: usize, M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let is_whole = number.value.fract() == 0.0 && number.value.abs() < 1e15;
    let language = *LANGUAGES.get(PLACE)?;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and far below 2^53")]
    is_whole.then(|| Words::of(language).whole(number.value as i64))
}

fn bundle(language: Language, sources: &[&str]) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
    // Marks of direction around what is put in are needed where the sentence runs from right to left.
    bundle.set_use_isolating(language.is_rtl());
    bundle.set_formatter(Some(match language {
        Language::En => whole_in::<0, _>,
        Language::Zh => whole_in::<1, _>,
        Language::Ar => whole_in::<2, _>,
        Language::Tr => whole_in::<3, _>,
        Language::Sr => whole_in::<4, _>,
        Language::Th => whole_in::<5, _>,
        Language::Lo => whole_in::<6, _>,
        Language::Ru => whole_in::<7, _>,
    }));
    for source in sources {
        let resource = match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(language = language.tag(), ?errors, "templates do not read");
                resource
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(language = language.tag(), ?errors, "templates are named twice");
        }
    }
    bundle
}

impl Words {
    /// The words of a language.
    pub fn of(language: Language) -> &'static Self {
        static ALL: OnceLock<HashMap<Language, Words>> = OnceLock::new();
        static ENGLISH: OnceLock<Words> = OnceLock::new();
        let read = |(language, sources): &(Language, &[&str])| {
            (*language, Self { language: *language, bundle: bundle(*language, sources) })
        };
        let all = ALL.get_or_init(|| SOURCES.iter().map(read).collect());
        all.get(&language).unwrap_or_else(|| {
            let [first, ..] = &SOURCES;
            ENGLISH.get_or_init(|| read(first).1)
        })
    }

    /// Whether there is such a message.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// A sentence with what is put in; the key itself where there is none.
    pub fn say_with(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let pattern = self.bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            tracing::error!(language = self.language.tag(), key, "there is no such sentence");
            return key.to_owned();
        };
        let mut given = FluentArgs::new();
        for (name, value) in args {
            given.set(*name, value.clone());
        }
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, Some(&given), &mut errors);
        if !errors.is_empty() {
            tracing::error!(language = self.language.tag(), key, ?errors, "a sentence lacks something");
        }
        said.into_owned()
    }

    /// A sentence.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A whole number in groups of three.
    pub fn whole(&self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mark = self.say("group");
        // Where the mark is a blank the template names it, since blanks at its end are not kept.
        let mark = if mark == "nbsp" { "\u{a0}" } else { &mark };
        let mut text = if number < 0 { "\u{2212}".to_owned() } else { String::new() };
        for (at, digit) in digits.chars().enumerate() {
            let left = digits.len().saturating_sub(at);
            if at > 0 && left.is_multiple_of(3) {
                text.push_str(mark);
            }
            text.push(digit);
        }
        text
    }

    /// A number with so many places after the point.
    pub fn number(&self, number: f64, places: usize) -> String {
        if !number.is_finite() {
            return "?".to_owned();
        }
        let text = format!("{:.places$}", number.abs());
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let whole = whole.parse().map_or_else(|_| whole.to_owned(), |whole| self.whole(whole));
        let is_zero = text.bytes().all(|b| b == b'0' || b == b'.');
        let sign = if number < 0.0 && !is_zero { "\u{2212}" } else { "" };
        if rest.is_empty() {
            return format!("{sign}{whole}");
        }
        format!("{sign}{whole}{}{rest}", self.say("decimal"))
    }

    /// What stands between the items of a list.
    pub fn list_mark(&self) -> String {
        match self.language {
            // A blank after the mark would be a second one.
            Language::Zh => self.say("list-and"),
            _ => format!("{} ", self.say("list-and")),
        }
    }

    /// A per cent of a number between 0 and 100.
    pub fn percent(&self, number: f64, places: usize) -> String {
        self.say_with("percent", &[("number", self.number(number, places).into())])
    }

    /// A day.
    pub fn date(&self, day: NaiveDate) -> String {
        let month = self.say(&format!("month-{}", day.month()));
        // In Thai years count from the Buddha's passing.
        let era = if self.language == Language::Th { 543 } else { 0 };
        let year = day.year().saturating_add(era).to_string();
        let args = [("day", day.day().to_string().into()), ("month", month.into()), ("year", year.into())];
        self.say_with("date", &args)
    }

    /// An amount of minor units in whole units of its currency.
    pub fn money(&self, minor: i64, currency: &str) -> String {
        let known = domain::value::Currency::ALL.iter().find(|known| known.code() == currency);
        let unit = 10_i64.saturating_pow(known.map_or(2, |currency| currency.decimals()));
        let whole = minor.checked_div(unit).unwrap_or(minor);
        let args = [("amount", self.whole(whole).into()), ("currency", currency.to_owned().into())];
        let said = self.say_with("money", &args);
        // Where lines run from right to left, an amount looks the same in a sentence and in a cell of its own.
        if self.language.is_rtl() { format!("\u{2066}{said}\u{2069}") } else { said }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(sources: &[&str]) -> BTreeSet<String> {
        let lines = sources.iter().flat_map(|source| source.lines());
        let is_key = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
        let mut found = BTreeSet::new();
        for key in lines.filter(is_key).filter_map(|line| Some(line.split_once(" =")?.0.to_owned())) {
            assert!(found.insert(key.clone()), "{key} is there twice");
        }
        found
    }

    /// What stands between quotes after a call in all templates and sources.
    fn said(call: &str) -> BTreeSet<String> {
        fn files(directory: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    files(&path, found);
                } else {
                    found.push(std::fs::read_to_string(path).unwrap());
                }
            }
        }
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        files(&root.join("templates"), &mut texts);
        files(&root.join("src"), &mut texts);
        let pieces = texts.iter().flat_map(|text| text.split(call).skip(1));
        let named = pieces.filter_map(|piece| piece.strip_prefix('"')?.split('"').next());
        named.filter(|key| key.starts_with(|c: char| c.is_ascii_alphabetic())).map(str::to_owned).collect()
    }

    #[test]
    fn every_sentence_that_a_page_says_is_there() {
        let english = keys(SOURCES[0].1);
        for call in ["d.say(", "d.say1(", "d.say2(", "d.say3(", "self.say("] {
            for key in said(call) {
                assert!(english.contains(&key), "no sentence {key}");
            }
        }
        for prefix in said("d.code(") {
            let start = format!("{prefix}-");
            assert!(english.iter().any(|key| key.starts_with(&start)), "no sentence begins with {start}");
        }
    }

    fn holes(sources: &[&str], key: &str) -> BTreeSet<String> {
        let text = sources.concat();
        let start = format!("\n{key} =");
        let text = format!("\n{text}");
        let Some(at) = text.find(&start) else { return BTreeSet::new() };
        let body: String = text
            .split_at(at)
            .1
            .trim_start_matches(&start)
            .lines()
            .enumerate()
            .take_while(|(at, line)| {
                *at == 0 || line.is_empty() || line.starts_with(' ') || line.starts_with('}')
            })
            .map(|(_, line)| line)
            .collect();
        body.split('$')
            .skip(1)
            .map(|piece| piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect())
            .collect()
    }

    #[test]
    fn what_is_written_in_letters_of_its_own_is_all_written_in_them() {
        let cyrillic = '\u{400}'..='\u{4ff}';
        for (language, sources) in SOURCES {
            if !matches!(language, Language::Sr | Language::Ru) {
                continue;
            }
            for source in sources {
                for line in source.lines() {
                    let Some((_, value)) = line.split_once(" = ") else { continue };
                    let is_word = |word: &str| {
                        word.chars().all(char::is_alphabetic) && word.chars().any(char::is_lowercase)
                    };
                    let plain = value.split('{').next().unwrap_or_default();
                    let has_words = plain.split_whitespace().filter(|word| is_word(word)).count() > 1;
                    let is_own = value.chars().any(|letter| cyrillic.contains(&letter));
                    assert!(!has_words || is_own, "{}: {line}", language.tag());
                }
            }
        }
    }

    #[test]
    fn every_language_says_everything_with_the_same_holes() {
        let (_, english) = SOURCES[0];
        let wanted = keys(english);
        for (language, sources) in SOURCES {
            assert_eq!(keys(sources), wanted, "{}", language.tag());
            for key in &wanted {
                assert_eq!(holes(sources, key), holes(english, key), "{} {key}", language.tag());
            }
            assert_eq!(Words::of(language).language, language);
        }
    }

    #[test]
    fn numbers_are_written_as_each_language_does() {
        let en = Words::of(Language::En);
        assert_eq!(en.whole(-1_234_567), "\u{2212}1,234,567");
        assert_eq!(en.number(1234.56, 1), "1,234.6");
        assert_eq!(en.number(-0.01, 1), "0.0");
        assert_eq!(en.number(f64::NAN, 1), "?");
        assert_eq!(Words::of(Language::Tr).number(79.12, 1), "79,1");
        assert_eq!(en.money(420_000_000, "EUR"), "EUR 4,200,000");
        assert!(
            Words::of(Language::Th).date(NaiveDate::from_ymd_opt(2026, 11, 27).unwrap()).contains("2569")
        );
    }

    #[test]
    fn the_language_that_is_wanted_most_is_taken() {
        assert_eq!(accepted("fr-FR, zh-Hans;q=0.5, ar;q=0.9"), Some(Language::Ar));
        assert_eq!(accepted("fr"), None);
        assert_eq!(accepted("en;q=0, tr"), Some(Language::Tr));
        assert_eq!(Language::of_tag("sr-Cyrl"), Some(Language::Sr));
    }
}
