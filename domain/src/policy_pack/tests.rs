use std::collections::BTreeSet;

use super::{ApprovalStepKind as K, PathQuestion as Q, *};
use crate::{
    partnership::{AgreementTier, CitySide, Sides},
    vocabulary::{AdministrativeLevel, PartnershipTier},
};

fn city(country: &str, geonames: Option<u32>) -> PathCity {
    PathCity {
        country: country.parse().unwrap(),
        city_geonames: geonames,
        level: Some(AdministrativeLevel::Municipality),
        partner_twinned_here: Some(false),
    }
}

const MADE: &str = r#"
country = "RS"
name = "Made up for a test"
version = "1"
currency = { value = "RSD", unverified = true }
languages = { value = ["sr"], unverified = true }
zone = { value = "Europe/Belgrade", unverified = true }
weekend = { value = ["Sat", "Sun"], unverified = true }
privacy = { value = "ZZPL 2018", unverified = true }
registers = { value = ["RS-APR"], source = "A list", as_of = 2026-03-02 }
[[chain]]
tier = "TWIN"
complete = true
[[chain.step]]
kind = "COUNCIL_RESOLUTION"
documents = ["Draft of the resolution", "Opinion on the budget"]
weeks = [4, 12]
source = "A statute"
as_of = "2026-03-02"
[[chain.step]]
kind = "FOREIGN_MINISTRY_NO_OBJECTION"
weeks = [2, 6]
source = "A statute"
"#;

#[test]
fn the_seven_signatories_are_shipped_and_say_nothing_without_a_source() {
    let packs = PackSet::shipped().unwrap();
    let countries: BTreeSet<&str> = packs.iter().map(|pack| pack.country.alpha2()).collect();
    assert_eq!(countries, BTreeSet::from(["AE", "CN", "LA", "RS", "SA", "TH", "TR"]));
    assert_eq!(packs.iter().count(), 8, "and one city");
    let trial: Vec<&str> = packs
        .iter()
        .filter(|pack| pack.trial.as_ref().is_some_and(|rule| rule.value))
        .map(|pack| pack.country.alpha2())
        .collect();
    assert_eq!(trial, ["CN"]);
    for pack in packs.iter() {
        // No date is on record for any of them, so that none counts as law.
        for step in pack.chains.iter().flat_map(|chain| &chain.steps) {
            assert_eq!(step.sourcing, Sourcing::Unverified);
            assert_eq!(step.weeks, None);
        }
        assert!(pack.chains.iter().all(|chain| !chain.complete), "{}", pack.name);
        assert_eq!(pack.excluded_fields, None);
        assert_eq!(pack.sha256.len(), 64);
    }
}

#[test]
fn a_citys_pack_goes_before_its_countrys() {
    let packs = PackSet::shipped().unwrap();
    let china = "CN".parse().unwrap();
    let (national, qingdao) = (packs.of(china, Some(1)).unwrap(), packs.of(china, Some(1_797_929)).unwrap());
    assert_eq!(national.exclusivity, None);
    assert_eq!(qingdao.exclusivity.unwrap().value, Exclusivity::CapsAtFriendlyExchange);
    assert_eq!((qingdao.trial, qingdao.zone), (national.trial, national.zone));
    assert!(qingdao.chains == national.chains);
    assert_eq!(packs.of("DE".parse().unwrap(), None), None);
}

/// Row 13.5: the same pair under two packs has two legal paths.
#[test]
fn row_13_5_the_same_pair_under_two_packs_has_two_legal_paths() {
    let shipped = PackSet::shipped().unwrap();
    let made = PackSet::from_files([("RS.toml", MADE)]).unwrap();
    let cities = Sides {
        a: PathCity { partner_twinned_here: Some(true), ..city("CN", Some(1_797_929)) },
        b: city("RS", None),
    };
    let path = |packs| approval_path(packs, &cities, AgreementTier::Twin, PartnershipTier::Twin);
    let (one, other) = (path(&shipped), path(&made));
    assert_eq!(one.reachable, Some(AgreementTier::FriendlyExchange), "Qingdao's rule caps it");
    assert_eq!(one.trial_demanded_by, [CitySide::A]);
    assert_eq!(one.before.len(), 4);
    assert_eq!(one.weeks, None);
    assert_eq!(other.reachable, Some(AgreementTier::Twin));
    assert_eq!(other.trial_demanded_by, []);
    assert_eq!(other.before, [Preliminary::LetterOfIntent]);
    assert_eq!(other.lanes.a.questions, [PathQuestion::NoPack, PathQuestion::WeeksUnknown]);
    assert_eq!(other.lanes.b.questions, []);
    assert_eq!(other.lanes.b.weeks, Some(WeekRange { from: 6, to: 18 }));
    assert_eq!(other.lanes.b.steps[0].documents.len(), 2);
}

#[test]
fn the_slower_side_decides_how_long_it_takes() {
    let slow = MADE.replace("\"RS\"", "\"TR\"").replace("[2, 6]", "[1, 30]");
    let packs = PackSet::from_files([("RS.toml", MADE), ("TR.toml", &slow)]).unwrap();
    let cities = Sides { a: city("RS", None), b: city("TR", None) };
    let path = approval_path(&packs, &cities, AgreementTier::Twin, PartnershipTier::Twin);
    assert_eq!(path.weeks, Some(WeekRange { from: 6, to: 42 }));
    let shut = approval_path(&packs, &cities, AgreementTier::Twin, PartnershipTier::None);
    assert_eq!((shut.reachable, shut.weeks, shut.before.len()), (None, None, 0));
    assert_eq!(shut.lanes.a.steps, []);
}

