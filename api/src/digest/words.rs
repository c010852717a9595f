//! What is said in mail and on its pages, in each language: one template a sentence, the numbers of the record in it.

use std::{collections::HashMap, sync::OnceLock};

use chrono::{Datelike, NaiveDate};
use domain::{Vocabulary, digest::DigestLanguage, value::Money};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use matcher::explanation::Sentence;

use super::{
    letter::plain,
    subject::{Body, Reason, Score},
};

/// Templates of each language: those of digests, of mail about accounts, and of news of what was done.
macro_rules! sources {
    ($($tag:literal => $language:ident),+ $(,)?) => {
        [$((DigestLanguage::$language, [
            include_str!(concat!("locale/", $tag, ".ftl")),
            include_str!(concat!("../account/locale/", $tag, ".ftl")),
            include_str!(concat!("../command/locale/", $tag, ".ftl")),
        ])),+]
    };
}

/// Templates by language, English first.
pub(crate) const SOURCES: [(DigestLanguage, [&str; 3]); 8] = sources! {
    "en" => En, "zh" => Zh, "ar" => Ar, "tr" => Tr, "sr" => Sr, "th" => Th, "lo" => Lo, "ru" => Ru,
};

/// The words of a language.
pub struct Words {
    /// Which one.
    pub language: DigestLanguage,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").field("language", &self.language).finish_non_exhaustive()
    }
}

/// The templates of a language; where some do not read, the log says so and the others are there.
fn bundle(language: DigestLanguage, sources: &[&str]) -> FluentBundle<FluentResource> {
    let locale = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // Marks of direction around what is put in are needed where the sentence runs from right to left.
    bundle.set_use_isolating(language.is_rtl());
    for source in sources {
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, errors)| {
            tracing::error!(language = language.tag(), ?errors, "templates do not read");
            resource
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(language = language.tag(), ?errors, "templates are named twice");
        }
    }
    bundle
}

impl Words {
    /// The words of a language.
    pub fn of(language: DigestLanguage) -> &'static Self {
        static ALL: OnceLock<HashMap<DigestLanguage, Words>> = OnceLock::new();
        static ENGLISH: OnceLock<Words> = OnceLock::new();
        let read = |(language, sources): &(DigestLanguage, [&str; 3])| {
            (*language, Self { language: *language, bundle: bundle(*language, sources) })
        };
        let all = ALL.get_or_init(|| SOURCES.iter().map(read).collect());
        all.get(&language).unwrap_or_else(|| {
            let [first, ..] = &SOURCES;
            ENGLISH.get_or_init(|| read(first).1)
        })
    }

    /// Whether the language has a message.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// A sentence without arguments.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A sentence; the key itself where there is none.
    pub fn say_with(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let pattern = self.bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else { return key.to_owned() };
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

    /// A whole number with its groups.
    pub fn whole(&self, number: u64) -> String {
        let digits = number.to_string();
        let mark = self.say("group");
        // Where the mark is a blank the template names it, since blanks at its end are not kept.
        let mark = if mark == "nbsp" { "\u{a0}" } else { &mark };
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            let left = digits.len().saturating_sub(at);
            if at > 0 && left.is_multiple_of(3) {
                text.push_str(mark);
            }
            text.push(digit);
        }
        text
    }

    /// A decimal number as it is written with a point.
    fn decimal(&self, number: &str) -> String {
        number.replace('.', &self.say("decimal"))
    }

    /// A day.
    pub fn date(&self, day: NaiveDate) -> String {
        let month = self.say(&format!("month-{}", day.month()));
        // In Thai years count from the Buddha's passing.
        let era = if self.language == DigestLanguage::Th { 543 } else { 0 };
        let year = day.year().saturating_add(era).to_string();
        let args = [("day", day.day().to_string().into()), ("month", month.into()), ("year", year.into())];
        self.say_with("date", &args)
    }

    /// An amount in whole units.
    pub fn money(&self, money: Money) -> String {
        let unit = 10_i64.saturating_pow(money.currency().decimals());
        let whole = money.minor().checked_div(unit).unwrap_or_default();
        let amount = self.whole(whole.unsigned_abs());
        self.say_with("money", &[("amount", amount.into()), ("currency", money.currency().code().into())])
    }

    /// Score and interval.
    pub fn score(&self, score: Score) -> String {
        let points = |micro: u32| self.decimal(&format!("{:.1}", matcher::score::points(micro)));
        self.say_with(
            "score",
            &[
                ("score", points(score.point).into()),
                ("low", points(score.low).into()),
                ("high", points(score.high).into()),
            ],
        )
    }

    /// Why an item stands in the list.
    pub fn reason(&self, body: &Body) -> String {
        match &body.reason {
            Reason::Scored(sentence) => sentence.told(self.language),
            Reason::Plain { key, args } => match Sentence::of_text(key, args) {
                Some(sentence) => sentence.told(self.language),
                None => self.say(&format!("reason-{key}")),
            },
        }
    }

    /// The money that an item lacks.
    pub fn gap(&self, body: &Body) -> Option<String> {
        let (minor, currency) = body.gap.as_ref()?;
        let currency = domain::value::Currency::ALL.iter().find(|known| known.code() == currency)?;
        let money = Money::from_minor(*minor, *currency).ok()?;
        Some(self.say_with("gap", &[("amount", self.money(money).into())]))
    }
}

/// The language of a reader's mail by its tag; English where there are no words in it.
pub fn language_of(tag: &str) -> DigestLanguage {
    DigestLanguage::of_tag(tag).unwrap_or(DigestLanguage::En)
}

/// Asks the owner of a listing whether it is still current: subject and text.
pub fn still_current(language: DigestLanguage, title: &str, link: &str) -> (String, String) {
    let words = Words::of(language);
    let ask = words.say_with("current-ask", &[("title", plain(title).into())]);
    (words.say("current-subject"), format!("{ask}\n{link}\n\n{}", words.say("current-then")))
}

/// The key of a vocabulary's word among the templates.
pub fn word<V: Vocabulary>(kind: &str, value: V) -> String {
    format!("{kind}-{}", value.code())
}

/// The templates of a source, each with the names of its holes.
#[cfg(test)]
pub(crate) fn holes(source: &str) -> std::collections::BTreeMap<&str, std::collections::BTreeSet<&str>> {
    source
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, text)| {
            (key, text.split("{ $").skip(1).filter_map(|rest| rest.split(" }").next()).collect())
        })
        .collect()
}
