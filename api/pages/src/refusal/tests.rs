use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use askama::Template;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::*;
use crate::{
    api::{Api, Credentials, Failure, NewSession, Visitor},
    form::Faults,
};

fn in_language(language: Language, message: &str) -> Option<String> {
    translated(Words::of(language), message)
}

/// What fills holes, as it is expected.
fn holes(texts: &[(usize, &str)]) -> Vec<(usize, String)> {
    texts.iter().map(|(number, text)| (*number, (*text).to_owned())).collect()
}

fn find(patterns: &'static str, message: &str) -> Option<(&'static str, Vec<(usize, String)>)> {
    let (english, holes) = Patterns::read([patterns, "", "", ""]).find(message)?;
    Some((english, holes.into_iter().map(|(number, text)| (number, text.to_owned())).collect()))
}

#[test]
fn the_most_specific_pattern_wins() {
    let patterns = "at most {0}\nat most {0} items\nat most {0} items here\nat most 5 items";
    let cases = [
        ("at most 7", "at most {0}", Some("7")),
        ("at most 7 items", "at most {0} items", Some("7")),
        ("At most 7 items.", "at most {0} items", Some("7")),
        ("at most 7 items here", "at most {0} items here", Some("7")),
        ("at most 5 items", "at most 5 items", None),
    ];
    for (message, pattern, hole) in cases {
        let filled: Vec<_> = hole.into_iter().map(|text| (0, text.to_owned())).collect();
        assert_eq!(find(patterns, message), Some((pattern, filled)), "{message}");
    }
    assert_eq!(find(patterns, "at least 7"), None);
    assert_eq!(find(patterns, "at most "), None, "a hole is filled with something");
}

#[test]
fn holes_take_what_stands_in_the_message() {
    let patterns = "'{0}' is not a {1}; it would be one of {2}\nbetween {1} and {0}\n{0} is always {1}";
    let (_, found) = find(patterns, "'Équipe' is not a Stage; it would be one of SEED, GROWTH").unwrap();
    assert_eq!(found, holes(&[(0, "Équipe"), (1, "Stage"), (2, "SEED, GROWTH")]));
    assert_eq!(find(patterns, "between 1 and 2").unwrap().1, holes(&[(1, "1"), (0, "2")]));
    assert_eq!(find(patterns, "V2 is always yes").unwrap().1, holes(&[(0, "V2"), (1, "yes")]));
}

#[test]
fn holes_are_filled_in_each_language() {
    assert_eq!(in_language(Language::Ru, "At most 7 items.").as_deref(), Some("не больше 7 пунктов"));
    for (language, _) in SOURCES {
        let text = in_language(language, "at most 7 items").unwrap();
        assert!(text.contains('7') && !text.contains('{'), "{} {text}", language.tag());
    }
    let arabic = in_language(Language::Ar, "at most 7 items").unwrap();
    assert!(arabic.contains("\u{2068}7\u{2069}"), "what is put in keeps its direction");
}

#[test]
fn a_condition_in_a_hole_is_said_in_the_same_language() {
    let whole = in_language(Language::Ru, "this must hold: a reason is given").unwrap();
    let alone = in_language(Language::Ru, "A reason is given").unwrap();
    assert!(whole.ends_with(&alone), "{whole}");
    let parties = "the transition CLAIM is for others: Moderator, Administrator";
    let text = in_language(Language::Ru, parties).unwrap();
    assert!(!text.contains("Moderator") && !text.contains("Administrator"), "{text}");
}

#[test]
fn several_sentences_of_one_message_are_said_one_after_another() {
    let both = "articles: articles are 1 to 15; sdgTargets: a target is written like 9.c";
    let words = Words::of(Language::Ru);
    let text = in_language(Language::Ru, both).unwrap();
    assert!(
        text.contains(&words.say("term-articles")) && text.contains(&words.say("term-sdgTargets")),
        "{text}"
    );
    assert_eq!(text.matches("; ").count(), 1, "{text}");
    assert_eq!(in_language(Language::Ru, "articles: articles are 1 to 15; and more"), None);
}

#[test]
fn a_message_without_a_pattern_stays_in_english() {
    for language in crate::words::LANGUAGES {
        assert_eq!(in_language(language, "nobody has ever written this"), None, "{}", language.tag());
    }
    assert_eq!(in_language(Language::En, "at most 7 items"), None, "English is as the API says it");
}

fn holes_of(text: &str) -> BTreeSet<usize> {
    let number = |piece| match piece {
        Piece::Hole(number) => Some(number),
        Piece::Text(_) => None,
    };
    pieces(text).into_iter().filter_map(number).collect()
}

#[test]
fn every_question_to_an_owner_is_asked_in_each_language() {
    for question in domain::questionnaire::QUESTIONS {
        for text in [question.text, question.help].into_iter().filter(|text| !text.is_empty()) {
            for (language, _) in SOURCES {
                assert!(in_language(language, text).is_some(), "{}: {text}", language.tag());
            }
        }
    }
}

