//! What is kept of a partnership.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    code::{ActivityType, CitySide, PartnershipState, PartnershipTransition},
    command::{Closing, PairFacts},
    shared::{FirstDeed, SharedEntry},
    text::{AgreementText, TextHash, TextVersion},
};
use crate::{
    account::Person,
    city::City,
    document::Document,
    id::Id,
    organisation::Organisation,
    policy_pack::StepRule,
    project::Project,
    value::{Localized, Money, SingleLine},
    vocabulary::vocabulary,
};

/// One of each for both cities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sides<T> {
    /// Of the city that proposed.
    pub a: T,
    /// Of the city that was asked.
    pub b: T,
}

impl<T> Sides<T> {
    /// That of a side.
    pub const fn get(&self, side: CitySide) -> &T {
        match side {
            CitySide::A => &self.a,
            CitySide::B => &self.b,
        }
    }

    /// That of a side, to be changed.
    pub const fn get_mut(&mut self, side: CitySide) -> &mut T {
        match side {
            CitySide::A => &mut self.a,
            CitySide::B => &mut self.b,
        }
    }

    /// Both, A first.
    pub fn iter(&self) -> impl Iterator<Item = (CitySide, &T)> {
        [(CitySide::A, &self.a), (CitySide::B, &self.b)].into_iter()
    }
}

/// A city with the organisation that runs its office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitySeat {
    /// The city.
    pub city: Id<City>,
    /// The organisation of its office.
    pub office: Id<Organisation>,
}

/// The word of one side to something that takes both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assent {
    /// To what.
    pub transition: PartnershipTransition,
    /// Whose.
    pub side: CitySide,
    /// Who gave it.
    pub person: Option<Id<Person>>,
    /// On which terms, where there are any.
    pub terms: Value,
    /// When.
    pub at: DateTime<Utc>,
}

vocabulary! {
    /// What was signed.
    SignatureKind, "CARAVANSERAI-SIGNATURE-KIND", "1", {
        Loi = "LOI": "Letter of intent",
        Agreement = "AGREEMENT": "Agreement",
    }
}

/// A signature on the hash of a text. The act itself takes place on paper; the document is its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// What was signed.
    pub kind: SignatureKind,
    /// For which side.
    pub side: CitySide,
    /// Who recorded it.
    pub person: Option<Id<Person>>,
    /// Name and office of who signed.
    pub official: SingleLine,
    /// The text.
    pub hash: TextHash,
    /// The signed paper.
    pub document: Id<Document>,
    /// When.
    pub at: DateTime<Utc>,
}

/// An activity that both sides mean to carry out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedActivity {
    /// What kind.
    pub kind: ActivityType,
    /// What it is.
    pub title: SingleLine,
    /// In which month, by a day in it.
    pub planned_for: NaiveDate,
}

/// A trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// How long, in months.
    pub months: u32,
    /// What was planned.
    pub planned: Vec<PlannedActivity>,
    /// When it began.
    pub began: DateTime<Utc>,
}

/// An activity that took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// What kind.
    pub kind: ActivityType,
    /// What it was.
    pub title: SingleLine,
    /// When it took place.
    pub held_at: DateTime<Utc>,
    /// What shows it.
    pub documents: Vec<Id<Document>>,
    /// The item of the work plan that it belongs to.
    pub item: Option<u32>,
}

vocabulary! {
    /// Where an item of the work plan stands.
    WorkStatus, "CARAVANSERAI-WORK-STATUS", "1", {
        Planned = "PLANNED": "Planned",
        UnderWay = "UNDER_WAY": "Under way",
        Done = "DONE": "Done",
        Dropped = "DROPPED": "Dropped",
    }
}

/// An item of the work plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkItem {
    /// Its number in the plan, from 1.
    pub number: u32,
    /// What is to be done.
    pub title: Localized,
    /// Which side answers for it.
    pub owner: CitySide,
    /// Until when.
    pub due: NaiveDate,
    /// Where it stands.
    pub status: WorkStatus,
    /// Projects of the market that carry it out; their state is shown beside it.
    pub projects: Vec<Id<Project>>,
}

/// A line of the first year's budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLine {
    /// For what.
    pub purpose: SingleLine,
    /// Which side pays.
    pub payer: CitySide,
    /// How much.
    pub amount: Money,
}

/// Plan and budget of the first year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstYear {
    /// What is planned.
    pub plan: Localized,
    /// What it costs whom.
    pub budget: Vec<BudgetLine>,
}

/// The declared formal will of a side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Who recorded it.
    pub person: Option<Id<Person>>,
    /// The paper.
    pub document: Id<Document>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was decided on a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalDecision {
    /// Whether it was granted.
    pub granted: bool,
    /// Who recorded it.
    pub person: Option<Id<Person>>,
    /// The paper.
    pub document: Option<Id<Document>>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A step of a side's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalStep {
    /// What the side's rules demanded when the approvals were requested.
    pub rule: StepRule,
    /// What was decided; none while it is open.
    pub decision: Option<ApprovalDecision>,
}

