//! The machine triple by triple, lives of partnerships, and random walks.

mod life;
mod shared;
mod table;
mod text;
mod timer;
mod walk;

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{
    account::Person,
    document::Document,
    id::Id,
    policy_pack::{ApprovalStepKind, Sourcing, StepRule},
    value::{Currency, Lang, Localized, Money, SingleLine},
    vocabulary::{PartnershipTier, VerificationLevel},
};

pub(super) const TIMERS: PartnershipTimers = PartnershipTimers {
    answer_days: 60,
    cool_down_days: 180,
    trial_months_min: 6,
    trial_months_max: 24,
    review_months: 12,
    report_days: 120,
    first_warning_months: 16,
    second_warning_months: 17,
    dormant_months: 18,
    notice_days: 28,
    dormant_below: 20,
};

pub(super) fn start() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2026, 1, 15).unwrap().and_hms_opt(9, 0, 0).unwrap().and_utc()
}

pub(super) fn days(at: DateTime<Utc>, days: u64) -> DateTime<Utc> {
    at.checked_add_days(Days::new(days)).unwrap()
}

pub(super) fn months(at: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    at.checked_add_months(Months::new(months)).unwrap()
}

pub(super) fn id<T>(n: u128) -> Id<T> {
    Id::from_uuid(Uuid::from_u128(n))
}

pub(super) fn line(text: &str) -> SingleLine {
    SingleLine::new(text).unwrap()
}

pub(super) fn said(text: &str) -> Localized {
    Localized::new(Lang::EN, text).unwrap()
}

pub(super) fn paper() -> Id<Document> {
    id(900)
}

/// Somebody who is everything for a city.
pub(super) fn all_of(side: CitySide) -> Actor {
    let person: Id<Person> = id(if side == CitySide::A { 1 } else { 2 });
    Actor::of(person, side, <CityRole as crate::Vocabulary>::ALL)
}

pub(super) fn clause(key: &str, body: &str) -> Clause {
    let text = |text: &str| Parallel::new(vec![said(text)]).unwrap();
    Clause { key: key.to_owned(), heading: text(key), body: text(body) }
}

pub(super) fn agreement(tier: AgreementTier, bodies: &[&str]) -> AgreementText {
    let clauses = bodies.iter().enumerate().map(|(n, body)| clause(&format!("C{n}"), body)).collect();
    let facts = AgreementFacts { tier, fixed_term_months: None, force: AgreementForce::default(), clauses };
    AgreementText::try_from(facts).unwrap()
}

pub(super) fn pair() -> PairFacts {
    PairFacts {
        proposer_level: VerificationLevel::V2,
        gates: GateVerdict { reachable: PartnershipTier::Twin, failed: vec![], unknown: vec![] },
        other_live: false,
        cooling_until: None,
        upgrade_open: false,
        trial_demanded_by: vec![CitySide::A],
        as_of: start(),
    }
}

pub(super) fn seats() -> Sides<CitySeat> {
    let seat = |city: u128, office: u128| CitySeat { city: id(city), office: id(office) };
    Sides { a: seat(100, 110), b: seat(200, 210) }
}

pub(super) fn step(kind: ApprovalStepKind) -> StepRule {
    StepRule { kind, documents: vec![], weeks: None, sourcing: Sourcing::Unverified }
}

/// Two steps for A, one for B.
pub(super) fn chains() -> Sides<Vec<StepRule>> {
    Sides {
        a: vec![step(ApprovalStepKind::CityExecutive), step(ApprovalStepKind::ProvincialForeignAffairs)],
        b: vec![step(ApprovalStepKind::CouncilResolution)],
    }
}

pub(super) fn because() -> Closing {
    Closing { reasons: vec![PartnershipDeclineReason::Timing], note: None }
}

pub(super) fn activity(held_at: DateTime<Utc>) -> Activity {
    Activity {
        kind: ActivityType::Cultural,
        title: line("Week of digital culture"),
        held_at,
        documents: vec![],
        item: None,
    }
}

pub(super) fn first_year() -> FirstYear {
    let amount = Money::from_minor(2_500_000, Currency::EUR).unwrap();
    let line = BudgetLine { purpose: line("Study tours"), payer: CitySide::A, amount };
    FirstYear { plan: said("Two study tours and one seminar"), budget: vec![line] }
}

pub(super) fn planned() -> Vec<PlannedActivity> {
    let one = |title: &str| PlannedActivity {
        kind: ActivityType::StudyTour,
        title: line(title),
        planned_for: start().date_naive(),
    };
    vec![one("Study tour"), one("Seminar")]
}

