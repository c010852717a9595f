use super::*;
use crate::{
    Vocabulary,
    partnership::{AgreementForce, Sides, compare},
    value::{Lang, Localized},
};

fn said(lang: &str, text: &str) -> Localized {
    Localized::new(lang.parse().unwrap(), text).unwrap()
}

fn blanks() -> Blanks {
    Blanks {
        cities: Sides {
            a: vec![said("en", "Ningbo"), said("zh", "宁波市")],
            b: vec![said("en", "Niš"), said("sr", "Ниш")],
        },
        fields: vec![said("en", "smart cities; long-distance healthcare")],
        report_months: Some(6),
        term_months: Some(36),
        trial_months: Some(12),
        project: vec![said("en", "Fibre for the port")],
    }
}

fn langs(codes: &[&str]) -> Vec<Lang> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}

#[test]
fn every_document_is_there_in_every_language_filled_in_and_without_force() {
    let library = ClauseLibrary::shipped().unwrap();
    let all: Vec<Lang> = library.languages().map(|(lang, _)| lang).collect();
    assert_eq!(all, langs(&["en", "ar", "lo", "ru", "sr", "th", "tr", "zh"]));
    let more: Vec<&str> = library.optional().iter().map(String::as_str).collect();
    for kind in DocumentKind::ALL {
        let text = library.compose(*kind, &more, &all, &blanks()).unwrap();
        assert_eq!((text.tier, text.force), (kind.tier(), AgreementForce::NonBinding));
        assert_eq!(text.fixed_term_months, Some(36));
        assert!(text.clauses.iter().any(|clause| clause.key == "VOLUNTARY"));
        for clause in &text.clauses {
            for part in [&clause.heading, &clause.body] {
                assert_eq!(part.iter().count(), 8, "{}", clause.key);
                for written in part.iter() {
                    assert!(!written.value().contains(['{', '}']), "{}", written.value());
                    // The English is the original, and the others were translated by a machine.
                    assert_eq!(written.machine_translated(), written.lang() != Lang::EN);
                }
            }
        }
    }
}

#[test]
fn a_name_stands_in_its_language_or_else_as_it_was_given_first() {
    let library = ClauseLibrary::shipped().unwrap();
    let clause = library.clause("TWINNING", &langs(&["zh", "sr"]), &blanks()).unwrap();
    let body = |lang: &str| clause.body.get(lang.parse().unwrap()).unwrap().value().to_owned();
    assert!(body("zh").contains("宁波市") && body("zh").contains("Niš"), "{}", body("zh"));
    assert!(body("sr").contains("Ningbo") && body("sr").contains("Ниш"), "{}", body("sr"));
}

#[test]
fn what_is_missing_is_named() {
    let library = ClauseLibrary::shipped().unwrap();
    let kind = DocumentKind::LetterOfIntent;
    let empty = Blanks { report_months: None, ..blanks() };
    let clause = "NEXT_STEPS".to_owned();
    assert_eq!(
        library.compose(kind, &[], &langs(&["en"]), &empty),
        Err(ComposeError::Blank { clause, blank: Blank::ReportMonths })
    );
    let french = langs(&["fr"]);
    assert_eq!(library.compose(kind, &[], &french, &blanks()), Err(ComposeError::Language(french[0])));
    let unknown = library.compose(kind, &["NO_SUCH"], &langs(&["en"]), &blanks());
    assert_eq!(unknown, Err(ComposeError::Clause("NO_SUCH".to_owned())));
    assert!(library.compose(kind, &[], &[], &blanks()).is_err());
    let twice = library.compose(kind, &["FIELDS"], &langs(&["en"]), &blanks());
    assert!(matches!(twice, Err(ComposeError::Text(_))));
}

#[test]
fn a_composed_text_can_be_compared_clause_by_clause() {
    let library = ClauseLibrary::shipped().unwrap();
    let of = |more: &[&str]| {
        library.compose(DocumentKind::TwinAgreement, more, &langs(&["en", "th"]), &blanks()).unwrap()
    };
    let changes = compare(&of(&[]), &of(&["TRIAL"]));
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].key, "TRIAL");
}

const KINDS: &str = "
[LETTER_OF_INTENT]
clauses = ['VOLUNTARY']
[FRIENDLY_EXCHANGE]
clauses = ['VOLUNTARY']
[TWIN_AGREEMENT]
clauses = ['VOLUNTARY']
[OPTIONAL]
clauses = []
";
const ENGLISH: &str = "
lang = 'en'
machine = false
[VOLUNTARY]
heading = 'Free'
body = 'Between {city_a} and {city_b}.'
";

#[test]
fn a_library_whose_languages_differ_is_refused_by_file_and_field() {
    let german = ENGLISH.replace("'en'", "'de'");
    let read = |kinds: &str, second: &str| {
        let languages = [("en.toml", ENGLISH), ("de.toml", second)];
        match ClauseLibrary::from_files(("kinds.toml", kinds), &languages) {
            Ok(_) => String::new(),
            Err(error) => format!("{}:{}", error.file, error.field),
        }
    };
    assert_eq!(read(KINDS, &german), "");
    assert_eq!(read(KINDS, ENGLISH), "de.toml:lang");
    assert_eq!(read(KINDS, &german.replace("{city_b}", "B")), "de.toml:VOLUNTARY");
    assert_eq!(read(KINDS, &german.replace("{city_b}", "{city_c}")), "de.toml:VOLUNTARY.body");
    assert_eq!(read(KINDS, &german.replace("{city_b}", "{city_b")), "de.toml:VOLUNTARY.body");
    assert_eq!(read(KINDS, &german.replace("{city_b}", "city_b}")), "de.toml:VOLUNTARY.body");
    assert_eq!(read(KINDS, &german.replace("heading", "title")), "de.toml:VOLUNTARY.title");
    assert_eq!(read(KINDS, &german.replace("machine = false", "")), "de.toml:machine");
    assert_eq!(read(KINDS, &german.replace("[VOLUNTARY]", "[FREE]")), "de.toml:FREE");
    assert_eq!(read(KINDS, "= ="), "de.toml:");
    assert_eq!(read(&KINDS.replace("[]", "['NONE']"), &german), "kinds.toml:NONE");
    assert_eq!(read(&KINDS.replacen("'VOLUNTARY'", "", 1), &german), "kinds.toml:LETTER_OF_INTENT");
    assert_eq!(read("", &german), "kinds.toml:LETTER_OF_INTENT.clauses");
}
