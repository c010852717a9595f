//! Receipts of random matches: made, read, verified, changed by a byte, with facts hidden.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use std::collections::BTreeSet;

use domain::{
    city::City,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    vocabulary::{InvestorType, VerificationLevel},
};
use matcher::{
    Catalog, Policy,
    policy::{InvestorCriterion, Weights},
    rank::{evaluate, evaluate_city},
    receipt::{
        CitySubject, Fact, InvestmentSubject, Issue, Receipt, ReceiptError, city_receipt, fact_hash,
        investment_receipt, verify, verify_among,
    },
};
use proptest::prelude::*;
use world::{
    Parts,
    cities::{city, random_city},
    city_id, mandate_facts, organisation_facts, project, project_id, random_parts,
};

/// A match in a catalog, with the records that it was made of.
struct Match {
    catalog: Catalog,
    mandate: Mandate,
    investor: Organisation,
    project: Project,
    owner: Organisation,
}

impl Match {
    fn new(parts: &Parts, rate: f64) -> Self {
        let organisation =
            |level, investor| Organisation::try_from(organisation_facts(level, investor)).unwrap();
        let owner = organisation(VerificationLevel::V2, None);
        let investor = organisation(VerificationLevel::V3, Some(InvestorType::MultilateralBank));
        let mandate = Mandate::try_from(mandate_facts()).unwrap();
        Self {
            catalog: world::build(std::slice::from_ref(parts), VerificationLevel::V2, rate),
            mandate,
            investor,
            project: project(parts),
            owner,
        }
    }

    fn receipt(&self, policy: &Policy, hidden: &BTreeSet<String>) -> Result<Receipt, ReceiptError> {
        let mandates = self.catalog.mandates().rows();
        let row = self.catalog.projects().get(project_id(0)).unwrap();
        let pair = self.catalog.pair(&mandates[0], row).unwrap();
        let subject = InvestmentSubject {
            mandate: &self.mandate,
            investor: &self.investor,
            project: &self.project,
            owner: &self.owner,
            catalog: &self.catalog,
        };
        investment_receipt(
            &subject,
            &issue(policy, evaluate(policy, &pair).mutual, &|name| !hidden.contains(name)),
        )
    }
}

fn salt(name: &str) -> String {
    format!("a salt of {name} that nobody guesses")
}

fn issue<'a>(policy: &'a Policy, mutual: matcher::Interval, visible: &'a dyn Fn(&str) -> bool) -> Issue<'a> {
    Issue {
        subjects: ["mandate".to_owned(), "project".to_owned()],
        policy,
        model: None,
        key: "2026-11".to_owned(),
        gates: vec![("G1_LIVE".to_owned(), "PASS".to_owned())],
        visible,
        salt: &salt,
        mutual,
    }
}

fn names(receipt: &Receipt) -> Vec<String> {
    receipt.facts.keys().cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A receipt of any match verifies in full when nothing is hidden, and in what is left when something is.
    #[test]
    fn what_is_visible_is_confirmed_and_the_rest_is_named(
        parts in random_parts(), rate in 0.5..2.0_f64, hide in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let made = Match::new(&parts, rate);
        let policy = Policy::current();
        let whole = made.receipt(&policy, &BTreeSet::new()).unwrap();
        let verdict = verify(&whole).unwrap();
        prop_assert!(verdict.holds() && verdict.hidden.is_empty() && verdict.confirmed.len() == 17, "{:?}", verdict);
        let all = names(&whole);
        let hidden: BTreeSet<String> = hide.iter().map(|index| index.get(&all).clone()).collect();
        let some = made.receipt(&policy, &hidden).unwrap();
        prop_assert_eq!((&some.sides, some.mutual), (&whole.sides, whole.mutual));
        let verdict = verify(&some).unwrap();
        prop_assert!(verdict.holds(), "{:?}", verdict);
        prop_assert_eq!(verdict.confirmed.len() + verdict.hidden.len(), 17);
        prop_assert_eq!(verdict.hidden.is_empty(), hidden.is_empty());
        // What is hidden is nowhere in the file, and its issuer can open it.
        for name in &hidden {
            let Fact::Value(value) = &whole.facts[name] else { panic!("{name}") };
            prop_assert_eq!(&some.facts[name], &Fact::Hash(fact_hash(&salt(name), name, value)));
            prop_assert_ne!(fact_hash("another salt", name, value), fact_hash(&salt(name), name, value));
        }
        // Written, read and written again: the same bytes.
        let bytes = some.signed_bytes().unwrap();
        let read = Receipt::read(std::str::from_utf8(&bytes).unwrap()).unwrap();
        prop_assert_eq!(read.signed_bytes().unwrap(), bytes);
        prop_assert_eq!(read, some);
    }

    /// A visible fact or a stated value that is changed is found.
    #[test]
    fn a_changed_value_is_found(parts in random_parts(), side in 0..2_usize, place in 0..8_usize, by in 1..1_000_u32) {
        let made = Match::new(&parts, 1.1);
        let receipt = made.receipt(&Policy::current(), &BTreeSet::new()).unwrap();
        let mut higher = receipt.clone();
        let value = &mut higher.sides[side].criteria[place];
        value.known = if value.known >= by { value.known - by } else { value.known + by };
        prop_assert!(!verify(&higher).unwrap().holds());
        let mut weight = receipt.clone();
        weight.sides[0].criteria[0].weight += 100;
        weight.sides[0].criteria[1].weight -= 100;
        prop_assert!(!verify(&weight).unwrap().holds());
        let mut score = receipt.clone();
        score.mutual.point ^= 1;
        prop_assert!(!verify(&score).unwrap().sums);
        let mut owner = receipt;
        owner.facts.insert("owner.verification".to_owned(), Fact::Value(serde_json::json!("V4")));
        let wrong = verify(&owner).unwrap().wrong;
        prop_assert_eq!(wrong.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["TRUST"]);
    }

    #[test]
    fn two_cities_have_a_receipt_too(a in random_city(), b in random_city(), hide in any::<bool>()) {
        let mut catalog = Catalog::new(world::facts(1.1), world::today());
        let (a, b): (City, City) = (city(1, "RS", &a), city(2, "TH", &b));
        catalog.put_city(city_id(1), None, &a);
        catalog.put_city(city_id(2), None, &b);
        let rows = (catalog.city_by_geonames(1).unwrap(), catalog.city_by_geonames(2).unwrap());
        let policy = Policy::current();
        let mutual = evaluate_city(&policy, &policy, &catalog.city_pair(rows.0, rows.1)).mutual;
        let visible = |name: &str| !(hide && name.starts_with("b.needs"));
        let subject = CitySubject { a: &a, b: &b, catalog: &catalog };
        let receipt = city_receipt(&subject, &issue(&policy, mutual, &visible)).unwrap();
        let verdict = verify(&receipt).unwrap();
        prop_assert!(verdict.holds(), "{:?}", verdict);
        prop_assert_eq!(verdict.hidden.len(), if hide { 4 } else { 0 }, "{:?}", verdict);
    }
}