/// An indicator before and after, in thousandths of its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KpiReading {
    /// What is measured.
    pub name: SingleLine,
    /// Its unit.
    pub unit: SingleLine,
    /// Before.
    pub before_thousandths: i64,
    /// After.
    pub after_thousandths: i64,
}

impl KpiReading {
    /// The change in thousandths; none where it leaves what can be counted.
    pub fn delta_thousandths(&self) -> Option<i64> {
        self.after_thousandths.checked_sub(self.before_thousandths)
    }
}

/// The report of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewReport {
    /// What was done, and what came of it.
    pub text: Localized,
    /// Indicators before and after.
    pub kpis: Vec<KpiReading>,
}

/// A review, from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// When it began.
    pub began: DateTime<Utc>,
    /// Its report.
    pub report: Option<ReviewReport>,
    /// When the agreement was renewed by it; none where it was not.
    pub renewed: Option<DateTime<Utc>>,
}

/// A partnership of two cities, from its draft on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partnership {
    /// The two cities.
    pub sides: Sides<CitySeat>,
    /// Where it stands.
    pub state: PartnershipState,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it was drafted.
    pub drafted: DateTime<Utc>,
    /// What gates and packs said of the pair when they were last asked.
    pub pair: PairFacts,
    /// The draft; afterwards the current version's text.
    pub text: AgreementText,
    /// Versions that were put forward, oldest first.
    pub versions: Vec<TextVersion>,
    /// The receipt of the score, as it was when the partnership was proposed. It never changes.
    pub receipt: Option<Value>,
    /// Words of one side that wait for the other's.
    pub assents: Vec<Assent>,
    /// Signatures.
    pub signatures: Vec<Signature>,
    /// The trial.
    pub trial: Option<Trial>,
    /// Declared wills.
    pub will: Sides<Option<Declaration>>,
    /// Plan and budget of the first year.
    pub first_year: Option<FirstYear>,
    /// Chains of approval with what was decided.
    pub approvals: Sides<Vec<ApprovalStep>>,
    /// Activities.
    pub activities: Vec<Activity>,
    /// The work plan.
    pub work: Vec<WorkItem>,
    /// Plan with which it was last revived.
    pub revival_plan: Option<Localized>,
    /// When the agreement was signed.
    pub active_since: Option<DateTime<Utc>>,
    /// When it was last revived.
    pub revived: Option<DateTime<Utc>>,
    /// Reviews, oldest first.
    pub reviews: Vec<Review>,
    /// Warnings of dormancy, oldest first.
    pub warnings: Vec<DateTime<Utc>>,
    /// When a suspension is looked at again.
    pub suspended_until_review: Option<NaiveDate>,
    /// Why it was last declined, withdrawn, suspended or ended.
    pub closing: Option<Closing>,
    /// The active agreement that this one would raise to a higher tier.
    pub upgrade_of: Option<Id<Partnership>>,
    /// The triad with which it would begin.
    #[serde(default)]
    pub first_deed: Option<FirstDeed>,
    /// What the sides share.
    #[serde(default)]
    pub workspace: Vec<SharedEntry>,
    /// How many entries the workspace ever had.
    #[serde(default)]
    pub shared_ever: u32,
}

impl Partnership {
    /// The version that is on the table.
    pub fn current(&self) -> Option<&TextVersion> {
        self.versions.last()
    }

    /// Whether no step of either side is open, and none refused.
    pub fn all_granted(&self) -> bool {
        self.approvals
            .iter()
            .flat_map(|(_, chain)| chain)
            .all(|step| step.decision.as_ref().is_some_and(|decision| decision.granted))
    }

    /// The place of a side's first open step.
    pub fn open_step(&self, side: CitySide) -> Option<usize> {
        self.approvals.get(side).iter().position(|step| step.decision.is_none())
    }

    /// Since when nothing has been done: the last activity, or the signing or the revival where none followed.
    pub fn quiet_since(&self) -> Option<DateTime<Utc>> {
        let began = self.revived.max(self.active_since)?;
        Some(self.activities.iter().map(|activity| activity.held_at).fold(began, DateTime::max))
    }

    /// The health index.
    pub fn health(&self, now: DateTime<Utc>) -> u8 {
        super::health_index(self.activities.iter().map(|activity| activity.held_at), now)
    }

    /// The end of the fixed term; none where it has none or does not run yet.
    pub fn term_ends(&self) -> Option<DateTime<Utc>> {
        let months = self.text.fixed_term_months?;
        self.active_since?.checked_add_months(chrono::Months::new(months))
    }
}
