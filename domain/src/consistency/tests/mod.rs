mod effect;
mod money;
mod work;

use proptest::prelude::*;

use super::*;
use crate::{
    fixture::bare,
    project::Location,
    questionnaire::Answer,
    value::{Lang, Localized, Pct, Share, Shares},
    vocabulary::{ContractType, InvestorType, LifecycleStatus, ProjectKind, WorksType},
};

/// A dossier that owns its parts.
struct Case {
    facts: ProjectFacts,
    answers: Answers,
    populations: BTreeMap<CountryCode, u64>,
    duplicate: bool,
    fx: FxSeries,
}

fn today() -> NaiveDate {
    day(2026, 3, 2)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn eur(amount: &str) -> Money {
    Money::parse(amount, Currency::EUR).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the fact is an option")]
fn pct(percent: f64) -> Option<Pct> {
    Some(Pct::from_f64(percent).unwrap())
}

fn text(value: &str) -> Localized {
    Localized::new(Lang::EN, value).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the fact is an option")]
fn stage(code: &str) -> Option<InvestmentStage> {
    Some(InvestmentStage::from_code(code).unwrap())
}

#[expect(clippy::unnecessary_wraps, reason = "the fact is an option")]
const fn at(stage: InfrastructureStage) -> Option<InvestmentStage> {
    Some(InvestmentStage::Infrastructure(stage))
}

type Base = fn() -> Case;
type Change = fn(&mut Case);
/// A flag, the dossier to begin with, what raises the flag, and what comes near but does not.
type Row = (RedFlag, Base, Change, Change);

/// The cases, parted as the rules are.
fn cases() -> impl Iterator<Item = &'static Row> {
    [money::CASES, work::CASES, effect::CASES].into_iter().flatten()
}

impl Case {
    fn answer(&mut self, key: &str, answer: Answer) {
        self.answers.set(format!("answers.{key}").parse().unwrap(), answer).unwrap();
    }

    fn item(&mut self, item: ReadinessItem, status: ReadinessStatus) {
        self.facts.readiness.retain(|entry| entry.item != item);
        self.facts.readiness.push(ReadinessEntry { item, status, evidence: None });
    }

    fn drop_item(&mut self, item: ReadinessItem) {
        self.facts.readiness.retain(|entry| entry.item != item);
    }

    fn dossier(&self) -> Dossier<'_> {
        Dossier {
            facts: &self.facts,
            answers: &self.answers,
            today: today(),
            fx: Some(&self.fx),
            populations: Some(&self.populations),
            duplicate_suspected: self.duplicate,
        }
    }

    fn raised(&self) -> Vec<RedFlag> {
        flags(&self.dossier()).iter().map(|finding| finding.flag).collect()
    }
}

/// A rural fibre partnership of which everything holds together.
fn fibre() -> Case {
    let mut facts = bare(ProjectKind::Infrastructure, stage("STRUCTURING"), CooperationField::InclRural);
    facts.summary = Some(text("Fibre to 300 villages; the money builds the access network."));
    facts.works = Some(WorksType::Construction);
    facts.lifecycle = Some(LifecycleStatus::Preparation);
    facts.contract = Some(ContractType::AvailabilityPpp);
    facts.public_authority = Some(SingleLine::new("Ministry of Telecommunications").unwrap());
    facts.gap = Some(eur("42000000"));
    facts.min_slice = Some(eur("10000000"));
    facts.instruments = Some(Shares::whole(Instrument::Loan));
    facts.return_pct = pct(8.0);
    facts.tenor_months = Some(180);
    facts.deadline = Some(day(2026, 9, 1));
    facts.impact.entry_price_pct_gni = pct(1.5);
    facts.impact.population_newly_served = Some(120_000);
    facts.impact.coverage_baseline = pct(40.0);
    facts.impact.coverage_target = pct(90.0);
    for item in ReadinessItem::checklist(InvestmentStage::Infrastructure(InfrastructureStage::Operation)) {
        let evidence = Some(SingleLine::new(&format!("{item}.pdf")).unwrap());
        facts.readiness.push(ReadinessEntry { item: *item, status: ReadinessStatus::Evidenced, evidence });
    }
    let mut fx = FxSeries::new("ECB");
    fx.insert(today(), Currency::RSD, 117.0).unwrap();
    let populations = [("RS".parse().unwrap(), 6_600_000)].into();
    let mut case = Case { facts, answers: Answers::default(), populations, duplicate: false, fx };
    case.answer("total_cost", Answer::Money(eur("80000000")));
    case.answer("asset_life_months", Answer::Count(300));
    case.answer("concession_months", Answer::Count(240));
    case.answer("annual_revenue", Answer::Money(eur("12000000")));
    case.answer("annual_cost", Answer::Money(eur("4000000")));
    case.answer("population_in_area", Answer::Count(200_000));
    case
}

/// A venture at its seed round of which everything holds together.
fn venture() -> Case {
    let mut case = fibre();
    let mut facts = bare(ProjectKind::StartupVenture, stage("SEED"), CooperationField::Startup);
    facts.gap = Some(eur("2000000"));
    facts.instruments = Some(Shares::whole(Instrument::SharesUnlisted));
    case.facts = facts;
    case.answers = Answers::default();
    case.answer("valuation", Answer::Money(eur("8000000")));
    case.answer("customers", Answer::Count(12));
    case.answer("revenue_12_months", Answer::Money(eur("300000")));
    case.answer("founded_on", Answer::Date(day(2023, 5, 1)));
    case
}

#[test]
fn what_holds_together_raises_nothing() {
    assert_eq!(fibre().raised(), []);
    assert_eq!(venture().raised(), []);
}

#[test]
fn each_rule_has_a_case_that_raises_it_and_one_that_does_not() {
    for (flag, base, raises, spares) in cases() {
        let (mut bad, mut good) = (base(), base());
        raises(&mut bad);
        spares(&mut good);
        assert!(bad.raised().contains(flag), "{flag} is not raised, but {:?}", bad.raised());
        assert!(!good.raised().contains(flag), "{flag} is raised where it should not be");
    }
    for flag in RedFlag::ALL {
        assert!(cases().any(|(covered, ..)| covered == flag), "{flag} has no case");
    }
}

#[test]
fn every_flag_has_one_rule_whose_message_is_filled() {
    assert!(RedFlag::ALL.len() >= 40);
    assert!(RedFlag::ALL.len() <= 64, "a set of flags is 64 bits");
    assert_eq!(rules().count(), RedFlag::ALL.len());
    for (flag, base, raises, _) in cases() {
        let mut case = base();
        raises(&mut case);
        let finding = flags(&case.dossier()).into_iter().find(|finding| finding.flag == *flag).unwrap();
        let rule = rules().find(|rule| rule.flag == *flag).unwrap();
        let values = (rule.check)(&case.dossier()).unwrap();
        assert_eq!(rule.message.matches("{}").count(), values.len(), "{flag}");
        assert!(!finding.message.contains("{}") && !finding.mend.is_empty() && !rule.compares.is_empty());
        assert_eq!(finding.severity, flag.severity());
    }
}

#[test]
fn the_answers_that_rules_read_exist() {
    // A rule names answers by text; a key that no question has would make it silent for ever.
    let sources = [include_str!("../money.rs"), include_str!("../work.rs"), include_str!("../effect.rs")];
    let mut seen = 0;
    for source in sources {
        for part in source.split("\"answers.").skip(1) {
            let key = format!("answers.{}", part.split('"').next().unwrap());
            assert!(key.parse::<crate::questionnaire::QuestionKey>().is_ok(), "{key}");
            seen += 1;
        }
    }
    assert!(seen > 10);
}

#[test]
fn a_justification_stays_with_its_flag_and_goes_with_it() {
    let mut case = fibre();
    case.facts.deadline = Some(day(2026, 1, 1));
    case.facts.impact.entry_price_pct_gni = pct(3.0);
    let reason = SingleLine::new("The state pays the difference").unwrap();
    let entry = |flag| FlagEntry { flag, justification: Some(reason.clone()) };
    case.facts.flags = vec![entry(RedFlag::EntryPriceNotAffordable), entry(RedFlag::GapAboveCost)];
    let found = flags(&case.dossier());
    let entries: Vec<_> = found.iter().map(Finding::entry).collect();
    let bare = FlagEntry { flag: RedFlag::DeadlinePassed, justification: None };
    assert_eq!(entries, [entry(RedFlag::EntryPriceNotAffordable), bare.clone()]);
    assert_eq!(unjustified(&found), 1);
    assert!(bare.counts() && !entry(RedFlag::DeadlinePassed).counts());
    // An amber flag stops nobody.
    assert!(!FlagEntry { flag: RedFlag::EntryPriceNotAffordable, justification: None }.counts());
}

#[test]
fn numbers_of_telephones_are_seen_and_others_are_not() {
    let found = |summary: &str| {
        let mut case = fibre();
        case.facts.summary = Some(text(summary));
        case.raised().contains(&RedFlag::ContactInText)
    };
    for contact in
        ["+381 11 123-4567", "call +66(0)2 123 4567.", "see https://x.example", "www.x.example", "<a@b.co>"]
    {
        assert!(found(contact), "{contact}");
    }
    for other in ["10+20 sites", "2026-03-02", "EUR 42,000,000", "C++ and 5G+", "12 345 678 people"] {
        assert!(!found(other), "{other}");
    }
}

fn any_money() -> impl Strategy<Value = Option<Money>> {
    proptest::option::of((0..=Money::MAX_MINOR, proptest::sample::select(Currency::ALL)))
        .prop_map(|some| some.map(|(minor, currency)| Money::from_minor(minor, currency).unwrap()))
}

fn any_pct() -> impl Strategy<Value = Option<Pct>> {
    proptest::option::of(-100_000..=1_000_000_i32)
        .prop_map(|some| some.map(|p| Pct::from_hundredths(p).unwrap()))
}

fn one<V: Vocabulary>() -> impl Strategy<Value = V> {
    proptest::sample::select(V::ALL)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever the facts, also such as no project could have: an answer and no panic, each flag at most once.
    #[test]
    fn any_facts_are_answered(
        kind in one::<ProjectKind>(), field in one::<CooperationField>(), rung in 0_usize..9,
        codes in proptest::option::of((one::<ContractType>(), one::<WorksType>(), one::<LifecycleStatus>(), one::<Instrument>())),
        monies in proptest::array::uniform6(any_money()), pcts in proptest::array::uniform4(any_pct()),
        counts in proptest::array::uniform3(proptest::option::of(any::<u64>())), tenor in any::<Option<u16>>(),
        items in proptest::collection::vec((one::<ReadinessItem>(), one::<ReadinessStatus>()), 0..30),
        words in "[a-z@+0-9. :/()-]{1,60}|\\PC{1,40}", days in -400_000_i64..400_000,
    ) {
        let at = match kind {
            ProjectKind::StartupVenture => InvestmentStage::Venture(VentureStage::ALL[rung]),
            _ => InvestmentStage::Infrastructure(InfrastructureStage::ALL[rung]),
        };
        let mut case = fibre();
        case.facts = bare(kind, Some(at), field);
        if let Some((contract, works, lifecycle, instrument)) = codes {
            case.facts.contract = Some(contract);
            case.facts.works = Some(works);
            case.facts.lifecycle = Some(lifecycle);
            case.facts.instruments = Some(Shares::whole(instrument));
        }
        let keys = ["total_cost", "annual_revenue", "annual_cost", "valuation"];
        for (key, money) in keys.iter().zip(&monies) {
            if let Some(money) = money {
                case.answer(key, Answer::Money(*money));
            }
        }
        (case.facts.gap, case.facts.min_slice) = (monies[4], monies[5]);
        (case.facts.return_pct, case.facts.impact.entry_price_pct_gni) = (pcts[0], pcts[1]);
        (case.facts.impact.coverage_baseline, case.facts.impact.coverage_target) = (pcts[2], pcts[3]);
        case.facts.impact.population_newly_served = counts[0];
        if let Some(people) = counts[1] {
            case.answer("population_in_area", Answer::Count(people));
        }
        case.populations.insert("RS".parse().unwrap(), counts[2].unwrap_or(0));
        case.facts.tenor_months = tenor;
        for (item, status) in items {
            case.facts.readiness.push(ReadinessEntry { item, status, evidence: None });
        }
        if let Ok(words) = Localized::new(Lang::EN, &words) {
            case.facts.summary = Some(words.clone());
            case.facts.title = words;
        }
        case.facts.deadline = today().checked_add_signed(chrono::TimeDelta::days(days));
        let found = flags(&case.dossier());
        let unique: std::collections::BTreeSet<_> = found.iter().map(|finding| finding.flag).collect();
        prop_assert_eq!(unique.len(), found.len());
        prop_assert!(found.iter().all(|finding| !finding.message.is_empty()));
        // Checked again with what was found, it finds the same.
        case.facts.flags = found.iter().map(Finding::entry).collect();
        prop_assert_eq!(flags(&case.dossier()), found);
    }
}
