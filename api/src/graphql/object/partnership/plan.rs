//! What the two cities do: activities, the work plan, the first year, reviews, and why a side did not go on.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::partnership::{
    Activity, ActivityType, BudgetLine, CitySide, Closing, FirstYear, KpiReading, PartnershipDeclineReason,
    Review, WorkItem, WorkStatus,
};

use super::super::{super::code::Code, MoneyObject, ProjectNode, TextObject, common::find};

/// An activity that took place.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PartnershipActivity")]
pub struct ActivityObject {
    /// What kind.
    kind: Code<ActivityType>,
    /// What it was.
    title: String,
    /// When it took place.
    held_at: DateTime<Utc>,
    /// The item of the work plan that it belongs to.
    item: Option<u32>,
}

impl From<&Activity> for ActivityObject {
    fn from(it: &Activity) -> Self {
        Self { kind: Code(it.kind), title: it.title.to_string(), held_at: it.held_at, item: it.item }
    }
}

/// An item of the work plan.
#[derive(Debug, Clone)]
pub struct WorkItemObject(pub WorkItem);

/// An item of the work plan.
#[Object(name = "WorkItem")]
impl WorkItemObject {
    /// Its number in the plan.
    async fn number(&self) -> u32 {
        self.0.number
    }
    /// What is to be done.
    async fn title(&self) -> TextObject {
        (&self.0.title).into()
    }
    /// Which side answers for it.
    async fn owner(&self) -> Code<CitySide> {
        Code(self.0.owner)
    }
    /// Until when.
    async fn due(&self) -> NaiveDate {
        self.0.due
    }
    /// Where it stands.
    async fn status(&self) -> Code<WorkStatus> {
        Code(self.0.status)
    }
    /// Projects that carry it out, as they stand now; those that the caller does not see are left out.
    async fn carried_out_by(&self, ctx: &Context<'_>) -> Result<Vec<ProjectNode>> {
        let mut found = Vec::new();
        for id in &self.0.projects {
            found.extend(find(ctx, *id).await?.map(ProjectNode));
        }
        Ok(found)
    }
}

/// A line of the first year's budget.
#[derive(Debug, SimpleObject)]
#[graphql(name = "BudgetLine")]
pub struct BudgetObject {
    /// For what.
    purpose: String,
    /// Which side pays.
    payer: Code<CitySide>,
    /// How much.
    amount: MoneyObject,
}

impl From<&BudgetLine> for BudgetObject {
    fn from(line: &BudgetLine) -> Self {
        Self { purpose: line.purpose.to_string(), payer: Code(line.payer), amount: MoneyObject(line.amount) }
    }
}

/// Plan and budget of the first year.
#[derive(Debug, SimpleObject)]
#[graphql(name = "FirstYear")]
pub struct FirstYearObject {
    /// What is planned.
    plan: TextObject,
    /// What it costs whom.
    budget: Vec<BudgetObject>,
}

impl From<&FirstYear> for FirstYearObject {
    fn from(year: &FirstYear) -> Self {
        Self { plan: (&year.plan).into(), budget: year.budget.iter().map(Into::into).collect() }
    }
}

/// An indicator before and after, in thousandths of its unit.
#[derive(Debug, SimpleObject)]
#[graphql(name = "KpiReading")]
pub struct KpiObject {
    /// What is measured.
    name: String,
    /// Its unit.
    unit: String,
    /// Before.
    before_thousandths: i64,
    /// After.
    after_thousandths: i64,
    /// The change; null where it leaves what can be counted.
    delta_thousandths: Option<i64>,
}

impl From<&KpiReading> for KpiObject {
    fn from(kpi: &KpiReading) -> Self {
        Self {
            name: kpi.name.to_string(),
            unit: kpi.unit.to_string(),
            before_thousandths: kpi.before_thousandths,
            after_thousandths: kpi.after_thousandths,
            delta_thousandths: kpi.delta_thousandths(),
        }
    }
}

/// A review.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PartnershipReview")]
pub struct ReviewObject {
    /// When it began.
    began: DateTime<Utc>,
    /// The report's text.
    report: Option<TextObject>,
    /// Indicators of the report.
    kpis: Vec<KpiObject>,
    /// When the agreement was renewed by it; null where it was not.
    renewed: Option<DateTime<Utc>>,
}

impl From<&Review> for ReviewObject {
    fn from(review: &Review) -> Self {
        Self {
            began: review.began,
            report: review.report.as_ref().map(|report| (&report.text).into()),
            kpis: review.report.iter().flat_map(|report| report.kpis.iter().map(Into::into)).collect(),
            renewed: review.renewed,
        }
    }
}

/// Why a side did not go on.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PartnershipClosing")]
pub struct ClosingObject {
    /// Reasons by code.
    codes: Vec<Code<PartnershipDeclineReason>>,
    /// In words.
    note: Option<String>,
}

impl From<&Closing> for ClosingObject {
    fn from(closing: &Closing) -> Self {
        Self {
            codes: closing.reasons.iter().map(|reason| Code(*reason)).collect(),
            note: closing.note.as_ref().map(ToString::to_string),
        }
    }
}