#[test]
fn the_policy_of_ranking_is_told_in_each_language() {
    let source = include_str!("../../../src/graphql/object/rules.rs");
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    // A literal goes on behind a mark at the end of a line.
    let mut pieces = code.split('"');
    let mut told = 0;
    while let (Some(_), Some(text)) = (pieces.next(), pieces.next()) {
        let text = text.split('\\').map(str::trim_start).collect::<String>();
        for (language, _) in SOURCES {
            assert!(in_language(language, &text).is_some(), "{}: {text}", language.tag());
        }
        told += 1;
    }
    assert!(told > 40, "{told}");
}

#[test]
fn every_language_has_every_pattern_with_the_same_holes() {
    let english: BTreeSet<&str> = lines(ENGLISH).collect();
    assert_eq!(english.len(), lines(ENGLISH).count(), "a pattern is there twice");
    for (language, source) in SOURCES {
        let tag = language.tag();
        let mut seen = BTreeSet::new();
        for line in lines(source) {
            let (pattern, translation) = line.split_once('\t').unwrap_or((line, ""));
            assert!(english.contains(pattern), "{tag}: no pattern in English: {pattern}");
            assert!(seen.insert(pattern), "{tag}: twice: {pattern}");
            assert!(!translation.trim().is_empty() && !translation.contains('\t'), "{tag}: {line}");
            assert_eq!(holes_of(translation), holes_of(pattern), "{tag}: {line}");
        }
        let missing: Vec<_> = english.difference(&seen).collect();
        assert!(missing.is_empty(), "{tag}: without {missing:?}");
    }
}

/// No product: pages that ask nothing are laid out without one.
struct Nowhere;

impl Api for Nowhere {
    fn execute<'a>(
        &'a self,
        _who: &'a Visitor,
        _document: &'a str,
        _variables: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, Failure>> {
        Box::pin(async { Err(Failure::internal()) })
    }

    fn sign_in<'a>(
        &'a self,
        _who: &'a Visitor,
        _with: Credentials,
    ) -> BoxFuture<'a, Result<NewSession, Failure>> {
        Box::pin(async { Err(Failure::internal()) })
    }

    fn receive<'a>(
        &'a self,
        _who: &'a Visitor,
        _address: &'a str,
        _bytes: Vec<u8>,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Err(Failure::internal()) })
    }

    fn sign_out<'a>(&'a self, _who: &'a Visitor) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Err(Failure::internal()) })
    }
}

#[derive(Template)]
#[template(
    source = "{% import \"part/macros.html\" as m %}{% call m::faults(d, faults) %}{% endcall %}",
    ext = "html"
)]
struct Refused {
    d: Desk,
    faults: Faults,
}

#[test]
fn a_form_that_was_refused_says_where_and_why_in_its_language() {
    let error = |path: &str, message: &str| UserError {
        code: "VALIDATION".to_owned(),
        path: path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        message: message.to_owned(),
    };
    let faults = Faults(vec![
        error("project.deadline", "the deadline is today or later, and no later than 2030-01-01"),
        error("project.readiness.3.evidence", "leave out <b>"),
        error("", "this is for reviewers"),
    ]);
    let d = Desk::new(Arc::new(Nowhere), Visitor::default(), Language::Tr, "/".to_owned(), String::new());
    let (first, last) = (d.told(&faults.0[0]), d.told(&faults.0[2]));
    let words = d.words;
    let page = Refused { d, faults }.render().unwrap();
    assert!(first.text.contains("2030-01-01") && !first.is_english && page.contains(&first.text), "{page}");
    assert!(
        page.contains(&format!("<a href=\"#deadline\">{}</a>: ", words.say("project-deadline"))),
        "{page}"
    );
    // A field in rows has a label alone, and what is not known is marked as English, and harmless.
    let english = "<span lang=\"en\" dir=\"ltr\">leave out &#60;b&#62;</span>";
    assert!(page.contains(&format!(" {}: {english}", words.say("evidence"))), "{page}");
    assert!(last.field.is_none() && page.contains(&format!(" {}</li>", last.text)), "{page}");
    assert_eq!(page.matches("lang=\"en\"").count(), 1, "{page}");
}

// What follows reads the sources of the API and of the pages, and finds what is refused there without a pattern.

/// What makes a refusal, with how many arguments at least; the last is the message, or the name of one.
const MAKERS: [(&str, usize); 9] = [
    ("Refusal::validation(", 2),
    ("Refusal::new(", 3),
    ("Refusal::gate(", 3),
    ("Refusal::not_permitted(", 1),
    ("FieldError::new(", 2),
    ("errors.check(", 3),
    ("client_error(ErrorCode::Validation,", 2),
    ("client_error(ErrorCode::Forbidden,", 2),
    ("faults.note(", 2),
];

