use proptest::prelude::*;

use super::*;

fn text(clauses: Vec<Clause>) -> AgreementText {
    let facts = AgreementFacts {
        tier: AgreementTier::Twin,
        fixed_term_months: None,
        force: AgreementForce::NonBinding,
        clauses,
    };
    AgreementText::try_from(facts).unwrap()
}

#[test]
fn clauses_are_compared_one_by_one_and_word_by_word() {
    let old = text(vec![
        clause("AIM", "The cities exchange experience."),
        clause("COST", "Each side pays its own cost."),
        clause("END", "Either side can end it."),
    ]);
    let new = text(vec![
        clause("AIM", "The cities exchange digital experience."),
        clause("TRIAL", "A trial of six months comes first."),
        clause("END", "Either side can end it."),
    ]);
    let changes = compare(&old, &new);
    let fates: Vec<_> = changes.iter().map(|change| (change.key.as_str(), change.fate)).collect();
    assert_eq!(
        fates,
        [("AIM", ClauseFate::Changed), ("TRIAL", ClauseFate::Added), ("COST", ClauseFate::Removed)]
    );
    let aim = &changes[0].parts[0];
    assert!(!aim.heading && aim.pieces.contains(&Piece::Inserted("digital ".to_owned())), "{aim:?}");
    assert_eq!(compare(&old, &old), []);
}

#[test]
fn a_clause_that_only_stands_elsewhere_has_moved() {
    let (aim, cost) = (clause("AIM", "Exchange."), clause("COST", "Each pays its own."));
    let changes = compare(&text(vec![aim.clone(), cost.clone()]), &text(vec![cost, aim]));
    assert!(!changes.is_empty() && changes.iter().all(|change| change.fate == ClauseFate::Moved));
    assert!(changes.iter().all(|change| change.parts.is_empty()));
}

#[test]
fn scripts_without_spaces_are_compared_by_character() {
    let body =
        |body: &str| Parallel::new(vec![Localized::new("zh".parse().unwrap(), body).unwrap()]).unwrap();
    let of = |text: &str| Clause { key: "AIM".to_owned(), heading: body("目的"), body: body(text) };
    let changes = compare(&text(vec![of("两市开展合作")]), &text(vec![of("两市开展数字合作")]));
    let pieces = &changes[0].parts[0].pieces;
    assert!(pieces.contains(&Piece::Inserted("数字".to_owned())), "{pieces:?}");
}

#[test]
fn the_hash_is_of_every_part_and_of_one_way_to_write_a_letter() {
    let base = agreement(AgreementTier::Twin, &["Niš and Ningbo", "cooperate"]);
    // Pinned, and computed apart from this code: what was signed yesterday must be checked tomorrow.
    assert_eq!(base.hash().to_string(), "8aa6fffd0f607e95aebf64a218872921fdf6e66a2922c3b9d77e76398db7c6a3");
    let composed = agreement(AgreementTier::Twin, &["Nis\u{30C} and Ningbo", "cooperate"]);
    assert_eq!(base.hash(), composed.hash());
    let others = [
        base.at_tier(AgreementTier::FriendlyExchange),
        agreement(AgreementTier::Twin, &["Niš and Ningbo", "cooperates"]),
        agreement(AgreementTier::Twin, &["cooperate", "Niš and Ningbo"]),
        AgreementText::try_from(AgreementFacts { force: AgreementForce::Binding, ..(*base).clone() })
            .unwrap(),
        AgreementText::try_from(AgreementFacts { fixed_term_months: Some(36), ..(*base).clone() }).unwrap(),
    ];
    for other in others {
        assert_ne!(other.hash(), base.hash());
    }
    let json = serde_json::to_string(&base.hash()).unwrap();
    assert_eq!(serde_json::from_str::<TextHash>(&json).unwrap(), base.hash());
    for wrong in ["\"\"", "\"zz\"", "\"+1\"", &format!("\"{}\"", "é".repeat(32))] {
        assert!(serde_json::from_str::<TextHash>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_no_text_is_refused_by_field() {
    let facts = |clauses: Vec<Clause>, months: Option<u32>| AgreementFacts {
        tier: AgreementTier::Twin,
        fixed_term_months: months,
        force: AgreementForce::NonBinding,
        clauses,
    };
    let path = |facts: AgreementFacts| AgreementText::try_from(facts).unwrap_err().0[0].path.clone();
    assert_eq!(path(facts(vec![clause("A", "x"), clause("A", "y")], None)), "clauses.key");
    assert_eq!(path(facts(vec![clause("a b", "x")], None)), "clauses.key");
    assert_eq!(path(facts(vec![], Some(0))), "fixed_term_months");
    assert!(Parallel::new(vec![]).is_err());
    assert!(Parallel::new(vec![said("one"), said("two")]).is_err());
}

fn shown(change: &PartChange, old: bool) -> String {
    let kept = |piece: &Piece| match piece {
        Piece::Same(text) => Some(text.clone()),
        Piece::Deleted(text) => old.then(|| text.clone()),
        Piece::Inserted(text) => (!old).then(|| text.clone()),
    };
    change.pieces.iter().filter_map(kept).collect()
}

proptest! {
    /// Both texts can be read back from a comparison, and texts without a difference have none.
    #[test]
    fn a_comparison_holds_both_texts(old in "[a-d ]{1,40}x", new in "[a-d ]{1,40}x") {
        let changes = compare(&text(vec![clause("K", &old)]), &text(vec![clause("K", &new)]));
        prop_assert_eq!(changes.is_empty(), old.trim() == new.trim());
        for part in changes.iter().flat_map(|change| &change.parts) {
            prop_assert_eq!(shown(part, true), old.trim());
            prop_assert_eq!(shown(part, false), new.trim());
        }
    }
}
