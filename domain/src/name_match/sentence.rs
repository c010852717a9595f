//! What is alike, in sentences for the compliance officer: facts of both sides, no verdict.

use super::{
    index::{Basis, Potential},
    score::MILLION,
};
use crate::{Vocabulary, sanctions::ListEntry, value::CountryCode};

/// Characters of a quoted name; lists hold names of several hundred.
const QUOTED: usize = 200;

fn quoted(text: &str) -> String {
    if text.chars().count() <= QUOTED {
        return format!("\"{text}\"");
    }
    format!("\"{}…\"", text.chars().take(QUOTED).collect::<String>())
}

/// Millionths as a decimal of two places, rounded down: 0.999999 is not written as 1.00.
fn decimal(score: u32) -> String {
    format!("{}.{:02}", score / MILLION, score % MILLION / 10_000)
}

pub(super) fn sentences(entry: &ListEntry, hit: &Potential, country: Option<CountryCode>) -> Vec<String> {
    let reference = entry.reference.as_ref().unwrap_or(&entry.uid);
    let (ours, theirs) = (quoted(&hit.subject_name), quoted(&hit.matched_name));
    let mut why = Vec::with_capacity(4);
    why.push(match hit.basis {
        Basis::Identifier => {
            let kind = entry.identifiers.iter().find(|listed| listed.number == hit.matched_name);
            let kind = kind.map_or("identifier", |listed| listed.kind.as_str());
            format!("The organisation's identifier {ours} has the same letters and digits as the {kind} {theirs} of the entry.")
        }
        basis => {
            let what = match basis {
                Basis::Name => "the name",
                Basis::Alias => "the alias",
                Basis::WeakAlias | Basis::Identifier => "the weak alias",
            };
            if hit.score == MILLION {
                format!("The name {ours} has the same words as {what} {theirs}; order, legal form, accents and script are left out of account.")
            } else {
                format!("The name {ours} is like {what} {theirs} by {} of 1.", decimal(hit.score))
            }
        }
    });
    let programmes = if entry.programmes.is_empty() {
        String::new()
    } else {
        format!(", under {}", entry.programmes.join(", "))
    };
    let since = entry.listed_on.map_or_else(String::new, |day| format!(", since {day}"));
    why.push(format!(
        "Entry {reference} of the {}: {} {}{programmes}{since}.",
        entry.list.label(),
        entry.kind.label().to_lowercase(),
        quoted(&entry.name),
    ));
    if let (Some(code), Some(agrees)) = (country, hit.country_agrees) {
        let named: Vec<&str> = entry.countries.iter().map(|country| country.name.as_str()).collect();
        let named = named.join("; ");
        why.push(if agrees {
            format!("The entry names the organisation's country, {code}, among: {named}.")
        } else {
            format!("The entry names {named} and not the organisation's country, {code}; a difference of country excludes nothing.")
        });
    }
    if hit.basis == Basis::WeakAlias {
        why.push(
            "The list itself marks this alias as weak: it cannot confirm a hit without other evidence."
                .to_owned(),
        );
    }
    why
}