/// Sources whose messages no page shows: what the server checks of its own record of an import.
const UNSEEN: [&str; 1] = ["domain/src/import_job.rs"];

/// The literal that a text begins with, as it is read, and what stands behind it.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?.chars();
    let mut read = String::new();
    loop {
        match rest.next()? {
            '"' => return Some((read, rest.as_str())),
            '\\' => match rest.next()? {
                // A line that goes on in the next one.
                '\n' => rest = rest.as_str().trim_start().chars(),
                other => read.push(other),
            },
            other => read.push(other),
        }
    }
}

/// The arguments of a call, from behind its parenthesis to the one that closes it.
fn arguments(text: &str) -> Vec<&str> {
    let (mut found, mut depth, mut from, mut at) = (Vec::new(), 0_usize, 0, 0);
    while let Some(next) = text[at..].chars().next() {
        if next == '"'
            && let Some((_, rest)) = literal(&text[at..])
        {
            at = text.len().saturating_sub(rest.len());
            continue;
        }
        match next {
            '(' | '[' | '{' => depth = depth.saturating_add(1),
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(text[from..at].trim());
                from = at.saturating_add(1);
            }
            _ => {}
        }
        at = at.saturating_add(next.len_utf8());
    }
    found.push(text[from..at].trim());
    found.retain(|argument| !argument.is_empty());
    found
}

/// A message with a number in each of its holes; nothing where it is all holes.
fn filled_in(template: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, hole)) = rest.split_once('{') {
        text.push_str(before);
        let (_, after) = hole.split_once('}')?;
        text.push('7');
        rest = after;
    }
    text.push_str(rest);
    text.contains(|c: char| c.is_ascii_alphabetic()).then_some(text)
}

/// The message that an expression is: a literal, or a format of one.
fn message_of(expression: &str) -> Option<String> {
    let expression = expression.trim_start();
    let plain = expression.strip_prefix('&').unwrap_or(expression);
    if let Some(inner) = plain.strip_prefix("format!(") {
        return filled_in(&literal(inner.trim_start())?.0);
    }
    literal(expression).map(|(text, _)| text)
}

/// What is refused in a source, as far as it can be read there.
fn refused_in(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or(source);
    let mut found = Vec::new();
    for (maker, least) in MAKERS {
        for (at, _) in source.match_indices(maker) {
            let (before, call) = source.split_at(at.saturating_add(maker.len()));
            let given = arguments(call);
            let Some(last) = given.last().filter(|_| given.len() >= least) else { continue };
            let is_name = last.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            // The nearest text of that name before it; one that is worked out is none.
            let names = [format!("let {last} ="), format!("const {last}: &str =")];
            let let_of = || names.iter().find_map(|name| Some(before.rsplit_once(name.as_str())?.1));
            let expression = if is_name { let_of() } else { Some(*last) };
            found.extend(expression.and_then(message_of));
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() && !["tests", "cli", "config"].contains(&name.as_str()) {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs")
            && !["tests.rs", "config.rs"].contains(&name.as_str())
        {
            found.push(path);
        }
    }
}

#[test]
fn the_scan_reads_what_is_refused() {
    let source = r#"
        Refusal::validation(path, "a \
            plain one").into();
        let message = format!("one with {hole} and (another), {}", of(1, 2));
        Refusal::new(UserErrorCode::Duplicate, "a.b", message).into();
        errors.check(
            is_right(a, "x"),
            "field",
            "one of a field",
        );
        Refusal::not_permitted("this is for others").at("field");
        client_error(ErrorCode::Validation, Some("first"), "Ask for less.");
        client_error(ErrorCode::NotFound, None, "It is gone.");
        FieldError::new(path, error.to_string());
    "#;
    let found = refused_in(source);
    let expected = [
        "a plain one",
        "one with 7 and (another), 7",
        "this is for others",
        "one of a field",
        "Ask for less.",
    ];
    assert_eq!(found, expected);
}

#[test]
fn everything_that_is_refused_has_a_pattern() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("../../domain/src"), &mut files);
    sources(&root.join("../src"), &mut files);
    sources(&root.join("src"), &mut files);
    let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut count = 0;
    for path in files {
        let name = path.display().to_string();
        if UNSEEN.iter().any(|end| name.ends_with(end)) {
            continue;
        }
        for message in refused_in(&std::fs::read_to_string(&path).unwrap()) {
            count += 1;
            if PATTERNS.find(&message).is_none() {
                missing.entry(name.clone()).or_default().insert(message);
            }
        }
    }
    assert!(count > 250, "only {count} refusals were found: is the scan broken?");
    assert!(missing.is_empty(), "add these to locale/*/refusal.tsv: {missing:#?}");
}
