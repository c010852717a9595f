//! Rules about effects, places, days and the text itself.

use super::{Rule, plain};
use crate::{
    account::EmailAddress,
    vocabulary::{
        CooperationField as C,
        FlagSeverity::{Amber, Red},
        ProjectKind, RedFlag as F, Vocabulary,
    },
};

/// 'Less than 2 %' of national income a head is affordable, in hundredths of a percent.
const AFFORDABLE: i32 = 200;
/// Share of a field, in hundredths of a percent, from which a project is about it.
const MAINLY: u32 = 3_000;
/// A review takes up to five days, and an investor wants some more.
const DAYS_FOR_REVIEW: i64 = 14;

/// Phrases that no honest offer of an investment has. English only: a text in another language is read by people.
const PROMISES: &[&str] = &[
    "guaranteed return",
    "guaranteed profit",
    "guaranteed yield",
    "risk-free",
    "risk free",
    "without any risk",
    "cannot fail",
    "can't lose",
];

fn is_content(field: C) -> bool {
    field.code().starts_with("INCL_CONTENT") || field == C::SvcCreative
}

fn is_learning(field: C) -> bool {
    field.code().starts_with("SKILLS_") || matches!(field, C::DxEducation | C::InclSchool)
}

/// The first thing in a text by which somebody could be reached: an address, a link, a telephone number.
fn contact(text: &str) -> Option<&str> {
    let edge = |c: char| !c.is_alphanumeric();
    let words = text.split_whitespace().find(|word| {
        let lower = word.to_lowercase();
        lower.contains("://")
            || lower.trim_start_matches(edge).starts_with("www.")
            || word.trim_matches(edge).parse::<EmailAddress>().is_ok()
    });
    words.or_else(|| {
        // A plus sign and eight digits, with the usual marks between them.
        text.match_indices('+').find_map(|(start, _)| {
            let number = text.get(start..)?;
            let end = number
                .char_indices()
                .find(|(at, c)| *at > 0 && !(c.is_ascii_digit() || " -()./".contains(*c)))
                .map_or(number.len(), |(at, _)| at);
            let number = number.get(..end)?.trim_end();
            (number.bytes().filter(u8::is_ascii_digit).count() >= 8).then_some(number)
        })
    })
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        flag: F::CoverageBelowBaseline,
        severity: Red,
        compares: "coverage after with coverage before",
        message: "Coverage is to go from {} % to {} %",
        mend: "Correct the target or the baseline",
        check: |at| {
            let (from, to) = (at.facts.impact.coverage_baseline?, at.facts.impact.coverage_target?);
            (to < from).then(|| vec![from.to_string(), to.to_string()])
        },
    },
    Rule {
        flag: F::EntryPriceNotAffordable,
        severity: Amber,
        compares: "entry price with the line of 2 %, where the field is access for those without",
        message: "It is about inclusion, but an entry plan costs {} % of income; affordable is less than 2 %",
        mend: "Lower the price, or say who pays for those who cannot",
        check: |at| {
            let price = at.facts.impact.entry_price_pct_gni?;
            let inclusion = at.fields(|field| matches!(field, C::InclRural | C::InclSchool)) >= MAINLY;
            (inclusion && price.hundredths() >= AFFORDABLE).then(|| vec![price.to_string()])
        },
    },
    Rule {
        flag: F::EntryPriceImplausible,
        severity: Red,
        compares: "entry price with what can be",
        message: "An entry plan at {} % of national income a head cannot be",
        mend: "Give the yearly price of a plan in percent of yearly income",
        check: |at| {
            let price = at.facts.impact.entry_price_pct_gni?;
            (!(0..=10_000).contains(&price.hundredths())).then(|| vec![price.to_string()])
        },
    },
    Rule {
        flag: F::ServedAboveArea,
        severity: Red,
        compares: "people newly served with people in the area",
        message: "{} people are to be newly served, but {} live in the area",
        mend: "Correct one of them",
        check: |at| {
            let served = at.facts.impact.population_newly_served?;
            let area = at.answers.count("answers.population_in_area")?;
            (served > area).then(|| vec![served.to_string(), area.to_string()])
        },
    },
    Rule {
        flag: F::ServedAboveCountry,
        severity: Red,
        compares: "people newly served with the inhabitants of the countries",
        message: "{} people are to be newly served, but the countries have {} inhabitants",
        mend: "Correct the number, or name all the countries",
        check: |at| {
            let (served, known) = (at.facts.impact.population_newly_served?, at.populations?);
            let mut countries: Vec<_> = at.facts.locations.iter().map(|place| place.country).collect();
            countries.sort_unstable();
            countries.dedup();
            // One country without a figure, and the sum says nothing.
            let people = countries.iter().try_fold(0_u64, |sum, country| {
                known.get(country).map(|people| sum.saturating_add(*people))
            })?;
            (served > people).then(|| vec![served.to_string(), people.to_string()])
        },
    },
    Rule {
        flag: F::CoverageWithoutPeople,
        severity: Amber,
        compares: "rise of coverage with people newly served",
        message: "Coverage rises from {} % to {} %, but nobody is newly served",
        mend: "Correct the number of people, or the coverage",
        check: |at| {
            let (from, to) = (at.facts.impact.coverage_baseline?, at.facts.impact.coverage_target?);
            (to > from && at.facts.impact.population_newly_served? == 0)
                .then(|| vec![from.to_string(), to.to_string()])
        },
    },
    Rule {
        flag: F::PeopleWithoutCoverage,
        severity: Amber,
        compares: "people newly served with the rise of coverage",
        message: "{} people are newly served, but coverage stays at {} %",
        mend: "Correct the target, or the number of people",
        check: |at| {
            let (from, to) = (at.facts.impact.coverage_baseline?, at.facts.impact.coverage_target?);
            let served = at.facts.impact.population_newly_served.filter(|served| *served > 0)?;
            (to == from).then(|| vec![served.to_string(), from.to_string()])
        },
    },
    Rule {
        flag: F::SchoolsMissing,
        severity: Amber,
        compares: "field with schools connected",
        message: "It is about broadband for schools, but connects none",
        mend: "Give the number of schools, or correct the fields",
        check: |at| {
            let schools = at.fields(|field| field == C::InclSchool) >= MAINLY;
            (schools && at.facts.impact.schools_connected? == 0).then(plain)
        },
    },
    Rule {
        flag: F::KindAgainstFields,
        severity: Amber,
        compares: "kind with the fields",
        message: "The kind is {}, but none of the fields is of that kind",
        mend: "Correct the kind or the fields",
        check: |at| {
            let meets = match at.facts.kind {
                ProjectKind::ContentProduction => at.fields(is_content) > 0,
                ProjectKind::TrainingProgramme => at.fields(is_learning) > 0,
                _ => true,
            };
            (!meets).then(|| vec![at.facts.kind.to_string()])
        },
    },
    Rule {
        flag: F::BorderInOneCountry,
        severity: Red,
        compares: "crossing of a border with the countries",
        message: "It crosses a border, but all its places are in {}",
        mend: "Name a place in each country",
        check: |at| {
            let first = at.facts.locations.first()?.country;
            let one = at.facts.locations.iter().all(|place| place.country == first);
            (one && at.answers.yes_no("answers.cross_border")?).then(|| vec![first.to_string()])
        },
    },
    Rule {
        flag: F::DuplicateSuspected,
        severity: Red,
        compares: "name, place and owner with other listings",
        message: "Another listing looks like the same project",
        mend: "Say how they differ, or withdraw one",
        check: |at| at.duplicate_suspected.then(plain),
    },
    Rule {
        flag: F::DeadlinePassed,
        severity: Red,
        compares: "deadline with today",
        message: "The deadline was {}",
        mend: "Set a new deadline, or leave it out",
        check: |at| at.facts.deadline.filter(|day| *day < at.today).map(|day| vec![day.to_string()]),
    },
    Rule {
        flag: F::DeadlineNear,
        severity: Amber,
        compares: "deadline with the time that a review takes",
        message: "The deadline is {}, in {} days",
        mend: "Give investors more time",
        check: |at| {
            let deadline = at.facts.deadline?;
            let days = deadline.signed_duration_since(at.today).num_days();
            (0..DAYS_FOR_REVIEW).contains(&days).then(|| vec![deadline.to_string(), days.to_string()])
        },
    },
    Rule {
        flag: F::DateInFuture,
        severity: Red,
        compares: "days of what has happened with today",
        message: "{} lies in the future",
        mend: "Correct the day",
        check: |at| {
            [at.facts.confirmed_on, at.facts.published_on, at.answers.date("answers.founded_on")]
                .into_iter()
                .flatten()
                .find(|day| *day > at.today)
                .map(|day| vec![day.to_string()])
        },
    },
    Rule {
        flag: F::ContactInText,
        severity: Red,
        compares: "title and summary with what is disclosed later",
        message: "'{}' stands in a public text",
        mend: "Leave it out: contacts are disclosed when an introduction is accepted",
        check: |at| {
            let summary = at.facts.summary.as_ref().map(crate::value::Localized::value);
            let found = contact(at.facts.title.value()).or_else(|| summary.and_then(contact))?;
            Some(vec![found.chars().take(80).collect()])
        },
    },
    Rule {
        flag: F::PromiseInText,
        severity: Red,
        compares: "title and summary with what can be promised",
        message: "'{}' is a promise that nobody can keep",
        mend: "Say what the return rests on instead",
        check: |at| {
            let summary = at.facts.summary.as_ref().map(crate::value::Localized::value).unwrap_or_default();
            let text = format!("{}\n{summary}", at.facts.title.value()).to_lowercase();
            PROMISES
                .iter()
                .find(|promise| text.contains(**promise))
                .map(|promise| vec![(*promise).to_owned()])
        },
    },
    Rule {
        flag: F::SummaryRepeatsTitle,
        severity: Amber,
        compares: "summary with title",
        message: "The summary says no more than the title",
        mend: "Say what the money is for and who gains",
        check: |at| {
            let summary = at.facts.summary.as_ref()?.value().to_lowercase();
            (summary == at.facts.title.value().to_lowercase()).then(plain)
        },
    },
];