#[test]
fn an_unknown_chain_begins_with_the_citys_own_lawyers() {
    let packs = PackSet::shipped().unwrap();
    let cities = Sides { a: city("CN", None), b: city("LA", None) };
    let path = approval_path(&packs, &cities, AgreementTier::Twin, PartnershipTier::Twin);
    let kinds = |lane: &Lane| lane.steps.iter().map(|step| step.kind).collect::<Vec<_>>();
    assert_eq!(
        kinds(&path.lanes.a),
        [K::LegalReview, K::ProvincialForeignAffairs, K::NationalFriendshipAssociation]
    );
    assert_eq!(kinds(&path.lanes.b), [K::LegalReview]);
    assert_eq!(
        path.lanes.a.questions,
        [Q::ChainIncomplete, Q::StepsUnverified, Q::WeeksUnknown, Q::Relations]
    );
    assert_eq!(path.lanes.b.questions, [Q::ChainUnknown, Q::WeeksUnknown]);
    let county = PathCity { level: Some(AdministrativeLevel::CountyLevel), ..city("CN", None) };
    let limited = approval_path(
        &packs,
        &Sides { a: county, ..cities.clone() },
        AgreementTier::Twin,
        PartnershipTier::Twin,
    );
    assert!(limited.lanes.a.questions.contains(&Q::LevelLimited));
    let unknown = PathCity { level: None, partner_twinned_here: None, ..city("CN", Some(1_797_929)) };
    let asked =
        approval_path(&packs, &Sides { a: unknown, ..cities }, AgreementTier::Twin, PartnershipTier::Twin);
    assert!(asked.lanes.a.questions.ends_with(&[Q::Relations, Q::LevelUnknown, Q::TwinsUnknown]));
}

#[test]
fn gates_cap_what_packs_leave_open() {
    let packs = PackSet::from_files([("RS.toml", MADE)]).unwrap();
    let cities = Sides { a: city("RS", None), b: city("RS", None) };
    for (gates, reachable) in [
        (PartnershipTier::None, None),
        (PartnershipTier::ExploratoryLoi, Some(AgreementTier::ExploratoryLoi)),
        (PartnershipTier::FriendlyExchange, Some(AgreementTier::FriendlyExchange)),
        (PartnershipTier::Twin, Some(AgreementTier::Twin)),
    ] {
        let path = approval_path(&packs, &cities, AgreementTier::Twin, gates);
        assert_eq!(path.reachable, reachable, "{gates}");
    }
}

/// Each wrong file with the field that is named.
#[test]
fn what_is_wrong_is_named_by_file_and_field() {
    let replaced = |from: &str, to: &str| {
        assert!(MADE.contains(from), "{from}");
        MADE.replace(from, to)
    };
    let cases = [
        (replaced("country = \"RS\"", ""), "country", "missing"),
        (replaced("\"RS\"", "\"XX\""), "country", "country"),
        (replaced("\"RS\"", "7"), "country", "quotation marks"),
        (replaced("\"RSD\", unverified = true", "\"RSD\""), "currency", "unverified = true"),
        (replaced("\"sr\"], unverified", "\"sr\"], source = \"x\", unverified"), "languages", "not both"),
        (replaced("[\"Sat\"", "[\"Caturday\""), "weekend.value", "days of the week"),
        (replaced("Europe/Belgrade", "Belgrade"), "zone.value", "IANA"),
        (replaced("privacy =", "privacies ="), "privacies", "no such field"),
        (replaced("kind = \"COUNCIL_RESOLUTION\"", "kind = \"KING\""), "chain.0.step.0.kind", "KING"),
        (replaced("[4, 12]", "[12, 4]"), "chain.0.step.0.weeks", "from and to"),
        (replaced("as_of = \"2026-03-02\"", "as_of = \"March\""), "chain.0.step.0.as_of", "date"),
        (replaced("tier = \"TWIN\"", "tier = \"BROTHER\""), "chain.0.tier", "BROTHER"),
        (replaced("complete = true", ""), "chain.0.complete", "missing"),
        (format!("{MADE}\n[[chain]]\ntier = \"TWIN\"\ncomplete = true\n"), "chain.1.tier", "already"),
        ("a = = b".to_owned(), "", "TOML"),
        (format!("{MADE}\nx = \"{}\"", "y".repeat(100_001)), "", "bytes"),
    ];
    for (text, field, says) in cases {
        let errors = PolicyPack::from_toml("made.toml", &text).unwrap_err();
        let named = errors.0.iter().find(|error| error.field == field);
        assert!(named.is_some_and(|error| error.to_string().contains(says)), "{field}: {errors}");
        assert!(errors.0.iter().all(|error| error.file == "made.toml"));
    }
    let twice = PackSet::from_files([("a.toml", MADE), ("b.toml", MADE)]).unwrap_err();
    assert_eq!((twice.0[0].file.as_str(), twice.0[0].field.as_str()), ("b.toml", "country"));
}

proptest::proptest! {
    /// A file that somebody has damaged is read or refused, and nothing else.
    #[test]
    fn a_damaged_file_is_read_or_refused(at in 0..MADE.len(), with in "\\PC{0,4}") {
        let mut text = MADE.to_owned();
        text.insert_str(at, &with);
        let _ = PolicyPack::from_toml("made.toml", &text);
    }
}