pub(super) fn signing(partnership: &Partnership) -> Signing {
    let hash = partnership.current().map_or_else(|| partnership.text.hash(), |version| version.hash);
    Signing { hash, official: line("Mayor"), document: Some(paper()) }
}

/// A partnership with whoever acts in it, so that a life reads as a list of deeds.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) partnership: Partnership,
    pub(super) now: DateTime<Utc>,
    pub(super) events: Vec<PartnershipEvent>,
}

impl Life {
    pub(super) fn draft(tier: AgreementTier) -> Self {
        let text = agreement(tier, &["Exchange of experience", "A study tour a year"]);
        let partnership = Partnership::draft(&all_of(CitySide::A), seats(), text, pair(), start()).unwrap();
        Self { partnership, now: start(), events: vec![] }
    }

    pub(super) fn ask(
        &mut self,
        side: CitySide,
        command: PartnershipCommand,
    ) -> Result<PartnershipState, PartnershipRefusal> {
        let events = self.partnership.act(command, &all_of(side), self.now, &TIMERS)?;
        self.events.extend(events);
        Ok(self.partnership.state)
    }

    pub(super) fn both(&mut self, command: &PartnershipCommand) -> PartnershipState {
        let before = self.partnership.state;
        assert_eq!(self.ask(CitySide::A, command.clone()), Ok(before), "one word alone moves nothing");
        assert_eq!(self.partnership.awaits(command.transition()), Some(CitySide::B));
        self.ask(CitySide::B, command.clone()).unwrap()
    }

    pub(super) fn proposed(tier: AgreementTier) -> Self {
        let mut life = Self::draft(tier);
        let propose =
            PartnershipCommand::Propose { pair: pair(), receipt: Some(json!({"score": 63})), deed: None };
        assert_eq!(life.ask(CitySide::A, propose), Ok(PartnershipState::Proposed));
        life
    }

    pub(super) fn loi_signed(tier: AgreementTier) -> Self {
        let mut life = Self::proposed(tier);
        life.ask(CitySide::B, PartnershipCommand::Accept).unwrap();
        let signing = signing(&life.partnership);
        assert_eq!(life.both(&PartnershipCommand::SignLoi(signing)), PartnershipState::LoiSigned);
        life
    }

    pub(super) fn on_trial(tier: AgreementTier) -> Self {
        let mut life = Self::loi_signed(tier);
        let trial = PartnershipCommand::StartTrial { months: 6, planned: planned() };
        assert_eq!(life.both(&trial), PartnershipState::Trial);
        life
    }

    pub(super) fn before_authorities(tier: AgreementTier) -> Self {
        let mut life = Self::on_trial(tier);
        for _ in 0..2 {
            life.now = days(life.now, 30);
            life.ask(CitySide::B, PartnershipCommand::RecordActivity(activity(life.now))).unwrap();
        }
        for side in [CitySide::A, CitySide::B] {
            life.ask(side, PartnershipCommand::DeclareWill(Some(paper()))).unwrap();
        }
        life.ask(CitySide::A, PartnershipCommand::PlanFirstYear(first_year())).unwrap();
        let request =
            PartnershipCommand::RequestApprovals { chains: chains(), trial_demanded_by: vec![CitySide::A] };
        assert_eq!(life.ask(CitySide::B, request), Ok(PartnershipState::Approvals));
        life
    }

    pub(super) fn approved(tier: AgreementTier) -> Self {
        let mut life = Self::before_authorities(tier);
        for (side, step) in [(CitySide::B, 0), (CitySide::A, 0), (CitySide::A, 1)] {
            life.ask(side, PartnershipCommand::GrantApproval { step, document: Some(paper()) }).unwrap();
        }
        assert_eq!(life.partnership.state, PartnershipState::Approved);
        life
    }

    pub(super) fn active(tier: AgreementTier) -> Self {
        let mut life = Self::approved(tier);
        let signing = signing(&life.partnership);
        assert_eq!(life.both(&PartnershipCommand::SignAgreement(signing)), PartnershipState::Active);
        life
    }

    /// Lets the timers do all that is due, and says what they did.
    pub(super) fn tick(&mut self) -> Vec<PartnershipTransition> {
        let mut done = vec![];
        while let Some(command) = self.partnership.due(self.now, &TIMERS) {
            done.push(command.transition());
            self.events.extend(self.partnership.act(command, &Actor::system(), self.now, &TIMERS).unwrap());
        }
        done
    }

    pub(super) fn has_effect(&self, wanted: impl Fn(&PartnershipEffect) -> bool) -> bool {
        self.events.iter().flat_map(|event| &event.effects).any(wanted)
    }
}
