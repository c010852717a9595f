use proptest::prelude::*;

use super::*;
use crate::{
    fixture::bare,
    value::{Currency, Money, Shares, SingleLine},
    vocabulary::{ContractType, Instrument, Vocabulary},
};

#[expect(clippy::unnecessary_wraps, reason = "the fact is an option")]
fn stage(code: &str) -> Option<InvestmentStage> {
    Some(InvestmentStage::from_code(code).unwrap())
}

fn keys(facts: &ProjectFacts) -> Vec<&'static str> {
    questions(facts).iter().map(|question| question.spec.key).collect()
}

#[test]
fn keys_are_unique_and_find_their_row() {
    let keys: std::collections::BTreeSet<_> = QUESTIONS.iter().map(|question| question.key).collect();
    assert_eq!(keys.len(), QUESTIONS.len());
    for question in QUESTIONS {
        let key: QuestionKey = question.key.parse().unwrap();
        assert_eq!(key.question().key, question.key);
        assert!(question.text.ends_with('?'), "{}", question.key);
        assert_eq!(question.key.starts_with("answers."), matches!(question.source, Source::Answer), "{key}");
        // An answer that is kept beside the facts is written by `Answers`, which takes simple types only.
        let simple = !matches!(
            question.answer,
            AnswerType::Code(_)
                | AnswerType::Codes(_)
                | AnswerType::Shares(_)
                | AnswerType::Places
                | AnswerType::Languages
                | AnswerType::Evidence
        );
        assert!(simple || !matches!(question.source, Source::Answer), "{key}");
    }
    for item in ReadinessItem::ALL {
        assert!(keys.contains(format!("readiness.{item}").as_str()), "{item}");
    }
    assert!("answers.no_such".parse::<QuestionKey>().is_err());
}

#[test]
fn a_rural_fibre_partnership_is_asked_what_it_is() {
    let mut facts = bare(ProjectKind::Infrastructure, stage("STRUCTURING"), CooperationField::InclRural);
    facts.contract = Some(ContractType::AvailabilityPpp);
    facts.instruments = Some(Shares::whole(Instrument::Loan));
    let asked = keys(&facts);
    for key in [
        "public_authority",
        "answers.concession_months",
        "tenor_months",
        "answers.route_km",
        "readiness.RISK_ALLOCATION",
    ] {
        assert!(asked.contains(&key), "{key}");
    }
    for key in
        ["answers.customers", "answers.rights_territory", "answers.data_centre_kw", "readiness.CAP_TABLE"]
    {
        assert!(!asked.contains(&key), "{key}");
    }
    let missing = missing_required(&facts, &Answers::default());
    assert!(missing.contains(&"answers.concession_months".parse().unwrap()));
    assert!(!missing.contains(&"stage".parse().unwrap()), "that is given");
    // A loan wants a tenor, a grant does not.
    facts.instruments = Some(Shares::whole(Instrument::Grant));
    assert!(!keys(&facts).contains(&"tenor_months"));
}

#[test]
fn an_answer_ends_the_question_and_has_the_type_that_was_asked_for() {
    let facts = bare(ProjectKind::Infrastructure, stage("PREFEASIBILITY"), CooperationField::CitySmart);
    let key: QuestionKey = "answers.total_cost".parse().unwrap();
    let mut answers = Answers::default();
    assert!(missing_required(&facts, &answers).contains(&key));
    let cost = Answer::Money(Money::parse("5", Currency::EUR).unwrap());
    answers.set(key, cost.clone()).unwrap();
    assert!(!missing_required(&facts, &answers).contains(&key));
    let json = serde_json::to_string(&answers).unwrap();
    assert_eq!(serde_json::from_str::<Answers>(&json).unwrap(), answers);
    answers.clear(key);
    assert!(missing_required(&facts, &answers).contains(&key));

    let wrong = answers.set(key, Answer::Count(5)).unwrap_err();
    assert_eq!(wrong.path, "answers.total_cost");
    let medium: QuestionKey = "answers.medium".parse().unwrap();
    let wrong = answers.set(medium, Answer::Choice("PIGEON".to_owned())).unwrap_err();
    assert!(wrong.message.contains("FIBRE"), "{wrong}");
    let line = Answer::Line(SingleLine::new("x").unwrap());
    assert!(answers.set("title".parse().unwrap(), line).unwrap_err().message.contains("fact of the project"));
    assert!(answers.set("answers.asset_life_months".parse().unwrap(), Answer::Count(0)).is_err());
    assert!(serde_json::from_str::<Answers>(r#"{"answers.sites":{"type":"YES_NO","value":true}}"#).is_err());
}

#[test]
fn the_form_of_a_venture_stays_short() {
    for stage in crate::vocabulary::VentureStage::ALL {
        for field in CooperationField::ALL {
            for contract in std::iter::once(None).chain(ContractType::ALL.iter().copied().map(Some)) {
                let stage = Some(InvestmentStage::Venture(*stage));
                let mut facts = bare(ProjectKind::StartupVenture, stage, *field);
                facts.contract = contract;
                facts.instruments = Some(Shares::whole(Instrument::ConvertibleNote));
                let required = questions(&facts).iter().filter(|question| question.required).count();
                assert!((8..=SHORT_FORM_MAX).contains(&required), "{stage:?} {field} asks for {required}");
            }
        }
    }
}

proptest! {
    /// A later stage never asks for less, and whatever is required is also asked.
    #[test]
    fn later_stages_ask_for_all_that_earlier_ones_did(
        kind in proptest::sample::select(ProjectKind::ALL), field in proptest::sample::select(CooperationField::ALL),
        contract in proptest::option::of(proptest::sample::select(ContractType::ALL)),
        instrument in proptest::sample::select(Instrument::ALL), early in 0_usize..9, late in 0_usize..9,
    ) {
        let (early, late) = (early.min(late), early.max(late));
        let at = |rung: usize| Some(match kind {
            ProjectKind::StartupVenture => InvestmentStage::Venture(crate::vocabulary::VentureStage::ALL[rung]),
            _ => InvestmentStage::Infrastructure(crate::vocabulary::InfrastructureStage::ALL[rung]),
        });
        let mut facts = bare(kind, at(early), field);
        facts.contract = contract;
        facts.instruments = Some(Shares::whole(instrument));
        let (before, after) = (questions_at(&facts, at(early)), questions_at(&facts, at(late)));
        for question in before {
            let later = after.iter().find(|one| one.spec.key == question.spec.key);
            prop_assert!(later.is_some_and(|later| later.required >= question.required), "{}", question.spec.key);
        }
    }
}