#[test]
fn own_weights_have_their_own_hash_and_verify() {
    let own = [("FIELD".to_owned(), 25.0), ("TICKET".to_owned(), 10.0)];
    let policy = Policy::current().with_investor_weights(Weights::own::<InvestorCriterion>(&own).unwrap());
    let made = Match::new(&Parts::worked_example(), 1.1);
    let receipt = made.receipt(&policy, &BTreeSet::new()).unwrap();
    assert!(verify(&receipt).unwrap().holds());
    assert_ne!(receipt.policy.hash, Policy::current().hash());
    let mut other = receipt;
    other.policy.hash = Policy::current().hash();
    assert!(!verify(&other).unwrap().policy);
}

#[test]
fn a_policy_that_is_not_known_confirms_nothing_and_says_so() {
    let made = Match::new(&Parts::worked_example(), 1.1);
    let mut receipt = made.receipt(&Policy::current(), &BTreeSet::new()).unwrap();
    receipt.policy.version = 99;
    let verdict = verify(&receipt).unwrap();
    assert!(!verdict.holds() && !verdict.policy);
    assert_eq!((verdict.confirmed.len(), verdict.hidden.len()), (0, 17));
}

#[test]
fn a_receipt_of_before_a_policy_change_verifies_after_it() {
    let made = Match::new(&Parts::worked_example(), 1.1);
    let before = Policy::current();
    // The next one weighs anew and knows the unknown otherwise.
    let own = [("FIELD".to_owned(), 12.0), ("IMPACT".to_owned(), 15.0)];
    let after = Policy {
        version: before.version + 1,
        unknown_point: before.unknown_point / 2,
        ..before.clone().with_investor_weights(Weights::own::<InvestorCriterion>(&own).unwrap())
    };
    let known = |version: u32| [&before, &after].into_iter().find(|it| it.version == version).cloned();
    let old = made.receipt(&before, &BTreeSet::new()).unwrap();
    let new = made.receipt(&after, &BTreeSet::new()).unwrap();
    assert_ne!(old.sides[0].score, new.sides[0].score, "the change bears on the score");
    for receipt in [&old, &new] {
        let verdict = verify_among(receipt, known).unwrap();
        assert!(verdict.holds() && verdict.confirmed.len() == 17, "{verdict:?}");
    }
    // Neither passes for one of the other policy.
    for (receipt, other) in [(&old, &new), (&new, &old)] {
        let mut claimed = receipt.clone();
        claimed.policy = other.policy.clone();
        assert!(!verify_among(&claimed, known).unwrap().holds());
    }
}

#[test]
fn a_model_that_had_a_say_is_named_and_not_asked() {
    let made = Match::new(&Parts::worked_example(), 1.1);
    let mut receipt = made.receipt(&Policy::current(), &BTreeSet::new()).unwrap();
    receipt.model = Some("0123".to_owned());
    assert!(verify(&receipt).unwrap().model_not_asked);
}

#[test]
fn no_receipt_is_made_of_a_score_that_the_facts_do_not_give() {
    let made = Match::new(&Parts::worked_example(), 1.1);
    let other = Match {
        project: project(&Parts { gap: None, slice_tenths: None, ..Parts::worked_example() }),
        ..made
    };
    assert!(matches!(other.receipt(&Policy::current(), &BTreeSet::new()), Err(ReceiptError::Score)));
}

#[test]
fn what_is_no_receipt_is_refused() {
    let made = Match::new(&Parts::worked_example(), 1.1);
    let receipt = made.receipt(&Policy::current(), &BTreeSet::new()).unwrap();
    let text = String::from_utf8(receipt.signed_bytes().unwrap()).unwrap();
    for wrong in
        ["", "{}", &text.replace("\"as_of\"", "\"as_off\""), &text.replace("\"kind\"", "\"more\":1,\"kind\"")]
    {
        assert!(matches!(Receipt::read(wrong), Err(ReceiptError::Json(_))), "{wrong}");
    }
    let later = text.replace("CARAVANSERAI-RECEIPT-1", "CARAVANSERAI-RECEIPT-2");
    assert!(matches!(Receipt::read(&later), Err(ReceiptError::Format(_))));
    let nonsense = text.replace("\"minor\":4200000000", "\"minor\":-1");
    assert_ne!(nonsense, text);
    assert!(verify(&Receipt::read(&nonsense).unwrap()).is_err());
}
